using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>The catalog's tables as numbered scripts. A script that was released never changes; the next one is appended. <c>PRAGMA user_version</c> counts those run.</summary>
internal static class CatalogSchema
{
    // Times are microseconds since 1970. Rows with large bodies have rowids (SQLite's advice), the others are clustered by their key.
    private static readonly string[] Scripts =
    [
        """
        CREATE TABLE version (
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            published INTEGER,
            state INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (ecosystem, name, version)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX version_first_seen ON version (ecosystem, first_seen);

        CREATE TABLE artifact (
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            kind TEXT NOT NULL,
            identity TEXT NOT NULL,
            blob TEXT NOT NULL,
            size INTEGER NOT NULL,
            stored_at INTEGER NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (ecosystem, name, version, kind)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE manifest (
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            kind TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (ecosystem, name, version, kind),
            FOREIGN KEY (ecosystem, name, version, kind) REFERENCES artifact ON DELETE CASCADE
        ) STRICT;

        CREATE TABLE document (
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            fetched_at INTEGER NOT NULL,
            etag TEXT,
            last_modified TEXT,
            source TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (ecosystem, name, kind)
        ) STRICT;

        CREATE TABLE alarm (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            kind TEXT NOT NULL,
            stored_identity TEXT NOT NULL,
            offered_identity TEXT NOT NULL,
            source TEXT NOT NULL,
            at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            UNIQUE (ecosystem, name, version, kind, offered_identity, source)
        ) STRICT;

        -- AUTOINCREMENT: a number is never given twice, even when the last lines were compacted away.
        CREATE TABLE feed (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            ecosystem TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT,
            detail TEXT,
            at INTEGER NOT NULL
        ) STRICT;
        """,
        // A push names a repository: which names have documents from there.
        "CREATE INDEX document_source ON document (ecosystem, source);",
        // What independent sources say: of artifacts, whose condition may be bad now; of their logs, the heads (each one: they are evidence),
        // the widest of each tile, the records asked for.
        """
        ALTER TABLE artifact ADD COLUMN proof TEXT NOT NULL DEFAULT '';
        ALTER TABLE artifact ADD COLUMN condition INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE artifact ADD COLUMN why TEXT NOT NULL DEFAULT '';
        CREATE INDEX artifact_unproved ON artifact (ecosystem, name, version, kind) WHERE proof = '';
        ALTER TABLE alarm ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

        CREATE TABLE log_head (
            log TEXT NOT NULL,
            size INTEGER NOT NULL,
            note BLOB NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (log, size)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE log_tile (
            log TEXT NOT NULL,
            level INTEGER NOT NULL,
            number INTEGER NOT NULL,
            width INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (log, level, number)
        ) STRICT;

        CREATE TABLE log_entry (
            log TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            id INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (log, name, version)
        ) STRICT, WITHOUT ROWID;
        """,
    ];

    public static int Newest => Scripts.Length;

    /// <summary>Brings a database to the newest schema, each script in a transaction of its own.</summary>
    public static void Apply(SqliteConnection connection, string path, WriteSteps? steps)
    {
        var current = (int)(long)Scalar(connection, "PRAGMA user_version")!;
        if (current > Newest)
            throw new StorageException(
                $"{path} has schema {current}, which a newer tain made; this one knows schemas up to {Newest}. Run the newer tain, or restore a backup from before its first start.");
        for (var next = current; next < Newest; next++)
        {
            Run(connection, "BEGIN IMMEDIATE");
            try
            {
                Run(connection, Scripts[next]);
                Run(connection, $"PRAGMA user_version = {next + 1}");
                steps?.At(WriteSteps.SchemaBeforeCommit);
                Run(connection, "COMMIT");
            }
            catch
            {
                if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
                    Run(connection, "ROLLBACK");
                throw;
            }
        }
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the schema's own text
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
