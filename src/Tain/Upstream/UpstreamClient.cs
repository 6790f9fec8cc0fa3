using Tain.Config;

namespace Tain.Upstream;

/// <summary>GETs from other servers. Retries what is safe to repeat, with jitter; every hop of a redirect is checked again;
/// credentials stay with their origin; faults and latency are kept in <see cref="SourceHealth"/> and used.</summary>
internal sealed class UpstreamClient : IDisposable
{
    public UpstreamClient(UpstreamOptions options, SourceHealth health, TimeProvider time) => throw new NotImplementedException();

    /// <summary>A body that fits in memory, whole: cut bodies are fetched again within <c>upstream.tries</c>.
    /// Never throws for what the source does: that is in <see cref="SmallAnswer.Attempt"/>. Throws only when <paramref name="ct"/> is cancelled.</summary>
    /// <param name="source">Who is asked.</param>
    /// <param name="path">Appended to the base URL after a slash, already escaped.</param>
    /// <param name="maxBytes">A longer body is <see cref="FaultKind.TooLarge"/>.</param>
    /// <param name="validator">Of a body kept from this same source: may be answered by NotModified.</param>
    public Task<SmallAnswer> GetSmallAsync(UpstreamSource source, string path, int maxBytes, Validator? validator, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Opens a body of any size. Retries until there are headers; what happens in the body is the caller's
    /// (it throws <see cref="UpstreamFaultException"/> when cut or stalled).</summary>
    /// <param name="offset">0, or where to go on; then <paramref name="ifRange"/> is required, and <see cref="OpenAnswer.Offset"/> tells whether the server did.</param>
    public Task<OpenAnswer> OpenAsync(UpstreamSource source, string path, long offset, Validator? ifRange, CancellationToken ct) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>An ETag and/or Last-Modified as the source sent them.</summary>
internal sealed record Validator(string? ETag, string? LastModified)
{
    /// <summary>RFC 9110 13.1.5: If-Range takes a strong ETag, else a date.</summary>
    public string? ForIfRange => ETag is not null && !ETag.StartsWith("W/", StringComparison.Ordinal) ? ETag : LastModified;
}

/// <param name="Attempt">What happened; <c>Fault</c> null when Body or NotModified is set.</param>
internal sealed record SmallAnswer(Attempt Attempt, byte[]? Body, bool NotModified, string? ContentType, Validator? Validator);

/// <param name="Attempt">What happened until the headers; <c>Fault</c> null when there is a body.</param>
/// <param name="Body">The body from <paramref name="Offset"/> on; the caller disposes it.</param>
/// <param name="Offset">Where the body begins: 0 when a Range was not honoured.</param>
/// <param name="Length">The whole length, when told.</param>
internal sealed record OpenAnswer(Attempt Attempt, Stream? Body, long Offset, long? Length, string? ContentType, Validator? Validator);
