namespace Tain.Upstream;

/// <summary>What went wrong with one source: stage and culprit in one closed set.</summary>
internal enum FaultKind
{
    /// <summary>404.</summary>
    NotFound,
    /// <summary>410.</summary>
    Gone,
    /// <summary>401 or 403: it does not let us.</summary>
    Refused,
    /// <summary>429.</summary>
    RateLimited,
    /// <summary>5xx, or any status that has no other kind.</summary>
    ServerError,
    /// <summary>A deadline passed: connect, response or stall.</summary>
    Timeout,
    /// <summary>The resolver failed, connection refused or reset before an answer.</summary>
    Unreachable,
    /// <summary>The host's name does not exist, or has no address: DNS answered so. Not an absence of what was asked for by itself.</summary>
    NoSuchHost,
    /// <summary>Not dialled: a host that we were not told to trust is at an address that is not public.</summary>
    NotPublic,
    /// <summary>The TLS handshake failed.</summary>
    Tls,
    /// <summary>A redirect in a loop, to another scheme, or to a private address.</summary>
    RedirectRefused,
    /// <summary>The body ended early, again and again.</summary>
    Cut,
    /// <summary>More than the bound.</summary>
    TooLarge,
    /// <summary>An answer that is not what was asked for: HTML, a wrong version, an illegal zip.</summary>
    Malformed,
    /// <summary>Not asked: its circuit is open after earlier faults.</summary>
    Down,
    /// <summary>Not asked: off. Counts as an absence.</summary>
    NotAsked,
}

/// <summary>One source's part in an answer, kept for the explanation.</summary>
/// <param name="Source">The source's name, or <c>direct</c>, <c>off</c>.</param>
/// <param name="Fault">Null when it answered well.</param>
/// <param name="Status">The HTTP status, when there was one.</param>
/// <param name="Said">One line for people: what it said, with limit and value where there are any; no newline, no secret, at most 200 characters.</param>
/// <param name="Elapsed">How long it took, retries included.</param>
/// <param name="Tries">How often it was asked.</param>
/// <param name="At">When it began.</param>
internal sealed record Attempt(string Source, FaultKind? Fault, int? Status, string Said, TimeSpan Elapsed, int Tries, DateTimeOffset At)
{
    public string Said { get; init => field = Secrets.OneLine(value, Secrets.MaxSaid); } = Secrets.OneLine(Said, Secrets.MaxSaid);

    /// <summary>What was asked is the origin itself, and it answered: it has the last word on what does not exist (ARCHITECTURE, invariant 3).</summary>
    public bool HasLastWord { get; init; }

    /// <summary>True when this source said that the thing does not exist.</summary>
    public bool IsAbsence => Fault is FaultKind.NotFound or FaultKind.Gone or FaultKind.NotAsked;
}

/// <summary>Inside a body: the source failed after its headers.</summary>
internal sealed class UpstreamFaultException(FaultKind fault, string said, Exception? inner = null) : IOException(said, inner)
{
    public FaultKind Fault { get; } = fault;
}
