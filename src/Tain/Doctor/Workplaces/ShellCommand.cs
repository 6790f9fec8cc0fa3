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

/// <summary>Reads the words of a simple command up to a place in it, and tells what comes next. Knows the commands that set
/// variables; what any other does with its arguments is its own affair: <c>grep GOSUMDB=off</c> sets nothing.</summary>
internal static partial class ShellCommand
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

    /// <param name="text">From the command's first word to the word in question.</param>
    public static NextWord Next(ReadOnlySpan<char> text)
    {
        var command = "";
        ReadOnlySpan<char> last = default;
        var (isGoEnv, runsShell, isRunner, takesOption) = (false, false, false, false);
        while (ReadWord(ref text) is { IsEmpty: false } raw)
        {
            // Comments stand between the lines of a Dockerfile's instruction.
            if (raw[0] == '#')
            {
                text = text[(text.IndexOf('\n') + 1)..];
                continue;
            }
            var word = raw.Trim("\"'\\");
            var isOption = word is ['-', _, ..];
            if (command.Length == 0)
            {
                if (Program(word) is "env" or "cross-env")
                    isRunner = true;
                else if (!Before.Contains(word.ToString()) && !IsAssignment(word) && !isOption && !takesOption)
                    command = Program(word).ToString();
                // "sudo -u ann": ann is no command.
                takesOption = word is "-u" or "-C" or "-g";
                runsShell |= Shells.Contains(command);
            }
            else
            {
                isGoEnv |= word is "-w" && last is "env";
                // "docker run x env A=b": what env sets, and what it runs.
                isRunner = Program(word) is "env" || (isRunner && (isOption || IsAssignment(word)));
                runsShell |= Shells.Contains(Program(word).ToString());
            }
            last = word;
        }
        if (command.Length == 0)
            return isRunner ? NextWord.Assignment : NextWord.Start;
        if (Prints.Contains(command))
            return NextWord.Printed;
        if (NamesFirst.Contains(command))
            return last.SequenceEqual(command) ? NextWord.Name : NextWord.Argument;
        if (ReadText.Contains(command))
            return NextWord.Argument;
        if (runsShell && (last is ['-', .., 'c'] || command is "eval" or "ssh"))
            return NextWord.Script;
        return isGoEnv || isRunner || Declares.Contains(command) || last is "-e" or "--env" or "--build-arg" ? NextWord.Assignment : NextWord.Argument;
    }

    /// <summary>What stands before a name in the same word, and has it set: <c>--env=</c>, PowerShell's <c>$env:</c>.</summary>
    public static bool IsOption(ReadOnlySpan<char> prefix) => Option().IsMatch(prefix);

    public static bool HasShell(ReadOnlySpan<char> text)
    {
        while (ReadWord(ref text) is { IsEmpty: false } word)
        {
            if (Shells.Contains(Program(word.Trim("\"'")).ToString()))
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
