using Tain.Ecosystems.Go.SumDb.Audit;
using Tain.SumDbHosting;
using Tain.TransparencyLog;
using static Tain.Tests.Ecosystems.Go.SumDb.Audit.AuditRig;

namespace Tain.Tests.Ecosystems.Go.SumDb.Audit;

/// <summary>Heads held against each other: a mirror's, the database's own, and those that a data folder keeps.</summary>
public sealed class HeadAuditTests
{
    [Fact]
    public async Task Heads_of_every_size_that_are_kept_are_beginnings_of_an_honest_tree()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var notes = new List<string>();
        foreach (var size in new[] { 1, 2, 3, 100, 255, 256, 257, 511, 512, 513, 700, 767, 768, 769, 999, 1000 })
            notes.Add(await HeadAtAsync(server, size));
        await server.RequestsAsync();
        var report = await RunAsync(server, folder: await KeepAsync(server, [.. notes]));
        IsSound(report);
        // The walk says so: nothing was read again to prove it.
        var requests = await server.RequestsAsync();
        Assert.Equal(requests.Distinct(), requests);
        Assert.Equal(17, report.Heads.Count);
        Assert.Equal(15, report.Heads.Count(h => h.Result is HeadResult.Beginning));
        Assert.Single(report.Heads, h => h.Result is HeadResult.Same);
    }

    [Fact]
    public async Task An_older_tree_than_is_kept_is_fine_where_it_goes_on_to_that_one()
    {
        await using var server = await SumDbServer.StartAsync(700);
        var folder = await KeepAsync(server, await HeadAtAsync(server, 500), await server.LatestAsync());
        await server.FaultsAsync("rollback=600");
        var report = await RunAsync(server, folder: folder);
        IsSound(report);
        Assert.Equal([(600, HeadResult.Walked), (500, HeadResult.Beginning), (700, HeadResult.Continuation)], report.Heads.Select(h => (h.Head.Head.Size, h.Result)));
    }

    [Theory]
    [InlineData(300, 500, "300 records is not the beginning of that of 1000")]
    [InlineData(256, 999, "999 records is not the beginning of that of 1000")]
    [InlineData(0, 1, "1 records is not the beginning of that of 1000")]
    public async Task A_kept_head_of_another_history_is_a_fork_with_both_notes_and_a_proof(int at, int size, string said)
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var another = await HeadAtAsync(server, size, $"fork={at}");
        var report = await RunAsync(server, folder: await KeepAsync(server, another));
        Assert.Equal(AuditVerdict.Unsound, report.Verdict);
        var fork = Assert.Single(report.Findings);
        Assert.Equal(FindingKind.Fork, fork.Kind);
        Assert.EndsWith(said.Replace("300", size.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), fork.Said, StringComparison.Ordinal);
        IsProofOf(server, fork.Evidence!, another, await server.LatestAsync());
    }

    [Fact]
    public async Task A_kept_head_that_is_larger_and_of_another_history_is_a_fork()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var larger = await server.LatestAsync();
        var folder = await KeepAsync(server, larger);
        await using var another = await SumDbServer.StartAsync(1000);
        // The mirror shows the other history up to 600; the database, asked itself, has the first one, in which those 600 are others.
        await another.FaultsAsync("fork=100", "rollback=600");
        var report = await RunAsync(server, another.Url, folder);
        Assert.All(report.Findings, f => Assert.Equal(FindingKind.Fork, f.Kind));
        Assert.Equal([HeadResult.Walked, HeadResult.Forked, HeadResult.Continuation], report.Heads.Select(h => h.Result));
        IsProofOf(server, report.Findings[0].Evidence!, await another.LatestAsync(), larger);
    }

    [Fact]
    public async Task A_mirror_that_shows_another_tree_of_the_same_size_is_a_fork()
    {
        await using var server = await SumDbServer.StartAsync(300);
        await using var mirror = await SumDbServer.StartAsync(300);
        await mirror.FaultsAsync("fork=299");
        var fork = Assert.Single((await RunAsync(server, mirror.Url)).Findings);
        Assert.Equal(FindingKind.Fork, fork.Kind);
        Assert.Contains(Indented(await mirror.LatestAsync()), fork.Evidence, StringComparison.Ordinal);
        Assert.Contains(Indented(await server.LatestAsync()), fork.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_of_another_history_that_the_database_has_outgrown_is_a_fork_with_a_proof()
    {
        await using var server = await SumDbServer.StartAsync(310);
        await using var mirror = await SumDbServer.StartAsync(300);
        await mirror.FaultsAsync("fork=299");
        var fork = Assert.Single((await RunAsync(server, mirror.Url)).Findings);
        IsProofOf(server, fork.Evidence!, await mirror.LatestAsync(), await server.LatestAsync());
    }

    [Theory]
    [InlineData(300)]
    [InlineData(290)]
    [InlineData(1)]
    public async Task A_mirror_that_is_honest_or_behind_is_sound(int size)
    {
        await using var server = await SumDbServer.StartAsync(300);
        await using var mirror = await SumDbServer.StartAsync(size);
        var report = await RunAsync(server, mirror.Url);
        IsSound(report);
        Assert.Equal(mirror.Url, report.Walked);
        Assert.Equal((server.Url, 300), (report.Heads[1].From, report.Heads[1].Head.Head.Size));
    }

    [Fact]
    public async Task A_mirror_is_audited_by_itself_where_the_database_is_out_of_reach()
    {
        await using var server = await SumDbServer.StartAsync(300);
        await using var mirror = await SumDbServer.StartAsync(300);
        await server.FaultsAsync("503");
        var report = await RunAsync(server, mirror.Url + "/sumdb/sum.test");
        IsSound(report);
        Assert.Contains("its own head is not compared: ", Assert.Single(report.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_larger_head_that_nobody_has_the_tiles_of_is_not_called_sound_nor_forked()
    {
        await using var server = await SumDbServer.StartAsync(300);
        await using var grown = await SumDbServer.StartAsync(400);
        var report = await RunAsync(server, folder: await KeepAsync(server, await grown.LatestAsync()));
        Assert.Empty(Said(report));
        Assert.Equal(AuditVerdict.Unreadable, report.Verdict);
        Assert.StartsWith("the head of 400 records (kept here) could not be held against the walked one: ", report.Unread, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_tile_makes_no_honest_head_a_fork()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var folder = await KeepAsync(server, await HeadAtAsync(server, 300), await HeadAtAsync(server, 900));
        foreach (var fault in new[] { "bad-tile=tile/8/data/000", "forged-record=10", "bad-tile=tile/8/0/000", "bad-tile=tile/8/1/", "bad-tile" })
        {
            await server.FaultsAsync(fault);
            var report = await RunAsync(server, folder: folder);
            Assert.Equal(AuditVerdict.Unsound, report.Verdict);
            Assert.DoesNotContain(report.Findings, f => f.Kind is FindingKind.Fork);
        }
    }

    [Fact]
    public async Task A_folder_that_keeps_nothing_is_no_obstacle()
    {
        await using var server = await SumDbServer.StartAsync(10);
        IsSound(await RunAsync(server, folder: Path.GetTempPath()));
        IsSound(await RunAsync(server, folder: await KeepAsync(server)));
    }

    private static string Indented(string note) => "\t" + note.TrimEnd('\n').Replace("\n", "\n\t", StringComparison.Ordinal);

    /// <summary>The evidence has both notes as they were signed, and a proof that anybody can check with the key alone.</summary>
    private static void IsProofOf(SumDbServer server, string evidence, string older, string newer)
    {
        Assert.Contains(Indented(older), evidence, StringComparison.Ordinal);
        Assert.Contains(Indented(newer), evidence, StringComparison.Ordinal);
        var hashes = evidence[evidence.IndexOf("proof of misbehavior", StringComparison.Ordinal)..].Split('\n').Skip(1).Where(l => l.Length > 0)
            .Select(l => LogHash.TryParse(l.Trim(), out var hash) ? hash : throw new FormatException(l)).ToArray();
        var (old, tree) = (Head(server, older).Head, Head(server, newer).Head);
        Assert.NotEqual(old.Root, hashes[0]);
        Assert.True(MerkleTree.CheckTree(hashes.AsSpan(1), tree, old with { Root = hashes[0] }));
    }
}
