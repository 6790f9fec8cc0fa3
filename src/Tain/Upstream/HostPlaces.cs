namespace Tain.Upstream;

/// <summary>Places for requests to one host at once, fewer than there are in all: a host that hangs holds those of its own until its deadline, and others are still asked.</summary>
/// <param name="perHost">How many; the next one waits.</param>
internal sealed class HostPlaces(int perHost)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Host> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Three quarters of all places: most people have one host of their own, which must not be slowed down for the sake of others.</summary>
    public static int Of(int places) => Math.Max(1, places * 3 / 4);

    /// <summary>Waits for a place, which is held until disposed.</summary>
    public async Task<IDisposable> EnterAsync(string name, CancellationToken ct)
    {
        Host? host;
        lock (_gate)
        {
            if (!_hosts.TryGetValue(name, out host))
                _hosts[name] = host = new(this, name, perHost);
            host.Users++;
        }
        try
        {
            await host.Free.WaitAsync(ct).ConfigureAwait(false);
            return new Place(host);
        }
        catch
        {
            Leave(host);
            throw;
        }
    }

    // Only hosts that are asked are remembered.
    private void Leave(Host host)
    {
        lock (_gate)
        {
            if (--host.Users == 0)
                _hosts.Remove(host.Name);
        }
    }

    private sealed class Host(HostPlaces all, string name, int places)
    {
        public string Name => name;

        public SemaphoreSlim Free { get; } = new(places);

        public int Users { get; set; }

        public void Leave() => all.Leave(this);
    }

    private sealed class Place(Host host) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, true))
                return;
            host.Free.Release();
            host.Leave();
        }
    }
}
