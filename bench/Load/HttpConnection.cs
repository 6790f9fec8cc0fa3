using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Tain.Bench;

/// <summary>How a client takes a body.</summary>
internal enum Take
{
    /// <summary>Drops it inside the kernel (MSG_TRUNC): the client costs almost nothing, as if it were another machine.</summary>
    Discard,

    /// <summary>Reads it and computes its SHA-256.</summary>
    Hash,
}

/// <summary>What one GET came to. Times are from the moment the request was sent (or, when the connection was part of it, opened).</summary>
/// <param name="Status">0 when no head came.</param>
/// <param name="Bytes">Of the body.</param>
/// <param name="Fault">Why the body is not whole; null when it is.</param>
internal sealed record Answer(int Status, long Bytes, TimeSpan FirstByte, TimeSpan Total, string? Sha256, string? Fault, string? Text)
{
    public bool Good => Status == 200 && Fault is null;
}

/// <summary>One keep-alive HTTP/1.1 connection with blocking calls: what is measured is the server, not a scheduler.</summary>
internal sealed class HttpConnection(IPEndPoint server) : IDisposable
{
    // Longer than any wait of a server under test that is not a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly byte[] _buffer = new byte[256 * 1024];
    private Socket? _socket;

    public static IPEndPoint EndPointOf(Uri url) => new(IPAddress.Parse(url.Host), url.Port);

    public void Open()
    {
        if (_socket is not null) return;
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        _socket.Connect(server);
    }

    /// <param name="bytesPerSecond">Reads no faster than this; 0 as fast as it comes.</param>
    public Answer Get(string path, Take take, long bytesPerSecond = 0)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server}\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n");
        var started = Stopwatch.GetTimestamp();
        var (status, bytes, firstByte) = (0, 0L, TimeSpan.Zero);
        using var sha = take == Take.Hash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using var text = new MemoryStream();
        string? fault = null;
        var reusable = false;

        void Body(ReadOnlySpan<byte> part, int count)
        {
            if (bytes == 0) firstByte = Stopwatch.GetElapsedTime(started);
            bytes += count;
            sha?.AppendData(part);
            if (status != 200 && text.Length < 600) text.Write(part);
            if (bytesPerSecond <= 0) return;
            var ahead = TimeSpan.FromSeconds((double)bytes / bytesPerSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.FromMilliseconds(2)) Thread.Sleep(ahead);
        }

        try
        {
            Open();
            var socket = _socket!;
            if (bytesPerSecond > 0) socket.ReceiveBufferSize = 128 * 1024;
            socket.Send(request);

            var (have, head) = (0, -1);
            while (head < 0)
            {
                if (have == _buffer.Length) throw new InvalidDataException("a head of more than 256 KiB");
                var count = socket.Receive(_buffer.AsSpan(have));
                if (count == 0) throw new InvalidDataException("closed before the end of the head");
                head = _buffer.AsSpan(0, have + count).IndexOf("\r\n\r\n"u8);
                have += count;
            }
            var (length, chunked) = (-1L, false);
            (status, length, chunked, reusable) = ReadHead(_buffer.AsSpan(0, head));
            var rest = _buffer.AsMemory(head + 4, have - head - 4);

            if (chunked)
            {
                var reader = new ChunkedReader(socket, _buffer, rest);
                while (reader.Read() is { Length: > 0 } part) Body(part.Span, part.Length);
            }
            else
            {
                if (length >= 0 && rest.Length > length) throw new InvalidDataException("more bytes than Content-Length says");
                if (rest.Length > 0) Body(rest.Span, rest.Length);
                while (length < 0 || bytes < length)
                {
                    var wanted = (int)Math.Min(_buffer.Length, length < 0 ? long.MaxValue : length - bytes);
                    var discard = take == Take.Discard && bytesPerSecond == 0 && status == 200;
                    var count = socket.Receive(_buffer.AsSpan(0, wanted), discard ? SocketFlags.Truncated : SocketFlags.None);
                    if (count == 0 && length >= 0) throw new InvalidDataException($"closed after {bytes} of {length} bytes");
                    if (count == 0) break;
                    Body(discard ? default : _buffer.AsSpan(0, count), count);
                }
                reusable &= length >= 0;
            }
        }
        catch (SocketException e)
        {
            (fault, reusable) = ($"{e.SocketErrorCode} after {bytes} bytes", false);
        }
        catch (InvalidDataException e)
        {
            (fault, reusable) = (e.Message, false);
        }
        var total = Stopwatch.GetElapsedTime(started);
        if (!reusable) Dispose();
        return new Answer(status, bytes, bytes == 0 ? total : firstByte, total, sha is null ? null : Convert.ToHexStringLower(sha.GetHashAndReset()),
            fault, text.Length == 0 ? null : Encoding.UTF8.GetString(text.ToArray()).Trim());
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static (int Status, long Length, bool Chunked, bool Reusable) ReadHead(ReadOnlySpan<byte> head)
    {
        var line = head.IndexOf("\r\n"u8);
        var first = line < 0 ? head : head[..line];
        if (first.Length < 12 || !first.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(first[9..12], out int status, out _))
            throw new InvalidDataException("not an HTTP/1 answer");
        var (length, chunked, reusable) = (status is 204 or 304 ? 0L : -1L, false, true);
        foreach (var field in Encoding.Latin1.GetString(head).Split("\r\n").Skip(1))
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var value = field[(colon + 1)..].Trim();
            switch (field[..colon].ToLowerInvariant())
            {
                case "content-length": length = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture); break;
                case "transfer-encoding": chunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase); break;
                case "connection": reusable = !value.Equals("close", StringComparison.OrdinalIgnoreCase); break;
            }
        }
        return (status, length, chunked, reusable);
    }

    /// <summary>The parts of a chunked body (RFC 9112, 7.1), read through one buffer.</summary>
    private ref struct ChunkedReader(Socket socket, byte[] buffer, Memory<byte> have)
    {
        private Memory<byte> _have = have;
        private long _left;
        private bool _began;

        /// <summary>The next part; empty at the end of the body.</summary>
        public Memory<byte> Read()
        {
            if (_left == 0)
            {
                if (_began && Line().Length != 0) throw new InvalidDataException("a chunk is longer than it says");
                _began = true;
                var size = Line().Span;
                if (!Utf8Parser.TryParse(size, out long value, out _, 'x')) throw new InvalidDataException("not a chunk's size");
                if (value == 0)
                {
                    while (Line().Length != 0) { }
                    return default;
                }
                _left = value;
            }
            if (_have.Length == 0) Fill();
            var part = _have[..(int)Math.Min(_have.Length, _left)];
            _have = _have[part.Length..];
            _left -= part.Length;
            return part;
        }

        private Memory<byte> Line()
        {
            int end;
            while ((end = _have.Span.IndexOf("\r\n"u8)) < 0) Fill();
            var line = _have[..end];
            _have = _have[(end + 2)..];
            return line;
        }

        private void Fill()
        {
            _have.CopyTo(buffer);
            var kept = _have.Length;
            if (kept == buffer.Length) throw new InvalidDataException("a chunk's head of more than 256 KiB");
            var count = socket.Receive(buffer.AsSpan(kept));
            if (count == 0) throw new InvalidDataException("closed inside a chunked body");
            _have = buffer.AsMemory(0, kept + count);
        }
    }
}
