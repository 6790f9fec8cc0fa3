namespace Tain.TransparencyLog.Tests;

/// <summary>Tiles through the client.</summary>
public sealed class ClientTileTests
{
    private static async Task<ChecksumError> RefusedAsync(ChecksumDatabaseClient client, Tile tile) =>
        (await Assert.ThrowsAsync<ChecksumDatabaseException>(() => client.ReadTileAsync(tile, default))).Error;

    public static TheoryData<int, int, long, int> Tiles => new()
    {
        { 8, 0, 0, 256 }, { 8, 0, 0, 1 }, { 8, 0, 3, 232 }, { 8, 0, 3, 100 }, { 8, 1, 0, 3 }, { 8, 1, 0, 2 },
        { 8, Tile.DataLevel, 0, 256 }, { 8, Tile.DataLevel, 0, 5 }, { 8, Tile.DataLevel, 3, 232 }, { 8, Tile.DataLevel, 3, 1 },
    };

    [Theory, MemberData(nameof(Tiles))]
    public async Task A_tile_is_served_as_the_log_has_it_whole_or_narrower_and_then_without_the_network(int height, int level, long number, int width)
    {
        var tile = new Tile(height, level, number, width);
        var database = new TestDatabase(new TestLog(1000));
        Assert.Equal(database.Log.Bytes(tile), await database.Client().ReadTileAsync(tile, default));
        Assert.All(database.Store.Tiles, t => Assert.Equal(database.Log.Bytes((t.Key with { Width = 1 }).InTree(1000)!.Value), t.Value));
        database.GoOffline();
        Assert.Equal(database.Log.Bytes(tile), await database.Client().ReadTileAsync(tile, default));
    }

    [Fact]
    public async Task A_tile_beyond_the_newest_head_asks_for_a_newer_one_once()
    {
        var database = new TestDatabase(new TestLog(1000)) { Size = 500 };
        var client = database.Client();
        await client.LatestAsync(refresh: false, default);
        foreach (var tile in new Tile[] { new(8, 0, 3, 232), new(8, 0, 1, 245), new(8, 1, 0, 2), new(8, Tile.DataLevel, 3, 1), new(8, 2, 0, 1), new(8, 60, 0, 1), new(8, 0, long.MaxValue, 256) })
        {
            database.TakeFetched();
            Assert.Equal(ChecksumError.BeyondTree, await RefusedAsync(client, tile));
            Assert.Equal(["/latest"], database.TakeFetched());
        }
        database.Size = 1000;
        Assert.Equal(database.Log.Bytes(new Tile(8, 0, 3, 232)), await client.ReadTileAsync(new Tile(8, 0, 3, 232), default));
        Assert.Equal(1000, database.Store.Tree.Size);
    }

    [Fact]
    public async Task Without_any_head_a_tile_asks_for_one_once()
    {
        var database = new TestDatabase(new TestLog(10));
        Assert.Equal(ChecksumError.BeyondTree, await RefusedAsync(database.Client(), new Tile(8, 0, 0, 11)));
        Assert.Equal(["/latest"], database.TakeFetched());
    }

    [Fact]
    public async Task What_is_no_tile_of_a_database_is_the_callers_mistake()
    {
        var database = new TestDatabase(new TestLog(1000));
        foreach (var tile in new Tile[] { new(7, 0, 0, 1), new(8, 0, 0, 0), new(8, 0, 0, 257), new(8, -2, 0, 1), new(8, 64, 0, 1), new(8, 0, -1, 1), default })
            await Assert.ThrowsAsync<ArgumentException>(() => database.Client().ReadTileAsync(tile, default));
        Assert.Empty(database.Fetched);
    }

    [Fact]
    public async Task A_partial_tile_that_is_gone_is_cut_off_the_full_one_and_kept_as_what_was_authenticated()
    {
        var log = new TestLog(1000);
        // The head is of 900 records, the tiles of 2,000.
        var database = new TestDatabase(log) { Change = (path, bytes) => path == "/latest" ? log.Note(900) : bytes };
        log.Grow(2000);
        var client = database.Client();
        var tile = new Tile(8, 0, 3, 132);
        Assert.Equal(log.Bytes(tile), await client.ReadTileAsync(tile, default));
        Assert.Contains("/tile/8/0/003.p/132", database.Fetched);
        Assert.Contains("/tile/8/0/003", database.TakeFetched());
        Assert.Equal(log.Bytes(tile), database.Store.Read(tile));
        Assert.Null(database.Store.Read(tile.Full));

        var data = tile with { Level = Tile.DataLevel };
        Assert.Equal(log.Bytes(data), await client.ReadTileAsync(data, default));
        Assert.Equal(["/tile/8/data/003.p/132", "/tile/8/data/003"], database.TakeFetched());
        Assert.Equal(log.Bytes(data), database.Store.Read(data));
    }

    [Fact]
    public async Task When_the_full_tile_is_not_there_either_the_first_failure_is_thrown()
    {
        var database = new TestDatabase(new TestLog(300)) { Fail = path => path.Contains("/tile/", StringComparison.Ordinal) ? new TimeoutException(path) : null };
        var e = await Assert.ThrowsAsync<TimeoutException>(() => database.Client().ReadTileAsync(new Tile(8, 0, 1, 44), default));
        Assert.EndsWith(".p/44", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(44 * 32 - 1)]
    [InlineData(43 * 32)]
    [InlineData(45 * 32)]
    [InlineData(256 * 32)]
    public async Task A_hash_tile_of_another_length_is_refused(int length)
    {
        var log = new TestLog(512);
        var database = new TestDatabase(log) { Size = 300, Change = (path, bytes) => path == "/tile/8/0/001.p/44" ? log.Bytes(new Tile(8, 0, 1, 256))[..Math.Min(length, 8192)] : bytes };
        // The server's own fetch refuses what is longer; where it does not, the client does.
        var lax = new ChecksumDatabaseClient(TestLog.Signer.Verifier, new LaxDatabase(database));
        Assert.Equal(ChecksumError.BadTiles, await RefusedAsync(lax, new Tile(8, 0, 1, 44)));
        Assert.Empty(database.Store.Tiles);
    }

    /// <summary>A fetch that knows no bounds.</summary>
    private sealed class LaxDatabase(TestDatabase inner) : IChecksumDatabaseOperations
    {
        public Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken) => inner.FetchAsync(path, int.MaxValue, cancellationToken);

        public Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken) => inner.ReadTilesAsync(tiles, cancellationToken);

        public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => inner.SaveTilesAsync(tiles, cancellationToken);

        public Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken) => inner.ReadHeadOrNullAsync(cancellationToken);

        public Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => inner.TrySwapHeadAsync(expected, next, cancellationToken);

        public Task<KeptRecord?> ReadRecordOrNullAsync(GoModules.ModulePath module, string version, CancellationToken cancellationToken) => inner.ReadRecordOrNullAsync(module, version, cancellationToken);

        public Task SaveRecordAsync(GoModules.ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken) => inner.SaveRecordAsync(module, version, record, cancellationToken);
    }

    [Fact]
    public async Task A_body_beyond_its_bound_is_refused_even_by_a_lax_server()
    {
        var log = new TestLog(300);
        var database = new TestDatabase(log) { Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? [.. bytes, .. new byte[LookupBody.MaxLength]] : path.Contains("data", StringComparison.Ordinal) ? [.. bytes, .. new byte[DataTile.MaxLength]] : bytes };
        var lax = new ChecksumDatabaseClient(TestLog.Signer.Verifier, new LaxDatabase(database));
        Assert.Equal(ChecksumError.Malformed, (await Assert.ThrowsAsync<ChecksumDatabaseException>(() => lax.LookupAsync(TestDatabase.Module(5), "v1.0.0", default))).Error);
        Assert.Equal(ChecksumError.Malformed, await RefusedAsync(lax, new Tile(8, Tile.DataLevel, 0, 256)));
        await Assert.ThrowsAsync<InvalidDataException>(() => database.LookupAsync(5));
    }

    [Fact]
    public async Task A_record_longer_than_its_bound_is_refused()
    {
        var log = new TestLog(3);
        log.Add(TestLog.Record(3) + new string('x', RecordText.MaxLength - TestLog.Record(3).Length - 1) + "\n");
        var database = new TestDatabase(log) { Find = _ => 3 };
        Assert.Equal(RecordText.MaxLength, (await database.LookupAsync(3)).Text.Length);
        database.Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? [.. System.Text.Encoding.UTF8.GetBytes($"3\n{log.Text(3)}x\n\n"), .. log.Note()] : bytes;
        Assert.Equal(ChecksumError.Malformed, (await Assert.ThrowsAsync<ChecksumDatabaseException>(() => database.Client().LookupAsync(TestDatabase.Module(4), "v1.0.0", default))).Error);
    }

    [Theory]
    [InlineData("/tile/8/data/003.p/232", "cut", ChecksumError.Malformed)]
    [InlineData("/tile/8/data/003.p/232", "flip", ChecksumError.NotInTree)]
    [InlineData("/tile/8/data/003.p/232", "swap", ChecksumError.NotInTree)]
    [InlineData("/tile/8/data/003.p/232", "control", ChecksumError.Malformed)]
    [InlineData("/tile/8/0/003.p/232", "flip", ChecksumError.BadTiles)]
    [InlineData("/tile/8/1/000.p/3", "flip", ChecksumError.BadTiles)]
    public async Task A_forged_data_tile_is_refused_and_not_kept(string path, string how, ChecksumError error)
    {
        var log = new TestLog(1000);
        var database = new TestDatabase(log)
        {
            Change = (asked, bytes) =>
            {
                if (asked != path) return bytes;
                switch (how)
                {
                    case "cut": return bytes[..^2];
                    case "swap": return [.. bytes[(bytes.AsSpan().IndexOf("\n\n"u8) + 2)..], (byte)'\n', .. bytes[..(bytes.AsSpan().IndexOf("\n\n"u8) + 1)]];
                    case "control": bytes[20] = 1; return bytes;
                    default: bytes[^5] ^= 1; return bytes;
                }
            },
        };
        Assert.Equal(error, await RefusedAsync(database.Client(), new Tile(8, Tile.DataLevel, 3, 100)));
        Assert.DoesNotContain(database.Store.Tiles, t => t.Key.IsData);
        database.Change = (_, bytes) => bytes;
        Assert.Equal(log.Bytes(new Tile(8, Tile.DataLevel, 3, 100)), await database.Client().ReadTileAsync(new Tile(8, Tile.DataLevel, 3, 100), default));
    }

    [Fact]
    public async Task Kept_tiles_that_were_damaged_are_fetched_again_and_mended()
    {
        var database = new TestDatabase(new TestLog(70_000));
        await database.LookupAsync(5);
        await database.Client().ReadTileAsync(new Tile(8, Tile.DataLevel, 0, 256), default);
        var whole = database.Store.Tiles;
        foreach (var (tile, bytes) in whole)
            foreach (var damage in new Func<byte[], byte[]>[] { b => [.. b.Select(x => (byte)(x ^ 0x80))], b => b[..(b.Length / 2)], _ => [], b => [.. b.Select(x => x == 'm' ? (byte)'n' : x == 0 ? (byte)1 : x)] })
            {
                database.Store.Damage(tile, damage(bytes));
                Assert.Equal(database.Log.Bytes(new Tile(8, 0, 0, 256)), await database.Client().ReadTileAsync(new Tile(8, 0, 0, 256), default));
                Assert.Equal(database.Log.Bytes(new Tile(8, Tile.DataLevel, 0, 256)), await database.Client().ReadTileAsync(new Tile(8, Tile.DataLevel, 0, 256), default));
                Assert.Equal(bytes, database.Store.Read(tile));
            }
        // And what is damaged is never answered, where it cannot be mended.
        database.GoOffline();
        foreach (var tile in whole.Keys)
        {
            database.Store.Damage(tile, [.. whole[tile].Select(x => (byte)(x ^ 0x80))]);
            await Assert.ThrowsAsync<InvalidOperationException>(() => database.Client().ReadTileAsync(new Tile(8, tile.IsData ? tile.Level : 0, 0, 256), default));
            database.Store.Damage(tile, whole[tile]);
        }
    }

    [Fact]
    public async Task A_process_with_an_older_head_uses_the_wider_tiles_that_another_one_saved()
    {
        var database = new TestDatabase(new TestLog(1000));
        var behind = database.Client();
        database.Size = 900;
        await behind.LatestAsync(refresh: true, default);
        database.Size = 1000;
        await database.LookupAsync(5);
        await database.LookupAsync(990);
        database.GoOffline();
        Assert.Equal(900, (await behind.LatestAsync(refresh: false, default)).Head.Size);
        Assert.Equal(database.Log.Bytes(new Tile(8, 0, 3, 132)), await behind.ReadTileAsync(new Tile(8, 0, 3, 132), default));
        Assert.Equal(database.Log.Bytes(new Tile(8, 1, 0, 2)), await behind.ReadTileAsync(new Tile(8, 1, 0, 2), default));
    }

    [Fact]
    public void Data_tiles_are_taken_apart_as_they_were_put_together()
    {
        var records = new[] { "a\n", "b\nc\n", "\n", "ü\n" }.Select(t => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(t)).ToArray();
        var bytes = DataTile.Format(records);
        Assert.True(DataTile.TryParse(bytes, 4, out var parsed));
        Assert.Equal(records.Select(r => r.ToArray()), parsed.Select(r => r.ToArray()));
        Assert.True(DataTile.TryParse(bytes, 2, out var two));
        Assert.Equal(2, two.Count);
        Assert.False(DataTile.TryParse(bytes, 5, out _));
        Assert.False(DataTile.TryParse(bytes.AsMemory()[..^1], 4, out _));
        Assert.Throws<ArgumentException>(() => DataTile.Format([new ReadOnlyMemory<byte>([.. "a\n\n"u8])]));
    }

    [Theory]
    [InlineData("a 1\n\nb 2\nb 3\n\nc 4\n", 18)] // sum.golang.org
    [InlineData("a 1\n\nb 2\nb 3\n\nc 4\n\n", 19)]
    [InlineData("a 1\n\nb 2\nb 3\n\nc 4\n\nd 5\n", 19)]
    [InlineData("256\na 1\n\n257\nb 2\nb 3\n\n258\nc 4\n\n", 31)] // x/mod's sumdb.Server
    public void A_database_s_data_tile_is_read_in_either_form(string tile, int bytes)
    {
        Assert.True(DataTile.TryParse(System.Text.Encoding.UTF8.GetBytes(tile), 3, 256, out var texts, out var length));
        Assert.Equal(["a 1\n", "b 2\nb 3\n", "c 4\n"], texts.Select(t => System.Text.Encoding.UTF8.GetString(t.Span)));
        Assert.Equal(bytes, length);
        Assert.Equal("a 1\n\nb 2\nb 3\n\nc 4\n", System.Text.Encoding.UTF8.GetString(DataTile.Format(texts)));
    }

    [Theory]
    [InlineData("256\na 1\n\n258\nb 2\n\n")]
    [InlineData("256\na 1\n\nb 2\n\n")]
    [InlineData("256\n\n257\nb 2\n\n")]
    public void Numbers_that_are_not_the_records_are_refused(string tile) =>
        Assert.False(DataTile.TryParse(System.Text.Encoding.UTF8.GetBytes(tile), 2, 256, out _, out _));
}
