using System.Collections.Concurrent;
using System.Globalization;

namespace Tain.Upstream;

/// <summary>What is known of each source: its circuit and its latency. Thread-safe.
/// The circuit opens after <see cref="FaultsToOpen"/> faults in a row that speak of the server rather than of one path; while it is open
/// nobody asks; then exactly one request at a time probes, and an answer closes it.</summary>
internal sealed class SourceHealth
{
    /// <summary>Tries in a row that fail before the circuit opens. A server that resets one connection in ten must keep being asked
    /// (0.1^8: once in 100 million), and one that is dead costs two requests of four tries, or one burst.</summary>
    public const int FaultsToOpen = 8;

    /// <summary>How long the circuit is open at first: most restarts are over by then.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The pause doubles with each failed probe up to this: nobody waits longer to notice that a source is back.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The longest Retry-After of a 429 that is obeyed for everybody; more would be an outage that one server can impose.</summary>
    public static readonly TimeSpan LongestRateLimit = TimeSpan.FromSeconds(60);

    /// <summary>Weight of the newest latency in the smoothed one: about the last ten requests count.</summary>
    public const double LatencyWeight = 0.2;

    /// <summary>A latency older than this is forgotten for ordering, so that who was slow once gets another chance.</summary>
    public static readonly TimeSpan LatencyAge = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly Func<double> random;

    public SourceHealth(TimeProvider time)
        : this(time, Random.Shared.NextDouble)
    {
    }

    /// <param name="random">0 to 1, for jitter.</param>
    internal SourceHealth(TimeProvider time, Func<double> random)
    {
        this.time = time;
        this.random = random;
    }

    /// <summary>Every source met so far, for readiness, explain and ordering.</summary>
    public IReadOnlyList<SourceState> States()
    {
        var now = time.GetUtcNow();
        return [.. entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value.State(e.Key, now))];
    }

    /// <summary>Smoothed time to the first byte; null when never measured, or too long ago.</summary>
    public TimeSpan? LatencyOf(string name) => entries.TryGetValue(name, out var entry) ? entry.FreshLatency(time.GetUtcNow()) : null;

    /// <summary>One line when <paramref name="name"/> would not be asked now; null when it would. Takes nothing.</summary>
    public string? WhyNotAsked(string name) => entries.TryGetValue(name, out var entry) ? entry.WhyNot(time.GetUtcNow()) : null;

    /// <summary>Leave to send one request. Must be ended by exactly one of the ticket's reports, or by its disposal.</summary>
    /// <param name="why">When refused: one line, with when it will be asked again.</param>
    public Ticket? TryEnter(string name, out string? why)
    {
        var entry = entries.GetOrAdd(name, static _ => new Entry());
        return entry.TryEnter(time.GetUtcNow(), out var probe, out why) ? new Ticket(this, entry, probe) : null;
    }

    /// <summary>True for faults that speak of the server; 404, 403 or a malformed body speak of one path.</summary>
    public static bool Counts(FaultKind fault) =>
        fault is FaultKind.Timeout or FaultKind.Unreachable or FaultKind.NoSuchHost or FaultKind.Tls or FaultKind.ServerError or FaultKind.Cut;

    private TimeSpan Pause(int openings)
    {
        var full = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(openings, 10)));
        // Jitter takes away up to a quarter: nodes that lost a source together must not probe it together.
        return TimeSpan.FromSeconds(full * (1 - (0.25 * random())));
    }

    /// <summary>One request's relation to the circuit.</summary>
    internal sealed class Ticket : IDisposable
    {
        private readonly SourceHealth health;
        private readonly Entry entry;
        private bool probe;

        internal Ticket(SourceHealth health, Entry entry, bool probe)
        {
            this.health = health;
            this.entry = entry;
            this.probe = probe;
        }

        /// <summary>True for the one request that tries a source whose circuit is open.</summary>
        public bool IsProbe => probe;

        /// <summary>It answered, whatever it said: closes the circuit. <paramref name="latency"/> is the time to the first byte.</summary>
        public void Answered(TimeSpan? latency)
        {
            entry.Answered(latency, health.time.GetUtcNow());
            probe = false;
        }

        /// <summary>Request and body are done: faults in a row begin anew.</summary>
        public void Finished() => entry.Finished();

        /// <summary>A fault for which <see cref="Counts"/> holds.</summary>
        public void Failed(string said)
        {
            entry.Failed(said, probe, health.time.GetUtcNow(), health.Pause);
            probe = false;
        }

        /// <summary>429: everybody pauses for <paramref name="retryAfter"/>, at most <see cref="LongestRateLimit"/>; not a fault.</summary>
        public void RateLimited(string said, TimeSpan retryAfter) =>
            entry.RateLimited(said, health.time.GetUtcNow() + (retryAfter < LongestRateLimit ? retryAfter : LongestRateLimit));

        /// <summary>A probe that ended without a word (its caller left) makes room for the next.</summary>
        public void Dispose()
        {
            if (probe)
                entry.ProbeAbandoned();
            probe = false;
        }
    }

    internal sealed class Entry
    {
        private readonly Lock gate = new();
        private int faultsInARow;
        private int openings;
        private DateTimeOffset? openUntil;
        private DateTimeOffset? limitedUntil;
        private bool probing;
        private string? lastFault;
        private double? latencyMs;
        private DateTimeOffset latencyAt;

        public bool TryEnter(DateTimeOffset now, out bool probe, out string? why)
        {
            lock (gate)
            {
                probe = false;
                why = WhyNotLocked(now);
                if (why is not null)
                    return false;
                if (openUntil is not null)
                    probe = probing = true;
                return true;
            }
        }

        public string? WhyNot(DateTimeOffset now)
        {
            lock (gate)
                return WhyNotLocked(now);
        }

        public void Answered(TimeSpan? latency, DateTimeOffset now)
        {
            lock (gate)
            {
                if (openUntil is not null)
                    faultsInARow = 0;
                openUntil = null;
                openings = 0;
                probing = false;
                if (latency is not { } value)
                    return;
                latencyMs = latencyMs is { } old ? old + (LatencyWeight * (value.TotalMilliseconds - old)) : value.TotalMilliseconds;
                latencyAt = now;
            }
        }

        public void Finished()
        {
            lock (gate)
                faultsInARow = 0;
        }

        public void Failed(string said, bool probe, DateTimeOffset now, Func<int, TimeSpan> pause)
        {
            lock (gate)
            {
                lastFault = said;
                faultsInARow++;
                if (probe)
                    probing = false;
                // Requests that began before it opened end now: they say nothing new, and must not lengthen the pause.
                if (openUntil is not null && !probe)
                    return;
                if (!probe && faultsInARow < FaultsToOpen)
                    return;
                openUntil = now + pause(openings);
                openings++;
            }
        }

        public void RateLimited(string said, DateTimeOffset until)
        {
            lock (gate)
            {
                lastFault = said;
                if (limitedUntil is null || limitedUntil < until)
                    limitedUntil = until;
            }
        }

        public void ProbeAbandoned()
        {
            lock (gate)
                probing = false;
        }

        public TimeSpan? FreshLatency(DateTimeOffset now)
        {
            lock (gate)
                return latencyMs is { } ms && now - latencyAt <= LatencyAge ? TimeSpan.FromMilliseconds(ms) : null;
        }

        public SourceState State(string name, DateTimeOffset now)
        {
            lock (gate)
            {
                var until = limitedUntil > now && (openUntil is null || limitedUntil > openUntil) ? limitedUntil : openUntil;
                return new SourceState(name, latencyMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, faultsInARow, until, lastFault);
            }
        }

        private string? WhyNotLocked(DateTimeOffset now)
        {
            if (limitedUntil is { } limited && now < limited)
                return Said($"not asked: it asked us to slow down; asked again in {Seconds(limited - now)}");
            if (openUntil is not { } open)
                return null;
            if (now < open)
                return Said($"not asked: down after {faultsInARow} faults in a row; asked again in {Seconds(open - now)}");
            return probing ? Said($"not asked: down after {faultsInARow} faults in a row; another request is trying it now") : null;
        }

        private string Said(string text) => Secrets.OneLine(lastFault is null ? text : $"{text}; last: {lastFault}", Secrets.MaxSaid);

        private static string Seconds(TimeSpan span) => Math.Max(0.1, span.TotalSeconds).ToString("0.#", CultureInfo.InvariantCulture) + " s";
    }
}

/// <param name="Latency">Smoothed time to the first byte; null before the first success.</param>
/// <param name="DownUntil">Set while the circuit is open: it is not asked before then.</param>
/// <param name="LastFault">What it said last when it failed.</param>
internal sealed record SourceState(string Name, TimeSpan? Latency, int FaultsInARow, DateTimeOffset? DownUntil, string? LastFault);
