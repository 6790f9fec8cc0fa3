using System.Diagnostics.CodeAnalysis;

namespace Tain.Upstream;

/// <summary>A GOPROXY list, with the go command's own meaning: <c>,</c> goes on after 404 and 410 only, <c>|</c> after any fault;
/// <c>direct</c> and <c>off</c> end the list (cmd/go/internal/modfetch/proxy.go, proxyList).</summary>
internal sealed class SourceChain
{
    private SourceChain(IReadOnlyList<ChainLink> links) => Links = links;

    public IReadOnlyList<ChainLink> Links { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out SourceChain? chain, [NotNullWhen(false)] out string? error) => throw new NotImplementedException();

    /// <summary>For constants; throws <see cref="FormatException"/>.</summary>
    public static SourceChain Parse(string text) => TryParse(text, out var chain, out var error) ? chain : throw new FormatException(error);

    /// <summary>This chain without the links that <paramref name="keep"/> refuses; separators stay with what they follow.</summary>
    public SourceChain Where(Func<ChainLink, bool> keep) => new([.. Links.Where(keep)]);

    /// <summary>The list in GOPROXY syntax, passwords masked.</summary>
    public override string ToString() => throw new NotImplementedException();
}

internal enum LinkKind { Proxy, Direct, Off }

/// <param name="Kind">What the link is.</param>
/// <param name="Source">The proxy; null for direct and off.</param>
/// <param name="FallsThroughOnAnyFault">True when <c>|</c> follows it.</param>
internal sealed record ChainLink(LinkKind Kind, UpstreamSource? Source, bool FallsThroughOnAnyFault);

internal enum SourceOrder { Listed, Latency }

/// <summary>One other server as configured.</summary>
internal sealed record UpstreamSource
{
    /// <summary>The base URL without credentials and without a slash at its end: what people are shown, and the key of its health.</summary>
    public required string Name { get; init; }

    public required Uri BaseUrl { get; init; }

    /// <summary>user:password from the URL; sent to this origin only.</summary>
    public string? UserInfo { get; init; }

    /// <summary>May be asked for private names (<c>go.sources</c>).</summary>
    public bool Private { get; init; }

    /// <summary>Overrides <c>upstream.response-timeout</c> for this source.</summary>
    public TimeSpan? ResponseTimeout { get; init; }
}
