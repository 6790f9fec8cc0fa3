namespace Tain.Upstream;

/// <summary>An ETag and/or Last-Modified as the source sent them.</summary>
internal sealed record Validator(string? ETag, string? LastModified)
{
    /// <summary>The date is too near to the answer's own: within that second the body may have changed again (RFC 9110, 8.8.2.2).</summary>
    public bool HasWeakDate { get; init; }

    /// <summary>RFC 9110, 13.1.5: If-Range takes a strong ETag, or a date that is strong where there is no ETag at all.</summary>
    public string? ForIfRange => ETag is null ? (HasWeakDate ? null : LastModified) : ETag.StartsWith("W/", StringComparison.Ordinal) ? null : ETag;
}

/// <param name="Attempt">What happened; <c>Fault</c> null when Body or NotModified is set.</param>
internal sealed record SmallAnswer(Attempt Attempt, byte[]? Body, bool NotModified, string? ContentType, Validator? Validator);

/// <param name="Attempt">What happened until the headers; <c>Fault</c> null when there is a body.</param>
/// <param name="Body">The body from <paramref name="Offset"/> on; the caller disposes it.</param>
/// <param name="Offset">Where the body begins: 0 when a Range was not honoured.</param>
/// <param name="Length">The whole length, when told.</param>
internal sealed record OpenAnswer(Attempt Attempt, Stream? Body, long Offset, long? Length, string? ContentType, Validator? Validator);
