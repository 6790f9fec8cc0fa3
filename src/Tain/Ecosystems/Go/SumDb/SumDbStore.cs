using Microsoft.Extensions.Caching.Memory;
using Tain.GoModules;
using Tain.Storage;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>What is authenticated of one checksum database: in the catalog, the hot part in memory. Only grows.</summary>
/// <remarks>Tiles and records are queued, not waited for: the catalog's one writer keeps their order, so that a head which is stored has them before it,
/// unless the disk failed meanwhile. Losing them costs another fetch.</remarks>
internal sealed class SumDbStore(string log, Catalog catalog, ILogger events) : IDisposable
{
    /// <summary>Memory for tiles and records, in bytes: 4,000 full tiles, say.</summary>
    public const long HotBytes = 32 << 20;

    private readonly MemoryCache _hot = new(new MemoryCacheOptions { SizeLimit = HotBytes });
    private LogHead? _head;

    public LogTile? FindTileOrNull(Tile tile)
    {
        var key = (tile.Level, tile.Number);
        if (_hot.TryGetValue(key, out LogTile? hot))
            return hot;
        // A body of another length is damaged: as good as none.
        if (catalog.FindLogTileOrNull(log, tile.Level, tile.Number) is not { } stored || stored.Body.Length != stored.Width * LogHash.Size)
            return null;
        Heat(key, stored, stored.Body.Length);
        return stored;
    }

    /// <summary>The widest seen of a place wins, also over one that was saved meanwhile; one that is as wide and another one was damaged.
    /// Data tiles are not kept: an auditor walks gigabytes of them, once, and no client of a build does.</summary>
    public void Save(IReadOnlyList<TileBytes> tiles)
    {
        var grown = new List<LogTile>();
        foreach (var (tile, bytes) in tiles)
        {
            if (tile.IsData || (FindTileOrNull(tile) is { } known && (known.Width > tile.Width || (known.Width == tile.Width && known.Body.AsSpan().SequenceEqual(bytes.Span)))))
                continue;
            var wide = new LogTile(tile.Level, tile.Number, tile.Width, bytes.ToArray());
            grown.Add(wide);
            Heat((tile.Level, tile.Number), wide, wide.Body.Length);
        }
        if (grown.Count > 0)
            Queue(new(log) { Tiles = grown });
    }

    public KeptRecord? FindRecordOrNull(ModulePath module, string version)
    {
        var key = (module.Value, version);
        if (_hot.TryGetValue(key, out KeptRecord hot))
            return hot;
        if (catalog.FindLogEntryOrNull(log, module.Value, version) is not { } stored)
            return null;
        var record = new KeptRecord(stored.Id, stored.Text);
        Heat(key, record, stored.Text.Length);
        return record;
    }

    public void Save(ModulePath module, string version, KeptRecord record)
    {
        Heat((module.Value, version), record, record.Text.Length);
        Queue(new(log) { Entry = new(module.Value, version, record.Id, record.Text) });
    }

    public byte[]? HeadOrNull() => NewestOrNull()?.Note;

    public LogHead? NewestOrNull() => _head ??= catalog.NewestLogHeadOrNull(log);

    /// <summary>Durable when it returns true.</summary>
    public async Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, SignedHead next, CancellationToken ct)
    {
        var before = catalog.NewestLogHeadOrNull(log);
        if (!expected.GetValueOrDefault().Span.SequenceEqual(before?.Note))
            return false;
        var head = new LogHead(next.Head.Size, next.Note.ToArray());
        var result = await catalog.CommitAsync(new() { Log = new(log) { Head = head, Before = before } }, ct);
        // A slower one must not put an older head before a newer.
        if (result.Grew)
        {
            LogHead? known;
            while ((known = Volatile.Read(ref _head)) is null || known.Size < head.Size)
            {
                if (Interlocked.CompareExchange(ref _head, head, known) == known)
                    break;
            }
        }
        return result.Grew;
    }

    /// <summary>Removes what was found wrong, from memory too. Done when it is durable, and so is what was queued before.</summary>
    public async Task ForgetAsync(LogLoss loss, CancellationToken ct)
    {
        await catalog.CommitAsync(new() { Lost = loss }, ct);
        foreach (var tile in loss.Tiles)
            _hot.Remove((tile.Level, tile.Number));
        foreach (var entry in loss.Entries)
            _hot.Remove((entry.Name, entry.Version));
        _head = null;
    }

    private void Queue(LogGrowth growth) => _ = QueueAsync(growth);

    private async Task QueueAsync(LogGrowth growth)
    {
        try
        {
            await catalog.CommitAsync(new() { Log = growth }, CancellationToken.None);
        }
        catch (Exception e) when (e is StorageException or ObjectDisposedException)
        {
            events.LogError(e, "could not keep what was proved of {Log}: it will be fetched again", log);
            // Memory must not say that it is stored.
            foreach (var tile in growth.Tiles)
                _hot.Remove((tile.Level, tile.Number));
            if (growth.Entry is { } entry)
                _hot.Remove((entry.Name, entry.Version));
        }
    }

    private void Heat<T>(object key, T value, int bytes) => _hot.Set(key, value, new MemoryCacheEntryOptions { Size = 256 + bytes });

    public void Dispose() => _hot.Dispose();
}
