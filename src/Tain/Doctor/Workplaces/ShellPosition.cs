namespace Tain.Doctor.Workplaces;

/// <summary>What a name with a value is at a place of a text that a shell runs.</summary>
internal enum Role
{
    /// <summary>Nothing that sets a variable: an argument of grep's, a comment, what is printed on the terminal.</summary>
    None,

    /// <summary>A shell's assignment, or an argument that is one: its value is a word.</summary>
    Word,

    /// <summary>All up to the quotation mark before it is one word.</summary>
    Quoted,

    /// <summary>A name as a word of its own, and the value is the word behind it: <c>setx NAME value</c>.</summary>
    Name,

    /// <summary>A line of a file that is read line by line: the value goes on to its end.</summary>
    Line,
}

/// <summary>Walks once through a text that a shell runs, and tells what an assignment is at a place in it.</summary>
/// <param name="joins">A line's end ends no command: in a Dockerfile's instruction they stand between comments only.</param>
/// <param name="isEscaped">The text stands in a string whose quotes need a backslash within it.</param>
internal sealed class ShellPosition(string text, int start, bool joins, bool isEscaped)
{
    /// <summary>A command that is longer is not read: nobody would find a setting in it either.</summary>
    private const int MaxCommand = 2000;

    /// <summary>Texts within texts: bash -c "bash -c '…'".</summary>
    private const int MaxDepth = 4;

    private readonly Stack<(int Command, int Word, char Quote, char Open)> _outer = new();
    private readonly List<(string Name, bool Tabs)> _awaited = [];
    private int _at = start;
    private int _command = start;
    private int _word = -1;
    private char _quote;
    private int _open;
    private bool _isComment;
    private int _groups;
    private (int Start, int End, int OwnerStart, int OwnerEnd) _body = (-1, -1, 0, 0);
    private bool? _isShellBody;
    private WrittenFile? _bodyFile;
    private ShellCommand? _reader;
    private ShellPosition? _inner;

    private int Depth { get; init; }

    /// <summary>Where the text begins.</summary>
    public int Start { get; } = start;

    /// <summary>Whether a shell reads the place as a part of a quoted string.</summary>
    public bool IsInString { get; private set; }

    /// <summary>The quotation mark that ends the string which the place is in; <c>\0</c> when it is in none.</summary>
    public char Closing { get; private set; }

    /// <param name="end">Where the text ends, as far as is known.</param>
    public Role At(int at, int end)
    {
        (IsInString, Closing) = (false, '\0');
        if (!MoveTo(at, end) || _isComment)
            return Role.None;
        if (at < _body.End)
            return InBody(at, end);
        if (at - _command > MaxCommand)
            return Role.None;
        var wordStart = _word >= 0 ? _word : at;
        var prefix = text.AsSpan(wordStart, at - wordStart);
        var next = Next(wordStart);
        (IsInString, Closing) = (_quote != '\0', _quote);
        var bare = prefix.Trim("\"'\\");
        if (ShellCommand.IsOption(bare))
        {
            IsInString = false;
            return next is NextWord.Printed || (next is NextWord.Start && bare is ['-', ..] && wordStart != Start) ? Role.None : _quote == '\0' ? Role.Word : Role.Quoted;
        }
        if (_quote != '\0' && _open >= wordStart && text.AsSpan(wordStart, _open - wordStart).Trim("\\").IsEmpty)
            return InString(next, at, end, bare.IsEmpty && at == _open + 1);
        if (!bare.IsEmpty)
            return Role.None;
        return next switch
        {
            NextWord.Start or NextWord.Assignment => Role.Word,
            NextWord.Script => Role.Word,
            NextWord.Name => Role.Name,
            NextWord.Printed => IsWritten(at, end) ? Role.Word : Role.None,
            _ => Role.None,
        };
    }

    /// <summary>Whether a command begins here.</summary>
    public bool IsCommand(int at, int end) => At(at, end) is Role.Word && (_inner is { } inner && IsInString ? inner.IsCommand(at, end) : Next(at) is NextWord.Start);

    private NextWord Next(int place)
    {
        if (_reader?.Start != _command)
            _reader = new(text, _command);
        return _reader.Next(place);
    }

    private Role InString(NextWord next, int at, int end, bool isFirst)
    {
        switch (next)
        {
            case NextWord.Assignment when isFirst:
                IsInString = false;
                return Role.Quoted;
            case NextWord.Name when isFirst:
                return Role.Name;
            case NextWord.Printed when !IsWritten(at, end):
                return Role.None;
            case NextWord.Printed when isFirst:
                IsInString = false;
                return Role.Quoted;
            case NextWord.Script or NextWord.Printed:
                var role = Inner(_open + 1, joinsInner: false, escapes: next is NextWord.Printed || isEscaped)?.At(at, end) ?? Role.None;
                // The inner text has quotes of its own, or ends with these.
                Closing = role is Role.Word ? Closing : _inner!.Closing;
                return role;
            default:
                return Role.None;
        }
    }

    private ShellPosition? Inner(int from, bool joinsInner, bool escapes)
    {
        if (Depth >= MaxDepth)
            return null;
        if (_inner?.Start != from)
            _inner = new(text, from, joinsInner, escapes) { Depth = Depth + 1 };
        return _inner;
    }

    /// <summary>Within a here-document: what it is goes by what it is given to.</summary>
    private Role InBody(int at, int end)
    {
        var lineStart = text.LastIndexOf('\n', at - 1, at - _body.Start + 1) + 1;
        IsInString = true;
        if (_isShellBody is null)
        {
            var owner = text.AsSpan(_body.OwnerStart, Math.Min(_body.OwnerEnd - _body.OwnerStart, MaxCommand));
            _bodyFile = WrittenFile.Of(owner);
            _isShellBody = (joins && owner.TrimStart().StartsWith("<<")) || ShellCommand.HasShell(owner);
        }
        if (_bodyFile is { } file)
        {
            return file.Kind switch
            {
                WrittenKind.Lines => text.AsSpan(lineStart, at - lineStart).Trim() is "" or "export" ? Role.Line : Role.None,
                WrittenKind.Shell => InnerBody(),
                _ => Role.None,
            };
        }
        return _isShellBody.Value ? InnerBody() : Role.None;

        Role InnerBody() => Inner(_body.Start, joinsInner: false, escapes: false)?.At(at, end) ?? Role.None;
    }

    /// <summary>Whether what a command prints goes to a file of settings.</summary>
    private bool IsWritten(int at, int end)
    {
        var rest = text.AsSpan(at, Math.Min(end - at, MaxCommand));
        // What is written stands in the quotes, and where to behind them.
        if (_quote != '\0')
            rest = rest[(rest.IndexOf(_quote) + 1)..];
        var line = rest[..(rest.IndexOfAny("\r\n;") is >= 0 and var lineEnd ? lineEnd : rest.Length)];
        line = line[..(line.IndexOf("&&") is >= 0 and var and ? and : line.Length)];
        if (WrittenFile.Of(line) is { } file)
            return file.Kind is not WrittenKind.Other;
        // { echo A=b; echo C=d; } >> "$GITHUB_ENV"
        if (_groups == 0 && _outer.Count == 0)
            return false;
        var close = rest.IndexOfAny('}', ')');
        while (close >= 0 && rest[(close + 1)..].TrimStart(" \t") is not ['>', ..])
            close = rest[(close + 1)..].IndexOfAny('}', ')') is >= 0 and var more ? close + 1 + more : -1;
        if (close < 0)
            return false;
        rest = rest[(close + 1)..];
        return WrittenFile.Of(rest[..(rest.IndexOfAny('\r', '\n') is >= 0 and var groupEnd ? groupEnd : rest.Length)]) is { Kind: not WrittenKind.Other };
    }

    /// <summary>False when the place was passed already, as the character behind a backslash.</summary>
    private bool MoveTo(int place, int end)
    {
        while (_at < place)
        {
            if (_at < _body.End)
            {
                if (place < _body.End)
                    return true;
                _at = _body.End;
                Begin(_at);
                continue;
            }
            Step(text[_at], end);
            _at++;
        }
        return _at == place || (place < _body.End && place >= _body.Start);
    }

    private void Step(char c, int end)
    {
        if (_isComment && c != '\n')
            return;
        if (_quote == '\'' && c != '\'' && !(isEscaped && c == '\\'))
            return;
        if (c == '\\')
        {
            Escape();
            return;
        }
        if (_quote != '\0')
        {
            if (c == _quote)
                _quote = '\0';
            else if (c == '(' && text[_at - 1] == '$')
                Push('(');
            return;
        }
        switch (c)
        {
            case ' ' or '\t' or '\r':
                _word = -1;
                break;
            case '\n':
                EndLine(end);
                break;
            case ';' or '|':
                Begin(_at + 1);
                break;
            case '&' when !(_at > Start && text[_at - 1] == '>') && !(_at + 1 < text.Length && text[_at + 1] == '>'):
                Begin(_at + 1);
                break;
            case '(':
                Push('(');
                break;
            case ')':
                Pop('(');
                break;
            case '`' when _outer.TryPeek(out var top) && top.Open == '`':
                Pop('`');
                break;
            case '`':
                Push('`');
                break;
            case '#' when _word < 0:
                _isComment = true;
                break;
            case '"' or '\'':
                Open(c, _at);
                break;
            case '<' when _at + 2 < text.Length && text[_at + 1] == '<' && text[_at + 2] != '<' && (_at == Start || text[_at - 1] != '<'):
                Await();
                StartWord();
                break;
            case '{' or '}' when _word < 0 && text.AsSpan(_command, _at - _command).IsWhiteSpace():
                _groups = Math.Max(0, _groups + (c == '{' ? 1 : -1));
                StartWord();
                break;
            default:
                StartWord();
                break;
        }
    }

    private void Escape()
    {
        var next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        if (isEscaped && next is '"' or '\'')
        {
            if (_quote == '\0')
                Open(next, _at + 1);
            else if (_quote == next)
                _quote = '\0';
        }
        else if (isEscaped && next == 'n')
            Begin(_at + 2);
        else if (next is not ('\r' or '\n'))
            StartWord();
        else
            _word = _quote == '\0' ? -1 : _word;
        _at += next == '\r' && _at + 2 < text.Length && text[_at + 2] == '\n' ? 2 : 1;
    }

    private void Open(char quote, int at)
    {
        StartWord();
        (_quote, _open) = (quote, at);
    }

    private void StartWord()
    {
        if (_word < 0)
            _word = _at;
    }

    private void Begin(int at) => (_command, _word) = (at, -1);

    private void Push(char open)
    {
        StartWord();
        _outer.Push((_command, _word, _quote, open));
        _quote = '\0';
        Begin(_at + 1);
    }

    private void Pop(char open)
    {
        // The ) behind a pattern of case ends nothing; behind f() there is what the function does.
        var isFunction = open == '(' && _at > Start && text[_at - 1] == '(';
        if (_outer.TryPeek(out var outer) && outer.Open == open)
        {
            _outer.Pop();
            (_command, _word, _quote) = (outer.Command, outer.Word, outer.Quote);
            if (isFunction && _quote == '\0')
                Begin(_at + 1);
        }
        else
            Begin(_at + 1);
    }

    private void EndLine(int end)
    {
        _isComment = false;
        if (_awaited.Count > 0)
        {
            var (owner, from) = (_command, _at + 1);
            var at = from;
            foreach (var (name, tabs) in _awaited)
                at = HereDocument.End(text, at, end, name, tabs);
            (_body, _isShellBody) = ((from, at, owner, _at), null);
            _awaited.Clear();
        }
        if (joins)
            _word = -1;
        else
            Begin(_at + 1);
    }

    private void Await()
    {
        if (HereDocument.NameOrNull(text, _at + 2) is { } name)
            _awaited.Add(name);
    }
}
