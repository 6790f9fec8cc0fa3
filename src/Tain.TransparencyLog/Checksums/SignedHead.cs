using System.Text;

namespace Tain.TransparencyLog;

/// <summary>A tree head whose signature was verified.</summary>
/// <param name="Head">The tree.</param>
/// <param name="Note">The signed note that says so, as it came.</param>
public sealed record SignedHead(TreeHead Head, ReadOnlyMemory<byte> Note)
{
    /// <summary>The longest note that is kept as it came, in bytes: 4,096. Of a longer one, the signatures of unknown keys are left out.</summary>
    public const int MaxKept = 4096;

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
        return new SignedHead(head, note.Length <= MaxKept ? note : Bare(opened));
    }

    /// <summary>The text and the signatures that were verified: whoever passes a head on can add lines of his own.</summary>
    private static byte[] Bare(SignedNote note) =>
        Encoding.UTF8.GetBytes(note.Text + "\n" + string.Concat(note.Signatures.Select(s => $"\u2014 {s.Name} {s.Base64}\n")));
}
