using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tain.GitHosting;

/// <summary>How a host behaves before any TLS is spoken.</summary>
public enum HostFault
{
    None,

    /// <summary>As if its name did not resolve: the proxy answers 502.</summary>
    Unknown,

    /// <summary>As if nothing listened: the proxy answers 503.</summary>
    Refused,

    /// <summary>The proxy accepts, and then closes: what a broken firewall does.</summary>
    Dropped,

    /// <summary>The proxy never answers.</summary>
    Silent,
}

/// <summary>
/// An HTTPS proxy on loopback, since module paths hold no port: whatever host one connects to at
/// port 443, it is the one server behind.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _connections = new();
    private readonly ConcurrentQueue<string> _targets = new();
    private readonly Func<string, HostFault> _faultOf;
    private readonly IPEndPoint _server;
    private readonly Task _accepting;

    /// <param name="faultOf">By host; asked at each connection.</param>
    public ConnectProxy(IPEndPoint server, Func<string, HostFault> faultOf)
    {
        (_server, _faultOf) = (server, faultOf);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often each host was connected to, with port 443 or another, faulty ones included.</summary>
    public IReadOnlyDictionary<string, int> Connections => _connections;

    /// <summary>The same, in the order in which they were asked for, plain http included.</summary>
    public IReadOnlyList<string> Targets => [.. _targets];

    public void ForgetTargets() => _targets.Clear();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        // The token source is left to the collector: connections may still be using its token.
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        client.NoDelay = true;
        try
        {
            if (await ReadHeadAsync(client) is not { } head)
                return;
            var target = head.Split(' ', 3);
            if (target.Length < 3 || target[0] != "CONNECT")
            {
                // http://HOST/PATH, when this is HTTP_PROXY too: nobody serves that here.
                if (target.Length == 3 && Uri.TryCreate(target[1], UriKind.Absolute, out var plain))
                    _targets.Enqueue($"{plain.Host}:{plain.Port}");
                await AnswerAsync(client, "405 Method Not Allowed");
                return;
            }
            _connections.AddOrUpdate(target[1], 1, (_, n) => n + 1);
            _targets.Enqueue(target[1]);
            var (host, port) = (target[1][..target[1].LastIndexOf(':')], target[1][(target[1].LastIndexOf(':') + 1)..]);
            switch (port == "443" ? _faultOf(host) : HostFault.Refused)
            {
                case HostFault.None:
                    await TunnelAsync(client);
                    break;
                case HostFault.Unknown:
                    await AnswerAsync(client, "502 Bad Gateway");
                    break;
                case HostFault.Refused:
                    await AnswerAsync(client, "503 Service Unavailable");
                    break;
                case HostFault.Dropped:
                    await AnswerAsync(client, "200 Connection established");
                    break;
                case HostFault.Silent:
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A client that went away, or the end.
        }
    }

    private async Task TunnelAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_server, _stop.Token);
        await AnswerAsync(client, "200 Connection established");
        await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // A reset on one side is one on the other, or clients would wait for an answer that was cut.
            to.LingerState = new LingerOption(true, 0);
            to.Dispose();
            from.Dispose();
            throw;
        }
    }

    private async Task AnswerAsync(Socket client, string status) =>
        await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{(status[0] == '2' ? "" : "Content-Length: 0\r\nConnection: close\r\n")}\r\n"), _stop.Token);

    /// <summary>The request's first line, once its whole head has come; the client sends nothing more before the answer.</summary>
    private async Task<string?> ReadHeadAsync(Socket client)
    {
        var buffer = new byte[8192];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (count == 0)
                return null;
            length += count;
            if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return Encoding.UTF8.GetString(buffer, 0, length).Split("\r\n")[0];
        }
        return null;
    }
}
