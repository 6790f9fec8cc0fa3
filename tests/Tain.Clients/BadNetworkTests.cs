using System.Net;
using Tain.Bench;

namespace Tain.Clients;

/// <summary>An upstream behind a network that is far and drops connections.</summary>
[Trait("Speed", "slow")]
public sealed class BadNetworkTests
{
    private const int Fetches = 1000;

    /// <summary>Requests at once: with 300 ms of round trip, twice for each, the test takes some 30 s.</summary>
    private const int Clients = 24;

    private static readonly CancellationToken None = TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_300_ms_of_round_trip_and_one_connection_in_ten_reset_at_a_random_byte_a_thousand_cold_fetches_are_right()
    {
        // Each fetch has a connection of its own, so that each takes its chance.
        await using var upstream = await GeneratedModules.StartAsync(keepAlive: false);
        await using var network = NetworkRelay.Start(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, new Uri(upstream.Url).Port),
            new NetworkConditions { RoundTrip = TimeSpan.FromMilliseconds(300), ResetOneIn = 10, ResetWithin = 256 });
        await using var tain = await TainProcess.StartAsync($"http://{network.EndPoint}");
        var paths = Enumerable.Range(0, (Fetches + 2) / 3).SelectMany(GeneratedModules.PathsOf).Take(Fetches).ToArray();

        // Half of them where even the smallest answer is hit, half where large ones are hit anywhere (and small ones may be over before).
        await GetAsync(paths[..(Fetches / 2)]);
        network.Conditions = network.Conditions with { ResetWithin = 1 << 20 };
        await GetAsync(paths[(Fetches / 2)..]);
        var counts = network.Counts;
        TestContext.Current.TestOutputHelper!.WriteLine($"{counts}");
        Assert.True(counts.Resets >= 50, $"only {counts.Resets} connections were reset");
        // One fetch each, and one more for each that was reset: no storm.
        Assert.InRange(counts.Connections, Fetches + counts.Resets - Clients, Fetches + (2 * counts.Resets));

        // All of it is stored, as it came.
        await network.DisposeAsync();
        await GetAsync(paths);
        Assert.Equal(counts.Connections, network.Counts.Connections);

        Task GetAsync(string[] some) => Parallel.ForEachAsync(some, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = None }, async (path, ct) =>
        {
            using var response = await Loopback.Http.GetAsync(tain.GoProxy + path, ct);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
            Assert.True(GeneratedModules.BytesOrNull(path)!.AsSpan().SequenceEqual(body), $"{path}: {body.Length} bytes that are not the upstream's");
        });
    }
}
