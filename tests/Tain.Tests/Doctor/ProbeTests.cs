using System.Diagnostics;
using System.Text;
using Tain.Doctor;
using Tain.GoModules;
using Tain.SumDbHosting;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Ecosystems.Go.SumDb;
using Tain.Tests.Upstream;

namespace Tain.Tests.Doctor;

/// <summary>What only a question to a mirror shows. Each pitfall twice, and each healthy twin twice.</summary>
public sealed class ProbeTests
{
    private const string Module = "github.com/some/lib";

    [Fact]
    public async Task A_mirror_that_answers_well_is_measured_and_nothing_is_said()
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        Require(patient, mirror, Module, "v1.0.0");
        mirror.Set("sumdb/sum.golang.org/supported", "");
        patient.Environment["GOPROXY"] = mirror.Url;

        var diagnosis = await patient.ExamineAsync();
        Assert.Empty(diagnosis.Findings);
        var report = Assert.Single(diagnosis.Mirrors);
        Assert.Equal((mirror.Url, "go", $"{Module}@v1.0.0", null), (report.Mirror, report.Kind, report.Fetched, report.Said));
        Assert.InRange(report.Latency!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
        Assert.Equal(1, mirror.CountOf($"{Module}/@v/v1.0.0.zip"));
    }

    [Theory]
    [InlineData("500 Internal Server Error", "HTTP 500")]
    [InlineData("403 Forbidden", "HTTP 403")]
    [InlineData("404 Not Found", "HTTP 404")]
    public async Task A_mirror_that_gives_nothing_is_unreachable_and_says_why(string status, string said)
    {
        using var patient = new Patient();
        await using var server = new HostileServer(HostileServer.Status(status));
        patient.Environment["GOPROXY"] = server.Url;
        Assert.Contains(said, Assert.Single(await FoundAsync(patient, "go-mirror-unreachable")).Reason(Language.English), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_does_not_exist_is_unreachable()
    {
        using var patient = new Patient();
        patient.Environment["GOPROXY"] = "https://no-such.corp.example,off";
        var finding = Assert.Single(await FoundAsync(patient, "go-mirror-unreachable"));
        Assert.Contains("https://no-such.corp.example", finding.Reason(Language.English), StringComparison.Ordinal);
        Assert.Equal("$GOPROXY", finding.Place.ToString());
    }

    [Fact]
    public async Task A_captive_portal_is_no_mirror()
    {
        using var patient = new Patient();
        await using var server = new HostileServer(HostileServer.Ok("<html>log in</html>", "Content-Type: text/html"));
        patient.Environment["GOPROXY"] = server.Url;
        Assert.Contains("HTML", Assert.Single(await FoundAsync(patient, "go-mirror-unreachable")).Reason(Language.English), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_of_a_pipeline_alone_that_is_not_reached_from_here_is_a_note()
    {
        using var patient = new Patient();
        patient.Environment["GOPROXY"] = "off";
        patient.Write("repo/.gitlab-ci.yml", "variables:\n  GOPROXY: https://only-in-ci.corp.example\ntest:\n  script: [go test ./...]\n");
        Assert.Equal(Severity.Note, Assert.Single(await FoundAsync(patient, "go-mirror-unreachable")).Severity);
    }

    [Fact]
    public async Task All_mirrors_together_take_no_longer_than_the_deadline()
    {
        using var patient = new Patient();
        await using var silent = new HostileServer(HostileServer.Stall());
        patient.Environment["GOPROXY"] = string.Join('|', Enumerable.Range(0, 40).Select(i => $"{silent.Url}/{i}"));
        var clock = Stopwatch.StartNew();
        var diagnosis = await patient.ExamineAsync(0.5);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.4, 5);
        var late = diagnosis.Findings.Where(f => f.Pitfall.Id == "go-mirror-unreachable").ToList();
        Assert.Equal(40, late.Count);
        Assert.All(late, f => Assert.Contains("within 0.5 s", f.Reason(Language.English), StringComparison.Ordinal));
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_slow_mirror_before_a_fast_one_is_told_with_both_times_and_behind_it_is_not()
    {
        using var patient = new Patient();
        await using var fast = new ModuleUpstream();
        Require(patient, fast, Module, "v1.0.0");
        await using var slow = new ModuleUpstream();
        foreach (var suffix in (string[])["info", "mod", "zip"])
        {
            var path = $"{Module}/@v/v1.0.0.{suffix}";
            var body = suffix switch { "info" => Encoding.UTF8.GetBytes("{\"Version\":\"v1.0.0\"}"), "mod" => Encoding.UTF8.GetBytes($"module {Module}\n"), _ => ModuleUpstream.ZipOf(Module, "v1.0.0") };
            slow.Set(path, async exchange =>
            {
                await Task.Delay(1000, CancellationToken.None);
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
                await exchange.SendAsync(body);
            });
        }
        foreach (var server in (ModuleUpstream[])[fast, slow])
            server.Set("sumdb/sum.golang.org/supported", "");

        patient.Environment["GOPROXY"] = $"{slow.Url},{fast.Url}";
        var finding = Assert.Single(await FoundAsync(patient, "go-mirror-slow"));
        Assert.Contains(slow.Url, finding.Reason(Language.English), StringComparison.Ordinal);
        Assert.Equal([fast.Url, slow.Url], (await patient.ExamineAsync()).Mirrors.Select(m => m.Mirror));

        patient.Environment["GOPROXY"] = $"{fast.Url},{slow.Url}";
        Assert.Empty(await FoundAsync(patient, "go-mirror-slow"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_one_mirror_denies_and_another_has_is_a_skew(bool isFirst)
    {
        using var patient = new Patient();
        await using var whole = new ModuleUpstream();
        await using var behind = new ModuleUpstream();
        Require(patient, whole, Module, "v1.0.0", "v1.1.0");
        behind.Add(Module, "v1.0.0");
        patient.Environment["GOPROXY"] = isFirst ? $"{behind.Url},{whole.Url}" : $"{whole.Url},{behind.Url}";

        var finding = Assert.Single(await FoundAsync(patient, "go-version-skew"));
        Assert.Contains($"{Module}@v1.1.0", finding.Reason(Language.English), StringComparison.Ordinal);
        Assert.Contains(behind.Url, finding.Reason(Language.English), StringComparison.Ordinal);

        behind.Add(Module, "v1.1.0");
        Assert.Empty(await FoundAsync(patient, "go-version-skew"));
    }

    [Fact]
    public async Task A_mirror_that_has_nothing_of_what_is_public_may_be_there_for_other_modules()
    {
        using var patient = new Patient();
        await using var whole = new ModuleUpstream();
        await using var own = new ModuleUpstream();
        Require(patient, whole, Module, "v1.0.0", "v1.1.0");
        patient.Environment["GOPROXY"] = $"{own.Url},{whole.Url}";
        Assert.Equal(Severity.Note, Assert.Single(await FoundAsync(patient, "go-version-skew")).Severity);

        own.Add(Module, "v1.0.0");
        Assert.Equal(Severity.Warning, Assert.Single(await FoundAsync(patient, "go-version-skew")).Severity);
    }

    [Fact]
    public async Task Other_bytes_than_those_of_go_sum_are_told_with_both_hashes()
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        Require(patient, mirror, Module, "v1.0.0");
        mirror.Set($"{Module}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(Module, "v1.0.0", seed: 2));
        mirror.Set($"{Module}/@v/v1.0.0.mod", $"module {Module} // changed\n");
        patient.Environment["GOPROXY"] = mirror.Url;
        var findings = await FoundAsync(patient, "go-identity-differs");
        Assert.Equal(2, findings.Count);
        Assert.All(findings, f => Assert.Contains("while go.sum has h1:", f.Reason(Language.English), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_mirrors_that_differ_are_told_where_no_go_sum_decides()
    {
        using var patient = new Patient();
        await using var one = new ModuleUpstream();
        await using var other = new ModuleUpstream();
        Require(patient, one, Module, "v1.0.0");
        File.Delete(Path.Combine(patient.Repo, "go.sum"));
        other.Add(Module, "v1.0.0");
        patient.Environment["GOPROXY"] = $"{one.Url},{other.Url}";
        Assert.Empty(await FoundAsync(patient, "go-identity-differs"));
        other.Set($"{Module}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(Module, "v1.0.0", seed: 2));
        Assert.Contains(other.Url, Assert.Single(await FoundAsync(patient, "go-identity-differs")).Reason(Language.English), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "Warning", "goes to the database itself")]
    [InlineData("410 Gone", "Warning", "goes to the database itself")]
    [InlineData("502 Bad Gateway", "Error", "takes that for an error")]
    public async Task A_mirror_without_the_database_is_told(string status, string severity, string effect)
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        Require(patient, mirror, Module, "v1.0.0");
        mirror.Set("sumdb/sum.golang.org/supported", HostileServer.Status(status));
        patient.Environment["GOPROXY"] = mirror.Url;
        var finding = Assert.Single(await FoundAsync(patient, "go-sumdb-not-proxied"));
        Assert.Equal(severity, finding.Severity.ToString());
        Assert.Contains(effect, finding.Reason(Language.English), StringComparison.Ordinal);

        // Nobody asks it for anything.
        patient.Environment["GONOSUMDB"] = "*";
        Assert.Empty(await FoundAsync(patient, "go-sumdb-not-proxied"));
        patient.Environment.Remove("GONOSUMDB");
        patient.Environment["GOSUMDB"] = "off";
        Assert.Empty(await FoundAsync(patient, "go-sumdb-not-proxied"));
    }

    [Fact]
    public async Task A_line_of_go_sum_that_the_proved_database_contradicts_is_told()
    {
        using var patient = new Patient();
        await using var upstream = new ModuleUpstream();
        Require(patient, upstream, Module, "v1.0.0", "v1.1.0");
        await using var database = await SumDbServer.StartAsync(0, upstream.Url);
        await using var tain = await RunningTain.StartAsync(upstream.Url, o => o with { SumDb = SumDbRig.Of(database) });
        patient.Environment["GOPROXY"] = $"{tain.Client.BaseAddress}go";
        patient.Environment["GOSUMDB"] = database.GoSumDb;
        Assert.Empty(string.Join('\n', (await patient.ExamineAsync()).Findings.Select(f => f.Reason(Language.English))).Split("did not give").Skip(1));

        var path = Path.Combine(patient.Repo, "go.sum");
        var lines = File.ReadAllLines(path);
        var broken = Array.FindIndex(lines, l => l.StartsWith($"{Module} v1.1.0 h1:", StringComparison.Ordinal));
        lines[broken] = $"{Module} v1.1.0 h1:{Convert.ToBase64String(new byte[32])}";
        File.WriteAllLines(path, lines);
        var finding = Assert.Single(await FoundAsync(patient, "go-sum-disagrees"));
        Assert.Equal($"go.sum:{broken + 1}", finding.Place.ToString());
        Assert.Contains(database.Name, finding.Reason(Language.English), StringComparison.Ordinal);

        broken = Array.FindIndex(lines, l => l.StartsWith($"{Module} v1.0.0/go.mod h1:", StringComparison.Ordinal));
        lines[broken] = $"{Module} v1.0.0/go.mod h1:{Convert.ToBase64String(new byte[32])}";
        File.WriteAllLines(path, lines);
        Assert.Equal(2, (await FoundAsync(patient, "go-sum-disagrees")).Count);
    }

    [Theory]
    [InlineData("go 1.99.1", true)]
    [InlineData("go 1.24\n\ntoolchain go1.99.2", true)]
    [InlineData("go 1.24.0", false)]
    public async Task A_toolchain_that_the_mirror_does_not_have_is_told(string lines, bool isFound)
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        Require(patient, mirror, Module, "v1.0.0");
        patient.Write("repo/go.mod", $"module example.com/app\n\n{lines}\n\nrequire {Module} v1.0.0\n");
        patient.Write("home/sdk/VERSION", "go1.26.6\n");
        patient.Environment["GOROOT"] = Path.Combine(patient.Home, "sdk");
        patient.Environment["GOPROXY"] = mirror.Url;
        var found = await FoundAsync(patient, "go-toolchain-unfetchable");
        Assert.Equal(isFound, found.Count == 1);
        if (!isFound)
            return;
        Assert.StartsWith("go.mod:", found[0].Place.ToString(), StringComparison.Ordinal);

        foreach (var arch in (string[])["amd64", "arm64"])
        {
            mirror.Set($"golang.org/toolchain/@v/v0.0.1-go1.99.1.linux-{arch}.zip", "a zip");
            mirror.Set($"golang.org/toolchain/@v/v0.0.1-go1.99.2.linux-{arch}.zip", "a zip");
        }
        Assert.Empty(await FoundAsync(patient, "go-toolchain-unfetchable"));
    }

    [Theory]
    [InlineData("example.com/app", "github.com/acme/secret", "GOPRIVATE", "github.com/acme")]
    [InlineData("example.com/app", "github.com/acme/secret", "GONOSUMDB", "github.com/acme/*")]
    [InlineData("example.com/app", "github.com/acme/secret", "GOPRIVATE", "*")]
    [InlineData("github.com/acme/app", "github.com/acme/secret", "", "")]
    [InlineData("git.corp.example/app", "git.corp.example/secret", "", "")]
    public async Task A_name_that_may_be_private_is_told_to_no_public_mirror(string main, string secret, string variable, string value)
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        patient.Hosts.Add("proxy.golang.org");
        patient.Hosts.Add("goproxy.cn");
        Require(patient, mirror, Module, "v1.0.0");
        patient.Write("repo/go.mod", $"module {main}\n\ngo 1.24\n\nrequire (\n\t{secret} v1.0.0\n\t{Module} v1.0.0\n)\n");
        var port = new Uri(mirror.Url).Port;
        patient.Environment["GOPROXY"] = $"http://proxy.golang.org:{port},http://goproxy.cn:{port},direct";
        if (variable.Length > 0)
            patient.Environment[variable] = value;
        await patient.ExamineAsync();
        Assert.NotEmpty(mirror.Asked);
        Assert.DoesNotContain(mirror.Asked, t => t.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_only_a_repository_names_learns_no_name_of_it_and_no_credentials()
    {
        using var patient = new Patient();
        await using var own = new ModuleUpstream();
        await using var foreign = new ModuleUpstream();
        Require(patient, own, Module, "v1.0.0");
        own.Set("sumdb/sum.golang.org/supported", "");
        patient.Environment["GOPROXY"] = own.Url;
        patient.Write("repo/.envrc", $"export GOPROXY={foreign.Url}\n").Write("home/.netrc", "machine 127.0.0.1 login ann password S3CR3T\n");
        await patient.ExamineAsync();
        Assert.NotEmpty(foreign.Asked);
        Assert.All(foreign.Requests, r => Assert.Null(r["Authorization"]));
        Assert.DoesNotContain(foreign.Asked, t => t.Contains(Module, StringComparison.Ordinal));
        Assert.All(own.Requests, r => Assert.NotNull(r["Authorization"]));
    }

    [Fact]
    public async Task Code_of_the_owner_that_the_repository_was_cloned_from_is_told_to_no_public_mirror()
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        patient.Hosts.Add("goproxy.cn");
        patient.Environment["GOPROXY"] = $"http://goproxy.cn:{new Uri(mirror.Url).Port},direct";
        patient.Write("repo/.git/config", "[remote \"origin\"]\n\turl = git@github.com:acme-secret/app.git\n")
            .Write("repo/go.mod", "module app\n\ngo 1.24\n\nrequire github.com/acme-secret/payroll v1.2.3\n");
        await patient.ExamineAsync();
        Assert.NotEmpty(mirror.Asked);
        Assert.DoesNotContain(mirror.Asked, t => t.Contains("acme-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", ":::x")]
    [InlineData("HTTP_PROXY", "ftp://ann:S3CR3T@h")]
    [InlineData("SSL_CERT_FILE", "/etc/hostname")]
    [InlineData("SSL_CERT_FILE", "/dev/zero")]
    public async Task A_network_setting_that_makes_no_sense_is_named_and_no_crash(string name, string value)
    {
        using var patient = new Patient();
        patient.Environment["GOPROXY"] = "http://127.0.0.1:1";
        patient.Environment[name] = value;
        var diagnosis = await patient.ExamineAsync();
        Assert.All(diagnosis.PassedOver, p => Assert.DoesNotContain("S3CR3T", p.Why.English, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("other-key")]
    [InlineData("bad-signature")]
    public async Task A_database_that_does_not_prove_itself_is_told_of_its_mirror(string fault)
    {
        using var patient = new Patient();
        await using var upstream = new ModuleUpstream();
        Require(patient, upstream, Module, "v1.0.0");
        await using var database = await SumDbServer.StartAsync(300, upstream.Url);
        using var http = new HttpClient();
        var prefix = $"/sumdb/{database.Name}";
        await using var mirror = new HostileServer(async exchange =>
        {
            var target = exchange.Request.Target;
            using var answer = await http.GetAsync(new Uri(target.StartsWith(prefix, StringComparison.Ordinal) ? database.Url + target[prefix.Length..] : upstream.Url + target));
            var body = await answer.Content.ReadAsByteArrayAsync();
            await exchange.SendAsync($"HTTP/1.1 {(int)answer.StatusCode} X\r\nContent-Length: {body.Length}\r\n\r\n");
            await exchange.SendAsync(body);
        });
        patient.Environment["GOPROXY"] = mirror.Url;
        patient.Environment["GOSUMDB"] = database.GoSumDb;
        Assert.Empty(await FoundAsync(patient, "go-sumdb-unproved"));
        await database.FaultsAsync(fault);
        Assert.Contains(mirror.Url, Assert.Single(await FoundAsync(patient, "go-sumdb-unproved")).Reason(Language.English), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_offline_and_credentials_go_to_their_own_mirror_only()
    {
        using var patient = new Patient();
        await using var mirror = new ModuleUpstream();
        await using var other = new ModuleUpstream();
        Require(patient, mirror, Module, "v1.0.0");
        other.Add(Module, "v1.0.0");
        patient.Environment["GOPROXY"] = $"http://ann:S3CR3T@{new Uri(mirror.Url).Authority},{other.Url}";
        await patient.ExamineAsync(0);
        Assert.Empty(mirror.Asked);

        var diagnosis = await patient.ExamineAsync();
        Assert.All(mirror.Requests, r => Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:S3CR3T")), r["Authorization"]));
        Assert.All(other.Requests, r => Assert.Null(r["Authorization"]));
        Assert.All(diagnosis.Mirrors, m => Assert.DoesNotContain("S3CR3T", m.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("404 Not Found", true)]
    [InlineData("401 Unauthorized", true)]
    [InlineData("503 Service Unavailable", false)]
    [InlineData("html", false)]
    public async Task A_registry_is_measured_and_told_when_it_does_not_answer_as_one(string status, bool answers)
    {
        using var patient = new Patient();
        await using var registry = new HostileServer(status == "html" ? HostileServer.Ok("<html>", "Content-Type: text/html") : HostileServer.Status(status));
        patient.Environment["GOPROXY"] = "off";
        patient.Write("home/.npmrc", $"registry={registry.Url}/npm/\n//{new Uri(registry.Url).Authority}/npm/:_authToken=S3CR3T\n");
        patient.Write("home/.netrc", "machine 127.0.0.1 login ann password S3CR3T\n");
        var diagnosis = await patient.ExamineAsync();
        Assert.Equal(!answers, diagnosis.Findings.Any(f => f.Pitfall.Id == "npm-registry-unreachable"));
        var report = Assert.Single(diagnosis.Mirrors);
        Assert.Equal(("npm", $"{registry.Url}/npm", answers), (report.Kind, report.Mirror, report.Said is null));
        Assert.All(registry.Requests, r => Assert.Equal(("/npm/-/ping", null), (r.Target, r["Authorization"])));
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("401 Unauthorized", true)]
    [InlineData("404 Not Found", false)]
    public async Task An_image_mirror_is_measured_and_told_when_it_does_not_answer_as_one(string status, bool answers)
    {
        using var patient = new Patient();
        await using var registry = new HostileServer(HostileServer.Status(status));
        patient.Environment["GOPROXY"] = "off";
        patient.Write("root/etc/docker/daemon.json", $$"""{"registry-mirrors": ["{{registry.Url}}"]}""");
        var diagnosis = await patient.ExamineAsync();
        Assert.Equal(!answers, diagnosis.Findings.Any(f => f.Pitfall.Id == "container-mirror-unreachable"));
        Assert.Equal("oci", Assert.Single(diagnosis.Mirrors).Kind);
        Assert.All(registry.Requests, r => Assert.Equal("/v2/", r.Target));
    }

    /// <summary>A go.mod that requires these versions, its go.sum, and the mirror that has them.</summary>
    private static void Require(Patient patient, ModuleUpstream mirror, string module, params string[] versions)
    {
        var mod = new StringBuilder("module example.com/app\n\ngo 1.24\n\n");
        var sum = new StringBuilder();
        foreach (var version in versions)
        {
            mod.Append("require ").Append(module).Append(' ').Append(version).Append('\n');
            var zip = mirror.Add(module, version);
            Assert.True(ModulePath.TryParse(module, out var path, out _));
            var h1 = ModuleZip.VerifyAsync(new MemoryStream(zip), path, version, CancellationToken.None).GetAwaiter().GetResult().H1;
            sum.Append(module).Append(' ').Append(version).Append(' ').Append(h1).Append('\n');
            sum.Append(module).Append(' ').Append(version).Append("/go.mod ").Append(ModuleHash.GoMod(Encoding.UTF8.GetBytes($"module {module}\n"))).Append('\n');
        }
        patient.Write("repo/go.mod", mod.ToString()).Write("repo/go.sum", sum.ToString());
    }

    private static async Task<IReadOnlyList<Finding>> FoundAsync(Patient patient, string id)
        => [.. (await patient.ExamineAsync()).Findings.Where(f => f.Pitfall.Id == id)];
}
