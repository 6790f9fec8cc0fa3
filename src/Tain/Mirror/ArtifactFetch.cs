using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>Brings one artifact: asks the sources in order, each by a <see cref="Download"/> (direct by a <see cref="Production"/>), then commits what was verified.</summary>
internal sealed class ArtifactFetch(BlobStore blobs, Catalog catalog, UpstreamClient upstream, SourceHealth health, KnownFailures failures, Stories stories,
    UpstreamOptions options, ServerLife life, TimeProvider time, ILogger<ArtifactFetch> log)
{
    /// <summary>Fills <paramref name="cold"/> and ends it with a verdict or a failure; never throws.</summary>
    public async Task RunAsync(ArtifactRequest request, ColdArtifact cold)
    {
        var began = time.GetUtcNow();
        var attempts = new List<Attempt>();
        Delivered? delivered = null;
        CatalogChange? change = null;
        Failure? failure;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(life.Ended);
        limit.CancelAfter(options.FetchTimeout);
        var proving = new Proving(request, limit.Token);
        try
        {
            // :: Step 6: its sources in order
            var result = await ChainWalk.RunAsync<Delivered>(request.Chain, request.Order, health, time,
                (link, ct) => link.Source is { } source
                    ? Download.RunAsync(ProvedBy(source.Name), source, cold, blobs, upstream, options.Tries, time, ct)
                    : Production.RunAsync(ProvedBy("direct"), cold, blobs, time, ct), limit.Token, attempts);
            delivered = result.Value;
            if (delivered is null)
                failure = proving.Failure is { } unproved ? unproved with { Attempts = [.. attempts, .. unproved.Attempts] } : Failure.Of(attempts, request.NobodyToAsk);
            else
                failure = await DriftAsync(change = ChangeOf(request, delivered), attempts);
        }
        catch (OperationCanceledException)
        {
            failure = Failure.GaveUp(life, options.FetchTimeout, attempts);
        }
        catch (StorageException e)
        {
            log.LogError(e, "could not store {Address}", request.Address);
            failure = new(e is StorageFullException ? FailureKind.StorageFull : FailureKind.Unavailable, e.Message, attempts);
        }
        catch (Exception e)
        {
            log.LogError(e, "could not fetch {Address}", request.Address);
            failure = new(FailureKind.Unavailable, "this server failed: " + e.Message, attempts);
        }

        if (proving.Refuted is { Count: > 0 } refuted)
        {
            await AlarmAsync(request, refuted);
            // That nobody else has it does not make it absent: somebody offers what is refuted.
            if (failure is { Kind: FailureKind.NotFound })
                failure = new(FailureKind.BadGateway, "its source sent what may not be served", failure.Attempts);
        }

        if (failure is { Kind: FailureKind.NotFound } && catalog.FindArtifactOrNull(request.Key) is { } stored)
            failure = Failure.Lost(stored, failure.Attempts) ?? failure;

        // The story, and what the next one who asks is told, come before the clients' answer: they may ask why at once.
        stories.Tell(new(request.Address, began, time.GetUtcNow() - began, failure?.Attempts ?? attempts, failure is null ? "fetched" : $"{failure.Status} {failure.Reason}"));
        if (failure is null)
        {
            cold.Verified(change!.Artifact!);
            await StoreAsync(request, delivered!, change);
            return;
        }
        if (failure.Kind is FailureKind.NotFound)
            failures.Remember(request.Address, failure, request.AbsenceTtl);
        else if (cold.CloseToClients() || proving.Failure is not null || failure.Attempts.Any(x => x.Fault is FaultKind.Malformed or FaultKind.TooLarge))
            failures.Remember(request.Address, failure, KnownFailures.AfterRefusal);
        cold.Fail(failure);

        ArtifactRequest ProvedBy(string source) => request with { Verify = (body, ct) => proving.VerifyAsync(source, body, ct) };
    }

    private async Task AlarmAsync(ArtifactRequest request, IReadOnlyList<Drift> refuted)
    {
        foreach (var drift in refuted)
            log.LogError("SECURITY: {Address}: {Source} offers {Offered}, but {Right} is right", request.Address, drift.Source, drift.OfferedIdentity, drift.StoredIdentity);
        try
        {
            await catalog.CommitAsync(new() { Drifts = refuted }, CancellationToken.None);
        }
        catch (StorageException e)
        {
            log.LogError(e, "could not keep that alarm");
        }
    }

    private CatalogChange ChangeOf(ArtifactRequest request, Delivered delivered)
    {
        var verdict = delivered.Verdict;
        return new()
        {
            Artifact = new(request.Key, verdict.Identity, delivered.Partial.Digest, delivered.Partial.Length, time.GetUtcNow(), delivered.Source) { Proof = verdict.Proof },
            LostBlob = catalog.FindArtifactOrNull(request.Key)?.Blob,
            Manifest = verdict.Manifest,
            Documents = delivered.Documents,
            Versions = [new SeenVersion(request.Key.Ecosystem, request.Key.Name, request.Key.Version, null)],
        };
    }

    /// <summary>First identity wins, before a client gets the end of another one: only bytes that were lost or spoilt are fetched twice. Records the alarm.
    /// What a witness refuted has no right to its place.</summary>
    private async Task<Failure?> DriftAsync(CatalogChange change, IReadOnlyList<Attempt> attempts)
    {
        var offered = change.Artifact!;
        if (catalog.FindArtifactOrNull(offered.Key) is not { } first || first.Admits(offered))
            return null;
        await catalog.CommitAsync(change, CancellationToken.None);
        var drifted = attempts[^1] with { Fault = FaultKind.Malformed, Said = $"offers {offered.Identity}; first stored: {first.Identity}" };
        return new(FailureKind.BadGateway, "its content is not what was first stored here; the first wins", [.. attempts.SkipLast(1), drifted]);
    }

    /// <summary>:: Step 8: blob durable first, then the row and its line in the feed. Clients hold verified bytes whatever happens here.</summary>
    private async Task StoreAsync(ArtifactRequest request, Delivered delivered, CatalogChange change)
    {
        try
        {
            blobs.Steps?.At(WriteSteps.VerdictGiven);
            await blobs.CommitAsync(delivered.Partial, CancellationToken.None);
            await catalog.CommitAsync(change, CancellationToken.None);
        }
        catch (Exception e)
        {
            log.LogError(e, "served but could not store {Address}", request.Address);
        }
    }
}
