using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Config;

/// <summary>The validated configuration: what tain.yaml, TAIN_… variables and --flags came to. Immutable.</summary>
internal sealed record TainOptions
{
    /// <summary><c>listen</c>: address:port, an asterisk for every address; port 0 takes a free one. Default 127.0.0.1:8080.</summary>
    public string Listen { get; init; } = "127.0.0.1:8080";

    /// <summary><c>data</c>: the folder that holds everything. Default ./tain-data.</summary>
    public string Data { get; init; } = "./tain-data";

    /// <summary><c>public-url</c>: how clients reach this server; absolute URLs are made of it, never of a Host header. Default none.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary><c>stop-timeout</c>: how long a graceful stop waits for what is in flight. Default 30 s, 0 s to 1 h.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>log.format</c>: json (default off a terminal) or text.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Auto;

    public UpstreamOptions Upstream { get; init; } = new();

    public GoOptions Go { get; init; } = new();

    /// <summary>What is allowed but looks like a mistake; for the log at start.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

internal enum LogFormat { Auto, Json, Text }

/// <summary>How Tain speaks to other servers, whatever the ecosystem (<c>upstream.*</c>).</summary>
internal sealed record UpstreamOptions
{
    /// <summary><c>upstream.connect-timeout</c>: name look-up, TCP and TLS together. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>upstream.response-timeout</c>: from the request to its response's headers. Default 30 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>upstream.stall-timeout</c>: the longest silence inside a body. Default 20 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary><c>upstream.fetch-timeout</c>: one artifact or document in all, retries included. Default 15 min.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary><c>upstream.tries</c>: how often one source is asked before it counts as failed, the first time included. Default 4, 1 to 20.</summary>
    public int Tries { get; init; } = 4;

    /// <summary><c>upstream.connections</c>: connections per origin at once. Default 64, 1 to 1,000.</summary>
    public int Connections { get; init; } = 64;

    /// <summary><c>upstream.ca-bundle</c>: a PEM file of roots trusted beside the system's. Default none.</summary>
    public string? CaBundle { get; init; }

    /// <summary><c>upstream.netrc</c>: credentials by host. Default none.</summary>
    public string? Netrc { get; init; }

    /// <summary><c>upstream.private-networks</c>: CIDR list that redirects may lead to although not public. Default none.</summary>
    public IReadOnlyList<System.Net.IPNetwork> PrivateNetworks { get; init; } = [];
}

/// <summary>Go modules (<c>go.*</c>).</summary>
internal sealed record GoOptions
{
    /// <summary><c>go.upstream</c>: a GOPROXY list. Default https://proxy.golang.org,direct.</summary>
    public SourceChain Upstream { get; init; } = SourceChain.Parse("https://proxy.golang.org,direct");

    /// <summary><c>go.routes</c>: which modules come from which chain instead; the first that matches wins. Default none.</summary>
    public IReadOnlyList<GoRoute> Routes { get; init; } = [];

    /// <summary><c>go.private</c>: GOPRIVATE patterns; what they match goes to private sources and direct only. Default none.</summary>
    public ModulePatterns Private { get; init; } = ModulePatterns.None;

    /// <summary><c>go.private</c> as it was written.</summary>
    public string PrivateText { get; init; } = "";

    /// <summary><c>go.sources</c>: per source settings, already merged into <see cref="Upstream"/> and <see cref="Routes"/>. Default none.</summary>
    public IReadOnlyList<SourceSetting> Sources { get; init; } = [];

    /// <summary><c>go.order</c>: listed (default), or latency: the fastest first among those joined by <c>|</c>.</summary>
    public SourceOrder Order { get; init; } = SourceOrder.Listed;

    /// <summary><c>go.list-ttl</c>: how long @v/list is fresh. Default 1 min.</summary>
    public TimeSpan ListTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>go.latest-ttl</c>: how long @latest is fresh. Default 1 min.</summary>
    public TimeSpan LatestTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>go.query-ttl</c>: how long the answer for a branch, tag or commit is fresh. Default 1 min.</summary>
    public TimeSpan QueryTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>go.absence-ttl</c>: how long a confirmed absence is believed. Default 30 s.</summary>
    public TimeSpan AbsenceTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>go.stale-while-revalidate</c>: how long after its TTL a document is still served at once while it is asked again; later, a request waits for the answer. Default 10 min.</summary>
    public TimeSpan StaleWhileRevalidate { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Modules that <paramref name="Patterns"/> match come from <paramref name="Chain"/>.</summary>
internal sealed record GoRoute(string PatternText, ModulePatterns Patterns, SourceChain Chain);
