namespace Tain.Storage;

/// <summary>What is kept of others' transparency logs; it grows by <see cref="CatalogChange.Log"/>.</summary>
internal sealed partial class Catalog
{
    public LogHead? NewestLogHeadOrNull(string log) => Read(c => LogSql.NewestOrNull(c, log));

    /// <summary>Heads larger than <paramref name="after"/>, in order.</summary>
    public IReadOnlyList<LogHead> LogHeads(string log, long after, int limit) => Read(c => All(c.Command(LogSql.Heads, log, after, Math.Max(limit, 0)), LogSql.ReadHead));

    public LogTile? FindLogTileOrNull(string log, int level, long number) => Read(c =>
        FirstOrNull(c.Command(LogSql.FindTile, log, level, number), r => new LogTile(level, number, r.GetInt32(0), r.GetFieldValue<byte[]>(1))));

    public LogEntry? FindLogEntryOrNull(string log, string name, string version) => Read(c =>
        FirstOrNull(c.Command(LogSql.FindEntry, log, name, version), LogSql.ReadEntry));

    /// <summary>Entries after one, in the order of name and version.</summary>
    public IReadOnlyList<LogEntry> LogEntriesAfter(string log, string name, string version, int limit) => Read(c =>
        All(c.Command(LogSql.EntriesAfter, log, name, version, Math.Max(limit, 0)), LogSql.ReadEntry));

    /// <summary>Tiles after one, in the order of level and number.</summary>
    public IReadOnlyList<LogTile> LogTilesAfter(string log, int level, long number, int limit) => Read(c =>
        All(c.Command(LogSql.TilesAfter, log, level, number, Math.Max(limit, 0)), LogSql.ReadTile));

    /// <summary>The logs of which anything is kept.</summary>
    public IReadOnlyList<string> LogNames() => Read(c => All(c.Command(LogSql.Names), r => r.GetString(0)));
}
