using System.Diagnostics.CodeAnalysis;

namespace Tain.Upstream;

/// <summary>Credentials by host, from a netrc file (machine, default, login, password, account, macdef). Tokens are separated by white space and
/// may be in double quotes, as curl has it. A <c>default</c> entry is read and not used, as in the go command: it would hand a
/// password to every server in a chain.</summary>
internal sealed class Netrc
{
    public static readonly Netrc Empty = new([]);

    /// <summary>Netrc files are small; a larger one is a mistake (a device, a wrong path).</summary>
    private const int MaxChars = 1 << 20;

    private readonly Dictionary<string, string> byHost;

    private Netrc(Dictionary<string, string> byHost) => this.byHost = byHost;

    /// <summary>Reads <c>upstream.netrc</c>; throws <see cref="InvalidDataException"/> with the remedy.</summary>
    public static Netrc Load(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxChars)
                throw new InvalidDataException($"upstream.netrc: {path} is larger than {MaxChars} bytes: that is no netrc file");
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"upstream.netrc: {path} cannot be read: {e.Message}", e);
        }

        return TryParse(text, out var netrc, out var error) ? netrc : throw new InvalidDataException($"upstream.netrc: {path}: {error}");
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out Netrc? netrc, [NotNullWhen(false)] out string? error)
    {
        netrc = null;
        error = null;
        var byHost = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? machine = null, login = null, password = null;
        var inEntry = false;
        var at = 0;
        var line = 1;
        while (NextToken(text, ref at, ref line, out var token, out var unterminated))
        {
            if (unterminated)
                return Fail(out error, line, "a quotation mark is not closed");
            switch (token)
            {
                case "machine" or "default":
                    Keep();
                    (login, password, inEntry) = (null, null, true);
                    machine = null;
                    if (token == "machine" && !NextToken(text, ref at, ref line, out machine, out _, value: true))
                        return Fail(out error, line, "machine has no name");
                    break;
                case "login" or "password" or "account":
                    if (!inEntry)
                        return Fail(out error, line, $"{token} stands before any machine");
                    if (!NextToken(text, ref at, ref line, out var value, out unterminated, value: true) || unterminated)
                        return Fail(out error, line, $"{token} has no value");
                    if (token == "login")
                        login = value;
                    else if (token == "password")
                        password = value;
                    break;
                case "macdef":
                    SkipMacro(text, ref at, ref line);
                    break;
                default:
                    // The word may be a piece of a password: it is not repeated.
                    return Fail(out error, line, "a word that is none of machine, default, login, password, account, macdef (put a password with spaces in double quotes)");
            }
        }

        Keep();
        netrc = new Netrc(byHost);
        return true;

        // The first entry of a host wins, as everywhere.
        void Keep()
        {
            if (machine is not null && login is not null && password is not null)
                byHost.TryAdd(machine, login + ":" + password);
        }
    }

    /// <summary>login:password for exactly this host, or null.</summary>
    public string? ForHost(string host) => byHost.GetValueOrDefault(host);

    private static bool Fail(out string error, int line, string what)
    {
        error = $"line {line}: {what}";
        return false;
    }

    private static bool NextToken(string text, ref int at, ref int line, [NotNullWhen(true)] out string? token, out bool unterminated, bool value = false)
    {
        token = null;
        unterminated = false;
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || (text[at] == '#' && !value)))
        {
            // A comment; but a password may begin so.
            if (text[at] == '#')
            {
                while (at < text.Length && text[at] != '\n')
                    at++;
                continue;
            }

            if (text[at++] == '\n')
                line++;
        }

        if (at >= text.Length)
            return false;
        if (text[at] != '"')
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            token = text[start..at];
            return true;
        }

        var quoted = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] is not ('"' or '\n'); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] != '\n')
                at++;
            quoted.Append(text[at]);
        }

        unterminated = at >= text.Length || text[at] != '"';
        at++;
        token = quoted.ToString();
        return true;
    }

    /// <summary>A macro ends at the first empty line.</summary>
    private static void SkipMacro(string text, ref int at, ref int line)
    {
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            var empty = text.AsSpan(at, end - at).Trim('\r').IsEmpty;
            at = Math.Min(end + 1, text.Length);
            line++;
            if (empty)
                return;
        }
    }
}
