using System.Diagnostics;

namespace Tain.Bench;

/// <summary>Waits that end within a few tenths of a millisecond of their time; the runtime's timers are up to two milliseconds late.
/// One thread sleeps until the earliest; the tasks go on elsewhere.</summary>
internal static class PreciseTimer
{
    private static readonly PriorityQueue<TaskCompletionSource, long> Waiting = new();
    private static readonly Lock Gate = new();
    private static readonly AutoResetEvent Earlier = new(false);
    private static bool _started;

    /// <param name="due">A <see cref="Stopwatch"/> time stamp. One that is less than 0.3 ms away has come.</param>
    public static ValueTask WaitUntil(long due, CancellationToken ct)
    {
        if (due - Stopwatch.GetTimestamp() < Stopwatch.Frequency * 3 / 10_000) return ValueTask.CompletedTask;
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            if (!_started)
            {
                new Thread(Run) { IsBackground = true, Name = "precise timer" }.Start();
                _started = true;
            }
            if (!Waiting.TryPeek(out _, out var next) || due < next) Earlier.Set();
            Waiting.Enqueue(source, due);
        }
        return new ValueTask(source.Task.WaitAsync(ct));
    }

    private static void Run()
    {
        while (true)
        {
            var sleep = Timeout.Infinite;
            lock (Gate)
            {
                while (Waiting.TryPeek(out var source, out var due))
                {
                    var left = (due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
                    if (left >= 0.5)
                    {
                        sleep = (int)Math.Min(Math.Round(left), 1000); // Whole milliseconds, to the nearest.
                        break;
                    }
                    Waiting.Dequeue();
                    source.SetResult();
                }
            }
            Earlier.WaitOne(sleep);
        }
    }
}
