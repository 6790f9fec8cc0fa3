using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Credentials of hosts (<c>go.git.hosts</c>, else <c>upstream.netrc</c>), and the one place that says where they may be sent: to exactly
/// the host and port they are configured for, over https, or to this machine itself.</summary>
internal sealed class GitAccess
{
    /// <summary>A token file is one line; bytes.</summary>
    private const int MaxTokenFile = 64 << 10;

    private readonly Dictionary<string, GitHost> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, GitHubApp> apps = new(StringComparer.OrdinalIgnoreCase);
    private readonly Netrc netrc;

    /// <summary>Reads <c>upstream.netrc</c>; throws <see cref="InvalidDataException"/>, with the remedy, when it cannot.</summary>
    public GitAccess(GitOptions git, UpstreamOptions upstream, StrangerClient web, TimeProvider time)
    {
        netrc = upstream.Netrc is { } path ? Netrc.Load(path) : Netrc.Empty;
        foreach (var host in git.Hosts)
        {
            // The first entry of a host wins; ssh keys are for ssh alone, and stand beside a netrc's password.
            if (host.SshKey is not null || !hosts.TryAdd(host.Host, host))
                continue;
            if (host.AppId is not null)
                apps.Add(host.Host, new GitHubApp(host, web, time));
        }
    }

    /// <summary>user:password for this URL's origin; null when there are none, or none that may be sent there. Throws <see cref="RepositoryException"/>
    /// when they are configured and cannot be had: a token file that cannot be read, an App that is refused.</summary>
    public async ValueTask<string?> CredentialsAsync(Uri uri, CancellationToken ct)
    {
        if (!Origin.MayCarryCredentials(uri))
            return null;
        // A netrc knows no ports by itself: its entries are for https's own, unless they name another.
        var name = RemoteUrl.HostOf(uri);
        if (!hosts.TryGetValue(name, out var host))
            return netrc.ForHost(name);
        if (apps.TryGetValue(name, out var app))
            return "x-access-token:" + await app.TokenAsync(ct).ConfigureAwait(false);
        return host.TokenFile is null ? null : $"{host.User}:{ReadToken(host)}";
    }

    /// <summary>These credentials were refused: a token that is kept in memory is not used again.</summary>
    public void Refused(Uri uri)
    {
        if (apps.TryGetValue(RemoteUrl.HostOf(uri), out var app))
            app.Forget();
    }

    /// <summary>What a problem on the way means for <c>direct</c>, see <see cref="RepositoryException"/>.</summary>
    /// <param name="host">The host that was asked, for people.</param>
    /// <param name="hadCredentials">Some were sent.</param>
    /// <param name="reached">The repository had answered before.</param>
    public static RepositoryException Meaning(Problem problem, string host, bool hadCredentials, bool reached) => problem switch
    {
        { Fault: FaultKind.Refused } when hadCredentials
            => new(FaultKind.Refused, $"the credentials for {host} were refused: {problem.Said}", reached),
        // Hosts say 401 of repositories that don't exist, too: to us it is not there.
        { Fault: FaultKind.Refused, Status: 401 }
            => new(FaultKind.NotFound, $"{host} asks for a password, none is configured for {host} (upstream.netrc, go.git.hosts)", reached),
        { Fault: FaultKind.NotFound or FaultKind.Gone } when reached
            => new(FaultKind.ServerError, $"the repository answered, and then: {problem.Said}", reached),
        { Fault: FaultKind.NotFound or FaultKind.Gone }
            => new(FaultKind.NotFound, $"no such repository at {host}{(hadCredentials ? ", or the credentials for it may not read it" : "")}: {problem.Said}"),
        { Fault: FaultKind.NoSuchHost } => new(FaultKind.NotFound, problem.Said),
        { Fault: FaultKind.NotPublic } => new(FaultKind.Refused, $"not asked: {problem.Said}", reached),
        _ => new(problem.Fault, problem.Said, reached),
    };

    private static string ReadToken(GitHost host)
    {
        try
        {
            // Each time: a token that somebody replaces is used at once.
            using var file = new FileStream(host.TokenFile!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MaxTokenFile];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var token = Encoding.UTF8.GetString(bytes, 0, length).Split('\n', 2)[0].Trim();
            return token.Length > 0 ? token : throw new RepositoryException(FaultKind.Refused, $"the token file of {host.Host} (go.git.hosts) has nothing in its first line");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException(FaultKind.Refused, $"the token file of {host.Host} (go.git.hosts) cannot be read: {e.GetType().Name}", inner: e);
        }
    }
}
