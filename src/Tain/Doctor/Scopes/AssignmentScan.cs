using Tain.Doctor.Files;

namespace Tain.Doctor.Scopes;

/// <summary>Finds where line-based files give watched variables a value: shell (<c>export A=b</c>, <c>go env -w A=b</c>), make
/// (<c>A ?= b</c>), Dockerfiles (<c>ENV A=b</c>, <c>ENV A b</c>, <c>ARG A=b</c>), Groovy (<c>A = 'b'</c>) and .env files. A scan
/// rather than five parsers: a watched name, an operator and a value look the same in all of them.</summary>
internal static class AssignmentScan
{
    /// <param name="start">Where in the file to look, and <paramref name="length"/> how far.</param>
    /// <param name="wholeLine">Values go on to the line's end and have no quotes, as in a <c>go env</c> file.</param>
    public static IEnumerable<Assignment> Find(TextFile file, IReadOnlyCollection<string> names, int start, int length, bool wholeLine = false)
    {
        var end = start + length;
        var found = new List<Assignment>();
        foreach (var name in names)
        {
            for (var at = file.Text.IndexOf(name, start, end - start, StringComparison.Ordinal); at >= 0; at = at + 1 < end ? file.Text.IndexOf(name, at + 1, end - at - 1, StringComparison.Ordinal) : -1)
            {
                if (ReadOrNull(file, name, at, end, wholeLine) is { } assignment)
                    found.Add(assignment);
            }
        }
        return found.OrderBy(a => a.Start);
    }

    private static Assignment? ReadOrNull(TextFile file, string name, int at, int end, bool wholeLine)
    {
        var text = file.Text;
        if ((at > 0 && (IsWordPart(text[at - 1]) || text[at - 1] is '$' or '{' or '.')) || IsInComment(text, at))
            return null;
        var next = at + name.Length;
        // A key of JSON has quotes of its own.
        if (at > 0 && next < end && text[at - 1] is '"' or '\'' && text[next] == text[at - 1])
            next++;
        if (next >= end || IsWordPart(text[next]))
            return null;
        var spaced = SkipSpaces(text, next, end);
        var isEnv = spaced > next && IsLegacyEnv(text, at);
        var value = ValueStart(text, next, spaced, end, isEnv);
        if (value < 0)
            return null;
        if (wholeLine)
        {
            var lineEnd = text.IndexOfAny(['\r', '\n'], value, end - value) is >= 0 and var e ? e : end;
            return new(name, text[value..lineEnd], file.At(at), value, lineEnd - value) { WholeLine = true };
        }
        if (value < end && text[value] is '"' or '\'')
        {
            var close = value + 1;
            while (close < end && text[close] != text[value] && text[close] != '\n')
                close++;
            return close < end && text[close] == text[value] ? new(name, text[(value + 1)..close], file.At(at), value + 1, close - value - 1, text[value]) : null;
        }
        // "go env -w 'A=b'" ends at its quotation mark.
        var stop = value;
        var stops = isEnv ? "\r\n" : at > 0 && text[at - 1] is '"' or '\'' ? $"{text[at - 1]}\r\n" : " \t\r\n;&\"')";
        while (stop < end && !stops.Contains(text[stop], StringComparison.Ordinal))
            stop++;
        if (at > 0 && text[at - 1] is '"' or '\'')
            return new(name, text[value..stop], file.At(at), value, stop - value, text[at - 1]);
        return new(name, text[value..stop].TrimEnd(), file.At(at), value, text.AsSpan(value, stop - value).TrimEnd().Length);
    }

    /// <summary>Where the value begins; -1 when no value is given here.</summary>
    private static int ValueStart(string text, int next, int spaced, int end, bool isEnv)
    {
        if (text[next] == '=' && (next + 1 >= end || text[next + 1] != '='))
            // After a shell's = the value follows at once; Groovy and make have a space.
            return next + 1 < end && text[next + 1] is ' ' or '\t' ? MakeValue(next + 1) : next + 1;
        foreach (var op in (ReadOnlySpan<string>)["::=", ":=", "?=", "=", ":"])
        {
            if (string.CompareOrdinal(text, spaced, op, 0, op.Length) != 0)
                continue;
            var after = spaced + op.Length;
            if (op == "=" && after < end && text[after] is '=' or '~')
                return -1;
            // A colon is Groovy's or a map's: its value has quotes.
            var start = SkipSpaces(text, after, end);
            return op == ":" && (start >= end || text[start] is not ('"' or '\'')) ? -1 : start;
        }
        return isEnv && spaced < end && text[spaced] is not ('\r' or '\n') ? spaced : -1;

        // "A= cmd" in a shell is an empty value; with quotes behind it, it is Groovy.
        int MakeValue(int from) => SkipSpaces(text, from, end) is var s && s < end && text[s] is '"' or '\'' ? s : from;
    }

    /// <summary><c>ENV NAME value</c> of a Dockerfile.</summary>
    private static bool IsLegacyEnv(string text, int at)
    {
        var lineStart = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        return text.AsSpan(lineStart, at - lineStart).Trim().Equals("ENV", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsInComment(string text, int at)
    {
        var lineStart = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var line = text.AsSpan(lineStart, at - lineStart);
        var trimmed = line.TrimStart();
        return trimmed.StartsWith("#") || trimmed.StartsWith("//") || line.Contains(" # ", StringComparison.Ordinal) || line.Contains(" // ", StringComparison.Ordinal);
    }

    private static int SkipSpaces(string text, int at, int end)
    {
        while (at < end && text[at] is ' ' or '\t')
            at++;
        return at;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
