using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>Opens catalog.db so that it is either sound and of the newest schema, or a <see cref="StorageException"/> that says what to do.
/// Never a new empty catalog where there was another.</summary>
internal static class CatalogFile
{
    /// <summary>After an unclean stop the whole file is checked up to this size (about 0.3 s). 128 MiB; beyond, SQLite's checks while reading have to do.</summary>
    private const long CheckedAfterCrash = 128 << 20;

    /// <summary>What a checkpoint leaves of the -wal's size on disk. 64 MiB.</summary>
    private const long LargestIdleWal = 64 << 20;

    public static CatalogConnection Open(string path, WriteSteps? steps)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (FileSystem.NetworkOrNull(folder) is { } network)
            throw new StorageException(
                $"{path} would lie on a network file system ({network}), where SQLite's locks and syncs can't be relied on. Put the data folder (--data, TAIN_DATA) on a local disk.");
        RefuseLostCatalog(path, folder);
        RefuseOtherFiles(path);
        var unclean = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
        CatalogConnection? connection = null;
        try
        {
            connection = new CatalogConnection(path, writer: true);
            if (CatalogSchema.Scalar(connection.Sqlite, "PRAGMA journal_mode = WAL") is not "wal")
                throw new StorageException($"{path} can't be used in WAL mode: its file system has no shared memory. Put the data folder (--data, TAIN_DATA) on a local disk.");
            CatalogSchema.Run(connection.Sqlite, $"PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {LargestIdleWal};");
            CatalogSchema.Apply(connection.Sqlite, path, steps);
            if (unclean && new FileInfo(path).Length <= CheckedAfterCrash && FindDamageOrNull(connection.Sqlite) is { } damage)
                throw CatalogErrors.Damaged(path, damage);
            Posix.SyncFolder(folder);
            return connection;
        }
        catch (SqliteException e)
        {
            connection?.Dispose();
            throw CatalogErrors.Describe(path, e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>For a reader: it is there, a catalog, and of the schema that this tain reads.</summary>
    public static void CheckReadable(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            throw new StorageException($"{path} is missing or empty: name the folder that tain serve uses (--data, TAIN_DATA).");
        RefuseOtherFiles(path);
        try
        {
            using var connection = new CatalogConnection(path, writer: false);
            if (CatalogSchema.Scalar(connection.Sqlite, "PRAGMA user_version") is long schema && schema != CatalogSchema.Newest)
                throw new StorageException($"{path} has schema {schema}, and this tain reads schema {CatalogSchema.Newest}: "
                    + (schema < CatalogSchema.Newest ? "let this tain serve from it once, which brings it up to date." : "a newer tain made it; run that one."));
        }
        catch (SqliteException e)
        {
            throw CatalogErrors.Describe(path, e);
        }
    }

    /// <summary>SQLite's own check of the file; null when it is sound.</summary>
    public static string? FindDamageOrNull(SqliteConnection connection, bool indexes = false)
    {
        try
        {
            var answer = CatalogSchema.Scalar(connection, indexes ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)") as string;
            return answer == "ok" ? null : answer ?? "no answer from SQLite's check";
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_CORRUPT)
        {
            return e.Message;
        }
    }

    // An empty file is what a crash leaves before the first script is committed; then there is no blob either.
    private static void RefuseLostCatalog(string path, string folder)
    {
        if (new FileInfo(path) is { Exists: true, Length: > 0 })
            return;
        var blobs = Path.Combine(folder, "blobs");
        if (Directory.Exists(blobs) && Directory.EnumerateFiles(blobs, "*", SearchOption.AllDirectories).Any())
            throw new StorageException(
                $"{path} is missing or empty, though {blobs} holds blobs. Restore catalog.db from a backup; or, to begin anew, move {blobs} away too.");
    }

    private static void RefuseOtherFiles(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return;
        Span<byte> start = stackalloc byte[16];
        int read;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            read = RandomAccess.Read(file, start, 0);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException($"{path} can't be read: {e.Message} Give the user that runs tain access to it.", e);
        }
        if (!start[..read].SequenceEqual("SQLite format 3\0"u8))
            throw CatalogErrors.Damaged(path, "it doesn't begin as a SQLite database does");
    }
}
