namespace Tain.Ecosystems.Go.Direct;

/// <summary>How <c>direct</c> finds and reads modules.</summary>
internal sealed record DirectOptions
{
    /// <summary><c>go.repositories</c>: roots that are not asked of their host. The first that matches wins. Default none.</summary>
    public IReadOnlyList<RepositoryRule> Repositories { get; init; } = [];

    /// <summary><c>go.toolchain</c>: a go command for hg, svn, fossil and bzr. Default none: they are refused.</summary>
    public string? Toolchain { get; init; }

    /// <summary><c>go.hook-secret-file</c>: its first line is the secret of <c>/api/v1/hooks</c>. Default none: hooks are refused.</summary>
    public string? HookSecretFile { get; init; }

    /// <summary><c>go.discovery-ttl</c>: how long a repository's place is believed. Default 1 h.</summary>
    public TimeSpan DiscoveryTtl { get; init; } = TimeSpan.FromHours(1);
}
