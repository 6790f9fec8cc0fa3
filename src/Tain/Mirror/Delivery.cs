using Tain.Http;
using Tain.Storage;

namespace Tain.Mirror;

/// <summary>How answers leave: GET and HEAD, one Range, conditional requests; stored bytes at once, arriving ones behind the writer.</summary>
internal static class Delivery
{
    /// <summary>Reads bytes at an offset: of a stored file, or of a blob that has just arrived.</summary>
    private delegate int ReadAt(long offset, Span<byte> into);

    /// <summary>One write, in bytes.</summary>
    private const int ChunkSize = 128 * 1024;

    /// <summary>Sends an artifact. What can't be sent is returned while it can still be worded as a plain error;
    /// once bytes have left, a failure resets the connection.</summary>
    public static async Task<Failure?> SendAsync(HttpContext context, ArtifactAnswer answer, string contentType, string cacheControl)
    {
        if (answer.Failure is { } failure)
            return failure;
        var status = answer.Served.ToCacheStatus();
        if (answer.Cold is { } cold)
        {
            // HEAD, Range and conditions speak of stored bytes, and what is small waits for its verdict: all of them wait.
            var whole = HttpMethods.IsHead(context.Request.Method) || context.Request.Headers.Range.Count > 0 || Conditions.Any(context.Request)
                || !await cold.WaitBeyondAsync(0, context.RequestAborted) || cold.Artifact is not null;
            if (!whole)
                return await SendArrivingAsync(context, cold, contentType, cacheControl, status);
            await cold.WaitForVerdictAsync(context.RequestAborted);
            if (cold.Failure is not null)
                return cold.Failure;
            status.Apply(context.Response);
            await SendStoredAsync(context, cold.Artifact!, contentType, cacheControl, (offset, into) => cold.Read(offset, into));
            return null;
        }
        status.Apply(context.Response);
        var artifact = answer.Artifact!;
        if (answer.Body is { } body)
            await SendStoredAsync(context, artifact, contentType, cacheControl, ReadFrom(body));
        else
            await SendStoredAsync(context, artifact, contentType, cacheControl, (offset, into) => RandomAccess.Read(answer.File!, into, offset));
        return null;
    }

    /// <summary>Sends a document's body, or what its conditions leave of it.</summary>
    /// <param name="tag">Its ETag, where something shorter than its bytes tells it apart from every other one under its URL.</param>
    public static Task SendAsync(HttpContext context, Document document, string contentType, string cacheControl, CacheStatus status, string? tag = null)
    {
        status.Apply(context.Response);
        Describe(context, contentType, cacheControl);
        return SendRangeAsync(context, document.Body.Length, tag ?? Conditions.TagOf(document.Body), document.FetchedAt, ReadFrom(document.Body));
    }

    private static async Task<Failure?> SendArrivingAsync(HttpContext context, ColdArtifact cold, string contentType, string cacheControl, CacheStatus status)
    {
        if (!cold.TryServe())
        {
            await cold.WaitForVerdictAsync(context.RequestAborted);
            return cold.Failure;
        }
        status.Apply(context.Response);
        Describe(context, contentType, cacheControl);
        context.Response.ContentLength = cold.Length;
        var body = context.Response.BodyWriter;
        for (long offset = 0; ;)
        {
            if (!await cold.WaitBeyondAsync(offset, context.RequestAborted))
            {
                if (cold.Failure is { } late)
                {
                    ErrorBody.Note(context, ErrorBody.Format("reset before its end: " + late.Reason, late.Attempts.Select(a => $"{a.Source}: {a.Said}")));
                    context.Abort();
                }
                return null;
            }
            var count = (int)Math.Min(ChunkSize, cold.Releasable - offset);
            var read = cold.Read(offset, body.GetMemory(count).Span[..count]);
            body.Advance(read);
            offset += read;
            if ((await body.FlushAsync(context.RequestAborted)).IsCompleted)
                return null;
        }
    }

    private static Task SendStoredAsync(HttpContext context, Artifact artifact, string contentType, string cacheControl, ReadAt read)
    {
        Describe(context, contentType, cacheControl);
        return SendRangeAsync(context, artifact.Size, $"\"{artifact.Blob.Hex}\"", artifact.StoredAt, read);
    }

    private static async Task SendRangeAsync(HttpContext context, long size, string tag, DateTimeOffset modified, ReadAt read)
    {
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.LastModified = modified.ToString("R");
        headers.AcceptRanges = "bytes";
        var part = Conditions.Evaluate(context.Request, size, tag, modified);
        context.Response.StatusCode = part.Status;
        // These speak of the request, not of the bytes: no cache may keep them under this URL.
        if (part.Status is StatusCodes.Status416RangeNotSatisfiable or StatusCodes.Status412PreconditionFailed)
            headers.CacheControl = "no-store";
        if (part.Status is StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.ContentRange = $"bytes */{size}";
            headers.ContentType = default;
            context.Response.ContentLength = 0;
            return;
        }
        if (part.Status is StatusCodes.Status304NotModified or StatusCodes.Status412PreconditionFailed)
            return;
        if (part.Status is StatusCodes.Status206PartialContent)
            headers.ContentRange = $"bytes {part.Offset}-{part.Offset + part.Count - 1}/{size}";
        context.Response.ContentLength = part.Count;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        var body = context.Response.BodyWriter;
        for (long sent = 0; sent < part.Count;)
        {
            var count = (int)Math.Min(ChunkSize, part.Count - sent);
            var got = read(part.Offset + sent, body.GetMemory(count).Span[..count]);
            if (got == 0)
            {
                // The stored file is shorter than its row says: no client may take it for whole.
                context.Abort();
                return;
            }
            body.Advance(got);
            sent += got;
            if ((await body.FlushAsync(context.RequestAborted)).IsCompleted)
                return;
        }
    }

    private static void Describe(HttpContext context, string contentType, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.ContentType = contentType;
        headers.CacheControl = cacheControl;
        headers.XContentTypeOptions = "nosniff";
    }

    private static ReadAt ReadFrom(byte[] memory) => (offset, into) =>
    {
        var left = memory.AsSpan((int)offset);
        var count = Math.Min(left.Length, into.Length);
        left[..count].CopyTo(into);
        return count;
    };
}
