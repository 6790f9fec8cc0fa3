using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>The git server itself, without Tain: the go command and git meet what the tests say they do.</summary>
public sealed class GitServerTests
{
    private const string Module = "github.com/tain-test/lib";

    [Fact]
    public async Task The_go_command_lists_and_downloads_a_module_from_its_repository()
    {
        using var folder = new TempFolder();
        var commit = Library(folder);
        await using var server = await GitServer.StartAsync(folder["git"]);
        using var go = new DirectGo(server);

        Assert.Equal(["v1.0.0", "v1.1.0"], await go.VersionsAsync(Module));
        Assert.Equal("v1.1.0", await go.ResolveAsync(Module, "latest"));
        var version = await go.DownloadAsync(Module, "v1.1.0");

        Assert.Equal($"module {Module}\n", System.Text.Encoding.UTF8.GetString(version.GoMod));
        Assert.Equal(commit, version.Info.GetProperty("Origin").GetProperty("Hash").GetString());
        Assert.StartsWith("h1:", version.Sum, StringComparison.Ordinal);
        Assert.Equal(1, server.Count(RequestKind.Fetch, Module));
        Assert.Equal(0, server.Count(RequestKind.GoGet));
    }

    [Fact]
    public async Task An_import_page_leads_to_a_repository_of_another_name()
    {
        using var folder = new TempFolder();
        Library(folder, "go.corp.example/lib");
        await using var server = await GitServer.StartAsync(folder["git"]);
        server.SetImports("go.corp.example/lib", $"go.corp.example/lib git https://{Module}");
        using var go = new DirectGo(server);

        Assert.Equal("v1.1.0", (await go.DownloadAsync("go.corp.example/lib", "v1.1.0")).Version);
        Assert.Equal("github.com/tain-test/lib", server.Requests.First(r => r.Kind == RequestKind.Fetch).Repository);
        Assert.NotEqual(0, server.Count(RequestKind.GoGet));
    }

    [Fact]
    public async Task An_import_page_leads_to_a_module_proxy()
    {
        using var folder = new TempFolder();
        await using var server = await GitServer.StartAsync(folder["git"]);
        server.ServeFiles("proxy.corp.example/files", Repository.Corpus);
        server.SetImports("github.example/pkg", "github.example/pkg mod https://proxy.corp.example/files");
        using var go = new DirectGo(server);

        Assert.Contains("404 GET proxy.corp.example/files/github.example/pkg/@v/list", await AskedFor(server, go, "github.example/pkg"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HostFault.Unknown, CertificateFault.None, "Bad Gateway|response 502")]
    [InlineData(HostFault.Refused, CertificateFault.None, "Service Unavailable|response 503")]
    [InlineData(HostFault.Dropped, CertificateFault.None, "EOF|unexpected|SSL|TLS|reset")]
    [InlineData(HostFault.None, CertificateFault.UnknownAuthority, "unknown authority|certificate verification failed|unable to get local issuer")]
    [InlineData(HostFault.None, CertificateFault.WrongName, "not corp.example|does not match")]
    [InlineData(HostFault.None, CertificateFault.Expired, "expired")]
    public async Task A_host_fails_as_its_rule_says_while_others_are_well(HostFault host, CertificateFault certificate, string words)
    {
        using var folder = new TempFolder();
        Library(folder);
        await using var server = await GitServer.StartAsync(folder["git"]);
        server.SetImports("corp.example", "corp.example git https://github.com/tain-test/lib");
        server.Add(new("corp.example") { Host = host, Certificate = certificate });
        using var go = new DirectGo(server);

        Assert.Matches(words, await go.ErrorAsync("corp.example/lib", "latest"));
        Assert.Equal("v1.1.0", await go.ResolveAsync(Module, "latest"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_status_meets_as_many_requests_as_its_rule_says(int status)
    {
        using var folder = new TempFolder();
        Library(folder);
        await using var server = await GitServer.StartAsync(folder["git"]);
        server.Add(new(Module) { Status = status, Only = RequestKind.Refs, Times = 1 });
        using var go = new DirectGo(server);

        await go.ErrorAsync(Module, "latest");
        Assert.Equal("v1.1.0", await go.ResolveAsync(Module, "latest"));
        Assert.True(server.Requests.Count(r => r.Status == status && r.Kind == RequestKind.Refs) == 1, string.Join('\n', server.Requests));
    }

    [Fact]
    public async Task A_cut_body_fails_the_fetch_and_a_slow_one_does_not()
    {
        using var folder = new TempFolder();
        Library(folder);
        await using var server = await GitServer.StartAsync(folder["git"]);
        var cut = new Rule(Module) { Only = RequestKind.Fetch, CutAfter = 40 };
        server.Add(cut);
        using var go = new DirectGo(server);

        await go.ErrorAsync(Module, "main");
        Assert.Contains(server.Requests, r => r is { Kind: RequestKind.Fetch, Sent: 40 });
        server.Remove(cut);
        server.Add(new(Module) { Only = RequestKind.Fetch, Rate = 2000 });
        Assert.Equal("v1.1.0", (await go.DownloadAsync(Module, "v1.1.0")).Version);
    }

    [Fact]
    public async Task A_password_is_asked_for_and_protocol_2_can_be_off()
    {
        using var folder = new TempFolder();
        Library(folder);
        await using var server = await GitServer.StartAsync(folder["git"]);
        server.Add(new(Module) { Password = "me:secret", WithoutProtocol2 = true });
        using var go = new DirectGo(server);

        Assert.Contains("could not read Username", await go.ErrorAsync(Module, "latest"), StringComparison.Ordinal);
        await using var git = ChildProcess.Start("/usr/bin/git", ["ls-remote", $"https://me:secret@{Module}"], folder.Path, server.Environment);
        Assert.Equal(0, await git.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("refs/tags/v1.1.0", git.Output, StringComparison.Ordinal);
        Assert.Contains(server.Requests, r => r is { Status: 200, User: "me" });
        Assert.Equal(0, server.Count(RequestKind.ListRefs));
    }

    [Theory]
    [InlineData("vcs-test.golang.org/git/commit-after-tag.git", "b325d8217783", "v1.0.1-0.20190715211727-b325d8217783")]
    [InlineData("vcs-test.golang.org/go/v2module/v2", "latest", "v2.0.0")]
    [InlineData("github.com/rsc/vgotest1", "v1.1.0", "v1.1.0")]
    public async Task The_go_commands_own_test_repositories_are_served(string module, string query, string version)
    {
        await using var vcs = await VcsTest.StartAsync();
        using var go = new DirectGo(vcs.Server);
        Assert.Equal(version, await go.ResolveAsync(module, query));
    }

    private static async Task<string> AskedFor(GitServer server, DirectGo go, string module)
    {
        await go.ErrorAsync(module, "latest");
        return string.Join('\n', server.Requests.Select(r => $"{r.Status} {r.Method} {r.Path}"));
    }

    /// <summary>A repository at <see cref="Module"/>; the hash of v1.1.0.</summary>
    private static string Library(TempFolder folder, string module = Module)
    {
        var repository = new GitRepository(folder["git"], Module);
        repository.Commit(("go.mod", $"module {module}\n"), ("lib.go", "package lib\n"));
        repository.Tag("v1.0.0");
        var commit = repository.Commit(("go.mod", $"module {module}\n"), ("lib.go", "package lib\n\nconst New = true\n"));
        repository.Tag("v1.1.0");
        return commit;
    }
}
