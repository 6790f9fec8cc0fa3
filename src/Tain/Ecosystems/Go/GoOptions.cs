using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.Git;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go;

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

    /// <summary><c>go.stale-patience</c>: how long a request waits for a new answer when a stale one is stored; then it gets that one. Default 5 s.</summary>
    public TimeSpan StalePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>go.sumdb</c>: the checksum database that everything public is checked against; null checks nothing. Default sum.golang.org.</summary>
    public SumDbOptions? SumDb { get; init; } = SumDbOptions.Public;

    /// <summary><c>go.no-sumdb</c>: GONOSUMDB patterns; what they or <see cref="Private"/> match is never asked of the database. Default none.</summary>
    public ModulePatterns NoSumDb { get; init; } = ModulePatterns.None;

    /// <summary><c>go.no-sumdb</c> as it was written.</summary>
    public string NoSumDbText { get; init; } = "";

    /// <summary><c>go.sumdb-unavailable</c>: default refuse.</summary>
    public WhenUnavailable SumDbUnavailable { get; init; } = WhenUnavailable.Refuse;

    /// <summary>How <c>direct</c> finds repositories.</summary>
    public DirectOptions Direct { get; init; } = new();

    /// <summary><c>go.git.*</c>: how repositories are reached and kept.</summary>
    public GitOptions Git { get; init; } = new();
}

/// <summary>Modules that <paramref name="Patterns"/> match come from <paramref name="Chain"/>.</summary>
internal sealed record GoRoute(string PatternText, ModulePatterns Patterns, SourceChain Chain);
