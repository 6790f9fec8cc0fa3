using System.Buffers;

namespace Tain.Doctor.Workplaces;

/// <summary>Lines that a shell, or a Dockerfile, gives to a command as they are.</summary>
internal static class HereDocument
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>The word that ends it; null when there is none behind this <c>&lt;&lt;</c>.</summary>
    /// <param name="at">Behind the <c>&lt;&lt;</c>.</param>
    public static (string Name, bool Tabs)? NameOrNull(string text, int at)
    {
        var rest = text.AsSpan(at, Math.Min(text.Length - at, 100));
        var tabs = rest is ['-', ..];
        rest = rest[(tabs ? 1 : 0)..].TrimStart(' ').TrimStart("\"'\\");
        var length = rest.IndexOfAnyExcept(Letters) is >= 0 and var l ? l : rest.Length;
        return length > 0 && !char.IsAsciiDigit(rest[0]) ? (rest[..length].ToString(), tabs) : null;
    }

    /// <summary>The place behind its last line; the end when it has none.</summary>
    public static int End(string text, int at, int end, string name, bool tabs)
    {
        while (at < end)
        {
            var newline = text.IndexOf('\n', at, end - at);
            var line = text.AsSpan(at, (newline < 0 ? end : newline) - at).TrimEnd('\r');
            // Within YAML its last line is indented as all others are.
            if ((tabs ? line.TrimStart('\t') : line).TrimStart(' ').SequenceEqual(name))
                return newline < 0 ? end : newline + 1;
            if (newline < 0)
                break;
            at = newline + 1;
        }
        return end;
    }
}
