namespace Tain.Mirror;

/// <summary>The server's lifetime as shared work sees it: it goes on while the server stops gracefully, and ends with <see cref="EndAsync"/>.</summary>
internal sealed class ServerLife : IDisposable
{
    /// <summary>Pieces of shared work at once. Each may hold a file and wait for its turn at a source until its deadline, though its client left long ago:
    /// without a bound, clients that ask and leave could pile them up.</summary>
    public const int MaxFlying = 4096;

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _flying;

    /// <summary>Cancelled when work that is still under way must be given up.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>No further work should begin. Looked at without a lock: some few may pass it at the same moment.</summary>
    public bool IsFull => Volatile.Read(ref _flying) >= MaxFlying;

    /// <summary>Clients wait for shared work.</summary>
    public bool IsBusy => Volatile.Read(ref _flying) > 0;

    /// <summary>Counts one piece of shared work in; dispose counts it out.</summary>
    public Flying Enter()
    {
        lock (_gate)
            _flying++;
        return new(this);
    }

    /// <summary>Waits at most <paramref name="patience"/> for the work under way, then gives the rest up.</summary>
    public async Task EndAsync(TimeSpan patience, TimeProvider time)
    {
        Task idle;
        lock (_gate)
        {
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_flying == 0)
                _idle.TrySetResult();
            idle = _idle.Task;
        }
        try
        {
            await idle.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            await _ended.CancelAsync();
            // What was cancelled still has to let go of its files.
            await Task.WhenAny(idle, Task.Delay(TimeSpan.FromSeconds(2), time));
        }
    }

    public void Dispose() => _ended.Dispose();

    private void Leave()
    {
        lock (_gate)
        {
            if (--_flying == 0)
                _idle?.TrySetResult();
        }
    }

    /// <summary>One piece of shared work under way.</summary>
    internal readonly struct Flying(ServerLife life) : IDisposable
    {
        public void Dispose() => life.Leave();
    }
}
