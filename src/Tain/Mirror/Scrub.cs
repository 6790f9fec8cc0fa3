namespace Tain.Mirror;

/// <summary>The examination of all that is stored, in the running server: slow, one thing at a time, again and again. What is wrong is served no longer and fetched again.</summary>
/// <remarks>A pass that is interrupted begins anew: nothing of its position is kept.</remarks>
internal sealed class Scrub(Examination examination, ServerLife life, long rate, TimeSpan interval, TimeProvider time, ILogger<Scrub> log)
{
    /// <summary>A server that has just started has other things to do. 1 min.</summary>
    public static readonly TimeSpan StartsAfter = TimeSpan.FromMinutes(1);

    /// <summary>Until cancelled; at once when the rate is 0. Never throws.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (rate == 0)
            return;
        try
        {
            for (var wait = StartsAfter; ; wait = interval)
            {
                await Task.Delay(wait, time, ct);
                await PassAsync(ct);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task PassAsync(CancellationToken ct)
    {
        var run = new ExaminationRun { Repair = true, Pace = new(rate, life, time), Found = Tell };
        var began = time.GetUtcNow();
        try
        {
            await examination.RunAsync(run, ct);
            var p = run.Progress;
            log.LogInformation("scrub: looked at {Artifacts} artifacts ({Bytes} bytes) and {Documents} documents within {Elapsed}: {Faults} faults, {Repaired} of them repaired",
                p.Artifacts, p.Bytes, p.Documents, time.GetUtcNow() - began, p.Faults, p.Repaired);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The next pass may get further; a catalog that can't be read says so to whoever asks, too.
            log.LogError(e, "scrub: given up until the next pass, in {Interval}", interval);
        }
    }

    private ValueTask Tell(Finding finding)
    {
        if (finding.Gravity is Gravity.Fault)
            log.LogError("scrub: {Finding}", finding.ToString());
        else if (finding.Gravity is Gravity.Warning)
            log.LogWarning("scrub: {Finding}", finding.ToString());
        return ValueTask.CompletedTask;
    }
}
