using System.Buffers;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

/// <summary>Finds where line-based files give watched variables a value: shell (<c>export A=b</c>, <c>go env -w A=b</c>), make
/// (<c>A ?= b</c>), Dockerfiles (<c>ENV A=b</c>, <c>ENV A b</c>, <c>ARG A=b</c>), Groovy (<c>A = 'b'</c>) and .env files. A scan
/// rather than five parsers: a watched name, an operator and a value look the same in all of them. What may stand there instead
/// does not: see <see cref="Spot"/>.</summary>
internal sealed class AssignmentScan
{
    private const int MaxValue = Surroundings.MaxLine;

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");
    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n;&\"')\\");

    /// <summary>What gives a string behind it to a command as one word.</summary>
    private static readonly string[] TakesAWord = ["go env -w", "-e", "--env", "--build-arg", "export"];

    private readonly TextFile _file;
    private readonly string _text;
    private readonly int _end;
    private readonly TextSyntax _syntax;
    private readonly Surroundings _around;

    private AssignmentScan(TextFile file, int start, int length, TextSyntax syntax)
    {
        (_file, _text, _end, _syntax) = (file, file.Text, start + length, syntax);
        _around = new(_text, start, syntax);
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

    private Assignment? ReadOrNull(string name, int at)
    {
        var next = at + name.Length;
        var isBehindQuote = at > 0 && _text[at - 1] is '"' or '\'';
        // Whether the quotation mark itself stands in a string.
        _around.MoveTo(isBehindQuote ? at - 1 : at);
        var isInString = _around.IsInString;
        _around.MoveTo(at);
        if (at - _around.LineStart > Surroundings.MaxLine || (at > 0 && (IsWordPart(_text[at - 1]) || _text[at - 1] is '$' or '{')) || (at > 0 && _text[at - 1] == '.' && !IsMemberOfEnv(at)) || IsInComment(at) || IsOnlySaid(at))
            return null;
        // A key of JSON has quotes of its own.
        var isKey = isBehindQuote && next < _end && _text[next] == _text[at - 1];
        if (isKey)
            next++;
        if (next >= _end || IsWordPart(_text[next]))
            return null;
        var spaced = SkipSpaces(next);
        var isEnv = spaced > next && LineBefore(at).Trim().Equals("ENV", StringComparison.OrdinalIgnoreCase);
        var value = ValueStart(next, spaced, isEnv);
        if (value < 0)
            return null;
        if (_syntax is TextSyntax.GoEnv)
            return EndOrNull(value, LineEnds) is { } lineEnd ? new(name, _text[value..lineEnd], _file.At(at), value, lineEnd - value) { WholeLine = true, Spot = Spot.Delimited } : null;
        if (_syntax is TextSyntax.Dotenv)
            return DotenvOrNull(name, at, SkipSpaces(value));
        var strict = _syntax switch
        {
            TextSyntax.Inside => Spot.Inside,
            TextSyntax.InsideFlow => Spot.YamlFlow,
            _ => isInString ? Spot.Inside : (Spot?)null,
        };
        if (value < _end && _text[value] is '"' or '\'')
            return QuotedOrNull(name, at, value, strict);
        var isArgument = isBehindQuote && !isKey && IsArgument(at - 1);
        if (isArgument || isEnv)
        {
            // "go env -w 'A=b'" ends at its quotation mark.
            if (EndOrNull(value, isArgument ? SearchValues.Create([_text[at - 1], '\r', '\n']) : LineEnds) is not { } close)
                return null;
            var isClosed = !isArgument || (close < _end && _text[close] == _text[at - 1]) || close == _end;
            return Make(name, at, value, close, isClosed ? strict ?? Spot.Delimited : Spot.Fixed);
        }
        if (_syntax is TextSyntax.Make && strict is null && IsMakeVariable(at))
            return MakeOrNull(name, at, next, value);
        return EndOrNull(value, WordEnds) is { } stop ? Make(name, at, value, stop, strict ?? (isBehindQuote ? Spot.Inside : WordSpot())) : null;
    }

    private Assignment Make(string name, int at, int start, int end, Spot spot)
    {
        var value = _text.AsSpan(start, end - start).TrimEnd();
        return new(name, value.ToString(), _file.At(at), start, value.Length) { Spot = spot };
    }

    private Assignment? QuotedOrNull(string name, int at, int open, Spot? strict)
        => EndOrNull(open + 1, SearchValues.Create([_text[open], '\n'])) is { } close && close < _end && _text[close] == _text[open]
            ? new(name, _text[(open + 1)..close], _file.At(at), open + 1, close - open - 1) { Spot = strict ?? Spot.Delimited } : null;

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

    private Assignment? MakeOrNull(string name, int at, int next, int value)
    {
        if (EndOrNull(value, LineEnds) is not { } lineEnd || EndOrNull(value, WordEnds) is not { } wordEnd)
            return null;
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
        TextSyntax.Docker => DockerSpot(),
        _ => Spot.Inside,
    };

    private Spot DockerSpot()
    {
        var line = _text.AsSpan(_around.LogicalStart, Math.Min(_end - _around.LogicalStart, 1000)).TrimStart('\ufeff').TrimStart();
        var keyword = Word(ref line);
        if (keyword.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase))
            keyword = Word(ref line);
        if (keyword.Equals("ENV", StringComparison.OrdinalIgnoreCase) || keyword.Equals("ARG", StringComparison.OrdinalIgnoreCase))
            return Spot.Verbatim;
        while (line.StartsWith("--"))
            Word(ref line);
        // In JSON form it is a string; in a here-document nobody knows what it is.
        return keyword.Equals("RUN", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("[") ? Spot.Word : Spot.Inside;

        static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
        {
            var end = rest.IndexOfAny(" \t\r\n") is >= 0 and var e ? e : rest.Length;
            var word = rest[..end];
            rest = rest[end..].TrimStart();
            return word;
        }
    }

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

    /// <summary>Where the value begins; -1 when no value is given here.</summary>
    private int ValueStart(int next, int spaced, bool isEnv)
    {
        if (_text[next] == '=' && (next + 1 >= _end || _text[next + 1] != '='))
            // After a shell's = the value follows at once; Groovy and make have a space.
            return next + 1 < _end && _text[next + 1] is ' ' or '\t' ? MakeValue(next + 1) : next + 1;
        foreach (var op in (ReadOnlySpan<string>)["::=", ":=", "?=", "=", ":"])
        {
            if (string.CompareOrdinal(_text, spaced, op, 0, op.Length) != 0)
                continue;
            var after = spaced + op.Length;
            if (op == "=" && after < _end && _text[after] is '=' or '~')
                return -1;
            // A colon is Groovy's or a map's: its value has quotes.
            var start = SkipSpaces(after);
            return op == ":" && (start >= _end || _text[start] is not ('"' or '\'')) ? -1 : start;
        }
        return isEnv && spaced < _end && _text[spaced] is not ('\r' or '\n') ? spaced : -1;

        // "A= cmd" in a shell is an empty value; with quotes behind it, it is Groovy.
        int MakeValue(int from) => SkipSpaces(from) is var s && s < _end && _text[s] is '"' or '\'' ? s : from;
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

    private bool IsInComment(int at)
    {
        var line = LineBefore(at);
        var trimmed = line.TrimStart();
        return trimmed.StartsWith("#") || trimmed.StartsWith("//") || line.Contains(" # ", StringComparison.Ordinal) || line.Contains(" // ", StringComparison.Ordinal);
    }

    /// <summary>What <c>echo</c> prints is set by nobody, unless it goes to a file, as with <c>>> $GITHUB_ENV</c>.</summary>
    private bool IsOnlySaid(int at)
    {
        var command = LineBefore(at);
        command = command[(command.LastIndexOfAny(";&|") + 1)..];
        if (!IsCommand("echo ", command) && !IsCommand("printf ", command))
            return false;
        var rest = _text.AsSpan(at, Math.Min(_end - at, Surroundings.MaxLine));
        rest = rest[..(rest.IndexOfAny(LineEnds) is >= 0 and var end ? end : rest.Length)];
        return !rest.ToString().Replace(">&2", "", StringComparison.Ordinal).AsSpan().ContainsAny('>', '|');

        static bool IsCommand(string word, ReadOnlySpan<char> text) => text.LastIndexOf(word, StringComparison.Ordinal) is >= 0 and var start && (start == 0 || !IsWordPart(text[start - 1]));
    }

    private int SkipSpaces(int at)
    {
        while (at < _end && _text[at] is ' ' or '\t')
            at++;
        return at;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
