using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tain.GoModules.Paths;

/// <summary>
/// The escaping of paths and versions in URLs and file names: an upper-case letter becomes <c>!</c> and its lower-case
/// form, so that names survive file systems that ignore case (docs/go-protocol.md, 10).
/// </summary>
internal static class Escaping
{
    public static string Escape(string plain)
    {
        if (plain.AsSpan().IndexOfAnyInRange('A', 'Z') < 0) return plain;
        var escaped = new StringBuilder(plain.Length + 8);
        foreach (var c in plain)
        {
            if (char.IsAsciiLetterUpper(c)) escaped.Append('!').Append((char)(c | 0x20));
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    /// <summary>Strict: ASCII only, no upper-case letter, <c>!</c> only before a lower-case one. So each plain text has
    /// one escaped form and no other text unescapes to it.</summary>
    public static bool TryUnescape(string escaped, [NotNullWhen(true)] out string? plain)
    {
        plain = null;
        var text = escaped.AsSpan();
        if (text.IndexOfAnyInRange('\x80', '\uffff') >= 0 || text.IndexOfAnyInRange('A', 'Z') >= 0) return false;
        if (text.IndexOf('!') < 0)
        {
            plain = escaped;
            return true;
        }
        var unescaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '!')
            {
                if (++i == text.Length || !char.IsAsciiLetterLower(text[i])) return false;
                c = (char)(text[i] & ~0x20);
            }
            unescaped.Append(c);
        }
        plain = unescaped.ToString();
        return true;
    }
}
