using System.Buffers;
using System.Text.RegularExpressions;

namespace Tain.Doctor.Workplaces;

/// <summary>What a simple command does with the word that follows its words.</summary>
internal enum NextWord
{
    /// <summary>Something else than to set a variable.</summary>
    Argument,

    /// <summary>The command itself begins here, or an assignment before it: quotes make it none.</summary>
    Start,

    /// <summary>An assignment that the command makes, in quotes or not.</summary>
    Assignment,

    /// <summary>A variable's name; the word behind it is the value.</summary>
    Name,

    /// <summary>A text of its own that a shell runs.</summary>
    Script,

    /// <summary>Printed.</summary>
    Printed,
}

/// <summary>Reads the words of a simple command once, up to one place in it after the other, and tells what comes next. Knows the commands
/// that set variables; what any other does with its arguments is its own affair: <c>grep GOSUMDB=off</c> sets nothing.</summary>
internal sealed partial class ShellCommand(string text, int start)
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+");

    private static readonly HashSet<string> Before = new(StringComparer.Ordinal)
    {
        "{", "!", "then", "do", "else", "elif", "if", "while", "until", "time", "nohup", "exec", "command", "builtin", "call", "nice", "sudo", "doas", "shell", "@", "-", "+",
        "RUN", "CMD", "ENTRYPOINT",
    };

    private static readonly HashSet<string> Declares = new(StringComparer.Ordinal) { "export", "declare", "readonly", "local", "typeset", "set", "SET", "make", "gmake", "$(MAKE)", "${MAKE}" };

    private static readonly HashSet<string> NamesFirst = new(StringComparer.Ordinal) { "setx", "setenv" };

    private static readonly HashSet<string> Prints = new(StringComparer.Ordinal) { "echo", "printf", "Write-Output" };

    /// <summary>Their -e is no docker run's.</summary>
    private static readonly HashSet<string> ReadText = new(StringComparer.Ordinal) { "grep", "egrep", "fgrep", "rg", "sed", "awk", "perl", "ag", "git" };

    private static readonly HashSet<string> Shells = new(StringComparer.Ordinal) { "sh", "bash", "zsh", "dash", "ash", "ksh", "ssh", "su", "eval" };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> IsBefore = Before.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> IsShell = Shells.GetAlternateLookup<ReadOnlySpan<char>>();

    private int _at = start;
    private string _command = "";
    private (int Start, int Length) _last;
    private bool _isGoEnv;
    private bool _runsShell;
    private bool _isRunner;
    private bool _takesOption;

    /// <summary>Where its first word may begin.</summary>
    public int Start { get; } = start;

    private ReadOnlySpan<char> Last => text.AsSpan(_last.Start, _last.Length);

    /// <param name="place">Where the word in question begins; never before one that was asked about.</param>
    public NextWord Next(int place)
    {
        while (_at < place)
        {
            var rest = text.AsSpan(_at, place - _at);
            var raw = ReadWord(ref rest);
            _at = place - rest.Length;
            // Comments stand between the lines of a Dockerfile's instruction.
            if (raw is ['#', ..])
                _at += rest.IndexOf('\n') is >= 0 and var lineEnd ? lineEnd + 1 : rest.Length;
            else if (!raw.IsEmpty)
                Take(raw.Trim("\"'\\"));
        }
        if (_command.Length == 0)
            return _isRunner ? NextWord.Assignment : NextWord.Start;
        if (Prints.Contains(_command))
            return NextWord.Printed;
        if (NamesFirst.Contains(_command))
            return Last.SequenceEqual(_command) ? NextWord.Name : NextWord.Argument;
        if (ReadText.Contains(_command))
            return NextWord.Argument;
        if (_runsShell && (Last is ['-', .., 'c'] || _command is "eval" or "ssh"))
            return NextWord.Script;
        return _isGoEnv || _isRunner || Declares.Contains(_command) || Last is "-e" or "--env" or "--build-arg" ? NextWord.Assignment : NextWord.Argument;
    }

    private void Take(ReadOnlySpan<char> word)
    {
        var isOption = word is ['-', _, ..];
        var program = Program(word);
        if (_command.Length == 0)
        {
            if (program is "env" or "cross-env")
                _isRunner = true;
            else if (!IsBefore.Contains(word) && !IsAssignment(word) && !isOption && !_takesOption)
                _command = program.ToString();
            // "sudo -u ann": ann is no command.
            _takesOption = word is "-u" or "-C" or "-g";
            _runsShell |= Shells.Contains(_command);
        }
        else
        {
            _isGoEnv |= word is "-w" && Last is "env";
            // "docker run x env A=b": what env sets, and what it runs.
            _isRunner = program is "env" || (_isRunner && (isOption || IsAssignment(word)));
            _runsShell |= IsShell.Contains(program);
        }
        _ = text.AsSpan().Overlaps(word, out var offset);
        _last = (offset, word.Length);
    }

    /// <summary>What stands before a name in the same word, and has it set: <c>--env=</c>, PowerShell's <c>$env:</c>.</summary>
    public static bool IsOption(ReadOnlySpan<char> prefix) => Option().IsMatch(prefix);

    public static bool HasShell(ReadOnlySpan<char> text)
    {
        while (ReadWord(ref text) is { IsEmpty: false } word)
        {
            if (IsShell.Contains(Program(word.Trim("\"'"))))
                return true;
        }
        return false;
    }

    /// <summary>The next word, its quotes included; empty when there is none.</summary>
    public static ReadOnlySpan<char> ReadWord(scoped ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart(" \t\r\n\\");
        var quote = '\0';
        var isClosed = true;
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            var behind = isClosed && quote != '\'' ? Expression.Skip(text, at) : at;
            isClosed = behind >= 0;
            if (behind > at)
            {
                at = behind;
                continue;
            }
            if (c == '\\' && quote != '\'')
                at++;
            else if (c is '"' or '\'' && (quote == '\0' || quote == c))
                quote = quote == '\0' ? c : '\0';
            else if (quote == '\0' && c is ' ' or '\t' or '\r' or '\n')
                break;
            at++;
        }
        at = Math.Min(at, text.Length);
        var word = text[..at];
        text = text[at..];
        return word;
    }

    private static ReadOnlySpan<char> Program(ReadOnlySpan<char> word) => word[(word.LastIndexOf('/') + 1)..].TrimStart("@");

    private static bool IsAssignment(ReadOnlySpan<char> word)
    {
        var equals = word.IndexOf('=');
        return equals > 0 && !word[..equals].ContainsAnyExcept(OfNames);
    }

    [GeneratedRegex(@"^(?:-e=?|--env=|--build-arg=|--[a-z_]+_env=|--opt=build-arg:|\$env:)$", RegexOptions.IgnoreCase)]
    private static partial Regex Option();
}
