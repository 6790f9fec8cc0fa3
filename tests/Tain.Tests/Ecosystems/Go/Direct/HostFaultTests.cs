using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Hosts that fail, at each request of the way to a module: what is said of what is not here, what goes on being served of what is, and that all is well afterwards.</summary>
[Trait("Speed", "slow")]
public sealed class HostFaultTests : IDisposable
{
    private const string Host = "corp.example";
    private const string Module = Host + "/lib";
    private const string Password = "hunter2";
    private const string Mod = $"module {Module}\n";
    private static readonly string[] Cold = ["@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip"];
    private readonly string _netrc = Path.GetTempFileName();

    public void Dispose() => File.Delete(_netrc);

    private static readonly Dictionary<string, Rule> Rules = new()
    {
        ["refused"] = new(Host) { Host = HostFault.Refused },
        ["unreachable"] = new(Host) { Host = HostFault.Unknown },
        ["dropped"] = new(Host) { Host = HostFault.Dropped },
        ["silent"] = new(Host) { Host = HostFault.Silent },
        ["a certificate of nobody"] = new(Host) { Certificate = CertificateFault.UnknownAuthority },
        ["a certificate of another"] = new(Host) { Certificate = CertificateFault.WrongName },
        ["a certificate of last year"] = new(Host) { Certificate = CertificateFault.Expired },
        ["page 500"] = new(Host) { Only = RequestKind.GoGet, Status = 500 },
        ["page stalls"] = new(Host) { Only = RequestKind.GoGet, Stall = true },
        ["refs 500"] = new(Module) { Only = RequestKind.Refs, Status = 500 },
        ["refs 503"] = new(Module) { Only = RequestKind.Refs, Status = 503 },
        ["refs cut"] = new(Module) { Only = RequestKind.Refs, CutAfter = 20 },
        ["refs stall"] = new(Module) { Only = RequestKind.Refs, Stall = true },
        ["list 500"] = new(Module) { Only = RequestKind.ListRefs, Status = 500 },
        ["list 404"] = new(Module) { Only = RequestKind.ListRefs, Status = 404 },
        ["list cut"] = new(Module) { Only = RequestKind.ListRefs, CutAfter = 30 },
        ["list stalls"] = new(Module) { Only = RequestKind.ListRefs, StallAfter = 30 },
        ["fetch 500"] = new(Module) { Only = RequestKind.Fetch, Status = 500 },
        ["fetch 404"] = new(Module) { Only = RequestKind.Fetch, Status = 404 },
        ["fetch cut"] = new(Module) { Only = RequestKind.Fetch, CutAfter = 100 },
        ["fetch stalls"] = new(Module) { Only = RequestKind.Fetch, StallAfter = 100 },
        ["forbidden"] = new(Module) { Only = RequestKind.Refs, Status = 403 },
        ["credentials refused"] = new(Module) { Only = RequestKind.Refs, Password = "me:secret" },
        ["a password asked"] = new(Module) { Only = RequestKind.Refs, Password = "me:secret" },
        ["missing"] = new(Module) { Only = RequestKind.Refs, Status = 404 },
    };

    [Theory]
    [InlineData("refused", 502, Host)]
    [InlineData("unreachable", 502, Host)]
    [InlineData("dropped", 502, Host)]
    [InlineData("silent", 504, Host)]
    [InlineData("a certificate of nobody", 502, "TLS")]
    [InlineData("a certificate of another", 502, "TLS")]
    [InlineData("a certificate of last year", 502, "TLS")]
    [InlineData("page 500", 502, "500")]
    [InlineData("page stalls", 504, "upstream.response-timeout")]
    [InlineData("refs 500", 502, "500")]
    [InlineData("refs 503", 502, "503")]
    [InlineData("refs cut", 502, Host)]
    [InlineData("refs stall", 504, "upstream.response-timeout")]
    [InlineData("list 500", 502, "500")]
    [InlineData("list 404", 502, "the repository answered, and then")]
    [InlineData("list cut", 502, Host)]
    [InlineData("list stalls", 504, "upstream.stall-timeout")]
    [InlineData("fetch 500", 502, "500")]
    [InlineData("fetch 404", 502, "the repository answered, and then")]
    [InlineData("fetch cut", 502, Host)]
    [InlineData("fetch stalls", 504, "upstream.stall-timeout")]
    [InlineData("forbidden", 403, "403")]
    [InlineData("credentials refused", 403, "the credentials for corp.example were refused")]
    [InlineData("a password asked", 404, "asks for a password")]
    [InlineData("missing", 404, "no such repository")]
    public async Task A_host_that_fails_is_explained_and_takes_away_nothing_and_is_asked_again(string fault, int expected, string words)
    {
        if (fault == "credentials refused")
            await File.WriteAllTextAsync(_netrc, $"machine {Host} login me password {Password}\n", TestContext.Current.CancellationToken);
        await using var rig = await DirectRig.StartAsync(go => go with { AbsenceTtl = TimeSpan.Zero }, netrc: _netrc,
            upstreams: options => options with { ConnectTimeout = TimeSpan.FromSeconds(1), ResponseTimeout = TimeSpan.FromSeconds(1), StallTimeout = TimeSpan.FromSeconds(1) });
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib\n"));
        repository.Tag("v1.0.0");
        var meetsFetchOnly = Rules[fault].Only is RequestKind.Fetch;

        // :: Nothing is known of the module.
        rig.Hosts.Add(Rules[fault]);
        foreach (var (page, status, body) in await AskAsync(rig, Cold))
        {
            if (page == "@v/list" && meetsFetchOnly)
                Assert.Equal((200, "v1.0.0\n"), (status, body));
            else
                IsRefusal(expected, words, status, body);
        }
        Assert.Empty(rig.Tain.StoredFiles());
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));

        // :: It is well again.
        Recover(rig, TimeSpan.FromHours(2));
        Assert.All(await AskAsync(rig, Cold), answer => Assert.True(answer.Status == 200, $"{answer}"));
        Assert.Equal(["go.mod", "lib.go"], (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Select(f => f.Name));

        // :: It fails again, and no connection is left from when it was well: what is here goes on being served, and what is new is refused as before.
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib // newer\n"));
        repository.Tag("v1.1.0");
        rig.Hosts.Add(Rules[fault]);
        await rig.RestartAsync(go => go with { AbsenceTtl = TimeSpan.Zero });
        Assert.Equal((200, meetsFetchOnly ? "v1.0.0\nv1.1.0\n" : "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@latest")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        var (_, newStatus, newBody) = (await AskAsync(rig, "@v/v1.1.0.info"))[0];
        IsRefusal(expected, words, newStatus, newBody);

        // :: And well again.
        Recover(rig, TimeSpan.FromHours(5));
        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        await DirectTests.ZipAsync(rig, Module, "v1.1.0");
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));
    }

    [Fact]
    public async Task A_slow_host_is_waited_for_as_long_as_it_sends()
    {
        // A second of silence would end it; 30 KB take three.
        await using var rig = await DirectRig.StartAsync(upstreams: options => options with { StallTimeout = TimeSpan.FromSeconds(2), ResponseTimeout = TimeSpan.FromSeconds(2) });
        var noise = new byte[30_000];
        new Random(1).NextBytes(noise);
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod), ("noise.txt", Convert.ToHexString(noise)));
        repository.Tag("v1.0.0");
        rig.Hosts.Add(new(Module) { Only = RequestKind.Fetch, Rate = 10_000 });

        Assert.Equal(2, (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Count);
    }

    [Fact]
    public async Task Many_who_wait_for_one_failing_host_are_all_told_the_same_by_one_question()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { RefsTtl = TimeSpan.FromSeconds(30) } });
        rig.Repository(Module).Commit(("go.mod", Mod));
        rig.Hosts.Add(new(Module) { Only = RequestKind.Refs, Status = 500, Delay = TimeSpan.FromSeconds(1) });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => rig.Tain.ReadAsync($"go/{Module}/@v/v1.{i}.0.info")));

        Assert.All(answers, a => Assert.Equal(502, a.Status));
        Assert.Equal(1, rig.Hosts.Count(RequestKind.Refs));
    }

    private static void Recover(DirectRig rig, TimeSpan after)
    {
        rig.Hosts.ClearRules();
        // Refusals that were remembered, and the list's freshness, are over: now, and after the next start, whose clock is not set forward.
        rig.Tain.Time.Advance(after);
    }

    private static async Task<(string Page, int Status, string Body)[]> AskAsync(DirectRig rig, params string[] pages) => await Task.WhenAll(pages.Select(async page =>
    {
        using var response = await rig.Tain.GetAsync($"go/{Module}/{page}");
        if (!response.IsSuccessStatusCode)
            Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return (page, (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }));

    private static void IsRefusal(int expected, string words, int status, string body)
    {
        Assert.True(status == expected, $"{status} {body}");
        Assert.Contains(words, body, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, body, StringComparison.Ordinal);
        Assert.InRange(body.Length, 10, 600);
    }
}
