using System.Net;
using System.Net.Sockets;
using Tain.GitHosting;

namespace Tain.Tests;

// Where a repository may lead to: SSRF, insecure fallback, private names.
public sealed partial class GitSecurityTests
{
    public static TheoryData<string> PrivateHosts =>
    [
        "127.0.0.1", "127.0.0.1:8080", "169.254.169.254", "10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "[::1]", "[fd00::1]", "[fe80::1]",
        "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "127.0.0.1.",
        "localhost", "a.localhost", "LOCALHOST", "metadata", "127.0.0.1.:443",
    ];

    [Theory]
    [MemberData(nameof(PrivateHosts))]
    public async Task SSRF_by_go_import_to_an_address_inside_is_refused_gitea_2026_58418(string host)
    {
        await using var rig = await StartAsync();
        foreach (var vcs in new[] { "git", "mod" })
        {
            var module = $"corp.example/{vcs}";
            rig.Hosts.SetImports(module, $"{module} {vcs} https://{host}/x");
            foreach (var page in new[] { "@v/list", "@v/v1.0.0.zip" })
            {
                var (status, body) = await rig.Tain.ReadAsync($"go/{module}/{page}");
                // A plain name may be a host of the proxy's; it has no such.
                Assert.True(host == "metadata" ? status is 404 or 502 : status is 403 or 404, $"{status} {body}");
            }
        }
        Assert.DoesNotContain(rig.Hosts.Connections.Keys, k => k != "corp.example:443" && host != "metadata");
    }

    [Theory]
    [InlineData("127.0.0.1/x.git")]
    [InlineData("169.254.169.254/latest")]
    [InlineData("10.0.0.1/x.git/sub")]
    [InlineData("192.168.1.1/x")]
    [InlineData("0177.0.0.1/x")]
    [InlineData("0x7f.1/x.git")]
    [InlineData("a.localhost/x")]
    [InlineData("a.localhost/x.git")]
    public async Task SSRF_by_a_module_s_own_path_is_refused_fulcio_2026_49478(string module)
    {
        await using var rig = await StartAsync();
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.zip" })
            Assert.True((await rig.Tain.ReadAsync($"go/{module}/{page}")).Status is 403 or 404);
        Assert.Empty(rig.Hosts.Connections);
    }

    public static TheoryData<string, string> Redirects => new()
    {
        { "page", "https://127.0.0.1/x" }, { "page", "https://169.254.169.254/latest/meta-data" }, { "page", "http://corp.example/lib" }, { "page", "file:///etc/passwd" },
        { "refs", "https://127.0.0.1/x/info/refs?service=git-upload-pack" }, { "refs", "https://[::1]/info/refs?service=git-upload-pack" },
        { "refs", "http://corp.example/lib/info/refs?service=git-upload-pack" }, { "refs", "ext::sh" }, { "refs", "https://other.example/elsewhere?go-get=1" },
        { "mod", "https://10.0.0.1/lib/@v/list" }, { "mod", "http://proxy.example/lib/@v/list" },
    };

    [Theory]
    [MemberData(nameof(Redirects))]
    public async Task SSRF_by_a_redirect_of_a_page_a_repository_or_a_proxy_is_refused_gitea_2026_58418(string what, string to)
    {
        await using var rig = await StartAsync();
        rig.Repository("other.example/elsewhere").Commit(("go.mod", $"module {Module}\n"));
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Hosts.SetPage("proxy.example", new GoGetPage("", 404));
        if (what == "mod")
            rig.Hosts.SetImports(Module, $"{Module} mod https://proxy.example");
        rig.Hosts.Add(new Rule(what == "mod" ? "proxy.example" : Module)
        {
            Only = what switch { "page" => RequestKind.GoGet, "refs" => RequestKind.Refs, _ => RequestKind.Other },
            RedirectTo = to,
        });

        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/list");

        Assert.True(status is 403 or 502, $"{status} {body}");
        Assert.Contains("redirected", body, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Hosts.Connections.Keys, k => k is not ("corp.example:443" or "proxy.example:443" or "other.example:443"));
        Assert.DoesNotContain(rig.Hosts.Requests, r => r.Kind is RequestKind.ListRefs or RequestKind.Fetch);
    }

    [Fact]
    public async Task SSRF_by_a_name_that_resolves_differently_the_second_time_is_refused_gitea_2026_58418()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var asked = 0;
        // Without an outgoing proxy: dialled here. A public address first, at which nothing is.
        Task<IPAddress[]> Resolve(string host, CancellationToken ct) =>
            Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) == 1 ? IPAddress.Parse("192.31.196.1") : IPAddress.Loopback]);
        await using var tain = await Ecosystems.Go.RunningTain.StartAsync("direct", go => go with
        {
            Direct = go.Direct with { Repositories = [new("rebind.example/*", $"https://rebind.example:{((IPEndPoint)inside.LocalEndpoint).Port}/{{path}}")] },
        }, upstream => upstream with { ConnectTimeout = TimeSpan.FromSeconds(1), Tries = 3 }, environment: _ => null, resolve: Resolve);

        for (var i = 0; i < 2; i++)
            Assert.True((await tain.ReadAsync("go/rebind.example/x/@v/list")).Status is 403 or 502 or 504);

        Assert.True(asked > 1);
        Assert.False(inside.Pending());
    }

    public static TheoryData<string> Outages => ["refused", "dropped", "tls", "wrong name", "500", "404"];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Insecure_fallback_there_is_none_cmd_go_2023_45285(string outage)
    {
        // Whatever is asked in the clear comes here: the proxy of the fixture is for https.
        using var clear = new TcpListener(IPAddress.Loopback, 0);
        clear.Start();
        var proxy = $"http://127.0.0.1:{((IPEndPoint)clear.LocalEndpoint).Port}";
        await using var rig = await StartAsync(environment: hosts => new Dictionary<string, string>(hosts.Environment) { ["HTTP_PROXY"] = proxy, ["http_proxy"] = proxy });
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Repository("corp.example/x").Commit(("go.mod", "module corp.example/x.git\n"));
        rig.Hosts.Add(outage switch
        {
            "refused" => new Rule("corp.example") { Host = HostFault.Refused },
            "dropped" => new Rule("corp.example") { Host = HostFault.Dropped },
            "tls" => new Rule("corp.example") { Certificate = CertificateFault.UnknownAuthority },
            "wrong name" => new Rule("corp.example") { Certificate = CertificateFault.WrongName },
            "500" => new Rule("corp.example") { Status = 500 },
            _ => new Rule("corp.example") { Status = 404 },
        });

        // By its page, and by its path alone, where the go command would try git+ssh, https, http and git in turn.
        foreach (var module in new[] { Module, "corp.example/x.git" })
            Assert.Equal(outage == "404" ? 404 : 502, (await rig.Tain.ReadAsync($"go/{module}/@v/list")).Status);

        Assert.False(clear.Pending());
        Assert.All(rig.Hosts.Connections.Keys, k => Assert.Equal("corp.example:443", k));
        Assert.All(_git.Variables.Where(v => v.StartsWith("GIT_ALLOW_PROTOCOL=", StringComparison.Ordinal)), v => Assert.Equal("GIT_ALLOW_PROTOCOL=http", v));
        Assert.All(Remotes(), url => Assert.StartsWith("http://127.0.0.1:", url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dependency_confusion_a_private_module_is_asked_of_its_repository_and_of_nobody_else_nora_805()
    {
        await using var upstream = new Ecosystems.Go.ModuleUpstream();
        upstream.Add(Module, "v9.9.9");
        await using var rig = await StartAsync(go => go with { Private = Patterns("corp.example") }, upstream.Url + ",direct");
        // Its page, which is the company's own, may name another host; that one learns its repository's name, not the module's.
        var repository = rig.Repository("git.example/team/secret-repository");
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        rig.Hosts.SetImports(Module, $"{Module} git https://git.example/team/secret-repository");

        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        foreach (var page in new[] { "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip", "@v/main.info" })
            Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/{page}")).Status);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v9.9.9.info")).Status);
        Assert.Equal(404, (await rig.Tain.ReadAsync("go/corp.example/nothing/@v/list")).Status);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"api/v1/go/resolve?module={Module}&ref=none")).Status);
        await rig.Tain.ReadAsync($"api/v1/explain/go/{Module}@v1.0.0");

        Assert.Empty(upstream.Asked);
        Assert.Equal(["corp.example:443", "git.example:443"], rig.Hosts.Connections.Keys.Order());
        Assert.All(rig.Hosts.Requests.Where(r => r.Path.StartsWith("git.example", StringComparison.Ordinal)), r => Assert.StartsWith("git.example/team/secret-repository", r.Path, StringComparison.Ordinal));
        Assert.DoesNotContain(Module, (await rig.Tain.ReadAsync("go/index")).Body, StringComparison.Ordinal);
    }

    private static GoModules.ModulePatterns Patterns(string list) => GoModules.ModulePatterns.TryParse(list, out var patterns, out var error) ? patterns : throw new FormatException(error);

    private IEnumerable<string> Remotes()
    {
        var variables = _git.Variables;
        foreach (var key in variables.Where(v => v.EndsWith("=remote.origin.url", StringComparison.Ordinal)))
        {
            var number = key["GIT_CONFIG_KEY_".Length..key.IndexOf('=', StringComparison.Ordinal)];
            foreach (var value in variables.Where(v => v.StartsWith($"GIT_CONFIG_VALUE_{number}=", StringComparison.Ordinal) && v.Contains("://", StringComparison.Ordinal)))
                yield return value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..];
        }
    }
}
