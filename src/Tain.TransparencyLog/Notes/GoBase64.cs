namespace Tain.TransparencyLog;

/// <summary>Base64 as Go's <c>encoding/base64.StdEncoding</c> decodes it: padding required, bits behind the last byte
/// ignored. Stricter in one thing: Go skips CR and LF, which no line of a note or a key can hold.</summary>
internal static class GoBase64
{
    /// <summary>Decodes into <paramref name="bytes"/>; false too when it has no room.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes, out int length)
    {
        length = 0;
        if (text.Length % 4 != 0) return false;
        for (var at = 0; at < text.Length; at += 4)
        {
            var four = text.Slice(at, 4);
            var data = 4;
            if (at + 4 == text.Length && four[3] == '=') data = four[2] == '=' ? 2 : 3;
            var bits = 0;
            for (var i = 0; i < 4; i++)
            {
                var value = i < data ? Value(four[i]) : 0;
                if (value < 0) return false;
                bits = bits << 6 | value;
            }
            if (length + data - 1 > bytes.Length) return false;
            for (var i = 0; i < data - 1; i++) bytes[length++] = (byte)(bits >> (16 - 8 * i));
        }
        return true;
    }

    public static byte[]? DecodeOrNull(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        return TryDecode(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static int Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
