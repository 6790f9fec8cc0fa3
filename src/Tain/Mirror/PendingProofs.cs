using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Has proved, by itself, what is stored without the proof that it needs: stored by an older tain, while the witness could not be asked, or while it was exempt.
/// Once at the start, then whenever something is stored so; one artifact at a time.</summary>
/// <param name="requestFor">How an ecosystem has what has this key proved; null for keys that are nobody's.</param>
/// <param name="bell">Rung when something was stored without proof.</param>
internal sealed class PendingProofs(Catalog catalog, Artifacts artifacts, Func<ArtifactKey, ArtifactRequest?> requestFor, Bell bell, TimeProvider time, ILogger<PendingProofs> log)
{
    /// <summary>Artifacts in a row for which the witness can't be had; then it is out of reach, and the rest waits.</summary>
    private const int Patience = 3;

    /// <summary>How long until what is left is tried again; doubled each time that none could be proved.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <summary>The longest such wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private ArtifactKey? _last;

    /// <summary>Until cancelled. Never throws.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            for (var wait = Again; ;)
            {
                var (proved, left) = await PassAsync(ct);
                if (left == 0)
                    await bell.WaitAsync(ct);
                if (left == 0 || proved > 0)
                    wait = Again;
                await Task.Delay(wait, time, ct);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static bool IsAfter(ArtifactKey key, ArtifactKey? other) => other is null
        || (key.Ecosystem, key.Name, key.Version, key.Kind).CompareTo((other.Ecosystem, other.Name, other.Version, other.Kind)) > 0;

    /// <summary>Asks for each that is left, until the witness is out of reach.</summary>
    private async Task<(int Proved, int Left)> PassAsync(CancellationToken ct)
    {
        var (proved, left) = (0, 0);
        Failure? why = null;
        try
        {
            // After the last one that was tried: one that the witness always fails at keeps nobody else waiting.
            var from = _last;
            var unheard = 0;
            foreach (var artifact in catalog.UnprovedArtifacts().Where(a => IsAfter(a.Key, from)).Concat(catalog.UnprovedArtifacts().Where(a => !IsAfter(a.Key, from))))
            {
                ct.ThrowIfCancellationRequested();
                if (artifact.Condition is not Condition.Sound || requestFor(artifact.Key) is not { Testify: not null } request)
                    continue;
                _last = artifact.Key;
                var answer = await artifacts.ProveAsync(request, artifact, ct);
                if (answer.Failure is null)
                {
                    proved++;
                    continue;
                }
                left++;
                why = answer.Failure;
                // The others would wait for it in vain, each for as long.
                unheard = answer.IsUnavailable ? unheard + 1 : 0;
                if (unheard == Patience)
                    break;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "could not look for what is stored without proof");
            left++;
        }
        if (proved > 0)
            log.LogInformation("{Proved} stored artifacts had no proof, and were checked now", proved);
        if (left > 0)
            log.LogWarning("stored artifacts without proof are left ({Left} or more), and are tried again: {Reason}", left, why?.Reason);
        return (proved, left);
    }
}
