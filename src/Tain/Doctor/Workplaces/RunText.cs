using System.Buffers;
using System.Text.RegularExpressions;

namespace Tain.Doctor.Workplaces;

/// <summary>Finds the text around a place that a shell runs: all of a script, an instruction, a recipe's line, a string.</summary>
internal sealed partial class RunText(string text, int start, int end, TextSyntax syntax, Surroundings around)
{
    private static readonly SearchValues<char> BeforeKeys = SearchValues.Create("\" \t\r\n{,");

    /// <summary>What is said to people.</summary>
    private static readonly HashSet<string> Prose = new(StringComparer.OrdinalIgnoreCase)
    {
        "name", "description", "title", "displayName", "summary", "desc", "detail", "message", "msg", "comment", "$comment", "label", "labels", "annotations", "help", "prompt", "if", "when", "condition", "uses", "text", "documentation", "body",
    };

    private ShellPosition? _shell;
    private (int Start, int End) _string = (-1, -1);

    /// <summary>Where the text ends.</summary>
    public int End { get; private set; }

    /// <summary>Whether what a key of YAML, JSON or TOML gives its value to is read by people, or is a condition.</summary>
    public static bool IsProse(string key) => Prose.Contains(key) || key.EndsWith(".md", StringComparison.Ordinal) || key.EndsWith(".txt", StringComparison.Ordinal);

    /// <summary>An instruction of a Dockerfile that sets variables itself.</summary>
    public bool IsSetting { get; private set; }

    /// <summary>The text that <paramref name="at"/> stands in, where <see cref="Surroundings"/> is; null when nothing is run there.</summary>
    public ShellPosition? ShellOrNull(int at) => syntax switch
    {
        TextSyntax.Shell => Of(start, end),
        TextSyntax.Inside or TextSyntax.InsideFlow => Of(start, end, isEscaped: start > 0 && text[start - 1] == '"'),
        TextSyntax.Docker => InDockerfile(),
        TextSyntax.Make => InMakefile(),
        TextSyntax.Groovy => around.IsInString && IsGroovyCommand(at) ? String() : null,
        TextSyntax.Strings => around.IsInString && !IsProseString() ? String() : null,
        _ => null,
    };

    private ShellPosition Of(int from, int to, bool joins = false, bool isEscaped = false)
    {
        End = to;
        return _shell?.Start == from ? _shell : _shell = new(text, from, joins, isEscaped);
    }

    private ShellPosition String()
    {
        if (_string.Start != around.StringStart)
            _string = (around.StringStart, around.StringEnd(end));
        return Of(_string.Start, _string.End, isEscaped: true);
    }

    private ShellPosition? InDockerfile()
    {
        var line = text.AsSpan(around.LogicalStart, Math.Min(end - around.LogicalStart, 1000)).TrimStart('\ufeff');
        line = line.TrimStart();
        var keyword = Word(ref line);
        if (keyword.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase))
            keyword = Word(ref line);
        IsSetting = keyword.Equals("ENV", StringComparison.OrdinalIgnoreCase) || keyword.Equals("ARG", StringComparison.OrdinalIgnoreCase);
        var isRun = keyword.Equals("RUN", StringComparison.OrdinalIgnoreCase);
        if (keyword.Equals("HEALTHCHECK", StringComparison.OrdinalIgnoreCase))
        {
            while (line.StartsWith("--"))
                Word(ref line);
            keyword = Word(ref line);
        }
        isRun |= keyword.Equals("CMD", StringComparison.OrdinalIgnoreCase) || keyword.Equals("ENTRYPOINT", StringComparison.OrdinalIgnoreCase);
        // What these write is told by their here-document's file.
        if (keyword.Equals("COPY", StringComparison.OrdinalIgnoreCase) || keyword.Equals("ADD", StringComparison.OrdinalIgnoreCase))
            return Of(around.LogicalStart, end, joins: true);
        if (!isRun && !IsSetting)
            return null;
        while (isRun && line.StartsWith("--"))
            Word(ref line);
        if (isRun && line.StartsWith("["))
            return around.IsInString ? String() : null;
        return Of(around.LogicalStart + Behind(line), end, joins: true);

        static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
        {
            var close = rest.IndexOfAny(" \t\r\n") is >= 0 and var e ? e : rest.Length;
            var word = rest[..close];
            rest = rest[close..].TrimStart(" \t");
            return word;
        }

        int Behind(ReadOnlySpan<char> rest) => Math.Min(end - around.LogicalStart, 1000) - rest.Length;
    }

    private ShellPosition InMakefile()
    {
        var from = around.LogicalStart;
        if (from < end && text[from] == '\t')
        {
            // @ and - are make's own.
            while (from < end && text[from] is '\t' or ' ' or '@' or '-' or '+')
                from++;
        }
        else if (Variable().Match(text, from, Math.Min(end - from, 200)) is { Success: true } variable)
            from += variable.Length;
        return Of(from, end);
    }

    private bool IsGroovyCommand(int at)
    {
        var before = BeforeString();
        // A string that is kept for later may be anything, unless it says more.
        return before is [.., '='] ? at > around.StringStart : GroovyCommand().IsMatch(before);
    }

    private bool IsProseString()
    {
        var before = BeforeString();
        if (before is not [.., ':' or '='])
            return false;
        before = before[..^1].TrimEnd().TrimEnd('"');
        return IsProse(before[(before.LastIndexOfAny(BeforeKeys) + 1)..].ToString());
    }

    private ReadOnlySpan<char> BeforeString()
    {
        var quote = around.StringStart - 1;
        return text.AsSpan(Math.Max(0, quote - 200), Math.Min(quote, 200)).TrimEnd("\"' \t\r\n");
    }

    [GeneratedRegex(@"\G[ ]*(?:export\s+)?[\w.-]+[ ]*(?:\?|\+|::?)?=[ ]*")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?:\b(?:sh|bat|powershell|pwsh|args|inside|withRun|run)\s*\(?|\b(?:script|args)\s*:)$")]
    private static partial Regex GroovyCommand();
}
