using Tain.Ecosystems.Go.SumDb;

namespace Tain.Tests.Ecosystems.Go.SumDb;

/// <summary>Nothing public is stored or served before the checksum database said the same.</summary>
public sealed class ProvingTests
{
    private const string M = SumDbRig.Module;

    [Fact]
    public async Task What_the_database_confirms_is_served_and_says_so()
    {
        await using var rig = await SumDbRig.StartAsync();
        var zip = rig.Upstream.Add(M, "v1.0.0", 200_000);

        Assert.Equal(zip, await rig.Tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip", TestContext.Current.CancellationToken));
        Assert.Equal((200, $"module {M}\n"), await rig.ModAsync());

        Assert.Single(await rig.AskedAsync(), r => r.StartsWith("/lookup/", StringComparison.Ordinal));
        await rig.Tain.EventuallyStoredAsync(M, "v1.0.0");
        var explained = (await rig.Tain.ReadAsync($"api/v1/explain/go/{M}@v1.0.0")).Body;
        Assert.Contains("\"proof\": \"sum.test says the same\"", explained, StringComparison.Ordinal);
        Assert.Contains($"\"for\": \"sum.test/lookup/{M}@v1.0.0\"", explained, StringComparison.Ordinal);
        Assert.Equal("", (await rig.Tain.ReadAsync("api/v1/alarms")).Body);
        // Stored and proved: nobody is asked any more, whoever is down.
        await rig.Tain.RestartAsync();
        await rig.Database.StopAsync();
        Assert.Equal(zip, await rig.Tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("zip", 500)]
    [InlineData("zip", 400_000)]
    [InlineData("mod", 500)]
    public async Task An_upstream_that_lies_is_refused_whole_and_an_alarm_holds_both_sides(string kind, int size)
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0", size);
        // The database has seen the true one.
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.0.0")).Status);
        if (kind == "zip")
            rig.Upstream.Set($"{M}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(M, "v1.0.0", size, seed: 2));
        else
            rig.Upstream.Set($"{M}/@v/v1.0.0.mod", $"module {M}\n\nrequire example.com/evil v1.0.0\n");

        var got = await Record.ExceptionAsync(async () => await (await rig.Tain.GetAsync($"go/{M}/@v/v1.0.0.{kind}")).EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.NotNull(got);

        // Whoever asks again is told by a line that the go command shows.
        var (status, body) = await rig.Tain.ReadAsync($"go/{M}/@v/v1.0.0.{kind}");
        Assert.True(status == 502, $"{status} {body}");
        Assert.Matches("sent content with h1:[^ ]+, but sum.test says h1:", body);
        // The other file is right, and served.
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{M}/@v/v1.0.0.{(kind == "zip" ? "mod" : "zip")}")).Status);
        foreach (var page in new[] { "api/v1/alarms", $"api/v1/explain/go/{M}@v1.0.0" })
        {
            var alarms = (await rig.Tain.ReadAsync(page)).Body;
            Assert.Contains("go.sum database tree", alarms, StringComparison.Ordinal);
            Assert.Contains("— sum.test ", alarms, StringComparison.Ordinal);
            Assert.Matches($"{rig.Upstream.Url} sent content with h1:", alarms);
        }
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/cached-only/{M}/@v/v1.0.0.{kind}")).Status);
    }

    [Theory]
    [InlineData("wrong-zip", "zip", "mod")]
    [InlineData("wrong-mod", "mod", "zip")]
    public async Task A_database_that_lies_about_one_module_stops_that_one_only(string fault, string refused, string served)
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add("example.com/other", "v1.0.0");
        await rig.Database.FaultsAsync($"{fault}={M}");

        Assert.Equal(502, (await rig.Tain.ReadAsync($"go/{M}/@v/v1.0.0.{refused}")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{M}/@v/v1.0.0.{served}")).Status);
        Assert.Equal(200, (await rig.ZipAsync(module: "example.com/other")).Status);
        Assert.Contains(M, (await rig.Tain.ReadAsync("api/v1/alarms")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-line", "zip")]
    [InlineData("no-line", "mod")]
    [InlineData("extra-lines", "zip")]
    [InlineData("extra-lines", "mod")]
    [InlineData("unsigned-lines", "zip")]
    [InlineData("no-zip-line", "zip")]
    [InlineData("no-mod-line", "mod")]
    [InlineData("tampered", "zip")]
    public async Task An_answer_without_the_exact_authenticated_line_is_no_answer_cve_2026_42501_and_56864(string fault, string kind)
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0");
        await rig.Database.FaultsAsync($"{fault}={M}");

        var (status, body) = await rig.Tain.ReadAsync($"go/{M}/@v/v1.0.0.{kind}");

        Assert.True(status is 502 or 403, $"{status} {body}");
        Assert.Contains("sum.test", body, StringComparison.Ordinal);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/cached-only/{M}/@v/v1.0.0.{kind}")).Status);
    }

    [Theory]
    [InlineData("fork")]
    [InlineData("bad-signature")]
    [InlineData("other-key")]
    [InlineData("bad-tile")]
    [InlineData("short-tile")]
    [InlineData("empty-tree")]
    public async Task A_database_that_is_not_to_be_believed_stops_what_is_new_with_an_alarm(string fault)
    {
        await using var rig = await SumDbRig.StartAsync(records: 1000);
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add(M, "v1.1.0");
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        await rig.Database.FaultsAsync(fault);

        var (status, body) = await rig.ZipAsync("v1.1.0");

        Assert.True(status == 502, $"{status} {body}");
        Assert.Contains("not to be believed", body, StringComparison.Ordinal);
        var alarms = (await rig.Tain.ReadAsync("api/v1/alarms")).Body;
        Assert.Contains("\"kind\":\"checksum-database\"", alarms, StringComparison.Ordinal);
        if (fault == "fork")
            Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(alarms, "go.sum database tree"));
        // What is proved stays; and the honest database is believed again.
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        await rig.Database.HonestAsync();
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await rig.ZipAsync("v1.1.0")).Status);
    }

    [Theory]
    [InlineData("503", 502)]
    [InlineData("stall", 504)]
    [InlineData("reset", 502)]
    [InlineData("html", 502)]
    [InlineData("endless", 502)]
    [InlineData("down", 502)]
    public async Task While_the_database_is_out_of_reach_new_modules_are_refused_with_the_reason_and_stored_ones_served(string fault, int expected)
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add(M, "v1.1.0");
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        if (fault == "down")
            await rig.Database.StopAsync();
        else
            await rig.Database.FaultsAsync(fault);

        var (status, body) = await rig.ZipAsync("v1.1.0");

        Assert.True(status == expected, $"{status} {body}");
        Assert.Contains("go.sumdb-unavailable", body, StringComparison.Ordinal);
        Assert.Contains(rig.Database.Url, body, StringComparison.Ordinal);
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{M}/@v/v1.1.0.info")).Status);
        Assert.Equal("", (await rig.Tain.ReadAsync("api/v1/alarms")).Body);
        // An outage is remembered no longer than it is one.
        if (fault == "down")
        {
            // It forgot what it was asked: the same history again, not another one.
            await rig.Database.StartAgainAsync();
            using var client = new HttpClient();
            await client.GetStringAsync($"{rig.Database.Url}/lookup/{M}@v1.0.0", TestContext.Current.CancellationToken);
        }
        else
        {
            await rig.Database.HonestAsync();
        }
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(200, (await rig.ZipAsync("v1.1.0")).Status);
    }

    [Fact]
    public async Task What_the_database_does_not_know_is_refused_with_the_remedy_and_not_called_absent()
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add("corp.example/secret", "v1.0.0");
        await using var elsewhere = new ModuleUpstream();
        await rig.Database.ModulesAsync(elsewhere.Url);

        var (status, body) = await rig.ZipAsync(module: "corp.example/secret");

        Assert.True(status is 403, $"{status} {body}");
        Assert.Contains("go.private", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_and_exempt_modules_are_never_asked_about()
    {
        await using var rig = await SumDbRig.StartAsync(go => go with { NoSumDb = SumDbRig.Patterns("example.com/*"), NoSumDbText = "example.com/*" });
        rig.Upstream.Add(M, "v1.0.0");

        Assert.Equal(200, (await rig.ZipAsync()).Status);
        Assert.Equal(200, (await rig.ModAsync()).Status);
        var (status, body) = await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.0.0");

        Assert.Equal(403, status);
        Assert.Contains("GONOSUMDB", body, StringComparison.Ordinal);
        Assert.Empty(await rig.AskedAsync());
        await rig.Tain.EventuallyStoredAsync(M, "v1.0.0");
        Assert.Contains("go.no-sumdb matches it", (await rig.Tain.ReadAsync($"api/v1/explain/go/{M}@v1.0.0")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_serve_unverified_an_outage_is_bridged_and_a_lie_is_found_when_it_ends()
    {
        await using var rig = await SumDbRig.StartAsync(go => go with { SumDbUnavailable = WhenUnavailable.ServeUnverified });
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add(M, "v1.1.0");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.1.0")).Status);
        var honest = ModuleUpstream.ZipOf(M, "v1.1.0");
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        await rig.Tain.RestartAsync();
        await rig.Database.FaultsAsync("503");
        // v1.1.0's record is kept: an outage changes nothing for it.
        rig.Upstream.Set($"{M}/@v/v1.1.0.zip", ModuleUpstream.ZipOf(M, "v1.1.0", seed: 2));
        Assert.Equal(502, (await rig.ZipAsync("v1.1.0")).Status);
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        await rig.Tain.EventuallyStoredAsync(M, "v1.0.0");
        Assert.Contains("not yet", (await rig.Tain.ReadAsync($"api/v1/explain/go/{M}@v1.0.0")).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await rig.ZipAsync()).Status);

        // The database is back, and says that v1.0.0 was another one: nobody gets it any more, and the right one takes its place.
        var right = ModuleUpstream.ZipOf(M, "v1.0.0", seed: 3);
        rig.Upstream.Set($"{M}/@v/v1.0.0.zip", right);
        await rig.Database.HonestAsync();
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(right, await rig.Tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip", TestContext.Current.CancellationToken));
        Assert.Contains("\"version\":\"v1.0.0\"", (await rig.Tain.ReadAsync("api/v1/alarms")).Body, StringComparison.Ordinal);
        rig.Upstream.Set($"{M}/@v/v1.1.0.zip", honest);
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(200, (await rig.ZipAsync("v1.1.0")).Status);
    }

    [Fact]
    public async Task What_an_older_server_stored_unchecked_is_checked_before_it_is_served_again()
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add("example.com/other", "v1.0.0");
        var unchecked_ = await RunningTain.StartAsync(rig.Upstream.Url);
        Assert.Equal(200, (await unchecked_.ReadAsync($"go/{M}/@v/v1.0.0.zip")).Status);
        Assert.Equal(200, (await unchecked_.ReadAsync("go/example.com/other/@v/v1.0.0.zip")).Status);
        await unchecked_.EventuallyStoredAsync(M, "v1.0.0");
        await unchecked_.EventuallyStoredAsync("example.com/other", "v1.0.0");
        await unchecked_.StopAsync();
        rig.Upstream.Set($"{M}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(M, "v1.0.0", seed: 9));

        await using var tain = await RunningTain.StartAsync(unchecked_.Data, rig.Upstream.Url, o => o with { SumDb = SumDbRig.Of(rig.Database) });
        // The database confirms one; of the other it has seen what the upstream has by now.
        Assert.Equal(200, (await tain.ReadAsync("go/example.com/other/@v/v1.0.0.zip")).Status);
        Assert.Equal(ModuleUpstream.ZipOf(M, "v1.0.0", seed: 9), await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip", TestContext.Current.CancellationToken));
        Assert.Contains(M, (await tain.ReadAsync("api/v1/alarms")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_clients_of_one_cold_module_cost_one_lookup()
    {
        await using var rig = await SumDbRig.StartAsync(records: 300);
        rig.Upstream.Add(M, "v1.0.0", 300_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? rig.ZipAsync() : rig.ModAsync()));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(await rig.AskedAsync(), r => r.StartsWith("/lookup/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no-line", 403)]
    [InlineData("no-zip-line", 403)]
    [InlineData("extra-lines", 403)]
    [InlineData("fork", 502)]
    [InlineData("bad-signature", 502)]
    [InlineData("404", 403)]
    public async Task Serve_unverified_is_for_outages_not_for_denials_and_lies(string fault, int expected)
    {
        await using var rig = await SumDbRig.StartAsync(go => go with { SumDbUnavailable = WhenUnavailable.ServeUnverified }, records: 300);
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Add(M, "v1.1.0");
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        await rig.Database.FaultsAsync(fault.EndsWith("line", StringComparison.Ordinal) || fault.EndsWith("lines", StringComparison.Ordinal) ? $"{fault}={M}" : fault);

        var (status, body) = await rig.ZipAsync("v1.1.0");

        Assert.True(status == expected, $"{status} {body}");
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/cached-only/{M}/@v/v1.1.0.zip")).Status);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(200_000)]
    public async Task What_nobody_has_vouched_for_yet_is_kept_by_no_cache(int size)
    {
        await using var rig = await SumDbRig.StartAsync(go => go with { SumDbUnavailable = WhenUnavailable.ServeUnverified });
        rig.Upstream.Add(M, "v1.0.0", size);
        await rig.Database.FaultsAsync("503");
        foreach (var _ in new[] { "cold", "stored" })
        {
            using var response = await rig.Tain.GetAsync($"go/{M}/@v/v1.0.0.zip");
            Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            await rig.Tain.EventuallyStoredAsync(M, "v1.0.0");
        }
        await rig.Database.HonestAsync();
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
        using var proved = await rig.Tain.GetAsync($"go/{M}/@v/v1.0.0.zip");
        Assert.Contains("immutable", proved.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refuted_source_before_one_that_has_nothing_is_no_absence()
    {
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Add(M, "v1.0.0");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.0.0")).Status);
        await using var liar = new ModuleUpstream();
        liar.Set($"{M}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(M, "v1.0.0", seed: 7));
        await using var empty = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync($"{empty.Url},{liar.Url}|{empty.Url}", o => o with { SumDb = SumDbRig.Of(rig.Database) });

        var (status, body) = await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip");

        Assert.True(status == 502, $"{status} {body}");
        Assert.Contains(liar.Url, (await tain.ReadAsync("api/v1/alarms")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad-signature")]
    [InlineData("bad-tile")]
    [InlineData("other-key")]
    public async Task A_proxy_that_lies_for_the_database_is_told_apart_from_it_and_passed_by(string lie)
    {
        await using var honest = await SumDbHosting.SumDbServer.StartAsync(1000);
        await using var proxy = await SumDbHosting.SumDbServer.StartAsync(1000);
        await using var rig = await SumDbRig.StartAsync(go => go with
        {
            SumDb = SumDbRig.Of(honest),
            Upstream = Tain.Upstream.SourceChain.Parse($"{proxy.Url},{go.Upstream}"),
        });
        rig.Upstream.Add(M, "v1.0.0");
        await honest.ModulesAsync(rig.Upstream.Url);
        await proxy.ModulesAsync(rig.Upstream.Url);
        await proxy.FaultsAsync(lie);

        var (status, body) = await rig.ZipAsync();

        Assert.True(status == 200, body);
        var alarms = (await rig.Tain.ReadAsync("api/v1/alarms")).Body;
        Assert.Contains($"\"source\":\"{proxy.Url}/sumdb/sum.test\"", alarms, StringComparison.Ordinal);
        Assert.DoesNotContain("\"source\":\"sum.test\"", alarms, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_is_alarmed_once_however_many_wait_and_when_nobody_does_any_more()
    {
        await using var rig = await SumDbRig.StartAsync(records: 1000);
        for (var i = 0; i < 3; i++)
            rig.Upstream.Add(M, $"v1.{i}.0");
        Assert.Equal(200, (await rig.ZipAsync()).Status);
        await rig.Database.FaultsAsync("fork");
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.1.0"))), a => Assert.Equal(502, a.Status));
        Assert.Contains("\"count\":1,", (await rig.Tain.ReadAsync("api/v1/alarms")).Body, StringComparison.Ordinal);

        using var gone = new CancellationTokenSource();
        var asking = rig.Tain.Client.GetAsync($"{rig.Proxied}/lookup/{M}@v1.2.0", gone.Token);
        while (!(await rig.Database.RequestsAsync()).Any(r => r.Contains("v1.2.0", StringComparison.Ordinal)))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        await Record.ExceptionAsync(() => asking);
        // The tree has grown by what was looked up: another pair of heads.
        for (var began = Environment.TickCount64; (await rig.Tain.ReadAsync("api/v1/alarms")).Body.Count(c => c == '\n') < 2;)
            Assert.True(Environment.TickCount64 - began < 20_000, (await rig.Tain.ReadAsync("api/v1/alarms")).Body);
    }

    [Fact]
    public async Task The_remedy_is_whole_whatever_the_length_of_the_name()
    {
        const string module = "github.com/acme-corporation/payments-service-client-library/v2";
        const string version = "v2.3.1-0.20240203040506-0123456789ab";
        await using var rig = await SumDbRig.StartAsync();
        rig.Upstream.Set($"{module}/@v/{version}.mod", $"module {module}\n");
        await rig.Database.FaultsAsync("404");

        var (status, body) = await rig.ModAsync(version, module);

        Assert.Equal(403, status);
        Assert.Contains("\ngo.private, go.no-sumdb: name it in one of these settings if it is not public\n", body, StringComparison.Ordinal);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(body) < 600, body);
        Assert.All(body.Split('\n'), line => Assert.True(line.Length < 200, line));
    }
}
