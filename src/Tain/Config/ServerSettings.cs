using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Tain.Http;
using static Tain.Config.SettingKinds;

namespace Tain.Config;

/// <summary>What concerns the server itself: <c>listen</c>, <c>data</c>, <c>log.*</c>, <c>scrub.*</c>.</summary>
internal static class ServerSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.Of<string>("listen", "ADDRESS:PORT", "127.0.0.1:8080",
            "Where to serve: an IPv4 address, an IPv6 address in brackets or localhost; nothing before the colon is every address. Port 0 takes a free one.",
            ParseListen, (o, v) => o with { Listen = v }, o => o.Listen),
        Setting.Of<string>("data", "folder", "./tain-data",
            "The folder that holds everything. A relative path begins at the working directory. One process owns it.",
            ParseFolder, (o, v) => o with { Data = v }, o => o.Data),
        Setting.Of<Uri?>("public-url", "URL", "",
            "How clients reach this server: /setup gives it to them. Absolute URLs are made of it, never of a request's Host.",
            ParsePublicUrl, (o, v) => o with { PublicUrl = v }, o => o.PublicUrl?.OriginalString ?? "", bounds: "http or https, no query"),
        Time("stop-timeout", "30s", TimeSpan.Zero, TimeSpan.FromHours(1),
            "How long a graceful stop waits for what is in flight; 0 does not wait.",
            (o, v) => o with { StopTimeout = v }, o => o.StopTimeout),

        Choice("log.format", "auto", [("auto", LogFormat.Auto), ("json", LogFormat.Json), ("text", LogFormat.Text)],
            "One JSON object a line, or text for people; auto is text on a terminal, else JSON.",
            (o, v) => o with { LogFormat = v }, o => o.LogFormat),

        Bytes("scrub.rate", "4MiB", 0, 1L << 30,
            "How much of what is stored is looked at again each second, as strictly as when it came; a quarter of it while clients' fetches are under way. 0KiB never does.",
            (o, v) => o with { ScrubRate = v }, o => o.ScrubRate),
        Time("scrub.interval", "24h", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30),
            "The pause between two passes over all that is stored. What a pass finds wrong is put in quarantine and fetched again.",
            (o, v) => o with { ScrubInterval = v }, o => o.ScrubInterval),
    ];

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
            : text.AsSpan().ContainsAny(',', '|') ? "has a comma or a |, where a client's GOPROXY would be two: remove it"
            : text.AsSpan().ContainsAny('?', '#') ? "has a query or a fragment: remove what begins at the ? or #"
            : null;
        return error is null;
    }
}
