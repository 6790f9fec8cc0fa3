using System.Diagnostics.CodeAnalysis;
using Tain.Ecosystems.Go.Git;
using Tain.GoModules;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>One entry of <c>go.repositories</c>.</summary>
/// <param name="Pattern">A path with <c>*</c> for one element each: as many elements as the root has, <c>gitlab.corp.example/*/*/*</c>.</param>
/// <param name="Url">With <c>{root}</c> for the root's path, <c>{path}</c> for it without its host.</param>
internal sealed record RepositoryRule(string Pattern, string Url)
{
    private readonly string[] elements = Pattern.Split('/');

    /// <summary>The error follows "whose", as in "whose pattern is …".</summary>
    public static bool TryParse(string pattern, string url, [NotNullWhen(true)] out RepositoryRule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = null;
        var isPath = ModulePath.TryParse(string.Join('/', pattern.Split('/').Select(e => e == "*" ? "x" : e)), out _, out var reason);
        var sample = Fill(ScpSyntax.ToUrl(url), "host.example/path", "path");
        if (pattern.StartsWith('*'))
            error = "pattern begins with *: name the host";
        else if (!isPath)
            error = $"pattern is not a path of a repository, with * for whole elements: {reason}";
        else if (sample.AsSpan().ContainsAny('{', '}'))
            error = "URL has something in braces that is neither {root} nor {path}";
        else if (pattern.Contains('*', StringComparison.Ordinal) && !url.Contains("{root}", StringComparison.Ordinal) && !url.Contains("{path}", StringComparison.Ordinal))
            error = "URL has neither {root} nor {path}: all that the pattern matches would be one repository";
        else
            error = ScpSyntax.WhyNot(sample) is { } wrong ? "URL " + wrong : RemoteUrl.TryParse(sample, out _, out reason) ? null : "URL is refused: " + reason;
        rule = error is null ? new RepositoryRule(pattern, ScpSyntax.ToUrl(url)) : null;
        return rule is not null;
    }

    /// <summary>The root and the URL of the repository that the module is in, or null when the rule says nothing of it.</summary>
    public (string Root, string Url)? FindOrNull(string module)
    {
        var given = module.Split('/');
        if (given.Length < elements.Length)
            return null;
        for (var i = 0; i < elements.Length; i++)
        {
            // In gitlab.corp.example/group/repo/v2 the last element is a version's, not a repository's.
            var matches = elements[i] == "*" ? !IsMajorVersion(given[i]) : elements[i] == given[i];
            if (!matches)
                return null;
        }
        var root = string.Join('/', given.Take(elements.Length));
        // A path may say .git itself: {root}.git is not repo.git.git then.
        var bare = root.EndsWith(".git", StringComparison.Ordinal) && (Url.Contains("{root}.git", StringComparison.Ordinal) || Url.Contains("{path}.git", StringComparison.Ordinal)) ? root[..^4] : root;
        return (root, Fill(Url, bare, bare[(bare.IndexOf('/', StringComparison.Ordinal) + 1)..]));
    }

    public bool Equals(RepositoryRule? other) => other is not null && Pattern == other.Pattern && Url == other.Url;

    public override int GetHashCode() => HashCode.Combine(Pattern, Url);

    private static string Fill(string url, string root, string path) =>
        url.Replace("{root}", root, StringComparison.Ordinal).Replace("{path}", path, StringComparison.Ordinal);

    private static bool IsMajorVersion(string element) => element is ['v', >= '1' and <= '9', ..] && element.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 && element != "v1";
}
