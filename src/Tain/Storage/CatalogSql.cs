using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>The catalog's statements, and rows read into records.</summary>
internal static class CatalogSql
{
    private const string ArtifactColumns = "ecosystem, name, version, kind, identity, blob, size, stored_at, source, proof, condition, why";
    private const string VersionColumns = "ecosystem, name, version, first_seen, published, state";

    public const string FindArtifact = $"SELECT {ArtifactColumns} FROM artifact WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4";
    public const string ArtifactsOf = $"SELECT {ArtifactColumns} FROM artifact WHERE ecosystem = $1 AND name = $2 ORDER BY version, kind";
    public const string ArtifactsAfter =
        $"SELECT {ArtifactColumns} FROM artifact WHERE (ecosystem, name, version, kind) > ($1, $2, $3, $4) ORDER BY ecosystem, name, version, kind LIMIT $5";
    public const string FindManifest = "SELECT body FROM manifest WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4";
    public const string FindDocument =
        "SELECT ecosystem, name, kind, body, etag, last_modified, fetched_at, source FROM document WHERE ecosystem = $1 AND name = $2 AND kind = $3";
    public const string NamesBySource = "SELECT DISTINCT name FROM document WHERE ecosystem = $1 AND source = $2 ORDER BY name LIMIT $3";
    public const string FindVersion = $"SELECT {VersionColumns} FROM version WHERE ecosystem = $1 AND name = $2 AND version = $3";
    public const string VersionsOf = $"SELECT {VersionColumns} FROM version WHERE ecosystem = $1 AND name = $2 ORDER BY version";
    public const string VersionsSince = $"SELECT {VersionColumns} FROM version WHERE ecosystem = $1 AND first_seen >= $2 ORDER BY first_seen";
    public const string Feed = "SELECT number, kind, ecosystem, name, version, detail, at FROM feed WHERE number > $1 ORDER BY number LIMIT $2";
    public const string AlarmsOf =
        """
        SELECT number, ecosystem, name, version, kind, stored_identity, offered_identity, source, at, count, last_at, evidence
        FROM alarm WHERE ecosystem = $1 AND name = $2 ORDER BY number
        """;
    public const string AlarmsAfter =
        """
        SELECT number, ecosystem, name, version, kind, stored_identity, offered_identity, source, at, count, last_at, evidence
        FROM alarm WHERE number > $1 ORDER BY number
        """;

    /// <summary>The newest first-seen of all ecosystems, by one step in the index for each.</summary>
    public const string LastFirstSeen =
        """
        WITH RECURSIVE e(x) AS (
            SELECT min(ecosystem) FROM version
            UNION ALL
            SELECT (SELECT min(ecosystem) FROM version WHERE ecosystem > x) FROM e WHERE x IS NOT NULL)
        SELECT max((SELECT max(first_seen) FROM version WHERE ecosystem = x)) FROM e
        """;

    public const string InsertVersion = "INSERT INTO version (ecosystem, name, version, first_seen, published) VALUES ($1, $2, $3, $4, $5)";
    public const string FillPublished = "UPDATE version SET published = $4 WHERE ecosystem = $1 AND name = $2 AND version = $3";
    public const string InsertArtifact = $"INSERT INTO artifact ({ArtifactColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '')";
    public const string ReplaceArtifact =
        """
        UPDATE artifact SET identity = $5, blob = $6, size = $7, stored_at = $8, source = $9, proof = $10, condition = 0, why = ''
        WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4
        """;
    public const string Examine =
        """
        UPDATE artifact SET condition = $5, why = $6, proof = coalesce($7, proof)
        WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4 AND identity = $8 AND blob = $9
            AND (condition <> $5 OR why <> $6 OR proof <> coalesce($7, proof))
        """;
    public const string UnprovedAfter =
        $"""
        SELECT {ArtifactColumns} FROM artifact WHERE proof = '' AND (ecosystem, name, version, kind) > ($1, $2, $3, $4)
        ORDER BY ecosystem, name, version, kind LIMIT $5
        """;
    public const string PutManifest =
        "INSERT INTO manifest (ecosystem, name, version, kind, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO UPDATE SET body = excluded.body WHERE body <> excluded.body";
    public const string ConfirmDocument =
        """
        UPDATE document SET fetched_at = $4, source = $8
        WHERE ecosystem = $1 AND name = $2 AND kind = $3 AND body = $5 AND etag IS $6 AND last_modified IS $7
        """;
    public const string PutDocument =
        """
        INSERT INTO document (ecosystem, name, kind, fetched_at, body, etag, last_modified, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO UPDATE SET fetched_at = excluded.fetched_at, body = excluded.body, etag = excluded.etag,
            last_modified = excluded.last_modified, source = excluded.source
        """;
    public const string ForgetDocument = "DELETE FROM document WHERE ecosystem = $1 AND name = $2 AND kind = $3";
    public const string RepeatAlarm =
        """
        UPDATE alarm SET count = count + 1, last_at = $7, evidence = $8
        WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4 AND offered_identity = $5 AND source = $6
        """;
    public const string CountAlarms = "SELECT count(*) FROM alarm WHERE ecosystem = $1 AND name = $2 AND version = $3 AND kind = $4";
    public const string InsertAlarm =
        """
        INSERT INTO alarm (ecosystem, name, version, kind, stored_identity, offered_identity, source, at, count, last_at, evidence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $8, $9)
        """;
    public const string AppendFeed = "INSERT INTO feed (kind, ecosystem, name, version, detail, at) VALUES ($1, $2, $3, $4, $5, $6)";

    public static Artifact ReadArtifact(SqliteDataReader r) => new(
        new ArtifactKey(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3)),
        r.GetString(4), new BlobDigest(r.GetString(5)), r.GetInt64(6), Time(r.GetInt64(7)), r.GetString(8))
    {
        Proof = r.GetString(9),
        Condition = (Condition)r.GetInt32(10),
        Why = r.GetString(11),
    };

    public static Document ReadDocument(SqliteDataReader r) => new(
        new DocumentKey(r.GetString(0), r.GetString(1), r.GetString(2)),
        r.GetFieldValue<byte[]>(3), TextOrNull(r, 4), TextOrNull(r, 5), Time(r.GetInt64(6)), r.GetString(7));

    public static VersionFact ReadVersion(SqliteDataReader r) => new(
        r.GetString(0), r.GetString(1), r.GetString(2), Time(r.GetInt64(3)), r.IsDBNull(4) ? null : Time(r.GetInt64(4)), (VersionState)r.GetInt32(5));

    public static FeedEntry ReadFeedEntry(SqliteDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), TextOrNull(r, 4), TextOrNull(r, 5), Time(r.GetInt64(6)));

    public static Alarm ReadAlarm(SqliteDataReader r) => new(
        r.GetInt64(0), new ArtifactKey(r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4)),
        r.GetString(5), r.GetString(6), r.GetString(7), Time(r.GetInt64(8)))
    {
        Count = r.GetInt64(9),
        LastAt = Time(r.GetInt64(10)),
        Evidence = r.GetString(11),
    };

    public static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The first microsecond that is not before <paramref name="time"/>.</summary>
    public static long MicrosecondsUp(DateTimeOffset time)
    {
        var down = Microseconds(time);
        return Time(down) < time ? down + 1 : down;
    }

    public static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static string? TextOrNull(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
