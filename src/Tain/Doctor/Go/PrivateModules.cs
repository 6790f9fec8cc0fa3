using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Scopes;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Doctor.Go;

/// <summary>Which of a repository's requirements are the company's own. Nobody may be asked, since to ask is to tell; so there has to be
/// evidence: the team's word, a private pattern somewhere, a rewrite in git's settings, credentials, a host that only the inside knows.</summary>
internal sealed partial class PrivateModules
{
    private readonly List<string> _prefixes = [];
    private readonly List<ModulePatterns> _patterns = [];
    private readonly List<ModulePatterns> _wide = [];
    private readonly HashSet<string> _owners = new(StringComparer.Ordinal);
    private readonly ModulePatterns _public;

    private PrivateModules(ModulePatterns @public) => _public = @public;

    public static PrivateModules Find(Scene scene, GoSettings settings, IReadOnlyList<MainModule> modules)
    {
        var result = new PrivateModules(scene.Team.Public);
        result._patterns.Add(scene.Team.Private);
        result._owners.UnionWith(modules.Select(m => m.Content.ModulePath).OfType<string>().Select(PatternFor));
        foreach (var assignment in scene.Scopes.SelectMany(s => s.Assignments).Concat(settings.AsScope().Assignments).Where(a => a.Name is "GOPRIVATE" or "GONOSUMDB" or "GONOPROXY" && !a.IsComputed))
        {
            // A pattern that covers what is everyone's says nothing of what is one's own.
            foreach (var pattern in GoPatternList.Parse(assignment.Value).Where(p => p.Problem is not PatternProblem.MatchesNothing))
            {
                if (ModulePatterns.TryParse(pattern.Text, out var patterns, out _))
                    (pattern.Problem is PatternProblem.None ? result._patterns : result._wide).Add(patterns);
            }
        }
        foreach (var text in GitSettings(scene))
        {
            foreach (Match match in InsteadOf().Matches(text))
            {
                if (match.Groups["path"].Value.Trim('/') is { Length: > 0 } path && !(KnownProxies.IsCodeHost(path)))
                    result._prefixes.Add(path);
            }
        }
        if (scene.Files.ReadOrNull(scene.Machine.VariableOrNull("NETRC") ?? scene.Machine.InHome(".netrc")) is { } netrc)
        {
            if (!Netrc.TryParse(netrc.Text, out _, out var error))
                scene.Files.PassOver(netrc, new($"is no netrc file: {error}", $"不是有效的 netrc 文件：{error}"));
            result._prefixes.AddRange(Machines().Matches(netrc.Text).Select(m => m.Groups[1].Value).Where(h => !KnownProxies.IsCodeHost(h) && !KnownProxies.IsPublic(h)));
        }
        // Code that lies on its own module's host, which is none of the public ones.
        if (scene.Files.ReadOrNull(Path.Join(scene.Folder, ".git/config")) is { } git)
            result._prefixes.AddRange(Remotes().Matches(git.Text).Select(m => m.Groups["host"].Value).Where(h => !KnownProxies.IsCodeHost(h)));
        return result;
    }

    public bool Contains(string path)
        => !_public.Matches(path) && (_patterns.Exists(p => p.Matches(path)) || KnownProxies.IsInternal(Host(path)) || _prefixes.Exists(p => path == p || path.StartsWith(p + "/", StringComparison.Ordinal)));

    /// <summary>Whether its name may be told to a public server by somebody who was only asked to look: on a host of everyone's, of another
    /// owner than this repository's own modules, and covered by no pattern, however wide.</summary>
    public bool IsSurelyPublic(string path)
        => !Contains(path) && !_wide.Exists(p => p.Matches(path)) && (_public.Matches(path) || (KnownProxies.IsEveryones(Host(path)) && !_owners.Contains(PatternFor(path))));

    /// <summary>The pattern that covers a private module and what is beside it: the host, or the owner on a host that is everyone's.</summary>
    public static string PatternFor(string path)
    {
        var elements = path.Split('/');
        return KnownProxies.IsCodeHost(elements[0]) && elements.Length > 1 ? $"{elements[0]}/{elements[1]}" : elements[0];
    }

    public static string Host(string path) => path.Split('/')[0];

    private static IEnumerable<string> GitSettings(Scene scene)
    {
        string[] paths = [scene.Machine.InHome(".gitconfig"), Path.Join(scene.Machine.ConfigFolder, "git/config"), scene.Machine.InSystem("/etc/gitconfig"), Path.Join(scene.Folder, ".git/config")];
        return paths.Select(scene.Files.ReadOrNull).OfType<TextFile>().Select(f => f.Text).Concat(scene.Scopes.Where(s => s.Kind is not ScopeKind.Machine).Select(s => s.Text));
    }

    // insteadOf = https://github.com/acme    git config --global url."ssh://…".insteadOf "https://github.com/acme"
    [GeneratedRegex("""insteadof["'\s=]+(?:https?|ssh|git)://(?:[^@/\s"']*@)?(?<path>[A-Za-z0-9.-]+(?:/[^\s"'/]+)*)""", RegexOptions.IgnoreCase)]
    private static partial Regex InsteadOf();

    [GeneratedRegex(@"\bmachine\s+([A-Za-z0-9.-]+)")]
    private static partial Regex Machines();

    [GeneratedRegex(@"^\s*url\s*=\s*(?:[a-z+]+://(?:[^@/\s]*@)?|[^@/\s]+@)(?<host>[A-Za-z0-9.-]+)", RegexOptions.Multiline)]
    private static partial Regex Remotes();
}
