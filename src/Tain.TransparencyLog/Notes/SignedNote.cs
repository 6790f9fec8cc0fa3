using System.Buffers.Binary;
using System.Text;

namespace Tain.TransparencyLog;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The name that the line claims.</param>
/// <param name="KeyId">The key's id that the line claims.</param>
/// <param name="Base64">The id's four bytes and the signature, as the line has them.</param>
public sealed record NoteSignature(string Name, uint KeyId, string Base64);

/// <summary>
/// A note whose known signatures were verified: text that ends in LF, a blank line, and lines
/// <c>— name base64(key id ‖ signature)</c> (x/mod <c>sumdb/note</c>, C2SP signed-note). Immutable.
/// </summary>
public sealed class SignedNote
{
    /// <summary>The most bytes of a note with its signatures: 1,000,000. x/mod bounds a tree head's text by that.</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>The most signature lines, repeated ones included: 100 (x/mod <c>note.Open</c>).</summary>
    public const int MaxSignatures = 100;

    /// <summary>The key's id, and one byte of a signature (C2SP signed-note).</summary>
    private const int MinSignature = 5;

    private static readonly UTF8Encoding s_strict = new(false, true);

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures, IReadOnlyList<NoteSignature> unknown) =>
        (Text, Signatures, Unknown) = (text, signatures, unknown);

    /// <summary>What was signed; it ends in LF.</summary>
    public string Text { get; }

    /// <summary>The verified signatures, one a key and at least one, in the note's order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The lines of keys that are not known, unverified, each once, in the note's order.</summary>
    public IReadOnlyList<NoteSignature> Unknown { get; }

    /// <summary>
    /// Opens a note. Lines of unknown keys are kept apart; a known key's line with a bad signature condemns the note. Of a
    /// key's lines the first one counts. All lines are read before any signature is verified.
    /// </summary>
    /// <exception cref="SignedNoteException">The note is refused.</exception>
    /// <exception cref="ArgumentException">Two different known keys have one name and id.</exception>
    public static SignedNote Open(ReadOnlySpan<byte> bytes, params ReadOnlySpan<VerifierKey> known)
    {
        if (bytes.Length > MaxLength)
            throw new SignedNoteException(SignedNoteError.TooLarge, $"the note has {bytes.Length} bytes, the limit is {MaxLength}");
        foreach (var b in bytes)
            if (b < 0x20 && b != '\n')
                throw Malformed("it has a control character");
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw Malformed("it is not UTF-8");
        var split = bytes.LastIndexOf("\n\n"u8);
        if (split < 0) throw Malformed("it has no blank line before its signatures");
        var signed = bytes[..(split + 1)];
        var lines = ReadSignatures(bytes[(split + 2)..]);

        var (verified, unknown) = (new List<NoteSignature>(), new List<NoteSignature>());
        foreach (var (line, signature) in lines)
        {
            if (FindOrNull(known, line) is not { } key)
            {
                if (!unknown.Contains(line)) unknown.Add(line);
                continue;
            }
            if (verified.Exists(v => v.Name == line.Name && v.KeyId == line.KeyId)) continue;
            if (!key.Verify(signed, signature))
                throw new SignedNoteException(SignedNoteError.BadSignature, $"the signature by {key.Name}+{key.KeyId:x8} is not by that key");
            verified.Add(line);
        }
        if (verified.Count == 0)
            throw new SignedNoteException(SignedNoteError.NoKnownSignature, $"none of the note's {lines.Count} signatures is by a known key");
        return new SignedNote(Encoding.UTF8.GetString(signed), verified, unknown);
    }

    /// <summary>The signed note of a text, with a line by each signer in their order.</summary>
    /// <exception cref="ArgumentException">The text does not end in LF, has another control character or no UTF-8 form; there
    /// is no signer, or more than <see cref="MaxSignatures"/>; or the note would be longer than <see cref="MaxLength"/>.</exception>
    public static byte[] Sign(string text, params ReadOnlySpan<SignerKey> signers)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.EndsWith('\n')) throw new ArgumentException("a note's text ends in a newline", nameof(text));
        if (text.AsSpan().ContainsAnyInRange('\0', '\t') || text.AsSpan().ContainsAnyInRange('\v', '\x1f'))
            throw new ArgumentException("a note's text has no control characters but newlines", nameof(text));
        if (signers.Length is 0 or > MaxSignatures)
            throw new ArgumentException($"a note has 1 to {MaxSignatures} signatures, not {signers.Length}", nameof(signers));

        // Throws on a lone surrogate, an ArgumentException too.
        var signed = s_strict.GetBytes(text);
        var note = new MemoryStream();
        note.Write(signed);
        note.WriteByte((byte)'\n');
        foreach (var signer in signers)
        {
            var signature = new byte[4 + NoteKey.Ed25519.SignatureSize];
            BinaryPrimitives.WriteUInt32BigEndian(signature, signer.Verifier.KeyId);
            signer.Sign(signed).CopyTo(signature, 4);
            note.Write(Encoding.UTF8.GetBytes($"— {signer.Name} {Convert.ToBase64String(signature)}\n"));
        }
        return note.Length <= MaxLength
            ? note.ToArray()
            : throw new ArgumentException($"the note would have {note.Length} bytes, the limit is {MaxLength}", nameof(text));
    }

    private static List<(NoteSignature Line, byte[] Signature)> ReadSignatures(ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty || block[^1] != '\n') throw Malformed("it does not end in a signature's line");
        var lines = new List<(NoteSignature, byte[])>();
        while (!block.IsEmpty)
        {
            if (lines.Count == MaxSignatures)
                throw new SignedNoteException(SignedNoteError.TooManySignatures, $"the note has more than {MaxSignatures} signatures");
            var end = block.IndexOf((byte)'\n');
            lines.Add(ReadLine(block[..end], lines.Count + 1));
            block = block[(end + 1)..];
        }
        return lines;
    }

    private static (NoteSignature Line, byte[] Signature) ReadLine(ReadOnlySpan<byte> bytes, int number)
    {
        if (!bytes.StartsWith("— "u8)) throw Malformed($"line {number} behind its text is no signature");
        ReadOnlySpan<char> line = Encoding.UTF8.GetString(bytes["— "u8.Length..]);
        var space = line.IndexOf(' ');
        var decoded = space < 0 ? null : GoBase64.DecodeOrNull(line[(space + 1)..]);
        if (decoded is null || decoded.Length < MinSignature || !NoteKey.IsName(line[..space]))
            throw Malformed($"signature {number} is not a name and base64 of {MinSignature} bytes or more");
        var id = BinaryPrimitives.ReadUInt32BigEndian(decoded);
        return (new NoteSignature(line[..space].ToString(), id, line[(space + 1)..].ToString()), decoded[4..]);
    }

    private static VerifierKey? FindOrNull(ReadOnlySpan<VerifierKey> known, NoteSignature line)
    {
        VerifierKey? found = null;
        foreach (var key in known)
        {
            if (key.Name != line.Name || key.KeyId != line.KeyId) continue;
            if (found is not null && !found.Equals(key))
                throw new ArgumentException($"two keys are {key.Name}+{key.KeyId:x8}", nameof(known));
            found = key;
        }
        return found;
    }

    private static SignedNoteException Malformed(string rule) => new(SignedNoteError.Malformed, $"malformed note: {rule}");
}
