namespace Tain.Storage;

/// <param name="Artifact">What a row promises.</param>
/// <param name="Problem">What is there instead.</param>
internal sealed record StoreFault(Artifact Artifact, string Problem);

/// <param name="Artifacts">Rows looked at.</param>
/// <param name="Orphans">Blobs that no row points at: garbage of a crash or of a lost race, harmless.</param>
/// <param name="Partials">Files being written; after an open and before the first fetch, none.</param>
internal sealed record StoreReport(long Artifacts, IReadOnlyList<StoreFault> Faults, IReadOnlyList<BlobDigest> Orphans, IReadOnlyList<string> Partials)
{
    public bool Sound => Faults.Count == 0;
}

/// <summary>Invariant 1, looked at from outside, for tests and without an ecosystem: every artifact's bytes are there, of the right size and digest.
/// <c>tain verify</c> looks at the content too.</summary>
internal static class StoreCheck
{
    public static StoreReport Run(BlobStore blobs, Catalog catalog, CancellationToken ct = default)
    {
        var faults = new List<StoreFault>();
        // Before the rows: a blob that is committed meanwhile is no orphan.
        var all = blobs.AllBlobs().ToList();
        long artifacts = 0;
        foreach (var artifact in catalog.AllArtifacts())
        {
            ct.ThrowIfCancellationRequested();
            artifacts++;
            using var bytes = StoredBytes.OpenOrNull(blobs, artifact);
            // Without a pace it reads synchronously.
            if ((bytes is null ? StoredBytes.Missing(artifact) : bytes.FindProblemAsync(ct).GetAwaiter().GetResult()) is { } problem)
                faults.Add(new StoreFault(artifact, problem.ToString()));
        }
        return new StoreReport(artifacts, faults, [.. catalog.WithoutArtifact(all)], [.. blobs.AllPartials()]);
    }
}
