using System.Buffers;
using System.Text;

namespace Tain.GoModules;

internal enum GoModTokenKind
{
    /// <summary>A word, a quoted string or a punctuation mark other than parentheses.</summary>
    Word,
    Open,
    Close,
    /// <summary>A comment on a line of its own, its newline included.</summary>
    LineComment,
    /// <summary>A comment behind something, its newline included. Ends a line as the next two do.</summary>
    SuffixComment,
    Newline,
    End,
    /// <summary>A syntax error, said by <see cref="GoModLexer.Error"/>. Nothing follows it.</summary>
    Invalid,
}

/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its length in bytes, without the newline of a comment.</param>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="EndLine">The line it ends on: another one for a string with an escaped newline.</param>
internal readonly record struct GoModToken(GoModTokenKind Kind, int Start, int Length, int Line, int EndLine)
{
    public bool EndsLine => Kind is GoModTokenKind.SuffixComment or GoModTokenKind.Newline or GoModTokenKind.End;
}

/// <summary>Cuts a go.mod into tokens, one ahead of the reader (x/mod <c>modfile.input</c>).</summary>
internal ref struct GoModLexer
{
    private readonly ReadOnlySpan<byte> _content;
    private int _at;
    private int _line = 1;

    /// <summary>Whether the line has a token already, so that a comment belongs to it.</summary>
    private bool _inLine;

    public GoModLexer(ReadOnlySpan<byte> content)
    {
        _content = content;
        Read();
    }

    /// <summary>The next token.</summary>
    public GoModToken Current { get; private set; }

    /// <summary>The first syntax error, as <c>:LINE: rule</c>, to stand behind the file's name.</summary>
    public string? Error { get; private set; }

    /// <summary>Takes the next token.</summary>
    public GoModToken Take()
    {
        var token = Current;
        if (Error == null) Read();
        return token;
    }

    /// <summary>Ends the reading with a syntax error where the lexer is.</summary>
    public void Fail(string rule) => Fail(rule, _line);

    private void Fail(string rule, int line)
    {
        Error = $":{line}: {rule}";
        Current = new GoModToken(GoModTokenKind.Invalid, _at, 0, line, line);
    }

    private void Read()
    {
        while (_at < _content.Length && _content[_at] is (byte)' ' or (byte)'\t' or (byte)'\r') _at++;
        if (_at == _content.Length)
        {
            Current = new GoModToken(GoModTokenKind.End, _at, 0, _line, _line);
            return;
        }
        switch (_content[_at])
        {
            case (byte)'\n':
                Current = new GoModToken(GoModTokenKind.Newline, _at++, 1, _line, _line);
                NextLine();
                break;
            case (byte)'/' when StartsComment("//"u8):
                ReadComment();
                break;
            case (byte)'(':
                ReadMark(GoModTokenKind.Open);
                break;
            case (byte)')':
                ReadMark(GoModTokenKind.Close);
                break;
            case (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)',':
                ReadMark(GoModTokenKind.Word);
                break;
            case (byte)'"' or (byte)'`':
                ReadString();
                break;
            default:
                ReadWord();
                break;
        }
    }

    private readonly bool StartsComment(ReadOnlySpan<byte> mark) => _content[_at..].StartsWith(mark);

    private void NextLine()
    {
        _line++;
        _inLine = false;
    }

    private void ReadMark(GoModTokenKind kind)
    {
        Current = new GoModToken(kind, _at++, 1, _line, _line);
        _inLine = true;
    }

    private void ReadComment()
    {
        var length = _content[_at..].IndexOf((byte)'\n');
        if (length < 0) length = _content.Length - _at;
        Current = new GoModToken(_inLine ? GoModTokenKind.SuffixComment : GoModTokenKind.LineComment, _at, length, _line, _line);
        _at += length;
        if (_at == _content.Length) return;
        _at++;
        NextLine();
    }

    private void ReadString()
    {
        int start = _at, line = _line;
        var quote = _content[_at++];
        while (_at < _content.Length)
        {
            var c = _content[_at];
            if (c == '\n')
            {
                Fail("unexpected newline in string");
                return;
            }
            _at++;
            if (c == quote)
            {
                _inLine = true;
                Current = new GoModToken(GoModTokenKind.Word, start, _at - start, line, _line);
                return;
            }
            if (c != '\\' || quote == '`' || _at == _content.Length) continue;
            // What is escaped may be a newline: the string is malformed then, but it is one token.
            if (_content[_at++] == '\n') NextLine();
        }
        Fail("unexpected EOF in string", line);
    }

    private void ReadWord()
    {
        var start = _at;
        while (_at < _content.Length)
        {
            var length = WordLength();
            if (length == 0 || (_content[_at] == '/' && StartsComment("//"u8))) break;
            if (_content[_at] == '/' && StartsComment("/*"u8))
            {
                Fail("mod files must use // comments (not /* */ comments)");
                return;
            }
            _at += length;
        }
        if (_at == start)
        {
            Rune.DecodeFromUtf8(_content[_at..], out var rune, out _);
            Fail($"unexpected input character U+{rune.Value:X4}");
            return;
        }
        _inLine = true;
        Current = new GoModToken(GoModTokenKind.Word, start, _at - start, _line, _line);
    }

    /// <summary>The length of a character that words may have (x/mod <c>modfile.isIdent</c>), or zero.</summary>
    private readonly int WordLength()
    {
        var c = _content[_at];
        if (c < 0x80) return c is > (byte)' ' and < 0x7f && "()[]{},"u8.IndexOf(c) < 0 ? 1 : 0;
        // A byte that is no UTF-8 is taken as U+FFFD, which is printable.
        if (Rune.DecodeFromUtf8(_content[_at..], out var rune, out var length) != OperationStatus.Done) return 1;
        return GoText.IsPrintable(rune.Value) ? length : 0;
    }
}
