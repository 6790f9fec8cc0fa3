namespace Tain.Upstream;

/// <summary>Asks a chain's links in order with the meaning of <c>,</c> and <c>|</c>, and keeps each one's answer.</summary>
internal static class ChainWalk
{
    /// <summary>Asks until one answers. <paramref name="ask"/> is called for proxies; direct and off answer by themselves
    /// (until git is there, direct is an absence with that reason).</summary>
    /// <returns>The first value, or none; and all attempts in order, those not asked included.</returns>
    public static Task<ChainResult<T>> RunAsync<T>(SourceChain chain, SourceOrder order, SourceHealth health, TimeProvider time,
        Func<ChainLink, CancellationToken, Task<(Attempt Attempt, T? Value)>> ask, CancellationToken ct) where T : class => throw new NotImplementedException();
}

internal sealed record ChainResult<T>(T? Value, IReadOnlyList<Attempt> Attempts) where T : class;
