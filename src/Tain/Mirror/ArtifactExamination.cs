using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Looks at one stored artifact as strictly as when it came: its bytes, their content by its ecosystem's own rules, the manifest, the kept proof. Asks nobody and changes nothing.</summary>
/// <param name="requestFor">How an ecosystem verifies what has this key; null for keys that are nobody's.</param>
internal sealed class ArtifactExamination(Catalog catalog, BlobStore blobs, Func<ArtifactKey, ArtifactRequest?> requestFor)
{
    /// <summary>Null when it is sound. What is replaced meanwhile is looked at again: a fault is one of the row as it stands.</summary>
    /// <param name="pace">Waits before so many bytes are read; null for as fast as it goes.</param>
    public async Task<ArtifactFault?> FindFaultOrNullAsync(Artifact artifact, Func<int, CancellationToken, ValueTask>? pace, CancellationToken ct)
    {
        while (true)
        {
            var fault = await LookAsync(artifact, pace, ct);
            if (fault is null || catalog.FindArtifactOrNull(artifact.Key) is not { } now)
                return null;
            if (now == artifact)
                return fault;
            artifact = now;
        }
    }

    private async Task<ArtifactFault?> LookAsync(Artifact artifact, Func<int, CancellationToken, ValueTask>? pace, CancellationToken ct)
    {
        if (requestFor(artifact.Key) is not { } request)
            return new(artifact, null, FindingKind.Unknown) { Found = $"ecosystem {artifact.Key.Ecosystem}, kind {artifact.Key.Kind}" };
        if (artifact.Condition is not Condition.Sound)
            return new(artifact, request, FindingKind.Quarantined) { Found = $"{artifact.Condition.ToString().ToLowerInvariant()}: {artifact.Why}", Treatment = Treatment.Fetch };

        // :: The bytes and, in the same pass, their content
        StoredBytes? opened;
        try
        {
            opened = StoredBytes.OpenOrNull(blobs, artifact, pace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable(artifact, request, e);
        }
        using var bytes = opened;
        Verdict? verdict = null;
        string? illegal = null;
        StoredProblem? problem;
        try
        {
            if (bytes?.Length == artifact.Size)
                verdict = await request.Verify(bytes, ct);
        }
        catch (IllegalContentException e)
        {
            illegal = e.Message;
        }
        catch (IOException e)
        {
            return Unreadable(artifact, request, e);
        }
        try
        {
            problem = bytes is null ? StoredBytes.Missing(artifact) : await bytes.FindProblemAsync(ct);
        }
        catch (IOException e)
        {
            return Unreadable(artifact, request, e);
        }
        if (problem is not null)
        {
            return new(artifact, request, KindOf(problem.Kind))
            {
                Expected = problem.Expected,
                Found = problem.Found,
                Treatment = Treatment.Fetch,
                IsSpoilt = problem.Kind is not StoredProblemKind.Missing,
            };
        }

        // :: The witness
        var kept = request.Recall is null ? null : await request.Recall(ct);
        if (kept?.Identity is { } right && right != artifact.Identity)
            return new(artifact, request, FindingKind.Refuted) { Expected = $"{right} ({kept.By})", Found = artifact.Identity, Treatment = Treatment.Prove };
        if (verdict is null)
            return new(artifact, request, FindingKind.Content) { Expected = artifact.Identity, Found = $"content that is illegal: {illegal}", Treatment = Treatment.Fetch };
        if (verdict.Identity != artifact.Identity)
            return new(artifact, request, FindingKind.Identity) { Expected = artifact.Identity, Found = verdict.Identity, Treatment = Treatment.Fetch };
        if (kept is not null && artifact.Proof.Length == 0)
            return new(artifact, request, FindingKind.Unproved) { Expected = $"a proof by {kept.By}", Found = "none", Treatment = Treatment.Prove };
        // One by a witness that is configured no longer is as good as it was.
        if (kept is { Identity: null } && artifact.Proof == kept.By)
            return new(artifact, request, FindingKind.ProofLost) { Expected = $"what {kept.By} said of it", Found = kept.Failure?.Reason ?? "nothing that is kept", Treatment = Treatment.Prove };

        // :: The manifest
        return verdict.Manifest is { } manifest && ManifestProblem(artifact.Key, manifest) is { } wrong
            ? new(artifact, request, FindingKind.Manifest) { Expected = $"{manifest.Count} files as in its bytes", Found = wrong, Treatment = Treatment.WriteManifest, Verdict = verdict }
            : null;
    }

    private string? ManifestProblem(ArtifactKey key, IReadOnlyList<ManifestEntry> right)
    {
        IReadOnlyList<ManifestEntry>? stored;
        try
        {
            stored = catalog.FindManifestOrNull(key);
        }
        catch (StorageException e)
        {
            return e.InnerException?.Message ?? e.Message;
        }
        if (stored is null)
            return "none";
        // Another encoding of the same content may have another order.
        return stored.OrderBy(e => e.Name, StringComparer.Ordinal).SequenceEqual(right.OrderBy(e => e.Name, StringComparer.Ordinal)) ? null : $"another one, of {stored.Count} files";
    }

    private static ArtifactFault Unreadable(Artifact artifact, ArtifactRequest request, Exception e) => new(artifact, request, FindingKind.BytesChanged)
    {
        Expected = $"sha256 {artifact.Blob}",
        Found = $"a file that can't be read: {e.Message}",
        Treatment = Treatment.Fetch,
        IsSpoilt = true,
    };

    private static string KindOf(StoredProblemKind kind) => kind switch
    {
        StoredProblemKind.Missing => FindingKind.BytesMissing,
        StoredProblemKind.Size => FindingKind.BytesSize,
        _ => FindingKind.BytesChanged,
    };
}

/// <summary>What helps.</summary>
internal enum Treatment { None, Fetch, Prove, WriteManifest }

/// <param name="Kind">One of <see cref="FindingKind"/>.</param>
internal sealed record ArtifactFault(Artifact Artifact, ArtifactRequest? Request, string Kind)
{
    public string Expected { get; init; } = "";

    public string Found { get; init; } = "";

    public Treatment Treatment { get; init; }

    /// <summary>The file itself is not what its name says.</summary>
    public bool IsSpoilt { get; init; }

    /// <summary>Of the stored bytes, when they are right.</summary>
    public Verdict? Verdict { get; init; }

    public string Where => Request?.Address ?? $"{Artifact.Key.Name} {Artifact.Key.Version} ({Artifact.Key.Kind})";

    public string Remedy => Treatment switch
    {
        Treatment.Fetch => "--repair puts it in quarantine and fetches it again",
        Treatment.Prove => "--repair asks who vouches for it, as the running server does by itself",
        Treatment.WriteManifest => "--repair writes it again, from the bytes",
        _ => "a newer tain may know it; else restore catalog.db from a backup",
    };
}
