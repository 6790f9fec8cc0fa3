using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tain.GoModules;

/// <summary>
/// Reads a go.mod or a go.work: here its lines, blocks and comments (x/mod <c>modfile/read.go</c>), in GoModReader.Directives.cs what
/// the lines mean (<c>rule.go</c>). Each line is interpreted as soon as it ends, so no tree is kept.
/// </summary>
internal ref partial struct GoModReader
{
    /// <summary>So many words of a line are kept; a directive has fewer, so that the others only count.</summary>
    private const int MaxKeptWords = 8;

    private readonly ReadOnlySpan<byte> _content;
    private readonly GoModDialect _dialect;
    private readonly List<GoModToken> _words = [];
    private GoModLexer _lexer;

    /// <summary>How many words the line has.</summary>
    private int _wordCount;

    /// <summary>The line that the last word ends on.</summary>
    private int _endLine;

    /// <summary>What the next comment behind something belongs to.</summary>
    private Remarks _open;

    private readonly List<GoModRequirement> _require = [];
    private readonly List<GoModExclusion> _exclude = [];
    private readonly List<GoModReplacement> _replace = [];
    private readonly List<GoModRetraction> _retract = [];
    private readonly List<string> _tool = [];
    private readonly List<string> _ignore = [];
    private readonly List<string> _use = [];
    private readonly List<GoModDebugSetting> _godebug = [];
    private string? _module;
    private string? _go;
    private string? _toolchain;
    private string _deprecated = "";
    private bool _hasModule;

    /// <summary>The first error that is not one of syntax. Behind it only the syntax is looked at.</summary>
    private string? _error;

    private readonly bool IsStrict => _dialect != GoModDialect.Dependency;

    private readonly string FileName => _dialect == GoModDialect.Workspace ? "go.work" : "go.mod";

    public GoModReader(ReadOnlySpan<byte> content, GoModDialect dialect)
    {
        _content = content;
        _dialect = dialect;
        _lexer = new GoModLexer(content);
    }

    public bool TryRead([NotNullWhen(true)] out GoModFile? file, [NotNullWhen(false)] out string? error)
    {
        error = Read();
        file = error == null ? File() : null;
        return error == null;
    }

    public bool TryReadWork([NotNullWhen(true)] out GoWorkFile? file, [NotNullWhen(false)] out string? error)
    {
        error = Read();
        file = error == null ? WorkFile() : null;
        return error == null;
    }

    private string? Read()
    {
        ReadStatements();
        CloseRemarks();
        return _lexer.Error is { } syntax ? FileName + syntax : _error;
    }

    /// <summary>The comments of a line, which are settled only when the next one has come, and what they are for.</summary>
    /// <param name="Use">The directive that has a use for comments.</param>
    /// <param name="Index">Its place in the list of its kind.</param>
    /// <param name="Above">The comments on lines of their own above it.</param>
    /// <param name="Behind">The comments behind it.</param>
    /// <param name="Block">The block it is in.</param>
    private readonly record struct Remarks(CommentUse Use, int Index, List<Range>? Above, List<Range>? Behind, Block? Block);

    private enum CommentUse
    {
        None,
        Deprecation,
        Indirect,
        Rationale,
    }

    /// <param name="verb">What its lines are, or null where that is unknown and they are passed over.</param>
    /// <param name="above">The comments above it.</param>
    private sealed class Block(string? verb, List<Range>? above)
    {
        public string? Verb => verb;

        public List<Range>? Above => above;

        /// <summary>The text of the comments, made once: each of its lines may ask for it.</summary>
        public string? Text { get; set; }
    }

    private void ReadStatements()
    {
        List<Range>? above = null;
        while (true)
        {
            switch (_lexer.Current.Kind)
            {
                case GoModTokenKind.End or GoModTokenKind.Invalid:
                    return;
                case GoModTokenKind.LineComment:
                    AddComment(ref above, _lexer.Take());
                    break;
                case GoModTokenKind.Newline:
                    _lexer.Take();
                    // Comments with an empty line below belong to nothing.
                    if (above != null) CloseRemarks();
                    above = null;
                    break;
                default:
                    ReadStatement(above);
                    above = null;
                    break;
            }
        }
    }

    private void ReadStatement(List<Range>? above)
    {
        BeginLine();
        while (true)
        {
            var token = _lexer.Take();
            if (token.Kind == GoModTokenKind.Invalid) return;
            if (token.EndsLine)
            {
                EndLine(token, above, null);
                return;
            }
            // A parenthesis at the end of the line opens a block; elsewhere it is a word.
            if (token.Kind == GoModTokenKind.Open && _lexer.Current.EndsLine)
            {
                ReadBlock(BeginBlock(above));
                return;
            }
            AddWord(token);
            if (token.Kind != GoModTokenKind.Open || _lexer.Current.Kind != GoModTokenKind.Close) continue;
            var close = _lexer.Take();
            if (_lexer.Current.EndsLine)
            {
                _wordCount--;
                BeginBlock(above);
                _lexer.Take();
                return;
            }
            AddWord(close);
        }
    }

    /// <summary>Makes a block of the words before its parenthesis.</summary>
    private Block BeginBlock(List<Range>? above)
    {
        // The parenthesis takes the comment behind it.
        CloseRemarks();
        var verb = _error == null ? Word(0) : "";
        if (_wordCount == 1 && IsBlockVerb(verb)) return new Block(verb, above);
        if (IsStrict && _error == null) Fail(_words[0].Line, $"unknown block type: {Shown(verb)}");
        return new Block(null, null);
    }

    private void ReadBlock(Block block)
    {
        var start = _words[0].Line;
        List<Range>? above = null;
        var any = false;
        while (true)
        {
            switch (_lexer.Current.Kind)
            {
                case GoModTokenKind.Invalid:
                    return;
                case GoModTokenKind.SuffixComment:
                    _lexer.Take();
                    break;
                case GoModTokenKind.Newline:
                    _lexer.Take();
                    // An empty line is an empty comment, unless it is at the beginning or follows another.
                    if (above == null ? any : !above[^1].Equals(default)) (above ??= []).Add(default);
                    break;
                case GoModTokenKind.LineComment:
                    AddComment(ref above, _lexer.Take());
                    break;
                case GoModTokenKind.End:
                    _lexer.Fail($"syntax error (unterminated block started at line {start})");
                    return;
                case GoModTokenKind.Close:
                    _lexer.Take();
                    CloseRemarks();
                    if (_lexer.Current.EndsLine) _lexer.Take();
                    else if (_lexer.Error == null) _lexer.Fail("syntax error (expected newline after closing paren)");
                    return;
                default:
                    if (!ReadLine(block, above)) return;
                    above = null;
                    any = true;
                    break;
            }
        }
    }

    private bool ReadLine(Block block, List<Range>? above)
    {
        BeginLine();
        while (true)
        {
            var token = _lexer.Take();
            if (token.Kind == GoModTokenKind.Invalid) return false;
            if (token.EndsLine)
            {
                EndLine(token, above, block);
                return true;
            }
            AddWord(token);
        }
    }

    private void BeginLine()
    {
        _words.Clear();
        _wordCount = 0;
        AddWord(_lexer.Take());
    }

    private void AddWord(GoModToken token)
    {
        if (_words.Count < MaxKeptWords) _words.Add(token);
        _wordCount++;
        _endLine = token.EndLine;
    }

    private void EndLine(GoModToken end, List<Range>? above, Block? block)
    {
        var verb = _error != null ? null : block == null ? Word(0) : block.Verb;
        var (use, index) = verb == null ? default : Interpret(verb, block == null ? 1 : 0);
        var remarks = new Remarks(use, index, above, null, block);
        if (_words[0].Line == _endLine)
        {
            CloseRemarks();
            _open = remarks;
        }
        else
        {
            // What spans lines gets no comments behind it; those go to what was before.
            Settle(remarks);
        }
        if (end.Kind != GoModTokenKind.SuffixComment || _open.Use == CommentUse.None) return;
        var behind = _open.Behind;
        AddComment(ref behind, end);
        _open = _open with { Behind = behind };
    }

    private static void AddComment(ref List<Range>? comments, GoModToken token) =>
        (comments ??= []).Add(token.Start..(token.Start + token.Length));

    private void CloseRemarks()
    {
        Settle(_open);
        _open = default;
    }

    /// <summary>The comments' text without slashes and white space around it, line by line
    /// (x/mod <c>modfile.parseDirectiveComment</c>).</summary>
    private readonly string CommentText(Remarks remarks)
    {
        if (remarks is not { Block: { } block, Above: null, Behind: null }) return Joined(remarks.Above, remarks.Behind);
        return block.Text ??= Joined(block.Above, null);
    }

    private readonly string Joined(List<Range>? above, List<Range>? behind)
    {
        var text = new StringBuilder();
        var any = false;
        foreach (var range in (above ?? []).Concat(behind ?? []))
        {
            if (range.Equals(default)) continue;
            if (any) text.Append('\n');
            text.Append(Encoding.UTF8.GetString(GoText.Trim(_content[range]["//".Length..])));
            any = true;
        }
        return text.ToString();
    }
}

/// <summary>Which of the three files of the same grammar is read.</summary>
internal enum GoModDialect
{
    /// <summary>A main module's go.mod: what is unknown is an error.</summary>
    Main,

    /// <summary>A dependency's: what is unknown, or concerns main modules only, is passed over.</summary>
    Dependency,

    /// <summary>A go.work.</summary>
    Workspace,
}
