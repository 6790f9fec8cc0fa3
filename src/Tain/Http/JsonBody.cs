namespace Tain.Http;

/// <summary>Writes JSON that was made in memory: lists of names and explanations, never module bytes.</summary>
internal static class JsonBody
{
    public static async Task WriteAsync(HttpContext context, MemoryStream body, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "application/json";
        headers.CacheControl = cacheControl;
        headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }
}
