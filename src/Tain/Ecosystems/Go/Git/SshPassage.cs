using System.Globalization;
using System.Net;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>The way of one git command over ssh: one key, one known_hosts file, the address that was checked; nothing from anybody's ssh
/// configuration or agent, and nothing that asks.</summary>
internal sealed class SshPassage(RemoteUrl remote, GitHost host, IPAddress address, UpstreamOptions upstream) : GitPassage
{
    /// <summary>ssh's own words for its end of the way; git and the far side speak otherwise. In the C locale, in which git is run.</summary>
    private static readonly (string Words, FaultKind Fault, string Said)[] Known =
    [
        ("Host key verification failed", FaultKind.Tls, "its host key is not the one in known-hosts"),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", FaultKind.Tls, "its host key is not the one in known-hosts"),
        ("No matching host key", FaultKind.Tls, "its host key is not the one in known-hosts"),
        ("UNPROTECTED PRIVATE KEY FILE", FaultKind.Refused, "the ssh-key can be read by others than its owner, so ssh does not use it: chmod 600 it"),
        ("Load key", FaultKind.Refused, "the ssh-key cannot be read"),
        ("Permission denied (", FaultKind.Refused, "the ssh-key was refused"),
        ("Connection refused", FaultKind.Unreachable, "connection refused"),
        ("No route to host", FaultKind.Unreachable, "no route to it"),
        ("Network is unreachable", FaultKind.Unreachable, "its network is unreachable"),
        ("Connection timed out", FaultKind.Timeout, "no connection in time (upstream.connect-timeout)"),
        ("Operation timed out", FaultKind.Timeout, "no connection in time (upstream.connect-timeout)"),
        ("not responding", FaultKind.Timeout, "silent too long (upstream.stall-timeout)"),
        ("banner exchange", FaultKind.Unreachable, "it did not answer as ssh"),
        ("Connection reset", FaultKind.Unreachable, "it reset the connection"),
        ("Connection closed by", FaultKind.Unreachable, "it closed the connection"),
        ("Repository not found", FaultKind.NotFound, "no such repository"),
        ("does not appear to be a git repository", FaultKind.NotFound, "no such repository"),
        ("The project you were looking for could not be found", FaultKind.NotFound, "no such repository, or the ssh-key may not read it"),
        ("Could not read from remote repository", FaultKind.Unreachable, "it closed the connection before it answered"),
    ];

    public override string Url => remote.User is null ? $"ssh://git@{remote.Text["ssh://".Length..]}" : remote.Text;

    public override string Protocol => "ssh";

    public override IReadOnlyList<(string Name, string Value)> Environment =>
    [
        // git gives this to sh, and adds -p PORT, USER@HOST and the command.
        ("GIT_SSH_COMMAND", string.Join(' ', Command().Select(Quote))),
        ("GIT_SSH_VARIANT", "ssh"),
    ];

    /// <summary>The entry of <c>go.git.hosts</c> with a key for this remote, or what to set.</summary>
    public static (GitHost? Host, RepositoryException? Refusal) HostFor(IReadOnlyList<GitHost> hosts, RemoteUrl remote)
    {
        if (remote.IsAnonymous)
            return (null, new RepositoryException(FaultKind.Refused, $"a page of another host names {remote.HostAndPort}, and our ssh key is not used for that; for a module of your own, add it to go.private"));
        var host = hosts.FirstOrDefault(h => h.SshKey is not null && h.Host.Equals(remote.HostAndPort, StringComparison.OrdinalIgnoreCase));
        return host is { KnownHosts: not null }
            ? (host, null)
            : (null, new RepositoryException(FaultKind.Refused, $"no ssh key is configured for {remote.HostAndPort}: set ssh-key and known-hosts of it in go.git.hosts"));
    }

    public override RepositoryException? FaultOf(int exitCode, string stderr)
    {
        foreach (var (words, fault, said) in Known)
        {
            if (stderr.Contains(words, StringComparison.OrdinalIgnoreCase))
                return new RepositoryException(fault, $"{remote.HostAndPort} by ssh: {said}");
        }

        return null;
    }

    private IEnumerable<string> Command()
    {
        // Whole seconds, at least one: 0 would be no limit.
        var connect = Math.Max(1, (int)Math.Ceiling(upstream.ConnectTimeout.TotalSeconds));
        var stall = Math.Max(1, (int)Math.Ceiling(upstream.StallTimeout.TotalSeconds / 2));
        string[] options =
        [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "UserKnownHostsFile=" + Escape(Path.GetFullPath(host.KnownHosts!)),
            "GlobalKnownHostsFile=/dev/null",
            "UpdateHostKeys=no",
            "VerifyHostKeyDNS=no",
            "CheckHostIP=no",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "PreferredAuthentications=publickey",
            "ControlMaster=no",
            "ControlPath=none",
            "PermitLocalCommand=no",
            "ClearAllForwardings=yes",
            "ForwardAgent=no",
            "RequestTTY=no",
            "ProxyCommand=none",
            "CanonicalizeHostname=no",
            "LogLevel=ERROR",
            string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={connect}"),
            string.Create(CultureInfo.InvariantCulture, $"ServerAliveInterval={stall}"),
            "ServerAliveCountMax=2",
            // known_hosts is asked for the name, in its own way of writing ports; dialled is the address that was checked.
            "HostKeyAlias=" + (remote.Port == 22 ? Bare : string.Create(CultureInfo.InvariantCulture, $"[{Bare}]:{remote.Port}")),
            "HostName=" + address,
        ];
        // No configuration file at all.
        return ["ssh", "-F", "none", "-T", "-i", Path.GetFullPath(host.SshKey!).Replace("%", "%%", StringComparison.Ordinal), .. options.SelectMany(o => new[] { "-o", o })];
    }

    private string Bare => remote.Uri.Host.Trim('[', ']');

    /// <summary>ssh expands percent signs in file names, and splits at spaces unless in quotes.</summary>
    private static string Escape(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
