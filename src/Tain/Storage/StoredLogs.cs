using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>What a data folder keeps of others' transparency logs, to look at only, also beside a server that writes. Each read sees what was committed when it began. Not for several threads.</summary>
internal sealed class StoredLogs : IDisposable
{
    /// <summary>The most heads of one log that are read: 1,000,000, the oldest first.</summary>
    private const int MaxHeads = 1_000_000;

    private readonly string _path;
    private readonly CatalogConnection _connection;

    private StoredLogs(string path, CatalogConnection connection) => (_path, _connection) = (path, connection);

    /// <summary>Null where nothing has been stored yet, or by an older tain. Throws <see cref="StorageException"/>.</summary>
    public static StoredLogs? OpenOrNull(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), Catalog.FileName);
        if (!File.Exists(path))
            return null;
        CatalogConnection? connection = null;
        try
        {
            connection = new CatalogConnection(path, writer: false);
            if (connection.Command(LogSql.HasLogs).ExecuteScalar() is not null)
                return new(path, connection);
            connection.Dispose();
            return null;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw CatalogErrors.Describe(path, e);
        }
    }

    /// <summary>The heads of a log in the order of their sizes.</summary>
    public IReadOnlyList<LogHead> Heads(string log) => Read(() =>
    {
        var heads = new List<LogHead>();
        using var reader = _connection.Command(LogSql.Heads, log, -1L, MaxHeads).ExecuteReader();
        while (reader.Read())
            heads.Add(LogSql.ReadHead(reader));
        return heads;
    });

    public LogTile? FindTileOrNull(string log, int level, long number) => Read(() =>
    {
        using var reader = _connection.Command(LogSql.FindTile, log, level, number).ExecuteReader();
        return reader.Read() ? new LogTile(level, number, reader.GetInt32(0), reader.GetFieldValue<byte[]>(1)) : null;
    });

    public void Dispose() => _connection.Dispose();

    private T Read<T>(Func<T> query)
    {
        try
        {
            return query();
        }
        catch (SqliteException e)
        {
            throw CatalogErrors.Describe(_path, e);
        }
    }
}
