using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tain.Upstream;
using static Tain.Config.SettingKinds;

namespace Tain.Config;

/// <summary>How other servers are reached, whatever the ecosystem: <c>upstream.*</c>.</summary>
internal static class UpstreamSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        Time("upstream.connect-timeout", "10s", Ms100, TimeSpan.FromMinutes(5),
            "For name look-up, TCP and TLS together.",
            (o, v) => o with { Upstream = o.Upstream with { ConnectTimeout = v } }, o => o.Upstream.ConnectTimeout),
        Time("upstream.response-timeout", "30s", SourceSetting.MinResponseTimeout, SourceSetting.MaxResponseTimeout,
            "From the request to its response's headers. go.sources can set it for one source.",
            (o, v) => o with { Upstream = o.Upstream with { ResponseTimeout = v } }, o => o.Upstream.ResponseTimeout),
        Time("upstream.stall-timeout", "20s", Ms100, TimeSpan.FromHours(1),
            "The longest silence inside a body.",
            (o, v) => o with { Upstream = o.Upstream with { StallTimeout = v } }, o => o.Upstream.StallTimeout),
        Time("upstream.fetch-timeout", "15m", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24),
            "For one artifact or document in all, retries included.",
            (o, v) => o with { Upstream = o.Upstream with { FetchTimeout = v } }, o => o.Upstream.FetchTimeout),
        Number("upstream.tries", 4, 1, 20,
            "How often one source is asked before it counts as failed, the first time included.",
            (o, v) => o with { Upstream = o.Upstream with { Tries = v } }, o => o.Upstream.Tries),
        Number("upstream.connections", 64, 1, 1000,
            "Connections per origin at once.",
            (o, v) => o with { Upstream = o.Upstream with { Connections = v } }, o => o.Upstream.Connections),
        Setting.Of<string?>("upstream.ca-bundle", "file", "",
            "A PEM file of roots that are trusted beside the system's, for companies that intercept TLS.",
            ParseCaBundle, (o, v) => o with { Upstream = o.Upstream with { CaBundle = v } }, o => o.Upstream.CaBundle ?? ""),
        Setting.Of<string?>("upstream.netrc", "file", "",
            "A netrc file: credentials by host.",
            ParseNetrc, (o, v) => o with { Upstream = o.Upstream with { Netrc = v } }, o => o.Upstream.Netrc ?? ""),
        Setting.Of<IReadOnlyList<IPNetwork>>("upstream.private-networks", "CIDR list", "",
            "Networks that may be asked although they are not public, by redirects and for direct's public modules. For hosts of go.private modules there is no need of it.",
            ParseNetworks, (o, v) => o with { Upstream = o.Upstream with { PrivateNetworks = v } }, o => string.Join(',', o.Upstream.PrivateNetworks), separator: ','),
    ];

    private static bool ParseCaBundle(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        if (!ParseReadableFile(text, out value, out error) || value is null)
            return error is null;
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(File.ReadAllText(value));
            if (roots.Count == 0)
                error = "holds no certificate: a PEM file with BEGIN CERTIFICATE blocks is needed";
            foreach (var root in roots)
                root.Dispose();
        }
        catch (CryptographicException e)
        {
            error = $"is not a PEM file of certificates: {e.Message}";
        }
        return error is null;
    }

    private static bool ParseNetrc(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        if (!ParseReadableFile(text, out value, out error) || value is null)
            return error is null;
        return Netrc.TryParse(File.ReadAllText(value), out _, out error);
    }

    private static string NotANetwork(string part) => $"has '{part}', which is not a network: write it as 10.0.0.0/8 or fd00::/8, with zeros after the prefix";

    private static bool ParseNetworks(string text, [NotNullWhen(true)] out IReadOnlyList<IPNetwork>? value, [NotNullWhen(false)] out string? error)
    {
        var networks = new List<IPNetwork>();
        value = networks;
        error = null;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // IPNetwork clears the bits after the prefix; here they are more likely a slip of the prefix.
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            if (!IPAddress.TryParse(slash < 0 ? part : part[..slash], out var address))
                AddTo(ref error, NotANetwork(part));
            else if (slash < 0)
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(part, out var network) && network.BaseAddress.Equals(address))
                networks.Add(network);
            else
                AddTo(ref error, NotANetwork(part));
        }
        return error is null;
    }
}
