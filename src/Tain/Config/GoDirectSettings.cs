using System.Diagnostics.CodeAnalysis;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.Git;
using static Tain.Config.SettingKinds;

namespace Tain.Config;

/// <summary>How <c>direct</c> finds repositories and reads them: <c>go.repositories</c> and the like, and <c>go.git.*</c>.</summary>
internal static class GoDirectSettings
{
    private static readonly string[] Schemes = ["https", "ssh", "http", "git", "file"];

    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.Of<IReadOnlyList<RepositoryRule>>("go.repositories", "PATTERN URL; …", "",
            "Where repositories are whose host cannot tell: paths of repositories, * for one element each but never for a v2, a space and a git URL with {root} for the repository's path, or {path} for it without its host, such as gitlab.corp.example/*/*/* https://{root}.git. Entries are joined by semicolons; the first that matches wins.",
            ParseRepositories, (o, v) => Direct(o, d => d with { Repositories = v }),
            o => string.Join("; ", o.Go.Direct.Repositories.Select(r => $"{r.Pattern} {r.Url}")), separator: ';', mask: ConfigText.Mask),
        Time("go.discovery-ttl", "1h", TimeSpan.Zero, Day30,
            "How long it is believed where a repository is; 0 asks each time.",
            (o, v) => Direct(o, d => d with { DiscoveryTtl = v }), o => o.Go.Direct.DiscoveryTtl),
        Setting.Of<string?>("go.toolchain", "file", "",
            "A go command for modules in Mercurial, Subversion, Fossil and Bazaar, which are refused without one. Those systems' own programs must be beside it, in /usr/local/bin or in /usr/bin.",
            ParseProgram, (o, v) => Direct(o, d => d with { Toolchain = v }), o => o.Go.Direct.Toolchain ?? ""),
        Setting.Of<string?>("go.hook-secret-file", "file", "",
            "Its first line is the secret of push hooks, /api/v1/hooks/github, gitlab or gitea, with content type application/json; without it hooks are refused.",
            ParseSecretFile, (o, v) => Direct(o, d => d with { HookSecretFile = v }), o => o.Go.Direct.HookSecretFile ?? "", mask: SecretFile.Shown),

        Setting.Of<string>("go.git.command", "file", "git",
            "The git to run; a name without a slash is looked for in PATH.",
            ParseGit, (o, v) => Git(o, g => g with { Command = v }), o => o.Go.Git.Command),
        Setting.Of<IReadOnlyList<string>>("go.git.transports", "list", "https,ssh",
            "Schemes that repositories may be reached by.",
            ParseTransports, (o, v) => Git(o, g => g with { Transports = v }), o => string.Join(',', o.Go.Git.Transports), bounds: string.Join(", ", Schemes), separator: ','),
        Setting.Of<IReadOnlyList<GitHost>>("go.git.hosts", "HOST CREDENTIALS; …", "",
            $"Credentials of single hosts, all in files: {GitHostSetting.Syntax}. A token's NAME is x-access-token if there is none, which GitHub, GitLab and Gitea take. Entries are joined by semicolons. upstream.netrc holds for hosts without an entry.",
            ParseHosts, (o, v) => Git(o, g => g with { Hosts = v }), o => string.Join("; ", o.Go.Git.Hosts.Select(GitHostSetting.Format)), separator: ';', mask: GitHostSetting.Mask),
        Setting.Of<IReadOnlyList<(string Prefix, string Replacement)>>("go.git.instead-of", "PREFIX REPLACEMENT; …", "",
            "Beginnings of repository URLs that are replaced before anything is asked, as git's url.insteadOf: https://github.com/acme/ ssh://git@github.com/acme/. The longest wins; entries are joined by semicolons.",
            ParseInsteadOf, (o, v) => Git(o, g => g with { InsteadOf = v }), o => string.Join("; ", o.Go.Git.InsteadOf.Select(r => $"{r.Prefix} {r.Replacement}")), separator: ';', mask: ConfigText.Mask),
        Bytes("go.git.disk", "20GiB", 64L << 20, 1024L << 40,
            "What all clones may take together; the least recently used go first.",
            (o, v) => Git(o, g => g with { Disk = v }), o => o.Go.Git.Disk),
        Bytes("go.git.max-fetch", "4GiB", 1L << 20, 1024L << 40,
            "The most that one fetch may bring.",
            (o, v) => Git(o, g => g with { MaxFetch = v }), o => o.Go.Git.MaxFetch),
        Time("go.git.timeout", "10m", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24),
            "The longest that one git command may take; it is ended then.",
            (o, v) => Git(o, g => g with { Timeout = v }), o => o.Go.Git.Timeout),
        Number("go.git.processes", 16, 1, 256,
            "Git commands at once.",
            (o, v) => Git(o, g => g with { Processes = v }), o => o.Go.Git.Processes),
        Time("go.git.refs-ttl", "3s", TimeSpan.Zero, TimeSpan.FromHours(1),
            "How long one look at a repository's branches and tags serves all of its modules; 0 looks each time.",
            (o, v) => Git(o, g => g with { RefsTtl = v }), o => o.Go.Git.RefsTtl),
    ];

    private static TainOptions Direct(TainOptions o, Func<DirectOptions, DirectOptions> change) => o with { Go = o.Go with { Direct = change(o.Go.Direct) } };

    private static TainOptions Git(TainOptions o, Func<GitOptions, GitOptions> change) => o with { Go = o.Go with { Git = change(o.Go.Git) } };

    private static bool ParseRepositories(string text, [NotNullWhen(true)] out IReadOnlyList<RepositoryRule>? value, [NotNullWhen(false)] out string? error)
    {
        var rules = new List<RepositoryRule>();
        value = rules;
        error = null;
        foreach (var (pattern, url) in Pairs(text, "PATTERN, a space and a URL, such as gitlab.corp.example/*/*/* https://{root}.git", ref error))
        {
            if (RepositoryRule.TryParse(pattern, url, out var rule, out var reason))
                rules.Add(rule);
            else
                AddTo(ref error, $"has the entry '{ConfigText.Mask(pattern)} {ConfigText.Mask(url)}' whose {reason}");
        }
        return error is null;
    }

    private static bool ParseInsteadOf(string text, [NotNullWhen(true)] out IReadOnlyList<(string Prefix, string Replacement)>? value, [NotNullWhen(false)] out string? error)
    {
        var rules = new List<(string Prefix, string Replacement)>();
        value = rules;
        error = null;
        foreach (var (prefix, replacement) in Pairs(text, "PREFIX, a space and its REPLACEMENT, such as https://github.com/acme/ ssh://git@github.com/acme/", ref error))
        {
            if (InsteadOf.WhyNot(prefix, replacement) is { } reason)
                AddTo(ref error, $"has the entry '{ConfigText.Mask(prefix)} {ConfigText.Mask(replacement)}' whose {reason}");
            else if (rules.Exists(r => r.Prefix == prefix))
                AddTo(ref error, $"replaces '{prefix}' twice: write one entry");
            else
                rules.Add((prefix, replacement));
        }
        return error is null;
    }

    private static List<(string First, string Second)> Pairs(string text, string syntax, ref string? error)
    {
        var pairs = new List<(string First, string Second)>();
        foreach (var entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var first, var second])
                pairs.Add((first, second));
            else
                AddTo(ref error, $"has the entry '{ConfigText.Mask(entry)}' that is not {syntax}");
        }
        return pairs;
    }

    private static bool ParseHosts(string text, [NotNullWhen(true)] out IReadOnlyList<GitHost>? value, [NotNullWhen(false)] out string? error)
    {
        var hosts = new List<GitHost>();
        value = hosts;
        error = null;
        foreach (var entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!GitHostSetting.TryParse(entry, out var host, out var reason))
                AddTo(ref error, $"has an entry that is not understood: {reason}");
            else if (hosts.Exists(h => h.Host == host.Host))
                AddTo(ref error, $"names {host.Host} twice: write one entry");
            else
                hosts.Add(host);
        }
        return error is null;
    }

    private static bool ParseTransports(string text, [NotNullWhen(true)] out IReadOnlyList<string>? value, [NotNullWhen(false)] out string? error)
    {
        var schemes = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        value = schemes;
        error = schemes.Count == 0 ? $"is empty: name at least one of {string.Join(", ", Schemes)}"
            : schemes.Find(s => !Schemes.Contains(s)) is { } unknown ? $"has '{ConfigText.Shown(unknown)}', which is none of {string.Join(", ", Schemes)}"
            : null;
        return error is null;
    }

    private static bool ParseGit(string text, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text;
        if (text.Contains('/', StringComparison.Ordinal))
            return ParseProgram(text, out value, out error) && value is not null;
        error = text.Length == 0 || text[0] == '-' || text.AsSpan().ContainsAny('\0', '\\') ? "is not the name or the path of a program" : null;
        return error is null;
    }

    private static bool ParseProgram(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        if (ParseReadableFile(text, out value, out error) && value is not null && !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(value) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            error = "is not a program: nobody may execute it";
        return error is null;
    }

    private static bool ParseSecretFile(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text.Length == 0 ? null : text;
        error = null;
        return value is null || SecretFile.TryCheck(value, out error);
    }
}
