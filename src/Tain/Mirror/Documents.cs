using Microsoft.Extensions.Caching.Memory;
using Tain.Storage;

namespace Tain.Mirror;

/// <summary>What changes: lists, latest, queries. Fresh within its TTL; then stale while one request asks again; stale as long as the sources fail.</summary>
/// <remarks>Small and hot documents are kept in memory, 64 MiB at most.</remarks>
internal sealed class Documents(Catalog catalog, Flights<DocumentAnswer> flights, KnownFailures failures, Stories stories, ServerLife life, TimeSpan fetchTimeout, TimeProvider time, ILogger<Documents> log) : IDisposable
{
    /// <summary>Memory for documents, in bytes.</summary>
    public const long HotBytes = 64 << 20;
    private readonly MemoryCache _hot = new(new MemoryCacheOptions { SizeLimit = HotBytes });
    private long _forgotten;

    /// <summary>Answers from what is stored, from the sources, or says why not.</summary>
    public Task<DocumentAnswer> GetAsync(DocumentRequest request, CancellationToken ct)
    {
        var address = request.Address;
        var stored = FindOrNull(request.Key);
        // Duration: a clock that was set back must not keep a document fresh until it has caught up.
        var age = stored is null ? TimeSpan.Zero : (time.GetUtcNow() - stored.FetchedAt).Duration();
        if (stored is not null && age < request.Ttl)
            return Task.FromResult(new DocumentAnswer(stored, null, Served.Hit));
        if (request.CachedOnly)
            return Task.FromResult(stored is not null ? new DocumentAnswer(stored, null, Served.Stale) : FromStore(request, new(FailureKind.NotFound, "not stored here, and the request allows no fetch", [])));
        if (failures.FindOrNull(address) is { } absent)
            return Task.FromResult(stored is not null && request.KeepWhenGone ? new DocumentAnswer(stored, absent, Served.Stale) : FromStore(request, absent, Served.KnownFailure));
        if (life.IsFull && !flights.IsFlying(address))
            return Task.FromResult(stored is not null ? new DocumentAnswer(stored, Failure.TooMany, Served.StaleIfError) : FromStore(request, Failure.TooMany));
        // A TTL of 0 asks each time; that is also what it says in the settings.
        if (stored is not null && request.Ttl > TimeSpan.Zero && age < request.Ttl + request.StaleWhileRevalidate)
        {
            flights.StartInBackground(address, token => RefreshAsync(request, stored, token));
            return Task.FromResult(new DocumentAnswer(stored, null, Served.StaleWhileRevalidate));
        }
        var flight = flights.JoinAsync(address, token => RefreshAsync(request, stored, token), ct);
        return stored is null ? flight : StaleAfterPatienceAsync(request, stored, flight);
    }

    /// <summary>Asks the sources now, however fresh the document is, and not by a flight that began before.</summary>
    public async Task<DocumentAnswer> RefreshAsync(DocumentRequest request, CancellationToken ct)
    {
        failures.Forget(request.Address);
        await flights.LandAsync(request.Address, ct);
        var stored = FindOrNull(request.Key);
        return life.IsFull ? new(stored, Failure.TooMany, Served.Stale) : await flights.JoinAsync(request.Address, token => RefreshAsync(request, stored, token), ct);
    }

    /// <summary>A source that stalls must not keep from a client what is stored. The flight goes on for the next one.</summary>
    private async Task<DocumentAnswer> StaleAfterPatienceAsync(DocumentRequest request, Document stored, Task<DocumentAnswer> flight)
    {
        try
        {
            return await flight.WaitAsync(request.StalePatience, time);
        }
        catch (TimeoutException)
        {
            return new(stored, null, Served.StaleWhileRevalidate);
        }
    }

    /// <summary>Forgets what is stored, and what memory has of it.</summary>
    public async Task ForgetAsync(DocumentKey key, CancellationToken ct)
    {
        await catalog.CommitAsync(new() { Forgotten = [key] }, ct);
        Interlocked.Increment(ref _forgotten);
        _hot.Remove(key);
    }

    public Document? FindOrNull(DocumentKey key)
    {
        if (_hot.TryGetValue(key, out Document? document))
            return document;
        var forgotten = Volatile.Read(ref _forgotten);
        document = catalog.FindDocumentOrNull(key);
        if (document is not null)
            Heat(document);
        // What was read may have been forgotten since: it must not come back.
        if (Volatile.Read(ref _forgotten) != forgotten)
            _hot.Remove(key);
        return document;
    }

    private async Task<DocumentAnswer> RefreshAsync(DocumentRequest request, Document? stored, CancellationToken ct)
    {
        var began = time.GetUtcNow();
        var fetch = new DocumentFetch(null, []);
        Failure? gaveUp = null;
        try
        {
            fetch = await request.Fetch(stored, ct);
        }
        catch (OperationCanceledException)
        {
            gaveUp = Failure.GaveUp(life, fetchTimeout, []);
        }
        catch (StorageException e)
        {
            log.LogError(e, "could not fetch {Address}", request.Address);
            gaveUp = new(e is StorageFullException ? FailureKind.StorageFull : FailureKind.Unavailable, e.Message, []);
        }
        var answer = fetch.Document is { } document
            ? await KeepAsync(request, document, fetch)
            : await WithoutAsync(request, stored, gaveUp ?? Failure.Of(fetch.Attempts, request.NobodyToAsk));
        stories.Tell(new(request.Address, began, time.GetUtcNow() - began, fetch.Attempts,
            answer.Document is null ? $"{answer.Failure!.Status} {answer.Failure.Reason}" : answer.Served.ToCacheStatus().ToString()));
        return answer;
    }

    private async Task<DocumentAnswer> KeepAsync(DocumentRequest request, Document document, DocumentFetch fetch)
    {
        failures.Forget(request.Address);
        var stored = await CommitAsync(request, new() { Documents = [document], Versions = fetch.Versions });
        // Memory alone must not pass for the store: the next one who asks fetches it again, and it is stored then.
        if (stored)
            Heat(document);
        return new(document, null, stored ? Served.Fetched : Served.FetchedNotStored);
    }

    /// <summary>False when the store failed: the answer is right all the same, only the next one has to be fetched again.</summary>
    private async Task<bool> CommitAsync(DocumentRequest request, CatalogChange change)
    {
        try
        {
            await catalog.CommitAsync(change, CancellationToken.None);
            return true;
        }
        catch (StorageException e)
        {
            log.LogError(e, "could not store {Address}", request.Address);
            return false;
        }
    }

    private async Task<DocumentAnswer> WithoutAsync(DocumentRequest request, Document? stored, Failure failure)
    {
        if (failure.Kind is FailureKind.NotFound)
        {
            failures.Remember(request.Address, failure, request.AbsenceTtl);
            if (stored is not null && !request.KeepWhenGone)
            {
                stored = null;
                await CommitAsync(request, new() { Forgotten = [request.Key] });
                Interlocked.Increment(ref _forgotten);
                _hot.Remove(request.Key);
            }
        }
        return stored is not null ? new(stored, failure, Served.StaleIfError) : FromStore(request, failure);
    }

    private static DocumentAnswer FromStore(DocumentRequest request, Failure failure, Served otherwise = Served.Failed)
        // Who has the last word is not contradicted from memory.
        => failure is { Kind: FailureKind.NotFound, Attempts: [.., { HasLastWord: true }] } ? new(null, failure, otherwise)
            : request.Compute?.Invoke() is { } computed ? new(computed, failure, Served.Computed) : new(null, failure, otherwise);

    private void Heat(Document document)
        => _hot.Set(document.Key, document, new MemoryCacheEntryOptions { Size = 256 + document.Body.Length });

    public void Dispose() => _hot.Dispose();
}
