using System.Net;
using System.Net.Sockets;
using Tain.Upstream;

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

/// <summary>The ways there are, see <see cref="IGitTransports"/>.</summary>
internal sealed class GitTransports(GitOptions options, UpstreamOptions upstream, StrangerClient web, GitGateway gateway) : IGitTransports
{
    public async ValueTask<GitPassage> OpenAsync(RemoteUrl remote, bool isPrivate, CancellationToken ct)
    {
        // Each scheme by its own name: one that was not named is never tried in another's stead.
        if (!options.Transports.Contains(remote.Scheme))
            throw new RepositoryException(FaultKind.Refused, $"{remote.Scheme} is not among the transports that are allowed: {string.Join(", ", options.Transports)} (go.git.transports)");
        switch (remote.Scheme)
        {
            case "https" or "http":
                return await gateway.OpenAsync(remote, isPrivate, ct).ConfigureAwait(false);
            case "ssh":
                var (host, refusal) = SshPassage.HostFor(options.Hosts, remote);
                if (host is null)
                    throw refusal!;
                return new SshPassage(remote, host, await FindAsync(remote, isPrivate, ct).ConfigureAwait(false), upstream);
            case "git":
                var address = await FindAsync(remote, isPrivate, ct).ConfigureAwait(false);
                var shown = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
                return new PlainPassage($"git://{shown}:{remote.Port}{remote.Uri.AbsolutePath}", "git");
            default:
                return new PlainPassage(remote.Text, remote.Scheme);
        }
    }

    /// <summary>The address that was checked is the one to be dialled: git is not to look the name up again.</summary>
    private async Task<IPAddress> FindAsync(RemoteUrl remote, bool isPrivate, CancellationToken ct)
    {
        var (addresses, problem) = await web.FindAddressesAsync(remote.Uri, isPrivate, ct).ConfigureAwait(false);
        return problem is null ? addresses[0] : throw GitAccess.Meaning(problem, remote.HostAndPort, hadCredentials: false, reached: false);
    }

    private sealed class PlainPassage(string url, string protocol) : GitPassage
    {
        public override string Url => url;

        public override string Protocol => protocol;
    }
}
