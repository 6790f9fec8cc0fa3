namespace Tain.Mirror;

internal enum Gravity
{
    /// <summary>Garbage that a crash may leave; nothing depends on it.</summary>
    Harmless,
    /// <summary>Something could not be looked at, or looks odd; nothing wrong can be served because of it.</summary>
    Warning,
    /// <summary>What is stored is not what it has to be.</summary>
    Fault,
}

/// <summary>One thing that an examination of the store found.</summary>
/// <param name="Kind">One of <see cref="FindingKind"/>.</param>
/// <param name="Where">The artifact, document, tile … as people name it.</param>
internal sealed record Finding(Gravity Gravity, string Kind, string Where)
{
    public string Expected { get; init; } = "";

    public string Found { get; init; } = "";

    /// <summary>What to do about it.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>Mends it: null when that was done and looked at again, else why it was not. Null where nothing can be mended, or nothing may.</summary>
    public Func<CancellationToken, Task<string?>>? Repair { get; init; }

    /// <summary>What became of <see cref="Repair"/>; null when it was not tried.</summary>
    public bool? Repaired { get; init; }

    /// <summary>Why it was not mended.</summary>
    public string Left { get; init; } = "";

    /// <summary>Faults that are there now.</summary>
    public bool IsLeft => Gravity is Gravity.Fault && Repaired is not true;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var text = $"{Gravity.ToString().ToLowerInvariant()}: {Where}: {Kind}";
        if (Expected.Length > 0)
            text += $": expected {Expected}, found {Found}";
        else if (Found.Length > 0)
            text += $": {Found}";
        return Repaired switch
        {
            true => text + "; repaired",
            false => text + $"; not repaired: {Left}",
            null => Remedy.Length > 0 ? text + $"; {Remedy}" : text,
        };
    }
}

/// <summary>Words that scripts may rely on.</summary>
internal static class FindingKind
{
    // :: Artifacts
    public const string BytesMissing = "bytes-missing";
    public const string BytesSize = "bytes-size";
    public const string BytesChanged = "bytes-changed";
    /// <summary>The bytes are those that the row names, and they are no content that its ecosystem allows under this name.</summary>
    public const string Content = "content";
    public const string Identity = "identity";
    /// <summary>An independent source says otherwise.</summary>
    public const string Refuted = "refuted";
    public const string Manifest = "manifest";
    public const string Unproved = "unproved";
    /// <summary>It has a proof, of which nothing is kept.</summary>
    public const string ProofLost = "proof-lost";
    /// <summary>Found by an examination before this one, and served no longer.</summary>
    public const string Quarantined = "quarantined";
    /// <summary>A row that is about nothing that this tain knows.</summary>
    public const string Unknown = "unknown";

    // :: The catalog
    public const string Catalog = "catalog";
    public const string Reference = "reference";
    public const string VersionMissing = "version-missing";
    public const string FeedLineMissing = "feed-line-missing";
    public const string FeedGap = "feed-gap";
    public const string Document = "document";

    // :: Others' logs
    public const string LogUnknown = "log-unknown";
    public const string LogHead = "log-head";
    public const string LogFork = "log-fork";
    public const string LogTile = "log-tile";
    public const string LogEntry = "log-entry";
    public const string LogUnchecked = "log-unchecked";

    // :: Garbage
    public const string Orphan = "orphan";
    public const string Leftover = "leftover";
}
