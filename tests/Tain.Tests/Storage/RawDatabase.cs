using Microsoft.Data.Sqlite;
using Tain.Storage;

namespace Tain.Tests.Storage;

/// <summary>catalog.db from outside.</summary>
internal static class RawDatabase
{
    public static void Run(string folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, Catalog.FileName)};Pooling=False");
        connection.Open();
        CatalogSchema.Run(connection, sql);
    }
}
