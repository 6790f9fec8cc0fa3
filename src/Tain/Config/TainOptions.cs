using Tain.Ecosystems.Go;
using Tain.Http;
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

    /// <summary><c>scrub.rate</c>: bytes a second of what is stored that are looked at again, as it was when it came; 0 is off. Default 4 MiB.</summary>
    public long ScrubRate { get; init; } = 4 << 20;

    /// <summary><c>scrub.interval</c>: the pause between two such passes over all of it. Default 24 h.</summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(24);

    public UpstreamOptions Upstream { get; init; } = new();

    public GoOptions Go { get; init; } = new();

    /// <summary><c>go.sources</c>: per source settings, already merged into the chains of <see cref="Go"/>. Default none.</summary>
    public IReadOnlyList<SourceSetting> GoSources { get; init; } = [];

    /// <summary>What is allowed but looks like a mistake; for the log at start.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
