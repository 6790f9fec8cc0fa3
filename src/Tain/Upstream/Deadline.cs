using System.Globalization;

namespace Tain.Upstream;

/// <summary>One try's waits: one timer, re-armed for each of them, never beyond the end of the whole fetch. Knows what it waited for.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeProvider time;
    private readonly CancellationTokenSource source;
    private readonly long end;
    private readonly TimeSpan total;
    private readonly string totalName;
    private CancellationTokenRegistration caller;
    private CancellationToken callerToken;
    private Wait wait;
    private TimeSpan limit;

    /// <param name="end">The timestamp at which the whole fetch ends.</param>
    /// <param name="total">What <paramref name="end"/> came from, for the message.</param>
    /// <param name="totalName">The setting that said so.</param>
    public Deadline(TimeProvider time, long end, TimeSpan total, CancellationToken caller, string totalName = "upstream.fetch-timeout")
    {
        this.time = time;
        this.end = end;
        this.total = total;
        this.totalName = totalName;
        source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        LinkTo(caller);
    }

    public CancellationToken Token => source.Token;

    /// <summary>True when it was this clock, not the caller, that ended the wait.</summary>
    public bool Passed => source.IsCancellationRequested && !callerToken.IsCancellationRequested;

    public CancellationToken Caller => callerToken;

    public string Said => wait switch
    {
        Wait.Response => $"no answer within {Format(limit)} (upstream.response-timeout)",
        Wait.Body => $"silent for {Format(limit)} inside the body (upstream.stall-timeout)",
        _ => $"not done within {Format(total)} in all ({totalName})",
    };

    public static string Format(TimeSpan span) => span switch
    {
        _ when span >= TimeSpan.FromMinutes(2) => span.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture) + " min",
        _ when span >= TimeSpan.FromSeconds(1) => span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        _ => span.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
    };

    /// <summary>Follows another caller from now on: a body is read under its reader's token, not under the one it was opened with.</summary>
    public void LinkTo(CancellationToken token)
    {
        if (token == callerToken)
            return;
        caller.Dispose();
        callerToken = token;
        caller = token.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), source);
    }

    public void Arm(Wait what, TimeSpan span)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), end);
        (wait, limit) = span < left ? (what, span) : (Wait.All, left);
        source.CancelAfter(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
    }

    /// <summary>For a body that is handed out: forgets the caller that opened it, unless it left already.</summary>
    public void Unlink()
    {
        var opener = callerToken;
        LinkTo(CancellationToken.None);
        if (source.IsCancellationRequested)
            opener.ThrowIfCancellationRequested();
    }

    public void Disarm() => source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        caller.Dispose();
        source.Dispose();
    }

    internal enum Wait { All, Response, Body }
}
