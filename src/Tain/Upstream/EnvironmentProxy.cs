using System.Net;

namespace Tain.Upstream;

/// <summary>Outgoing proxies from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper case wins over lower case), with the meaning the go command gives
/// them (golang.org/x/net/http/httpproxy), since the same variables are set for both. .NET's own reading differs: it knows no CIDR, no port
/// and no <c>*</c> in NO_PROXY, matches <c>example.com</c> without its subdomains, and sends loopback through the proxy.</summary>
/// <remarks>NO_PROXY is a comma-separated list: <c>*</c>, an IP address, a CIDR block, <c>example.com</c> (it and its subdomains),
/// <c>.example.com</c> or <c>*.example.com</c> (subdomains only); all but blocks may end with <c>:port</c>. localhost and loopback never go through a proxy.</remarks>
internal sealed class EnvironmentProxy : IWebProxy
{
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly Uri? http;
    private readonly Uri? https;
    private readonly bool nothing;
    private readonly List<IPNetwork> networks = [];
    private readonly List<(IPAddress Address, int? Port)> addresses = [];
    private readonly List<(string Suffix, bool ItselfToo, int? Port)> domains = [];

    /// <summary>Throws <see cref="InvalidDataException"/> for a proxy that is no URL.</summary>
    public EnvironmentProxy(Func<string, string?> variable)
    {
        var byProxy = new ProxyCredentials();
        https = Parse("HTTPS_PROXY", byProxy, variable);
        // In CGI the client sets HTTP_PROXY with a "Proxy:" header (httpoxy).
        http = string.IsNullOrEmpty(variable("REQUEST_METHOD")) ? Parse("HTTP_PROXY", byProxy, variable) : null;
        Credentials = byProxy;
        foreach (var part in (Either("NO_PROXY", variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "*")
            {
                nothing = true;
                continue;
            }

            if (part.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
                continue;
            }

            Add(part.ToLowerInvariant());
        }
    }

    /// <summary>Each proxy's own, taken off its URL so that no message shows them.</summary>
    public ICredentials? Credentials { get; set; }

    public bool IsNone => http is null && https is null;

    public Uri? GetProxy(Uri destination)
    {
        var proxy = destination.Scheme == Uri.UriSchemeHttps ? https : http;
        return proxy is null || IsBypassed(destination) ? null : proxy;
    }

    public bool IsBypassed(Uri host)
    {
        var name = host.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        if (nothing || name == "localhost")
            return true;
        if (IPAddress.TryParse(name, out var address))
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return IPAddress.IsLoopback(address)
                || networks.Any(n => n.Contains(address))
                || addresses.Any(a => a.Address.Equals(address) && (a.Port is null || a.Port == host.Port));
        }

        foreach (var (suffix, itselfToo, port) in domains)
        {
            if ((name.EndsWith(suffix, StringComparison.Ordinal) || (itselfToo && name.AsSpan().SequenceEqual(suffix.AsSpan(1))))
                && (port is null || port == host.Port))
                return true;
        }

        return false;
    }

    private void Add(string entry)
    {
        var host = entry;
        int? port = null;
        var colon = entry.LastIndexOf(':');
        if (colon >= 0 && (entry.IndexOf(':', StringComparison.Ordinal) == colon || entry[0] == '[' && entry[colon - 1] == ']'))
        {
            if (!ushort.TryParse(entry.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var number))
                return;
            port = number;
            host = entry[..colon];
        }

        host = host.Trim('[', ']');
        if (host.Length == 0)
            return;
        if (IPAddress.TryParse(host, out var address))
        {
            addresses.Add((address, port));
            return;
        }

        if (host.StartsWith("*.", StringComparison.Ordinal))
            host = host[1..];
        if (host[0] == '.')
            domains.Add((host, false, port));
        else
            domains.Add(("." + host, true, port));
    }

    private static string? Either(string name, Func<string, string?> variable) =>
        variable(name) is { Length: > 0 } upper ? upper : variable(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;

    private static Uri? Parse(string name, ProxyCredentials credentials, Func<string, string?> variable)
    {
        if (Either(name, variable) is not { } text)
            return null;
        var url = text.Trim();
        url = url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;
        url = url.StartsWith("socks5h://", StringComparison.OrdinalIgnoreCase) ? "socks5://" + url[10..] : url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !Schemes.Contains(uri.Scheme))
            throw new InvalidDataException($"{name}={Secrets.MaskUrl(text)} is not a proxy: write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
        var bare = new UriBuilder(uri) { UserName = "", Password = "", Path = "" }.Uri;
        if (uri.UserInfo.Length > 0)
        {
            var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
            var user = Uri.UnescapeDataString(colon < 0 ? uri.UserInfo : uri.UserInfo[..colon]);
            credentials.Add(bare, new NetworkCredential(user, colon < 0 ? "" : Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..])));
        }

        return bare;
    }

    private sealed class ProxyCredentials : ICredentials
    {
        private readonly Dictionary<Uri, NetworkCredential> byProxy = [];

        public void Add(Uri proxy, NetworkCredential credential) => byProxy[proxy] = credential;

        public NetworkCredential? GetCredential(Uri uri, string authType) => byProxy.GetValueOrDefault(uri);
    }
}
