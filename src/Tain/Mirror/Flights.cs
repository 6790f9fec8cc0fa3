using System.Collections.Concurrent;

namespace Tain.Mirror;

/// <summary>Shared work: one flight per key, under the server's lifetime and a deadline. A caller's token ends its own wait only.</summary>
/// <param name="deadline">The longest that one flight may take.</param>
internal sealed class Flights<T>(ServerLife life, TimeSpan deadline) where T : class
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _flights = new(StringComparer.Ordinal);

    /// <summary>Joins the flight for <paramref name="key"/> or starts it. <paramref name="work"/>'s token ends at the deadline or when the server is torn down.</summary>
    public Task<T> JoinAsync(string key, Func<CancellationToken, Task<T>> work, CancellationToken wait)
        => Start(key, work).WaitAsync(wait);

    /// <summary>As <see cref="JoinAsync"/> for nobody in particular: its failure is nobody's.</summary>
    public void StartInBackground(string key, Func<CancellationToken, Task<T>> work)
        => _ = Start(key, work).ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Waits until the flight that is under way now, if there is one, has ended, however it does.</summary>
    public async Task LandAsync(string key, CancellationToken wait)
    {
        if (_flights.TryGetValue(key, out var flight))
            await flight.Value.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).WaitAsync(wait);
    }

    /// <summary>True when <see cref="JoinAsync"/> would not start anything new.</summary>
    public bool IsFlying(string key) => _flights.ContainsKey(key);

    private Task<T> Start(string key, Func<CancellationToken, Task<T>> work)
    {
        Lazy<Task<T>>? mine = null;
        // Task.Run: whoever asks first must not run the work on its own (I/O) thread.
        mine = new Lazy<Task<T>>(() =>
        {
            var flying = life.Enter();
            return Task.Run(() => FlyAsync(key, mine!, work, flying));
        });
        return _flights.GetOrAdd(key, mine).Value;
    }

    private async Task<T> FlyAsync(string key, Lazy<Task<T>> mine, Func<CancellationToken, Task<T>> work, ServerLife.Flying flying)
    {
        using var counted = flying;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(life.Ended);
        limit.CancelAfter(deadline);
        try
        {
            return await work(limit.Token);
        }
        finally
        {
            // What the flight brought is stored by now: the next one who asks finds it there.
            _flights.TryRemove(new(key, mine));
        }
    }
}
