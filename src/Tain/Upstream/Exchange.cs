using System.Globalization;
using System.Text;

namespace Tain.Upstream;

/// <summary>One try up to its headers: sends, follows redirects by hand, binds credentials to their origin, and turns whatever is not an answer
/// into a <see cref="Problem"/>.</summary>
internal sealed class Exchange(UpstreamOptions options, Transport transport, TimeProvider time)
{
    /// <summary>Of an error's body, in bytes: the first line is all that is shown.</summary>
    private const int MaxErrorBody = 2048;

    /// <summary>How long an error's body is waited for: the status is what matters.</summary>
    private static readonly TimeSpan ErrorBodyTimeout = TimeSpan.FromSeconds(2);

    private static readonly HttpRequestOptionsKey<bool> Own = new("tain.own");

    /// <summary>Tain's own name.</summary>
    public static readonly string UserAgent = "Tain/" + (typeof(Exchange).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <returns>A response for which <see cref="Ask.IsAnswer"/> holds, or a problem; the latency to the first byte when anything answered.</returns>
    public async Task<(HttpResponseMessage? Response, Problem? Problem, TimeSpan? Latency)> SendAsync(Ask ask, Deadline deadline)
    {
        var began = time.GetTimestamp();
        var uri = ask.Uri;
        // While no redirect has left the origin that credentials and trust are for.
        var isOwn = true;
        if (!ask.IsTrusted && RedirectRules.PrivateLiteral(uri, options.PrivateNetworks) is { } host)
            return (null, new Problem(FaultKind.NotPublic, $"{host} is not a public address (allow it in upstream.private-networks)"), null);
        var visited = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            visited.Add(uri.AbsoluteUri);
            using var request = Request(ask, uri, deadline);
            request.Options.Set(Own, isOwn);
            if (isOwn && ask.Authorization is not null && Origin.MayCarryCredentials(uri))
                request.Headers.TryAddWithoutValidation("Authorization", ask.Authorization);
            HttpResponseMessage response;
            try
            {
                deadline.Arm(Deadline.Wait.Response, ask.ResponseTimeout ?? options.ResponseTimeout);
                response = await (isOwn && ask.IsTrusted ? transport.ForSource : transport.ForStranger(uri)).SendAsync(request, deadline.Token).ConfigureAwait(false);
                deadline.Disarm();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                deadline.Caller.ThrowIfCancellationRequested();
                var problem = Problem.Of(e, deadline, uri, options.ConnectTimeout);
                if (problem.Fault == FaultKind.RedirectRefused && uri == ask.Uri)
                    problem = problem with { Fault = FaultKind.NotPublic };
                return (null, Clean(ask, Via(problem, uri, ask.Uri)), null);
            }

            var latency = time.GetElapsedTime(began);
            var status = (int)response.StatusCode;
            if (RedirectRules.IsRedirect(status))
            {
                var location = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;
                response.Dispose();
                var (next, refusal) = RedirectRules.Follow(uri, location, isOwn && ask.IsTrusted ? ask.Uri : null, options.PrivateNetworks);
                if (next is not null && ask.Method != HttpMethod.Get)
                    refusal = $"redirected a {ask.Method} to {Secrets.Show(next)}: refused";
                else if (next is not null && visited.Contains(next.AbsoluteUri))
                    refusal = $"redirected in a loop, back to {Secrets.Show(next)}";
                else if (next is not null && visited.Count > RedirectRules.MaxHops)
                    refusal = $"redirected more than {RedirectRules.MaxHops} times, last to {Secrets.Show(next)}";
                if (refusal is not null)
                    return (null, Clean(ask, new Problem(FaultKind.RedirectRefused, refusal, status)), latency);

                // Whoever has left the source's origin is a stranger even when led back there: the path is no longer the source's choice.
                isOwn = isOwn && Origin.Same(ask.Uri, next!);
                uri = next!;
                continue;
            }

            if (ask.IsAnswer(status))
            {
                if (Flaw(response, ask.MayEndUntold) is { } flaw)
                {
                    response.Dispose();
                    return (null, Clean(ask, Via(new Problem(FaultKind.Malformed, flaw, status), uri, ask.Uri)), latency);
                }

                return (response, null, latency);
            }

            using (response)
            {
                var line = await FirstLineAsync(response, deadline).ConfigureAwait(false);
                deadline.Caller.ThrowIfCancellationRequested();
                if (status == 401 && isOwn && ask.Withheld is not null && !Origin.MayCarryCredentials(uri))
                    line = ask.Withheld;
                var problem = Problem.OfStatus(status, response.ReasonPhrase, line, response.Headers.RetryAfter, time.GetUtcNow());
                return (null, Clean(ask, Via(problem, uri, ask.Uri)), latency);
            }
        }
    }

    /// <summary>True when no redirect on the way to this response left the origin that was asked.</summary>
    public static bool IsOwn(HttpResponseMessage response) => response.RequestMessage!.Options.TryGetValue(Own, out var own) && own;

    private HttpRequestMessage Request(Ask ask, Uri uri, Deadline deadline)
    {
        // HTTP/2 where TLS negotiates it.
        var request = new HttpRequestMessage(ask.Method, uri) { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("User-Agent", ask.UserAgent ?? UserAgent);
        if (options.IsForOthers)
            request.Headers.TryAddWithoutValidation("Via", Hop.Via);
        ask.Prepare?.Invoke(request.Headers);
        request.Content = ask.Content?.Invoke(deadline);
        return request;
    }

    /// <summary>What makes a response unusable whatever its body.</summary>
    private static string? Flaw(HttpResponseMessage response, bool mayEndUntold)
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
        else if (!mayEndUntold && response.StatusCode != System.Net.HttpStatusCode.NotModified && response.Version.Major < 2 && response.Headers.TransferEncodingChunked != true)
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
    private static Problem Clean(Ask ask, Problem problem) => problem with { Said = Secrets.OneLine(Secrets.Without(problem.Said, ask.Authorization), Secrets.MaxSaid) };
}
