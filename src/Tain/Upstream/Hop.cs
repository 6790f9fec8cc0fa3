using System.Security.Cryptography;

namespace Tain.Upstream;

/// <summary>This process in the Via header of what it asks (RFC 9110, 7.6.3), so that a chain that leads back here is noticed at once
/// instead of waiting for itself. Random for each process: it tells nobody who we are.</summary>
internal static class Hop
{
    private static readonly string Name = "tain-" + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>The header's value.</summary>
    public static string Via { get; } = "1.1 " + Name;

    /// <summary>True when a request with this Via header came from here.</summary>
    public static bool IsMine(string? via) => via is not null && via.Contains(Name, StringComparison.Ordinal);
}
