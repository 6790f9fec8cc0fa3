using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Win32.SafeHandles;
using Tain.Storage;

namespace Tain.Mirror;

/// <summary>What never changes: stored bytes by key, or a flight that brings them.</summary>
/// <remarks>Bodies up to <see cref="HotBody"/> are kept in memory, 64 MiB at most in all.</remarks>
/// <param name="unproved">Rung when something was stored without the proof that it needs.</param>
internal sealed class Artifacts(Catalog catalog, BlobStore blobs, ArtifactFetch fetch, StoredProofs proofs, Bell unproved, KnownFailures failures, ServerLife life, TimeProvider time, ILogger<Artifacts> log) : IDisposable
{
    /// <summary>The largest body that is kept in memory, in bytes: one write to a socket.</summary>
    public const int HotBody = 64 * 1024;
    /// <summary>Memory for bodies, in bytes.</summary>
    public const long HotBytes = 64 << 20;
    private readonly MemoryCache _hot = new(new MemoryCacheOptions { SizeLimit = HotBytes });
    private readonly CheckedFiles _files = new();
    private readonly ConcurrentDictionary<ArtifactKey, Lazy<ColdArtifact>> _cold = new();

    /// <summary>Finds the bytes or the flight that brings them. The caller disposes the answer.</summary>
    public async ValueTask<ArtifactAnswer> GetAsync(ArtifactRequest request, CancellationToken ct)
    {
        while (true)
        {
            if (FindStored(request.Key) is { } stored)
            {
                if (await LookAtAsync(request, stored, ct) is { } answer)
                    return answer;
                continue;
            }
            // Verified, and on its way to the disk: as good as stored.
            if (_cold.TryGetValue(request.Key, out var arriving) && arriving.Value is { Artifact: not null } arrived && arrived.TryUse())
                return new() { Cold = arrived, Served = Served.Hit };
            if (request.CachedOnly)
                return new() { Failure = (catalog.FindArtifactOrNull(request.Key) is { } lost ? Failure.Lost(lost, []) : null) ?? new(FailureKind.NotFound, "not stored here, and the request allows no fetch", []) };
            if (failures.FindOrNull(request.Address) is { } absent)
                return new() { Failure = absent, Served = Served.KnownFailure };
            if (life.IsFull && !_cold.ContainsKey(request.Key))
                return new() { Failure = Failure.TooMany };
            Lazy<ColdArtifact>? mine = null;
            mine = new(() => Start(request, mine!));
            var flight = _cold.GetOrAdd(request.Key, mine);
            var cold = flight.Value;
            // A flight that was let go between the look-up and here has ended: what it brought is stored.
            if (cold.TryUse())
                return new() { Cold = cold, Served = flight == mine ? Served.Fetched : Served.Joined };
        }
    }

    /// <summary>What is stored as it may be served: whole, and proved. Null when it was neither and is marked so: then it is looked for again.</summary>
    private async ValueTask<ArtifactAnswer?> LookAtAsync(ArtifactRequest request, ArtifactAnswer stored, CancellationToken ct)
    {
        var artifact = stored.Artifact!;
        var mayLeave = false;
        try
        {
            // :: What was spoilt on disk never leaves: it is marked, and fetched anew.
            if (stored.File is { } file ? !await _files.IsWholeAsync(artifact, file, ct) : stored.Body is null)
            {
                log.LogError("{Address}: the bytes on disk are not the ones that were stored: they are put into quarantine, and fetched again", request.Address);
                await ExamineAsync(new(artifact, Condition.Damaged, "its bytes on disk are not the ones that were stored"), CancellationToken.None);
                await blobs.QuarantineAsync(artifact.Blob, time.GetUtcNow(), CancellationToken.None);
                return null;
            }
            if (request.Testify is null || artifact.Proof.Length > 0)
            {
                mayLeave = true;
                return stored;
            }
            // :: Stored before anybody vouched for it: proved now, or not served.
            var proved = await ProveAsync(request, artifact, ct);
            mayLeave = proved is { Failure: not null, IsUnavailable: true } && request.ServeUnproved;
            return mayLeave ? stored : proved.Failure is { } unproved ? new() { Failure = unproved } : null;
        }
        catch (StorageException e)
        {
            return new() { Failure = new(e is StorageFullException ? FailureKind.StorageFull : FailureKind.Unavailable, e.Message, []) };
        }
        finally
        {
            if (!mayLeave)
                stored.Dispose();
        }
    }

    /// <summary>Has a stored artifact proved. What memory has of it is forgotten.</summary>
    public async Task<Proved> ProveAsync(ArtifactRequest request, Artifact artifact, CancellationToken ct)
    {
        var proved = await proofs.ProveAsync(request, artifact, ct);
        if (proved.Failure is null)
            _hot.Remove(request.Key);
        return proved;
    }

    /// <summary>Has what is not stored, or not sound, fetched now, whatever failed a moment ago. Null when it is stored, else why it is not.</summary>
    public async Task<Failure?> FetchAgainAsync(ArtifactRequest request, CancellationToken ct)
    {
        failures.Forget(request.Address);
        using var answer = await GetAsync(request with { CachedOnly = false }, ct);
        if (answer.Cold is not { } cold)
            return answer.Failure;
        await cold.WaitForVerdictAsync(ct);
        // The verdict comes before the commit.
        await cold.Landed.WaitAsync(ct);
        return cold.Failure;
    }

    /// <summary>Records what an examination of the stored bytes found. What is not sound is fetched again when it is asked for.</summary>
    public async Task ExamineAsync(Examined examined, CancellationToken ct)
    {
        await catalog.CommitAsync(new() { Examined = [examined] }, ct);
        _hot.Remove(examined.Artifact.Key);
    }

    // With neither body nor file: its bytes are not the ones that were stored.
    private ArtifactAnswer? FindStored(ArtifactKey key)
    {
        if (_hot.TryGetValue(key, out HotEntry? hot))
            return new() { Artifact = hot!.Artifact, Body = hot.Body, Served = Served.Hit };
        if (catalog.FindArtifactOrNull(key) is not { Condition: Condition.Sound } artifact)
            return null;
        // Lost bytes are fetched again; the commit insists on the same identity.
        if (blobs.OpenOrNull(artifact.Blob) is not { } handle)
            return null;
        // A file of another length has lost bytes: fetched again too, rather than cut off at every client for ever.
        if (RandomAccess.GetLength(handle) != artifact.Size)
        {
            handle.Dispose();
            return null;
        }
        if (artifact.Size > HotBody)
            return new() { Artifact = artifact, File = handle, Served = Served.Hit };
        using (handle)
        {
            var body = new byte[artifact.Size];
            for (var at = 0; at < body.Length;)
            {
                var read = RandomAccess.Read(handle, body.AsSpan(at), at);
                if (read == 0)
                    return null;
                at += read;
            }
            if (Convert.ToHexStringLower(SHA256.HashData(body)) != artifact.Blob.Hex)
                return new() { Artifact = artifact };
            _hot.Set(key, new HotEntry(artifact, body), new MemoryCacheEntryOptions { Size = 512 + body.Length });
            return new() { Artifact = artifact, Body = body, Served = Served.Hit };
        }
    }

    private ColdArtifact Start(ArtifactRequest request, Lazy<ColdArtifact> mine)
    {
        var cold = new ColdArtifact();
        var flying = life.Enter();
        _ = Task.Run(async () =>
        {
            using var counted = flying;
            try
            {
                await fetch.RunAsync(request, cold);
            }
            finally
            {
                _cold.TryRemove(new(request.Key, mine));
                if (request.Testify is not null && cold.Artifact is { Proof: "" })
                    unproved.Ring();
                cold.Land();
                cold.Dispose();
            }
        });
        return cold;
    }

    public void Dispose()
    {
        _hot.Dispose();
        _files.Dispose();
    }

    private sealed record HotEntry(Artifact Artifact, byte[] Body);
}

/// <summary>One of: bytes in memory, a stored file, a flight, or a failure.</summary>
internal sealed class ArtifactAnswer : IDisposable
{
    public Artifact? Artifact { get; init; }
    public byte[]? Body { get; init; }
    public SafeFileHandle? File { get; init; }
    public ColdArtifact? Cold { get; init; }
    public Failure? Failure { get; init; }
    public Served Served { get; init; } = Served.Failed;

    public void Dispose()
    {
        File?.Dispose();
        Cold?.Dispose();
    }
}
