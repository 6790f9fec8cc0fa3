using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tain.Ecosystems.Go;
using Tain.GoModules;
using Tain.Http;
using Tain.Upstream;

namespace Tain.Config;

/// <summary>The table of all settings. tain.yaml, TAIN_… variables, flags, <c>tain config</c>, <c>--help</c> and docs/configuration.md come from it.</summary>
internal static class Settings
{
    private static readonly TimeSpan Day30 = TimeSpan.FromDays(30);
    private static readonly TimeSpan Ms100 = TimeSpan.FromMilliseconds(100);

    /// <summary>The groups in the order in which they are shown, with their titles.</summary>
    public static IReadOnlyList<(string Group, string Title)> Groups { get; } =
    [
        ("", "Server"),
        ("log", "Logs"),
        ("upstream", "Other servers, whatever the ecosystem"),
        ("go", "Go modules"),
    ];

    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.Of<string>("listen", "ADDRESS:PORT", "127.0.0.1:8080",
            "Where to serve: an IPv4 address, an IPv6 address in brackets or localhost; nothing before the colon is every address. Port 0 takes a free one.",
            ParseListen, (o, v) => o with { Listen = v }, o => o.Listen),
        Setting.Of<string>("data", "folder", "./tain-data",
            "The folder that holds everything. A relative path begins at the working directory. One process owns it.",
            ParseFolder, (o, v) => o with { Data = v }, o => o.Data),
        Setting.Of<Uri?>("public-url", "URL", "",
            "How clients reach this server. Absolute URLs are made of it, never of a request's Host.",
            ParsePublicUrl, (o, v) => o with { PublicUrl = v }, o => o.PublicUrl?.OriginalString ?? "", bounds: "http or https, no query"),
        Time("stop-timeout", "30s", TimeSpan.Zero, TimeSpan.FromHours(1),
            "How long a graceful stop waits for what is in flight; 0 does not wait.",
            (o, v) => o with { StopTimeout = v }, o => o.StopTimeout),

        Choice("log.format", "auto", [("auto", LogFormat.Auto), ("json", LogFormat.Json), ("text", LogFormat.Text)],
            "One JSON object a line, or text for people; auto is text on a terminal, else JSON.",
            (o, v) => o with { LogFormat = v }, o => o.LogFormat),

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
            "Networks that redirects may lead to although they are not public.",
            ParseNetworks, (o, v) => o with { Upstream = o.Upstream with { PrivateNetworks = v } }, o => string.Join(',', o.Upstream.PrivateNetworks), separator: ','),

        Setting.Of<SourceChain>("go.upstream", "GOPROXY list", "https://proxy.golang.org,direct",
            "Where modules come from: URLs joined by , (go on after 404 and 410) or | (go on after any fault), and direct or off at the end.",
            ParseChain, (o, v) => o with { Go = o.Go with { Upstream = v } }, o => o.Go.Upstream.ToString(), separator: ',', secret: true),
        Setting.Of<IReadOnlyList<GoRoute>>("go.routes", "PATTERNS CHAIN; …", "",
            "Which modules come from another chain: GOPRIVATE patterns, a space and a GOPROXY list, entries joined by semicolons. The first that matches wins.",
            ParseRoutes, (o, v) => o with { Go = o.Go with { Routes = v } }, o => string.Join("; ", o.Go.Routes.Select(r => $"{r.PatternText} {r.Chain}")), separator: ';', secret: true),
        Setting.Of<IReadOnlyList<SourceSetting>>("go.sources", "URL [private] [response-timeout=DURATION]; …", "",
            "Settings of single sources, in whichever chain they stand: private ones may be asked for what go.private matches. Entries are joined by semicolons.",
            ParseSources, (o, v) => o with { GoSources = v }, o => string.Join("; ", o.GoSources), separator: ';', secret: true),
        Setting.Of<(string Text, ModulePatterns Patterns)>("go.private", "GOPRIVATE list", "",
            "Patterns of modules that only private sources and direct may be asked for.",
            ParsePatterns, (o, v) => o with { Go = o.Go with { Private = v.Patterns, PrivateText = v.Text } }, o => o.Go.PrivateText, separator: ','),
        Choice("go.order", "listed", [("listed", SourceOrder.Listed), ("latency", SourceOrder.Latency)],
            "The order among sources joined by |: as listed, or the fastest first.",
            (o, v) => o with { Go = o.Go with { Order = v } }, o => o.Go.Order),
        Time("go.list-ttl", "1m", TimeSpan.Zero, Day30,
            "How long @v/list is fresh; 0 asks each time.",
            (o, v) => o with { Go = o.Go with { ListTtl = v } }, o => o.Go.ListTtl),
        Time("go.latest-ttl", "1m", TimeSpan.Zero, Day30,
            "How long @latest is fresh; 0 asks each time.",
            (o, v) => o with { Go = o.Go with { LatestTtl = v } }, o => o.Go.LatestTtl),
        Time("go.query-ttl", "1m", TimeSpan.Zero, Day30,
            "How long the answer for a branch, tag or commit is fresh; 0 asks each time.",
            (o, v) => o with { Go = o.Go with { QueryTtl = v } }, o => o.Go.QueryTtl),
        Time("go.absence-ttl", "30s", TimeSpan.Zero, Day30,
            "How long a confirmed absence is believed; 0 asks each time.",
            (o, v) => o with { Go = o.Go with { AbsenceTtl = v } }, o => o.Go.AbsenceTtl),
        Time("go.stale-while-revalidate", "10m", TimeSpan.Zero, Day30,
            "How long after its TTL a document is still served at once while it is asked again; later, a request waits for the answer. 0 always waits.",
            (o, v) => o with { Go = o.Go with { StaleWhileRevalidate = v } }, o => o.Go.StaleWhileRevalidate),
        Time("go.stale-patience", "5s", TimeSpan.Zero, TimeSpan.FromHours(1),
            "How long a request waits for a new answer when a stale one is stored; then it gets that one. 0 never waits.",
            (o, v) => o with { Go = o.Go with { StalePatience = v } }, o => o.Go.StalePatience),
        Setting.Of<string>("go.sumdb", "GOSUMDB value", "off",
            "The checksum database that proves what is served. Checking against one is not built yet, so only off is accepted.",
            ParseSumDb, (o, _) => o, _ => "off", bounds: "off"),
    ];

    public static Setting? FindOrNull(string key) => All.FirstOrDefault(s => s.Key == key);

    private static Setting Time(string key, string defaultText, TimeSpan min, TimeSpan max, string doc, Func<TainOptions, TimeSpan, TainOptions> set, Func<TainOptions, TimeSpan> get)
    {
        var bounds = $"{Duration.Format(min)} to {Duration.Format(max)}";
        return Setting.Of(key, "duration", defaultText, doc, Parse, set, o => Duration.Format(get(o)), bounds);

        bool Parse(string text, out TimeSpan value, [NotNullWhen(false)] out string? error)
        {
            if (!Duration.TryParse(text, out value))
                error = $"is not a duration: write whole numbers with ms, s, m or h, such as 30s or 1h30m ({bounds})";
            else if (value < min || value > max)
                error = $"is out of bounds: {bounds} is allowed";
            else
                error = null;
            return error is null;
        }
    }

    private static Setting Number(string key, int defaultValue, int min, int max, string doc, Func<TainOptions, int, TainOptions> set, Func<TainOptions, int> get)
    {
        var bounds = string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");
        return Setting.Of(key, "number", defaultValue.ToString(CultureInfo.InvariantCulture), doc, Parse, set,
            o => get(o).ToString(CultureInfo.InvariantCulture), bounds);

        bool Parse(string text, out int value, [NotNullWhen(false)] out string? error)
        {
            error = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max
                ? null : $"is not a whole number from {bounds}";
            return error is null;
        }
    }

    private static Setting Choice<T>(string key, string defaultText, (string Word, T Value)[] words, string doc, Func<TainOptions, T, TainOptions> set, Func<TainOptions, T> get)
        where T : struct, Enum
    {
        var bounds = string.Join(", ", words.Select(w => w.Word));
        return Setting.Of(key, "word", defaultText, doc, Parse, set, o => words.First(w => w.Value.Equals(get(o))).Word, bounds);

        bool Parse(string text, out T value, [NotNullWhen(false)] out string? error)
        {
            var found = Array.FindIndex(words, w => w.Word == text);
            value = found < 0 ? default : words[found].Value;
            error = found < 0 ? $"is not one of {bounds}" : null;
            return error is null;
        }
    }

    private static bool ParseListen(string text, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        if (!ListenAddress.TryParse(text, out var endPoint, out error))
            return false;
        // The server's own word for every address, with or without IPv6.
        value = endPoint.Address.Equals(IPAddress.IPv6Any) ? string.Create(CultureInfo.InvariantCulture, $"*:{endPoint.Port}") : endPoint.ToString();
        return true;
    }

    private static bool ParseFolder(string text, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text;
        error = text.Length == 0 ? "is empty: write the path of a folder"
            : text.Contains('\0', StringComparison.Ordinal) ? "has a NUL character: write the path of a folder"
            : File.Exists(text) ? "is a file: write the path of a folder, which is made if it is missing"
            : null;
        return error is null;
    }

    private static bool ParsePublicUrl(string text, out Uri? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        error = null;
        if (text.Length == 0)
            return true;
        error = !Uri.TryCreate(text, UriKind.Absolute, out value) || value.Scheme is not ("http" or "https") || value.Host.Length == 0
                || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? "is not an absolute http or https URL: write it as clients do, such as https://tain.corp.example"
            : value.UserInfo.Length > 0 ? "has credentials: it is shown to everyone, remove them"
            : text.AsSpan().ContainsAny('?', '#') ? "has a query or a fragment: remove what begins at the ? or #"
            : null;
        return error is null;
    }

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

    private static bool ParseReadableFile(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text.Length == 0 ? null : text;
        error = null;
        if (value is null)
            return true;
        try
        {
            using var _ = File.OpenHandle(value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = $"does not exist (relative paths begin at {Directory.GetCurrentDirectory()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = $"cannot be read: {(Directory.Exists(value) ? "it is a folder" : e.Message)}";
        }
        return error is null;
    }

    // Every bad entry of a list is told, not only one of them.
    private static void AddTo(ref string? error, string more) => error = error is null ? more : error + "; and " + more;

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

    private static bool ParseChain(string text, [NotNullWhen(true)] out SourceChain? value, [NotNullWhen(false)] out string? error)
    {
        if (!SourceChain.TryParse(text, out value, out error))
        {
            error = "is not a GOPROXY list: " + error;
            return false;
        }
        // "tain config" prints passwords as ***; taken back as they are, they would fail much later and elsewhere.
        if (value.Links.Any(l => l.Source?.UserInfo is { } user && user.EndsWith("***", StringComparison.Ordinal)))
        {
            error = "has a masked password (***): write the real one, or better keep it in upstream.netrc";
            return false;
        }
        return true;
    }

    private static bool ParseRoutes(string text, [NotNullWhen(true)] out IReadOnlyList<GoRoute>? value, [NotNullWhen(false)] out string? error)
    {
        var routes = new List<GoRoute>();
        value = routes;
        error = null;
        foreach (var entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = entry.Split((char[]?)null, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2)
                AddTo(ref error, $"has the entry '{ConfigText.Mask(entry)}' without a chain: write PATTERNS, a space and a GOPROXY list, such as corp.example/* https://goproxy.corp.example,direct");
            else if (!ModulePatterns.TryParse(words[0], out var patterns, out var reason))
                AddTo(ref error, $"has the patterns '{ConfigText.Mask(words[0])}' that are not a GOPRIVATE list: {reason}");
            else if (!ParseChain(words[1], out var chain, out reason))
                AddTo(ref error, $"has the chain '{ConfigText.Mask(words[1])}' that {reason}");
            else
                routes.Add(new GoRoute(words[0], patterns, chain));
        }
        return error is null;
    }

    private static bool ParseSources(string text, [NotNullWhen(true)] out IReadOnlyList<SourceSetting>? value, [NotNullWhen(false)] out string? error)
    {
        var sources = new List<SourceSetting>();
        value = sources;
        error = null;
        foreach (var entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!SourceSetting.TryParse(entry, out var setting, out var reason))
                AddTo(ref error, $"has an entry that is not URL [private] [response-timeout=DURATION]: {reason}");
            else if (sources.Exists(s => s.Name == setting.Name))
                AddTo(ref error, $"names {setting.Name} twice: write one entry");
            else
                sources.Add(setting);
        }
        return error is null;
    }

    private static bool ParsePatterns(string text, out (string Text, ModulePatterns Patterns) value, [NotNullWhen(false)] out string? error)
    {
        value = ("", ModulePatterns.None);
        error = null;
        if (text.Length == 0)
            return true;
        if (!ModulePatterns.TryParse(text, out var patterns, out var reason))
        {
            error = $"is not a GOPRIVATE list: {reason}";
            return false;
        }
        value = (text, patterns);
        return true;
    }

    private static bool ParseSumDb(string text, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text;
        error = text == "off" ? null : "is refused because checking against a checksum database is not built yet, and Tain does not pretend to: only off is accepted";
        return error is null;
    }
}
