using System.Text;

namespace Tain.TransparencyLog.Tests;

/// <summary>Heads: one history, which only grows.</summary>
public sealed class HeadTests
{
    private static ForkException AssertFork(ForkException e, TestLog older, int olderSize, TestLog newer, int newerSize)
    {
        Assert.Equal(ChecksumError.Fork, e.Error);
        Assert.Equal(older.Head(olderSize), e.Older!.Head);
        Assert.Equal(newer.Head(newerSize), e.Newer!.Head);
        foreach (var line in Encoding.UTF8.GetString(older.Note(olderSize)).Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.Contains("\t" + line, e.Evidence, StringComparison.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(newer.Note(newerSize)).Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.Contains("\t" + line, e.Evidence, StringComparison.Ordinal);
        if (olderSize == newerSize)
        {
            Assert.Null(e.Proof);
            return e;
        }
        // Whoever reads the evidence can check it without the database.
        Assert.NotEqual(e.Older.Head.Root, e.OlderInNewer);
        Assert.True(MerkleTree.CheckTree([.. e.Proof!], e.Newer.Head, new TreeHead(olderSize, e.OlderInNewer!.Value)));
        Assert.Contains(e.OlderInNewer.ToString()!, e.Evidence, StringComparison.Ordinal);
        Assert.All(e.Proof!, h => Assert.Contains(h.ToString(), e.Evidence, StringComparison.Ordinal));
        return e;
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(5, 5)]
    [InlineData(256, 257)]
    [InlineData(1, 70_000)]
    [InlineData(255, 600)]
    [InlineData(65_536, 65_537)]
    [InlineData(65_791, 66_047)]
    [InlineData(66_000, 70_000)]
    public async Task A_newer_head_of_another_history_is_a_fork_and_nothing_of_it_is_kept(int known, int forked)
    {
        var log = new TestLog(known);
        var database = new TestDatabase(log);
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module(0), "v1.0.0", default);
        var before = database.Store.Clone();

        var fork = log.Fork(known - 1);
        fork.Add("evil v1.0.0 h1:evil=\n");
        fork.Grow(forked);
        database.Log = fork;
        database.TakeFetched();
        AssertFork(await Assert.ThrowsAsync<ForkException>(() => client.LatestAsync(refresh: true, default)), log, known, fork, forked);
        AssertFork(await Assert.ThrowsAsync<ForkException>(() => client.LookupAsync(TestDatabase.Module(known == 1 ? 1 : 0), "v1.0.1", default)), log, known, fork, forked);

        Assert.Equal(before.Head, database.Store.Head);
        Assert.Equal(before.Tiles.OrderBy(t => t.Key.Path), database.Store.Tiles.OrderBy(t => t.Key.Path));
        Assert.Equal(log.Head(), (await client.LatestAsync(refresh: false, default)).Head);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(257, 256)]
    [InlineData(70_000, 1)]
    [InlineData(70_000, 65_791)]
    public async Task An_older_head_of_another_history_is_a_fork(int known, int forked)
    {
        var log = new TestLog(known);
        var database = new TestDatabase(log);
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module(0), "v1.0.0", default);
        var fork = log.Fork(forked - 1);
        fork.Add("evil v1.0.0 h1:evil=\n");
        AssertFork(await Assert.ThrowsAsync<ForkException>(() => client.MergeAsync(fork.Note(), default)), fork, forked, log, known);
    }

    [Fact]
    public async Task The_proof_of_a_fork_needs_nothing_that_the_database_could_withhold()
    {
        // Nothing but the tiles of the check is fetched, once with the kept ones and once, where those don't fit, without.
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var known = 1 + random.Next(1 << random.Next(1, 12));
            var log = new TestLog(known);
            var database = new TestDatabase(log);
            await database.Client().LookupAsync(TestDatabase.Module(0), "v1.0.0", default);
            var fork = log.Fork(random.Next(known));
            fork.Add("evil v1.0.0 h1:evil=\n");
            fork.Grow(known + 1 + random.Next(1 << random.Next(1, 12)));
            database.Log = fork;
            database.TakeFetched();
            AssertFork(await Assert.ThrowsAsync<ForkException>(() => database.Client().MergeAsync(fork.Note(), default)), log, known, fork, fork.Size);
            Assert.InRange(database.TakeFetched().GroupBy(p => p).Max(g => g.Count()), 1, 2);
        }
    }

    [Fact]
    public async Task An_empty_tree_with_another_root_is_a_fork()
    {
        var database = new TestDatabase(new TestLog(5));
        await Assert.ThrowsAsync<ForkException>(() => database.Client().MergeAsync(TestLog.Sign(new TreeHead(0, default)), default));
        await database.Client().LatestAsync(refresh: true, default);
        var e = await Assert.ThrowsAsync<ForkException>(() => database.Client().MergeAsync(TestLog.Sign(new TreeHead(0, default)), default));
        Assert.Contains("new database:\n\tgo.sum database tree\n\t5\n", e.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_tree_is_the_beginning_of_every_tree()
    {
        var database = new TestDatabase(new TestLog(0));
        var client = database.Client();
        Assert.Equal(TreeHead.Empty, (await client.LatestAsync(refresh: false, default)).Head);
        Assert.Equal(database.Log.Note(), database.Store.Head);
        database.Log.Grow(5);
        Assert.Equal(5, (await client.LatestAsync(refresh: true, default)).Head.Size);
        Assert.Equal(5, (await client.MergeAsync(new TestLog().Note(), default)).Head.Size);
    }

    [Fact]
    public async Task A_rolled_back_head_changes_nothing()
    {
        // A stale cache before the database shows old heads; the tiles are there.
        var database = new TestDatabase(new TestLog(1000)) { HasEveryWidth = true };
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default);
        foreach (var size in new[] { 0, 1, 5, 255, 256, 257, 512, 999, 1000 })
        {
            database.Size = size;
            Assert.Equal(1000, (await client.LatestAsync(refresh: true, default)).Head.Size);
            Assert.Equal(1000, database.Store.Tree.Size);
        }
        Assert.Single(database.Store.Heads);
    }

    [Fact]
    public async Task The_first_head_is_fetched_once_and_then_known()
    {
        var database = new TestDatabase(new TestLog(300));
        var client = database.Client();
        Assert.Equal(database.Log.Note(), (await client.LatestAsync(refresh: false, default)).Note);
        Assert.Equal(["/latest"], database.TakeFetched());
        database.GoOffline();
        await client.LatestAsync(refresh: false, default);
        // Also after a restart.
        Assert.Equal(300, (await database.Client().LatestAsync(refresh: false, default)).Head.Size);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.LatestAsync(refresh: true, default));
        Assert.Equal(["/latest"], database.TakeFetched());
    }

    [Theory]
    [InlineData("")]
    [InlineData("go.sum database tree\n")]
    public async Task A_latest_that_is_no_note_is_refused(string note)
    {
        var database = new TestDatabase(new TestLog(5)) { Change = (_, _) => Encoding.UTF8.GetBytes(note) };
        Assert.Equal(ChecksumError.BadNote, (await Assert.ThrowsAsync<ChecksumDatabaseException>(() => database.Client().LatestAsync(refresh: false, default))).Error);
    }

    [Fact]
    public async Task A_kept_head_of_another_key_is_an_error_that_says_so_until_it_is_mended()
    {
        using var stranger = SignerKey.Generate(TestLog.Signer.Name);
        var database = new TestDatabase(new TestLog(5));
        database.Store.Head = SignedNote.Sign(database.Log.Head().ToString(), stranger);
        var client = database.Client();
        var e = await Assert.ThrowsAsync<ChecksumDatabaseException>(() => client.LookupAsync(TestDatabase.Module(1), "v1.0.0", default));
        Assert.Equal(ChecksumError.BadNote, e.Error);
        Assert.Contains("that is kept", e.Message, StringComparison.Ordinal);
        database.Store.Head = null;
        Assert.Equal(1, (await client.LookupAsync(TestDatabase.Module(1), "v1.0.0", default)).Id);
    }

    [Fact]
    public async Task A_swap_lost_to_an_older_head_of_one_history_is_won_by_the_newer()
    {
        var database = new TestDatabase(new TestLog(1000));
        var client = database.Client();
        await client.MergeAsync(database.Log.Note(300), default);
        var other = new Queue<byte[]>([database.Log.Note(400), database.Log.Note(500)]);
        database.Store.BeforeSwap = () =>
        {
            if (other.TryDequeue(out var note)) database.Store.Head = note;
            return Task.CompletedTask;
        };
        Assert.Equal(1000, (await client.LatestAsync(refresh: true, default)).Head.Size);
        Assert.Equal(1000, database.Store.Tree.Size);
        Assert.Equal(2, database.Store.LostSwaps);
    }

    [Fact]
    public async Task A_swap_lost_to_a_newer_head_of_one_history_takes_that()
    {
        var database = new TestDatabase(new TestLog(1000)) { Size = 600 };
        var client = database.Client();
        await client.MergeAsync(database.Log.Note(300), default);
        database.Store.BeforeSwap = () =>
        {
            database.Store.Head = database.Log.Note(1000);
            database.Size = 1000;
            return Task.CompletedTask;
        };
        Assert.Equal(5, (await client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default)).Id);
        Assert.Equal(1000, (await client.LatestAsync(refresh: false, default)).Head.Size);
        Assert.Equal(1000, database.Store.Tree.Size);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(600)]
    [InlineData(900)]
    public async Task A_swap_lost_to_a_head_of_another_history_is_a_fork(int size)
    {
        var log = new TestLog(600);
        var database = new TestDatabase(log);
        var client = database.Client();
        await client.MergeAsync(log.Note(300), default);
        var fork = log.Fork(350);
        fork.Add("evil v1.0.0 h1:evil=\n");
        fork.Grow(size);
        database.Store.BeforeSwap = () =>
        {
            database.Store.Head = fork.Note();
            // The other process saw the fork's tiles; so will this one.
            if (size > 600) database.Log = fork;
            return Task.CompletedTask;
        };
        var (older, newer) = size <= 600 ? (fork, log) : (log, fork);
        AssertFork(await Assert.ThrowsAsync<ForkException>(() => client.LatestAsync(refresh: true, default)), older, older.Size, newer, newer.Size);
        Assert.Equal(300, (await client.LatestAsync(refresh: false, default)).Head.Size);
        Assert.Equal(fork.Note(), database.Store.Head);
    }

    [Fact]
    public async Task A_store_that_was_emptied_meanwhile_gets_the_next_head()
    {
        var database = new TestDatabase(new TestLog(1000));
        var client = database.Client();
        await client.MergeAsync(database.Log.Note(300), default);
        database.Store.Head = null;
        await client.LatestAsync(refresh: true, default);
        Assert.Equal(1000, database.Store.Tree.Size);
    }

    [Fact]
    public async Task A_store_that_never_swaps_is_reported_and_not_asked_for_ever()
    {
        var log = new TestLog(5);
        var database = new TestDatabase(log);
        var swaps = 0;
        database.Store.BeforeSwap = () =>
        {
            // Another byte each time.
            database.Store.Head = SignedNote.Sign(new TestLog(1).Head() + $"{swaps++}\n", TestLog.Signer);
            return Task.CompletedTask;
        };
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => database.Client().LatestAsync(refresh: true, default));
        Assert.Contains("1000 times", e.Message, StringComparison.Ordinal);
        Assert.InRange(swaps, 1000, 1000);
    }

    [Fact]
    public async Task What_the_store_throws_passes_through_before_anything_depends_on_it()
    {
        var database = new TestDatabase(new TestLog(300));
        database.Store.BeforeSwap = () => throw new IOException("disk full");
        var client = database.Client();
        await Assert.ThrowsAsync<IOException>(() => client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default));
        Assert.Equal(0, database.Store.Records);
        database.GoOffline();
        // It is not the newest head in memory either.
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.LatestAsync(refresh: false, default));
    }

    [Fact]
    public async Task The_evidence_of_x_mods_own_fork_is_the_same()
    {
        // The records and what must be in the report, out of x/mod's TestClientFork and newTestClient.
        var strings = GoLiterals.Of("sumdb/client_test.go");
        string RecordBehind(string key) => strings[Array.IndexOf(strings, key) + 1];
        var log = new TestLog();
        foreach (var key in new[] { "rsc.io/quote@v1.5.2", "golang.org/x/text@v0.0.0-20170915032832-14c0d48ead0c", "rsc.io/sampler@v1.3.0", "rsc.io/!quote@v1.5.2" }) log.Add(RecordBehind(key));
        var (one, two) = (log.Fork(4), log.Fork(4));
        one.Add("rsc.io/pkg1 v1.5.2 h1:hash!=\n");
        one.Add("rsc.io/pkg1 v1.5.4 h1:hash!=\n");
        two.Add("rsc.io/pkg1 v1.5.3 h1:hash!=\n");
        two.Add("rsc.io/pkg1 v1.5.4 h1:hash!=\n");
        var database = new TestDatabase(two) { Find = _ => 5 };
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module("rsc.io/pkg1"), "v1.5.4", default);
        database.Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? one.Lookup(4, 5) : bytes;
        var e = AssertFork(await Assert.ThrowsAsync<ForkException>(() => client.LookupAsync(TestDatabase.Module("rsc.io/pkg1"), "v1.5.2", default)), one, 5, two, 6);
        var wants = strings.SkipWhile(s => s != "SECURITY ERROR").Skip(2).Take(5).ToArray();
        Assert.StartsWith("old database:", wants[0], StringComparison.Ordinal);
        Assert.All(wants[..4], want => Assert.Contains(want, e.Evidence, StringComparison.Ordinal));
        Assert.Contains(wants[4].Split('\t')[1], e.Evidence, StringComparison.Ordinal);
    }
}
