using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Tain.Upstream;

/// <summary>One try up to its headers: sends, follows redirects by hand, binds credentials to their origin, and turns whatever is not an answer
/// into a <see cref="Problem"/>.</summary>
internal sealed class Exchange(UpstreamOptions options, Transport transport, Netrc netrc, TimeProvider time)
{
    /// <summary>Of an error's body, in bytes: the first line is all that is shown.</summary>
    private const int MaxErrorBody = 2048;

    /// <summary>How long an error's body is waited for: the status is what matters.</summary>
    private static readonly TimeSpan ErrorBodyTimeout = TimeSpan.FromSeconds(2);

    private static readonly string UserAgent = "Tain/" + (typeof(Exchange).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <param name="prepare">Adds the headers of the request, on each hop.</param>
    /// <returns>A response with status 200, 206 or 304, or a problem; the latency to the first byte when anything answered.</returns>
    public async Task<(HttpResponseMessage? Response, Problem? Problem, TimeSpan? Latency)> SendAsync(
        UpstreamSource source, Uri start, Action<HttpRequestHeaders> prepare, Deadline deadline)
    {
        var began = time.GetTimestamp();
        var uri = start;
        var isOwn = true;
        var visited = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            visited.Add(uri.AbsoluteUri);
            using var request = Request(uri, prepare);
            if (isOwn && CredentialsFor(source, uri) is { } credentials)
                request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
            HttpResponseMessage response;
            try
            {
                deadline.Arm(Deadline.Wait.Response, source.ResponseTimeout ?? options.ResponseTimeout);
                response = await (isOwn ? transport.ForSource : transport.ForStranger(uri)).SendAsync(request, deadline.Token).ConfigureAwait(false);
                deadline.Disarm();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                deadline.Caller.ThrowIfCancellationRequested();
                return (null, Clean(source, Via(Problem.Of(e, deadline, uri, options.ConnectTimeout), uri, start)), null);
            }

            var latency = time.GetElapsedTime(began);
            var status = (int)response.StatusCode;
            if (RedirectRules.IsRedirect(status))
            {
                var location = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;
                response.Dispose();
                var (next, refusal) = RedirectRules.Follow(uri, location, isOwn ? source.BaseUrl : null, options.PrivateNetworks);
                if (next is not null && visited.Contains(next.AbsoluteUri))
                    refusal = $"redirected in a loop, back to {Secrets.Show(next)}";
                else if (next is not null && visited.Count > RedirectRules.MaxHops)
                    refusal = $"redirected more than {RedirectRules.MaxHops} times, last to {Secrets.Show(next)}";
                if (refusal is not null)
                    return (null, Clean(source, new Problem(FaultKind.RedirectRefused, refusal, status)), latency);

                // Whoever has left the source's origin is a stranger even when led back there: the path is no longer the source's choice.
                isOwn = isOwn && Origin.Same(source.BaseUrl, next!);
                uri = next!;
                continue;
            }

            if (status is 200 or 206 or 304)
            {
                if (Flaw(response) is { } flaw)
                {
                    response.Dispose();
                    return (null, Clean(source, Via(new Problem(FaultKind.Malformed, flaw, status), uri, start)), latency);
                }

                return (response, null, latency);
            }

            using (response)
            {
                var line = await FirstLineAsync(response, deadline).ConfigureAwait(false);
                deadline.Caller.ThrowIfCancellationRequested();
                if (status == 401 && isOwn && netrc.ForHost(uri.IdnHost) is not null && !Origin.MayCarryCredentials(uri))
                    line = "upstream.netrc has a password for it, which is not sent over http";
                var problem = Problem.OfStatus(status, response.ReasonPhrase, line, response.Headers.RetryAfter, time.GetUtcNow());
                return (null, Clean(source, Via(problem, uri, start)), latency);
            }
        }
    }

    private static HttpRequestMessage Request(Uri uri, Action<HttpRequestHeaders> prepare)
    {
        // HTTP/2 where TLS negotiates it.
        var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Via", Hop.Via);
        prepare(request.Headers);
        return request;
    }

    /// <summary>The source's own, else the netrc file's; only ever to its origin, and never in the clear beyond this machine.</summary>
    private string? CredentialsFor(UpstreamSource source, Uri uri) =>
        Origin.Same(source.BaseUrl, uri) && Origin.MayCarryCredentials(uri) ? source.UserInfo ?? netrc.ForHost(uri.IdnHost) : null;

    /// <summary>What makes a response unusable whatever its body.</summary>
    private static string? Flaw(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        if (headers.NonValidated.TryGetValues("Content-Encoding", out var encoding) && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
            return $"sent Content-Encoding {Secrets.OneLine(encoding.ToString(), 40)}, which was not asked for";
        if (headers.NonValidated.TryGetValues("Content-Length", out var lengths))
        {
            if (response.Headers.NonValidated.Contains("Transfer-Encoding"))
                return "sent both Content-Length and Transfer-Encoding";
            if (lengths.Count != 1 || !long.TryParse(lengths.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return $"sent Content-Length {Secrets.OneLine(lengths.ToString(), 40)}";
        }

        else if (response.StatusCode != System.Net.HttpStatusCode.NotModified && response.Version.Major < 2 && response.Headers.TransferEncodingChunked != true)
        {
            // It ends where the connection ends, whoever ended it: half a go.mod would be stored for ever.
            return "sent neither Content-Length nor chunks, so that its end cannot be told from a cut";
        }

        return null;
    }

    private static async Task<string> FirstLineAsync(HttpResponseMessage response, Deadline deadline)
    {
        if (response.Content.Headers.ContentType is not { MediaType: "text/plain" } type
            || type.CharSet?.Trim('"').ToLowerInvariant() is not (null or "utf-8" or "us-ascii"))
            return "";
        var buffer = new byte[MaxErrorBody];
        var count = 0;
        try
        {
            deadline.Arm(Deadline.Wait.Response, ErrorBodyTimeout);
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            for (int got; count < buffer.Length && (got = await body.ReadAsync(buffer.AsMemory(count), deadline.Token).ConfigureAwait(false)) > 0;)
                count += got;
            deadline.Disarm();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // What came is shown; the status stands without it.
        }

        foreach (var line in Encoding.UTF8.GetString(buffer, 0, count).Split('\n'))
        {
            if (Secrets.OneLine(line, Secrets.MaxSaid) is { Length: > 0 } printable)
                return printable;
        }

        return "";
    }

    private static Problem Via(Problem problem, Uri uri, Uri start) =>
        uri == start ? problem : problem with { Said = $"redirected to {Secrets.Show(uri)}: {problem.Said}" };

    /// <summary>One line, and without our own credentials, should the server repeat them.</summary>
    private Problem Clean(UpstreamSource source, Problem problem)
    {
        var said = problem.Said;
        foreach (var secret in new[] { source.UserInfo, netrc.ForHost(source.BaseUrl.IdnHost) })
        {
            if (secret is null)
                continue;
            said = said.Replace(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), "***", StringComparison.Ordinal)
                .Replace(secret, "***", StringComparison.Ordinal);
            var password = secret[(secret.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (password.Length > 0)
                said = said.Replace(password, "***", StringComparison.Ordinal);
        }

        return problem with { Said = Secrets.OneLine(said, Secrets.MaxSaid) };
    }
}
