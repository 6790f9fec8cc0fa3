using System.Text;

namespace Tain.Doctor.Containers;

/// <summary>A script's commands as a shell sees them: what stands in quotes, comments and here-documents is none.</summary>
internal static class ShellScript
{
    /// <summary>Each command's words without their quotes, and the line, from 1, that it begins in. What is to be computed keeps its <c>$</c>.</summary>
    public static IEnumerable<(IReadOnlyList<string> Words, int Line)> Commands(string script)
    {
        var (line, begin) = (1, 1);
        var words = new List<string>();
        StringBuilder? word = null;
        var heredocs = new Queue<string>();
        for (var at = 0; at <= script.Length; at++)
        {
            var c = at < script.Length ? script[at] : '\n';
            if (c is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')')
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
                if (c is not (' ' or '\t' or '\r') && words.Count > 0)
                {
                    yield return (words, begin);
                    words = [];
                }
                if (c != '\n')
                    continue;
                line++;
                while (heredocs.TryDequeue(out var name))
                    (at, line) = BehindHeredoc(script, at, line, name);
                continue;
            }
            if (c == '#' && word is null)
            {
                at = EndOf(script, '\n', at) - 1;
                continue;
            }
            if (words.Count == 0 && word is null)
                begin = line;
            if (c == '\\')
            {
                // A line that goes on; or one character as it is.
                var length = script.AsSpan(at + 1).StartsWith("\r\n") ? 2 : 1;
                if (at + length < script.Length && script[at + length] == '\n')
                    line++;
                else if (at + 1 < script.Length)
                    (word ??= new()).Append(script[at + 1]);
                at += length;
                continue;
            }
            word ??= new();
            if (c is '\'' or '"')
            {
                var close = c == '\'' ? EndOf(script, c, at + 1) : EndOfQuote(script, at + 1);
                word.Append(script, at + 1, close - at - 1);
                line += script.AsSpan(at, close - at).Count('\n');
                at = close;
            }
            else if (c == '`' || script.AsSpan(at).StartsWith("$(") || script.AsSpan(at).StartsWith("${"))
            {
                var close = c == '`' ? EndOf(script, c, at + 1) : EndOfBrackets(script, at + 1);
                word.Append('$').Append(script, at, close - at);
                line += script.AsSpan(at, close - at).Count('\n');
                at = close;
            }
            else if (script.AsSpan(at).StartsWith("<<<"))
            {
                at += 2;
            }
            else if (script.AsSpan(at).StartsWith("<<"))
            {
                var start = at + (script.AsSpan(at).StartsWith("<<-") ? 3 : 2);
                while (start < script.Length && script[start] is ' ' or '\t')
                    start++;
                var end = start;
                while (end < script.Length && !char.IsWhiteSpace(script[end]) && script[end] is not (';' or '&' or '|' or '(' or ')'))
                    end++;
                heredocs.Enqueue(script[start..end].Trim('"', '\'').TrimStart('\\'));
                at = end - 1;
            }
            else
            {
                word.Append(c);
            }
        }
    }

    /// <summary>The end of the line that has the name alone, or of the script.</summary>
    private static (int At, int Line) BehindHeredoc(string script, int at, int line, string name)
    {
        while (at < script.Length)
        {
            var end = EndOf(script, '\n', at + 1);
            var text = at + 1 < script.Length ? script.AsSpan(at + 1, end - at - 1).Trim() : default;
            at = end;
            line++;
            if (text.SequenceEqual(name))
                break;
        }
        return (at, line);
    }

    /// <summary>Where the character is; the script's end when it is nowhere.</summary>
    private static int EndOf(string script, char c, int from) => from < script.Length && script.IndexOf(c, from) is >= 0 and var at ? at : script.Length;

    private static int EndOfQuote(string script, int from)
    {
        for (; from < script.Length && script[from] != '"'; from++)
        {
            if (script[from] == '\\')
                from++;
        }
        return Math.Min(from, script.Length);
    }

    /// <summary>Of <c>$(…)</c>, <c>${…}</c> and a pipeline's own <c>${{ … }}</c>: behind the last bracket.</summary>
    private static int EndOfBrackets(string script, int open)
    {
        var depth = 0;
        var (opening, closing) = script[open] == '(' ? ('(', ')') : ('{', '}');
        for (var at = open; at < script.Length; at++)
        {
            if (script[at] == opening)
                depth++;
            else if (script[at] == closing && --depth == 0)
                return at;
        }
        return script.Length;
    }
}
