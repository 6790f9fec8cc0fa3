namespace Tain.Mirror;

/// <summary>Reads at most so many bytes a second, evenly, and a quarter of it while clients' fetches are under way.</summary>
/// <param name="rate">Bytes a second.</param>
internal sealed class Pace(long rate, ServerLife life, TimeProvider time)
{
    /// <summary>What looking at anything costs besides its bytes, in bytes: opening a file, a few look-ups.</summary>
    public const int Look = 4096;

    /// <summary>What proving something in a log costs, in bytes: some eight tiles are read and hashed.</summary>
    public const int Proof = 64 * 1024;

    /// <summary>Waits shorter than this are saved up: a timer is no finer. 10 ms.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private TimeSpan _owed;

    /// <summary>Waits for the share of so many bytes. For one caller at a time.</summary>
    public async ValueTask WaitAsync(int bytes, CancellationToken ct)
    {
        _owed += TimeSpan.FromSeconds((double)bytes / rate * (life.IsBusy ? 4 : 1));
        if (_owed < Shortest)
            return;
        var wait = _owed;
        _owed = TimeSpan.Zero;
        await Task.Delay(wait, time, ct);
    }
}
