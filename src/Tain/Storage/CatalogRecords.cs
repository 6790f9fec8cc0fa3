namespace Tain.Storage;

internal enum VersionState { Visible, Held, Quarantined, Purged }

/// <summary>A fact: this version was seen, in a list or an answer, whether its bytes were fetched or not.</summary>
/// <param name="FirstSeen">Strictly increasing over all facts of the catalog, microseconds: the index pages by it.</param>
internal sealed record VersionFact(string Ecosystem, string Name, string Version, DateTimeOffset FirstSeen, DateTimeOffset? Published, VersionState State);

internal sealed record ArtifactKey(string Ecosystem, string Name, string Version, string Kind);

/// <param name="Identity">The verified content (<c>h1:…</c>), not the digest of one encoding.</param>
/// <param name="Source">Who gave it.</param>
internal sealed record Artifact(ArtifactKey Key, string Identity, BlobDigest Blob, long Size, DateTimeOffset StoredAt, string Source)
{
    /// <summary>The independent source that vouches for <see cref="Identity"/>; empty when none was asked, or none could be.</summary>
    public string Proof { get; init; } = "";

    public Condition Condition { get; init; }

    /// <summary>Why it is not sound; empty when it is.</summary>
    public string Why { get; init; } = "";

    /// <summary>First identity wins: whether what is offered under this key may stand here. Another identity takes its place only if it is vouched for and this one
    /// never was; what was refuted gives way to what is vouched for, and to nothing else.</summary>
    public bool Admits(Artifact offered) => Condition is Condition.Refuted ? offered.Proof.Length > 0
        : Identity == offered.Identity || (Proof.Length == 0 && offered.Proof.Length > 0);
}

/// <summary>Whether an artifact may be served. What is not sound is fetched again when it is asked for.</summary>
internal enum Condition
{
    Sound,
    /// <summary>Its bytes are gone or spoilt. The identity stands: only bytes of that identity take their place.</summary>
    Damaged,
    /// <summary>An independent source says that the identity is wrong: only what such a source vouches for takes its place.</summary>
    Refuted,
}

/// <param name="Kind">list, latest, info/v1.2.3, info/main …</param>
internal sealed record DocumentKey(string Ecosystem, string Name, string Kind);

/// <summary>An upstream's body, kept with its validator and when it was last confirmed.</summary>
internal sealed record Document(DocumentKey Key, byte[] Body, string? ETag, string? LastModified, DateTimeOffset FetchedAt, string Source);

/// <summary>All that one answer changes, committed at once: rows and their feed lines in one transaction.</summary>
internal sealed record CatalogChange
{
    /// <summary>Seen versions of one name; known ones keep their first-seen time, a missing published time is filled in.</summary>
    public IReadOnlyList<SeenVersion> Versions { get; init; } = [];

    /// <summary>Its blob must be durable already. First identity wins: see <see cref="CommitResult"/>.</summary>
    public Artifact? Artifact { get; init; }

    /// <summary>The blob that the stored row points at and that is no longer on disk: the row then takes this artifact's bytes, if the identity is the same.
    /// Null, or another blob than the row has by now: the row keeps its bytes.</summary>
    public BlobDigest? LostBlob { get; init; }

    /// <summary>Each file's name, size and SHA-256 of an archive. Kept with the artifact; ignored without one.</summary>
    public IReadOnlyList<ManifestEntry>? Manifest { get; init; }

    public IReadOnlyList<Document> Documents { get; init; } = [];

    /// <summary>Other identities than the first that were seen without being fetched: an alarm each.</summary>
    public IReadOnlyList<Drift> Drifts { get; init; } = [];

    /// <summary>Verdicts on artifacts that are stored.</summary>
    public IReadOnlyList<Examined> Examined { get; init; } = [];

    /// <summary>What was authenticated of another's transparency log.</summary>
    public LogGrowth? Log { get; init; }

    /// <summary>What is kept of another's transparency log and was found wrong: deleted.</summary>
    public LogLoss? Lost { get; init; }

    /// <summary>Stored artifacts whose line in the feed is gone: they get another one.</summary>
    public IReadOnlyList<ArtifactKey> Announced { get; init; } = [];

    /// <summary>Documents that no source has any more: deleted.</summary>
    public IReadOnlyList<DocumentKey> Forgotten { get; init; } = [];
}

/// <summary>A source names another identity than the one that stands.</summary>
/// <param name="StoredIdentity">The one that stands: first stored here, or told by an independent source.</param>
internal sealed record Drift(ArtifactKey Key, string StoredIdentity, string OfferedIdentity, string Source)
{
    /// <summary>What each side says, for whoever has to decide who lies. At most <see cref="MaxEvidence"/> characters.</summary>
    public string Evidence { get; init => field = value.Length <= MaxEvidence ? value : value[..MaxEvidence]; } = "";

    /// <summary>Two signed tree heads and a proof have under 4,000.</summary>
    public const int MaxEvidence = 16_000;
}

/// <summary>A verdict on a stored artifact. Changes nothing when the row has another identity or blob by now.</summary>
/// <param name="Artifact">As it was looked at.</param>
/// <param name="Proof">Who vouches for it now; null leaves that as it is.</param>
internal sealed record Examined(Artifact Artifact, Condition Condition, string Why, string? Proof = null);

internal sealed record SeenVersion(string Ecosystem, string Name, string Version, DateTimeOffset? Published);

/// <param name="Sha256">64 hexadecimal digits, lower case.</param>
internal sealed record ManifestEntry(string Name, long Size, string Sha256);

/// <param name="Conflict">Set when another identity is stored under the artifact's key: nothing of the artifact was changed, an alarm was recorded.</param>
internal sealed record CommitResult(Artifact? Conflict)
{
    /// <summary>The artifact's row as it stands after the commit: the one from before if there was one of this identity, whose blob is the one to serve.
    /// Null without an artifact, on a conflict and when the version is purged.</summary>
    public Artifact? Stored { get; init; }

    /// <summary>The version is purged: its artifact was not stored again.</summary>
    public bool Purged { get; init; }

    /// <summary>False when another head than <see cref="LogGrowth.Before"/> was the newest: nothing of the growth was stored.</summary>
    public bool Grew { get; init; } = true;
}

/// <param name="Kind">One of <see cref="FeedKind"/>.</param>
internal sealed record FeedEntry(long Number, string Kind, string Ecosystem, string Name, string? Version, string? Detail, DateTimeOffset At);

/// <summary>What changes a request's answer. A document that was only confirmed changes none, and has no line.</summary>
internal static class FeedKind
{
    /// <summary>A new fact.</summary>
    public const string Version = "version";
    /// <summary>A known fact got its published time.</summary>
    public const string Published = "published";
    /// <summary>A new artifact; detail: its kind.</summary>
    public const string Artifact = "artifact";
    /// <summary>Lost bytes came back in another encoding; detail: the kind.</summary>
    public const string ArtifactReplaced = "artifact-replaced";
    /// <summary>A new or changed document; detail: its kind.</summary>
    public const string Document = "document";
    /// <summary>A stored artifact was examined with a new result; detail: the kind.</summary>
    public const string Examined = "examined";
    /// <summary>The first offer of another identity by a source; detail: the kind.</summary>
    public const string Alarm = "alarm";
}

/// <summary>A source offered another identity than the one stored. One row for each key, offered identity and source, however often it is offered.</summary>
/// <param name="At">The first time.</param>
internal sealed record Alarm(long Number, ArtifactKey Key, string StoredIdentity, string OfferedIdentity, string Source, DateTimeOffset At)
{
    public long Count { get; init; } = 1;
    public DateTimeOffset LastAt { get; init; } = At;

    /// <summary>Of the newest offer.</summary>
    public string Evidence { get; init; } = "";
}
