namespace Tain.Upstream;

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
