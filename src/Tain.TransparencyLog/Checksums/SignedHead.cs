namespace Tain.TransparencyLog;

/// <summary>A tree head whose signature was verified.</summary>
/// <param name="Head">The tree.</param>
/// <param name="Note">The signed note that says so, as it came.</param>
public sealed record SignedHead(TreeHead Head, ReadOnlyMemory<byte> Note)
{
    /// <summary>Opens a signed note (<see cref="SignedNote.Open"/>) and reads the tree head in it.</summary>
    /// <exception cref="ChecksumDatabaseException">The note is refused (<see cref="ChecksumError.BadNote"/>), or its text is no
    /// tree head or one beyond <see cref="MerkleTree.MaxSize"/> (<see cref="ChecksumError.Malformed"/>).</exception>
    public static SignedHead Open(ReadOnlyMemory<byte> note, VerifierKey key)
    {
        SignedNote opened;
        try
        {
            opened = SignedNote.Open(note.Span, key);
        }
        catch (SignedNoteException e)
        {
            throw new ChecksumDatabaseException(ChecksumError.BadNote, $"a tree head is refused: {e.Message}", e);
        }
        if (!TreeHead.TryParse(opened.Text, out var head))
            throw new ChecksumDatabaseException(ChecksumError.Malformed, "a signed note is no tree head");
        if (head.Size > MerkleTree.MaxSize)
            throw new ChecksumDatabaseException(ChecksumError.Malformed, $"a tree head is of {head.Size} records, the limit is {MerkleTree.MaxSize}");
        return new SignedHead(head, note);
    }
}
