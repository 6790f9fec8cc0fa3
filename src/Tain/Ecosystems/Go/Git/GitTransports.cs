namespace Tain.Ecosystems.Go.Git;

/// <summary>The way of one git command to its remote: what git is told, and what went wrong on the way. Disposed when the command has ended.</summary>
internal abstract class GitPassage : IDisposable
{
    /// <summary>The URL that git is given.</summary>
    public abstract string Url { get; }

    /// <summary>Configuration for this command alone; passed in its environment, never on its command line, where others could read it.</summary>
    public virtual IReadOnlyList<(string Key, string Value)> Config => [];

    public virtual IReadOnlyList<(string Name, string Value)> Environment => [];

    /// <summary>The value of GIT_ALLOW_PROTOCOL.</summary>
    public abstract string Protocol { get; }

    /// <summary>Set when the way failed: it knows better than git's exit code. Null when nothing went wrong on the way.</summary>
    public virtual RepositoryException? Fault => null;

    /// <summary>What git wrote to its standard error, for ways that can only be judged by it (ssh); called when git failed and there is no <see cref="Fault"/>.</summary>
    public virtual RepositoryException? FaultOf(int exitCode, string stderr) => null;

    public virtual void Dispose() { }
}

/// <summary>Opens ways to remotes: https (and http) through this process, which dials, trusts, authenticates, follows redirects and counts;
/// ssh by ssh with one key and one known_hosts; others by git itself, when configured.</summary>
internal interface IGitTransports
{
    /// <summary>Throws <see cref="RepositoryException"/> when the scheme or the address is not allowed.</summary>
    /// <param name="isPrivate">The module is matched by go.private: its own host may be at a private address.</param>
    ValueTask<GitPassage> OpenAsync(RemoteUrl remote, bool isPrivate, CancellationToken ct);
}
