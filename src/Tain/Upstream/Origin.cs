using System.Net;

namespace Tain.Upstream;

/// <summary>Scheme, host and port: what credentials and trust are bound to.</summary>
internal static class Origin
{
    public static bool Same(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Credentials travel over TLS, or never leave the machine.</summary>
    public static bool MayCarryCredentials(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || IsLoopback(uri);

    public static bool IsLoopback(Uri uri) =>
        uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.Host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));
}
