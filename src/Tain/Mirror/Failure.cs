using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>Why there is no answer: a closed set, one status each (<see cref="Failure.Status"/>).</summary>
internal enum FailureKind
{
    /// <summary>Every source asked said 404 or 410, or the name can't exist: 404.</summary>
    NotFound,
    /// <summary>Sources refused us: 403.</summary>
    Refused,
    /// <summary>A source failed, or sent what is illegal: 502.</summary>
    BadGateway,
    /// <summary>A source did not answer in time: 504.</summary>
    Timeout,
    /// <summary>This server can't store it (disk full): 503.</summary>
    StorageFull,
    /// <summary>This server failed or is stopping: 503.</summary>
    Unavailable,
}

/// <summary>A failed answer and what each source said. An outage is never a <see cref="FailureKind.NotFound"/>.</summary>
/// <param name="Kind">Decides the status.</param>
/// <param name="Reason">One line for people, without the name of what was asked.</param>
/// <param name="Attempts">What each source said, in the order asked.</param>
internal sealed record Failure(FailureKind Kind, string Reason, IReadOnlyList<Attempt> Attempts)
{
    public int Status => Kind switch
    {
        FailureKind.NotFound => 404,
        FailureKind.Refused => 403,
        FailureKind.BadGateway => 502,
        FailureKind.Timeout => 504,
        _ => 503,
    };

    /// <summary>What is stored can't be served and nobody else has it: that is no absence. Null for what is sound (its file may be gone all the same) and for what nobody can be said to have had.</summary>
    public static Failure? Lost(Artifact stored, IReadOnlyList<Attempt> attempts) => stored.Condition is Condition.Sound ? null
        : new(FailureKind.Unavailable, $"it is stored, but {(stored.Condition is Condition.Refuted ? $"refuted ({stored.Why})" : "spoilt on this server's disk")}, and nobody offers it anew", attempts);

    /// <summary>Too much shared work is under way.</summary>
    public static Failure TooMany { get; } = new(FailureKind.Unavailable, $"{ServerLife.MaxFlying:N0} fetches are under way, the limit; ask again in a moment", []);

    /// <summary>Shared work that was cancelled: by its deadline, or because the server is stopping.</summary>
    public static Failure GaveUp(ServerLife life, TimeSpan limit, IReadOnlyList<Attempt> attempts) => life.Ended.IsCancellationRequested
        ? new(FailureKind.Unavailable, "this server is stopping", attempts)
        : new(FailureKind.Timeout, $"not fetched within {Deadline.Format(limit)} (upstream.fetch-timeout)", attempts);

    /// <summary>What the attempts amount to (ARCHITECTURE, invariant 3): an absence only when every one of them is.</summary>
    /// <param name="nobodyToAsk">Why there is no attempt, when there is none.</param>
    public static Failure Of(IReadOnlyList<Attempt> attempts, string nobodyToAsk)
    {
        var faults = attempts.Where(a => !a.IsAbsence).ToList();
        if (attempts.Count == 0)
            return new(FailureKind.NotFound, nobodyToAsk, attempts);
        if (faults.Count == 0)
            return new(FailureKind.NotFound, attempts.All(a => a.Fault is FaultKind.NotAsked) ? "not stored here, and no source may be asked" : "every source asked says so", attempts);
        if (attempts[^1] is { IsAbsence: true, HasLastWord: true } last)
            return new(FailureKind.NotFound, $"{last.Source} has the last word, and says so", attempts);
        if (faults.All(a => a.Fault is FaultKind.Refused))
            return new(FailureKind.Refused, "refused by its source", attempts);
        if (faults.All(a => a.Fault is FaultKind.Timeout))
            return new(FailureKind.Timeout, "its source did not answer in time", attempts);
        return faults.All(a => a.Fault is FaultKind.Malformed or FaultKind.TooLarge)
            ? new(FailureKind.BadGateway, "its source sent what may not be served", attempts)
            : new(FailureKind.BadGateway, "no source could serve it; this does not mean that it does not exist", attempts);
    }
}
