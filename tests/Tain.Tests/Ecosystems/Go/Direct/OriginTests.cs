using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.Git;
using Tain.GitHosting;
using Tain.GoModules;
using Tain.Tests.Ecosystems.Go.Git;
using Tain.Tests.Upstream;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>The ways by which a module path leads to its code, through the whole server.</summary>
public sealed class OriginTests : IDisposable
{
    private const string Module = "corp.example/lib";
    private readonly string _folder = Directory.CreateTempSubdirectory("tain-origin-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_mod_proxy_that_a_page_names_serves_all_pages_of_the_module()
    {
        await using var proxy = new ModuleUpstream();
        var zip = proxy.Add(Module, "v1.0.0");
        proxy.Set($"{Module}/@v/list", "v1.0.0\n");
        proxy.Set($"{Module}/@latest", """{"Version":"v1.0.0","Time":"2024-01-01T00:00:00Z"}""");
        await using var rig = await ProxiedAsync(proxy);

        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@latest")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        Assert.Equal((200, $"module {Module}\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        Assert.Equal(zip, await rig.Tain.Client.GetByteArrayAsync($"go/{Module}/@v/v1.0.0.zip", Token));
        Assert.Contains("https://proxy.example", (await rig.Tain.ReadAsync($"api/v1/explain/go/{Module}@v1.0.0")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", 404, "")]
    [InlineData("410 Gone", 404, "")]
    [InlineData("500 Internal Server Error", 502, "500")]
    [InlineData("403 Forbidden", 403, "403")]
    [InlineData("401 Unauthorized", 404, "asks for a password, none is configured")]
    public async Task What_a_mod_proxy_refuses_has_its_own_status(string line, int expected, string words)
    {
        await using var proxy = new ModuleUpstream();
        foreach (var page in new[] { "@v/list", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
            proxy.Set($"{Module}/{page}", HostileServer.Status(line));
        await using var rig = await ProxiedAsync(proxy);
        foreach (var page in new[] { "@v/list", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/{page}");
            Assert.True(expected == status, $"{page}: {status} {body}");
            Assert.Contains(words, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_zip_that_a_mod_proxy_cuts_is_never_whole_and_not_kept()
    {
        await using var proxy = new ModuleUpstream();
        var zip = proxy.Add(Module, "v1.0.0", size: 200_000);
        await using var rig = await ProxiedAsync(proxy);
        var cut = new Rule("proxy.example") { CutAfter = 100_000 };
        rig.Hosts.Add(cut);

        // Whoever holds bytes already is reset, and the next one is told why; whoever holds none yet is told at once.
        using (var response = await rig.Tain.Client.GetAsync(new Uri($"go/{Module}/@v/v1.0.0.zip", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token))
        {
            if (response.IsSuccessStatusCode)
                await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync(Token));
            var (status, body) = response.IsSuccessStatusCode
                ? await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip")
                : ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Token));
            Assert.True(status == 502, $"{status} {body}");
            Assert.Contains("direct https://proxy.example", body, StringComparison.Ordinal);
        }
        rig.Hosts.Remove(cut);
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(zip, await rig.Tain.Client.GetByteArrayAsync($"go/{Module}/@v/v1.0.0.zip", Token));
    }

    [Fact]
    public async Task A_mod_proxy_that_is_private_gets_the_password_that_is_its_own()
    {
        await using var proxy = new ModuleUpstream();
        proxy.Set($"{Module}/@v/list", "v1.0.0\n");
        var netrc = Path.Combine(_folder, "netrc");
        await File.WriteAllTextAsync(netrc, "machine proxy.example login me password secret\n", Token);
        await using var rig = await DirectRig.StartAsync(go => go with
        {
            Private = ModulePatterns.TryParse("corp.example", out var patterns, out _) ? patterns : throw new FormatException(),
            PrivateText = "corp.example",
        }, netrc: netrc);
        rig.Hosts.SetImports(Module, $"{Module} mod https://proxy.example");
        rig.Hosts.Forward("proxy.example", new Uri(proxy.Url));
        rig.Hosts.Add(new Rule("proxy.example") { Password = "me:secret" });
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.All(rig.Hosts.Requests.Where(r => r.Path.StartsWith("corp.example", StringComparison.Ordinal)), r => Assert.Equal("", r.User));
    }

    [Fact]
    public async Task The_fourth_field_is_the_folder_of_the_module_and_of_its_tags()
    {
        // vcs-test.golang.org/go/gitreposubdir and gitreposubdirv2 of the go command's own tests.
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository("git.example/repo");
        repository.Commit(("foo/subdir/go.mod", $"module {Module}\n"), ("foo/subdir/hello.go", "package greeter\n"), ("go.mod", "module elsewhere.example\n"), ("LICENSE", "text\n"),
            ("bar/foo/subdir/go.mod", $"module {Module}/bar\n"));
        repository.Tag("foo/subdir/v1.2.3");
        repository.Tag("v1.9.9");
        repository.Tag("bar/foo/subdir/v1.0.0");
        var second = repository.Commit(("foo/subdir/go.mod", $"module {Module}/v2\n"), ("foo/subdir/hello.go", "package greeterv2\n"));
        repository.Tag("foo/subdir/v2.0.0");
        rig.Hosts.SetImports(Module, $"{Module} git https://git.example/repo foo/subdir");

        Assert.Equal((200, "v1.2.3\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal((200, "v2.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/v2/@v/list"));
        // As the go command joins them: the path's rest comes first.
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/bar/@v/list"));
        Assert.Equal(["LICENSE", "go.mod", "hello.go"], (await DirectTests.ZipAsync(rig, Module, "v1.2.3")).Files.Select(f => f.Name).Order(StringComparer.Ordinal));
        var origin = JsonDocument.Parse((await rig.Tain.ReadAsync($"go/{Module}/v2/@v/v2.0.0.info")).Body).RootElement.GetProperty("Origin");
        Assert.Equal(("foo/subdir", second, "refs/tags/foo/subdir/v2.0.0"), (origin.GetProperty("Subdir").GetString(), origin.GetProperty("Hash").GetString(), origin.GetProperty("Ref").GetString()));
    }

    [Fact]
    public async Task Go_repositories_says_where_a_repository_is_and_its_host_is_not_asked()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Direct = go.Direct with { Repositories = [new RepositoryRule("gitlab.example/*/*/*", "https://git.example/{path}.git")] } });
        var repository = rig.Repository("git.example/group/subgroup/repo");
        repository.Commit(("go.mod", "module gitlab.example/group/subgroup/repo\n"), ("sub/go.mod", "module gitlab.example/group/subgroup/repo/sub\n"));
        repository.Tag("v1.0.0");
        repository.Tag("sub/v0.2.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync("go/gitlab.example/group/subgroup/repo/@v/list"));
        Assert.Equal((200, "v0.2.0\n"), await rig.Tain.ReadAsync("go/gitlab.example/group/subgroup/repo/sub/@v/list"));
        Assert.Equal(["git.example:443"], rig.Hosts.Connections.Keys);
    }

    [Fact]
    public async Task Instead_of_leads_elsewhere_and_Origin_keeps_the_name()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { InsteadOf = [("https://github.com/acme/", "https://mirror.example/acme/")] } });
        var repository = rig.Repository("mirror.example/acme/lib");
        repository.Commit(("go.mod", "module github.com/acme/lib\n"));
        repository.Tag("v1.0.0");
        var info = JsonDocument.Parse((await rig.Tain.ReadAsync("go/github.com/acme/lib/@v/v1.0.0.info")).Body).RootElement;
        Assert.Equal("https://github.com/acme/lib", info.GetProperty("Origin").GetProperty("URL").GetString());
        Assert.Equal(["mirror.example:443"], rig.Hosts.Connections.Keys);
    }

    [Fact]
    public async Task Gopkg_in_is_a_repository_for_each_major_version()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository("gopkg.in/yaml.v2");
        repository.Commit(("go.mod", "module gopkg.in/yaml.v2\n"), ("yaml.go", "package yaml\n"));
        repository.Tag("v2.4.0");
        repository.Tag("v1.0.0");
        Assert.Equal((200, "v2.4.0\n"), await rig.Tain.ReadAsync("go/gopkg.in/yaml.v2/@v/list"));
        Assert.Equal(["go.mod", "yaml.go"], (await DirectTests.ZipAsync(rig, "gopkg.in/yaml.v2", "v2.4.0")).Files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal((200, ""), await rig.Tain.ReadAsync("go/gopkg.in/yaml.v2-unstable/@v/list"));
        Assert.Equal(0, rig.Hosts.Count(RequestKind.GoGet));
    }

    [Fact]
    public async Task What_GitLab_names_for_a_subgroup_that_it_does_not_show_is_explained()
    {
        await using var rig = await DirectRig.StartAsync();
        rig.Hosts.SetImports("gitlab.example", "gitlab.example/group/subgroup git https://gitlab.example/group/subgroup.git");
        rig.Hosts.Add(new Rule("gitlab.example") { Only = RequestKind.Refs, Password = "oauth2:token" });
        var (status, body) = await rig.Tain.ReadAsync("go/gitlab.example/group/subgroup/repo/@v/list");
        Assert.Equal(404, status);
        Assert.Contains("asks for a password", body, StringComparison.Ordinal);
        Assert.Contains("go.repositories", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app")]
    [InlineData("token")]
    public async Task A_host_s_own_credentials_open_its_repositories(string kind)
    {
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "ghs_1\n", Token);
        using var key = RSA.Create(2048);
        var pem = Path.Combine(_folder, "app.pem");
        await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem(), Token);
        await using var api = new HostileServer(HostileServer.Status("201 Created", $$"""{"token":"ghs_1","expires_at":"{{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}"""));
        var host = kind == "token" ? new GitHost("corp.example") { TokenFile = token }
            : new GitHost("corp.example") { AppId = "1", AppInstallation = "2", AppKey = pem, AppApi = new Uri("https://api.example/") };
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { Hosts = [host] } });
        rig.Hosts.Forward("api.example", new Uri(api.Url));
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        rig.Hosts.Add(new Rule("corp.example") { Password = "x-access-token:ghs_1" });
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        Assert.Equal(kind == "app" ? 1 : 0, api.Requests.Count);
    }

    [Fact]
    public async Task Explain_tells_which_repository_what_led_there_and_which_commit()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Direct = go.Direct with { Repositories = [new RepositoryRule("ruled.example/*", "https://git.example/{path}")] } });
        var commit = "";
        foreach (var (module, address) in new[] { (Module, Module), ("ruled.example/lib", "git.example/lib"), ("github.com/acme/lib", "github.com/acme/lib") })
        {
            var repository = rig.Repository(address);
            commit = repository.Commit(("sub/go.mod", $"module {module}/sub\n"));
            repository.Tag("sub/v1.0.0");
        }
        foreach (var (module, url, by) in new[]
        {
            (Module, $"https://{Module}", $"a go-import tag on https://{Module}"), ("ruled.example/lib", "https://git.example/lib", "go.repositories"),
            ("github.com/acme/lib", "https://github.com/acme/lib", "the path alone"),
        })
        {
            var story = JsonDocument.Parse((await rig.Tain.ReadAsync($"api/v1/explain/go/{module}/sub@v1.0.0")).Body).RootElement.GetProperty("repository");
            Assert.Equal((url, module, "sub", "refs/tags/sub/v1.0.0"),
                (story.GetProperty("url").GetString(), story.GetProperty("root").GetString(), story.GetProperty("directory").GetString(), story.GetProperty("ref").GetString()));
            Assert.Equal(40, story.GetProperty("commit").GetString()!.Length);
            Assert.StartsWith(by, story.GetProperty("foundBy").GetString(), StringComparison.Ordinal);
        }
        // What is not there is explained too.
        var missing = JsonDocument.Parse((await rig.Tain.ReadAsync("api/v1/explain/go/github.com/acme/lib/sub@v9.9.9")).Body).RootElement;
        Assert.Equal("https://github.com/acme/lib", missing.GetProperty("repository").GetProperty("url").GetString());
        Assert.Equal(commit, JsonDocument.Parse((await rig.Tain.ReadAsync("api/v1/explain/go/github.com/acme/lib/sub@v1.0.0")).Body).RootElement.GetProperty("repository").GetProperty("commit").GetString());
    }

    [Fact]
    public async Task A_private_repository_is_read_by_ssh()
    {
        await using var server = await SshServer.StartAsync();
        var repository = new GitHosting.GitRepository(_folder, Module);
        repository.Commit(("go.mod", $"module {Module}\n"), ("lib.go", "package lib\n"));
        repository.Tag("v1.0.0");
        var rule = new RepositoryRule("corp.example/*", $"ssh://{Environment.UserName}@ssh.test:{server.Port}{_folder}/{{root}}.git");
        await using var tain = await RunningTain.StartAsync("direct", go => go with
        {
            Private = ModulePatterns.TryParse("corp.example", out var patterns, out _) ? patterns : throw new FormatException(),
            Direct = go.Direct with { Repositories = [rule] },
            Git = go.Git with { Hosts = [new GitHost($"ssh.test:{server.Port}") { SshKey = server.Key, KnownHosts = server.KnownHosts }] },
        }, environment: _ => null, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        try
        {
            Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{Module}/@v/list"));
            foreach (var page in new[] { "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
            {
                var (status, body) = await tain.ReadAsync($"go/{Module}/{page}");
                Assert.True(status == 200, body);
            }
        }
        finally
        {
            Directory.Delete(_folder + ".work", recursive: true);
        }
    }

    private static async Task<DirectRig> ProxiedAsync(ModuleUpstream proxy)
    {
        var rig = await DirectRig.StartAsync();
        rig.Hosts.SetImports(Module, $"{Module} mod https://proxy.example");
        rig.Hosts.Forward("proxy.example", new Uri(proxy.Url));
        return rig;
    }
}
