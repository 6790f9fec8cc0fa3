using System.Text.Json;
using Tain.GitHosting;
using Tain.GoModules;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Modules from repositories through the whole server, with real git on both sides.</summary>
public sealed class DirectTests
{
    private const string Module = "corp.example/lib";

    [Fact]
    public async Task A_module_comes_from_its_repository_in_all_its_pages()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var commit = repository.Commit(("go.mod", $"module {Module}\n\ngo 1.21\n"), ("lib.go", "package lib\n"), ("LICENSE", "do what you like\n"));
        repository.Tag("v1.2.0");
        repository.Tag("v1.2.1-rc.1");
        repository.Tag("nonsense");

        Assert.Equal((200, "v1.2.0\nv1.2.1-rc.1\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        var info = await InfoAsync(rig, "v1.2.0");
        Assert.Equal("v1.2.0", info.GetProperty("Version").GetString());
        Assert.Equal("2024-01-01T12:01:00Z", info.GetProperty("Time").GetString());
        var origin = info.GetProperty("Origin");
        Assert.Equal(("git", $"https://{Module}", "refs/tags/v1.2.0", commit),
            (origin.GetProperty("VCS").GetString(), origin.GetProperty("URL").GetString(), origin.GetProperty("Ref").GetString(), origin.GetProperty("Hash").GetString()));
        Assert.Equal((200, $"module {Module}\n\ngo 1.21\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.2.0.mod"));
        Assert.Equal(["go.mod", "lib.go", "LICENSE"], (await ZipAsync(rig, Module, "v1.2.0")).Files.Select(f => f.Name).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("git", false)]
    [InlineData("mod", false)]
    [InlineData("git", true)]
    public async Task A_strangers_page_gets_nothing_by_our_credentials_of_the_host_that_it_names(string vcs, bool isPrivate)
    {
        var netrc = Path.GetTempFileName();
        await File.WriteAllTextAsync(netrc, "machine corp.example login me password hunter2\n", TestContext.Current.CancellationToken);
        await using var rig = await DirectRig.StartAsync(go => !isPrivate ? go : go with { Private = ModulePatterns.TryParse("stranger.example", out var own, out _) ? own : throw new FormatException(), PrivateText = "stranger.example" }, netrc: netrc);
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Refs, Password = "me:hunter2" });
        rig.Hosts.SetImports("stranger.example/x", $"stranger.example/x {vcs} https://{Module}");

        (int status, string body) = await rig.Tain.ReadAsync("go/stranger.example/x/@latest");

        if (vcs == "git")
            Assert.True(status == (isPrivate ? 200 : 404), body);
        // A host of our own asks with them; so does who is named private.
        Assert.All(rig.Hosts.Requests.Where(r => r.Path.StartsWith("corp.example", StringComparison.Ordinal)), r => Assert.Equal(isPrivate ? "me" : "", r.User));
        Assert.Contains(rig.Hosts.Requests, r => r.Path.StartsWith("corp.example", StringComparison.Ordinal));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@latest")).Status);
        File.Delete(netrc);
    }

    [Fact]
    public async Task A_branch_a_commit_and_latest_are_pseudo_versions_on_the_tag_before()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v0.4.0");
        var commit = repository.Commit(("go.mod", $"module {Module}\n"), ("more.go", "package lib\n"));
        var expected = $"v0.4.1-0.20240101120200-{commit[..12]}";

        Assert.Equal(expected, await VersionAsync(rig, "main"));
        Assert.Equal(expected, await VersionAsync(rig, commit));
        Assert.Equal(expected, await VersionAsync(rig, commit[..9]));
        Assert.Equal(expected, await VersionAsync(rig, expected));
        var (_, latest) = await rig.Tain.ReadAsync($"go/{Module}/@latest");
        Assert.Equal(expected, JsonDocument.Parse(latest).RootElement.GetProperty("Version").GetString());
    }

    [Fact]
    public async Task Wrong_pseudo_versions_are_404_with_the_reason()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Run("tag", "v0.9.0");
        repository.Run("checkout", "-q", "--orphan", "elsewhere");
        var commit = repository.Commit(("go.mod", $"module {Module}\n"), ("x", "x"));
        foreach (var (version, reason) in new[]
        {
            ($"v0.0.0-20240101120201-{commit[..12]}", "does not match version-control timestamp"),
            ($"v0.0.0-20240101120200-{commit[..13]}", "revision is longer than canonical"),
            ($"v0.0.0-20240101120200-{commit[..11]}", "revision is shorter than canonical"),
            ($"v0.9.1-0.20240101120200-{commit[..12]}", "not a descendent"),
            ($"v0.8.1-0.20240101120200-{commit[..12]}", "preceding tag (v0.8.0) not found"),
            ("v0.0.0-20240101120200-0123456789ab", "unknown revision"),
            ("v0.9.9", "unknown revision"),
        })
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/{version}.info");
            Assert.Equal(404, status);
            Assert.Contains(reason, body, StringComparison.Ordinal);
            Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/{version}.mod")).Status);
        }
        Assert.Equal($"v0.0.0-20240101120200-{commit[..12]}", await VersionAsync(rig, $"v0.0.0-20240101120200-{commit[..12]}"));
    }

    [Fact]
    public async Task A_tag_that_moves_changes_nothing_and_raises_an_alarm()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { ListTtl = TimeSpan.Zero });
        var repository = rig.Repository(Module);
        var first = repository.Commit(("go.mod", $"module {Module}\n"), ("lib.go", "package lib // first\n"));
        repository.Tag("v1.0.0");
        Assert.Equal(first, (await InfoAsync(rig, "v1.0.0")).GetProperty("Origin").GetProperty("Hash").GetString());
        repository.Commit(("go.mod", $"module {Module} // second\n"), ("lib.go", "package lib // second\n"));
        repository.Run("tag", "-f", "v1.0.0");
        await rig.Tain.ReadAsync($"go/{Module}/@v/list");

        // Neither was fetched before the tag moved: both are of the commit that .info named.
        Assert.Equal((200, $"module {Module}\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        Assert.Equal("h1:" + await H1OfAsync(("go.mod", $"module {Module}\n"), ("lib.go", "package lib // first\n")), (await ZipAsync(rig, Module, "v1.0.0")).H1);
        var (_, story) = await rig.Tain.ReadAsync($"api/v1/explain/go/{Module}@v1.0.0");
        Assert.Contains($"git:{first}", story, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"tag\"", story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_order_of_the_three_does_not_matter_to_what_binds()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var first = repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod")).Status);
        repository.Commit(("go.mod", $"module {Module}\n"), ("other", "x"));
        repository.Run("tag", "-f", "v1.0.0");
        await rig.Tain.EventuallyStoredAsync(Module, "v1.0.0");
        await rig.RestartAsync();
        Assert.Equal(first, (await InfoAsync(rig, "v1.0.0")).GetProperty("Origin").GetProperty("Hash").GetString());
    }

    [Fact]
    public async Task A_module_in_a_subdirectory_has_its_own_tags_and_the_license_of_the_root()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"), ("LICENSE", "text\n"), ("sub/go.mod", $"module {Module}/sub\n"), ("sub/s.go", "package sub\n"), ("x.go", "package x\n"));
        repository.Tag("sub/v0.1.0");
        repository.Tag("v1.0.0");
        Assert.Equal((200, "v0.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/sub/@v/list"));
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(["LICENSE", "go.mod", "s.go"], (await ZipAsync(rig, Module + "/sub", "v0.1.0")).Files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["LICENSE", "go.mod", "x.go"], (await ZipAsync(rig, Module, "v1.0.0")).Files.Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sub/")]
    public async Task A_module_without_any_license_has_a_zip_without_one(string folder)
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var module = $"{Module}/{folder}".TrimEnd('/');
        repository.Commit(($"{folder}go.mod", $"module {module}\n"), ($"{folder}x.go", "package x\n"));
        repository.Tag($"{folder}v1.0.0");
        Assert.Equal(["go.mod", "x.go"], (await ZipAsync(rig, module, "v1.0.0")).Files.Select(f => f.Name));
    }

    [Fact]
    public async Task Twenty_modules_of_one_repository_at_once_cost_one_fetch()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { RefsTtl = TimeSpan.FromSeconds(30) } });
        var repository = rig.Repository(Module);
        var names = Enumerable.Range(0, 20).Select(i => $"m{i}").ToList();
        repository.Commit([.. names.Select(n => ($"{n}/go.mod", $"module {Module}/{n}\n")), ("LICENSE", "x\n")]);
        foreach (var name in names)
            repository.Tag($"{name}/v1.0.0");
        await Task.WhenAll(names.Select(async name => Assert.Equal("v1.0.0", (await ZipAsync(rig, $"{Module}/{name}", "v1.0.0")).Files.Count > 0 ? "v1.0.0" : "")));
        Assert.Equal(1, rig.Hosts.Count(RequestKind.Fetch, Module));
        Assert.Equal(1, rig.Hosts.Count(RequestKind.ListRefs, Module));
    }

    [Fact]
    public async Task What_a_server_can_do_is_asked_once_a_minute_and_forgotten_when_it_is_gone()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { ListTtl = TimeSpan.Zero, StaleWhileRevalidate = TimeSpan.Zero });
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(1, rig.Hosts.Count(RequestKind.Refs, Module));
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(2));
        repository.Tag("v1.1.0");
        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(2, rig.Hosts.Count(RequestKind.Refs, Module));

        rig.Hosts.Add(new Rule(Module) { Status = 404 });
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.2.0.info");
        Assert.Equal(404, status);
        Assert.Contains("no such repository", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_repository_has_the_last_word_where_a_source_before_it_failed()
    {
        await using var rig = await DirectRig.StartAsync(upstream: "http://127.0.0.1:9|direct");
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.9.9.info")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        // No such page is no repository's word.
        Assert.Equal(502, (await rig.Tain.ReadAsync("go/corp.example/nothing/@v/v1.0.0.info")).Status);
    }

    public static TheoryData<string, int, string> Faults => new()
    {
        { "down", 502, "corp.example" },
        { "status 500", 502, "500" },
        { "tls", 502, "TLS" },
        { "password", 404, "password" },
        { "forbidden", 403, "403" },
        { "missing", 404, "404" },
        { "stall", 504, "" },
        { "empty", 404, "" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_a_host_does_has_its_own_status(string fault, int expected, string words)
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { Timeout = TimeSpan.FromSeconds(2) } });
        var repository = rig.Repository(Module);
        if (fault != "empty")
        {
            repository.Commit(("go.mod", $"module {Module}\n"));
            repository.Tag("v1.0.0");
        }
        var path = RequestKind.Refs;
        Rule? rule = fault switch
        {
            "down" => new Rule("corp.example") { Host = HostFault.Refused },
            "status 500" => new Rule(Module) { Only = path, Status = 500 },
            "tls" => new Rule("corp.example") { Certificate = CertificateFault.UnknownAuthority },
            "password" => new Rule(Module) { Only = path, Password = "me:secret" },
            "forbidden" => new Rule(Module) { Only = path, Status = 403 },
            "missing" => new Rule(Module) { Only = path, Status = 404 },
            "stall" => new Rule(Module) { Only = path, Stall = true },
            _ => null,
        };
        if (rule is not null)
            rig.Hosts.Add(rule);
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info");
        Assert.True(expected == status, $"{fault}: {status} {body}");
        Assert.Contains(words, body, StringComparison.OrdinalIgnoreCase);
        // A host that is well again is asked again.
        if (rule is not null && expected >= 500)
        {
            rig.Hosts.Remove(rule);
            rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        }
    }

    internal static async Task<VerifiedZip> ZipAsync(DirectRig rig, string module, string version)
    {
        using var response = await rig.Tain.GetAsync($"go/{module}/@v/{version}.zip");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.True(ModulePath.TryParse(module, out var path, out _));
        return await ModuleZip.VerifyAsync(new MemoryStream(await response.Content.ReadAsByteArrayAsync()), path, version, CancellationToken.None);
    }

    private static async Task<string> H1OfAsync(params (string Name, string Content)[] files)
    {
        var lines = files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f =>
            $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(f.Content)))}  {Module}@v1.0.0/{f.Name}\n");
        await Task.CompletedTask;
        return Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static async Task<JsonElement> InfoAsync(DirectRig rig, string query)
    {
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/{query}.info");
        Assert.True(status == 200, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static async Task<string?> VersionAsync(DirectRig rig, string query) => (await InfoAsync(rig, query)).GetProperty("Version").GetString();
}
