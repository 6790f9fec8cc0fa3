using System.Text.RegularExpressions;
using Tain.Doctor.Workplaces;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Doctor.Go;

/// <summary>How sure it is that a module is the company's own.</summary>
internal enum PrivateEvidence
{
    None,

    /// <summary>The repository was cloned over https from the module's own host: a company's, or a forge that is open to all.</summary>
    Hint,

    /// <summary>It was cloned over ssh from there: by somebody who has an account.</summary>
    Account,

    /// <summary>The repository says so: the team's file, a pattern in a pipeline.</summary>
    Repository,

    /// <summary>This machine says so: its settings, git's rewrites, credentials for the host; or the name is one that only the inside knows.</summary>
    Machine,
}

/// <summary>Which of a repository's requirements are the company's own. Nobody may be asked, since to ask is to tell; so there has to be
/// evidence.</summary>
internal sealed partial class PrivateModules
{
    private readonly List<(PrivateEvidence Evidence, string Prefix)> _prefixes = [];
    private readonly List<(PrivateEvidence Evidence, ModulePatterns Patterns)> _patterns = [];
    private readonly HashSet<string> _owners = new(StringComparer.Ordinal);
    private readonly ModulePatterns _public;
    private readonly Lazy<PossiblyPrivate> _possible;

    private PrivateModules(ModulePatterns @public, Func<PossiblyPrivate> possible) => (_public, _possible) = (@public, new(possible));

    public static PrivateModules Find(Scene scene, GoEnvironment settings, IReadOnlyList<MainModule> modules)
    {
        var result = new PrivateModules(scene.Team.Public, () => PossiblyPrivate.Read(scene, settings));
        result._patterns.Add((PrivateEvidence.Repository, scene.Team.Private));
        result._owners.UnionWith(modules.Select(m => m.Content.ModulePath).OfType<string>().Select(PatternFor));
        foreach (var assignment in scene.Workplaces.SelectMany(s => s.Assignments))
            result.AddPatterns(PrivateEvidence.Repository, assignment);
        foreach (var assignment in settings.AsWorkplace().Assignments)
            result.AddPatterns(assignment.Place.File is { } file && scene.IsInside(file.Path) ? PrivateEvidence.Repository : PrivateEvidence.Machine, assignment);

        foreach (var own in GitSettings.Read(scene.Machine, scene.Files))
            result.AddRewrites(PrivateEvidence.Machine, own.Text);
        // The text of a workplace is made when it is asked for: most files speak of no rewrite.
        foreach (var workplace in scene.Workplaces.Where(s => s.File?.Text.Contains("insteadof", StringComparison.OrdinalIgnoreCase) == true))
            result.AddRewrites(PrivateEvidence.Repository, workplace.Text);
        if (scene.Files.ReadOrNull(scene.Machine.VariableOrNull("NETRC") ?? scene.Machine.InHome(".netrc")) is { } netrc)
        {
            if (!Netrc.TryParse(netrc.Text, out _, out var error))
                scene.Files.PassOver(netrc, new($"is no netrc file: {error}", $"不是有效的 netrc 文件：{error}"));
            result._prefixes.AddRange(Machines().Matches(netrc.Text).Select(m => m.Groups[1].Value).Where(h => !KnownProxies.IsCodeHost(h) && !KnownProxies.IsPublic(h)).Select(h => (PrivateEvidence.Machine, h)));
        }
        if (scene.Files.ReadOrNull(Path.Join(scene.Folder, ".git/config")) is { } git)
        {
            result.AddRewrites(PrivateEvidence.Account, git.Text);
            foreach (Match remote in Remotes().Matches(git.Text))
            {
                var host = remote.Groups["host"].Value;
                var path = remote.Groups["path"].Value.Trim('/', ':');
                // Code of the same owner may be private as this is, wherever it lies.
                if (path.Length > 0)
                    result._owners.Add(PatternFor($"{host}/{path}"));
                if (!KnownProxies.IsCodeHost(host))
                    result._prefixes.Add((remote.Groups["scheme"].Value is "https://" or "http://" ? PrivateEvidence.Hint : PrivateEvidence.Account, host));
            }
        }
        return result;
    }

    public bool Contains(string path) => EvidenceFor(path) is not PrivateEvidence.None;

    public PrivateEvidence EvidenceFor(string path)
    {
        if (_public.Matches(path))
            return PrivateEvidence.None;
        var found = Hosts.IsInternal(Host(path)) ? PrivateEvidence.Machine : PrivateEvidence.None;
        foreach (var (evidence, patterns) in _patterns.Where(p => p.Evidence > found))
            found = patterns.Matches(path) && evidence > found ? evidence : found;
        foreach (var (evidence, prefix) in _prefixes)
            found = evidence > found && (path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal)) ? evidence : found;
        return found;
    }

    /// <summary>Whether a host is in the same domain as something of the company's own.</summary>
    public bool IsOwnDomain(string host)
    {
        var name = host.Split(':')[0];
        return Hosts.IsInternal(name) || _prefixes.Select(p => Host(p.Prefix)).Concat(_patterns.SelectMany(p => p.Patterns.ToString().Split(',')).Select(Host)).Concat(_owners.Select(Host))
            .Any(own => own.Length > 0 && !KnownProxies.IsEveryones(own) && Domain(own) == Domain(name));

        static string Domain(string host) => string.Join('.', host.Split('.').TakeLast(2));
    }

    private void AddPatterns(PrivateEvidence evidence, Assignment assignment)
    {
        if (assignment.Name is not ("GOPRIVATE" or "GONOSUMDB" or "GONOPROXY") || assignment.IsComputed)
            return;
        // A pattern that covers what is everyone's says nothing of what is one's own.
        foreach (var pattern in GoPatternList.Parse(assignment.Value).Where(p => p.Problem is PatternProblem.None))
        {
            if (ModulePatterns.TryParse(pattern.Text, out var patterns, out _))
                _patterns.Add((evidence, patterns));
        }
    }

    private void AddRewrites(PrivateEvidence evidence, string text)
    {
        foreach (Match match in InsteadOf().Matches(text))
        {
            if (match.Groups["path"].Value.Trim('/') is { Length: > 0 } path && !KnownProxies.IsCodeHost(path))
                _prefixes.Add((evidence, path));
        }
    }

    /// <summary>Whether its name may be told to a public server by somebody who was only asked to look: on a host of everyone's, of another
    /// owner than this repository's own modules, and meant by no pattern, however wide or misspelled.</summary>
    public bool IsSurelyPublic(string path)
        => !Contains(path) && !_possible.Value.Contains(path) && (_public.Matches(path) || (KnownProxies.IsEveryones(Host(path)) && !_owners.Contains(PatternFor(path))));

    /// <summary>The pattern that covers a private module and what is beside it: the host, or the owner on a host that is everyone's.</summary>
    public static string PatternFor(string path)
    {
        var elements = path.Split('/');
        return KnownProxies.IsCodeHost(elements[0]) && elements.Length > 1 ? $"{elements[0]}/{elements[1]}" : elements[0];
    }

    public static string Host(string path) => path.Split('/')[0];

    // insteadOf = https://github.com/acme    git config --global url."ssh://…".insteadOf "https://github.com/acme"
    [GeneratedRegex("""insteadof["'\s=]+(?:https?|ssh|git)://(?:[^@/\s"']*@)?(?<path>[A-Za-z0-9.-]+(?:/[^\s"'/]+)*)""", RegexOptions.IgnoreCase)]
    private static partial Regex InsteadOf();

    [GeneratedRegex(@"\bmachine\s+([A-Za-z0-9.-]+)")]
    private static partial Regex Machines();

    [GeneratedRegex(@"^\s*url\s*=\s*(?:(?<scheme>[a-z+]+://)(?:[^@/\s]*@)?|[^@/\s]+@)(?<host>[A-Za-z0-9.-]+)(?::\d+)?(?<path>[^\s]*)", RegexOptions.Multiline)]
    private static partial Regex Remotes();
}
