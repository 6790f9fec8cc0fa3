namespace Tain.Doctor.Workplaces;

/// <summary>Walks a text once, and knows where it is: on which line, in which instruction of a Dockerfile, inside a string, a comment or not.
/// A text that misleads it is taken for a string: then less is found.</summary>
internal sealed class Surroundings
{
    /// <summary>No line of settings is as long: what stands further to the right is nothing that somebody set.</summary>
    public const int MaxLine = 10_000;

    private readonly string _text;
    private readonly TextSyntax _syntax;
    private int _at;
    private char _quote;
    private bool _isTriple;
    private bool _isBlock;
    private bool _goesOn;
    private int _bodyEnd;

    public Surroundings(string text, int start, TextSyntax syntax)
    {
        (_text, _syntax, _at) = (text, syntax, start);
        var back = Math.Min(start, MaxLine + 1);
        var newline = start == 0 ? -1 : text.LastIndexOf('\n', start - 1, back);
        LineStart = LogicalStart = newline >= 0 ? newline + 1 : start - back;
    }

    public int LineStart { get; private set; }

    /// <summary>Where the first of the lines begins that a backslash joins, or a Dockerfile's here-document belongs to.</summary>
    public int LogicalStart { get; private set; }

    public bool IsInString => _quote != '\0';

    public bool IsComment { get; private set; }

    /// <summary>Behind the quotation mark that the string began with.</summary>
    public int StringStart { get; private set; }

    public void MoveTo(int place)
    {
        for (; _at < place; _at++)
            Step(_text[_at]);
    }

    /// <summary>Where the string ends that it is in: at its quotation mark, at the line's end where it has none.</summary>
    public int StringEnd(int end)
    {
        for (var i = _at; i < end; i++)
        {
            if (_text[i] == '\\')
                i++;
            else if (_text[i] == _quote && (!_isTriple || IsThree(i)))
                return i;
            else if (_text[i] == '\n' && !_isTriple)
                return i;
        }
        return end;
    }

    private bool HasBlocks => _syntax is TextSyntax.Groovy or TextSyntax.Strings;

    private char Next => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    private bool IsThree(int at) => at + 2 < _text.Length && _text[at + 1] == _text[at] && _text[at + 2] == _text[at];

    private void Step(char c)
    {
        if (c == '\n')
        {
            EndLine();
        }
        else if (_at < _bodyEnd)
        {
            return;
        }
        else if (IsComment)
        {
            if (_isBlock && c == '*' && Next == '/')
                (IsComment, _isBlock, _at) = (false, false, _at + 1);
        }
        else if (c == '\\' && (_quote != '\'' || _syntax is TextSyntax.Groovy))
        {
            if (_at + 1 < _text.Length && _text[_at + 1] is not ('\r' or '\n'))
                _at++;
        }
        else if (c is '"' or '\'' && (_quote == '\0' || _quote == c))
        {
            var isThree = HasBlocks && IsThree(_at);
            if (_quote == '\0')
                (_quote, _isTriple, StringStart) = (c, isThree, _at + (isThree ? 3 : 1));
            else if (!_isTriple || isThree)
                _quote = '\0';
            else
                return;
            if (_isTriple)
                _at += 2;
            _isTriple &= _quote != '\0';
        }
        else if (_quote == '\0')
        {
            _isBlock = HasBlocks && c == '/' && Next == '*';
            IsComment = _isBlock || (HasBlocks && c == '/' && Next == '/') || (_syntax is not TextSyntax.Groovy && c == '#' && (_at == LineStart || _text[_at - 1] is ' ' or '\t'));
        }
    }

    private void EndLine()
    {
        var line = _text.AsSpan(LineStart, _at - LineStart).Trim();
        IsComment = _isBlock;
        if (_at >= _bodyEnd)
        {
            // Comments and empty lines are none of an instruction that goes on behind them.
            if (!_goesOn || (!line.IsEmpty && line[0] != '#'))
                _goesOn = line.EndsWith("\\") && line[0] != '#';
            if (_syntax is TextSyntax.Docker && !_goesOn)
                FindBody();
        }
        LineStart = _at + 1;
        if (!_goesOn && LineStart >= _bodyEnd)
            LogicalStart = LineStart;
        // The strings of these end with their line.
        if (!_isTriple && (HasBlocks || (_syntax is TextSyntax.Make or TextSyntax.Docker && !_goesOn)))
            _quote = '\0';
    }

    /// <summary>The here-documents of the instruction that ends here.</summary>
    private void FindBody()
    {
        var instruction = _text.AsSpan(LogicalStart, _at - LogicalStart);
        if (instruction.IndexOf("<<") < 0)
            return;
        var end = _at + 1;
        for (var at = 0; instruction[at..].IndexOf("<<") is >= 0 and var found;)
        {
            at += found + 2;
            if (HereDocument.NameOrNull(_text, LogicalStart + at) is (var name, var tabs))
                end = HereDocument.End(_text, end, _text.Length, name, tabs);
        }
        _bodyEnd = end;
    }
}
