using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Mends what an examination found wrong with an artifact, and believes it only after another examination. What can't be mended is not served.</summary>
/// <remarks>The order: the row is marked, so that nobody is served from it; the spoilt file is put away; then the artifact is fetched as for a client,
/// which insists on its identity. A crash in between leaves a row that is fetched again when it is asked for.</remarks>
internal sealed class ArtifactRepair(Catalog catalog, BlobStore blobs, Artifacts artifacts, ArtifactExamination examination, TimeProvider time)
{
    /// <summary>One repair may bring to light what the fault hid: bytes that are back and unproved, say.</summary>
    private const int Rounds = 4;

    /// <summary>Null when it is sound now, else why it is not.</summary>
    public async Task<string?> RepairAsync(ArtifactFault fault, CancellationToken ct)
    {
        for (var round = 0; ; round++)
        {
            var failed = await TreatAsync(fault, ct);
            var next = await examination.FindFaultOrNullAsync(catalog.FindArtifactOrNull(fault.Artifact.Key) ?? fault.Artifact, null, ct);
            if (next is null)
                return null;
            if (failed is not null || round == Rounds || (next.Kind == fault.Kind && next.Artifact == fault.Artifact))
                return failed ?? $"{next.Kind}: {next.Found}";
            fault = next;
        }
    }

    /// <summary>Why it could not be treated, or null.</summary>
    private async Task<string?> TreatAsync(ArtifactFault fault, CancellationToken ct)
    {
        var artifact = fault.Artifact;
        if (fault.Request is not { } request)
            return "nobody knows how to fetch it";
        switch (fault.Treatment)
        {
            case Treatment.Fetch:
                // Somebody may have put the right bytes back, from a backup say.
                if (artifact.Condition is Condition.Damaged && await IsWholeAsync(artifact, ct))
                {
                    await artifacts.ExamineAsync(new(artifact, Condition.Sound, ""), ct);
                    return null;
                }
                if (artifact.Condition is Condition.Sound)
                    await artifacts.ExamineAsync(new(artifact, Condition.Damaged, $"{fault.Kind}: found {fault.Found}"), ct);
                if (fault.IsSpoilt)
                    await blobs.QuarantineAsync(artifact.Blob, time.GetUtcNow(), ct);
                return Words(await artifacts.FetchAgainAsync(request, ct));
            case Treatment.Prove:
                return Words((await artifacts.ProveAsync(request, artifact, ct)).Failure);
            case Treatment.WriteManifest:
                await catalog.CommitAsync(new() { Artifact = artifact, Manifest = fault.Verdict!.Manifest }, ct);
                return null;
            default:
                return "there is no remedy";
        }
    }

    private async Task<bool> IsWholeAsync(Artifact artifact, CancellationToken ct)
    {
        using var bytes = StoredBytes.OpenOrNull(blobs, artifact, null);
        return bytes is not null && bytes.Length == artifact.Size && await bytes.FindProblemAsync(ct) is null;
    }

    private static string? Words(Failure? failure) => failure is null ? null
        : string.Join("; ", failure.Attempts.Select(a => $"{a.Source}: {a.Said}").Prepend(failure.Reason));
}
