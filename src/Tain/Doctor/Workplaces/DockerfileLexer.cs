using System.Text;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

/// <summary>A Dockerfile in its instructions, as BuildKit reads it (docs.docker.com/reference/dockerfile, BuildKit's <c>parser.go</c>).</summary>
/// <param name="Syntax">What <c># syntax=</c> names: the image that does the building.</param>
internal sealed record DockerfileText(IReadOnlyList<DockerInstruction> Instructions, DockerWord? Syntax);

internal sealed class DockerfileLexer
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL",
    };

    private static readonly System.Buffers.SearchValues<char> EndsAName = System.Buffers.SearchValues.Create("<>\"'()&|;$");

    private readonly TextFile _file;
    private readonly List<DockerInstruction> _instructions = [];
    private char _escape = '\\';
    private DockerWord? _syntax;
    private readonly int _first;
    private int _line;

    private DockerfileLexer(TextFile file, int first)
    {
        _file = file;
        _line = _first = first;
    }

    /// <summary>Null, and named, when it is no Dockerfile: it never repeats what stands there, which may be anything.</summary>
    /// <param name="first">The line that it begins in, from 1.</param>
    public static DockerfileText? ParseOrNull(TextFile file, FileReader files, int first = 1)
    {
        var lexer = new DockerfileLexer(file, first);
        if (lexer.Read() is { } problem)
        {
            files.PassOverMalformed(file, "Dockerfile", problem.Line, problem.What);
            return null;
        }
        return new(lexer._instructions, lexer._syntax);
    }

    private (int Line, string What)? Read()
    {
        ReadDirectives();
        while (_line <= _file.LineCount)
        {
            var first = _file.Line(_line).TrimStart();
            if (_line == 1)
                first = first.TrimStart('\ufeff').TrimStart();
            if (first.IsEmpty || first[0] == '#')
            {
                _line++;
                continue;
            }
            var begin = _line;
            var joined = ReadJoined();
            if (Instruction(joined, begin, isOnBuild: false) is { } what)
                return (begin, what);
        }
        return null;
    }

    /// <summary><c># escape=`</c> and <c># syntax=…</c>, which count before all else only; another comment ends them.</summary>
    private void ReadDirectives()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var line = _first; line <= _file.LineCount; line++)
        {
            var text = _file.Line(line).TrimStart('\ufeff').Trim();
            if (text.IsEmpty || text[0] != '#' || text.IndexOf('=') is not (> 0 and var equals))
                return;
            var name = text[1..equals].Trim().ToString().ToLowerInvariant();
            var value = text[(equals + 1)..].Trim().ToString();
            if (name is not ("escape" or "syntax" or "check") || !seen.Add(name))
                return;
            if (name == "escape" && value == "`")
                _escape = '`';
            else if (name == "syntax")
                _syntax = new(value, line);
        }
    }

    /// <summary>The characters of an instruction over all its lines, each with its line; comments and empty lines between them are none of it.</summary>
    private (StringBuilder Text, List<int> Lines) ReadJoined()
    {
        var text = new StringBuilder();
        var lines = new List<int>();
        var isFirst = true;
        for (; _line <= _file.LineCount; _line++)
        {
            var line = _file.Line(_line);
            if (_line == 1)
                line = line.TrimStart('\ufeff');
            var trimmed = line.TrimStart();
            if (!isFirst && (trimmed.IsEmpty || trimmed[0] == '#'))
                continue;
            isFirst = false;
            var end = line.TrimEnd(" \t");
            // Two of them are one that is meant.
            var goesOn = end.Length > 0 && end[^1] == _escape && !(end.Length > 1 && end[^2] == _escape);
            var part = goesOn ? end[..^1] : line;
            text.Append(part);
            for (var i = 0; i < part.Length; i++)
                lines.Add(_line);
            if (!goesOn)
            {
                _line++;
                break;
            }
        }
        lines.Add(Math.Min(_line, _file.LineCount));
        return (text, lines);
    }

    /// <summary>What is wrong; null when nothing is.</summary>
    private string? Instruction((StringBuilder Text, List<int> Lines) joined, int begin, bool isOnBuild, int from = 0)
    {
        var text = joined.Text.ToString();
        var at = from;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
            at++;
        var keyword = text[start..at].ToUpperInvariant();
        if (!Keywords.Contains(keyword))
            return "what this line begins with is no instruction";
        if (keyword == "ONBUILD")
            return isOnBuild ? "an ONBUILD within an ONBUILD" : Instruction(joined, begin, isOnBuild: true, at);
        var rest = text[at..];
        var heredocs = new List<(string Name, bool Tabs)>();
        var words = SplitWords(text, at, joined.Lines, keyword is "RUN" or "COPY" or "ADD" ? heredocs : null);
        var flags = words.TakeWhile(w => w.Text.StartsWith("--", StringComparison.Ordinal) && w.Text.Length > 2).ToList();
        words.RemoveRange(0, flags.Count);
        if (keyword is "COPY" or "ADD" && words is [{ Text: ['[', ..] }, ..] && JsonWords(rest, words[0].Line) is { } list)
            words = list;
        var script = new StringBuilder(rest.Trim());
        foreach (var (name, tabs) in heredocs)
        {
            var ended = false;
            for (; _line <= _file.LineCount && !ended; _line++)
            {
                var line = _file.Line(_line);
                ended = (tabs ? line.TrimStart('\t') : line).SequenceEqual(name);
                // A file that a COPY writes runs nowhere.
                if (!ended && keyword == "RUN")
                    script.Append('\n').Append(line);
            }
            if (!ended)
                return "a here-document without an end";
        }
        _instructions.Add(new(keyword, joined.Lines[start], flags, words, script.ToString()) { IsOnBuild = isOnBuild });
        return null;
    }

    /// <summary>Words between spaces; quotes hold them together and are dropped. What follows a <c>&lt;&lt;</c> goes to <paramref name="heredocs"/>.</summary>
    private List<DockerWord> SplitWords(string text, int at, List<int> lines, List<(string Name, bool Tabs)>? heredocs)
    {
        var words = new List<DockerWord>();
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at >= text.Length)
                return words;
            var start = at;
            var word = new StringBuilder();
            var quote = '\0';
            for (; at < text.Length && (quote != '\0' || !char.IsWhiteSpace(text[at])); at++)
            {
                if (text[at] == _escape && quote != '\'' && at + 1 < text.Length)
                    word.Append(text[++at]);
                else if (quote == '\0' && text[at] is '"' or '\'')
                    quote = text[at];
                else if (text[at] == quote)
                    quote = '\0';
                else
                    word.Append(text[at]);
            }
            if (heredocs is not null && HeredocOrNull(text.AsSpan(start, at - start)) is { } heredoc)
                heredocs.Add(heredoc);
            words.Add(new(word.ToString(), lines[start]));
        }
    }

    /// <summary><c>&lt;&lt;EOF</c>, <c>3&lt;&lt;-"EOF"</c>; not <c>&lt;&lt;&lt;word</c>, and not <c>$((1&lt;&lt;2))</c>.</summary>
    private static (string Name, bool Tabs)? HeredocOrNull(ReadOnlySpan<char> word)
    {
        var rest = word.TrimStart("0123456789");
        if (!rest.StartsWith("<<"))
            return null;
        rest = rest[2..];
        var tabs = rest.StartsWith("-");
        rest = rest[(tabs ? 1 : 0)..];
        if (rest.Length > 2 && rest[0] is '"' or '\'' && rest[^1] == rest[0])
            rest = rest[1..^1];
        // What a shell may write behind it at once: <<EOF;
        rest = rest.TrimEnd(';');
        return rest.IsEmpty || rest.ContainsAny(EndsAName) ? null : (rest.ToString(), tabs);
    }

    private static List<DockerWord>? JsonWords(string text, int line)
    {
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(Encoding.UTF8.GetBytes(text[text.IndexOf('[', StringComparison.Ordinal)..].Trim()));
            var words = new List<DockerWord>();
            reader.Read();
            while (reader.Read() && reader.TokenType is System.Text.Json.JsonTokenType.String)
                words.Add(new(reader.GetString()!, line));
            return reader.TokenType is System.Text.Json.JsonTokenType.EndArray ? words : null;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
