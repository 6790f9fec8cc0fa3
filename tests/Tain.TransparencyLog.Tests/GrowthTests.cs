namespace Tain.TransparencyLog.Tests;

/// <summary>What holds while the log grows and many ask at once.</summary>
public sealed class GrowthTests
{
    /// <summary>All records below a size are proved in the newest tree, and the newest tree's root, from saved tiles alone.</summary>
    private static async Task AssertProvableOfflineAsync(TestDatabase database, IEnumerable<int> records)
    {
        var offline = new TestDatabase(database.Log, database.Store) { Size = database.Size };
        offline.GoOffline();
        var client = offline.Client();
        var latest = await client.LatestAsync(refresh: false, default);
        foreach (var record in records)
        {
            var tile = new Tile(8, 0, record >> 8, (record & 255) + 1);
            Assert.Equal(offline.Log.Bytes(tile), await client.ReadTileAsync(tile, default));
            Assert.Equal(latest.Head.Root, offline.Log.Head((int)latest.Head.Size).Root);
        }
        Assert.Empty(offline.Fetched);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_record_ever_answered_stays_provable_from_saved_tiles_alone(int seed)
    {
        var random = new Random(seed);
        var log = new TestLog(140_000);
        var database = new TestDatabase(log) { Size = 0 };
        var client = database.Client();
        var answered = new List<int>();
        // Sizes at which an edge tile of some level is full, or has one hash, or lacks one, among random ones.
        int[] sizes = [.. new[] { 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_791, 65_792, 66_047, 66_048, 131_072 }
            .Concat(Enumerable.Range(0, 30).Select(_ => 1 + random.Next(1 << random.Next(1, 18)))).Where(s => s <= 140_000 && (seed == 1 || random.Next(2) == 0)).Distinct().Order()];
        foreach (var size in sizes)
        {
            var before = database.Size!.Value;
            database.Size = size;
            // By a lookup, or by a head alone.
            if (random.Next(3) > 0)
            {
                foreach (var record in new[] { size - 1, before, random.Next(size) })
                {
                    await client.LookupAsync(TestDatabase.Module(record), "v1.0.0", default);
                    answered.Add(record);
                }
            }
            else
            {
                await client.LatestAsync(refresh: true, default);
            }
            Assert.Equal(size, database.Store.Tree.Size);
            await AssertProvableOfflineAsync(database, answered);
            // A restart now and then.
            if (random.Next(4) == 0) client = database.Client();
        }
    }

    [Fact]
    public async Task Records_of_several_processes_with_one_store_stay_provable()
    {
        var random = new Random(11);
        var log = new TestLog(70_000);
        var store = new TestStore();
        var processes = Enumerable.Range(0, 3).Select(_ => new TestDatabase(log, store)).Select(d => (Database: d, Client: d.Client())).ToArray();
        var answered = new List<int>();
        foreach (var size in Enumerable.Range(0, 40).Select(_ => 1 + random.Next(70_000)))
        {
            var (database, client) = processes[random.Next(3)];
            // Each sees whatever head its own upstream shows, an older one too.
            database.Size = Math.Max(size, store.Head is null ? 0 : (int)(await client.LatestAsync(refresh: false, default)).Head.Size);
            var record = random.Next(size);
            database.Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? log.Lookup(record, size) : bytes;
            await client.LookupAsync(TestDatabase.Module(record), "v1.0.0", default);
            answered.Add(record);
            await AssertProvableOfflineAsync(new TestDatabase(log, store), answered);
        }
    }

    [Fact]
    public async Task Many_lookups_at_once_leave_the_largest_head_and_never_a_smaller_one_on_the_way()
    {
        for (var round = 0; round < 20; round++)
        {
            var random = new Random(round);
            var log = new TestLog(3000);
            var store = new TestStore { BeforeSwap = async () => await Task.Yield() };
            // Two processes, each asked by many.
            var databases = Enumerable.Range(0, 2).Select(_ => new TestDatabase(log, store)).ToArray();
            var clients = databases.Select(d => d.Client()).ToArray();
            var sizes = Enumerable.Range(0, 60).Select(_ => 200 + random.Next(2800)).ToArray();
            foreach (var database in databases)
            {
                database.Pause = async () => await Task.Delay(Random.Shared.Next(3));
                // The tiles are of the whole log; each lookup has the head of its own size.
                database.Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? log.Lookup(database.Find(path), sizes[database.Find(path)]) : bytes;
                database.HasEveryWidth = true;
            }
            using var done = new CancellationTokenSource();
            var watching = Task.WhenAll(clients.Select(c => Task.Run(async () =>
            {
                var largest = 0L;
                while (!done.IsCancellationRequested)
                {
                    if (store.Head is not null)
                    {
                        var size = (await c.LatestAsync(refresh: false, default)).Head.Size;
                        Assert.True(size >= largest, $"the newest head in memory went from {largest} to {size}");
                        largest = size;
                    }
                    await Task.Delay(1);
                }
            })));
            var records = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => clients[i % 2].LookupAsync(TestDatabase.Module(i), "v1.0.0", default))));
            await done.CancelAsync();
            await watching;

            Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), records.Select(r => r.Id));
            var largest = sizes.Max();
            Assert.Equal(largest, store.Tree.Size);
            Assert.Equal(60, store.Records);
            var trees = store.Heads.Select(h => SignedHead.Open(h, TestLog.Signer.Verifier).Head.Size).ToArray();
            Assert.Equal(trees.Order().Distinct(), trees);
            foreach (var client in clients) Assert.InRange((await client.LatestAsync(refresh: false, default)).Head.Size, sizes.Where((_, i) => clients[i % 2] == client).Max(), largest);
        }
    }
}
