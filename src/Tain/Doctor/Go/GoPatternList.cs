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

/// <param name="Example">A module of everyone's that it covers, or what was meant; empty where there is none.</param>
internal sealed record GoPattern(string Text, PatternProblem Problem, string Example);

/// <summary>A GOPRIVATE value as people write it (<c>go help private</c>): globs of a path's first elements, between commas only.
/// The go command passes over what is malformed, silently, and the private name goes out.</summary>
internal static class GoPatternList
{
    public static IReadOnlyList<GoPattern> Parse(string text) =>
        [.. text.Split(',').Where(e => e.Length > 0 && e != "none").Select(Read)];

    /// <summary>The list without what can't match, with what was meant in its place, and with more behind it.</summary>
    public static string Mended(string text, IEnumerable<string> more)
    {
        var patterns = Parse(text).SelectMany(p => p.Problem is PatternProblem.MatchesNothing ? (p.Example.Length > 0 ? p.Example.Split(',') : []) : [p.Text]);
        return string.Join(',', patterns.Concat(more).Distinct(StringComparer.Ordinal));
    }

    private static GoPattern Read(string text)
    {
        if (MeantOrNull(text) is { } meant)
            return new(text, PatternProblem.MatchesNothing, meant);
        if (!ModulePatterns.TryParse(text, out var pattern, out _))
            return new(text, PatternProblem.MatchesNothing, "");
        return KnownProxies.EveryonesModules.FirstOrDefault(pattern.Matches) is { } example ? new(text, PatternProblem.TooWide, example) : new(text, PatternProblem.None, "");
    }

    /// <summary>What was meant by a pattern that can match no path; empty where nobody can tell; null when it can match.</summary>
    private static string? MeantOrNull(string text)
    {
        var words = text.Split([' ', '\t', ';', '，', '；', '|'], StringSplitOptions.RemoveEmptyEntries);
        var cleaned = words.Select(Clean).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return cleaned is [var only] && only == text ? null : string.Join(',', cleaned);

        static string Clean(string word)
        {
            var scheme = word.IndexOf("://", StringComparison.Ordinal);
            if (scheme >= 0)
                word = word[(scheme + 3)..];
            if (word.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
                word = word[(at + 1)..].Replace(':', '/');
            // A module's host has no port.
            var slash = word.IndexOf('/', StringComparison.Ordinal);
            var host = slash < 0 ? word : word[..slash];
            if (host.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
                word = host[..colon] + (slash < 0 ? "" : word[slash..]);
            if (word.EndsWith("/...", StringComparison.Ordinal))
                word = word[..^4];
            if (word.EndsWith(".git", StringComparison.Ordinal))
                word = word[..^4];
            word = word.TrimStart('/');
            // ".corp.example" is how curl and NO_PROXY say all names below.
            return word.StartsWith('.') ? "*" + word : word;
        }
    }
}
