using System.Net;

namespace Tain.Doctor;

/// <summary>What a host is by its name alone. Which servers are public is for each ecosystem to know.</summary>
internal static class Hosts
{
    /// <summary>Names under which a container knows the machine that it runs on: Docker Desktop's two, podman's.</summary>
    private static readonly string[] OfContainers = ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];

    /// <summary>Names that no public resolver answers: RFC 2606, RFC 6762, RFC 8375, ICANN's .internal, and what companies use beside them.</summary>
    private static readonly string[] Internal = [".internal", ".local", ".localdomain", ".lan", ".corp", ".intranet", ".intra", ".home.arpa", ".private"];

    /// <summary>This machine itself: nobody stands between.</summary>
    /// <param name="host">With or without a port, or a range of addresses.</param>
    public static bool IsHere(string host)
    {
        host = WithoutPort(host).Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || OfContainers.Contains(host, StringComparer.OrdinalIgnoreCase)
            || (IPNetwork.TryParse(host, out var network) ? IPAddress.IsLoopback(network.BaseAddress) && network.PrefixLength >= 8
                // Who calls 0.0.0.0 reaches itself.
                : IPAddress.TryParse(host, out var address) && (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any)));
    }

    /// <summary>Whether only the inside of some network knows the name.</summary>
    public static bool IsInternal(string host) => WithoutPort(host) is var name && Internal.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    public static string WithoutPort(string host)
    {
        var colon = host.LastIndexOf(':');
        // An address of IPv6 has more than one.
        return colon > 0 && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']') ? host[..colon] : host;
    }
}
