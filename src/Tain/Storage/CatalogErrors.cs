using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tain.Storage;

/// <summary>SQLite's result codes (sqlite.org/rescode.html) as messages with a remedy.</summary>
internal static class CatalogErrors
{
    /// <summary>An I/O error with less than this free is a full disk: SQLite reports a -shm that can't grow as an I/O error. 1 MiB.</summary>
    private const long Little = 1 << 20;

    public static StorageException Describe(string path, SqliteException e)
    {
        var full = e.SqliteErrorCode == raw.SQLITE_FULL || (e.SqliteErrorCode == raw.SQLITE_IOERR && FileSystem.FreeOrNull(path) < Little);
        if (full)
            return StorageFullException.Of(path, wanted: 0, e);
        return e.SqliteErrorCode switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(path, e.Message, e),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StorageException($"{path} is held by another program: end whatever else has it open (fuser {path}).", e),
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY => new StorageException($"{path} can't be opened for writing: {e.Message}. Give the user that runs tain write access to it and its folder.", e),
            raw.SQLITE_IOERR => new StorageException($"{path}: {e.Message} (code {e.SqliteExtendedErrorCode}). Look at the disk (dmesg, smartctl).", e),
            _ => new StorageException($"{path}: {e.Message} (code {e.SqliteExtendedErrorCode})", e),
        };
    }

    public static StorageException Damaged(string path, string how, Exception? inner = null) => new(
        $"{path} is damaged: {how}. Restore it from a backup, with its -wal beside it if there is one; or, to keep what can be read, move it away and run " +
        $"`sqlite3 damaged.db .recover | sqlite3 catalog.db`. The blobs beside it are not affected.", inner);
}
