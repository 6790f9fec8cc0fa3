using System.Net;
using System.Net.Sockets;

namespace Tain.Upstream;

/// <summary>Which addresses a server that we were not told to trust may lead us to: global unicast only
/// (IANA's special-purpose registries for IPv4 and IPv6), addresses that carry an IPv4 address by the one they carry.</summary>
internal static class PublicAddress
{
    // This network, private, shared (CGNAT), loopback, link-local (cloud metadata), private, IETF, documentation, 6to4 relay,
    // private, benchmarking, documentation ×2, multicast, reserved and broadcast.
    private static readonly IPNetwork[] NotPublic4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Inside 2000::/3: IETF protocol assignments (Teredo, ORCHID, …) and documentation.
    private static readonly IPNetwork[] NotPublic6 = [.. new[] { "2001::/23", "2001:db8::/32", "3fff::/20" }.Select(IPNetwork.Parse)];

    private static readonly IPNetwork GlobalUnicast6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Public, or within <paramref name="exceptions"/> (<c>upstream.private-networks</c>).</summary>
    public static bool IsAllowed(IPAddress address, IReadOnlyList<IPNetwork> exceptions)
    {
        address = Unwrap(address);
        foreach (var network in exceptions)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
                return true;
        }

        return IsPublic(address);
    }

    private static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !NotPublic4.Any(network => network.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return false;
        if (Nat64.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12, 4)));
        if (SixToFour.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(2, 4)));
        return GlobalUnicast6.Contains(address) && !NotPublic6.Any(network => network.Contains(address));
    }

    private static IPAddress Unwrap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
