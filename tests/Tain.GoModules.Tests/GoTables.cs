using System.Globalization;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Reads the tables of x/mod's own tests where they are installed: rows of literals in braces.</summary>
internal static class GoTables
{
    /// <summary>All string literals of a file that look like data.</summary>
    public static string[] Strings(string file)
    {
        var strings = Rows(file, "").SelectMany(row => row).Where(v => v.Length > 0 && v[0] == '"').Select(v => v[1..]).Distinct().ToArray();
        Assert.True(strings.Length > 10, $"{file} has only {strings.Length} strings");
        return strings;
    }

    /// <summary>The innermost braces of the table behind the first occurrence of <paramref name="marker"/>, or of the whole
    /// file if that is empty: each value a string with <c>"</c> in front, a word or a number.</summary>
    public static List<string[]> Rows(string file, string marker)
    {
        var source = File.ReadAllText(Path.Combine(GoTools.XMod, file));
        var at = source.IndexOf(marker, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{file} has no {marker}");
        if (marker.Length > 0)
        {
            // The table follows the type of its rows.
            at += marker.Length;
            if (source.AsSpan(at).StartsWith("struct")) at = source.IndexOf("}{", at, StringComparison.Ordinal) + 1;
        }
        var rows = new List<string[]>();
        List<string>? row = null;
        var depth = 0;
        for (; at < source.Length; at++)
        {
            var c = source[at];
            if (c == '/' && source[at + 1] == '/')
            {
                at = source.IndexOf('\n', at);
            }
            else if (c == '{')
            {
                depth++;
                row = [];
            }
            else if (c == '}')
            {
                if (row is { Count: > 0 }) rows.Add([.. row]);
                row = null;
                if (--depth == 0 && marker.Length > 0) return rows;
            }
            else if (c == '"')
            {
                row ??= [];
                row.Add('"' + ReadString(source, ref at));
            }
            else if (c == '`')
            {
                var end = source.IndexOf('`', at + 1);
                row?.Add('"' + source[(at + 1)..end]);
                at = end;
            }
            else if (c == '\'')
            {
                at += source[at + 1] == '\\' ? 3 : 2;
            }
            else if (char.IsAsciiLetter(c))
            {
                var end = at;
                while (char.IsAsciiLetterOrDigit(source[end])) end++;
                // A word before a colon names a field.
                if (source[end] != ':') row?.Add(source[at..end]);
                at = end - 1;
            }
            else if (char.IsAsciiDigit(c) || (c == '-' && char.IsAsciiDigit(source[at + 1])))
            {
                var end = at + 1;
                while (char.IsAsciiDigit(source[end])) end++;
                row?.Add(source[at..end]);
                at = end - 1;
            }
        }
        return rows;
    }

    /// <summary>The rows as theory data, without the quote in front of strings. Fails if there are fewer than so many.</summary>
    public static IEnumerable<string[]> Table(string file, string marker, int atLeast)
    {
        var rows = Rows(file, marker);
        Assert.True(rows.Count >= atLeast, $"{file} has only {rows.Count} rows behind {marker}");
        return rows.Select(row => row.Select(v => v[0] == '"' ? v[1..] : v).ToArray());
    }

    private static string ReadString(string source, ref int at)
    {
        var text = new StringBuilder();
        for (at++; source[at] != '"'; at++)
        {
            if (source[at] != '\\')
            {
                text.Append(source[at]);
                continue;
            }
            at++;
            switch (source[at])
            {
                case 'x':
                    // A byte that is no UTF-8 by itself: a lone surrogate here.
                    var value = int.Parse(source.AsSpan(at + 1, 2), NumberStyles.HexNumber, null);
                    text.Append(value < 0x80 ? (char)value : '\udc80');
                    at += 2;
                    break;
                case 'u':
                    text.Append((char)int.Parse(source.AsSpan(at + 1, 4), NumberStyles.HexNumber, null));
                    at += 4;
                    break;
                default:
                    text.Append(source[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', var other => other });
                    break;
            }
        }
        return text.ToString();
    }
}
