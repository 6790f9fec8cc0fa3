using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>What the catalog can say against itself. Each answer is of one moment: what is written meanwhile takes no part.</summary>
internal sealed partial class Catalog
{
    /// <summary>Of each kind of fault, so many are told at once: one that has more has one cause, and is examined again after that is mended.</summary>
    public const int MostTold = 1000;

    private const string Totals = "SELECT count(*), coalesce(sum(size), 0) FROM artifact";
    private const string DocumentsAfter =
        """
        SELECT ecosystem, name, kind, body, etag, last_modified, fetched_at, source FROM document
        WHERE (ecosystem, name, kind) > ($1, $2, $3) ORDER BY ecosystem, name, kind LIMIT $4
        """;
    private const string WithoutVersion =
        """
        SELECT ecosystem, name, version, kind FROM artifact a
        WHERE NOT EXISTS (SELECT 1 FROM version v WHERE v.ecosystem = a.ecosystem AND v.name = a.name AND v.version = a.version) LIMIT $1
        """;
    private const string WithoutFeedLine =
        """
        SELECT ecosystem, name, version, kind FROM artifact
        EXCEPT SELECT ecosystem, name, version, detail FROM feed WHERE kind = 'artifact' LIMIT $1
        """;
    // A number is given once, in order, and taken back with its transaction: there are no gaps but those that somebody made.
    private const string FeedGaps =
        """
        SELECT before + 1, number - 1 FROM (SELECT number, lag(number) OVER (ORDER BY number) AS before FROM feed)
        WHERE before IS NOT NULL AND number <> before + 1 LIMIT $1
        """;

    /// <summary>How many artifacts there are, and their bytes.</summary>
    public (long Artifacts, long Bytes) Count() => Read(c =>
    {
        using var reader = c.Command(Totals).ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    });

    /// <summary>Every document in the order of keys. What is committed meanwhile may be in it or not.</summary>
    public IEnumerable<Document> AllDocuments()
    {
        // A document may have megabytes.
        const int page = 50;
        var last = new DocumentKey("", "", "");
        while (true)
        {
            var documents = Read(c => All(c.Command(DocumentsAfter, last.Ecosystem, last.Name, last.Kind, page), CatalogSql.ReadDocument));
            foreach (var document in documents)
                yield return document;
            if (documents.Count < page)
                yield break;
            last = documents[^1].Key;
        }
    }

    /// <summary>Artifacts of versions that nobody has seen.</summary>
    public IReadOnlyList<ArtifactKey> ArtifactsWithoutVersion() => Read(c => All(c.Command(WithoutVersion, MostTold), ReadKey));

    /// <summary>Artifacts that the feed does not tell of.</summary>
    public IReadOnlyList<ArtifactKey> ArtifactsWithoutFeedLine() => Read(c => All(c.Command(WithoutFeedLine, MostTold), ReadKey));

    /// <summary>Numbers that are missing in the feed, from the first to the last of each gap.</summary>
    public IReadOnlyList<(long First, long Last)> GapsInFeed() => Read(c => All(c.Command(FeedGaps, MostTold), r => (r.GetInt64(0), r.GetInt64(1))));

    /// <summary>Rows that point at rows that are not there, one line each.</summary>
    public IReadOnlyList<string> BrokenReferences() => Read(c =>
    {
        using var command = c.Sqlite.CreateCommand();
        command.CommandText = "PRAGMA foreign_key_check";
        using var reader = command.ExecuteReader();
        var broken = new List<string>();
        while (broken.Count < MostTold && reader.Read())
            broken.Add($"row {(reader.IsDBNull(1) ? "?" : reader.GetInt64(1))} of {reader.GetString(0)} is about a row of {reader.GetString(2)} that is not there");
        return broken;
    });

    /// <summary>Those of <paramref name="blobs"/> that no row points at. Holds them on disk, not in memory.</summary>
    public IEnumerable<BlobDigest> WithoutArtifact(IEnumerable<BlobDigest> blobs)
    {
        using var connection = new CatalogConnection(_path, writer: false);
        CatalogSchema.Run(connection.Sqlite, "CREATE TEMP TABLE seen (blob TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN");
        foreach (var blob in blobs)
            connection.Execute("INSERT OR IGNORE INTO seen VALUES ($1)", blob.Hex);
        CatalogSchema.Run(connection.Sqlite, "COMMIT");
        using var reader = connection.Command("SELECT blob FROM seen EXCEPT SELECT blob FROM artifact").ExecuteReader();
        while (reader.Read())
            yield return new BlobDigest(reader.GetString(0));
    }

    private static ArtifactKey ReadKey(SqliteDataReader r) => new(r.GetString(0), r.GetString(1), r.GetString(2), CatalogSql.TextOrNull(r, 3) ?? "");
}
