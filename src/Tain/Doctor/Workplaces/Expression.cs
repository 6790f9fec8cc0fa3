using System.Text.RegularExpressions;

namespace Tain.Doctor.Workplaces;

/// <summary>What stands for a value in a text, and is known where it is run only: <c>${X:-a}</c>, <c>$(go env X)</c>, <c>${{ vars.X }}</c>,
/// a template's <c>{{ .X }}</c>, a command between backticks.</summary>
internal static partial class Expression
{
    /// <summary>No expression is as long.</summary>
    private const int MaxLength = 1000;

    /// <summary>What just has for it: <c>env('X', 'a')</c>, <c>env_var_or_default(…)</c>.</summary>
    public static bool IsCall(string text) => text.StartsWith("env", StringComparison.Ordinal) && text.IndexOf('(', StringComparison.Ordinal) is >= 3 and <= 20;

    public static bool IsIn(string text) => IsCall(text) || text.Contains('$', StringComparison.Ordinal) || text.Contains("{{", StringComparison.Ordinal) || text.Contains('`', StringComparison.Ordinal);

    /// <summary>The place behind the expression that begins at <paramref name="at"/>; <paramref name="at"/> itself when none does, -1 when it has no end.</summary>
    public static int Skip(ReadOnlySpan<char> text, int at)
    {
        var rest = text.Slice(at, Math.Min(text.Length - at, MaxLength));
        if (rest is ['`', ..])
            return rest[1..].IndexOf('`') is >= 0 and var close ? at + close + 2 : -1;
        var (open, first) = rest switch
        {
            ['$', '{', ..] => ('{', 1),
            ['$', '(', ..] => ('(', 1),
            ['{', '{', ..] => ('{', 0),
            _ => ('\0', 0),
        };
        if (open == '\0')
            return at;
        var closing = open == '{' ? '}' : ')';
        var depth = 0;
        for (var i = first; i < rest.Length; i++)
        {
            if (rest[i] == open)
                depth++;
            else if (rest[i] == closing && --depth == 0)
                return at + i + 1;
        }
        return -1;
    }

    /// <summary>Where in a value its default stands, when the value is one expression and its default has none in it; null otherwise.</summary>
    public static (int Start, int Length)? DefaultOrNull(string value)
    {
        // make and compose write a $ twice where a shell shall have one.
        var first = value.StartsWith("$$", StringComparison.Ordinal) ? 1 : 0;
        if (value.Length <= first || Skip(value, first) != value.Length || Default().Match(value, first) is not { Success: true } match)
            return null;
        var text = match.Groups["default"];
        var (start, length) = text.ValueSpan is ['"', .., '"'] or ['\'', .., '\''] ? (text.Index + 1, text.Length - 2) : (text.Index, text.Length);
        return IsIn(value.Substring(start, length)) ? null : (start, length);
    }

    // A shell's ${X:-a}, devcontainer.json's ${localEnv:X:a}, GitHub's ${{ vars.X || 'a' }}, Groovy's ${env.X ?: 'a'}.
    [GeneratedRegex("""\G\$(?:\{[A-Za-z_]\w*:?[-=](?<default>.*)\}|\{localEnv:\w+:(?<default>.*)\}|\{\{[^{}]*\|\|\s*'(?<default>[^']*)'\s*\}\}|\{[^{}]*\?:\s*(?<default>'[^']*'|"[^"]*")\s*\})$""")]
    private static partial Regex Default();
}
