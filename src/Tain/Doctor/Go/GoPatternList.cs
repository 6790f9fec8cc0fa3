using System.Text;
using System.Text.RegularExpressions;
using Tain.GoModules;

namespace Tain.Doctor.Go;

internal enum PatternProblem
{
    None,

    /// <summary>It covers what is nobody's own.</summary>
    TooWide,

    /// <summary>It can match no module path at all.</summary>
    MatchesNothing,
}

/// <param name="Example">A module of everyone's that it covers, or what was meant; empty where there is none, or nobody can tell.</param>
internal sealed record GoPattern(string Text, PatternProblem Problem, string Example)
{
    /// <summary>Nothing was meant by it: the list is the same without.</summary>
    public bool IsVoid => Problem is PatternProblem.MatchesNothing && Text.Trim() is "" or "off";
}

/// <summary>A GOPRIVATE value as people write it (<c>go help private</c>): globs of a path's first elements, between commas only.
/// The go command passes over what is malformed, silently, and the private name goes out.</summary>
internal static partial class GoPatternList
{
    /// <summary>Ports that a module's repository is reached at without anyone naming them: ssh, http, https, git.</summary>
    private static readonly string[] DefaultPorts = ["22", "80", "443", "9418"];

    /// <summary>Nobody writes more into one pair of braces.</summary>
    private const int MaxAlternatives = 100;

    public static IReadOnlyList<GoPattern> Parse(string text) =>
        [.. Entries(text).Where(e => e.Length > 0 && e != "none").Select(Read)];

    /// <summary>The list with what was meant in place of what can't match, and with more behind it.</summary>
    public static string Mended(string text, IEnumerable<string> more)
    {
        var patterns = Parse(text).Where(p => !p.IsVoid).SelectMany(p => p.Problem is PatternProblem.MatchesNothing && p.Example.Length > 0 ? p.Example.Split(',') : [p.Text]);
        return string.Join(',', patterns.Concat(more).Distinct(StringComparer.Ordinal));
    }

    /// <summary>The list with this pattern's twin without <c>.git</c> behind it, when it is the twin that covers a module, and the pattern none: a module path may
    /// end so, but it is the address of a clone that nearly always does. Null when the list is right.</summary>
    public static string? WithoutGitOrNull(string text, GoPattern pattern, IReadOnlyCollection<string> modules)
    {
        var bare = pattern.Text.TrimEnd('/');
        if (pattern.Problem is PatternProblem.MatchesNothing || !bare.EndsWith(".git", StringComparison.Ordinal))
            return null;
        bare = bare[..^".git".Length];
        if (Covers(pattern.Text, modules).Count > 0 || Covers(bare, modules) is not { Count: > 0 } meant || Covers(string.Join(',', Parse(text).Select(p => p.Text)), meant).Count == meant.Count)
            return null;
        return Mended(text.Replace(pattern.Text, $"{pattern.Text},{bare}", StringComparison.Ordinal), []);

        static List<string> Covers(string list, IEnumerable<string> paths) => ModulePatterns.TryParse(list, out var patterns, out _) ? [.. paths.Where(patterns.Matches)] : [];
    }

    /// <summary>What stands between the commas, but for those of a shell's braces, and of a password.</summary>
    private static IEnumerable<string> Entries(string text)
    {
        var whole = Credentials.FindInValue(text).Select(c => (c.Start, c.End)).Concat(Braces().Matches(text).Select(b => (Start: b.Index, End: b.Index + b.Length))).OrderBy(w => w.Start).ToList();
        var (start, next, end) = (0, 0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            for (; next < whole.Count && whole[next].Start <= i; next++)
                end = Math.Max(end, whole[next].End);
            if (i < text.Length && (text[i] != ',' || i < end))
                continue;
            yield return text[start..i];
            start = i + 1;
        }
    }

    private static GoPattern Read(string text)
    {
        var pattern = text.EndsWith('/') ? text[..^1] : text;
        if (CanMatch(pattern) && ModulePatterns.TryParse(pattern, out var patterns, out _))
            return ExampleOrNull(patterns) is { } example ? new(text, PatternProblem.TooWide, example) : new(text, PatternProblem.None, "");
        return new(text, PatternProblem.MatchesNothing, Meant(text));
    }

    /// <summary>Whether some module path may begin so: letters, digits and <c>-._~</c>, the host with a dot and in lower case, no element with a dot at its
    /// beginning (module.CheckPath of golang.org/x/mod).</summary>
    private static bool CanMatch(string pattern)
    {
        var elements = pattern.Split('/');
        if (elements.Any(e => e.Length == 0 || e[0] == '.'))
            return false;
        // A class or an escape may stand for anything.
        if (pattern.AsSpan().ContainsAny('[', '\\'))
            return !pattern.Any(char.IsWhiteSpace);
        return pattern.All(c => char.IsAsciiLetterOrDigit(c) || "-._~*?/".Contains(c, StringComparison.Ordinal)) && elements[0].AsSpan().ContainsAny('.', '*', '?') && !elements[0].Any(char.IsAsciiLetterUpper);
    }

    /// <summary>What was meant by a pattern that can match no path; empty where nobody can tell.</summary>
    private static string Meant(string text)
    {
        foreach (var found in Credentials.FindInValue(text).Reverse())
            text = text.Remove(found.Start, found.End - found.Start + 1);
        if (Braces().Match(text) is { Success: true } braces)
        {
            var any = braces.Groups["any"].Value.Split(',');
            if (any.Length > MaxAlternatives)
                return "";
            text = string.Join(' ', any.Select(one => text[..braces.Index] + one + text[(braces.Index + braces.Length)..]));
        }
        var words = text.Split([' ', '\t', '\r', '\n', ';', '，', '；', '、', '|'], StringSplitOptions.RemoveEmptyEntries);
        var meant = words.Select(Clean).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        // Nobody means everyone's code: what is left of github.com:8443/acme is not what was meant.
        return meant.TrueForAll(m => CanMatch(m) && ModulePatterns.TryParse(m, out var patterns, out _) && ExampleOrNull(patterns) is null) ? string.Join(',', meant) : "";
    }

    private static string? ExampleOrNull(ModulePatterns patterns) => KnownProxies.EveryonesModules.FirstOrDefault(patterns.Matches);

    private static string Clean(string word)
    {
        word = word.Trim('"', '\'', '`');
        var isAddress = false;
        var scheme = word.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            (word, isAddress) = (word[(scheme + 3)..], true);
        if (word.LastIndexOf('@') is >= 0 and var at)
            (word, isAddress) = (word[(at + 1)..], true);
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? word : word[..slash];
        if (host.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            // host:owner/repository is how git writes an address; a number is a port, which no module path has.
            var (behind, path) = (host[(colon + 1)..], slash < 0 ? "" : word[slash..]);
            var isPort = behind.All(char.IsAsciiDigit);
            word = host[..colon] + (!isPort ? "/" + behind + path : behind.Length == 0 || DefaultPorts.Contains(behind) ? path : "");
            isAddress = true;
        }
        if (word.EndsWith("/...", StringComparison.Ordinal))
            word = word[..^4];
        if (isAddress && word.TrimEnd('/').EndsWith(".git", StringComparison.Ordinal))
            word = word.TrimEnd('/')[..^4];
        word = OfExpression(word).Trim('/');
        // ".corp.example" is how curl and NO_PROXY say all names below.
        word = word.StartsWith('.') ? "*" + word : word;
        var end = word.IndexOf('/', StringComparison.Ordinal) is >= 0 and var first ? first : word.Length;
        return word[..end].ToLowerInvariant() + word[end..];
    }

    /// <summary>A regular expression as a glob, where it is one of those that people write here.</summary>
    private static string OfExpression(string word)
    {
        if (word.EndsWith("/.*", StringComparison.Ordinal))
            word = word[..^3];
        var isWhole = word.StartsWith('^');
        word = word.TrimStart('^');
        var isBelow = word.StartsWith(".*", StringComparison.Ordinal) || word.StartsWith(".+", StringComparison.Ordinal);
        return isWhole || isBelow ? (isBelow ? "*" : "") + new StringBuilder(word, isBelow ? 2 : 0, word.Length - (isBelow ? 2 : 0), 256).Replace("\\.", ".").Replace(".*", "*") : word;
    }

    // github.com/{acme,shop}
    [GeneratedRegex(@"\{(?<any>[^{}]*)\}")]
    private static partial Regex Braces();
}
