using System.Diagnostics;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>A host that says nothing, asked by many at once: it costs its own modules, and no others.</summary>
[Trait("Speed", "slow")]
public sealed class HungHostTests
{
    private const string Good = "good.example/lib";
    private const string Other = "other.example/lib";
    private const int Modules = 100;

    [Theory]
    [InlineData(RequestKind.GoGet)]
    [InlineData(RequestKind.Refs)]
    [InlineData(RequestKind.Fetch)]
    public async Task While_one_host_hangs_stored_modules_are_as_quick_as_ever_and_other_hosts_are_asked(RequestKind where)
    {
        await using var rig = await DirectRig.StartAsync();
        var good = rig.Repository(Good);
        good.Commit(("go.mod", $"module {Good}\n"));
        good.Tag("v1.0.0");
        await DirectTests.ZipAsync(rig, Good, "v1.0.0");
        var other = rig.Repository(Other);
        other.Commit(("go.mod", $"module {Other}\n"));
        other.Tag("v1.0.0");
        rig.Repository("hung.example/m0").Commit(("go.mod", "module hung.example/m0\n"));
        for (var i = 1; i < Modules; i++)
            rig.Copy("hung.example/m0", $"hung.example/m{i}");
        rig.Hosts.Add(new("hung.example") { Only = where, Stall = true });

        using var left = new CancellationTokenSource();
        var hung = Enumerable.Range(0, Modules).Select(i => rig.Tain.Client.GetAsync(new Uri($"go/hung.example/m{i}/@latest", UriKind.Relative), left.Token)).ToList();
        // All that may be are under way.
        var waited = Stopwatch.StartNew();
        while (rig.Hosts.Stalled < 6)
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"only {rig.Hosts.Stalled} requests hang");

        var times = new List<TimeSpan>();
        for (var i = 0; i < 50; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal((200, $"module {Good}\n"), await rig.Tain.ReadAsync($"go/{Good}/@v/v1.0.0.mod"));
            times.Add(clock.Elapsed);
        }
        times.Sort();
        var cold = Stopwatch.StartNew();
        Assert.Single((await DirectTests.ZipAsync(rig, Other, "v1.0.0")).Files);
        TestContext.Current.TestOutputHelper!.WriteLine($"warm: median {times[25].TotalMilliseconds:0.0} ms, longest {times[^1].TotalMilliseconds:0.0} ms; cold: {cold.Elapsed.TotalMilliseconds:0} ms");
        Assert.True(times[25] < TimeSpan.FromMilliseconds(100), $"median {times[25]}");
        // Far less than what a hung request may take (upstream.response-timeout, 30 s).
        Assert.True(cold.Elapsed < TimeSpan.FromSeconds(15), $"{cold.Elapsed}");
        Assert.All(hung, h => Assert.False(h.IsCompleted));
        await left.CancelAsync();
        await Task.WhenAll(hung).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
