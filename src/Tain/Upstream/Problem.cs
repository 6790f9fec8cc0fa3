using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Tain.Upstream;

/// <summary>Why one try gave nothing.</summary>
/// <param name="Said">One line, see <see cref="Attempt.Said"/>.</param>
/// <param name="Again">True when asking again may help.</param>
/// <param name="RetryAfter">How long the server wants to be left alone.</param>
internal sealed record Problem(FaultKind Fault, string Said, int? Status = null, bool Again = false, TimeSpan? RetryAfter = null)
{
    /// <summary>From what HttpClient threw before there were headers. Goes by types and codes, never by message text.</summary>
    public static Problem Of(Exception exception, Deadline deadline, Uri uri, TimeSpan connectTimeout)
    {
        var at = $"{uri.IdnHost}:{uri.Port}";
        if (deadline.Passed)
            return new Problem(FaultKind.Timeout, deadline.Said, Again: true);
        if (exception is OperationCanceledException)
            return new Problem(FaultKind.Timeout, $"no connection to {at} within {Deadline.Format(connectTimeout)} (upstream.connect-timeout)", Again: true);
        if (Find<PrivateAddressException>(exception) is { } notPublic)
        {
            return new Problem(FaultKind.RedirectRefused,
                $"refused, {notPublic.Host} is at {notPublic.Address}, which is not public (allow it in upstream.private-networks)");
        }

        if (Find<NameException>(exception) is { } name)
        {
            return name.DoesNotExist
                ? new Problem(FaultKind.NoSuchHost, $"no such host {name.Host} (DNS)")
                : new Problem(FaultKind.Unreachable, $"the resolver failed for {name.Host} (SERVFAIL or no answer; the name may exist)", Again: true);
        }

        if (Find<AuthenticationException>(exception) is { } tls)
            return new Problem(FaultKind.Tls, "TLS: " + Innermost(tls).Message);
        if (exception is HttpRequestException http)
        {
            switch (http.HttpRequestError)
            {
                case HttpRequestError.SecureConnectionError:
                    return new Problem(FaultKind.Tls, $"TLS: the handshake with {at} failed: {Innermost(http).Message}", Again: true);
                case HttpRequestError.ProxyTunnelError:
                    return new Problem(FaultKind.Unreachable, "the outgoing proxy (HTTPS_PROXY) did not connect: " + http.Message, Again: true);
                case HttpRequestError.ConfigurationLimitExceeded:
                    return new Problem(FaultKind.Malformed, "its headers are larger than 64 KiB");
                case HttpRequestError.InvalidResponse:
                    return new Problem(FaultKind.Malformed, "what it sent is not HTTP: " + http.Message);
                default:
                    break;
            }
        }

        if (Find<SocketException>(exception) is { } socket)
        {
            var said = socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => $"connection refused by {at}",
                SocketError.ConnectionReset or SocketError.Shutdown => $"{at} reset the connection before an answer",
                SocketError.TimedOut => $"no connection to {at}: timed out",
                _ => $"no connection to {at}: {socket.SocketErrorCode}",
            };
            return new Problem(FaultKind.Unreachable, said, Again: true);
        }

        return new Problem(FaultKind.Unreachable, $"{at} closed the connection before an answer", Again: true);
    }

    /// <summary>From a status that is no answer. <paramref name="line"/> is the first line of its text/plain body, or empty.</summary>
    public static Problem OfStatus(int status, string? reason, string line, RetryConditionHeaderValue? retryAfter, DateTimeOffset now)
    {
        var said = $"HTTP {status}" + (string.IsNullOrEmpty(reason) ? "" : " " + reason) + (line.Length == 0 ? "" : ": " + line);
        var fault = status switch
        {
            404 => FaultKind.NotFound,
            410 => FaultKind.Gone,
            401 or 403 => FaultKind.Refused,
            429 => FaultKind.RateLimited,
            >= 200 and <= 299 => FaultKind.Malformed,
            _ => FaultKind.ServerError,
        };
        TimeSpan? after = retryAfter is null ? null : retryAfter.Delta ?? retryAfter.Date - now;
        return new Problem(fault, said, status, MayPass(status), after < TimeSpan.Zero ? TimeSpan.Zero : after);
    }

    /// <summary>True for statuses that another try may not meet.</summary>
    public static bool MayPass(int status) => status is 429 or 500 or 502 or 503 or 504;

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
                return found;
        }

        return null;
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
