using Microsoft.Extensions.Caching.Memory;

namespace Tain.Ecosystems.Go.Git;

/// <summary>What repositories' servers said they can do (gitprotocol-v2, "Capability Advertisement"), for a minute. It precedes each of git's commands,
/// lists no refs, and changes with the server's software; leaving it out saves a round trip. At most 1,000.</summary>
internal sealed class Advertisements(TimeProvider time) : IDisposable
{
    /// <summary>A longer one is passed on and not kept; real ones have some 200 bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>The smart protocol's first line, which git's own server leaves out in version 2 and others don't.</summary>
    private static ReadOnlySpan<byte> Service => "001e# service=git-upload-pack\n0000"u8;

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 1000 });

    public Advertisement? FindOrNull(AdvertisementKey key) =>
        _known.TryGetValue(key, out Advertisement? known) && (time.GetUtcNow() - known!.At).Duration() < Ttl ? known : null;

    /// <summary>Keeps it if it is one of version 2; an earlier version's lists the refs.</summary>
    public void Remember(AdvertisementKey key, ReadOnlySpan<byte> body, string location, bool isOwn)
    {
        var capabilities = body.StartsWith(Service) ? body[Service.Length..] : body;
        if (body.Length <= MaxLength && capabilities.StartsWith("000eversion 2\n"u8) && capabilities.EndsWith("0000"u8))
            _known.Set(key, new Advertisement(body.ToArray(), location, isOwn, time.GetUtcNow()), new MemoryCacheEntryOptions { Size = 1 });
    }

    public void Forget(AdvertisementKey key) => _known.Remove(key);

    public void Dispose() => _known.Dispose();
}

/// <summary>Who asks whom: what one may see says nothing of what another may.</summary>
internal readonly record struct AdvertisementKey(string Remote, bool IsPrivate, string? Credentials);

/// <param name="Location">Where redirects had led.</param>
/// <param name="IsOwn">That is still the repository's own origin.</param>
internal sealed record Advertisement(byte[] Body, string Location, bool IsOwn, DateTimeOffset At);
