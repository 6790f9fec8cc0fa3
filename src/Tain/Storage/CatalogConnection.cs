using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>One connection with its statements prepared once each. For one thread at a time.</summary>
internal sealed class CatalogConnection : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new((IEqualityComparer<string>)ReferenceEqualityComparer.Instance);

    public CatalogConnection(string path, bool writer)
    {
        Sqlite = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = writer ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        try
        {
            Sqlite.Open();
            // WAL has readers and the writer not wait for each other; the 10 s are for another process that looks into the file.
            CatalogSchema.Run(Sqlite, "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;");
        }
        catch
        {
            Sqlite.Dispose();
            throw;
        }
    }

    public SqliteConnection Sqlite { get; }

    /// <summary>The statement with its parameters, <c>$1</c> first. <paramref name="sql"/> is a constant: it is found again by its reference.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Sqlite.CreateCommand();
#pragma warning disable CA2100 // constants only
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            _prepared.Add(sql, command);
        }
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        Sqlite.Dispose();
    }
}
