using System.Diagnostics.CodeAnalysis;

namespace Tain.Upstream;

/// <summary>A GOPROXY list, with the go command's own meaning: <c>,</c> goes on after 404 and 410 only, <c>|</c> after any fault;
/// <c>direct</c> and <c>off</c> end the list (cmd/go/internal/modfetch/proxy.go, proxyList).</summary>
internal sealed class SourceChain
{
    private static readonly char[] Separators = [',', '|'];
    private static readonly char[] MarksOfAUrl = ['.', ':', '/'];

    private SourceChain(IReadOnlyList<ChainLink> links) => Links = links;

    public IReadOnlyList<ChainLink> Links { get; }

    /// <summary>Parses as the go command does, and is stricter where it would fail later: http and https only, a host,
    /// no query, no fragment, and no password that would travel in the clear.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SourceChain? chain, [NotNullWhen(false)] out string? error)
    {
        chain = null;
        error = null;
        var links = new List<ChainLink>();
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(Separators);
            var onAnyFault = end >= 0 && rest[end] == '|';
            var element = (end >= 0 ? rest[..end] : rest).Trim().ToString();
            rest = end >= 0 ? rest[(end + 1)..] : default;
            if (element.Length == 0)
                continue;
            if (element is "off" or "direct")
            {
                // What follows is ignored, as the go command does, so that lists written for later versions still work.
                links.Add(new ChainLink(element == "off" ? LinkKind.Off : LinkKind.Direct, null, false));
                break;
            }

            if (!TryParseSource(element, out var source, out error))
                return false;
            links.Add(new ChainLink(LinkKind.Proxy, source, onAnyFault));
        }

        if (links.Count == 0)
        {
            error = "the list has no entries: give at least one proxy URL, direct or off";
            return false;
        }

        chain = new SourceChain(links);
        return true;
    }

    /// <summary>For constants; throws <see cref="FormatException"/>.</summary>
    public static SourceChain Parse(string text) => TryParse(text, out var chain, out var error) ? chain : throw new FormatException(error);

    /// <summary>This chain without the links that <paramref name="keep"/> refuses; separators stay with what they follow.</summary>
    public SourceChain Where(Func<ChainLink, bool> keep) => new([.. Links.Where(keep)]);

    /// <summary>This chain with each proxy's settings changed.</summary>
    public SourceChain Select(Func<UpstreamSource, UpstreamSource> change) =>
        new([.. Links.Select(link => link.Source is { } source ? link with { Source = change(source) } : link)]);

    /// <summary>The list in GOPROXY syntax, passwords masked.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < Links.Count; i++)
        {
            var link = Links[i];
            text.Append(link.Kind switch
            {
                LinkKind.Off => "off",
                LinkKind.Direct => "direct",
                _ => link.Source!.ToString(),
            });
            if (i < Links.Count - 1)
                text.Append(link.FallsThroughOnAnyFault ? '|' : ',');
        }

        return text.ToString();
    }

    private static bool TryParseSource(string element, [NotNullWhen(true)] out UpstreamSource? source, [NotNullWhen(false)] out string? error)
    {
        source = null;
        var shown = Secrets.MaskUrl(element);
        if (element == "noproxy")
            return Fail(out error, "noproxy", "is the go command's internal word: remove it, and name what must not go to proxies as private");
        if (element.IndexOfAny(MarksOfAUrl) < 0)
            return Fail(out error, shown, "is not a URL: single words other than direct and off are reserved; write https://HOST");

        // "Anything containing :/ or matching an absolute file path must be a complete URL."
        var url = element.Contains(":/", StringComparison.Ordinal) || element[0] == '/' ? element : "https://" + element;
        if (url[0] == '/')
            return Fail(out error, shown, "has no scheme: write https://HOST/PATH");
        var scheme = url[..url.IndexOf(':', StringComparison.Ordinal)];
        if (scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
            return Fail(out error, shown, "is a folder: file:// sources are not supported; serve it over http (any static file server will do)");
        if (!scheme.Equals("https", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
            return Fail(out error, shown, $"has the scheme {Secrets.MaskUrl(scheme)}: only https and http are understood");
        if (element.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Fail(out error, shown, "contains a space or a character outside ASCII: percent-encode it, and write the host in its xn-- form");
        if (HasBrokenEscape(element))
            return Fail(out error, shown, "has a % without two hexadecimal digits after it: write %25");
        if (!url.AsSpan(scheme.Length).StartsWith("://") || element.Contains('\\', StringComparison.Ordinal)
            || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return Fail(out error, shown, "is not a valid URL: write https://HOST[:PORT][/PATH]");
        if (uri.Query.Length > 0 || url.Contains('?', StringComparison.Ordinal))
            return Fail(out error, shown, "has a query: a source is a base URL, remove what begins at the question mark");
        if (uri.Fragment.Length > 0 || url.Contains('#', StringComparison.Ordinal))
            return Fail(out error, shown, "has a fragment: a source is a base URL, remove what begins at the #");

        var userInfo = uri.UserInfo.Length > 0 ? Uri.UnescapeDataString(uri.UserInfo) : null;
        if (userInfo is not null && userInfo.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return Fail(out error, shown, "has a control character in its credentials: remove it");
        var bare = new UriBuilder(uri) { UserName = "", Password = "" }.Uri;
        if (userInfo is not null && !Origin.MayCarryCredentials(bare))
            return Fail(out error, shown, "would send its password in the clear: use https (http is allowed to loopback only)");
        source = new UpstreamSource
        {
            Name = bare.AbsoluteUri.TrimEnd('/'),
            BaseUrl = bare,
            UserInfo = userInfo,
        };
        error = null;
        return true;
    }

    private static bool HasBrokenEscape(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return true;
        }

        return false;
    }

    private static bool Fail(out string error, string element, string why)
    {
        error = $"'{element}' {why}";
        return false;
    }
}

internal enum LinkKind { Proxy, Direct, Off }

/// <param name="Kind">What the link is.</param>
/// <param name="Source">The proxy; null for direct and off.</param>
/// <param name="FallsThroughOnAnyFault">True when <c>|</c> follows it.</param>
internal sealed record ChainLink(LinkKind Kind, UpstreamSource? Source, bool FallsThroughOnAnyFault);

internal enum SourceOrder { Listed, Latency }
