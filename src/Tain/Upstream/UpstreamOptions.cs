namespace Tain.Upstream;

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

    /// <summary><c>upstream.private-networks</c>: networks that redirects, and hosts which no configuration names, may lead to although not public. Default none.</summary>
    public IReadOnlyList<System.Net.IPNetwork> PrivateNetworks { get; init; } = [];

    /// <summary>Whether this process asks for its own clients, and says so in Via (RFC 9110, 7.6.3). Default true; no setting.</summary>
    public bool IsForOthers { get; init; } = true;
}
