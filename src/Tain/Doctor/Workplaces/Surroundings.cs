namespace Tain.Doctor.Workplaces;

/// <summary>Walks a text once, and knows where it is: on which line, in which instruction of a Dockerfile, inside a string or not.
/// A text that misleads it (an apostrophe in a here-document) is taken for a string: then less is mended.</summary>
internal sealed class Surroundings
{
    /// <summary>No line of settings is as long: what stands further to the right is nothing that somebody set.</summary>
    public const int MaxLine = 10_000;

    private readonly string _text;
    private readonly TextSyntax _syntax;
    private int _at;
    private char _quote;
    private bool _isTriple;
    private bool _isComment;
    private bool _goesOn;

    public Surroundings(string text, int start, TextSyntax syntax)
    {
        (_text, _syntax, _at) = (text, syntax, start);
        var back = Math.Min(start, MaxLine + 1);
        var newline = start == 0 ? -1 : text.LastIndexOf('\n', start - 1, back);
        LineStart = LogicalStart = newline >= 0 ? newline + 1 : start - back;
    }

    public int LineStart { get; private set; }

    /// <summary>Where the first of the lines begins that a backslash joins.</summary>
    public int LogicalStart { get; private set; }

    public bool IsInString => _quote != '\0';

    public void MoveTo(int place)
    {
        for (; _at < place; _at++)
            Step(_text[_at]);
    }

    private void Step(char c)
    {
        if (c == '\n')
        {
            EndLine();
        }
        else if (_isComment)
        {
            return;
        }
        else if (c == '\\' && (_quote != '\'' || _syntax is TextSyntax.Groovy))
        {
            if (_at + 1 < _text.Length && _text[_at + 1] is not ('\r' or '\n'))
                _at++;
        }
        else if (c is '"' or '\'' && (_quote == '\0' || _quote == c))
        {
            var isThree = _syntax is TextSyntax.Groovy or TextSyntax.Strings && _at + 2 < _text.Length && _text[_at + 1] == c && _text[_at + 2] == c;
            if (_quote == '\0')
                (_quote, _isTriple) = (c, isThree);
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
            _isComment = _syntax is TextSyntax.Groovy ? c == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/' : c == '#' && (_at == LineStart || _text[_at - 1] is ' ' or '\t');
        }
    }

    private void EndLine()
    {
        var line = _text.AsSpan(LineStart, _at - LineStart).Trim();
        // Comments and empty lines are none of an instruction that goes on behind them.
        if (!_goesOn || (!line.IsEmpty && line[0] != '#'))
            _goesOn = line.EndsWith("\\") && line[0] != '#';
        _isComment = false;
        LineStart = _at + 1;
        if (!_goesOn)
            LogicalStart = LineStart;
        // The strings of these end with their line.
        if (!_isTriple && (_syntax is TextSyntax.Groovy or TextSyntax.Strings || (_syntax is TextSyntax.Make && !_goesOn)))
            _quote = '\0';
    }
}
