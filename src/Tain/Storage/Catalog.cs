namespace Tain.Storage;

internal enum VersionState { Visible, Held, Quarantined, Purged }

/// <summary>A fact: this version was seen, in a list or an answer, whether its bytes were fetched or not.</summary>
/// <param name="FirstSeen">Strictly increasing over all facts of the catalog, microseconds: the index pages by it.</param>
internal sealed record VersionFact(string Ecosystem, string Name, string Version, DateTimeOffset FirstSeen, DateTimeOffset? Published, VersionState State);

internal sealed record ArtifactKey(string Ecosystem, string Name, string Version, string Kind);

/// <param name="Identity">The verified content (<c>h1:…</c>), not the digest of one encoding.</param>
/// <param name="Source">Who gave it.</param>
internal sealed record Artifact(ArtifactKey Key, string Identity, BlobDigest Blob, long Size, DateTimeOffset StoredAt, string Source);

/// <param name="Kind">list, latest, info/v1.2.3, info/main …</param>
internal sealed record DocumentKey(string Ecosystem, string Name, string Kind);

/// <summary>An upstream's body, kept with its validator and when it was last confirmed.</summary>
internal sealed record Document(DocumentKey Key, byte[] Body, string? ETag, string? LastModified, DateTimeOffset FetchedAt, string Source);

/// <summary>All that one answer changes, committed at once: rows and their feed lines in one transaction.</summary>
internal sealed record CatalogChange
{
    /// <summary>Seen versions of one name; known ones keep their first-seen time, a missing published time is filled in.</summary>
    public IReadOnlyList<SeenVersion> Versions { get; init; } = [];
    public Artifact? Artifact { get; init; }
    /// <summary>Each file's name, size and SHA-256 of an archive.</summary>
    public IReadOnlyList<ManifestEntry>? Manifest { get; init; }
    public IReadOnlyList<Document> Documents { get; init; } = [];
}

internal sealed record SeenVersion(string Ecosystem, string Name, string Version, DateTimeOffset? Published);

internal sealed record ManifestEntry(string Name, long Size, string Sha256);

/// <param name="Conflict">Set when another identity is stored under the artifact's key: nothing of the artifact was changed, an alarm was recorded.</param>
internal sealed record CommitResult(Artifact? Conflict);

internal sealed record FeedEntry(long Number, string Kind, string Ecosystem, string Name, string? Version, string? Detail, DateTimeOffset At);

internal sealed record Alarm(long Number, ArtifactKey Key, string StoredIdentity, string OfferedIdentity, string Source, DateTimeOffset At);

/// <summary>Facts, artifacts, documents, alarms and the feed. SQLite in WAL mode; one writer groups commits, readers are concurrent.
/// A commit is durable when it returns (synchronous=FULL).</summary>
internal sealed class Catalog : IAsyncDisposable
{
    /// <summary>Opens or makes catalog.db, applies numbered schema scripts, refuses a newer schema and a network file system. Throws <see cref="StorageException"/>.</summary>
    public static Catalog Open(string folder, TimeProvider time, WriteSteps? steps = null) => throw new NotImplementedException();

    public Task<CommitResult> CommitAsync(CatalogChange change, CancellationToken ct) => throw new NotImplementedException();

    public Artifact? FindArtifactOrNull(ArtifactKey key) => throw new NotImplementedException();
    public IReadOnlyList<ManifestEntry>? FindManifestOrNull(ArtifactKey key) => throw new NotImplementedException();
    public Document? FindDocumentOrNull(DocumentKey key) => throw new NotImplementedException();
    public VersionFact? FindVersionOrNull(string ecosystem, string name, string version) => throw new NotImplementedException();
    public IReadOnlyList<VersionFact> VersionsOf(string ecosystem, string name) => throw new NotImplementedException();
    /// <summary>All artifacts of a name (one row per version and kind).</summary>
    public IReadOnlyList<Artifact> ArtifactsOf(string ecosystem, string name) => throw new NotImplementedException();
    /// <summary>Facts first seen at or after <paramref name="since"/>, in that order, of names that <paramref name="include"/> lets through, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<VersionFact> VersionsSince(string ecosystem, DateTimeOffset since, int limit, Func<string, bool> include) => throw new NotImplementedException();
    public IReadOnlyList<FeedEntry> ReadFeed(long after, int limit) => throw new NotImplementedException();
    public IReadOnlyList<Alarm> AlarmsOf(string ecosystem, string name) => throw new NotImplementedException();
    /// <summary>Every artifact, for checks over the whole store.</summary>
    public IEnumerable<Artifact> AllArtifacts() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
