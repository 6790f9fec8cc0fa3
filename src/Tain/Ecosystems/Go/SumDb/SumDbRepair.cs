using System.Text;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>Mends what is kept of the configured checksum database: what is wrong goes into quarantine, and is asked for again by the rules of its client.
/// Each answer is null when that was done and looked at again, else why it was not.</summary>
internal sealed class SumDbRepair(SumDatabase database, KeptLog kept, Catalog catalog, Quarantine quarantine, TimeProvider time)
{
    public async Task<string?> HeadAsync(LogHead head, CancellationToken ct)
    {
        Keep($"head-{head.Size}", head.Note);
        await database.ForgetAsync(new(kept.Log) { Heads = [head] }, ct);
        return catalog.NewestLogHeadOrNull(kept.Log) is null ? await RefreshAsync(ct) : null;
    }

    /// <summary>Asks for the newest head.</summary>
    public async Task<string?> RefreshAsync(CancellationToken ct)
    {
        var (_, failure) = await database.RefreshAsync(ct);
        return failure is null ? catalog.NewestLogHeadOrNull(kept.Log) is null ? "no head came" : null : Words(failure);
    }

    public async Task<string?> GrowAsync(long size, CancellationToken ct)
        => await RefreshAsync(ct) ?? (catalog.NewestLogHeadOrNull(kept.Log)?.Size >= size ? null : $"the database's newest head is of {catalog.NewestLogHeadOrNull(kept.Log)?.Size} records: what needs a larger one is not of its log");

    /// <summary>Fetches tiles in place of what is kept of them.</summary>
    public async Task<string?> TilesAsync(IReadOnlyList<Tile> tiles, CancellationToken ct)
    {
        var stored = tiles.Select(t => catalog.FindLogTileOrNull(kept.Log, t.Level, t.Number)).OfType<LogTile>().ToList();
        foreach (var tile in stored)
            Keep($"tile-{tile.Level}-{tile.Number}", tile.Body);
        await database.ForgetAsync(new(kept.Log) { Tiles = stored }, ct);
        foreach (var tile in tiles)
        {
            if ((await database.ReadTileAsync(tile, ct)).Failure is { } failure)
                return Words(failure);
        }
        await SettleAsync(ct);
        return tiles.FirstOrDefault(t => catalog.FindLogTileOrNull(kept.Log, t.Level, t.Number) is null) is { Height: > 0 } lost ? $"{lost} was not kept" : null;
    }

    public Task<string?> TileAsync(LogTile row, TreeHead newest, CancellationToken ct)
    {
        var tile = new Tile(AuthenticatedTiles.DefaultHeight, row.Level, row.Number, 1);
        return tile.IsValid && tile.InTree(newest.Size) is { } whole ? TilesAsync([whole], ct) : DropAsync(row, ct);
    }

    public async Task<string?> EntryAsync(LogEntry entry, CancellationToken ct)
    {
        Keep($"record-{entry.Name}-{entry.Version}", Encoding.UTF8.GetBytes($"{entry.Id}\n{entry.Text}"));
        await database.ForgetAsync(new(kept.Log) { Entries = [entry] }, ct);
        // Who asked for it once may not be allowed to be asked for now, or never was: then it is well lost.
        if (!ModulePath.TryParse(entry.Name, out var module, out _) || !ChecksumDatabaseClient.IsVersion(entry.Version))
            return null;
        if ((await database.LookupAsync(module, entry.Version, ct)).Failure is { } failure)
            return Words(failure);
        await SettleAsync(ct);
        return null;
    }

    /// <summary>Nothing is mended: both heads are signed. It is an alarm.</summary>
    public async Task<string?> ForkAsync(SignedHead older, SignedHead newer, CancellationToken ct)
    {
        await catalog.CommitAsync(new()
        {
            Drifts =
            [
                new(new(GoMirror.Ecosystem, kept.Name, "", SumDatabase.AlarmKind), $"tree {older.Head.Size} {older.Head.Root}", $"tree {newer.Head.Size} {newer.Head.Root}", kept.Name)
                {
                    Evidence = $"Both heads are kept, and signed by {kept.Key}; the tree of the newer does not begin with that of the older.\n\n{Encoding.UTF8.GetString(older.Note.Span)}\n{Encoding.UTF8.GetString(newer.Note.Span)}",
                },
            ],
        }, ct);
        return "both are signed, so the database told two histories: an alarm is raised";
    }

    private async Task<string?> DropAsync(LogTile row, CancellationToken ct)
    {
        Keep($"tile-{row.Level}-{row.Number}", row.Body);
        await database.ForgetAsync(new(kept.Log) { Tiles = [row] }, ct);
        return null;
    }

    /// <summary>Waits until all that was queued to be kept is.</summary>
    private Task SettleAsync(CancellationToken ct) => database.ForgetAsync(new(kept.Log), ct);

    private void Keep(string what, ReadOnlySpan<byte> bytes) => quarantine.Keep($"{kept.Name}-{what}", bytes, time.GetUtcNow());

    private static string Words(Failure failure) => string.Join("; ", failure.Attempts.Select(a => $"{a.Source}: {a.Said}").Prepend(failure.Reason));
}
