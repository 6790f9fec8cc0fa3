using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>The statements for what is kept of others' transparency logs.</summary>
internal static class LogSql
{
    public const string NewestHead = "SELECT size, note, at FROM log_head WHERE log = $1 ORDER BY size DESC LIMIT 1";
    public const string Heads = "SELECT size, note, at FROM log_head WHERE log = $1 AND size > $2 ORDER BY size LIMIT $3";
    public const string FindTile = "SELECT width, body FROM log_tile WHERE log = $1 AND level = $2 AND number = $3";
    public const string FindEntry = "SELECT name, version, id, text FROM log_entry WHERE log = $1 AND name = $2 AND version = $3";
    public const string EntriesAfter =
        "SELECT name, version, id, text FROM log_entry WHERE log = $1 AND (name, version) > ($2, $3) ORDER BY name, version LIMIT $4";
    public const string TilesAfter =
        "SELECT level, number, width, body FROM log_tile WHERE log = $1 AND (level, number) > ($2, $3) ORDER BY level, number LIMIT $4";
    /// <summary>Also those whose heads are gone.</summary>
    public const string Names = "SELECT log FROM log_head UNION SELECT log FROM log_entry UNION SELECT log FROM log_tile ORDER BY log";

    /// <summary>Whether the catalog is of a schema that has them.</summary>
    public const string HasLogs = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'log_head'";

    private const string InsertHead = "INSERT INTO log_head (log, size, note, at) VALUES ($1, $2, $3, $4)";
    private const string PutTile =
        """
        INSERT INTO log_tile (log, level, number, width, body) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO UPDATE SET width = excluded.width, body = excluded.body
            WHERE excluded.width > width OR (excluded.width = width AND excluded.body <> body)
        """;
    private const string InsertEntry = "INSERT INTO log_entry (log, name, version, id, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

    private const string DeleteHead = "DELETE FROM log_head WHERE log = $1 AND size = $2 AND note = $3";
    private const string DeleteTile = "DELETE FROM log_tile WHERE log = $1 AND level = $2 AND number = $3 AND body = $4";
    private const string DeleteEntry = "DELETE FROM log_entry WHERE log = $1 AND name = $2 AND version = $3 AND id = $4 AND text = $5";

    /// <summary>False, with nothing changed, when the newest head is not the one that the growth begins at, or would not grow.</summary>
    public static bool TryGrow(CatalogConnection connection, LogGrowth growth, long now)
    {
        if (growth.Head is { } head)
        {
            var newest = NewestOrNull(connection, growth.Log);
            if (newest?.Size != growth.Before?.Size || (newest is not null && !newest.Note.AsSpan().SequenceEqual(growth.Before!.Note)) || head.Size <= (newest?.Size ?? -1))
                return false;
            connection.Execute(InsertHead, growth.Log, head.Size, head.Note, now);
        }
        foreach (var tile in growth.Tiles)
            connection.Execute(PutTile, growth.Log, tile.Level, tile.Number, tile.Width, tile.Body);
        if (growth.Entry is { } entry)
            connection.Execute(InsertEntry, growth.Log, entry.Name, entry.Version, entry.Id, entry.Text);
        return true;
    }

    public static void Lose(CatalogConnection connection, LogLoss loss)
    {
        foreach (var head in loss.Heads)
            connection.Execute(DeleteHead, loss.Log, head.Size, head.Note);
        foreach (var tile in loss.Tiles)
            connection.Execute(DeleteTile, loss.Log, tile.Level, tile.Number, tile.Body);
        foreach (var entry in loss.Entries)
            connection.Execute(DeleteEntry, loss.Log, entry.Name, entry.Version, entry.Id, entry.Text);
    }

    public static LogHead? NewestOrNull(CatalogConnection connection, string log)
    {
        using var reader = connection.Command(NewestHead, log).ExecuteReader();
        return reader.Read() ? ReadHead(reader) : null;
    }

    public static LogHead ReadHead(SqliteDataReader r) => new(r.GetInt64(0), r.GetFieldValue<byte[]>(1)) { At = CatalogSql.Time(r.GetInt64(2)) };

    public static LogTile ReadTile(SqliteDataReader r) => new(r.GetInt32(0), r.GetInt64(1), r.GetInt32(2), r.GetFieldValue<byte[]>(3));

    public static LogEntry ReadEntry(SqliteDataReader r) => new(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetString(3));
}
