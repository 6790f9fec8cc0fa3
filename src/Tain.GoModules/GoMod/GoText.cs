using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

/// <summary>Quoting, unquoting and trimming as Go's <c>strconv</c> and <c>bytes</c> do it.</summary>
internal static class GoText
{
    /// <summary>Without white space at both ends (<c>bytes.TrimSpace</c>).</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(rune))
            text = text[length..];
        while (Rune.DecodeLastFromUtf8(text, out var rune, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(rune))
            text = text[..^length];
        return text;
    }

    /// <summary>Whether the code point stands for itself in quotes (<c>strconv.IsPrint</c>).</summary>
    public static bool IsPrintable(int codePoint) =>
        codePoint < 0x80 ? codePoint is >= ' ' and < 0x7f : UnicodePrintables.Contains(codePoint);

    /// <summary>Whether the text is no single word of a go.mod by itself (x/mod <c>modfile.MustQuote</c>).</summary>
    public static bool MustQuote(string text)
    {
        if (text.Length == 0 || text.Contains("//", StringComparison.Ordinal) || text.Contains("/*", StringComparison.Ordinal)) return true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is ' ' or '"' or '\'' or '`' || !IsPrintable(rune.Value)) return true;
            if (text.Length > 1 && rune.Value is '(' or ')' or '[' or ']' or '{' or '}' or ',') return true;
        }
        return false;
    }

    /// <summary>In double quotes (<c>strconv.Quote</c>).</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done) AppendQuoted(quoted, rune);
            // A lone surrogate has no UTF-8: the three bytes that it would be.
            else quoted.Append(CultureInfo.InvariantCulture, $"\\x{0xe0 | rest[0] >> 12:x2}\\x{0x80 | rest[0] >> 6 & 0x3f:x2}\\x{0x80 | rest[0] & 0x3f:x2}");
            rest = rest[length..];
        }
        return quoted.Append('"').ToString();
    }

    private static void AppendQuoted(StringBuilder quoted, Rune rune)
    {
        var escape = "abtnvfr".AsSpan();
        if (rune.Value is '"' or '\\') quoted.Append('\\').Append((char)rune.Value);
        else if (IsPrintable(rune.Value)) quoted.Append(rune.ToString());
        else if (rune.Value is >= '\a' and <= '\r') quoted.Append('\\').Append(escape[rune.Value - '\a']);
        else if (rune.Value < 0x80) quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        else if (rune.IsBmp) quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }

    /// <summary>The text between double quotes or backquotes (<c>strconv.Unquote</c>). False where the quotes or an escape
    /// are wrong.</summary>
    public static bool TryUnquote(ReadOnlySpan<byte> quoted, out string text)
    {
        text = "";
        if (quoted.Length < 2 || quoted[^1] != quoted[0]) return false;
        var inner = quoted[1..^1];
        if (quoted[0] == '`')
        {
            if (inner.Contains((byte)'`')) return false;
            text = Encoding.UTF8.GetString(inner.Contains((byte)'\r') ? [.. inner.ToArray().Where(b => b != '\r')] : inner);
            return true;
        }
        if (quoted[0] != '"') return false;

        var bytes = new ArrayBufferWriter<byte>(quoted.Length);
        while (!inner.IsEmpty)
        {
            var plain = inner.IndexOfAny((byte)'\\', (byte)'"', (byte)'\n');
            AppendPlain(bytes, plain < 0 ? inner : inner[..plain]);
            if (plain < 0) break;
            inner = inner[plain..];
            if (!TryUnescape(ref inner, bytes)) return false;
        }
        text = Encoding.UTF8.GetString(bytes.WrittenSpan);
        return true;
    }

    /// <summary>Each byte that is no UTF-8 becomes a U+FFFD here, as in Go; an escaped one does not.</summary>
    private static void AppendPlain(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> plain)
    {
        if (Utf8.IsValid(plain))
        {
            bytes.Write(plain);
            return;
        }
        while (!plain.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(plain, out var rune, out var length) == OperationStatus.Done;
            bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            // Go steps over one byte, .NET over all of a sequence that is cut short.
            plain = plain[(valid ? length : 1)..];
        }
    }

    /// <summary>Takes an escape sequence (<c>strconv.UnquoteChar</c> in double quotes).</summary>
    private static bool TryUnescape(scoped ref ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> bytes)
    {
        // A quote or a newline must not stand by itself.
        if (rest[0] != '\\' || rest.Length < 2) return false;
        var kind = rest[1];
        var single = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\""u8;
        for (var i = 0; i < single.Length; i += 2)
        {
            if (single[i] != kind) continue;
            bytes.Write(single.Slice(i + 1, 1));
            rest = rest[2..];
            return true;
        }

        if (kind is >= (byte)'0' and <= (byte)'7')
        {
            if (rest.Length < 4 || rest[1..4].IndexOfAnyExceptInRange((byte)'0', (byte)'7') >= 0 || kind > '3') return false;
            bytes.Write([(byte)((kind - '0') << 6 | (rest[2] - '0') << 3 | (rest[3] - '0'))]);
            rest = rest[4..];
            return true;
        }

        var digits = kind switch { (byte)'x' => 2, (byte)'u' => 4, (byte)'U' => 8, _ => 0 };
        if (digits == 0 || rest.Length < 2 + digits) return false;
        var value = 0u;
        foreach (var digit in rest.Slice(2, digits))
        {
            if (!char.IsAsciiHexDigit((char)digit)) return false;
            value = value << 4 | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        if (digits == 2) bytes.Write([(byte)value]);
        else if (!Rune.TryCreate(value, out var rune)) return false;
        else bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
        rest = rest[(2 + digits)..];
        return true;
    }
}
