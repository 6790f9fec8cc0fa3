using Microsoft.Extensions.Caching.Memory;

namespace Tain.Mirror;

/// <summary>Failures that are answered again without asking: confirmed absences (every source said 404) for their TTL, and for
/// <see cref="AfterRefusal"/> failures that clients have only seen as a reset connection, and content that was refused. Never kept over a restart.
/// In memory, at most 100,000; the least used go first, so a flood of invented names can't grow it.</summary>
internal sealed class KnownFailures(TimeProvider time) : IDisposable
{
    /// <summary>Long enough for the client's next try to be told the reason, short enough not to keep a mended source waiting;
    /// and an illegal file is not downloaded and unpacked again for each who asks.</summary>
    public static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(10);

    /// <summary>Failures remembered at once.</summary>
    public const int Limit = 100_000;

    private readonly MemoryCache _failures = new(new MemoryCacheOptions { SizeLimit = Limit });

    public void Remember(string address, Failure failure, TimeSpan ttl)
    {
        if (ttl > TimeSpan.Zero)
            _failures.Set(address, (failure, time.GetUtcNow() + ttl), new MemoryCacheEntryOptions { Size = 1 });
    }

    public Failure? FindOrNull(string address)
    {
        if (!_failures.TryGetValue(address, out (Failure Failure, DateTimeOffset Until) known))
            return null;
        if (time.GetUtcNow() < known.Until)
            return known.Failure;
        _failures.Remove(address);
        return null;
    }

    public void Forget(string address) => _failures.Remove(address);

    public void Dispose() => _failures.Dispose();
}
