using Microsoft.Extensions.Caching.Memory;

namespace Tain.Mirror;

/// <summary>Confirmed absences: every source said 404. Believed for a while, then asked again; never kept over a restart.
/// In memory, at most 100,000; the least used go first, so a flood of invented names can't grow it.</summary>
internal sealed class Absences(TimeProvider time) : IDisposable
{
    private const int Limit = 100_000;
    private readonly MemoryCache _absences = new(new MemoryCacheOptions { SizeLimit = Limit });

    public void Remember(string address, Failure failure, TimeSpan ttl)
    {
        if (ttl > TimeSpan.Zero)
            _absences.Set(address, (failure, time.GetUtcNow() + ttl), new MemoryCacheEntryOptions { Size = 1 });
    }

    public Failure? FindOrNull(string address)
    {
        if (!_absences.TryGetValue(address, out (Failure Failure, DateTimeOffset Until) known))
            return null;
        if (time.GetUtcNow() < known.Until)
            return known.Failure;
        _absences.Remove(address);
        return null;
    }

    public void Forget(string address) => _absences.Remove(address);

    public void Dispose() => _absences.Dispose();
}
