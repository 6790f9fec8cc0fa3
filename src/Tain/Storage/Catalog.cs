using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Tain.Storage;

/// <summary>Facts, artifacts, documents, alarms and the feed. SQLite in WAL mode; one writer groups commits, readers are concurrent.
/// A commit is durable when it returns (synchronous=FULL). Every member may be used from any thread; reads are synchronous, of tens of microseconds.</summary>
internal sealed partial class Catalog : IAsyncDisposable
{
    public const string FileName = "catalog.db";

    /// <summary>Read connections kept for reuse. More may be open for a moment.</summary>
    private const int PooledReaders = 16;

    /// <summary>Rows that <see cref="AllArtifacts"/> reads at once, so that no long read keeps the WAL from being emptied.</summary>
    private const int Page = 1000;

    /// <summary>From so many versions on, known ones are left out before the writer sees them.</summary>
    private const int ManyVersions = 8;

    private readonly string _path;
    private readonly CatalogWriter? _writer;
    private readonly ConcurrentBag<CatalogConnection> _readers = [];
    private volatile bool _disposed;

    private Catalog(string path, CatalogWriter? writer) => (_path, _writer) = (path, writer);

    /// <summary>Opens or makes catalog.db, applies numbered schema scripts, refuses a newer schema and a network file system. Throws <see cref="StorageException"/>.</summary>
    public static Catalog Open(string folder, TimeProvider time, WriteSteps? steps = null)
    {
        folder = Path.GetFullPath(folder);
        BlobStore.MakeDataFolder(folder);
        var path = Path.Combine(folder, FileName);
        var connection = CatalogFile.Open(path, steps);
        try
        {
            return new Catalog(path, new CatalogWriter(connection, path, time, steps));
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw CatalogErrors.Describe(path, e);
        }
    }

    /// <summary>To look only, also while another process writes: each read sees what was committed when it began. Refuses another schema than the newest.</summary>
    public static Catalog OpenToRead(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), FileName);
        CatalogFile.CheckReadable(path);
        return new Catalog(path, writer: null);
    }

    /// <summary>Done when the change is durable. Cancelling ends the wait; a change that the writer has begun is still committed.</summary>
    public async Task<CommitResult> CommitAsync(CatalogChange change, CancellationToken ct)
    {
        if (change.Versions.Count >= ManyVersions)
            change = change with { Versions = WithoutKnown(change.Versions) };
        if (change.Versions.Count == 0 && change.Documents.Count == 0 && change.Forgotten.Count == 0 && change.Drifts.Count == 0 && change.Examined.Count == 0 && change.Artifact is null && change.Log is null
            && change.Announced.Count == 0 && change.Lost is null)
            return new CommitResult(Conflict: null);
        return await (_writer ?? throw new InvalidOperationException("the catalog was opened to read")).CommitAsync(change, ct);
    }

    // Facts are never removed, so what is known here stays known. A long list is mostly known: the one writer is spared it.
    private List<SeenVersion> WithoutKnown(IReadOnlyList<SeenVersion> seen)
    {
        var left = new List<SeenVersion>();
        foreach (var name in seen.GroupBy(s => (s.Ecosystem, s.Name)))
        {
            var known = VersionsOf(name.Key.Ecosystem, name.Key.Name).ToDictionary(f => f.Version, StringComparer.Ordinal);
            left.AddRange(name.Where(s => !known.TryGetValue(s.Version, out var fact) || (fact.Published is null && s.Published is not null)));
        }
        return left;
    }

    public Artifact? FindArtifactOrNull(ArtifactKey key) => Read(c =>
        FirstOrNull(c.Command(CatalogSql.FindArtifact, key.Ecosystem, key.Name, key.Version, key.Kind), CatalogSql.ReadArtifact));

    public IReadOnlyList<ManifestEntry>? FindManifestOrNull(ArtifactKey key)
    {
        var body = Read(c => (byte[]?)c.Command(CatalogSql.FindManifest, key.Ecosystem, key.Name, key.Version, key.Kind).ExecuteScalar());
        try
        {
            return body is null ? null : ManifestCodec.Decode(body);
        }
        catch (InvalidDataException e)
        {
            throw CatalogErrors.Damaged(_path, $"the manifest of {key.Name} {key.Version}: {e.Message}", e);
        }
    }

    public Document? FindDocumentOrNull(DocumentKey key) => Read(c =>
        FirstOrNull(c.Command(CatalogSql.FindDocument, key.Ecosystem, key.Name, key.Kind), CatalogSql.ReadDocument));

    /// <summary>Names of which a document came from <paramref name="source"/>, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<string> NamesBySource(string ecosystem, string source, int limit) => Read(c =>
        All(c.Command(CatalogSql.NamesBySource, ecosystem, source, limit), reader => reader.GetString(0)));

    public VersionFact? FindVersionOrNull(string ecosystem, string name, string version) => Read(c =>
        FirstOrNull(c.Command(CatalogSql.FindVersion, ecosystem, name, version), CatalogSql.ReadVersion));

    public IReadOnlyList<VersionFact> VersionsOf(string ecosystem, string name) => Read(c =>
        All(c.Command(CatalogSql.VersionsOf, ecosystem, name), CatalogSql.ReadVersion));

    /// <summary>All artifacts of a name (one row per version and kind).</summary>
    public IReadOnlyList<Artifact> ArtifactsOf(string ecosystem, string name) => Read(c =>
        All(c.Command(CatalogSql.ArtifactsOf, ecosystem, name), CatalogSql.ReadArtifact));

    /// <summary>Facts first seen at or after <paramref name="since"/>, in that order, of names that <paramref name="include"/> lets through, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<VersionFact> VersionsSince(string ecosystem, DateTimeOffset since, int limit, Func<string, bool> include) => Read(c =>
    {
        var facts = new List<VersionFact>();
        if (limit <= 0)
            return facts;
        using var reader = c.Command(CatalogSql.VersionsSince, ecosystem, CatalogSql.MicrosecondsUp(since)).ExecuteReader();
        while (facts.Count < limit && reader.Read())
        {
            var fact = CatalogSql.ReadVersion(reader);
            if (include(fact.Name))
                facts.Add(fact);
        }
        return facts;
    });

    /// <summary>Lines with a number above <paramref name="after"/>, in order. Numbers become visible in order: none appears later below one that was read.</summary>
    public IReadOnlyList<FeedEntry> ReadFeed(long after, int limit) => Read(c =>
        All(c.Command(CatalogSql.Feed, after, Math.Max(limit, 0)), CatalogSql.ReadFeedEntry));

    public IReadOnlyList<Alarm> AlarmsOf(string ecosystem, string name) => Read(c =>
        All(c.Command(CatalogSql.AlarmsOf, ecosystem, name), CatalogSql.ReadAlarm));

    /// <summary>Alarms with a number above <paramref name="after"/>, in order, of what <paramref name="include"/> lets through, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<Alarm> AlarmsAfter(long after, int limit, Func<ArtifactKey, bool> include) => Read(c =>
    {
        var alarms = new List<Alarm>();
        if (limit <= 0)
            return alarms;
        using var reader = c.Command(CatalogSql.AlarmsAfter, after).ExecuteReader();
        while (alarms.Count < limit && reader.Read())
        {
            var alarm = CatalogSql.ReadAlarm(reader);
            if (include(alarm.Key))
                alarms.Add(alarm);
        }
        return alarms;
    });

    /// <summary>Every artifact in the order of keys, for checks over the whole store. What is committed meanwhile may be in it or not.</summary>
    public IEnumerable<Artifact> AllArtifacts() => ArtifactsBy(CatalogSql.ArtifactsAfter);

    /// <summary>Every artifact that nobody vouches for, in the order of keys.</summary>
    public IEnumerable<Artifact> UnprovedArtifacts() => ArtifactsBy(CatalogSql.UnprovedAfter);

    private IEnumerable<Artifact> ArtifactsBy(string query)
    {
        var last = new ArtifactKey("", "", "", "");
        while (true)
        {
            var page = Read(c => All(c.Command(query, last.Ecosystem, last.Name, last.Version, last.Kind, Page), CatalogSql.ReadArtifact));
            foreach (var artifact in page)
                yield return artifact;
            if (page.Count < Page)
                yield break;
            last = page[^1].Key;
        }
    }

    /// <summary>SQLite's own check of the whole file; null when it is sound. Reads all of it.</summary>
    /// <param name="indexes">Also whether each index says what its table does.</param>
    public string? FindDamageOrNull(bool indexes = false) => Read(c => CatalogFile.FindDamageOrNull(c.Sqlite, indexes));

    /// <summary>Commits what was queued, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_writer is not null)
            await _writer.FinishAsync();
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _writer?.Dispose();
    }

    private T Read<T>(Func<CatalogConnection, T> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            var connection = _readers.TryTake(out var pooled) ? pooled : new CatalogConnection(_path, writer: false);
            try
            {
                var result = query(connection);
                if (_readers.Count >= PooledReaders || _disposed)
                    connection.Dispose();
                else
                    _readers.Add(connection);
                return result;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (SqliteException e)
        {
            throw CatalogErrors.Describe(_path, e);
        }
    }

    private static T? FirstOrNull<T>(SqliteCommand command, Func<SqliteDataReader, T> read) where T : class
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    private static List<T> All<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }
}
