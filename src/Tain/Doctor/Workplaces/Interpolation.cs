using System.Text;
using System.Text.RegularExpressions;

namespace Tain.Doctor.Workplaces;

/// <summary>Text with variables, as Dockerfiles, compose files and pipelines have it: <c>$A</c>, <c>${A}</c>, <c>${A-default}</c>, <c>${A:-default}</c>.</summary>
internal static partial class Interpolation
{
    /// <summary>Characters of the text before and after: an image's name has some hundreds at most. What grows beyond it is known to nobody.</summary>
    private const int MaxLength = 4096;

    /// <summary>Defaults within defaults, each of which is one more look at the text.</summary>
    private const int MaxDepth = 8;

    /// <summary>The text with the variables' values. One that is not known stays as it is written, <c>$</c> and all; null when it gets too long.</summary>
    public static string? Expand(string text, Func<string, string?> valueOf) => Expand(text, valueOf, 0);

    private static string? Expand(string text, Func<string, string?> valueOf, int depth)
    {
        if (text.Length > MaxLength || depth > MaxDepth)
            return null;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length && result.Length <= MaxLength;)
        {
            var from = at;
            if (text[at++] != '$' || at == text.Length)
            {
                result.Append(text[from]);
                continue;
            }
            var isBraced = text[at] == '{';
            var start = isBraced ? at + 1 : at;
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            var close = isBraced ? CloseOf(text, end) : end;
            if (close < 0)
                return result.Append(text, from, text.Length - from).ToString();
            var value = end == start ? null : valueOf(text[start..end]);
            at = close;
            if (isBraced)
            {
                var operation = text[end..close];
                at++;
                if (operation.StartsWith(":-", StringComparison.Ordinal))
                    value = string.IsNullOrEmpty(value) ? Expand(operation[2..], valueOf, depth + 1) : value;
                else if (operation.StartsWith('-'))
                    value ??= Expand(operation[1..], valueOf, depth + 1);
                else if (operation.TrimStart(':') is not ("" or ['?', ..]))
                    value = null;
            }
            // "$$" and its like: the second one begins no variable either.
            if (at < text.Length && at == from + 1)
                at++;
            if (value is null)
                result.Append(text, from, at - from);
            else
                result.Append(value);
        }
        return result.Length > MaxLength ? null : result.ToString();
    }

    /// <summary>Where the brace that is open ends; -1 when it does not.</summary>
    private static int CloseOf(string text, int from)
    {
        var depth = 1;
        for (var at = from; at < text.Length; at++)
        {
            if (text[at] == '{')
                depth++;
            else if (text[at] == '}' && --depth == 0)
                return at;
        }
        return -1;
    }

    /// <summary>The lines <c>NAME=value</c> of a file, also with what make and shells write around them; the last one of a name counts.</summary>
    public static Dictionary<string, string> Assigned(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Assignment().Matches(text))
            values[match.Groups["name"].Value] = match.Groups["value"].Value;
        return values;
    }

    [GeneratedRegex("""^[ \t]*(?:(?:export|local|readonly)[ \t]+)?(?<name>[A-Za-z_]\w{0,200})[ \t]*[:?]?=[ \t]*["']?(?<value>[^\s"'#;]*)""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
