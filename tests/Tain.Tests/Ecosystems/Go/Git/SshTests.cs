using System.Net;
using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>The real git and ssh with OpenSSH's own server.</summary>
public sealed class SshTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Git_clones_over_ssh_with_one_key_and_one_known_host()
    {
        await using var server = await SshServer.StartAsync();
        await using var rig = Rig(server, server.Key, server.KnownHosts);
        var head = await rig.CreateAsync(commits: 2, bytes: 100_000);
        var (passage, code, output) = await rig.CloneAsync(Url(server, rig), "clone.git");
        Assert.True(code == 0, output);
        Assert.Equal(head, (await GitRig.RunAsync(null, "-C", Path.Combine(rig.Folder, "clone.git"), "rev-parse", "main")).Output.Trim());
        Assert.Equal("ssh", passage.Protocol);
    }

    [Theory]
    [InlineData("wrong host key", nameof(FaultKind.Tls), "its host key is not the one in known-hosts")]
    [InlineData("wrong key", nameof(FaultKind.Refused), "the ssh-key was refused")]
    [InlineData("open key", nameof(FaultKind.Refused), "the ssh-key can be read by others than its owner, so ssh does not use it: chmod 600 it")]
    [InlineData("no repository", nameof(FaultKind.NotFound), "no such repository")]
    [InlineData("no server", nameof(FaultKind.Unreachable), "connection refused")]
    public async Task What_ssh_says_is_understood(string what, string fault, string said)
    {
        var server = await SshServer.StartAsync();
        await using var rig = Rig(server, what == "wrong key" ? server.OtherKey : server.Key, what == "wrong host key" ? server.WrongKnownHosts : server.KnownHosts);
        if (what != "no repository")
            await rig.CreateAsync();
        if (what == "open key" && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(server.Key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        if (what == "no server")
            await server.DisposeAsync();
        var (passage, code, output) = await rig.ListAsync(Url(server, rig));
        if (what != "no server")
            await server.DisposeAsync();
        var e = passage.FaultOf(code, output);
        Assert.True(e is not null, output);
        Assert.Equal((fault, $"ssh.test:{server.Port} by ssh: {said}"), (e.Fault.ToString(), e.Message));
    }

    [Fact]
    public async Task SSRF_by_ssh_to_a_private_address_is_refused_before_ssh_runs()
    {
        await using var server = await SshServer.StartAsync();
        await using var rig = Rig(server, server.Key, server.KnownHosts);
        var e = await Assert.ThrowsAsync<RepositoryException>(async () => await rig.Transports.OpenAsync(GitRig.Url(Url(server, rig)), false, Token));
        Assert.Equal((FaultKind.Refused, "not asked: ssh.test is at 127.0.0.1, which is not public (allow it in upstream.private-networks)"), (e.Fault, e.Message));
    }

    [Fact]
    public async Task Nothing_of_a_url_or_a_file_name_becomes_a_word_of_the_command()
    {
        var host = new GitHost("ssh.test") { SshKey = "/k/a 'b' $(touch /x)", KnownHosts = "/k/%h known" };
        using var passage = new SshPassage(GitRig.Url("ssh://me@ssh.test/a;touch"), host, IPAddress.Loopback, new UpstreamOptions());
        var command = passage.Environment.Single(v => v.Name == "GIT_SSH_COMMAND").Value;
        // As sh reads it.
        using var sh = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", "printf '%s\\n' " + command]) { RedirectStandardOutput = true })!;
        var words = (await sh.StandardOutput.ReadToEndAsync(Token)).TrimEnd('\n').Split('\n');
        Assert.Equal("/k/a 'b' $(touch /x)", words[Array.IndexOf(words, "-i") + 1]);
        Assert.Contains("UserKnownHostsFile=\"/k/%%h known\"", words);
        Assert.Contains("HostName=127.0.0.1", words);
        Assert.Contains("HostKeyAlias=ssh.test", words);
        Assert.Equal("ssh://me@ssh.test/a;touch", passage.Url);
    }

    [Theory]
    [InlineData("ssh://ssh.test/a", "ssh://git@ssh.test/a")]
    [InlineData("ssh://other@ssh.test/a", "ssh://other@ssh.test/a")]
    public void A_repository_without_a_user_is_asked_as_git(string url, string expected)
    {
        using var passage = new SshPassage(GitRig.Url(url), new GitHost("ssh.test") { SshKey = "/k", KnownHosts = "/h" }, IPAddress.Loopback, new UpstreamOptions());
        Assert.Equal(expected, passage.Url);
    }

    private static string Url(SshServer server, GitRig rig) => $"ssh://{Environment.UserName}@ssh.test:{server.Port}{rig.Root}/a.git";

    private static GitRig Rig(SshServer server, string key, string knownHosts) => new(
        new GitOptions { Hosts = [new GitHost($"ssh.test:{server.Port}") { SshKey = key, KnownHosts = knownHosts }] },
        resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
}
