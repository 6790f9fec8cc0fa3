using System.Globalization;
using System.Text;

namespace Tain.Http;

/// <summary>Why a request was forwarded (RFC 9211 2.2).</summary>
internal enum CacheForward { Bypass, Method, UriMiss, VaryMiss, Miss, Request, Stale, Partial }

/// <summary>How a response was served: the <c>Cache-Status</c> header of RFC 9211, and a field of the access log.</summary>
/// <param name="Forward">Null for a hit.</param>
internal readonly record struct CacheStatus(CacheForward? Forward)
{
    /// <summary>The name of this cache in the header.</summary>
    public const string Name = "tain";

    private const string PlainHit = Name + "; hit";
    private const string PlainMiss = Name + "; fwd=uri-miss";
    private const string StoredMiss = Name + "; fwd=uri-miss; stored";

    /// <summary>Served from what is stored, nobody was asked.</summary>
    public static CacheStatus Hit => new(Forward: null);

    /// <summary>Not stored: sources were asked.</summary>
    public static CacheStatus Miss => new(CacheForward.UriMiss);

    /// <summary>Stored but no longer fresh: sources were asked.</summary>
    public static CacheStatus Stale => new(CacheForward.Stale);

    /// <summary>The status of the source that was asked (2.3).</summary>
    public int? ForwardStatus { get; init; }

    /// <summary>How much longer it is fresh; negative when it is stale (2.4). Whole seconds are sent.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The answer was stored (2.5).</summary>
    public bool Stored { get; init; }

    /// <summary>Joined another request's fetch (2.6).</summary>
    public bool Collapsed { get; init; }

    /// <summary>A word for people, such as <c>source-failed</c> (2.8).</summary>
    public string? Detail { get; init; }

    public void Apply(HttpResponse response) => response.Headers["Cache-Status"] = ToString();

    public override string ToString()
    {
        if (this == Hit)
            return PlainHit;
        if (this == Miss)
            return PlainMiss;
        if (this == Miss with { Stored = true })
            return StoredMiss;

        // sf-list member with parameters (RFC 8941 3.1.2): "; " and key, or key "=" item.
        var text = new StringBuilder(Name, 96);
        if (Forward is { } forward)
            text.Append("; fwd=").Append(Token(forward));
        else
            text.Append("; hit");
        if (ForwardStatus is { } status)
            text.Append(CultureInfo.InvariantCulture, $"; fwd-status={status}");
        if (Ttl is { } ttl)
            text.Append(CultureInfo.InvariantCulture, $"; ttl={(long)Math.Clamp(Math.Floor(ttl.TotalSeconds), -999_999_999_999_999, 999_999_999_999_999)}");
        if (Stored)
            text.Append("; stored");
        if (Collapsed)
            text.Append("; collapsed");
        if (Detail is { Length: > 0 } detail)
            AppendItem(text.Append("; detail="), detail);
        return text.ToString();
    }

    private static string Token(CacheForward forward) => forward switch
    {
        CacheForward.Bypass => "bypass",
        CacheForward.Method => "method",
        CacheForward.UriMiss => "uri-miss",
        CacheForward.VaryMiss => "vary-miss",
        CacheForward.Miss => "miss",
        CacheForward.Request => "request",
        CacheForward.Stale => "stale",
        _ => "partial",
    };

    // RFC 8941 3.3.4 (token) and 3.3.3 (string: visible ASCII and space, two characters escaped).
    private static void AppendItem(StringBuilder text, string value)
    {
        if (value.Length <= 64 && (char.IsAsciiLetter(value[0]) || value[0] == '*') && value.All(IsTokenChar))
        {
            text.Append(value);
            return;
        }
        text.Append('"');
        foreach (var c in value.AsSpan(0, Math.Min(value.Length, 200)))
        {
            if (c is '"' or '\\')
                text.Append('\\');
            text.Append(c is >= ' ' and < '\x7f' ? c : '?');
        }
        text.Append('"');
    }

    private static bool IsTokenChar(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~:/".Contains(c);
}
