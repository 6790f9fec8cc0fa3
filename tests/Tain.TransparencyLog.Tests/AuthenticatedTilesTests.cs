using System.Globalization;
using System.Text;
using static Tain.TransparencyLog.Tests.Differential;

namespace Tain.TransparencyLog.Tests;

/// <summary>Tiles from a source that lies.</summary>
public sealed class AuthenticatedTilesTests
{
    /// <summary>The sizes at which CVE-2026-56865 was shown: some edge tile has several of the hashes that make up the root.</summary>
    private static readonly int[] s_sizes = [1000, 65791, 66047, 70000];

    private static readonly TestLog s_log = new(70000);

    private sealed class Source(TestLog log) : ITileSource
    {
        public Func<Tile, byte[], byte[]> Change { get; set; } = (_, bytes) => bytes;

        public List<Tile> Read { get; } = [];

        public int Rounds { get; private set; }

        public List<TileBytes> Saved { get; } = [];

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        {
            Rounds++;
            Read.AddRange(tiles);
            return Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. tiles.Select(t => (ReadOnlyMemory<byte>)Change(t, log.Bytes(t)))]);
        }

        public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken)
        {
            Saved.AddRange(tiles);
            return Task.CompletedTask;
        }
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    public static TheoryData<int> Sizes => [.. s_sizes];

    [Theory, MemberData(nameof(Sizes))]
    public async Task Any_forged_tile_is_refused_at_every_byte_that_it_could_be_forged(int size)
    {
        var head = s_log.Head(size);
        var source = new Source(s_log);
        var tiles = new AuthenticatedTiles(head, source);
        foreach (var record in new[] { 0, 1, 255, 256, size / 2, size - 257, size - 256, size - 2, size - 1 }.Where(r => r >= 0))
        {
            var index = MerkleTree.StoredIndex(0, record);
            source.Change = (_, bytes) => bytes;
            source.Read.Clear();
            source.Saved.Clear();
            Assert.Equal(s_log.Hash(0, record), (await tiles.ReadHashesAsync([index], default))[0]);
            var read = source.Read.ToArray();
            Assert.Equal(read.Length, read.Distinct().Count());
            Assert.Equal(read, source.Saved.Select(s => s.Tile));

            foreach (var forged in read)
                foreach (var at in Enumerable.Range(0, forged.Width).Where(i => i % 50 == 0 || i == forged.Width - 1 || (forged.Level == 0 && i == (record & 255))))
                {
                    source.Saved.Clear();
                    source.Change = (tile, bytes) => tile == forged ? Flip(bytes, (at * LogHash.Size) + (at % LogHash.Size)) : bytes;
                    Assert.Equal(TileError.Inconsistent, (await Assert.ThrowsAsync<TileException>(() => tiles.ReadHashesAsync([index], default))).Error);
                    Assert.Empty(source.Saved);
                }
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task A_forged_record_is_refused_though_its_tile_and_the_parent_agree(int size)
    {
        // The whole path forged up to, but not including, the tree's edge.
        var source = new Source(s_log);
        var fork = new TestLog();
        var record = size - 700;
        for (var i = 0; i < size; i++) fork.Add(i == record ? "evil v1.0.0 h1:evil=\n" : TestLog.Record(i));
        var edge = AuthenticatedTiles.EdgeTiles(size, 8);
        source.Change = (tile, bytes) => edge.Contains(tile) ? bytes : fork.Bytes(tile);
        await Assert.ThrowsAsync<TileException>(() => new AuthenticatedTiles(s_log.Head(size), source).ReadHashesAsync([MerkleTree.StoredIndex(0, record)], default));
        source.Change = (tile, _) => fork.Bytes(tile);
        await Assert.ThrowsAsync<TileException>(() => new AuthenticatedTiles(s_log.Head(size), source).ReadHashesAsync([MerkleTree.StoredIndex(0, record)], default));
        Assert.Empty(source.Saved);
    }

    [Fact]
    public async Task Hashes_are_read_and_forgeries_refused_wherever_Go_refuses_them()
    {
        var log = new List<LogHash>();
        IReadOnlyList<LogHash> Read(IReadOnlyList<long> indexes) => [.. indexes.Select(i => log[(int)i])];
        const int largest = 2000;
        for (var i = 0; i < largest; i++) log.AddRange(MerkleTree.NewHashes(i, MerkleTree.LeafHash(Encoding.ASCII.GetBytes($"leaf {i}")), Read));
        int refused = 0, believedByGo = 0;
        Compare('h', 6_000, 9, random =>
        {
            var (height, size) = (random.Next(1, 9), random.Next(1, 1 + random.Next(1, largest)));
            var indexes = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.NextInt64(MerkleTree.StoredCount(size))).ToArray();
            var broken = random.Next(3) == 0 ? "" : Broken(random, height, size, indexes);
            return new Input([Encoding.ASCII.GetBytes($"{height} {size} {string.Join(' ', indexes)}"), Encoding.ASCII.GetBytes(broken)], $"{height} {size} {string.Join(' ', indexes)} {broken}");
        }, (input, go) =>
        {
            var n = Encoding.ASCII.GetString(input.Fields[0]).Split(' ').Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            var broken = Encoding.ASCII.GetString(input.Fields[1]);
            var head = new TreeHead(n[1], MerkleTree.TreeHash(n[1], Read));
            var tiles = new AuthenticatedTiles(head, new BrokenSource(Read, broken), (int)n[0]);
            byte[] truth = [.. n[2..].SelectMany(i => log[(int)i].Bytes.ToArray())];
            byte[] tain;
            try
            {
                tain = [.. tiles.ReadHashesAsync(n[2..], default).GetAwaiter().GetResult().SelectMany(h => h.Bytes.ToArray())];
                Assert.Equal(truth, tain);
            }
            catch (TileException)
            {
                tain = [.. "\0bad"u8];
                refused++;
                Assert.NotEmpty(broken);
                // This Go is older than the fix of CVE-2026-56865.
                if (!tain.AsSpan().SequenceEqual(go)) believedByGo++;
                return null;
            }
            return tain.AsSpan().SequenceEqual(go) ? null : Convert.ToHexString(tain);
        });
        Assert.InRange(refused, 1_500, 6_000);
        Assert.InRange(believedByGo, 0, refused / 2);
        await Task.CompletedTask;

        static string Broken(Random random, int height, int size, long[] indexes)
        {
            // One on the path of a hash, or on the edge.
            var tile = Tile.ForIndex(height, indexes[random.Next(indexes.Length)], size);
            for (var up = random.Next(3); up > 0 && tile.ParentInTree(size) is { } parent; up--) tile = parent;
            return random.Next(4) == 0 ? AuthenticatedTiles.EdgeTiles(size, height)[0].Path : tile.Path;
        }
    }

    private sealed class BrokenSource(HashReader read, string broken) : ITileSource
    {
        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. tiles.Select(t => (ReadOnlyMemory<byte>)(t.Path == broken ? Flip(t.Build(read), t.Width * LogHash.Size / 2) : t.Build(read)))]);

        public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Fact]
    public async Task Tiles_of_the_wrong_length_or_number_are_refused()
    {
        var source = new Source(s_log);
        var tiles = new AuthenticatedTiles(s_log.Head(1000), source);
        foreach (var change in new Func<byte[], byte[]>[] { b => b[..^1], b => b[..^32], b => [.. b, 0], b => [.. b, .. b], _ => [] })
            foreach (var level in new[] { 0, 1 })
            {
                source.Change = (tile, bytes) => tile.Level == level ? change(bytes) : bytes;
                Assert.Equal(TileError.WrongLength, (await Assert.ThrowsAsync<TileException>(() => tiles.ReadHashesAsync([0], default))).Error);
            }
        Assert.Empty(source.Saved);
    }

    [Fact]
    public async Task A_tile_is_read_whole_or_narrower_but_never_beyond_the_tree()
    {
        var source = new Source(s_log);
        var tiles = new AuthenticatedTiles(s_log.Head(66047), source);
        foreach (var tile in new Tile[] { new(8, 0, 0, 256), new(8, 0, 0, 7), new(8, 0, 257, 255), new(8, 0, 257, 254), new(8, 1, 0, 256), new(8, 1, 1, 1), new(8, 2, 0, 1) })
        {
            Assert.Equal(s_log.Bytes(tile), await tiles.ReadTileAsync(tile, default));
            Assert.All(source.Saved, s => Assert.Equal(s.Tile, s.Tile.InTree(66047)));
        }
        foreach (var tile in new Tile[] { new(8, 0, 257, 256), new(8, 0, 258, 1), new(8, 1, 1, 2), new(8, 2, 0, 2), new(8, 3, 0, 1), new(8, 63, 0, 1), new(8, 0, long.MaxValue, 1) })
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => tiles.ReadTileAsync(tile, default));
        foreach (var tile in new Tile[] { new(8, Tile.DataLevel, 0, 1), new(4, 0, 0, 1), new(8, 0, 0, 0), new(8, 0, 0, 257), new(8, 0, -1, 1) })
            await Assert.ThrowsAsync<ArgumentException>(() => tiles.ReadTileAsync(tile, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => tiles.ReadHashesAsync([MerkleTree.StoredCount(66047)], default));
    }

    [Fact]
    public async Task One_read_gets_all_tiles_and_each_once()
    {
        var source = new Source(s_log);
        var tiles = new AuthenticatedTiles(s_log.Head(70000), source);
        await tiles.ReadHashesAsync([.. Enumerable.Range(0, 1000).Select(i => MerkleTree.StoredIndex(0, i * 70L))], default);
        Assert.Equal(1, source.Rounds);
        Assert.Equal(source.Read.Count, source.Read.Distinct().Count());
    }

    [Fact]
    public async Task Proofs_from_tiles_are_those_of_the_log()
    {
        var tiles = new AuthenticatedTiles(s_log.Head(), new Source(s_log));
        foreach (var record in new[] { 0, 12345, 69999 })
            Assert.Equal(MerkleTree.ProveRecord(70000, record, s_log.Read), await tiles.ProveRecordAsync(record, default));
        foreach (var older in new[] { 1, 256, 65536, 66000, 70000 })
        {
            Assert.Equal(s_log.Head(older).Root, await tiles.TreeHashAsync(older, default));
            Assert.Equal(MerkleTree.ProveTree(70000, older, s_log.Read), await tiles.ProveTreeAsync(older, default));
        }
        Assert.Equal(MerkleTree.EmptyRoot, await tiles.TreeHashAsync(0, default));
    }

    [Fact]
    public async Task What_the_source_throws_passes_through()
    {
        var source = new Source(s_log) { Change = (_, _) => throw new TimeoutException("upstream") };
        await Assert.ThrowsAsync<TimeoutException>(() => new AuthenticatedTiles(s_log.Head(), source).ReadHashesAsync([0], default));
    }

    [Fact]
    public void Heads_and_heights_beyond_the_bounds_are_refused()
    {
        var source = new Source(s_log);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuthenticatedTiles(new TreeHead(MerkleTree.MaxSize + 1, default), source));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuthenticatedTiles(new TreeHead(-1, default), source));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuthenticatedTiles(default, source, 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AuthenticatedTiles(default, source, 0));
    }
}
