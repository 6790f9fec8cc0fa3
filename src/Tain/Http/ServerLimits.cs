using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tain.Http;

/// <summary>What bounds every request before anything reads it. Fixed: none of them is worth a setting.</summary>
internal static class ServerLimits
{
    /// <summary>Bytes of the request line. The longest target that is looked at is <see cref="RawTarget.MaxLength"/>; longer than this is 414 from the server itself.</summary>
    public const int RequestLineBytes = 8 * 1024;

    /// <summary>Bytes of all request headers together. Room for a token and a proxy's additions.</summary>
    public const int RequestHeaderBytes = 16 * 1024;

    /// <summary>How many request headers.</summary>
    public const int RequestHeaderCount = 64;

    /// <summary>Bytes of a request's body: only those who take one raise it.</summary>
    public const long RequestBodyBytes = 0;

    /// <summary>How long a client may take to send its request's headers.</summary>
    public static readonly TimeSpan RequestHeaderTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long an idle connection is kept: longer than the 60 s after which proxies in front close theirs, so that they never send a request into a closing one.</summary>
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(130);

    /// <summary>Open connections at once; one more is closed as soon as it is accepted. Each needs a file descriptor.</summary>
    public const int Connections = 16_384;

    /// <summary>Bytes a second that a client has to take while there is something to send to it.</summary>
    public const double ResponseBytesPerSecond = 240;

    /// <summary>How long a client may be slower than that.</summary>
    public static readonly TimeSpan ResponseGracePeriod = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of a response that wait in memory for a slow client, per connection.</summary>
    public const long ResponseBufferBytes = 64 * 1024;

    /// <summary>Name, value with unit, meaning: what docs/configuration.md shows.</summary>
    public static IReadOnlyList<(string Bound, string Value, string Meaning)> Documented { get; } =
    [
        ("request target", $"{RawTarget.MaxLength} characters", "path and query; longer is 404, and over the request line's bound 414"),
        ("request line", $"{RequestLineBytes / 1024} KiB", "method, target and version"),
        ("request headers", $"{RequestHeaderBytes / 1024} KiB, {RequestHeaderCount} headers", "431 beyond"),
        ("request body", "none", "GET and HEAD have none; a body is 400. Push hooks take 25 MiB"),
        ("request header timeout", $"{RequestHeaderTimeout.TotalSeconds:0} s", "from the first byte to the end of the headers"),
        ("keep-alive timeout", $"{KeepAliveTimeout.TotalSeconds:0} s", "an idle connection; longer than the 60 s usual in proxies"),
        ("connections", $"{Connections}", "open at once; further ones are closed"),
        ("response rate", $"{ResponseBytesPerSecond:0} bytes/s after {ResponseGracePeriod.TotalSeconds:0} s", "a slower client is cut off; waiting for a source does not count"),
        ("response buffer", $"{ResponseBufferBytes / 1024} KiB", "per connection, for a slow client"),
        ("error body", $"{ErrorBody.MaxLines} lines, {ErrorBody.MaxBytes} bytes", "what the go command shows of one"),
        ("log queue", $"{LogWriter.QueueLength} lines", "when standard output blocks longer, lines are dropped and counted"),
    ];

    /// <summary>Sets all of this. HTTP/1.1 only: on cleartext a client cannot negotiate HTTP/2, and the go command does not try.</summary>
    public static void Apply(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.AllowSynchronousIO = false;
        server.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);

        var limits = server.Limits;
        limits.MaxRequestLineSize = RequestLineBytes;
        limits.MaxRequestHeadersTotalSize = RequestHeaderBytes;
        limits.MaxRequestHeaderCount = RequestHeaderCount;
        limits.MaxRequestBodySize = RequestBodyBytes;
        limits.RequestHeadersTimeout = RequestHeaderTimeout;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.MaxConcurrentConnections = Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MinResponseDataRate = new MinDataRate(ResponseBytesPerSecond, ResponseGracePeriod);
        limits.MaxResponseBufferSize = ResponseBufferBytes;
    }

    /// <summary>Null when the request may go on; else it has been answered: 405 for a method that is not GET or HEAD, 400 for a body.</summary>
    /// <param name="mayPost">The target takes a POST.</param>
    public static Task? RefuseOrNull(HttpContext context, bool mayPost = false)
    {
        var method = context.Request.Method;
        if (mayPost && method is "POST")
            return null;
        if (method is not ("GET" or "HEAD"))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
                context.Response.Headers.Connection = "close";
            return ErrorBody.WriteAsync(context, StatusCodes.Status405MethodNotAllowed,
                ErrorBody.Format($"method not allowed: {ErrorBody.Shorten(ErrorBody.Clean(method), 32)}; only GET and HEAD are served", []));
        }
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            // Left unread, a body would be taken for the next request by a server less careful than this one.
            context.Response.Headers.Connection = "close";
            return ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest,
                ErrorBody.Format($"bad request: a {method} must not have a body", []));
        }
        return null;
    }
}
