using Tain.Storage;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Upstream;

namespace Tain.Tests.Mirror;

/// <summary>What changes: fresh, stale while it is asked for again, stale while its source fails, computed when there is nothing else.</summary>
public sealed class FreshnessTests
{
    private const string M = "example.com/m";
    private const string List = $"{M}/@v/list";

    [Fact]
    public async Task A_fresh_list_is_not_asked_for_again()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url, go => go with { ListTtl = TimeSpan.FromMinutes(5) });
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromMinutes(4));
        upstream.Set(List, "v1.0.0\nv1.1.0\n");

        Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
        Assert.Equal(1, upstream.CountOf(List));
    }

    [Fact]
    public async Task A_list_past_its_ttl_is_served_at_once_while_one_request_asks_again()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromMinutes(2));
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        upstream.Set(List, async exchange =>
        {
            asked.SetResult();
            await go.Task;
            await exchange.AnswerAsync("200 OK", "v1.0.0\nv1.1.0\n");
        });

        // The upstream is silent, and nobody waits for it.
        for (var i = 0; i < 10; i++)
            Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
        await asked.Task;
        go.SetResult();

        await tain.EventuallyAsync($"go/{List}", "v1.0.0\nv1.1.0\n");
        Assert.Equal(2, upstream.CountOf(List));
    }

    [Fact]
    public async Task A_list_older_than_the_stale_window_waits_for_the_answer()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromHours(1));
        upstream.Set(List, "v1.0.0\nv1.1.0\n");

        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await tain.ReadAsync($"go/{List}"));
    }

    [Fact]
    public async Task A_ttl_of_0_asks_each_time_and_waits_for_the_answer()
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url, go => go with { ListTtl = TimeSpan.Zero });
        foreach (var list in new[] { "v1.0.0\n", "v1.0.0\nv1.1.0\n", "v1.0.0\nv1.1.0\nv1.2.0\n" })
        {
            upstream.Set(List, list);
            Assert.Equal((200, list), await tain.ReadAsync($"go/{List}"));
        }
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("403 Forbidden")]
    [InlineData("429 Too Many Requests")]
    public async Task A_failing_source_serves_the_stale_list_however_old(string status)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromDays(300));
        upstream.Set(List, HostileServer.Status(status));

        using var response = await tain.GetAsync($"go/{List}");

        Assert.Equal("v1.0.0\n", await response.Content.ReadAsStringAsync());
        Assert.Contains("fwd=stale", response.Headers.GetValues("Cache-Status").Single(), StringComparison.Ordinal);
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_source_that_stalls_keeps_nobody_from_the_stale_list()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url, go => go with { StalePatience = TimeSpan.FromMilliseconds(50) });
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromDays(1));
        upstream.Set(List, HostileServer.Stall());

        // Far less than upstream.response-timeout, 30 s.
        Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}").WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Without_a_stale_list_the_stored_versions_are_listed()
    {
        await using var upstream = new ModuleUpstream();
        foreach (var version in new[] { "v1.10.0", "v1.9.0", "v1.11.0-rc.1", "v0.0.0-20240203040506-abcdef012345" })
            upstream.Add(M, version);
        upstream.Set(List, HostileServer.Status("503 Service Unavailable"));
        upstream.Set($"{M}/@latest", HostileServer.Status("503 Service Unavailable"));
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        Assert.Equal(502, (await tain.ReadAsync($"go/{List}")).Status);
        foreach (var version in new[] { "v1.10.0", "v1.9.0", "v1.11.0-rc.1", "v0.0.0-20240203040506-abcdef012345" })
            await tain.Client.GetByteArrayAsync($"go/{M}/@v/{version}.mod");

        await tain.EventuallyAsync($"go/{List}", "v1.9.0\nv1.10.0\nv1.11.0-rc.1\n");
        // The highest release comes before a higher pre-release.
        Assert.Equal((200, """{"Version":"v1.10.0"}"""), await tain.ReadAsync($"go/{M}/@latest"));
    }

    [Fact]
    public async Task With_off_lists_and_latest_are_computed_and_nothing_else_is_known()
    {
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        await using (var upstream = new ModuleUpstream())
        {
            upstream.Add(M, "v1.0.0");
            upstream.Set(List, "v1.0.0\nv1.1.0\n");
            var first = await RunningTain.StartAsync(data, upstream.Url);
            await first.ReadAsync($"go/{List}");
            await first.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip");
            await first.StopAsync();
        }
        await using var tain = await RunningTain.StartAsync(data, "off");

        // v1.1.0 is known by name only: a client that chose it would be stuck.
        Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
        Assert.Contains("v1.0.0", (await tain.ReadAsync($"go/{M}/@latest")).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await tain.ReadAsync($"go/{M}/@v/v1.0.0.info")).Status);
        var absent = await tain.ReadAsync($"go/{M}/@v/v1.1.0.zip");
        Assert.Equal(404, absent.Status);
        Assert.Contains("off", absent.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absence_is_believed_for_its_ttl_then_asked_again()
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url, go => go with { AbsenceTtl = TimeSpan.FromSeconds(30) });
        Assert.Equal(404, (await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip")).Status);
        upstream.Add(M, "v1.0.0");

        Assert.Equal(404, (await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip")).Status);
        tain.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(200, (await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip")).Status);
        Assert.Equal(2, upstream.CountOf($"{M}/@v/v1.0.0.zip"));
    }

    [Theory]
    [InlineData("@v/v1.0.0.zip")]
    [InlineData("@v/v1.0.0.mod")]
    [InlineData("@v/v1.0.0.info")]
    [InlineData("@v/list")]
    [InlineData("@latest")]
    public async Task An_expired_absence_whose_source_fails_is_502_not_404(string page)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        Assert.Equal(404, (await tain.ReadAsync($"go/{M}/{page}")).Status);
        upstream.Set($"{M}/{page}", HostileServer.Status("500 Internal Server Error"));
        tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(502, (await tain.ReadAsync($"go/{M}/{page}")).Status);
    }

    [Fact]
    public async Task The_info_of_a_version_is_asked_for_once_and_a_branch_again_after_its_ttl()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.0.0");
        upstream.Set($"{M}/@v/main.info", """{"Version":"v1.0.0"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        for (var day = 0; day < 3; day++)
        {
            await tain.ReadAsync($"go/{M}/@v/v1.0.0.info");
            await tain.ReadAsync($"go/{M}/@v/main.info");
            tain.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(1, upstream.CountOf($"{M}/@v/v1.0.0.info"));
        Assert.Equal(3, upstream.CountOf($"{M}/@v/main.info"));
    }

    [Fact]
    public async Task A_branch_that_is_gone_is_forgotten_even_when_its_source_fails_later()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/main.info", """{"Version":"v1.0.0"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        Assert.Equal(200, (await tain.ReadAsync($"go/{M}/@v/main.info")).Status);
        upstream.Remove($"{M}/@v/main.info");
        tain.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(404, (await tain.ReadAsync($"go/{M}/@v/main.info")).Status);
        upstream.Set($"{M}/@v/main.info", HostileServer.Status("500 Internal Server Error"));
        tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(502, (await tain.ReadAsync($"go/{M}/@v/main.info")).Status);
    }

    [Fact]
    public async Task A_list_that_disappeared_upstream_is_kept()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.ReadAsync($"go/{List}");
        upstream.Remove(List);
        tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
    }

    [Fact]
    public async Task A_body_that_has_not_changed_is_confirmed_by_its_validator()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, exchange => exchange.Request["If-None-Match"] == "\"7\""
            ? exchange.AnswerAsync("304 Not Modified", "")
            : exchange.AnswerAsync("200 OK", "v1.0.0\n", "ETag: \"7\""));
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        for (var day = 0; day < 3; day++)
        {
            Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
            tain.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal([null, "\"7\"", "\"7\""], upstream.Requests.Select(r => r["If-None-Match"]));
    }

    [Fact]
    public async Task A_query_that_is_gone_stays_gone_whoever_asks_meanwhile()
    {
        await using var upstream = new ModuleUpstream();
        const string query = $"{M}/@v/main.info";
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        // Some one in ten came back from memory while it was being forgotten.
        for (var i = 0; i < 30; i++)
        {
            upstream.Set(query, """{"Version":"v1.0.0","Time":"2024-02-03T04:05:06Z"}""");
            tain.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(200, (await tain.ReadAsync($"go/{query}")).Status);
            upstream.Remove(query);
            tain.Time.Advance(TimeSpan.FromHours(1));

            var gone = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                var last = 0;
                for (var times = 0; times < 20; times++)
                    last = (await tain.ReadAsync($"go/{query}")).Status;
                return last;
            }));
            Assert.All(gone, status => Assert.Equal(404, status));
            Assert.Equal(404, (await tain.ReadAsync($"go/{query}")).Status);
        }
    }

    [Fact]
    public async Task What_is_computed_for_want_of_an_answer_is_not_kept_by_others()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.0.0");
        upstream.Set($"{M}/@v/v1.0.0.info", HostileServer.Status("503 Service Unavailable"));
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.mod");
        await tain.EventuallyAsync($"go/{M}/@v/v1.0.0.info", """{"Version":"v1.0.0"}""");

        using var computed = await tain.GetAsync($"go/{M}/@v/v1.0.0.info");

        Assert.Equal("public, max-age=0", computed.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_clock_that_is_set_back_keeps_nothing_fresh()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(List, "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.ReadAsync($"go/{List}");
        tain.Time.Advance(TimeSpan.FromHours(-5));
        upstream.Set(List, "v1.0.0\nv1.1.0\n");

        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await tain.ReadAsync($"go/{List}"));
    }

    [Fact]
    public async Task With_off_a_version_without_its_zip_is_no_choice()
    {
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        await using (var upstream = new ModuleUpstream())
        {
            upstream.Add(M, "v1.0.0");
            upstream.Add(M, "v1.1.0");
            var first = await RunningTain.StartAsync(data, upstream.Url);
            // What go get does: it looks at a newer version's go.mod and keeps the older one.
            foreach (var file in new[] { "v1.0.0.mod", "v1.0.0.zip", "v1.1.0.mod" })
                await first.Client.GetByteArrayAsync($"go/{M}/@v/{file}");
            await first.StopAsync();
        }
        await using var tain = await RunningTain.StartAsync(data, "off");

        Assert.Equal((200, "v1.0.0\n"), await tain.ReadAsync($"go/{List}"));
        Assert.Equal((200, """{"Version":"v1.0.0"}"""), await tain.ReadAsync($"go/{M}/@latest"));
    }

    [Fact]
    public async Task What_could_not_be_stored_is_fetched_and_stored_by_the_next_one_who_asks()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.0.0");
        var full = true;
        var steps = new WriteSteps
        {
            OnStep = step =>
            {
                if (full && step == WriteSteps.CatalogBegin)
                    throw new StorageException("no room");
            },
        };
        await using var tain = await RunningTain.StartAsync(upstream.Url, steps: steps);

        using (var first = await tain.GetAsync($"go/{M}/@v/v1.0.0.info"))
            Assert.Contains("not-stored", first.Headers.GetValues("Cache-Status").Single(), StringComparison.Ordinal);
        full = false;
        await tain.ReadAsync($"go/{M}/@v/v1.0.0.info");

        Assert.Contains("v1.0.0", (await tain.ReadAsync("go/index")).Body, StringComparison.Ordinal);
        Assert.Equal(2, upstream.CountOf($"{M}/@v/v1.0.0.info"));
    }
}
