using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Proves what was stored without proof: before there was a witness, while it could not be asked, or when it was exempt.</summary>
internal sealed class StoredProofs(Catalog catalog, Flights<Proved> flights, ILogger<StoredProofs> log)
{
    /// <summary>Asks the witness of <paramref name="request"/> about a stored artifact, once for all who wait. What it refutes is served no longer, and an alarm says why.</summary>
    public Task<Proved> ProveAsync(ArtifactRequest request, Artifact artifact, CancellationToken wait)
        => flights.JoinAsync(request.Address, ct => AskAsync(request, artifact, ct), wait);

    private async Task<Proved> AskAsync(ArtifactRequest request, Artifact artifact, CancellationToken ct)
    {
        Testimony testimony;
        try
        {
            testimony = await request.Testify!(ct);
        }
        catch (OperationCanceledException)
        {
            return new(new Failure(FailureKind.Timeout, "the witness of its content was not heard in time", []), IsUnavailable: true);
        }
        if (testimony.Failure is { } failure)
            return new(failure, testimony.IsUnavailable);
        var isRight = testimony.Identity == artifact.Identity;
        await catalog.CommitAsync(isRight
            ? new() { Examined = [new(artifact, Condition.Sound, "", testimony.By)] }
            : Refutation(artifact, testimony), CancellationToken.None);
        if (!isRight)
            log.LogError("{Address}, stored from {Source}, has {Identity}; {By} says {Right}: it is not served any longer", request.Address, artifact.Source, artifact.Identity, testimony.By, testimony.Identity);
        return new(null, IsUnavailable: false);
    }

    private static CatalogChange Refutation(Artifact artifact, Testimony testimony) => new()
    {
        Examined = [new(artifact, Condition.Refuted, $"{testimony.By} says {testimony.Identity}")],
        Drifts =
        [
            new(artifact.Key, testimony.Identity!, artifact.Identity, artifact.Source)
            {
                Evidence = $"{artifact.Source} sent content with {artifact.Identity} (sha256 {artifact.Blob.Hex}), stored at {artifact.StoredAt:O}.\n{testimony.Evidence}",
            },
        ],
    };
}

/// <param name="Failure">Null when the witness has spoken: what it said is in the catalog.</param>
internal sealed record Proved(Failure? Failure, bool IsUnavailable);
