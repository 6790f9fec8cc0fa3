namespace Tain.Tests;

/// <summary>A clock that stands until it is moved, timers included.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<SteppedTimer> _timers = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until somebody waits for the clock, then moves it to the first moment that anybody waits for. By how much.</summary>
    public async Task<TimeSpan> StepAsync()
    {
        while (true)
        {
            Task added;
            SteppedTimer? next;
            TimeSpan step = default;
            lock (_gate)
            {
                added = _added.Task;
                next = _timers.MinBy(t => t.Due);
                if (next is not null)
                {
                    _timers.Remove(next);
                    step = next.Due > _now ? next.Due - _now : TimeSpan.Zero;
                    _now += step;
                }
            }
            if (next is not null)
            {
                next.Fire();
                return step;
            }
            await added.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    /// <summary>Moves on for as long as it takes until the condition holds.</summary>
    public async Task UntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            var step = StepAsync();
            await Task.WhenAny(done, step);
        }
        await done;
    }

    private sealed class SteppedTimer(SteppedTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._timers.Add(this);
                time._added.TrySetResult();
                time._added = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
