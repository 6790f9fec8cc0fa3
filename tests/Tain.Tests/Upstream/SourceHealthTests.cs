using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

public sealed class SourceHealthTests
{
    private const string Name = "https://a.x";
    private readonly ManualTime time = new();
    private readonly SourceHealth health;

    public SourceHealthTests() => health = new SourceHealth(time, () => 0);

    [Fact]
    public void The_circuit_opens_after_eight_faults_in_a_row_and_not_before()
    {
        Fail(7);
        Assert.Null(health.WhyNotAsked(Name));
        Fail(1);
        Assert.NotNull(health.WhyNotAsked(Name));
        var state = Assert.Single(health.States());
        Assert.Equal((Name, 8, time.GetUtcNow() + SourceHealth.FirstPause, "broken"), (state.Name, state.FaultsInARow, state.DownUntil!.Value, state.LastFault));
    }

    [Fact]
    public void An_answer_between_faults_begins_the_count_anew()
    {
        Fail(7);
        using (var ticket = health.TryEnter(Name, out _)!)
        {
            ticket.Answered(null);
            ticket.Finished();
        }

        Fail(7);
        Assert.Null(health.WhyNotAsked(Name));
    }

    [Fact]
    public void Exactly_one_request_probes_at_a_time()
    {
        Fail(8);
        time.Advance(SourceHealth.FirstPause);
        using var probe = health.TryEnter(Name, out _);
        Assert.NotNull(probe);
        Assert.True(probe.IsProbe);
        Assert.Null(health.TryEnter(Name, out var why));
        Assert.Contains("another request is trying it now", why, StringComparison.Ordinal);
        Assert.NotNull(health.WhyNotAsked(Name));
    }

    [Fact]
    public async Task Of_many_requests_at_once_only_one_probes()
    {
        Fail(8);
        time.Advance(SourceHealth.FirstPause);
        using var start = new Barrier(8);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            return health.TryEnter(Name, out var _);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Single(tickets, t => t is not null);
    }

    [Fact]
    public void A_probe_that_is_answered_closes_the_circuit()
    {
        Fail(8);
        time.Advance(SourceHealth.FirstPause);
        using (var probe = health.TryEnter(Name, out _)!)
            probe.Answered(TimeSpan.FromMilliseconds(5));
        Assert.Null(health.WhyNotAsked(Name));
        Assert.Null(health.States()[0].DownUntil);
        // And the next opening takes eight faults again, and a second.
        Fail(7);
        Assert.Null(health.WhyNotAsked(Name));
        Fail(1);
        Assert.Equal(time.GetUtcNow() + SourceHealth.FirstPause, health.States()[0].DownUntil);
    }

    [Fact]
    public void Each_failed_probe_doubles_the_pause_up_to_thirty_seconds()
    {
        Fail(8);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            Assert.Equal(time.GetUtcNow() + TimeSpan.FromSeconds(seconds), health.States()[0].DownUntil);
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Null(health.TryEnter(Name, out _));
            time.Advance(TimeSpan.FromTicks(1));
            Fail(1);
        }
    }

    [Fact]
    public void Jitter_shortens_a_pause_by_at_most_a_quarter()
    {
        var jittered = new SourceHealth(time, () => 1);
        for (var i = 0; i < 8; i++)
            jittered.TryEnter(Name, out _)!.Failed("broken");
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMilliseconds(750), jittered.States()[0].DownUntil);
    }

    [Fact]
    public void A_probe_whose_caller_leaves_makes_room_for_the_next()
    {
        Fail(8);
        time.Advance(SourceHealth.FirstPause);
        health.TryEnter(Name, out _)!.Dispose();
        using var next = health.TryEnter(Name, out _);
        Assert.NotNull(next);
    }

    [Fact]
    public void Faults_of_requests_that_began_earlier_do_not_lengthen_the_pause()
    {
        var late = health.TryEnter(Name, out _)!;
        Fail(8);
        var until = health.States()[0].DownUntil;
        time.Advance(TimeSpan.FromMilliseconds(500));
        late.Failed("late");
        Assert.Equal(until, health.States()[0].DownUntil);
    }

    [Fact]
    public void Retry_after_pauses_for_everybody_for_that_long_only()
    {
        health.TryEnter(Name, out _)!.RateLimited("HTTP 429", TimeSpan.FromSeconds(3));
        Assert.Contains("asked us to slow down; asked again in 3 s", health.WhyNotAsked(Name), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(3));
        using var one = health.TryEnter(Name, out _);
        using var two = health.TryEnter(Name, out _);
        Assert.NotNull(one);
        Assert.NotNull(two);
        Assert.False(one.IsProbe);
    }

    [Fact]
    public void Retry_after_is_bounded()
    {
        health.TryEnter(Name, out _)!.RateLimited("HTTP 429", TimeSpan.FromDays(365));
        Assert.Equal(time.GetUtcNow() + SourceHealth.LongestRateLimit, health.States()[0].DownUntil);
    }

    [Fact]
    public void Latency_is_smoothed()
    {
        foreach (var ms in new[] { 100, 200 })
            health.TryEnter(Name, out _)!.Answered(TimeSpan.FromMilliseconds(ms));
        Assert.Equal(TimeSpan.FromMilliseconds(120), health.LatencyOf(Name));
    }

    [Theory]
    [InlineData("404 Not Found", null)]
    [InlineData("410 Gone", null)]
    [InlineData("403 Forbidden", null)]
    [InlineData("429 Too Many Requests", null)]
    [InlineData("400 Bad Request", null)]
    [InlineData("206 Partial Content", null)]
    [InlineData("503 Service Unavailable", 8)]
    [InlineData("500 Internal Server Error", 8)]
    public async Task Only_what_speaks_of_the_server_opens_its_circuit(string status, int? requestsUntilOpen)
    {
        await using var server = new HostileServer(Status(status));
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        for (var i = 0; i < 12; i++)
            await rig.GetAsync(server);
        Assert.Equal(requestsUntilOpen ?? 12, server.Requests.Count);
        Assert.Equal(requestsUntilOpen is not null, rig.Health.WhyNotAsked(server.Url) is not null);
    }

    [Fact]
    public async Task The_tries_of_one_request_that_end_in_a_status_count_once()
    {
        await using var server = new HostileServer(Status("503 Service Unavailable"));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal((3, 1), (answer.Attempt.Tries, rig.Health.States()[0].FaultsInARow));
    }

    [Fact]
    public async Task A_source_that_is_down_is_not_connected_to_until_a_probe_may()
    {
        await using var server = new HostileServer(Reset());
        using var rig = new Rig(Rig.Quick with { Tries = 8 });
        var first = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Unreachable, 8), (first.Attempt.Fault, first.Attempt.Tries));
        var connections = server.Connections;
        var second = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Down, 0), (second.Attempt.Fault, second.Attempt.Tries));
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task A_request_stops_trying_when_the_circuit_opens_and_says_what_it_saw()
    {
        // Several, since a backoff may by chance outlast the pause or not.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var server = new HostileServer(Reset());
            using var rig = new Rig(Rig.Quick with { Tries = 20 });
            var answer = await rig.GetAsync(server);
            Assert.Equal((FaultKind.Unreachable, 8), (answer.Attempt.Fault, answer.Attempt.Tries));
        }));
    }

    [Fact]
    public async Task A_probing_request_whose_caller_leaves_lets_the_next_one_probe()
    {
        await using var server = new HostileServer(exchange => exchange.Request.Number switch
        {
            <= 8 => Reset()(exchange),
            9 => Stall()(exchange),
            _ => Ok("x")(exchange),
        });
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        for (var i = 0; i < 8; i++)
            await rig.GetAsync(server);
        await Task.Delay(SourceHealth.FirstPause + TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        using var left = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Client.GetSmallAsync(Rig.Source(server.Url), "x", 10, null, left.Token));
        Assert.Null((await rig.GetAsync(server)).Attempt.Fault);
        Assert.Equal(10, server.Requests.Count);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var ticket = health.TryEnter(Name, out _)!;
            ticket.Failed("broken");
        }
    }
}
