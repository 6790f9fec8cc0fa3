using System.Buffers;
using System.Text.RegularExpressions;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

/// <summary>Finds where files that are no YAML, and scalars of YAML, give watched variables a value: shell (<c>export A=b</c>,
/// <c>go env -w A=b</c>), make (<c>A ?= b</c>), Dockerfiles (<c>ENV A=b</c>, <c>ENV A b</c>, <c>ARG A=b</c>), Groovy (<c>A = 'b'</c>), JSON, TOML
/// and .env files. A scan for the names: where one stands is told by <see cref="Surroundings"/> and, in what is run, by
/// <see cref="ShellPosition"/>; what may stand in its value's place, by <see cref="Spot"/>.</summary>
internal sealed partial class AssignmentScan
{
    private const int MaxValue = Surroundings.MaxLine;

    private static readonly SearchValues<char> EndsPattern = SearchValues.Create("() \t\r\n");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    /// <summary>What gives a string behind it to a command as one word.</summary>
    private static readonly string[] TakesAWord = ["go env -w", "-e", "--env", "--build-arg", "export"];

    private readonly TextFile _file;
    private readonly string _text;
    private readonly int _end;
    private readonly TextSyntax _syntax;
    private readonly Surroundings _around;
    private readonly RunText _run;

    private AssignmentScan(TextFile file, int start, int length, TextSyntax syntax)
    {
        (_file, _text, _end, _syntax) = (file, file.Text, start + length, syntax);
        _around = new(_text, start, syntax);
        _run = new(_text, start, _end, syntax, _around);
    }

    /// <param name="wholeLine">Values go on to the line's end and have no quotes, as in a <c>go env</c> file.</param>
    public static IEnumerable<Assignment> Find(TextFile file, IReadOnlyCollection<string> names, int start, int length, bool wholeLine = false)
        => Find(file, names, start, length, wholeLine ? TextSyntax.GoEnv : TextSyntax.Shell);

    /// <param name="start">Where in the file to look, and <paramref name="length"/> how far.</param>
    public static IEnumerable<Assignment> Find(TextFile file, IReadOnlyCollection<string> names, int start, int length, TextSyntax syntax)
    {
        var end = start + length;
        var hits = new List<(int At, string Name)>();
        foreach (var name in names)
        {
            for (var at = file.Text.IndexOf(name, start, end - start, StringComparison.Ordinal); at >= 0; at = at + 1 < end ? file.Text.IndexOf(name, at + 1, end - at - 1, StringComparison.Ordinal) : -1)
                hits.Add((at, name));
        }
        if (hits.Count == 0)
            return [];
        hits.Sort((a, b) => a.At.CompareTo(b.At));
        var scan = new AssignmentScan(file, start, length, syntax);
        return [.. hits.Select(h => scan.ReadOrNull(h.Name, h.At)).OfType<Assignment>()];
    }

    /// <summary>Those of some places of a text where a command begins, and is not only spoken of.</summary>
    /// <param name="places">In their order, from <paramref name="start"/> on.</param>
    public static IEnumerable<int> Commands(TextFile file, IEnumerable<int> places, int start, int length, TextSyntax syntax)
    {
        var scan = new AssignmentScan(file, start, length, syntax);
        foreach (var at in places)
        {
            scan._around.MoveTo(at);
            if (!scan._around.IsComment && scan._run.ShellOrNull(at) is { } shell && shell.IsCommand(at, scan._run.End))
                yield return at;
        }
    }

    private Assignment? ReadOrNull(string name, int at)
    {
        var next = at + name.Length;
        var isBehindQuote = at > 0 && _text[at - 1] is '"' or '\'';
        // Whether the quotation mark itself stands in a string.
        _around.MoveTo(isBehindQuote ? at - 1 : at);
        var isInString = _around.IsInString;
        _around.MoveTo(at);
        if (at - _around.LineStart > Surroundings.MaxLine || next >= _end || (at > 0 && (IsWordPart(_text[at - 1]) || _text[at - 1] is '{' or '$')) || IsWordPart(_text[next]))
            return null;
        if (_syntax is TextSyntax.GoEnv)
            return _text[next] == '=' ? LineOrNull(name, at, next + 1) : null;
        if (_syntax is TextSyntax.Dotenv)
            return SkipSpaces(next) is var op && op < _end && _text[op] == '=' ? DotenvOrNull(name, at, SkipSpaces(op + 1)) : null;
        if (isBehindQuote && NamedOrNull(name, at, next, isInString) is { } named)
            return named;
        if (_syntax is TextSyntax.Make && IsMakeVariable(at))
            return MakeOrNull(name, at, next);
        if (_syntax is TextSyntax.Groovy or TextSyntax.Strings && !isInString)
        {
            if (_around.IsComment)
                return null;
            if (!_around.IsInString || _text[next] == _text[at - 1])
                return MemberOrNull(name, at, next);
            if (_text[next] == '=' && IsArgument(at - 1))
                return ToQuoteOrNull(name, at, next + 1, _text[at - 1], null);
        }
        return _run.ShellOrNull(at) is { } shell && shell.At(at, _run.End) is not Role.None and var role ? InShellOrNull(name, at, next, shell, role) : null;
    }

    /// <summary>Where a shell, or an instruction of a Dockerfile, takes it for an assignment.</summary>
    private Assignment? InShellOrNull(string name, int at, int next, ShellPosition shell, Role role)
    {
        var isWindows = at > shell.Start && _text[at - 1] == ':';
        var spaced = SkipSpaces(next);
        var isWords = role is Role.Name || (spaced > next && _run.IsSetting && IsFirstWord(shell, at));
        var value = isWords && spaced > next && spaced < _end ? spaced
            : _text[next] == '=' && (next + 1 >= _end || _text[next + 1] is not ('=' or '~')) ? next + 1
            : isWindows && spaced < _end && _text[spaced] == '=' ? SkipSpaces(spaced + 1) : -1;
        if (value < 0)
            return null;
        var strict = StrictSpot(shell);
        if (role is Role.Line)
            return value < _end && _text[value] is '"' or '\'' ? QuotedOrNull(name, at, value, Spot.Inside) : LineOrNull(name, at, value) is { } line ? line with { WholeLine = false, Spot = Spot.Inside } : null;
        if (role is Role.Quoted)
            return ToQuoteOrNull(name, at, value, shell.Closing, strict);
        // "--env=A=b" in a list is one word, whatever is in it.
        if (_syntax is TextSyntax.Strings && ShellCommand.IsOption(_text.AsSpan(shell.Start, at - shell.Start)))
            return ToQuoteOrNull(name, at, value, _text[shell.Start - 1], null);
        if (isWords && _run.IsSetting)
            return EndOrNull(value, LineEnds) is { } lineEnd ? Make(name, at, value, lineEnd, Spot.Delimited) : null;
        return WordOrNull(name, at, value, strict) is { } found && !IsAnnouncement(found) && !IsLabel(found, at) ? found : null;
    }

    /// <summary>A case's <c>A=b)</c> or <c>A=b|c)</c>. A subshell that only assigned would do nothing.</summary>
    private bool IsLabel(Assignment found, int at)
    {
        var rest = _text.AsSpan(found.Start + found.Length, Math.Min(_end - found.Start - found.Length, Surroundings.MaxLine));
        return rest.IndexOfAny(EndsPattern) is >= 0 and var next && rest[next] == ')' && !_text.AsSpan(_around.LineStart, at - _around.LineStart).Contains('(');
    }

    /// <summary>What stands within another language's string may have no quotes of its own.</summary>
    private Spot? StrictSpot(ShellPosition shell) => _syntax switch
    {
        TextSyntax.Inside => Spot.Inside,
        TextSyntax.InsideFlow => Spot.YamlFlow,
        TextSyntax.Groovy or TextSyntax.Strings => Spot.Inside,
        _ => shell.IsInString || (_syntax is TextSyntax.Docker && _around.IsInString) ? Spot.Inside : null,
    };

    private Assignment? WordOrNull(string name, int at, int value, Spot? strict)
    {
        // The quotes of a string within a string.
        if (strict is not null && value + 1 < _end && _text[value] == '\\' && _text[value + 1] is '"' or '\'')
            return ToQuoteOrNull(name, at, value + 2, _text[value + 1], strict);
        var isShell = _syntax is not TextSyntax.Docker || !_run.IsSetting;
        if (value < _run.End && _text[value] is '"' or '\'' && QuotedOrNull(name, at, value, strict) is { } quoted
            && (strict is not null || ShellWord.IsEnd(_text, quoted.Start + quoted.Length + 1, _run.End)))
            return quoted;
        var word = ShellWord.Read(_text, value, Math.Min(_run.End, value + MaxValue), isShell, strict is not null);
        // printf's %s, and cmd's %NAME%.
        if (word.Value.StartsWith('%'))
            return null;
        var isLiteral = _text.AsSpan(value, word.End - value).SequenceEqual(word.Value);
        return new(name, word.Value, _file.At(at), value, word.End - value) { Spot = isLiteral ? strict ?? WordSpot() : Spot.Fixed };
    }

    private Assignment? ToQuoteOrNull(string name, int at, int value, char quote, Spot? strict)
    {
        if (EndOrNull(value, SearchValues.Create([quote, '\r', '\n'])) is not { } close)
            return null;
        var isClosed = close == _end || _text[close] == quote;
        while (close > value && _text[close - 1] == '\\')
            close--;
        return value < close && _text[value] == '%' ? null : Make(name, at, value, close, isClosed ? strict ?? Spot.Delimited : Spot.Fixed);
    }

    /// <summary>A key or a field and its value in quotes: Groovy (<c>env.A = 'b'</c>), JSON, TOML.</summary>
    private Assignment? MemberOrNull(string name, int at, int next)
    {
        if (at > 0 && _text[at - 1] == '.' && !IsMemberOfEnv(at))
            return null;
        next = SkipSpaces(_around.IsInString ? next + 1 : next);
        if (next >= _end || _text[next] is not ('=' or ':') || (_text[next] == '=' && next + 1 < _end && _text[next + 1] is '=' or '~'))
            return null;
        next = SkipSpaces(next + 1);
        return next < _end && _text[next] is '"' or '\'' ? QuotedOrNull(name, at, next, null) : null;
    }

    /// <summary>A name in quotes of its own: <c>env['A'] = 'b'</c>, <c>SetEnvironmentVariable('A', 'b')</c>, <c>env.setProperty('A', 'b')</c>.</summary>
    private Assignment? NamedOrNull(string name, int at, int next, bool isInString)
    {
        if (_text[next] != _text[at - 1] || _around.IsComment)
            return null;
        var before = LineBefore(at - 1);
        var isField = before.EndsWith("env[");
        if (!isField && !before.EndsWith("etEnvironmentVariable(") && !before.EndsWith(".setProperty("))
            return null;
        next = SkipSpaces(next + 1);
        if (isField && next < _end && _text[next] == ']')
            next = SkipSpaces(next + 1);
        if (next >= _end || _text[next] != (isField ? '=' : ',') || LineBefore(at).TrimStart() is ['#', ..])
            return null;
        next = SkipSpaces(next + 1);
        return next < _end && _text[next] is '"' or '\'' ? QuotedOrNull(name, at, next, isInString || _syntax is TextSyntax.Inside ? Spot.Inside : null) : null;
    }

    /// <summary>How a release is made known to the public proxy (go.dev/doc/modules/publishing): it asks for nothing that is built.</summary>
    private bool IsAnnouncement(Assignment assignment)
    {
        var from = assignment.Start + assignment.Length;
        return Announcement().IsMatch(_text.AsSpan(from, Math.Min(_end - from, 300)));
    }

    private Assignment? LineOrNull(string name, int at, int value)
        => EndOrNull(value, LineEnds) is { } end ? new(name, _text[value..end], _file.At(at), value, end - value) { WholeLine = true, Spot = Spot.Delimited } : null;

    private Assignment Make(string name, int at, int start, int end, Spot spot)
    {
        var value = _text.AsSpan(start, end - start).TrimEnd();
        return new(name, value.ToString(), _file.At(at), start, value.Length) { Spot = spot };
    }

    private Assignment? QuotedOrNull(string name, int at, int open, Spot? strict)
    {
        var rest = _text.AsSpan(0, Math.Min(_end, open + MaxValue));
        var isClosed = true;
        for (var i = open + 1; i < rest.Length && rest[i] != '\n'; i++)
        {
            // Within ${…} quotes begin anew.
            var behind = isClosed && _text[open] == '"' ? Expression.Skip(rest, i) : i;
            isClosed = behind >= 0;
            if (behind > i)
                i = behind - 1;
            else if (rest[i] == _text[open])
                return new(name, _text[(open + 1)..i], _file.At(at), open + 1, i - open - 1) { Spot = strict ?? Spot.Delimited };
            else if (rest[i] == '\\' && _text[open] == '"')
                i++;
        }
        return null;
    }

    /// <summary>Its quotes hold a value together, and a # behind a space begins a comment; what takes the quotes for its own
    /// (<c>docker run --env-file</c>) gets none that were not there.</summary>
    private Assignment? DotenvOrNull(string name, int at, int value)
    {
        var before = LineBefore(at).Trim();
        if (!before.TrimStart('\ufeff').IsEmpty && !before.SequenceEqual("export"))
            return null;
        if (value < _end && _text[value] is '"' or '\'')
            return QuotedOrNull(name, at, value, null) is { } quoted ? quoted with { WholeLine = true } : null;
        if (EndOrNull(value, LineEnds) is not { } end)
            return null;
        return Make(name, at, value, CutComment(value, end), Spot.Verbatim) with { WholeLine = true };
    }

    private int CutComment(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (_text[i] == '#' && _text[i - 1] is ' ' or '\t')
                return i;
        }
        return end;
    }

    /// <summary>A variable of make's own, not of a recipe's shell: alone on its line, or behind <c>target:</c>.</summary>
    private bool IsMakeVariable(int at)
    {
        var before = LineBefore(at);
        if (before is ['\t', ..] || _around.LogicalStart != _around.LineStart)
            return false;
        before = before.Trim();
        foreach (var word in (ReadOnlySpan<string>)["export", "override", "private"])
        {
            if (before.EndsWith(word, StringComparison.Ordinal) && (before.Length == word.Length || before[^(word.Length + 1)] is ' ' or '\t' or ':'))
                before = before[..^word.Length].TrimEnd();
        }
        return before.IsEmpty || before[^1] == ':';
    }

    private Assignment? MakeOrNull(string name, int at, int next)
    {
        var op = SkipSpaces(next);
        var rest = _text.AsSpan(op, Math.Min(_end - op, 3));
        var length = rest switch { [':', ':', '='] => 3, [':' or '?', '=', ..] => 2, ['=', ..] and not ['=', '=', ..] => 1, _ => 0 };
        var value = SkipSpaces(op + length);
        if (length == 0 || EndOrNull(value, LineEnds) is not { } lineEnd)
            return null;
        if (value < _end && _text[value] is '"' or '\'' && QuotedOrNull(name, at, value, null) is { } quoted)
            return quoted;
        var wordEnd = ShellWord.Read(_text, value, lineEnd, isShell: true, isInString: true).End;
        var end = CutComment(value, lineEnd);
        // "A=b c" may be a shell's, in a define; with a space or a colon before the = it is make's alone.
        var isMakes = _text[next] != '=' || (next + 1 < _end && _text[next + 1] is ' ' or '\t');
        var isWhole = _text.AsSpan(wordEnd, Math.Max(end - wordEnd, 0)).Trim().IsEmpty;
        if (isMakes && _text.AsSpan(value, end - value).TrimEnd() is var all && !all.EndsWith("\\"))
            return Make(name, at, value, end, Spot.Delimited);
        return Make(name, at, value, wordEnd, isWhole ? Spot.Verbatim : Spot.Fixed);
    }

    /// <summary>What a word without quotes is here.</summary>
    private Spot WordSpot() => _syntax switch
    {
        TextSyntax.Shell => Spot.Word,
        TextSyntax.Make => Spot.Bare,
        TextSyntax.Docker => _run.IsSetting ? Spot.Verbatim : Spot.Word,
        _ => Spot.Inside,
    };

    /// <summary><c>ENV A b c</c> has one value.</summary>
    private bool IsFirstWord(ShellPosition shell, int at) => _text.AsSpan(shell.Start, at - shell.Start).IsWhiteSpace() && _text.AsSpan(0, shell.Start).TrimEnd().EndsWith("ENV", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a string is one word for what stands before it, and no command.</summary>
    private bool IsArgument(int quote)
    {
        var back = _text.AsSpan(Math.Max(0, quote - 2000), Math.Min(quote, 2000));
        var before = back[(back.LastIndexOf('\n') + 1)..].TrimEnd("\"', \t\\");
        foreach (var word in TakesAWord)
        {
            if (before.EndsWith(word, StringComparison.Ordinal) && (before.Length == word.Length || !IsWordPart(before[^(word.Length + 1)])))
                return true;
        }
        var list = back.LastIndexOf("withEnv(", StringComparison.Ordinal);
        return list >= 0 && !back[list..].Contains("])", StringComparison.Ordinal);
    }

    /// <summary>The next of these characters, or the end; null when it is further away than any value is long.</summary>
    private int? EndOrNull(int start, SearchValues<char> ends)
    {
        if (start > _end)
            return null;
        var length = Math.Min(_end - start, MaxValue);
        var at = _text.AsSpan(start, length).IndexOfAny(ends);
        return at >= 0 ? start + at : start + length == _end ? _end : null;
    }

    private ReadOnlySpan<char> LineBefore(int at) => _text.AsSpan(_around.LineStart, at - _around.LineStart);

    /// <summary><c>env.GOPROXY = '…'</c> of a Jenkinsfile; a field of anything else is nobody's setting.</summary>
    private bool IsMemberOfEnv(int at) => at >= 4 && string.CompareOrdinal(_text, at - 4, "env.", 0, 4) == 0 && (at == 4 || (!IsWordPart(_text[at - 5]) && _text[at - 5] is not ('.' or '$' or '{')));

    private int SkipSpaces(int at)
    {
        while (at < _end && _text[at] is ' ' or '\t')
            at++;
        return at;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    [GeneratedRegex(@"^[ ]+(?:\w+=\S+[ ]+)*\S*go[ ]+list[ ]+(?:-\S+[ ]+)*-m[ ][^\r\n;&|]*@")]
    private static partial Regex Announcement();
}
