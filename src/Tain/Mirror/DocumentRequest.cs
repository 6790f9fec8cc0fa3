using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>One look-up of a document.</summary>
internal sealed record DocumentRequest
{
    public required DocumentKey Key { get; init; }

    /// <summary>How the address is shown to people and keyed in flights and stories.</summary>
    public required string Address { get; init; }

    /// <summary><see cref="TimeSpan.MaxValue"/> for what never changes.</summary>
    public required TimeSpan Ttl { get; init; }
    public TimeSpan StaleWhileRevalidate { get; init; }

    /// <summary>How long to wait for a new answer when a stale one is stored.</summary>
    public TimeSpan StalePatience { get; init; }
    public TimeSpan AbsenceTtl { get; init; }

    /// <summary>Why the sources are none, when they are.</summary>
    public string NobodyToAsk { get; init; } = "no source is configured for it";

    /// <summary>Answer from what is stored only.</summary>
    public bool CachedOnly { get; init; }

    /// <summary>What is stored outlives its disappearance at the sources.</summary>
    public bool KeepWhenGone { get; init; }

    /// <summary>Asks the sources; gets what is stored, for its validator. Must not throw for what a source does.</summary>
    public required Func<Document?, CancellationToken, Task<DocumentFetch>> Fetch { get; init; }

    /// <summary>The answer made of what else is stored, when there is neither a document nor a source; null when nothing is.</summary>
    public Func<Document?>? Compute { get; init; }
}

/// <param name="Document">What to keep and serve; null when no source had it.</param>
internal sealed record DocumentFetch(Document? Document, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>Versions that the answer names.</summary>
    public IReadOnlyList<SeenVersion> Versions { get; init; } = [];
}

/// <param name="Document">Null when there is no answer; then <paramref name="Failure"/> says why. Both, when something stale is served because of it.</param>
internal sealed record DocumentAnswer(Document? Document, Failure? Failure, Served Served);
