using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Tain.Config;

/// <summary>What <c>listen</c> may say: <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, <c>:8080</c> for every address of the machine.</summary>
internal static class ListenAddress
{
    /// <summary><see cref="IPAddress.IPv6Any"/> stands for every address, IPv4 included. Port 0 takes a free one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint, [NotNullWhen(false)] out string? error)
    {
        endPoint = null;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            error = "has no port: write HOST:PORT, with a port from 0 to 65535 (0 takes a free one)";
            return false;
        }

        var host = text[..colon];
        IPAddress? address;
        if (host is "" or "*")
            address = IPAddress.IPv6Any;
        else if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            address = IPAddress.Loopback;
        else if (host is ['[', .. var inner, ']'])
            _ = IPAddress.TryParse(inner, out address);
        else if (host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') != 3 || !IPAddress.TryParse(host, out address))
            // A name could have many addresses or another one tomorrow; and "127.1" is an address to some.
            address = null;

        if (address is null)
        {
            error = "has no address to listen on: write an IPv4 address, an IPv6 address in brackets, localhost, or nothing before the colon for every address of the machine";
            return false;
        }
        endPoint = new IPEndPoint(address, port);
        error = null;
        return true;
    }
}
