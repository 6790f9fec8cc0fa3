using Tain.Ecosystems.Go.Git;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>The rules of <c>go.git.instead-of</c>, with the meaning of git's <c>url.BASE.insteadOf</c>.</summary>
internal static class InsteadOf
{
    /// <summary>The URL with its longest known prefix replaced, once.</summary>
    public static string Apply(IReadOnlyList<(string Prefix, string Replacement)> rules, string url)
    {
        var longest = -1;
        for (var i = 0; i < rules.Count; i++)
        {
            if (url.StartsWith(rules[i].Prefix, StringComparison.Ordinal) && (longest < 0 || rules[i].Prefix.Length > rules[longest].Prefix.Length))
                longest = i;
        }
        return longest < 0 ? url : ScpSyntax.ToUrl(rules[longest].Replacement + url[rules[longest].Prefix.Length..]);
    }

    /// <summary>What is wrong with a rule, to follow "whose"; null when nothing is.</summary>
    public static string? WhyNot(string prefix, string replacement)
    {
        // "https://github.com" would also replace the beginning of https://github.com.evil.example/.
        if (ScpSyntax.WhyNot(prefix) is { } wrong)
            return "prefix " + wrong;
        if (prefix.IndexOf('/', prefix.IndexOf("://", StringComparison.Ordinal) + 3) < 0)
            return $"prefix ends within the host, so that other hosts begin with it too: write {prefix}/";
        var sample = ScpSyntax.ToUrl(replacement + "x");
        return ScpSyntax.WhyNot(sample) is { } reason ? "replacement " + reason
            : RemoteUrl.TryParse(sample, out _, out var error) ? null : "replacement is refused: " + error;
    }
}
