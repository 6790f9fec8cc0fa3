using System.Diagnostics;
using Tain.Storage;
using Tain.SumDbHosting;

namespace Tain.Tests.Ecosystems.Go.SumDb;

/// <summary>A store from before there was a checksum database, and a server that asks one.</summary>
public sealed class PendingProofsServerTests
{
    private const string M = VerifyRig.M;

    [Fact]
    public async Task What_was_stored_unverified_is_verified_by_itself()
    {
        await using var rig = await VerifyRig.FillAsync();
        await using var database = await SumDbServer.StartAsync(records: 10, modules: rig.Upstream.Url);
        rig.SumDb = database.GoSumDb;

        await using (await rig.ServeAsync())
            await EventuallyAsync(() => new[] { rig.Row(), rig.Row("v1.1.0", "mod"), rig.Row(module: VerifyRig.Other) }.All(a => a.Proof == "sum.test"));

        (await rig.LookAsync()).IsSound();
        await rig.ServesWhatItDidAsync();
    }

    [Fact]
    public async Task What_turns_out_to_be_refuted_is_quarantined_refused_and_an_alarm()
    {
        await using var rig = await VerifyRig.FillAsync();
        await using var database = await SumDbServer.StartAsync(records: 10, modules: rig.Upstream.Url);
        await database.FaultsAsync($"wrong-zip={M}");
        rig.SumDb = database.GoSumDb;

        await using var tain = await rig.ServeAsync();
        await EventuallyAsync(() => rig.Row().Condition is Condition.Refuted);

        Assert.Contains(rig.Alarms(), a => a.Key == rig.Row().Key && a.OfferedIdentity == rig.Row().Identity && a.Evidence.Contains("— sum.test ", StringComparison.Ordinal));
        await Assert.ThrowsAsync<HttpRequestException>(() => tain.Server.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip"));
        // What the database does not deny is served.
        Assert.Equal(200, (await tain.Server.ReadAsync($"go/{M}/@v/v1.0.0.mod")).Status);
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        var began = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20));
            await Task.Yield();
        }
    }
}
