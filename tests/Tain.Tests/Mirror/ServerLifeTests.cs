using Tain.Mirror;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Upstream;

namespace Tain.Tests.Mirror;

/// <summary>Shared work: its bound, and its end.</summary>
[Trait("Speed", "slow")]
public sealed class ServerLifeTests
{
    [Fact]
    public async Task The_end_waits_for_work_under_way_and_gives_up_the_rest()
    {
        using var life = new ServerLife();
        var done = life.Enter();
        var ending = life.EndAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        Assert.False(ending.IsCompleted);
        done.Dispose();
        await ending.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(life.Ended.IsCancellationRequested);

        using var stuck = life.Enter();
        await life.EndAsync(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Assert.True(life.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Clients_that_ask_and_leave_cannot_pile_up_fetches_without_end()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add("example.com/stored", "v1.0.0");
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { FetchTimeout = TimeSpan.FromSeconds(30) });
        await tain.ReadAsync("go/example.com/stored/@v/v1.0.0.mod");
        var asked = 0;
        (int Status, string Body) refused = default;
        // Nothing answers: every fetch stays under way, whether its client does or not.
        var clients = Enumerable.Range(0, 64).Select(async client =>
        {
            while (Interlocked.Increment(ref asked) is var number && number <= ServerLife.MaxFlying + 500 && refused.Status == 0)
            {
                var path = $"example.com/m{number}/@v/v1.0.0.zip";
                upstream.Set(path, HostileServer.Stall());
                using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
                try
                {
                    using var response = await tain.Client.GetAsync($"go/{path}", leaving.Token);
                    refused = ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
                }
                catch (OperationCanceledException)
                {
                }
            }
        });
        await Task.WhenAll(clients);

        Assert.Equal(503, refused.Status);
        Assert.Contains("4,096", refused.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await tain.ReadAsync("go/example.com/stored/@v/v1.0.0.mod")).Status);
    }
}
