using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Tain.TransparencyLog;

/// <summary>What the two forms of keys share (x/mod <c>sumdb/note</c>, C2SP signed-note).</summary>
internal static class NoteKey
{
    /// <summary>The only kind of signature known: Ed25519 (C2SP signed-note).</summary>
    public const byte Ed25519Kind = 0x01;

    /// <summary>The bytes of a public key or a seed.</summary>
    public const int KeyLength = 32;

    /// <summary>The most characters of a key's text: 1,024. x/mod has no limit; names are host names with a path.</summary>
    public const int MaxText = 1024;

    public static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;

    /// <summary>Not empty, no white space, no plus, and representable in UTF-8.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return false;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out var rune, out var units) != System.Buffers.OperationStatus.Done) return false;
            if (rune.Value == '+' || Rune.IsWhiteSpace(rune)) return false;
            name = name[units..];
        }
        return true;
    }

    /// <summary>The key's id: the first four bytes, big-endian, of SHA-256(name ‖ LF ‖ kind ‖ public key).</summary>
    public static uint Id(string name, byte kind, ReadOnlySpan<byte> publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', kind, .. publicKey]));

    /// <summary>Takes <c>name+hex8+base64(kind ‖ key)</c> apart.</summary>
    public static bool TrySplit(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? name, out uint id,
        [NotNullWhen(true)] out byte[]? key, [NotNullWhen(false)] out string? error)
    {
        (name, id, key) = (null, 0, null);
        if (text.Length > MaxText)
        {
            error = $"the key has {text.Length} characters, the limit is {MaxText}";
            return false;
        }
        error = "the key is not of the form name+id+key, an id of 8 hexadecimal digits and a key in base64";
        var plus = text.IndexOf('+');
        if (plus < 0 || text.Length < plus + 10 || text[plus + 9] != '+') return false;
        if (!uint.TryParse(text.Slice(plus + 1, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id)) return false;
        key = GoBase64.DecodeOrNull(text[(plus + 10)..]);
        if (key is null || key.Length == 0 || !IsName(text[..plus])) return false;
        if (key[0] != Ed25519Kind)
        {
            error = $"the key's kind is {key[0]}, only {Ed25519Kind} (Ed25519) is known";
            return false;
        }
        if (key.Length != 1 + KeyLength)
        {
            error = $"the key has {key.Length - 1} bytes, an Ed25519 key has {KeyLength}";
            return false;
        }
        name = text[..plus].ToString();
        key = key[1..];
        error = null;
        return true;
    }

    public static string Format(string name, uint id, ReadOnlySpan<byte> key) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}+{id:x8}+{Convert.ToBase64String([Ed25519Kind, .. key])}");
}
