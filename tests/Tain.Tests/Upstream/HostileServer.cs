using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tain.Tests.Upstream;

/// <summary>What a client sent.</summary>
/// <param name="Number">1 for the server's first request.</param>
/// <param name="Connection">1 for its first connection.</param>
public sealed record HostileRequest(int Number, int Connection, string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}

/// <summary>An HTTP/1.1 server on loopback that does to each request exactly what its script says: raw bytes, resets, silence.
/// After the script of a request the connection is kept for the next, unless it was closed.</summary>
public sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Func<HostileExchange, Task> script;
    private readonly X509Certificate2? certificate;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<HostileRequest> requests = new();
    private readonly ConcurrentBag<Task> running = [];
    private readonly Task accepting;
    private int connections;
    private int numbers;

    /// <param name="certificate">With a private key: speaks TLS.</param>
    /// <param name="at">Another loopback address than 127.0.0.1.</param>
    /// <param name="port">0 for a free one.</param>
    public HostileServer(Func<HostileExchange, Task> script, X509Certificate2? certificate = null, IPAddress? at = null, int port = 0)
    {
        this.script = script;
        this.certificate = certificate;
        listener = new TcpListener(at ?? IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Url => $"{(certificate is null ? "http" : "https")}://{listener.LocalEndpoint}";

    public IReadOnlyList<HostileRequest> Requests => [.. requests];

    public int Connections => connections;

    /// <summary>One script per request, in order of arrival; the last repeats.</summary>
    public static Func<HostileExchange, Task> InTurn(params Func<HostileExchange, Task>[] scripts) =>
        exchange => scripts[Math.Min(exchange.Request.Number, scripts.Length) - 1](exchange);

    /// <summary>200 with this body.</summary>
    public static Func<HostileExchange, Task> Ok(string body, params string[] headers) => exchange => exchange.AnswerAsync("200 OK", body, headers);

    /// <summary>A status with a text/plain body.</summary>
    public static Func<HostileExchange, Task> Status(string statusLine, string body = "", params string[] headers) =>
        exchange => exchange.AnswerAsync(statusLine, body, ["Content-Type: text/plain; charset=utf-8", .. headers]);

    public static Func<HostileExchange, Task> RedirectTo(string location, string statusLine = "302 Found") =>
        exchange => exchange.AnswerAsync(statusLine, "", "Location: " + location);

    /// <summary>Announces <paramref name="length"/>, sends <paramref name="body"/>, then resets (RST, not FIN).</summary>
    public static Func<HostileExchange, Task> ResetInBody(string body, int length) => async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        exchange.Reset();
    };

    /// <summary>Announces <paramref name="length"/>, sends <paramref name="body"/>, then closes in good order.</summary>
    public static Func<HostileExchange, Task> CloseInBody(string body, int length) => async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        exchange.Close();
    };

    /// <summary>Announces <paramref name="length"/>, sends <paramref name="body"/>, then says nothing more.</summary>
    public static Func<HostileExchange, Task> StallInBody(string body, int length) => async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        await exchange.StallAsync();
    };

    /// <summary>Chunks without the last one.</summary>
    public static Func<HostileExchange, Task> ChunkedWithoutEnd(string body) => async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Encoding.UTF8.GetByteCount(body):x}\r\n{body}\r\n");
        exchange.Close();
    };

    public static Func<HostileExchange, Task> Raw(string bytes) => async exchange =>
    {
        await exchange.SendAsync(bytes);
        exchange.Close();
    };

    public static Func<HostileExchange, Task> Reset() => exchange =>
    {
        exchange.Reset();
        return Task.CompletedTask;
    };

    public static Func<HostileExchange, Task> Stall() => exchange => exchange.StallAsync();

    /// <summary>Never ends: chunk after chunk.</summary>
    public static Func<HostileExchange, Task> Endless() => async exchange =>
    {
        await exchange.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        var chunk = "10000\r\n" + new string('x', 0x10000) + "\r\n";
        while (!exchange.Stopped.IsCancellationRequested)
            await exchange.SendAsync(chunk);
    };

    /// <summary>A file with an ETag that honours Range and If-Range as it should.</summary>
    public static Func<HostileExchange, Task> Archive(byte[] content, string etag) => async exchange =>
    {
        var from = 0;
        if (exchange.Request["Range"] is { } range && exchange.Request["If-Range"] == etag)
            from = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
        var head = from == 0
            ? $"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {content.Length}\r\n\r\n"
            : $"HTTP/1.1 206 Partial Content\r\nETag: {etag}\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\nContent-Length: {content.Length - from}\r\n\r\n";
        await exchange.SendAsync(head);
        await exchange.SendAsync(content.AsMemory(from));
    };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(running);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stop.Token);
                running.Add(ServeAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        using var _ = socket;
        socket.NoDelay = true;
        try
        {
            Stream stream = new NetworkStream(socket);
            if (certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
                stream = tls;
            }

            while (await ReadHeadAsync(stream) is { } head)
            {
                var lines = head.Split("\r\n");
                var first = lines[0].Split(' ');
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                foreach (var line in lines.Skip(1).Where(l => l.Length > 0))
                    headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                var request = new HostileRequest(Interlocked.Increment(ref numbers), connection, first[0], first[1], headers);
                requests.Enqueue(request);
                var exchange = new HostileExchange(request, socket, stream, stop.Token);
                await script(exchange);
                if (exchange.IsClosed)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop.Token) == 1)
        {
            head.Add(one[0]);
            if (head[0] == 0x16)
            {
                // A TLS handshake where none is spoken: what nginx and Apache say.
                await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray(), stop.Token);
                return null;
            }

            if (head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n')
                return Encoding.ASCII.GetString([.. head]);
        }

        return null;
    }
}

/// <summary>One request in the hands of a script.</summary>
public sealed class HostileExchange(HostileRequest request, Socket socket, Stream stream, CancellationToken stopped)
{
    public HostileRequest Request => request;

    public CancellationToken Stopped => stopped;

    public bool IsClosed { get; private set; }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, stopped);
        await stream.FlushAsync(stopped);
    }

    /// <summary>A whole answer with its Content-Length.</summary>
    public Task AnswerAsync(string statusLine, string body, params string[] headers)
    {
        var length = statusLine.StartsWith("304", StringComparison.Ordinal) ? "" : $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        return SendAsync($"HTTP/1.1 {statusLine}\r\n{length}{string.Concat(headers.Select(h => h + "\r\n"))}\r\n{body}");
    }

    /// <summary>RST: what a crashed server or a firewall sends.</summary>
    public void Reset()
    {
        IsClosed = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>FIN.</summary>
    public void Close()
    {
        IsClosed = true;
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
        }

        socket.Close();
    }

    /// <summary>Says nothing until the server is disposed.</summary>
    public async Task StallAsync()
    {
        IsClosed = true;
        await Task.Delay(Timeout.Infinite, stopped);
    }
}
