namespace Tain.Ecosystems.Go.Git;

/// <summary>How repositories are reached and kept (<c>go.git.*</c>).</summary>
internal sealed record GitOptions
{
    /// <summary><c>go.git.command</c>: the git to run; a name without a slash is looked for in PATH. Default git.</summary>
    public string Command { get; init; } = "git";

    /// <summary><c>go.git.transports</c>: schemes that a repository may be reached by, of https, ssh, http, git and file. Default https and ssh.</summary>
    public IReadOnlyList<string> Transports { get; init; } = ["https", "ssh"];

    /// <summary><c>go.git.hosts</c>: credentials of single hosts. Default none; <c>upstream.netrc</c> holds for those without an entry.</summary>
    public IReadOnlyList<GitHost> Hosts { get; init; } = [];

    /// <summary><c>go.git.instead-of</c>: URL prefixes that are replaced before anything is asked; the longest wins. Default none.</summary>
    public IReadOnlyList<(string Prefix, string Replacement)> InsteadOf { get; init; } = [];

    /// <summary><c>go.git.disk</c>: what all clones may take together, in bytes; the least recently used go first. Default 20 GiB.</summary>
    public long Disk { get; init; } = 20L << 30;

    /// <summary><c>go.git.max-fetch</c>: the most that one fetch may bring, in bytes. Default 4 GiB.</summary>
    public long MaxFetch { get; init; } = 4L << 30;

    /// <summary><c>go.git.timeout</c>: the longest that one git command may take; it is ended then, with its children. Default 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>go.git.processes</c>: git commands at once. Default 16, 1 to 256.</summary>
    public int Processes { get; init; } = 16;

    /// <summary><c>go.git.refs-ttl</c>: how long one look at a repository's refs serves all of its modules and queries. Default 3 s.</summary>
    public TimeSpan RefsTtl { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>One host's credentials. Never sent anywhere else; at most one of token, ssh key and GitHub App.</summary>
/// <param name="Host">As in URLs: lower case, with <c>:port</c> when it is not the scheme's own.</param>
internal sealed record GitHost(string Host)
{
    /// <summary>A file whose first line is a token, sent as the password of <see cref="User"/> over https. Read each time.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The user name beside a token. Default x-access-token, which GitHub, GitLab and Gitea take.</summary>
    public string User { get; init; } = "x-access-token";

    /// <summary>A private key for ssh; then this host is reached by ssh where its rule leaves the choice.</summary>
    public string? SshKey { get; init; }

    /// <summary>The known_hosts file that holds the host's key; required with <see cref="SshKey"/>.</summary>
    public string? KnownHosts { get; init; }

    /// <summary>The id of a GitHub App (or its client id).</summary>
    public string? AppId { get; init; }

    /// <summary>The App's installation.</summary>
    public string? AppInstallation { get; init; }

    /// <summary>The App's private key, a PEM file.</summary>
    public string? AppKey { get; init; }

    /// <summary>Where the App's tokens come from. Default https://api.github.com for github.com, https://HOST/api/v3 otherwise.</summary>
    public Uri? AppApi { get; init; }
}
