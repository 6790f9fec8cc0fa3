using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace Tain.TransparencyLog;

/// <summary>
/// A public key that verifies signed notes: <c>name+hex8+base64(0x01 ‖ 32 bytes)</c>, the form of GOSUMDB (x/mod
/// <c>note.NewVerifier</c>, C2SP signed-note). Immutable; equal by value; for any thread.
/// </summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    private readonly string _text;
    private readonly PublicKey? _key;

    internal VerifierKey(string name, uint id, ReadOnlySpan<byte> publicKey)
    {
        (Name, KeyId) = (name, id);
        _text = NoteKey.Format(name, id, publicKey);
        // Not every 32 bytes are a point of the curve. Such a key is well-formed, and no signature is by it.
        PublicKey.TryImport(NoteKey.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out _key);
    }

    /// <summary>The name in signature lines; for a checksum database its host, with a path or not.</summary>
    public string Name { get; }

    /// <summary>The id in signature lines: the first four bytes, big-endian, of SHA-256(name ‖ LF ‖ 0x01 ‖ public key).</summary>
    public uint KeyId { get; }

    /// <summary>Parses a key of at most 1,024 characters and checks that its id is its own. <paramref name="error"/> is one line.
    /// Stricter than x/mod in one thing: CR and LF in the base64 are refused.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out VerifierKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        if (!NoteKey.TrySplit(text, out var name, out var id, out var bytes, out error)) return false;
        if (NoteKey.Id(name, NoteKey.Ed25519Kind, bytes) is var own && own != id)
        {
            error = $"the key's id is {id:x8}, but its name and bytes give {own:x8}: a part was mistyped";
            return false;
        }
        key = new VerifierKey(name, id, bytes);
        return true;
    }

    /// <summary>Whether this key made the signature, of 64 bytes without the key's id, of the message. Some 86 µs.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        _key is not null && signature.Length == NoteKey.Ed25519.SignatureSize && NoteKey.Ed25519.Verify(_key, message, signature);

    /// <summary>The key's text; the id in lower case.</summary>
    public override string ToString() => _text;

    /// <inheritdoc />
    public bool Equals(VerifierKey? other) => other is not null && _text == other._text;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    /// <inheritdoc />
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}
