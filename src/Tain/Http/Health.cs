namespace Tain.Http;

/// <summary><c>/healthz</c> and <c>/readyz</c>: for whoever restarts this process, and whoever sends requests to it.</summary>
/// <param name="whyNotReady">Why no request should come now, in one line; null when all is well. Asked on each <c>/readyz</c>: it must be cheap.</param>
internal sealed class Health(Func<string?> whyNotReady)
{
    private volatile bool stopping;

    /// <summary>From now on not ready, so that no new request is sent here while those in flight are finished.</summary>
    public void Stop() => stopping = true;

    /// <summary>200 as long as the process answers at all. A dependency's fault is never a reason to restart.</summary>
    public static Task HandleHealthAsync(HttpContext context) => ErrorBody.WriteAsync(context, StatusCodes.Status200OK, "ok\n");

    /// <summary>200 when requests may come; 503 with the reason while stopping or without a store.</summary>
    public Task HandleReadyAsync(HttpContext context)
    {
        var reason = stopping ? "stopping: what is in flight is finished, nothing new is taken" : whyNotReady();
        return reason is null
            ? ErrorBody.WriteAsync(context, StatusCodes.Status200OK, "ready\n")
            : ErrorBody.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorBody.Format("not ready: " + reason, []));
    }
}
