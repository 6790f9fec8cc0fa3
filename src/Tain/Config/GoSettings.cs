using System.Diagnostics.CodeAnalysis;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Upstream;
using static Tain.Config.SettingKinds;

namespace Tain.Config;

/// <summary>Where Go modules come from and how long answers are fresh: <c>go.*</c>.</summary>
internal static class GoSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.Of<SourceChain>("go.upstream", "GOPROXY list", "https://proxy.golang.org,direct",
            "Where modules come from: URLs joined by , (go on after 404 and 410) or | (go on after any fault), and direct or off at the end.",
            ParseChain, (o, v) => o with { Go = o.Go with { Upstream = v } }, o => o.Go.Upstream.ToString(), separator: ',', mask: ConfigText.Mask),
        Setting.Of<IReadOnlyList<GoRoute>>("go.routes", "PATTERNS CHAIN; …", "",
            "Which modules come from another chain: GOPRIVATE patterns, a space and a GOPROXY list, entries joined by semicolons. The first that matches wins.",
            ParseRoutes, (o, v) => o with { Go = o.Go with { Routes = v } }, o => string.Join("; ", o.Go.Routes.Select(r => $"{r.PatternText} {r.Chain}")), separator: ';', mask: ConfigText.Mask),
        Setting.Of<IReadOnlyList<SourceSetting>>("go.sources", "URL [private] [response-timeout=DURATION]; …", "",
            "Settings of single sources, in whichever chain they stand: private ones may be asked for what go.private matches. Entries are joined by semicolons.",
            ParseSources, (o, v) => o with { GoSources = v }, o => string.Join("; ", o.GoSources), separator: ';', mask: ConfigText.Mask),
        Setting.Of<(string Text, ModulePatterns Patterns)>("go.private", "GOPRIVATE list", "",
            "Patterns of modules that only private sources and direct may be asked for. corp.example is what is below that path, *.corp.example what is on its hosts.",
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
        Setting.Of<SumDbOptions?>("go.sumdb", "GOSUMDB value", "sum.golang.org",
            "The checksum database that proves what is served, and that clients reach through this server: NAME+KEY, and perhaps a space and its URL; off checks nothing.",
            ParseSumDb, (o, v) => o with { Go = o.Go with { SumDb = v } }, o => o.Go.SumDb?.Text ?? "off"),
        Setting.Of<(string Text, ModulePatterns Patterns)>("go.no-sumdb", "GONOSUMDB list", "",
            "Patterns of modules that the checksum database is never asked about: what is fetched of them first is taken as it is. What go.private matches is among them.",
            ParsePatterns, (o, v) => o with { Go = o.Go with { NoSumDb = v.Patterns, NoSumDbText = v.Text } }, o => o.Go.NoSumDbText, separator: ','),
        Choice("go.sumdb-unavailable", "refuse", [("refuse", WhenUnavailable.Refuse), ("serve-unverified", WhenUnavailable.ServeUnverified)],
            "New public modules while the checksum database is out of reach: refused, or served and checked later. What is stored and checked is served either way.",
            (o, v) => o with { Go = o.Go with { SumDbUnavailable = v } }, o => o.Go.SumDbUnavailable),
    ];

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
            else if (!TryPatterns(words[0], out var patterns, out var reason))
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
        if (!TryPatterns(text, out var patterns, out var reason))
        {
            error = $"is not a GOPRIVATE list: {reason}";
            return false;
        }
        value = (text, patterns);
        return true;
    }

    /// <summary>A URL would match nothing, and what it means would go out unseen. A control character would too, and clients get these patterns as lines of a script.</summary>
    private static bool TryPatterns(string text, [NotNullWhen(true)] out ModulePatterns? patterns, [NotNullWhen(false)] out string? error)
    {
        if (!ModulePatterns.TryParse(text, out patterns, out error))
            return false;
        if (text.Split(',').FirstOrDefault(p => p.Contains(':', StringComparison.Ordinal)) is { } url)
            error = $"no module's path can match {ConfigText.Mask(url)}: write a path without scheme and port, such as git.corp.example/team";
        else if (text.Any(char.IsControl))
            error = "no module's path has a control character: remove it";
        return error is null;
    }

    private static bool ParseSumDb(string text, out SumDbOptions? value, [NotNullWhen(false)] out string? error)
    {
        (value, error) = (null, null);
        return text == "off" || SumDbOptions.TryParse(text, out value, out error);
    }
}
