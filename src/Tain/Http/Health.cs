namespace Tain.Http;

/// <summary><c>/healthz</c> and <c>/readyz</c>: for whoever restarts this process, and whoever sends requests to it.</summary>
internal sealed class Health
{
    private volatile bool stopping;

    /// <summary>From now on not ready, so that no new request is sent here while those in flight are finished.</summary>
    public void Stop() => stopping = true;

    /// <summary>200 as long as the process answers at all. A dependency's fault is never a reason to restart.</summary>
    public static Task HandleHealthAsync(HttpContext context) => ErrorBody.WriteAsync(context, StatusCodes.Status200OK, "ok\n");

    /// <summary>200 when requests may come; 503 while stopping. Without a store there is no server.</summary>
    public Task HandleReadyAsync(HttpContext context)
    {
        return stopping
            ? ErrorBody.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorBody.Format("not ready: stopping: what is in flight is finished, nothing new is taken", []))
            : ErrorBody.WriteAsync(context, StatusCodes.Status200OK, "ready\n");
    }
}
