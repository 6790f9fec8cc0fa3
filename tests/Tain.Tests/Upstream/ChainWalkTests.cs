using Tain.Upstream;

namespace Tain.Tests.Upstream;

public sealed class ChainWalkTests
{
    private readonly ManualTime time = new();
    private readonly SourceHealth health;

    public ChainWalkTests() => health = new SourceHealth(time, () => 0);

    /// <summary>Answers: a number is a status; ok gives a value. Between them what the walk asked, in order.</summary>
    [Theory]
    [InlineData("a.x,b.x", "ok ok", "a")]
    [InlineData("a.x,b.x", "404 ok", "a b")]
    [InlineData("a.x,b.x", "410 ok", "a b")]
    [InlineData("a.x,b.x", "403 ok", "a")]
    [InlineData("a.x,b.x", "500 ok", "a")]
    [InlineData("a.x,b.x", "429 ok", "a")]
    [InlineData("a.x|b.x", "500 ok", "a b")]
    [InlineData("a.x|b.x", "403 404", "a b")]
    [InlineData("a.x|b.x,c.x", "404 500 ok", "a b")]
    [InlineData("a.x|b.x,c.x", "500 404 ok", "a b c")]
    [InlineData("a.x,direct", "404 ok", "a direct")]
    [InlineData("a.x,direct", "500", "a")]
    [InlineData("a.x|direct", "500 404", "a direct")]
    [InlineData("a.x,off", "404", "a off")]
    [InlineData("off", "", "off")]
    [InlineData("direct", "ok", "direct")]
    public async Task The_separators_mean_what_they_mean_to_the_go_command(string list, string answers, string asked)
    {
        var result = await WalkAsync(SourceChain.Parse(list), answers);
        Assert.Equal(asked, string.Join(' ', result.Attempts.Select(a => a.Source.Replace("https://", "", StringComparison.Ordinal).Replace(".x", "", StringComparison.Ordinal))));
        Assert.Equal(answers.EndsWith("ok", StringComparison.Ordinal) && result.Attempts.Count == answers.Split(' ').Length || answers.StartsWith("ok", StringComparison.Ordinal), result.Value is not null);
    }

    [Fact]
    public async Task Off_is_an_absence_that_says_why()
    {
        var off = Assert.Single((await WalkAsync(SourceChain.Parse("off"), "")).Attempts);
        Assert.Equal(("off", FaultKind.NotAsked, true), (off.Source, off.Fault, off.IsAbsence));
        Assert.Contains("nobody else is asked", off.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.x,b.x", "a")]
    [InlineData("a.x|b.x", "a b")]
    public async Task A_source_that_is_down_is_not_asked_and_counts_as_a_fault(string list, string inAttempts)
    {
        Open("https://a.x");
        var asked = new List<string>();
        var result = await ChainWalk.RunAsync<string>(SourceChain.Parse(list), SourceOrder.Listed, health, time, (link, _) =>
        {
            asked.Add(link.Source!.Name);
            return Task.FromResult<(Attempt, string?)>((Attempt(link, null), "v"));
        }, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("https://a.x", asked);
        Assert.Equal(inAttempts.Split(' ').Length, result.Attempts.Count);
        Assert.Equal(FaultKind.Down, result.Attempts[0].Fault);
        Assert.False(result.Attempts[0].IsAbsence);
        Assert.Equal("not asked: down after 8 faults in a row; asked again in 1 s; last: connection refused", result.Attempts[0].Said);
    }

    [Fact]
    public async Task A_walk_ends_when_its_caller_leaves()
    {
        using var left = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ChainWalk.RunAsync<string>(SourceChain.Parse("a.x|b.x"), SourceOrder.Listed, health, time, (link, _) =>
        {
            left.Cancel();
            return Task.FromResult<(Attempt, string?)>((Attempt(link, FaultKind.ServerError), null));
        }, left.Token));
    }

    [Theory]
    [InlineData("slow.x|fast.x|direct", "https://fast.x|https://slow.x|direct")]
    [InlineData("slow.x|fast.x,faster.x", "https://fast.x|https://slow.x,https://faster.x")]
    [InlineData("slow.x,fast.x", "https://slow.x,https://fast.x")]
    [InlineData("slow.x,fast.x|faster.x,direct", "https://slow.x,https://faster.x|https://fast.x,direct")]
    [InlineData("slow.x|fast.x|unknown.x|other.x", "https://unknown.x|https://other.x|https://fast.x|https://slow.x")]
    [InlineData("slow.x|off", "https://slow.x|off")]
    public void Latency_reorders_only_equals(string list, string ordered)
    {
        Measure("https://slow.x", 300);
        Measure("https://fast.x", 30);
        Measure("https://faster.x", 3);
        var links = ChainWalk.FastestFirst(SourceChain.Parse(list).Links, health);
        Assert.Equal(ordered, string.Concat(links.Select((l, i) => (l.Source?.Name ?? l.Kind.ToString().ToLowerInvariant())
            + (i == links.Count - 1 ? "" : l.FallsThroughOnAnyFault ? "|" : ","))));
    }

    [Fact]
    public void A_latency_is_forgotten_after_five_minutes()
    {
        Measure("https://slow.x", 300);
        time.Advance(SourceHealth.LatencyAge + TimeSpan.FromSeconds(1));
        Assert.Null(health.LatencyOf("https://slow.x"));
    }

    private static Attempt Attempt(ChainLink link, FaultKind? fault) =>
        new(link.Source?.Name ?? "direct", fault, null, "said", TimeSpan.Zero, 1, DateTimeOffset.UnixEpoch);

    private void Measure(string name, int milliseconds)
    {
        using var ticket = health.TryEnter(name, out _)!;
        ticket.Answered(TimeSpan.FromMilliseconds(milliseconds));
    }

    private void Open(string name)
    {
        for (var i = 0; i < SourceHealth.FaultsToOpen; i++)
        {
            using var ticket = health.TryEnter(name, out _)!;
            ticket.Failed("connection refused");
        }
    }

    private Task<ChainResult<string>> WalkAsync(SourceChain chain, string answers)
    {
        var next = new Queue<string>(answers.Split(' '));
        return ChainWalk.RunAsync<string>(chain, SourceOrder.Listed, health, time, (link, _) => Task.FromResult<(Attempt, string?)>(next.Dequeue() switch
        {
            "ok" => (Attempt(link, null), "value"),
            "404" => (Attempt(link, FaultKind.NotFound), null),
            "410" => (Attempt(link, FaultKind.Gone), null),
            "403" => (Attempt(link, FaultKind.Refused), null),
            "429" => (Attempt(link, FaultKind.RateLimited), null),
            _ => (Attempt(link, FaultKind.ServerError), null),
        }), TestContext.Current.CancellationToken);
    }
}
