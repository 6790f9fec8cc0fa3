using System.Security.Cryptography;

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

/// <summary>Invariant 1, looked at from outside: every artifact's bytes are there, of the right size and digest.</summary>
internal static class StoreCheck
{
    public static StoreReport Run(BlobStore blobs, Catalog catalog, CancellationToken ct = default)
    {
        var faults = new List<StoreFault>();
        var verdicts = new Dictionary<(BlobDigest, long), string?>();
        // Before the rows: a blob that is committed meanwhile is no orphan.
        var orphans = blobs.AllBlobs().ToHashSet();
        long artifacts = 0;
        foreach (var artifact in catalog.AllArtifacts())
        {
            ct.ThrowIfCancellationRequested();
            artifacts++;
            orphans.Remove(artifact.Blob);
            if (!verdicts.TryGetValue((artifact.Blob, artifact.Size), out var problem))
                verdicts[(artifact.Blob, artifact.Size)] = problem = ProblemOrNull(blobs, artifact);
            if (problem is not null)
                faults.Add(new StoreFault(artifact, problem));
        }
        return new StoreReport(artifacts, faults, [.. orphans], [.. blobs.AllPartials()]);
    }

    private static string? ProblemOrNull(BlobStore blobs, Artifact artifact)
    {
        using var file = blobs.OpenOrNull(artifact.Blob);
        if (file is null)
            return "its bytes are missing";
        var size = RandomAccess.GetLength(file);
        if (size != artifact.Size)
            return $"its bytes are {size} long instead of {artifact.Size}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        int read;
        for (long at = 0; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
            hash.AppendData(buffer, 0, read);
        var digest = Convert.ToHexStringLower(hash.GetCurrentHash());
        return digest == artifact.Blob.Hex ? null : $"its bytes hash to {digest} instead of {artifact.Blob}";
    }
}
