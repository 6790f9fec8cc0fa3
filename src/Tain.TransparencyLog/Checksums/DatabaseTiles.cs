using System.Runtime.ExceptionServices;

namespace Tain.TransparencyLog;

/// <summary>
/// A checksum database's tiles during one operation of the client: those that the server keeps, else those of the database.
/// Each is read once. What was authenticated is kept only by <see cref="CommitAsync"/>, when the operation also knows that
/// the head is of the log's one history: the tiles of a fork's head are true to that head, and must not be kept.
/// </summary>
internal sealed class DatabaseTiles(IChecksumDatabaseOperations operations, bool useKept) : ITileSource
{
    private readonly Dictionary<Tile, ReadOnlyMemory<byte>> _read = [];
    private readonly HashSet<Tile> _kept = [];
    private readonly Dictionary<Tile, ReadOnlyMemory<byte>> _authenticated = [];

    /// <summary>Whether kept tiles are read at all.</summary>
    public bool UseKept => useKept;

    /// <summary>Whether any tile was a kept one: what is inconsistent then may be damage of our own.</summary>
    public bool UsedKept { get; private set; }

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
    {
        var missing = tiles.Where(t => !_read.ContainsKey(t)).Distinct().ToList();
        if (useKept && missing.Count > 0)
        {
            var kept = await operations.ReadTilesAsync(missing, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < missing.Count; i++)
            {
                var (tile, bytes) = (missing[i], kept[i]);
                if (bytes is null || bytes.Length < tile.ByteLength) continue;
                _read.Add(tile, bytes.AsMemory(0, (int)tile.ByteLength));
                _kept.Add(tile);
                UsedKept = true;
            }
            missing.RemoveAll(_kept.Contains);
        }
        var fetched = await Task.WhenAll(missing.Select(t => FetchAsync(t, (int)t.ByteLength, (int)t.Full.ByteLength, cancellationToken))).ConfigureAwait(false);
        for (var i = 0; i < missing.Count; i++)
        {
            // Another length, the full tile's apart, is not mended but refused by whoever asked.
            var (tile, (bytes, isFull)) = (missing[i], fetched[i]);
            _read.Add(tile, isFull && bytes.Length == tile.Full.ByteLength ? bytes.AsMemory(0, (int)tile.ByteLength) : bytes);
        }
        return [.. tiles.Select(t => _read[t])];
    }

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken)
    {
        foreach (var (tile, bytes) in tiles)
            if (!_kept.Contains(tile))
                _authenticated[tile] = bytes;
        return Task.CompletedTask;
    }

    /// <summary>Keeps all that was authenticated and is not kept yet.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_authenticated.Count == 0) return;
        await operations.SaveTilesAsync([.. _authenticated.Select(t => new TileBytes(t.Key, t.Value))], cancellationToken).ConfigureAwait(false);
        _authenticated.Clear();
    }

    /// <summary>Fetches a tile of hashes or records, or, where that fails, the full tile at its place: a partial tile may be
    /// gone once its full one is there (x/mod <c>sumdb.Client</c>).</summary>
    public async Task<(byte[] Bytes, bool IsFull)> FetchAsync(Tile tile, int maxLength, int maxFullLength, CancellationToken cancellationToken)
    {
        try
        {
            return (await operations.FetchAsync("/" + tile.Path, maxLength, cancellationToken).ConfigureAwait(false), tile.IsFull);
        }
        catch (Exception e) when (!tile.IsFull && e is not OperationCanceledException)
        {
            var first = ExceptionDispatchInfo.Capture(e);
            try
            {
                return (await operations.FetchAsync("/" + tile.Full.Path, maxFullLength, cancellationToken).ConfigureAwait(false), true);
            }
            catch (Exception second) when (second is not OperationCanceledException)
            {
                first.Throw();
                throw;
            }
        }
    }
}
