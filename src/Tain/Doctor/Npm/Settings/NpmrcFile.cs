using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Settings;

/// <summary>.npmrc, as npm's <c>ini</c> package reads it.</summary>
internal static class NpmrcFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file)
    {
        var settings = new List<NpmSetting>();
        var text = file.Text;
        var at = text.StartsWith('\ufeff') ? 1 : 0;
        while (at < text.Length)
        {
            var end = text.AsSpan(at).IndexOfAny('\r', '\n') is >= 0 and var e ? at + e : text.Length;
            var line = text.AsSpan(at, end - at).Trim();
            // What follows a [section] is an object of its own, and no setting of npm's.
            if (line is ['[', .., ']'])
                break;
            if (line.Length > 0 && line[0] is not (';' or '#') && ReadOrNull(file, at, end) is { } setting)
                settings.Add(setting);
            at = end + 1;
        }
        return settings;
    }

    private static NpmSetting? ReadOrNull(TextFile file, int start, int end)
    {
        var text = file.Text;
        var equals = text.IndexOf('=', start, end - start);
        var key = Unquoted(text.AsSpan(start, (equals < 0 ? end : equals) - start).Trim()).ToString();
        if (key.EndsWith("[]", StringComparison.Ordinal))
            key = key[..^2];
        if (key.Length == 0)
            return null;
        if (equals < 0)
            return new(key, "true", file.At(start)) { OwnsLine = true };
        var (from, length) = Value(text, equals + 1, end);
        return new(key, text.Substring(from, length), file.At(start), from, length) { OwnsLine = true };
    }

    /// <summary>Where the value stands: without quotes, and without what an unescaped ; or # begins.</summary>
    private static (int Start, int Length) Value(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        if (end - start >= 2 && text[start] is '"' or '\'' && text[end - 1] == text[start])
            return (start + 1, end - start - 2);
        for (var at = start; at < end; at++)
        {
            if (text[at] is ';' or '#' && (at == start || text[at - 1] != '\\'))
            {
                end = at;
                break;
            }
        }
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        return (start, end - start);
    }

    private static ReadOnlySpan<char> Unquoted(ReadOnlySpan<char> word) => word is ['"', .., '"'] or ['\'', .., '\''] && word.Length > 1 ? word[1..^1] : word;
}
