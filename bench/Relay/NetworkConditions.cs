namespace Tain.Bench;

/// <summary>The network that a <see cref="NetworkRelay"/> pretends to be.</summary>
public sealed record NetworkConditions
{
    /// <summary>Round-trip time, half of it in each direction. Zero (the default) adds no delay. 0 to 60 s.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>Bytes a second in each direction of each connection. Zero (the default) is no limit. There is no slow start.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Of each so many connections in a row exactly one is reset, at a seeded place among them. Zero (the default) is never.</summary>
    public int ResetOneIn { get; init; }

    /// <summary>A doomed connection is reset before the upstream has sent this many bytes over it: uniform in the logarithm, so that
    /// heads, small bodies and large bodies are all hit. Default 1 MiB.</summary>
    public long ResetWithin { get; init; } = 1 << 20;

    /// <summary>The same seed dooms the same connections (counted in the order they were accepted) at the same bytes. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The number of the upstream's bytes after which connection <paramref name="index"/> (from 0) is reset; null when it is not.</summary>
    public long? ResetAfter(long index)
    {
        if (ResetOneIn <= 0) return null;
        var (block, place) = Math.DivRem(index, ResetOneIn);
        if ((long)(Mix(Seed ^ Mix((ulong)block)) % (ulong)ResetOneIn) != place) return null;
        var uniform = (Mix(Seed + Mix(~(ulong)index)) >> 11) * (1.0 / (1UL << 53));
        return (long)Math.Exp(uniform * Math.Log(Math.Max(ResetWithin, 1) + 1.0)) - 1;
    }

    // The finalizer of SplitMix64.
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>What went through a <see cref="NetworkRelay"/> since it was started.</summary>
/// <param name="Connections">Accepted.</param>
/// <param name="Open">Accepted and not yet closed.</param>
/// <param name="Requests">Ends of HTTP/1 heads that clients sent; right for requests without bodies.</param>
/// <param name="Resets">Connections that the relay reset on purpose.</param>
/// <param name="BytesUp">Delivered to the upstream.</param>
/// <param name="BytesDown">Delivered to clients.</param>
public readonly record struct RelayCounts(long Connections, long Open, long Requests, long Resets, long BytesUp, long BytesDown);
