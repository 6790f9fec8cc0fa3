namespace Tain.Upstream;

/// <summary>Asks a chain's links in order with the meaning of <c>,</c> and <c>|</c>, and keeps each one's answer.</summary>
internal static class ChainWalk
{
    internal const string OffSaid = "the list ends here, nobody else is asked";
    internal const string GivenUpSaid = "was still being asked when it was given up (upstream.fetch-timeout, or this server is stopping)";

    /// <summary>Asks until one answers. <paramref name="ask"/> is called for proxies and direct; off answers by itself. A proxy whose
    /// circuit is open is not asked, which counts as a fault of its own: with <c>,</c> the walk stops there.</summary>
    /// <param name="ask">Returns a value, or an attempt whose Fault is set. Proxies through <see cref="UpstreamClient"/>, which reports to
    /// <paramref name="health"/>; the walk only reads it.</param>
    /// <param name="attempts">Kept as they are made: when the walk throws, it tells how far it came, and who was being asked.</param>
    /// <returns>The first value, or none; and all attempts in order, those not asked included.</returns>
    public static async Task<ChainResult<T>> RunAsync<T>(SourceChain chain, SourceOrder order, SourceHealth health, TimeProvider time,
        Func<ChainLink, CancellationToken, Task<(Attempt Attempt, T? Value)>> ask, CancellationToken ct, List<Attempt>? attempts = null) where T : class
    {
        attempts ??= new List<Attempt>(chain.Links.Count);
        foreach (var link in order == SourceOrder.Latency ? FastestFirst(chain.Links, health) : chain.Links)
        {
            ct.ThrowIfCancellationRequested();
            Attempt attempt;
            if (link.Kind is LinkKind.Off)
            {
                attempts.Add(new Attempt("off", FaultKind.NotAsked, null, OffSaid, TimeSpan.Zero, 0, time.GetUtcNow()));
                return new ChainResult<T>(null, attempts);
            }

            var name = link.Source?.Name ?? "direct";
            if (link.Source is not null && health.WhyNotAsked(name) is { } why)
            {
                attempt = new Attempt(name, FaultKind.Down, null, why, TimeSpan.Zero, 0, time.GetUtcNow());
            }
            else
            {
                var at = time.GetUtcNow();
                T? value;
                try
                {
                    (attempt, value) = await ask(link, ct).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    attempts.Add(new Attempt(name, FaultKind.Timeout, null, GivenUpSaid, time.GetUtcNow() - at, 1, at));
                    throw;
                }

                if (value is not null)
                {
                    attempts.Add(attempt);
                    return new ChainResult<T>(value, attempts);
                }

                if (attempt.Fault is null)
                    throw new InvalidOperationException($"{name} was asked and gave neither a value nor a fault.");
            }

            attempts.Add(attempt);
            if (!attempt.IsAbsence && !link.FallsThroughOnAnyFault)
                break;
        }

        return new ChainResult<T>(null, attempts);
    }

    /// <summary>Reorders within each run of proxies joined by <c>|</c>, for only there are they equals; the separators keep their places.
    /// Whoever has no latency yet comes first, so that it gets one.</summary>
    internal static IReadOnlyList<ChainLink> FastestFirst(IReadOnlyList<ChainLink> links, SourceHealth health)
    {
        var ordered = new List<ChainLink>(links.Count);
        for (var i = 0; i < links.Count;)
        {
            var end = i;
            while (end < links.Count - 1 && links[end].FallsThroughOnAnyFault && links[end + 1].Kind == LinkKind.Proxy)
                end++;
            var run = links.Skip(i).Take(end - i + 1).OrderBy(link => link.Source is { } source ? health.LatencyOf(source.Name) ?? TimeSpan.Zero : TimeSpan.Zero);
            foreach (var link in run)
                ordered.Add(link with { FallsThroughOnAnyFault = links[ordered.Count].FallsThroughOnAnyFault });
            i = end + 1;
        }

        return ordered;
    }
}

internal sealed record ChainResult<T>(T? Value, IReadOnlyList<Attempt> Attempts) where T : class;
