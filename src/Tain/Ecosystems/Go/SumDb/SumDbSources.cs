using System.Collections.Concurrent;
using Tain.Mirror;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>Ways to one checksum database: through each proxy of <c>go.upstream</c> that says it has it, then its own address. Who brings its answers
/// does not matter: they are proved. So, unlike the go command, one way's outage leads to the next.</summary>
internal sealed class SumDbSources(SumDbOptions database, SourceChain upstream, UpstreamClient client, TimeProvider time)
{
    /// <summary>How long a proxy's word is believed on whether it has the database.</summary>
    public static readonly TimeSpan SupportedTtl = TimeSpan.FromMinutes(10);

    private readonly List<UpstreamSource> _proxies =
        [.. upstream.Links.Select(l => l.Source).OfType<UpstreamSource>().Select(s => Below(s, $"sumdb/{database.Name}")).DistinctBy(s => s.Name)];
    private readonly ConcurrentDictionary<string, (bool Supported, DateTimeOffset At)> _supported = new(StringComparer.Ordinal);

    private readonly AsyncLocal<bool> _direct = new();
    private volatile string? _lastProxy;

    /// <summary>The proxy that brought the last answer; null when the database itself did.</summary>
    public string? LastProxy => _lastProxy;

    /// <summary>Within <see cref="DirectlyAsync"/>.</summary>
    public bool IsDirect => _direct.Value;

    /// <summary>Runs what asks past all proxies.</summary>
    public async Task<T> DirectlyAsync<T>(Func<Task<T>> ask)
    {
        _direct.Value = true;
        return await ask();
    }

    /// <summary>The first good answer. Throws <see cref="SumDbException"/> when nobody has one.</summary>
    /// <param name="path">Below the database's address, with a slash in front; escaped with <c>!</c> only.</param>
    public async Task<byte[]> FetchAsync(string path, int maxBytes, bool directly, CancellationToken ct)
    {
        var attempts = new List<Attempt>();
        foreach (var source in directly ? [] : _proxies)
        {
            if (!await IsSupportedAsync(source, attempts, ct) || await AskAsync(source) is not { } body)
                continue;
            _lastProxy = source.Name;
            return body;
        }
        _lastProxy = null;
        return await AskAsync(database.Direct) ?? throw new SumDbException(Failure.Of(attempts, "it has no address"));

        async Task<byte[]?> AskAsync(UpstreamSource source)
        {
            var answer = await client.GetSmallAsync(source, GoAddress.UrlEscape(path[1..]), maxBytes, null, ct);
            var isPage = answer.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
            // What stands between us and it, a captive portal say, is no lie of the database.
            attempts.Add(isPage && answer.Attempt.Fault is null ? answer.Attempt with { Fault = FaultKind.Malformed, Said = "sent an HTML page with status 200" } : answer.Attempt);
            return answer.Attempt.Fault is null && !isPage ? answer.Body : null;
        }
    }

    // ref/mod, "Checksum database": 200 means that it has it, 404 and 410 that it has not.
    private async Task<bool> IsSupportedAsync(UpstreamSource source, List<Attempt> attempts, CancellationToken ct)
    {
        if (_supported.TryGetValue(source.Name, out var known) && (time.GetUtcNow() - known.At).Duration() < SupportedTtl)
            return known.Supported;
        var answer = await client.GetSmallAsync(source, "supported", 1 << 20, null, ct);
        if (answer.Attempt.Fault is null || answer.Attempt.IsAbsence)
            _supported[source.Name] = (answer.Attempt.Fault is null, time.GetUtcNow());
        else
            attempts.Add(answer.Attempt);
        return answer.Attempt.Fault is null;
    }

    /// <summary>A path of a proxy as a source of its own.</summary>
    public static UpstreamSource Below(UpstreamSource proxy, string path) => proxy with
    {
        Name = $"{proxy.Name}/{path}",
        BaseUrl = new Uri($"{proxy.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}"),
    };
}

/// <summary>A checksum database that could not be asked, or has no such thing: <see cref="Failure"/> says which.</summary>
internal sealed class SumDbException(Failure failure) : Exception(failure.Reason)
{
    public Failure Failure { get; } = failure;
}
