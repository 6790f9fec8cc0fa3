namespace Tain.Upstream;

/// <summary>What is known of each source: its circuit and its latency. Thread-safe.</summary>
internal sealed class SourceHealth
{
    public SourceHealth(TimeProvider time) => throw new NotImplementedException();

    /// <summary>Every source met so far, for readiness, explain and ordering.</summary>
    public IReadOnlyList<SourceState> States() => throw new NotImplementedException();
}

/// <param name="Latency">Smoothed time to the first byte; null before the first success.</param>
/// <param name="DownUntil">Set while the circuit is open: it is not asked before then.</param>
/// <param name="LastFault">What it said last when it failed.</param>
internal sealed record SourceState(string Name, TimeSpan? Latency, int FaultsInARow, DateTimeOffset? DownUntil, string? LastFault);
