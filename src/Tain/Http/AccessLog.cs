using Microsoft.AspNetCore.Http.Features;

namespace Tain.Http;

/// <summary>The outermost middleware: one log line a request, and the last net under it.</summary>
internal sealed class AccessLog(LogWriter log)
{
    /// <summary>Runs <paramref name="next"/> and logs how it went. Sets <see cref="HttpContext.TraceIdentifier"/> to the W3C trace id.
    /// What it throws becomes a 500 that names the trace, or a reset connection when the response had begun; it never gets out.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var time = log.Time;
        var began = time.GetTimestamp();
        context.TraceIdentifier = TraceId.Of(context.Request.Headers.TraceParent);
        var watched = WatchedResponse.Of(context);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left: the line says so.
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(context, e.StatusCode, ErrorBody.Format("bad request: " + e.Message, []));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is IOException)
        {
            // The same, noticed while writing.
        }
#pragma warning disable CA1031 // The last net: whatever got here is a bug, and the next request must not pay for it.
        catch (Exception e)
        {
            log.Write(new LogEntry
            {
                Time = time.GetUtcNow(),
                Level = LogLevel.Error,
                Category = nameof(AccessLog),
                Message = "a request failed on a fault of the server itself",
                Exception = e,
                TraceId = context.TraceIdentifier,
            });
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, ErrorBody.Format(
                "internal error: this is a fault of Tain itself; its log tells more under trace " + context.TraceIdentifier, []));
        }
#pragma warning restore CA1031
        finally
        {
            log.Write(new LogEntry
            {
                Time = time.GetUtcNow(),
                Level = LevelOf(context),
                Method = context.Request.Method,
                Target = context.Features.Get<IHttpRequestFeature>()?.RawTarget,
                Status = context.Response.StatusCode,
                Bytes = watched.Bytes,
                Duration = time.GetElapsedTime(began),
                Cache = context.Response.Headers.TryGetValue("Cache-Status", out var cache) ? cache.ToString() : null,
                Client = context.Connection.RemoteIpAddress,
                Reason = ErrorBody.NotedOrNull(context),
                Aborted = watched.Aborted,
                TraceId = context.TraceIdentifier,
            });
        }
    }

    /// <summary>What somebody has to look at: this server's faults, its sources', and what they refuse it.</summary>
    private static LogLevel LevelOf(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return status is >= 500 or 403 || (status < 400 && ErrorBody.NotedOrNull(context) is not null) ? LogLevel.Warning : LogLevel.Information;
    }

    private static async Task AnswerAsync(HttpContext context, int status, string body)
    {
        try
        {
            await ErrorBody.WriteAsync(context, status, body);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            context.Abort();
        }
    }
}
