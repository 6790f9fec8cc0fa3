using System.Net;

namespace Tain.Upstream;

/// <summary>Where a redirect may lead. The address is checked once more when it is dialled (<see cref="Dialer"/>); what is refused here
/// never reaches the resolver.</summary>
internal static class RedirectRules
{
    /// <summary>As many as the go command and browsers follow, or fewer.</summary>
    public const int MaxHops = 10;

    /// <summary>A Location longer than this is no address, in characters. Signed URLs are below 2,000.</summary>
    private const int MaxLocation = 8192;

    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <param name="from">The hop that redirected.</param>
    /// <param name="location">Its Location header.</param>
    /// <param name="ownOrigin">The configured source's base URL while every hop so far stayed with its origin; null once one left it.</param>
    /// <param name="exceptions"><c>upstream.private-networks</c>.</param>
    /// <returns>The next hop, or why not.</returns>
    public static (Uri? Next, string? Refusal) Follow(Uri from, string? location, Uri? ownOrigin, IReadOnlyList<IPNetwork> exceptions)
    {
        if (string.IsNullOrEmpty(location))
            return (null, "redirected without a Location");
        if (location.Length > MaxLocation)
            return (null, $"redirected to a Location of {location.Length} characters (at most {MaxLocation})");
        if (!Uri.TryCreate(from, location, out var next))
            return (null, "redirected to what is not a URL");
        var shown = Secrets.Show(next);
        if (next.Scheme != Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttp)
            return (null, $"redirected to {shown}: refused, only https is followed");
        if (from.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
            return (null, $"redirected to {shown}: refused, https may not become http");
        if (next.UserInfo.Length > 0)
            return (null, $"redirected to {shown} with a password in the URL: refused");
        if (next.Host.Length == 0)
            return (null, $"redirected to {shown}: refused, it has no host");
        if (ownOrigin is not null && Origin.Same(ownOrigin, next))
            return (next, null);

        if (PrivateLiteral(next, exceptions) is { } host)
            return (null, $"redirected to {shown}: refused, {host} is not a public address (allow it in upstream.private-networks)");
        return (next, null);
    }

    /// <summary>The host of a URL that names an address by itself, and one that is neither public nor allowed; null for all others.
    /// Also what an outgoing proxy would dial for us, where the dialled address cannot be seen.</summary>
    public static string? PrivateLiteral(Uri uri, IReadOnlyList<IPNetwork> exceptions)
    {
        var host = uri.IdnHost.Trim('[', ']').TrimEnd('.');
        var isLocal = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        var literal = isLocal ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : null;
        return literal is not null && !PublicAddress.IsAllowed(literal, exceptions) ? host : null;
    }
}
