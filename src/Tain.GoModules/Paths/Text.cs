using System.Globalization;
using System.Text;

namespace Tain.GoModules.Paths;

/// <summary>Text of others, made fit for one line of an error message.</summary>
internal static class Text
{
    /// <summary>The most characters of a quoted text; the rest becomes "…". Error lines stay under 200 bytes (docs/go-protocol.md, 6).</summary>
    private const int MaxQuoted = 120;

    /// <summary>In double quotes, with control characters and whatever else is not printable escaped.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted.Length > MaxQuoted)
                return quoted.Append("…\"").ToString();
            var c = text[i];
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c is >= ' ' and < '\x7f' || (c >= 0xa0 && char.IsLetterOrDigit(c)))
                quoted.Append(c);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>The order of the strings' UTF-8 forms, which is that of their code points. Ordinal comparison of UTF-16
    /// differs where surrogates meet U+E000 to U+FFFF.</summary>
    public static int CompareUtf8(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        var at = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
        if (at == length) return left.Length.CompareTo(right.Length);
        int l = left[at], r = right[at];
        if (l >= 0xd800 && r >= 0xd800)
        {
            l = char.IsSurrogate((char)l) ? l + 0x10000 : l;
            r = char.IsSurrogate((char)r) ? r + 0x10000 : r;
        }
        return l.CompareTo(r);
    }
}
