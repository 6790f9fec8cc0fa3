using System.Net;

namespace Tain.Upstream;

/// <summary>A page, whatever its status.</summary>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Final">Where redirects led; the URL itself when there was no answer.</param>
/// <param name="Fault">Why there was no answer at all; null when there is a status, any.</param>
/// <param name="Said">One line for people, see <see cref="Attempt.Said"/>.</param>
internal sealed record PageAnswer(int Status, byte[] Body, Uri Final, FaultKind? Fault, string Said)
{
    /// <summary>False when the server closed the connection without having told how long the body is: it may have been cut.</summary>
    public bool IsWhole { get; init; } = true;
}

/// <summary>A body as it comes, or why there is none.</summary>
/// <param name="Final">Where redirects led.</param>
/// <param name="IsOwn">No redirect left the origin that was asked: its trust and its credentials hold for what comes next.</param>
/// <param name="Body">Throws <see cref="UpstreamFaultException"/> when it is cut or stalls; the caller disposes it.</param>
internal sealed record RelayAnswer(Problem? Problem, Uri Final, bool IsOwn, string? ContentType, Stream? Body);

/// <summary>Requests to hosts that what we fetch names, rather than the configuration. There is no end of such hosts, and whoever asks chooses them:
/// nothing is kept for any of them, neither queue nor circuit, only idle connections for <see cref="Transport.StrangerIdleTimeout"/>.</summary>
internal sealed class StrangerClient : IDisposable
{
    /// <summary>Pages asked for at once; more wait. Each may hold its place for <see cref="PageTimeout"/>.</summary>
    public const int PagesAtOnce = 64;

    /// <summary>One page in all, tries and waiting included: it is small, and somebody waits for it.</summary>
    public static readonly TimeSpan PageTimeout = TimeSpan.FromMinutes(1);

    private readonly UpstreamOptions options;
    private readonly TimeProvider time;
    private readonly Transport transport;
    private readonly Exchange exchange;
    private readonly SemaphoreSlim places = new(PagesAtOnce);
    private readonly HostPlaces hostPlaces = new(HostPlaces.Of(PagesAtOnce));

    /// <summary>Reads <c>upstream.ca-bundle</c> and the outgoing proxy's variables; throws <see cref="InvalidDataException"/>, with the remedy, when it cannot.</summary>
    public StrangerClient(UpstreamOptions options, TimeProvider time)
        : this(options, time, (host, ct) => Dns.GetHostAddressesAsync(host, ct), Environment.GetEnvironmentVariable)
    {
    }

    /// <param name="resolve">The resolver; replaced in tests.</param>
    /// <param name="variable">The environment, for outgoing proxies; replaced in tests.</param>
    internal StrangerClient(UpstreamOptions options, TimeProvider time,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<string, string?> variable)
    {
        this.options = options;
        this.time = time;
        transport = new Transport(options, resolve, variable);
        exchange = new Exchange(options, transport, time);
    }

    /// <summary>GETs a page of any status, redirects followed. Never throws for what the server does; only when <paramref name="ct"/> is cancelled.</summary>
    /// <param name="mayBePrivate">The URL's own origin may be at an address that is not public; where redirects lead to never may.</param>
    /// <param name="basicCredentials">user:password; sent to the URL's own origin only, over https or to loopback.</param>
    /// <param name="maxBytes">A longer body is <see cref="FaultKind.TooLarge"/>.</param>
    public Task<PageAnswer> GetPageAsync(Uri uri, bool mayBePrivate, string? basicCredentials, int maxBytes, CancellationToken ct) =>
        AskAsync(new Ask(uri) { IsTrusted = mayBePrivate, Authorization = basicCredentials is null ? null : Secrets.Basic(basicCredentials) }, maxBytes, ct);

    /// <summary>Sends a request whose answer fits in memory, of any status. Tried again, within <c>upstream.tries</c>, after what asking again may help.</summary>
    public async Task<PageAnswer> AskAsync(Ask ask, int maxBytes, CancellationToken ct)
    {
        var total = options.FetchTimeout < PageTimeout ? options.FetchTimeout : PageTimeout;
        var end = EndOf(total);
        using var all = NewDeadline();
        all.Arm(Deadline.Wait.All, total);
        Problem? last = null;
        var held = false;
        IDisposable? place = null;
        try
        {
            place = await hostPlaces.EnterAsync(ask.Uri.Authority, all.Token).ConfigureAwait(false);
            await places.WaitAsync(all.Token).ConfigureAwait(false);
            held = true;
            for (var tries = 1; ; tries++)
            {
                // The last try takes what comes: a 503 may have a page too.
                var isLast = tries >= options.Tries;
                using var turn = new Turn(null, null, NewDeadline());
                var (response, problem, _) = await exchange.SendAsync(
                    ask with { MayEndUntold = true, IsAnswer = status => isLast || !Problem.MayPass(status) }, turn.Deadline).ConfigureAwait(false);
                if (response is not null)
                {
                    (var answer, problem) = await ReadAsync(response, turn, maxBytes, ct).ConfigureAwait(false);
                    if (answer is not null)
                        return answer;
                }

                last = problem!;
                // A host that says nothing has had its time.
                if (isLast || !last.Again || last.Fault == FaultKind.Timeout || last.RetryAfter > Backoff.LongestRetryAfter)
                    return Failed(last);
                await Task.Delay(Backoff.After(tries, last.RetryAfter), time, all.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (all.Passed)
        {
            return Failed(new Problem(FaultKind.Timeout, last is null ? all.Said : $"{all.Said}; before that: {last.Said}"));
        }
        finally
        {
            if (held)
                places.Release();
            place?.Dispose();
        }

        Deadline NewDeadline() => new(time, end, total, ct, total < PageTimeout ? "upstream.fetch-timeout" : "the limit for a page");

        PageAnswer Failed(Problem problem)
        {
            var said = Secrets.OneLine(problem.Said, Secrets.MaxSaid);
            return problem is { Fault: FaultKind.ServerError or FaultKind.RateLimited, Status: { } status }
                ? new PageAnswer(status, [], ask.Uri, null, said)
                : new PageAnswer(0, [], ask.Uri, problem.Fault, said);
        }
    }

    /// <summary>Opens a body of any size. Never throws for what the server does; only when <paramref name="ct"/> is cancelled.</summary>
    /// <param name="isRepeatable">Tried again, within <c>upstream.tries</c>, while there are no headers: a GET, or a body that can be sent again.</param>
    /// <param name="total">The longest that it may take, body included; <paramref name="totalName"/> is the setting that says so.</param>
    public async Task<RelayAnswer> OpenAsync(Ask ask, bool isRepeatable, TimeSpan total, string totalName, CancellationToken ct)
    {
        var end = EndOf(total);
        for (var tries = 1; ; tries++)
        {
            var turn = new Turn(null, null, new Deadline(time, end, total, ct, totalName));
            HttpResponseMessage? response = null;
            try
            {
                (response, var problem, _) = await exchange.SendAsync(ask with { MayEndUntold = true }, turn.Deadline).ConfigureAwait(false);
                if (response is not null)
                {
                    var inner = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
                    turn.Deadline.Unlink();
                    var body = new BodyStream(response, inner, turn, options.StallTimeout, response.Content.Headers.ContentLength);
                    var answer = new RelayAnswer(null, FinalOf(response), Exchange.IsOwn(response), UpstreamClient.ContentTypeOf(response), body);
                    (response, turn) = (null, null);
                    return answer;
                }

                if (!isRepeatable || !problem!.Again || tries >= options.Tries || problem.Fault == FaultKind.Timeout || problem.RetryAfter > Backoff.LongestRetryAfter)
                    return new RelayAnswer(problem, ask.Uri, true, null, null);
                await Task.Delay(Backoff.After(tries, problem.RetryAfter), time, ct).ConfigureAwait(false);
            }
            finally
            {
                response?.Dispose();
                turn?.Dispose();
            }
        }
    }

    /// <summary>Where a host may be dialled by somebody else, in the order to try: checked as if dialled here, so whoever dials must take one of these
    /// addresses and not ask for the name again. The look-up has <c>upstream.connect-timeout</c>.</summary>
    public async Task<(IReadOnlyList<IPAddress> Addresses, Problem? Problem)> FindAddressesAsync(Uri uri, bool mayBePrivate, CancellationToken ct)
    {
        using var deadline = new Deadline(time, EndOf(options.ConnectTimeout), options.ConnectTimeout, ct, "upstream.connect-timeout");
        deadline.Arm(Deadline.Wait.All, options.ConnectTimeout);
        try
        {
            return (await transport.DialerFor(mayBePrivate).AddressesAsync(uri.IdnHost, deadline.Token).ConfigureAwait(false), null);
        }
        catch (PrivateAddressException e)
        {
            return ([], new Problem(FaultKind.NotPublic, $"{e.Host} is at {e.Address}, which is not public (allow it in upstream.private-networks)"));
        }
        catch (Exception e) when (e is NameException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            return ([], Problem.Of(e, deadline, uri, options.ConnectTimeout));
        }
    }

    public void Dispose()
    {
        transport.Dispose();
        places.Dispose();
    }

    private async Task<(PageAnswer? Answer, Problem? Problem)> ReadAsync(HttpResponseMessage response, Turn turn, int maxBytes, CancellationToken ct)
    {
        using (response)
        {
            var status = (int)response.StatusCode;
            var length = response.Content.Headers.ContentLength;
            if (length > maxBytes)
                return (null, new Problem(FaultKind.TooLarge, $"the body has {length:N0} bytes, more than the {maxBytes:N0} allowed", status));
            try
            {
                var inner = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
                var stream = new BodyStream(response, inner, turn, options.StallTimeout, length);
                var body = await UpstreamClient.ReadAllAsync(stream, maxBytes, ct).ConfigureAwait(false);
                if (body is null)
                    return (null, new Problem(FaultKind.TooLarge, $"the body is longer than {maxBytes:N0} bytes", status));
                var isWhole = length is not null || response.Version.Major >= 2 || response.Headers.TransferEncodingChunked == true;
                return (new PageAnswer(status, body, FinalOf(response), null, Secrets.OfStatus(status)) { IsWhole = isWhole }, null);
            }
            catch (UpstreamFaultException e)
            {
                return (null, new Problem(e.Fault, e.Message, status, Again: true));
            }
        }
    }

    private long EndOf(TimeSpan total) => time.GetTimestamp() + (long)(total.TotalSeconds * time.TimestampFrequency);

    private static Uri FinalOf(HttpResponseMessage response) => response.RequestMessage!.RequestUri!;
}
