using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Looks at the catalog by itself: the database file, what its rows say of each other, the feed, and each document by its ecosystem's rules.</summary>
internal sealed class CatalogExamination(Catalog catalog, DocumentRules rules)
{
    /// <summary>Every finding; none is mended unless <paramref name="repairs"/> are given.</summary>
    public IEnumerable<Finding> Run(CatalogRepairs? repairs)
    {
        if (catalog.FindDamageOrNull(indexes: true) is { } damage)
        {
            yield return new(Gravity.Fault, FindingKind.Catalog, Catalog.FileName)
            {
                Expected = "a sound SQLite database",
                Found = damage,
                Remedy = "stop tain and restore it from a backup, or REINDEX it when only indexes are named; the blobs beside it are not affected",
            };
        }
        foreach (var broken in catalog.BrokenReferences())
            yield return new(Gravity.Fault, FindingKind.Reference, Catalog.FileName) { Found = broken, Remedy = "restore it from a backup" };
        foreach (var key in catalog.ArtifactsWithoutVersion())
        {
            yield return new(Gravity.Fault, FindingKind.VersionMissing, NameOf(key))
            {
                Found = "an artifact of a version that was never seen",
                Remedy = "--repair records it as seen now",
                Repair = repairs is null ? null : ct => repairs.SeeAsync(key, ct),
            };
        }
        foreach (var key in catalog.ArtifactsWithoutFeedLine())
        {
            yield return new(Gravity.Fault, FindingKind.FeedLineMissing, NameOf(key))
            {
                Found = "an artifact that the feed does not tell of",
                Remedy = "--repair appends a line",
                Repair = repairs is null ? null : ct => repairs.AnnounceAsync(key, ct),
            };
        }
        foreach (var (first, last) in catalog.GapsInFeed())
        {
            yield return new(Gravity.Warning, FindingKind.FeedGap, $"feed {first}{(last > first ? $" to {last}" : "")}")
            {
                Found = "lines that were there once",
                Remedy = "what they said of artifacts is looked at apart; other readers of the feed may have missed the rest",
            };
        }
        // Read to its end: each line has to be readable.
        for (long after = 0; catalog.ReadFeed(after, 1000) is { Count: > 0 } lines; after = lines[^1].Number) { }
    }

    /// <summary>What is wrong with a document, if anything.</summary>
    public Finding? FindFaultOrNull(Document document, CatalogRepairs? repairs)
    {
        if (rules.ProblemOrNull(document) is not { } problem)
            return null;
        var key = document.Key;
        return new(Gravity.Fault, FindingKind.Document, $"{key.Name} {key.Kind}")
        {
            Found = $"a body as of a source that {problem}",
            Remedy = "--repair puts it in quarantine and fetches it again",
            Repair = repairs is null ? null : ct => repairs.FetchAsync(document, rules, ct),
        };
    }

    private static string NameOf(ArtifactKey key) => $"{key.Name} {key.Version} ({key.Kind})";
}

/// <summary>What the ecosystems know of documents.</summary>
/// <param name="ProblemOrNull">Why it may not be what a source sent; null when it may.</param>
/// <param name="FetchAsync">Fetches it as for a client.</param>
internal sealed record DocumentRules(Func<Document, string?> ProblemOrNull, Func<DocumentKey, CancellationToken, Task<Failure?>> FetchAsync);

/// <summary>Mends rows. Each answer is null when that was done and looked at again, else why it was not.</summary>
internal sealed class CatalogRepairs(Catalog catalog, BlobStore blobs, Documents documents, TimeProvider time)
{
    public async Task<string?> SeeAsync(ArtifactKey key, CancellationToken ct)
    {
        await catalog.CommitAsync(new() { Versions = [new(key.Ecosystem, key.Name, key.Version, null)] }, ct);
        return catalog.FindVersionOrNull(key.Ecosystem, key.Name, key.Version) is null ? "it is not there all the same" : null;
    }

    public async Task<string?> AnnounceAsync(ArtifactKey key, CancellationToken ct)
    {
        await catalog.CommitAsync(new() { Announced = [key] }, ct);
        return catalog.ArtifactsWithoutFeedLine().Contains(key) ? "it is not there all the same" : null;
    }

    public async Task<string?> FetchAsync(Document document, DocumentRules rules, CancellationToken ct)
    {
        var key = document.Key;
        if (catalog.FindDocumentOrNull(key) is not { } now || rules.ProblemOrNull(now) is null)
            return null;
        blobs.Quarantine.Keep($"{key.Name}-{key.Kind}", now.Body, time.GetUtcNow());
        await documents.ForgetAsync(key, ct);
        var failure = await rules.FetchAsync(key, ct);
        // A document that is not there is asked for when it is wanted.
        return catalog.FindDocumentOrNull(key) is not { } again ? failure?.Reason : rules.ProblemOrNull(again);
    }
}
