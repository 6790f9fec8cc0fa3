using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace Tain.Upstream;

/// <summary>GETs from other servers. Retries what is safe to repeat, with jitter; every hop of a redirect is checked again;
/// credentials stay with their origin; faults and latency are kept in <see cref="SourceHealth"/> and used.</summary>
internal sealed class UpstreamClient : IDisposable
{
    /// <summary>Room for a small body at first, in bytes, whatever length it announces.</summary>
    private const int FirstBuffer = 16 << 10;

    private readonly UpstreamOptions options;
    private readonly SourceHealth health;
    private readonly TimeProvider time;
    private readonly Transport transport;
    private readonly Netrc netrc;
    private readonly Exchange exchange;
    private readonly ConcurrentDictionary<string, SourceQueue> queues = new(StringComparer.Ordinal);

    /// <summary>Reads <c>upstream.netrc</c> and <c>upstream.ca-bundle</c>; throws <see cref="InvalidDataException"/>, with the remedy, when it cannot.</summary>
    public UpstreamClient(UpstreamOptions options, SourceHealth health, TimeProvider time)
        : this(options, health, time, (host, ct) => Dns.GetHostAddressesAsync(host, ct), Environment.GetEnvironmentVariable)
    {
    }

    /// <param name="resolve">The resolver; replaced in tests.</param>
    /// <param name="variable">The environment, for outgoing proxies; replaced in tests.</param>
    internal UpstreamClient(UpstreamOptions options, SourceHealth health, TimeProvider time,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<string, string?> variable)
    {
        this.options = options;
        this.health = health;
        this.time = time;
        netrc = options.Netrc is { } path ? Netrc.Load(path) : Netrc.Empty;
        transport = new Transport(options, resolve, variable);
        exchange = new Exchange(options, transport, time);
    }

    /// <summary>A body that fits in memory, whole: cut bodies are fetched again within <c>upstream.tries</c>.
    /// Never throws for what the source does: that is in <see cref="SmallAnswer.Attempt"/>. Throws only when <paramref name="ct"/> is cancelled.</summary>
    /// <param name="source">Who is asked.</param>
    /// <param name="path">Appended to the base URL after a slash, already escaped.</param>
    /// <param name="maxBytes">A longer body is <see cref="FaultKind.TooLarge"/>.</param>
    /// <param name="validator">Of a body kept from this same source: may be answered by NotModified.</param>
    public async Task<SmallAnswer> GetSmallAsync(UpstreamSource source, string path, int maxBytes, Validator? validator, CancellationToken ct)
    {
        var ask = AskOf(source, path, Prepare);
        var (attempt, answer) = await AskAsync(source, isLarge: false, OnceAsync, ct).ConfigureAwait(false);
        return answer is null ? new SmallAnswer(attempt, null, false, null, null) : answer with { Attempt = attempt };

        async Task<Step<SmallAnswer>> OnceAsync(Turn turn)
        {
            var (response, problem, latency) = await exchange.SendAsync(ask, turn.Deadline).ConfigureAwait(false);
            if (response is null)
                return new Step<SmallAnswer>(null, problem, latency, problem!.Status);
            using (response)
            {
                var status = (int)response.StatusCode;
                var type = ContentTypeOf(response);
                var own = ValidatorOf(response);
                if (status == 304 && validator is not null)
                    return new Step<SmallAnswer>(new SmallAnswer(null!, null, true, type, own ?? validator), null, latency, status);
                if (status != 200)
                    return new Step<SmallAnswer>(null, Unasked(status), latency, status);
                if (response.Content.Headers.ContentLength > maxBytes)
                    return new Step<SmallAnswer>(null, TooLarge(response.Content.Headers.ContentLength.Value), latency, status);
                turn.Ticket!.Answered(latency);
                try
                {
                    var inner = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
                    var stream = new BodyStream(response, inner, turn, options.StallTimeout, response.Content.Headers.ContentLength);
                    var body = await ReadAllAsync(stream, maxBytes, ct).ConfigureAwait(false);
                    return body is null
                        ? new Step<SmallAnswer>(null, TooLarge(null), null, status)
                        : new Step<SmallAnswer>(new SmallAnswer(null!, body, false, type, own), null, null, status);
                }
                catch (UpstreamFaultException e)
                {
                    return new Step<SmallAnswer>(null, new Problem(e.Fault, e.Message, status, Again: true), null, status, IsReported: true);
                }
            }
        }

        void Prepare(HttpRequestHeaders headers)
        {
            if (validator?.ETag is { } tag)
                headers.TryAddWithoutValidation("If-None-Match", tag);
            if (validator?.LastModified is { } date)
                headers.TryAddWithoutValidation("If-Modified-Since", date);
        }

        Problem TooLarge(long? length) => new(FaultKind.TooLarge,
            length is null ? $"the body is longer than {maxBytes:N0} bytes" : $"the body has {length:N0} bytes, more than the {maxBytes:N0} allowed", 200);
    }

    /// <summary>Opens a body of any size. Retries until there are headers; what happens in the body is the caller's
    /// (it throws <see cref="UpstreamFaultException"/> when cut or stalled). The body must be disposed: it holds a place in the source's queue.</summary>
    /// <param name="offset">0, or where to go on; then <paramref name="ifRange"/> is required, and <see cref="OpenAnswer.Offset"/> tells whether the server did.</param>
    public async Task<OpenAnswer> OpenAsync(UpstreamSource source, string path, long offset, Validator? ifRange, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        // Without a strong validator a piece could come from another body: from the start, then.
        var from = ifRange?.ForIfRange is null ? 0 : offset;
        var ask = AskOf(source, path, Prepare);
        var (attempt, answer) = await AskAsync(source, isLarge: true, OnceAsync, ct).ConfigureAwait(false);
        return answer is null ? new OpenAnswer(attempt, null, 0, null, null, null) : answer with { Attempt = attempt };

        async Task<Step<OpenAnswer>> OnceAsync(Turn turn)
        {
            var (response, problem, latency) = await exchange.SendAsync(ask, turn.Deadline).ConfigureAwait(false);
            if (response is null)
            {
                // Shorter than what we have: another body stands there now.
                var whole = problem!.Status == 416 && from > 0;
                from = whole ? 0 : from;
                return new Step<OpenAnswer>(null, problem with { Again = problem.Again || whole }, latency, problem.Status, IsAtOnce: whole);
            }

            var status = (int)response.StatusCode;
            var own = ValidatorOf(response);
            var length = response.Content.Headers.ContentLength;
            var start = 0L;
            var all = length;
            if (status == 206 && from > 0)
            {
                if (Piece.Check(response, from, ifRange!, own) is { } wrong)
                {
                    response.Dispose();
                    from = 0;
                    return new Step<OpenAnswer>(null, new Problem(FaultKind.Malformed, wrong, status, Again: true), latency, status, IsAtOnce: true);
                }

                start = from;
                all = response.Content.Headers.ContentRange!.Length ?? (length + from);
                length ??= all - from;
            }
            else if (status != 200)
            {
                response.Dispose();
                return new Step<OpenAnswer>(null, Unasked(status), latency, status);
            }

            turn.Ticket!.Answered(latency);
            var inner = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                turn.Deadline.Unlink();
            }
            catch (OperationCanceledException)
            {
                response.Dispose();
                throw;
            }

            var body = new BodyStream(response, inner, turn, options.StallTimeout, length);
            return new Step<OpenAnswer>(new OpenAnswer(null!, body, start, all, ContentTypeOf(response), own), null, null, status, IsHandedOut: true);
        }

        void Prepare(HttpRequestHeaders headers)
        {
            if (from == 0)
                return;
            headers.TryAddWithoutValidation("Range", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bytes={from}-"));
            headers.TryAddWithoutValidation("If-Range", ifRange!.ForIfRange);
        }
    }

    public void Dispose()
    {
        transport.Dispose();
        foreach (var queue in queues.Values)
            queue.Dispose();
    }

    /// <summary>The tries of one request: queue, circuit, exchange, report, backoff.</summary>
    private async Task<(Attempt Attempt, T? Value)> AskAsync<T>(UpstreamSource source, bool isLarge, Func<Turn, Task<Step<T>>> onceAsync, CancellationToken ct)
        where T : class
    {
        var at = time.GetUtcNow();
        var began = time.GetTimestamp();
        var end = began + (long)(options.FetchTimeout.TotalSeconds * time.TimestampFrequency);
        var queue = queues.GetOrAdd(source.Name, static (_, connections) => new SourceQueue(connections), options.Connections);
        using var all = new Deadline(time, end, options.FetchTimeout, ct);
        all.Arm(Deadline.Wait.All, options.FetchTimeout);
        Problem? last = null;
        var hasCountedStatus = false;
        for (var tries = 0; ;)
        {
            Turn? turn = null;
            try
            {
                var place = await queue.EnterAsync(isLarge, all.Token).ConfigureAwait(false);
                var ticket = health.TryEnter(source.Name, out var why);
                if (ticket is null)
                {
                    place.Dispose();
                    return (Failed(last ?? new Problem(FaultKind.Down, why!), tries), null);
                }

                tries++;
                turn = new Turn(place, ticket, new Deadline(time, end, options.FetchTimeout, ct));
                var step = await onceAsync(turn).ConfigureAwait(false);
                if (step.Value is not null)
                {
                    if (!step.IsHandedOut)
                    {
                        ticket.Answered(step.Latency);
                        ticket.Finished();
                    }

                    turn = step.IsHandedOut ? null : turn;
                    return (new Attempt(source.Name, null, step.Status, Secrets.OfStatus(step.Status!.Value), time.GetElapsedTime(began), tries, at), step.Value);
                }

                last = step.Problem!;
                Report(ticket, step, ref hasCountedStatus);
                turn.Dispose();
                turn = null;
                if (!last.Again || tries >= options.Tries || last.RetryAfter > Backoff.LongestRetryAfter)
                    return (Failed(last, tries), null);
                // This try opened the circuit, or another request's did: what this one has seen explains more than "down".
                if (last.Fault != FaultKind.RateLimited && health.WhyNotAsked(source.Name) is not null)
                    return (Failed(last, tries), null);
                if (!step.IsAtOnce)
                    await Task.Delay(Backoff.After(tries, last.RetryAfter), time, all.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (all.Passed)
            {
                var said = last is null ? all.Said : $"{all.Said}; before that: {last.Said}";
                return (Failed(new Problem(FaultKind.Timeout, said, last?.Status), tries), null);
            }
            finally
            {
                turn?.Dispose();
            }
        }

        Attempt Failed(Problem problem, int tries)
        {
            var said = tries > 1 ? $"{problem.Said} ({tries} tries)" : problem.Said;
            return new Attempt(source.Name, problem.Fault, problem.Status, said, time.GetElapsedTime(began), tries, at);
        }
    }

    /// <summary>A broken connection speaks of the server each time; a status speaks of its path too, so the tries of one request count as one.</summary>
    private static void Report<T>(SourceHealth.Ticket ticket, Step<T> step, ref bool hasCountedStatus) where T : class
    {
        var problem = step.Problem!;
        if (step.IsReported)
            return;
        if (problem.Fault == FaultKind.RateLimited && problem.RetryAfter is { } after)
            ticket.RateLimited(problem.Said, after);
        var isServerError = problem.Fault == FaultKind.ServerError && problem.Status is >= 500 and <= 599;
        if (isServerError ? ticket.IsProbe || !hasCountedStatus : problem.Fault != FaultKind.ServerError && SourceHealth.Counts(problem.Fault))
        {
            hasCountedStatus |= isServerError;
            ticket.Failed(problem.Said);
        }
        else if (!isServerError && problem.Status is not null)
        {
            ticket.Answered(step.Latency);
            ticket.Finished();
        }
    }

    /// <summary>Credentials: the source's own, else the netrc file's.</summary>
    private Ask AskOf(UpstreamSource source, string path, Action<HttpRequestHeaders> prepare)
    {
        var uri = UriOf(source, path);
        var fromNetrc = netrc.ForHost(uri.IdnHost);
        return new Ask(uri)
        {
            IsTrusted = true,
            Authorization = (source.UserInfo ?? fromNetrc) is { } credentials ? Secrets.Basic(credentials) : null,
            Withheld = fromNetrc is null ? null : "upstream.netrc has a password for it, which is not sent over http",
            ResponseTimeout = source.ResponseTimeout,
            Prepare = prepare,
            IsAnswer = static status => status is 200 or 206 or 304,
        };
    }

    /// <summary>The path is sent as it is: what was escaped must not be normalised on the way.</summary>
    private static Uri UriOf(UpstreamSource source, string path)
    {
        var isClean = !path.AsSpan().ContainsAnyExceptInRange('!', '~') && path.AsSpan().IndexOfAny('#', '\\') < 0
            && !path.Split('/', '?').Any(part => part is "." or "..");
        if (!isClean)
            throw new ArgumentException($"The path '{Secrets.OneLine(path, 80)}' is not escaped.", nameof(path));
        return new Uri(source.BaseUrl.AbsoluteUri.TrimEnd('/') + "/" + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private static Problem Unasked(int status) => new(FaultKind.Malformed, $"HTTP {status}, which nothing in the request asked for", status);

    internal static string? ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    private static Validator? ValidatorOf(HttpResponseMessage response)
    {
        var tag = response.Headers.NonValidated.TryGetValues("ETag", out var tags) && tags.Count == 1 ? tags.ToString() : null;
        var date = response.Content.Headers.NonValidated.TryGetValues("Last-Modified", out var dates) && dates.Count == 1 ? dates.ToString() : null;
        if (tag is null && date is null)
            return null;
        var age = response.Headers.Date - response.Content.Headers.LastModified;
        return new Validator(tag, date) { HasWeakDate = age < TimeSpan.FromSeconds(1) };
    }

    /// <summary>Null when there is more than <paramref name="maxBytes"/>.</summary>
    internal static async Task<byte[]?> ReadAllAsync(BodyStream stream, int maxBytes, CancellationToken ct)
    {
        var buffer = new byte[Math.Min(FirstBuffer, maxBytes + 1L)];
        var count = 0;
        while (true)
        {
            var got = await stream.ReadAsync(buffer.AsMemory(count), ct).ConfigureAwait(false);
            count += got;
            if (count > maxBytes)
                return null;
            if (got == 0)
                return buffer.AsSpan(0, count).ToArray();
            if (count == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, maxBytes + 1L));
        }
    }

    /// <summary>What one try came to.</summary>
    /// <param name="Latency">Set when headers came and health does not know yet.</param>
    /// <param name="IsReported">Health already knows of the problem.</param>
    /// <param name="IsAtOnce">The next try differs from this one: no backoff.</param>
    /// <param name="IsHandedOut">The value holds the turn.</param>
    private sealed record Step<T>(T? Value, Problem? Problem, TimeSpan? Latency, int? Status, bool IsReported = false, bool IsAtOnce = false, bool IsHandedOut = false)
        where T : class;
}
