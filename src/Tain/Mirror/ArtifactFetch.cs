using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>Brings one artifact: asks the sources in order, each by a <see cref="Download"/>, then commits what was verified.</summary>
internal sealed class ArtifactFetch(BlobStore blobs, Catalog catalog, UpstreamClient upstream, SourceHealth health, KnownFailures failures, Stories stories,
    UpstreamOptions options, ServerLife life, TimeProvider time, ILogger<ArtifactFetch> log)
{
    /// <summary>Fills <paramref name="cold"/> and ends it with a verdict or a failure; never throws.</summary>
    public async Task RunAsync(ArtifactRequest request, ColdArtifact cold)
    {
        var began = time.GetUtcNow();
        var attempts = new List<Attempt>();
        Download? download = null;
        CatalogChange? change = null;
        Failure? failure;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(life.Ended);
        limit.CancelAfter(options.FetchTimeout);
        try
        {
            // :: Step 6: its sources in order
            var result = await ChainWalk.RunAsync<Download>(request.Chain, request.Order, health, time,
                (link, ct) => Download.RunAsync(request, link.Source!, cold, blobs, upstream, options.Tries, time, ct), limit.Token, attempts);
            download = result.Value;
            if (download is null)
                failure = Failure.Of(attempts, request.NobodyToAsk);
            else
                failure = await DriftAsync(change = ChangeOf(request, download), attempts);
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

        // The story, and what the next one who asks is told, come before the clients' answer: they may ask why at once.
        stories.Tell(new(request.Address, began, time.GetUtcNow() - began, failure?.Attempts ?? attempts, failure is null ? "fetched" : $"{failure.Status} {failure.Reason}"));
        if (failure is null)
        {
            cold.Verified(change!.Artifact!);
            await StoreAsync(request, download!, change);
            return;
        }
        if (failure.Kind is FailureKind.NotFound)
            failures.Remember(request.Address, failure, request.AbsenceTtl);
        else if (cold.CloseToClients() || failure.Attempts.Any(x => x.Fault is FaultKind.Malformed or FaultKind.TooLarge))
            failures.Remember(request.Address, failure, KnownFailures.AfterRefusal);
        cold.Fail(failure);
    }

    private CatalogChange ChangeOf(ArtifactRequest request, Download download)
    {
        var verdict = download.Verdict!;
        return new()
        {
            Artifact = new(request.Key, verdict.Identity, download.Partial.Digest, download.Partial.Length, time.GetUtcNow(), download.Source.Name),
            LostBlob = catalog.FindArtifactOrNull(request.Key)?.Blob,
            Manifest = verdict.Manifest,
            Versions = [new SeenVersion(request.Key.Ecosystem, request.Key.Name, request.Key.Version, null)],
        };
    }

    /// <summary>First identity wins, before a client gets the end of another one: only bytes that were lost are fetched twice. Records the alarm.</summary>
    private async Task<Failure?> DriftAsync(CatalogChange change, IReadOnlyList<Attempt> attempts)
    {
        var offered = change.Artifact!;
        if (catalog.FindArtifactOrNull(offered.Key) is not { } first || first.Identity == offered.Identity)
            return null;
        await catalog.CommitAsync(change, CancellationToken.None);
        var drifted = attempts[^1] with { Fault = FaultKind.Malformed, Said = $"offers {offered.Identity}; first stored: {first.Identity}" };
        return new(FailureKind.BadGateway, "its content is not what was first stored here; the first wins", [.. attempts.SkipLast(1), drifted]);
    }

    /// <summary>:: Step 8: blob durable first, then the row and its line in the feed. Clients hold verified bytes whatever happens here.</summary>
    private async Task StoreAsync(ArtifactRequest request, Download download, CatalogChange change)
    {
        try
        {
            await blobs.CommitAsync(download.Partial, CancellationToken.None);
            await catalog.CommitAsync(change, CancellationToken.None);
        }
        catch (Exception e)
        {
            log.LogError(e, "served but could not store {Address}", request.Address);
        }
    }
}
