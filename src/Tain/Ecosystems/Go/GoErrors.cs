using Tain.Http;
using Tain.Mirror;

namespace Tain.Ecosystems.Go;

/// <summary>Failures worded for the go command: it shows at most 8 lines of text/plain (docs/go-protocol.md, 6).</summary>
internal static class GoErrors
{
    /// <summary>404 for what can't be a module's page. By convention the text begins with <c>not found:</c>.</summary>
    public static Task WriteMalformedAsync(HttpContext context, string reason)
        => ErrorBody.WriteAsync(context, StatusCodes.Status404NotFound, ErrorBody.Format("not found: " + reason, []), AbsenceCaching);

    public static Task WriteAsync(HttpContext context, GoAddress address, Failure failure) => WriteAsync(context, address.Subject, failure);

    public static Task WriteAsync(HttpContext context, string subject, Failure failure)
    {
        var word = failure.Kind switch
        {
            FailureKind.NotFound => "not found",
            FailureKind.Refused => "refused",
            FailureKind.BadGateway => "upstream failed",
            FailureKind.Timeout => "upstream timed out",
            FailureKind.StorageFull => "storage full",
            _ => "unavailable",
        };
        var body = ErrorBody.Format($"{word}: {subject}: {failure.Reason}", failure.Attempts.Select(a => $"{a.Source}: {a.Said}"));
        return ErrorBody.WriteAsync(context, failure.Status, body, failure.Kind is FailureKind.NotFound ? AbsenceCaching : "no-store");
    }

    // Downstream caches must not keep an absence longer than this server believes it.
    private const string AbsenceCaching = "no-cache";
}
