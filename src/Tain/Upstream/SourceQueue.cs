namespace Tain.Upstream;

/// <summary>How many requests one source has at once (<c>upstream.connections</c>). They wait here rather than in the connection pool,
/// where waiting would count as the source's silence. A quarter is kept for small answers, so that archives never starve the metadata that
/// their own verification may need.</summary>
internal sealed class SourceQueue : IDisposable
{
    private readonly SemaphoreSlim all;
    private readonly SemaphoreSlim large;

    public SourceQueue(int connections)
    {
        all = new SemaphoreSlim(connections);
        large = new SemaphoreSlim(Math.Max(1, connections - Math.Max(1, connections / 4)));
    }

    public async ValueTask<Place> EnterAsync(bool isLarge, CancellationToken ct)
    {
        if (isLarge)
            await large.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await all.WaitAsync(ct).ConfigureAwait(false);
        }
        catch
        {
            if (isLarge)
                large.Release();
            throw;
        }

        return new Place(all, isLarge ? large : null);
    }

    public void Dispose()
    {
        all.Dispose();
        large.Dispose();
    }

    internal sealed class Place(SemaphoreSlim all, SemaphoreSlim? large) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) != 0)
                return;
            all.Release();
            large?.Release();
        }
    }
}
