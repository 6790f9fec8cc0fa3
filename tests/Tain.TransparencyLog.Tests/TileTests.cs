using System.Globalization;
using System.Text.RegularExpressions;
using static Tain.TransparencyLog.Tests.Differential;

namespace Tain.TransparencyLog.Tests;

/// <summary>Tiles' names and places.</summary>
public sealed partial class TileTests
{
    private static readonly string s_source = File.ReadAllText(Path.Combine(GoTools.XMod, "sumdb", "tlog", "tlog_test.go"));

    [GeneratedRegex("""\{"(tile/[^"]*)", Tile\{([-0-9, ]*)\}\}""")]
    private static partial Regex PathRow();

    private static long[] Numbers(string text) => [.. text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    private static Tile ToTile(long[] n) => new((int)n[0], (int)n[1], n[2], (int)n[3]);

    [Fact]
    public void The_paths_of_x_mods_table_are_parsed_and_made()
    {
        var rows = PathRow().Matches(s_source);
        Assert.InRange(rows.Count, 8, 100);
        foreach (Match row in rows)
        {
            var numbers = Numbers(row.Groups[2].Value);
            Assert.Equal(numbers.Length > 0, Tile.TryParse(row.Groups[1].Value, out var tile));
            if (numbers.Length == 0) continue;
            Assert.Equal(ToTile(numbers), tile);
            Assert.Equal(row.Groups[1].Value, tile.Path);
        }
    }

    [Fact]
    public void The_new_tiles_of_x_mods_table_are_as_many()
    {
        var rows = GoTables.Table("sumdb/tlog/tile_test.go", "for _, tt := range []", 7);
        foreach (var row in rows)
            Assert.Equal(int.Parse(row[2], CultureInfo.InvariantCulture), Tile.NewTiles(10, long.Parse(row[0], CultureInfo.InvariantCulture), long.Parse(row[1], CultureInfo.InvariantCulture)).Count);
    }

    [Theory]
    [InlineData("tile/8/64/000", false)]
    [InlineData("tile/8/63/000", true)]
    [InlineData("tile/30/63/x009/x223/x372/x036/x854/x775/807.p/1073741823", true)]
    [InlineData("tile/30/data/x009/x223/x372/x036/x854/x775/807.p/1073741823", true)]
    [InlineData("tile/30/63/x009/x223/x372/x036/x854/x775/808", false)]
    [InlineData("tile/8/0/x018/x446/x744/x073/x709/x551/616", false)]
    [InlineData("tile/8/0/000.p/256", false)]
    [InlineData("tile/8/0/000.p/255", true)]
    [InlineData("tile/8/0/000.p/0", false)]
    [InlineData("tile/8/0/.p/5", false)]
    [InlineData("tile/8/0/000.p", false)]
    [InlineData("tile/8/0/x000/000", false)]
    [InlineData("/tile/8/0/000", false)]
    [InlineData("tile/8/0/000/", false)]
    [InlineData("tile/8/0/٠٠٠", false)]
    [InlineData("tile/8/0/x001/234", true)]
    [InlineData("tile/8/0/001/234", false)]
    [InlineData("tile/08/0/000", false)]
    [InlineData("", false)]
    public void A_path_is_legal_in_one_form_only(string path, bool legal)
    {
        Assert.Equal(legal, Tile.TryParse(path, out var tile));
        if (!legal) return;
        Assert.True(tile.IsValid);
        Assert.Equal(path, tile.Path);
    }

    [Fact]
    public void A_path_longer_than_any_legal_one_is_refused_before_it_is_taken_apart() =>
        Assert.False(Tile.TryParse("tile/8/0/" + string.Concat(Enumerable.Repeat("x000/", 1_000_000)) + "000", out _));

    [Fact]
    public void Tile_paths_are_parsed_as_Go_does() => Paths(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_tile_paths_are_parsed_as_Go_does() => Paths(Many);

    private static void Paths(int count)
    {
        string[] seeds = [.. PathRow().Matches(s_source).Select(m => m.Groups[1].Value), "tile/8/0/000", "tile/8/63/x009/x223/x372/x036/x854/x775/807", "tile/30/1/x123/456.p/1000000", "tile/8/data/x001/234.p/255"];
        string[] parts = ["/", "tile", "data", "x", "x001", "000", "0", "00", "1", ".p", ".p/", ".p/5", "256", "-1", "-", "+", "999", "8", "30", "31", "63", "64", "٣", "é", ".", " ", "x999/x999/x999/"];
        Compare('p', count, Seed(count), random => Input.Of(new Mutator(random, seeds, parts).Next()), (input, answer) =>
        {
            var go = System.Text.Encoding.UTF8.GetString(answer);
            // The one thing that Tain is stricter about.
            if (go != Bad && Convert.ToInt64(go.Split(' ')[1], CultureInfo.InvariantCulture) > Tile.MaxLevel) go = Bad;
            var tain = Tile.TryParse(input.Shown, out var tile) ? string.Create(CultureInfo.InvariantCulture, $"{tile.Height} {tile.Level} {tile.Number} {tile.Width}") : Bad;
            return go == tain ? null : tain;
        });
    }

    private static long Big(Random random, long below) => Math.Min(random.NextInt64() >> random.Next(63), below - 1);

    [Fact]
    public void Tiles_are_named_as_Go_does() => Compare('q', Sample, 5, random =>
    {
        var height = random.Next(1, 31);
        return Input.Of(string.Create(CultureInfo.InvariantCulture, $"{height} {random.Next(-1, 64)} {Big(random, long.MaxValue)} {Math.Min(random.Next(1, 1 + (1 << Math.Min(height, random.Next(1, 31)))), 1 << height)}"));
    }, input => ToTile(Numbers(input.Shown)).Path);

    [Fact]
    public void Stored_hashes_are_numbered_and_found_in_tiles_as_Go_does() => Indexes(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_stored_hashes_are_numbered_and_found_in_tiles_as_Go_does() => Indexes(Many);

    private static void Indexes(int count) => Compare('i', count, Seed(count), random =>
    {
        var level = random.Next(0, 50);
        return Input.Of(string.Create(CultureInfo.InvariantCulture,
            $"{level} {Big(random, MerkleTree.MaxSize >> level)} {Big(random, MerkleTree.StoredCount(MerkleTree.MaxSize))} {Big(random, MerkleTree.MaxSize + 1)} {random.Next(1, 31)}"));
    }, input =>
    {
        var n = Numbers(input.Shown);
        var (level, number) = MerkleTree.SplitStoredIndex(n[2]);
        Assert.Equal(n[2], MerkleTree.StoredIndex(level, number));
        var tile = Tile.ForIndex((int)n[4], n[2]);
        return string.Create(CultureInfo.InvariantCulture, $"{MerkleTree.StoredIndex((int)n[0], n[1])} {level} {number} {MerkleTree.StoredCount(n[3])} {tile.Height} {tile.Level} {tile.Number} {tile.Width}");
    });

    [Fact]
    public void New_tiles_are_those_of_Go() => Compare('w', 5_000, 6, random =>
    {
        var height = random.Next(1, 15);
        var from = Big(random, MerkleTree.MaxSize / 2);
        return Input.Of(string.Create(CultureInfo.InvariantCulture, $"{height} {from} {from + Big(random, 20L << height)}"));
    }, input =>
    {
        var n = Numbers(input.Shown);
        return string.Join(' ', Tile.NewTiles((int)n[0], n[1], n[2]));
    });

    [Fact]
    public void A_tree_has_exactly_the_tiles_that_it_published()
    {
        foreach (var height in new[] { 1, 2, 3, 8 })
            for (var size = 1L; size < 700; size += height)
            {
                var published = Tile.NewTiles(height, 0, size).ToHashSet();
                foreach (var tile in published)
                {
                    Assert.Equal(tile, tile.InTree(size));
                    Assert.InRange(tile.TreeSize, 1, size);
                    // One record fewer than it needs, and it is narrower or gone.
                    Assert.NotEqual(tile, tile.InTree(tile.TreeSize - 1));
                    Assert.Equal(tile, tile.InTree(tile.TreeSize));
                    var parent = tile.ParentInTree(size);
                    if (parent is { } p) Assert.Contains(p, published);
                    // Only on the right edge has a tile none, and what is full is covered as soon as its parent has it.
                    Assert.Equal(tile.IsFull, parent is not null);
                    var next = tile with { Number = tile.Number + 1 };
                    if (next.InTree(size) is { } there) Assert.Contains(there, published);
                }
                for (var index = 0L; index < MerkleTree.StoredCount(size); index++) Assert.Contains(Tile.ForIndex(height, index, size), published);
                Assert.Throws<ArgumentOutOfRangeException>(() => Tile.ForIndex(height, MerkleTree.StoredCount(size), size));
            }
    }

    [Fact]
    public void The_size_that_a_tile_needs_does_not_overflow()
    {
        Assert.Equal(256, new Tile(8, 0, 0, 256).TreeSize);
        Assert.Equal(256, new Tile(8, 1, 0, 1).TreeSize);
        Assert.Equal(515, new Tile(8, Tile.DataLevel, 2, 3).TreeSize);
        Assert.Equal(long.MaxValue, new Tile(8, 0, long.MaxValue, 256).TreeSize);
        Assert.Equal(long.MaxValue, new Tile(30, 63, long.MaxValue, 1).TreeSize);
        Assert.Equal(long.MaxValue, new Tile(8, 8, 0, 1).TreeSize);
        Assert.Null(new Tile(8, 8, 0, 1).InTree(MerkleTree.MaxSize));
        Assert.Null(new Tile(8, 0, long.MaxValue, 1).InTree(MerkleTree.MaxSize));
        Assert.Null(new Tile(30, 63, 0, 1).ParentInTree(MerkleTree.MaxSize));
    }

    [Fact]
    public void A_hash_is_not_found_in_the_wrong_tile_or_in_too_few_bytes()
    {
        var log = new TestLog(600);
        var tile = new Tile(8, 0, 1, 100);
        var bytes = log.Bytes(tile);
        Assert.Equal(log.Hash(0, 300), tile.HashAt(bytes, MerkleTree.StoredIndex(0, 300)));
        Assert.Equal(log.Hash(3, 43), tile.HashAt(bytes, MerkleTree.StoredIndex(3, 43)));
        Assert.Throws<ArgumentException>(() => tile.HashAt(bytes, MerkleTree.StoredIndex(0, 356)));
        Assert.Throws<ArgumentException>(() => tile.HashAt(bytes, MerkleTree.StoredIndex(0, 255)));
        Assert.Throws<ArgumentException>(() => tile.HashAt(bytes, MerkleTree.StoredIndex(8, 1)));
        Assert.Throws<ArgumentException>(() => tile.HashAt(bytes.AsSpan(1), MerkleTree.StoredIndex(0, 300)));
        Assert.Throws<ArgumentException>(() => new Tile(8, Tile.DataLevel, 1, 100).HashAt(bytes, MerkleTree.StoredIndex(0, 300)));
    }
}
