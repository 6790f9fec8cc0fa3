using System.Net;
using System.Net.Sockets;

namespace Tain.Upstream;

/// <summary>Opens TCP connections. The address is checked here, on what is really dialled, so that a name which resolves
/// differently the second time (DNS rebinding) gains nothing.</summary>
/// <param name="resolve">The resolver; replaced in tests.</param>
/// <param name="publicOnly">For hops that we were not told to trust.</param>
/// <param name="exceptions"><c>upstream.private-networks</c>.</param>
internal sealed class Dialer(Func<string, CancellationToken, Task<IPAddress[]>> resolve, bool publicOnly, IReadOnlyList<IPNetwork> exceptions)
{
    /// <summary>How long one address has before the next is tried beside it (RFC 8305, section 8, recommends 250 ms).</summary>
    private static readonly TimeSpan NextAddressAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>More addresses than this are not tried: a hostile name server could list thousands.</summary>
    private const int MaxAddresses = 8;

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>, whose ConnectTimeout bounds it.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = await ConnectAnyAsync(await AddressesAsync(host, ct).ConfigureAwait(false), port, ct).ConfigureAwait(false);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Where a host may be dialled, in the order to try; at least one. Throws <see cref="NameException"/> and <see cref="PrivateAddressException"/>.</summary>
    public async Task<List<IPAddress>> AddressesAsync(string host, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host.AsSpan().Trim("[]"), out var literal) ? [literal] : await ResolveAsync(host, ct).ConfigureAwait(false);
        if (publicOnly)
        {
            var allowed = addresses.Where(address => PublicAddress.IsAllowed(address, exceptions)).ToArray();
            if (allowed.Length == 0)
                throw new PrivateAddressException(host, addresses[0]);
            addresses = allowed;
        }

        return Interleave(addresses);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await resolve(host, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new NameException(host, e.SocketErrorCode, e);
        }

        return addresses.Length > 0 ? addresses : throw new NameException(host, SocketError.NoData, null);
    }

    /// <summary>The families take turns, the resolver's order (RFC 6724) kept within each.</summary>
    private static List<IPAddress> Interleave(IPAddress[] addresses)
    {
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToList();
        var second = addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily).ToList();
        var mixed = new List<IPAddress>(addresses.Length);
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            if (i < first.Count)
                mixed.Add(first[i]);
            if (i < second.Count)
                mixed.Add(second[i]);
        }

        return mixed.Count > MaxAddresses ? mixed[..MaxAddresses] : mixed;
    }

    /// <summary>Happy eyeballs: the first address that accepts wins, the others are closed.</summary>
    private static async Task<Socket> ConnectAnyAsync(List<IPAddress> addresses, int port, CancellationToken ct)
    {
        if (addresses.Count == 1)
            return await ConnectOneAsync(addresses[0], port, ct).ConfigureAwait(false);
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = new List<Task<Socket>>();
        Exception? failure = null;
        try
        {
            var next = 0;
            while (next < addresses.Count || running.Count > 0)
            {
                if (next < addresses.Count)
                    running.Add(ConnectOneAsync(addresses[next++], port, losers.Token));
                var any = Task.WhenAny(running);
                if (next < addresses.Count)
                    await Task.WhenAny(any, Task.Delay(NextAddressAfter, losers.Token)).ConfigureAwait(false);
                else
                    await any.ConfigureAwait(false);
                foreach (var done in running.Where(t => t.IsCompleted).ToList())
                {
                    running.Remove(done);
                    if (done.IsCompletedSuccessfully)
                        return await done.ConfigureAwait(false);
                    failure ??= done.Exception?.InnerException;
                }

                ct.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await losers.CancelAsync().ConfigureAwait(false);
            foreach (var late in running)
                _ = late.ContinueWith(static t => { if (t.IsCompletedSuccessfully) t.Result.Dispose(); else _ = t.Exception; }, TaskScheduler.Default);
        }

        throw failure ?? new SocketException((int)SocketError.HostUnreachable);
    }

    private static async Task<Socket> ConnectOneAsync(IPAddress address, int port, CancellationToken ct)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A connection that a firewall forgot is noticed within 30 s instead of at the next request's deadline.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(new IPEndPoint(address, port), ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name that does not resolve, or whose resolver fails: two things that people must tell apart.</summary>
internal sealed class NameException(string host, SocketError error, Exception? inner) : IOException("cannot resolve " + host, inner)
{
    public string Host { get; } = host;

    /// <summary>NXDOMAIN or no address. EAI_AGAIN (SERVFAIL, resolver timeout) is not.</summary>
    public bool DoesNotExist { get; } = error is SocketError.HostNotFound or SocketError.NoData;
}

/// <summary>A redirect led to a name with no public address.</summary>
internal sealed class PrivateAddressException(string host, IPAddress address) : IOException($"{host} is at {address}, which is not public")
{
    public string Host { get; } = host;

    public IPAddress Address { get; } = address;
}
