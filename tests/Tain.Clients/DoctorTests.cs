using Tain.Tests.Doctor;

namespace Tain.Clients;

/// <summary>
/// What <c>tain doctor --fix</c> does to the go command: for each case of the Go corpus that it can put right, which servers the real go
/// command asks, and what comes of it, before and after. Servers are a <see cref="LittleInternet"/>.
/// </summary>
public sealed class DoctorTests(DoctorTests.Internet internet) : IClassFixture<DoctorTests.Internet>
{
    private static readonly string[] Download = ["mod", "download", "-modcacherw"], Get = ["get", "-modcacherw"];

    private static Outcome Succeeds => new(null);

    /// <summary>By case: what is run, and what it comes to with the settings as they are found and as they are left.</summary>
    private static readonly Dictionary<string, Behaviour> Expected = new(StringComparer.Ordinal)
    {
        // go-proxy-no-direct: what the public proxies lack fails, and is then fetched from its own host.
        ["proxy-no-direct-file"] = new(Download, LittleInternet.Retry,
            Before: Fails("reading https://proxy.golang.org/go.acme.example/retry/@v/v1.2.0.info: 404 Not Found").Asking("goproxy.io", "proxy.golang.org"),
            After: Succeeds.Asking("goproxy.io", "proxy.golang.org", "go.acme.example").LookingUp()),
        ["proxy-no-direct-gitlab"] = new(Download, LittleInternet.Retry,
            Before: Fails("reading https://goproxy.cn/go.acme.example/retry/@v/v1.2.0.info: 404 Not Found").Asking("goproxy.cn"),
            After: Succeeds.Asking("goproxy.cn", "go.acme.example").LookingUp()),

        // go-proxy-bypass, go-proxy-pipe: what the mirror refuses comes by a detour, and is then refused.
        ["proxy-bypass-direct"] = new(Download, LittleInternet.Refused,
            Before: Succeeds.Asking("goproxy.corp.example", "go.other.example").LookingUp(),
            After: Fails("reading https://goproxy.corp.example/go.other.example/pdf/@v/v1.0.0.info: 404 Not Found").Asking("goproxy.corp.example")),
        ["proxy-bypass-public"] = new(Download, LittleInternet.Refused,
            Before: Succeeds.Asking("athens.corp.example", "proxy.golang.org").LookingUp(),
            After: Fails("reading https://athens.corp.example/go.other.example/pdf/@v/v1.0.0.info: 404 Not Found").Asking("athens.corp.example")),
        ["proxy-pipe-compose"] = new(Download, LittleInternet.Refused,
            Before: Succeeds.Asking("a.goproxy.corp.example", "b.goproxy.corp.example", "go.other.example").LookingUp(),
            After: Fails("403 Forbidden\n\tserver response: forbidden: release 1.0.0 was hijacked").Asking("a.goproxy.corp.example", "b.goproxy.corp.example")),

        // go-proxy-word-as-url: a server called direct is looked for, and then the module's own host is asked.
        ["proxy-word-as-url"] = new(Download, LittleInternet.Retry,
            Before: Fails("Get \"https://direct/go.acme.example/retry/@v/v1.2.0.info\"").Asking("goproxy.cn", "direct"),
            After: Succeeds.Asking("goproxy.cn", "go.acme.example").LookingUp()),
        ["proxy-word-as-url-workflow"] = new(Download, LittleInternet.Errors,
            Before: Fails("reading http://direct/github.com/pkg/errors/@v/v0.9.1.info").Asking("direct:80"),
            After: Succeeds.Asking("github.com", "sum.golang.org").LookingUp()),

        // go-proxy-separator: nobody is asked but a host that there is not, and then the list is followed.
        ["proxy-separator-fullwidth"] = new(Download, LittleInternet.Retry,
            Before: Fails("Get \"https://goproxy.cn%EF%BC%8Cdirect/").Asking("goproxy.cn，direct"),
            After: Succeeds.Asking("goproxy.cn", "go.acme.example").LookingUp()),
        ["proxy-separator-semicolon"] = new(Download, LittleInternet.Retry,
            Before: Fails("Get \"https://goproxy.io;direct/").Asking("goproxy.io;direct"),
            After: Succeeds.Asking("goproxy.io", "go.acme.example").LookingUp()),
        ["proxy-separator-dockerfile"] = new(Download, LittleInternet.Retry,
            Before: Fails("Get \"https://goproxy.io;direct/").Asking("goproxy.io;direct"),
            After: Succeeds.Asking("goproxy.io", "go.acme.example").LookingUp()),
        ["proxy-separator-space"] = new(Download, LittleInternet.Retry,
            Before: Fails("invalid character \" \" in host name").Asking(),
            After: Succeeds.Asking("goproxy.corp.example", "goproxy2.corp.example").LookingUp()),

        // go-proxy-never-asked: the proxy gets no request, and then the first one.
        ["proxy-never-asked-kubernetes"] = new(Download, LittleInternet.Errors,
            Before: Fails("module lookup disabled by GOPROXY=off").Asking(),
            After: Succeeds.Asking("goproxy.cn").LookingUp()),

        // go-proxy-retired: a host that is gone ends the matter, and is then not waited for.
        ["proxy-retired-athens"] = new(Download, LittleInternet.Errors,
            Before: Fails("Get \"https://athens.azurefd.net/github.com/pkg/errors/@v/v0.9.1.info\"").Asking("athens.azurefd.net"),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["proxy-retired-gocenter"] = new(Download, LittleInternet.Errors,
            Before: Fails("Get \"https://gocenter.io/github.com/pkg/errors/@v/v0.9.1.info\"").Asking("gocenter.io"),
            After: Succeeds.Asking("github.com", "sum.golang.org").LookingUp()),

        // go-private-uncovered, go-private-no-effect: public servers are told a private name, and then only its own host is.
        ["private-uncovered-default"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-uncovered-subdomain"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-uncovered-template"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-uncovered-github"] = new(Download, LittleInternet.Secret,
            Before: Fails("reading https://sum.golang.org/lookup/github.com/acme/secret@v0.1.0: 404 Not Found")
                .Asking("proxy.golang.org", "sum.golang.org", "ssh://github.com").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("ssh://github.com")),
        ["private-uncovered-sumdb"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://goproxy.corp.example/sumdb/sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("goproxy.corp.example").LookingUp().Telling("sum.golang.org"),
            After: Succeeds.Asking("goproxy.corp.example")),
        ["private-no-effect-scheme"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-no-effect-git"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-no-effect-quotes"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["private-no-effect-colon"] = new(Download, LittleInternet.Secret,
            Before: Fails("reading https://sum.golang.org/lookup/github.com/acme/secret@v0.1.0: 404 Not Found")
                .Asking("proxy.golang.org", "sum.golang.org", "ssh://github.com").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("ssh://github.com")),
        ["private-uncovered-include"] = new(Download, LittleInternet.Secret,
            Before: Fails("reading https://sum.golang.org/lookup/github.com/acme/secret@v0.1.0: 404 Not Found")
                .Asking("proxy.golang.org", "sum.golang.org", "ssh://github.com").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("ssh://github.com")),
        ["private-no-effect-space"] = new(Download, LittleInternet.Tool,
            Before: Fails("reading https://sum.golang.org/lookup/gitlab.corp.example/team/tool@v1.0.0: 404 Not Found")
                .Asking("proxy.golang.org", "gitlab.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("gitlab.corp.example")),

        // go-sumdb-off: what somebody altered is taken as it comes, and is then found out.
        ["sumdb-off"] = new(Download, LittleInternet.Altered,
            Before: Succeeds.Asking("proxy.golang.org"),
            After: Fails("SECURITY ERROR\nThis download does NOT match the one reported by the checksum server.").Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["sumdb-off-dockerfile"] = new(Download, LittleInternet.Errors,
            Before: Succeeds.Asking("proxy.golang.org"),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["sumdb-off-gitlab-value"] = new(Download, LittleInternet.Errors,
            Before: Succeeds.Asking("proxy.golang.org"),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["sumdb-off-script"] = new(Download, LittleInternet.Errors,
            Before: Succeeds.Asking("proxy.golang.org"),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["sumdb-off-printed-to-env"] = new(Download, LittleInternet.Errors,
            Before: Succeeds.Asking("proxy.golang.org"),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),

        // go-insecure: whoever answers for the host, with any certificate, says where the code is, and is then not believed.
        ["insecure-pattern"] = new(Download, LittleInternet.Lib,
            Before: Succeeds.Asking("git.corp.example", "code.impostor.example"),
            After: Fails("certificate signed by unknown authority").Asking("git.corp.example"))
        { Impostor = "git.corp.example" },

        // go-env-broken-line: what the line says is not heard, and then it is.
        ["env-broken-line-export"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["env-broken-line-carriage-return"] = new(Download, LittleInternet.Lib,
            Before: Fails("reading https://sum.golang.org/lookup/git.corp.example/shop/lib@v1.2.0: 404 Not Found")
                .Asking("proxy.golang.org", "git.corp.example", "sum.golang.org").LookingUp().Telling("proxy.golang.org", "sum.golang.org"),
            After: Succeeds.Asking("git.corp.example")),
        ["env-broken-line-mark"] = new(Download, LittleInternet.Errors,
            Before: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp(),
            After: Succeeds.Asking("goproxy.corp.example").LookingUp()),

        // go-flag-insecure, go-modules-off: the command refuses to work, and then works.
        ["flag-insecure-goflags"] = new(Get, LittleInternet.Errors,
            Before: Fails("-insecure").Asking(),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
        ["modules-off"] = new(Get, LittleInternet.Errors,
            Before: Fails("modules disabled by GO111MODULE=off").Asking(),
            After: Succeeds.Asking("proxy.golang.org", "sum.golang.org").LookingUp()),
    };

    /// <summary>Each case of the Go corpus that <c>--fix</c> changes a file of.</summary>
    public static TheoryData<string> Mended => [.. CorpusCase.Names.Select(n => n["go/".Length..^".txt".Length]).Where(n =>
    {
        using var @case = Open(n);
        return @case.After.Count > 0;
    })];

    [Theory]
    [MemberData(nameof(Mended))]
    public async Task The_go_command_goes_wrong_before_the_fix_and_right_after_it(string name)
    {
        Assert.True(Expected.TryGetValue(name, out var behaviour), $"{name} is new: say in {nameof(Expected)} what the go command does before and after");
        using var @case = Open(name);
        // An impostor is nobody to share.
        await using var own = behaviour.Impostor is null ? null : await LittleInternet.StartAsync();
        var servers = own ?? internet.Servers;
        own?.Impersonate(behaviour.Impostor!);
        using var patient = new DoctorsPatient(@case, servers);

        await MeetsAsync(behaviour, behaviour.Before, patient, servers);
        Assert.Equal(1, (await patient.DoctorAsync("--offline")).ExitCode);
        var before = patient.Files;

        var mended = (await patient.DoctorAsync("--fix", "--yes", "--offline", "--fail-on", "note")).Succeeded();
        var after = patient.Files;
        foreach (var (path, text) in @case.After)
        {
            Assert.Equal(text, after[path]);
            Assert.Contains($"written: {path} (", mended.Output, StringComparison.Ordinal);
            var copies = after.Keys.Except(before.Keys).Where(p => p.Contains("/.local/state/tain/doctor/", StringComparison.Ordinal) && p.EndsWith(path, StringComparison.Ordinal));
            Assert.Equal(before.TryGetValue(path, out var old) ? [old] : [], copies.Select(c => after[c]));
        }
        Assert.All(before.Where(f => !@case.After.ContainsKey(f.Key)), f => Assert.Equal(f.Value, after[f.Key]));

        await MeetsAsync(behaviour, behaviour.After, patient, servers);
        (await patient.DoctorAsync("--offline", "--fail-on", "note")).Succeeded();
        Assert.Contains("There is nothing that --fix can put right.", (await patient.DoctorAsync("--fix", "--yes", "--offline")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(after.OrderBy(f => f.Key, StringComparer.Ordinal), patient.Files.OrderBy(f => f.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Each_expectation_is_of_a_case_and_of_a_change()
    {
        Assert.Equal(Mended.Select(m => m.Data).Order(StringComparer.Ordinal), Expected.Keys.Order(StringComparer.Ordinal));
        Assert.All(Expected, e => Assert.NotEqual(e.Value.Before.ToString(), e.Value.After.ToString()));
        Assert.All(Expected, e => Assert.Empty(e.Value.After.Told));
    }

    [Fact]
    public void Each_Go_pitfall_that_can_be_put_right_has_a_case()
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var fixable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in CorpusCase.Names.Select(n => n["go/".Length..^".txt".Length]))
        {
            using var @case = Open(name);
            var findings = @case.Look().Findings;
            fixable.UnionWith(findings.Where(f => f.Fix is not null).Select(f => f.Pitfall.Id));
            if (Expected.ContainsKey(name))
                shown.UnionWith(findings.Select(f => f.Pitfall.Id));
        }
        Assert.NotEmpty(fixable);
        Assert.Equal(fixable.Order(), shown.Order());
    }

    private static async Task MeetsAsync(Behaviour behaviour, Outcome expected, DoctorsPatient patient, LittleInternet servers)
    {
        servers.Forget();
        var result = await patient.GoAsync([.. behaviour.Command, behaviour.Module]);
        await servers.SettleAsync();
        var actual = new Outcome(result.ExitCode == 0 ? null : result.Output) { Asked = servers.Asked, LooksUp = servers.LookedUp, Told = servers.Told };
        Assert.True(expected.ToString() == actual.ToString(), $"{result.Command}\nshould have: {expected}\nbut it:      {actual}\nIt printed:\n{result.Output}");
        if (expected.Error is { } error)
            Assert.Contains(error, result.Output, StringComparison.Ordinal);
    }

    private static CorpusCase Open(string name) => new($"go/{name}.txt");

    private static Outcome Fails(string error) => new(error);

    /// <summary>One internet for all.</summary>
    public sealed class Internet : IAsyncLifetime
    {
        internal LittleInternet Servers { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Servers = await LittleInternet.StartAsync();

        public ValueTask DisposeAsync() => Servers.DisposeAsync();
    }

    /// <param name="Module">What is asked for.</param>
    private sealed record Behaviour(string[] Command, string Module, Outcome Before, Outcome After)
    {
        /// <summary>The host for which somebody else answers.</summary>
        public string? Impostor { get; init; }
    }

    /// <param name="Error">A part of what is printed; null for a success.</param>
    private sealed record Outcome(string? Error)
    {
        /// <summary>The hosts that are asked, in the order in which each is asked first, and no others.</summary>
        public IReadOnlyList<string> Asked { get; init; } = [];

        /// <summary>Whether the checksum database is asked for the module.</summary>
        public bool LooksUp { get; init; }

        /// <summary>The public servers that are told the name of a private module.</summary>
        public IReadOnlyList<string> Told { get; init; } = [];

        public Outcome Asking(params string[] hosts) => this with { Asked = hosts };

        public Outcome LookingUp() => this with { LooksUp = true };

        public Outcome Telling(params string[] hosts) => this with { Told = hosts };

        public override string ToString() =>
            $"{(Error is null ? "succeeds" : "fails")}, asks {Words(Asked)}, {(LooksUp ? "asks the database for the module" : "does not look it up")}, tells a private name to {Words(Told)}";

        private static string Words(IReadOnlyList<string> hosts) => hosts.Count == 0 ? "nobody" : string.Join(", ", hosts);
    }
}
