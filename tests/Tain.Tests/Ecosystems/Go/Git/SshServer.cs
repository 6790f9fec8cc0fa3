using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>OpenSSH's server on loopback with keys and a configuration of its own, until disposed. Whoever runs the tests may log in, with one key.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tain-sshd-").FullName;
    private Process? server;

    public int Port { get; private set; }

    /// <summary>The user's key.</summary>
    public string Key => Path.Combine(folder, "user");

    /// <summary>A key that may not log in.</summary>
    public string OtherKey => Path.Combine(folder, "other");

    public string KnownHosts => Path.Combine(folder, "known_hosts");

    /// <summary>Holds another key for the host.</summary>
    public string WrongKnownHosts => Path.Combine(folder, "wrong_known_hosts");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SshServer> StartAsync()
    {
        var made = new SshServer();
        await made.BeginAsync();
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(Token);
            server.Dispose();
        }

        Directory.Delete(folder, true);
    }

    private async Task BeginAsync()
    {
        foreach (var name in new[] { "host", "user", "other" })
        {
            using var keygen = Process.Start("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", Path.Combine(folder, name)]);
            await keygen.WaitForExitAsync(Token);
        }

        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await File.WriteAllTextAsync(KnownHosts, $"[ssh.test]:{Port} {await PublicAsync("host")}\n", Token);
        await File.WriteAllTextAsync(WrongKnownHosts, $"[ssh.test]:{Port} {await PublicAsync("other")}\n", Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/user.pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes

            """, Token);
        var sshd = Path.Combine(Root(), "out", "tools", "bin", "sshd");
        Assert.True(File.Exists(sshd), $"{sshd} is not there: run tests/tools/install");
        // As root it wants a user and a folder that its package would have made: they are, for this process alone.
        var script = Environment.UserName == "root"
            ? $"mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && {{ grep -v '^sshd:' /etc/passwd; echo 'sshd:x:74:65534::/run/sshd:/usr/sbin/nologin'; }} >'{folder}/passwd' && echo 'root:*:1::::::' >'{folder}/shadow' && mount --bind '{folder}/passwd' /etc/passwd && mount --bind '{folder}/shadow' /etc/shadow && exec '{sshd}' -D -e -f '{folder}/config'"
            : $"exec '{sshd}' -D -e -f '{folder}/config'";
        var start = Environment.UserName == "root" ? new ProcessStartInfo("/usr/bin/unshare", ["-m", "/bin/sh", "-c", script]) : new ProcessStartInfo("/bin/sh", ["-c", script]);
        start.RedirectStandardError = true;
        server = Process.Start(start)!;
        var said = new List<string>();
        // "Server listening on 127.0.0.1 port N."
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (await server.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            said.Add(line);
            if (line.StartsWith("Server listening", StringComparison.Ordinal))
            {
                _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        Assert.Fail("sshd did not start: " + string.Join('\n', said));
    }

    private async Task<string> PublicAsync(string name) => string.Join(' ', (await File.ReadAllTextAsync(Path.Combine(folder, name + ".pub"), Token)).Split(' ')[..2]);

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Tain.slnx")))
            at = at.Parent!;
        return at.FullName;
    }
}
