using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Tain.Mirror;

/// <summary>What a request's conditions and Range leave of a body (RFC 9110, 13.2.2 and 14.2).</summary>
/// <param name="Status">200, 206, 304, 412 or 416.</param>
internal readonly record struct Part(int Status, long Offset, long Count);

/// <summary>Evaluates If-Match, If-None-Match, If-Modified-Since, If-Range and Range. One range is answered; several are ignored, as 14.2 allows.</summary>
internal static class Conditions
{
    public static bool Any(HttpRequest request)
        => request.Headers.IfNoneMatch.Count > 0 || request.Headers.IfMatch.Count > 0 || request.Headers.IfModifiedSince.Count > 0 || request.Headers.IfUnmodifiedSince.Count > 0;

    /// <summary>The strong tag of these bytes.</summary>
    public static string TagOf(ReadOnlySpan<byte> body) => $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";

    public static Part Evaluate(HttpRequest request, long size, string tag, DateTimeOffset modified)
    {
        var whole = new Part(StatusCodes.Status200OK, 0, size);
        if (request.Headers.Count == 0)
            return whole;
        // HTTP dates have whole seconds.
        modified = DateTimeOffset.FromUnixTimeSeconds(modified.ToUnixTimeSeconds());
        var headers = request.GetTypedHeaders();
        var mine = new EntityTagHeaderValue(tag);

        if (request.Headers.IfMatch.Count > 0)
        {
            if (!headers.IfMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(mine, useStrongComparison: true)))
                return new(StatusCodes.Status412PreconditionFailed, 0, 0);
        }
        else if (headers.IfUnmodifiedSince < modified)
            return new(StatusCodes.Status412PreconditionFailed, 0, 0);

        if (request.Headers.IfNoneMatch.Count > 0)
        {
            if (headers.IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(mine, useStrongComparison: false)))
                return new(StatusCodes.Status304NotModified, 0, 0);
        }
        else if (headers.IfModifiedSince >= modified)
            return new(StatusCodes.Status304NotModified, 0, 0);

        // Range is defined for GET only.
        if (request.Headers.Range.Count == 0 || !HttpMethods.IsGet(request.Method) || headers.Range is not { } range || range.Unit != "bytes" || range.Ranges.Count != 1)
            return whole;
        if (headers.IfRange is { } ifRange)
        {
            var same = ifRange.EntityTag is { } other ? other.Compare(mine, useStrongComparison: true) : ifRange.LastModified == modified;
            if (!same)
                return whole;
        }
        var one = range.Ranges.First();
        var (from, to) = one.From is { } first
            ? (first, Math.Min(one.To ?? size - 1, size - 1))
            : (Math.Max(0, size - one.To!.Value), size - 1);
        return from >= size || from > to
            ? new(StatusCodes.Status416RangeNotSatisfiable, 0, 0)
            : new(StatusCodes.Status206PartialContent, from, to - from + 1);
    }
}
