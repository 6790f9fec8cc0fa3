using System.Buffers.Binary;
using System.Text;
using Tain.GoModules;

namespace Tain.TransparencyLog.Tests;

/// <summary>Both sides against x/mod's own: its server for Tain's client, Tain's bytes for its client.</summary>
public sealed class XModTests : IDisposable
{
    private readonly Oracle _oracle = new();

    public void Dispose() => _oracle.Dispose();

    /// <summary>x/mod's test server as the upstream database.</summary>
    private sealed class XModDatabase(Oracle oracle, TestStore store) : IChecksumDatabaseOperations
    {
        private readonly TestDatabase _store = new(new TestLog(), store);

        public Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
        {
            byte[] answer;
            lock (oracle) answer = oracle.Ask('F', [Encoding.UTF8.GetBytes(path)], 1)[0];
            var body = answer[(answer.AsSpan().IndexOf((byte)' ') + 1)..];
            if (!answer.AsSpan().StartsWith("200 "u8)) throw new FileNotFoundException($"{path}: {Encoding.UTF8.GetString(answer)}");
            // Servers before x/mod 0.20 had the ids in data tiles.
            if (path.Contains("/data/", StringComparison.Ordinal)) body = WithoutIds(body);
            Assert.InRange(body.Length, 1, maxLength);
            return Task.FromResult(body);
        }

        private static byte[] WithoutIds(byte[] tile) =>
            Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(tile).Split('\n').SkipLast(1).Where(line => line.Length == 0 || !line.All(char.IsAsciiDigit)).Select(line => line + "\n")));

        public Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken) => _store.ReadTilesAsync(tiles, cancellationToken);

        public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => _store.SaveTilesAsync(tiles, cancellationToken);

        public Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken) => _store.ReadHeadOrNullAsync(cancellationToken);

        public Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => _store.TrySwapHeadAsync(expected, next, cancellationToken);

        public Task<KeptRecord?> ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken) => _store.ReadRecordOrNullAsync(module, version, cancellationToken);

        public Task SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken) => _store.SaveRecordAsync(module, version, record, cancellationToken);
    }

    [Fact]
    public async Task X_mods_server_is_believed_at_every_size_of_its_log()
    {
        var store = new TestStore();
        var client = new ChecksumDatabaseClient(TestLog.Signer.Verifier, new XModDatabase(_oracle, store));
        var log = new TestLog();
        foreach (var size in new[] { 1, 2, 3, 255, 256, 257, 600, 1000, 65_535, 65_537, 66_047 })
        {
            _oracle.Ask('A', [Encoding.UTF8.GetBytes($"{size}")], 1);
            log.Grow(size);
            foreach (var record in new[] { 0, size / 2, size - 1 })
            {
                var answer = await client.LookupAsync(TestDatabase.Module(record), "v1.0.0", default);
                Assert.Equal((record, TestLog.Record(record)), (answer.Id, answer.Text));
            }
            var latest = await client.LatestAsync(refresh: true, default);
            Assert.Equal(log.Head(), latest.Head);
            // Byte for byte, signature included.
            Assert.Equal(log.Note(), latest.Note);
            foreach (var tile in Tile.NewTiles(8, 0, size).TakeLast(5)) Assert.Equal(log.Bytes(tile), await client.ReadTileAsync(tile, default));
            var data = new Tile(8, Tile.DataLevel, (size - 1) / 256, 1 + ((size - 1) % 256));
            Assert.Equal(log.Bytes(data), await client.ReadTileAsync(data, default));
        }
        await Assert.ThrowsAsync<FileNotFoundException>(() => new XModDatabase(_oracle, store).FetchAsync("/nowhere", 1000, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(66_047)]
    public void X_mods_client_believes_what_is_served_from_here(int size)
    {
        var log = new TestLog(size);
        var files = new List<(string Path, byte[] Body)> { ("/latest", log.Note()) };
        foreach (var tile in Tile.NewTiles(8, 0, size).Where(t => t.Level > 0 || t.Number is 0 or 1 || t.Number > (size / 256) - 2)) files.Add(("/" + tile, log.Bytes(tile)));
        int[] records = [.. new[] { 0, size / 300, size - 1 }.Distinct()];
        foreach (var record in records)
        {
            var path = ChecksumDatabaseClient.LookupPath(TestDatabase.Module(record), "v1.0.0");
            files.Add((path, log.Lookup(record)));
        }
        files.Add(("lookups", Encoding.UTF8.GetBytes(string.Join('\n', records.SelectMany(r => new[] { $"example.com/m{r} v1.0.0", $"example.com/m{r} v1.0.0/go.mod" })))));
        var packed = new List<byte>();
        foreach (var field in files.SelectMany(f => new[] { Encoding.UTF8.GetBytes(f.Path), f.Body }))
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, field.Length);
            packed.AddRange([.. length, .. field]);
        }
        var answer = Encoding.UTF8.GetString(_oracle.Ask('C', [[.. packed]], 1)[0]);
        Assert.Equal(string.Concat(records.SelectMany(r => TestLog.Record(r).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line + "\n")), answer);
    }
}
