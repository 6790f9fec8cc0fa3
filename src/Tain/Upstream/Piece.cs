namespace Tain.Upstream;

/// <summary>Whether a 206 is the piece that was asked for (RFC 9110, 14.4 and 15.3.7).</summary>
internal static class Piece
{
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Check(HttpResponseMessage response, long from, Validator asked, Validator? own)
    {
        var range = response.Content.Headers.ContentRange;
        if (range is not { Unit: "bytes", From: not null, To: not null })
            return $"sent 206 for a range from {from} without a Content-Range";
        if (range.From != from || (range.Length is { } all && range.To != all - 1))
            return $"sent {range} for a range from {from} on";
        if (response.Content.Headers.ContentLength is { } length && length != range.To - range.From + 1)
            return $"sent Content-Length {length} with Content-Range {range}";
        if (own?.ETag is { } tag && asked.ETag is { } expected && tag != expected)
            return "sent a piece of another version";
        // By date only when it was asked so: two servers of one tag may differ in it.
        if (asked.ForIfRange == asked.LastModified && own?.LastModified is { } date && date != asked.LastModified)
            return "sent a piece of another date";
        return null;
    }
}
