using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace Tain.TransparencyLog;

/// <summary>
/// A private key that signs notes: <c>PRIVATE+KEY+name+hex8+base64(0x01 ‖ seed of 32 bytes)</c> (x/mod
/// <c>note.NewSigner</c>). For any thread. The seed lies outside the managed heap, until <see cref="Dispose"/>.
/// <see cref="object.ToString"/> tells the public part only.
/// </summary>
public sealed class SignerKey : IDisposable
{
    private const string Prefix = "PRIVATE+KEY+";

    private readonly Key _key;

    private SignerKey(string name, Key key)
    {
        _key = key;
        var bytes = key.Export(KeyBlobFormat.RawPublicKey);
        Verifier = new VerifierKey(name, NoteKey.Id(name, NoteKey.Ed25519Kind, bytes), bytes);
    }

    /// <summary>The public key.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>The name in signature lines.</summary>
    public string Name => Verifier.Name;

    /// <summary>Parses a key of at most 1,036 characters and checks that its id is its own. <paramref name="error"/> is one
    /// line and has nothing of the key's bytes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SignerKey? key, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            error = $"the key does not begin with {Prefix}";
            return false;
        }
        if (!NoteKey.TrySplit(text.AsSpan(Prefix.Length), out var name, out var id, out var seed, out error)) return false;
        var made = new SignerKey(name, Key.Import(NoteKey.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable));
        if (made.Verifier.KeyId != id)
        {
            made.Dispose();
            error = $"the key's id is {id:x8}, but its name and bytes give another: a part was mistyped";
            return false;
        }
        key = made;
        return true;
    }

    /// <summary>A new random key.</summary>
    /// <exception cref="ArgumentException">The name is empty, or has white space or a plus.</exception>
    public static SignerKey Generate(string name)
    {
        if (!NoteKey.IsName(name)) throw new ArgumentException("a key's name is not empty and has no white space and no plus", nameof(name));
        return new SignerKey(name, Key.Create(NoteKey.Ed25519, Exportable));
    }

    /// <summary>The signature of the message, 64 bytes. Some 49 µs.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => NoteKey.Ed25519.Sign(_key, message);

    /// <summary>The whole secret, in the form that <see cref="TryParse"/> takes.</summary>
    public string ExportPrivateText() => Prefix + NoteKey.Format(Name, Verifier.KeyId, _key.Export(KeyBlobFormat.RawPrivateKey));

    /// <summary>The public key's text: a secret in a log would be one too many.</summary>
    public override string ToString() => Verifier.ToString();

    /// <summary>Wipes the key.</summary>
    public void Dispose() => _key.Dispose();

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
