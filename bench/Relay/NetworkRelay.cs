using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Tain.Bench;

/// <summary>
/// A TCP relay on loopback in front of an upstream that behaves like a network: round-trip time, bandwidth per
/// connection, resets.
///
/// Each direction of a connection is a link: a chunk leaves when the chunk before it has left and its own bytes have been
/// clocked out, and arrives half a round trip later. Times are kept as a schedule, so late timers don't add up.
/// A connection through the relay is there at once; what the handshake would have cost is added to its first bytes.
/// </summary>
public sealed class NetworkRelay : IAsyncDisposable
{
    // A link holds what is under way (rate × half a round trip) and this much, as a sender's and a receiver's buffers would.
    private const int Slack = 512 * 1024;
    // Without a rate: what is under way at most, in chunks of the largest size: 16 MiB.
    private const int UnlimitedChunks = 128, LargestChunk = 128 * 1024, SmallestChunk = 4 * 1024;

    private readonly Socket _listener;
    private readonly IPEndPoint _upstream;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private long _connections, _open, _requests, _resets, _bytesUp, _bytesDown;

    private NetworkRelay(Socket listener, IPEndPoint upstream, NetworkConditions conditions)
    {
        _listener = listener;
        _upstream = upstream;
        Conditions = conditions;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Listens at <paramref name="listen"/> (port 0 takes a free one) and relays to <paramref name="upstream"/>.</summary>
    public static NetworkRelay Start(IPEndPoint listen, IPEndPoint upstream, NetworkConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(listen);
            listener.Listen(1024);
            return new NetworkRelay(listener, upstream, conditions);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>May be changed at any time; connections keep what held when they were accepted.</summary>
    public NetworkConditions Conditions { get; set; }

    public RelayCounts Counts => new(
        Interlocked.Read(ref _connections), Interlocked.Read(ref _open), Interlocked.Read(ref _requests),
        Interlocked.Read(ref _resets), Interlocked.Read(ref _bytesUp), Interlocked.Read(ref _bytesDown));

    /// <summary>Stops listening and resets what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        // The token source is left to the collector: connections may still be registering with its token.
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue;
            }
            var index = Interlocked.Increment(ref _connections) - 1;
            Interlocked.Increment(ref _open);
            _ = RelayAsync(client, index, Conditions);
        }
    }

    private async Task RelayAsync(Socket client, long index, NetworkConditions conditions)
    {
        var accepted = Stopwatch.GetTimestamp();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var upstream = new Socket(_upstream.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = upstream.NoDelay = true;
            await upstream.ConnectAsync(_upstream, gone.Token);
            var roundTrip = Ticks(conditions.RoundTrip);
            var up = new Link(client, upstream, conditions, accepted + roundTrip);
            var down = new Link(upstream, client, conditions, accepted + roundTrip + roundTrip / 2);
            await Task.WhenAll(
                EndWith(ReceiveAsync(up, isRequests: true, gone.Token), gone),
                EndWith(DeliverAsync(up, long.MaxValue, isUp: true, gone.Token), gone),
                EndWith(ReceiveAsync(down, isRequests: false, gone.Token), gone),
                EndWith(DeliverAsync(down, conditions.ResetAfter(index) ?? long.MaxValue, isUp: false, gone.Token), gone));
            client.Dispose();
            upstream.Dispose();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Refused, reset by either side, reset by us or stopped: the other side sees a reset too.
            Reset(client);
            Reset(upstream);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    // The first failure of any of the four ends the other three.
    private static async Task EndWith(Task work, CancellationTokenSource gone)
    {
        try
        {
            await work;
        }
        catch
        {
            await gone.CancelAsync();
            throw;
        }
    }

    private async Task ReceiveAsync(Link link, bool isRequests, CancellationToken ct)
    {
        var chunks = link.Chunks.Writer;
        var headEnd = 0;
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(link.ChunkSize);
            var count = await link.From.ReceiveAsync(buffer.AsMemory(0, link.ChunkSize), SocketFlags.None, ct);
            if (isRequests && count > 0) Interlocked.Add(ref _requests, CountHeads(buffer.AsSpan(0, count), ref headEnd));
            // An empty chunk is the end of the stream: it travels in order, like the rest.
            await chunks.WriteAsync(new Chunk(buffer, count, link.Schedule(count)), ct);
            if (count == 0) return;
        }
    }

    private async Task DeliverAsync(Link link, long resetAfter, bool isUp, CancellationToken ct)
    {
        await foreach (var chunk in link.Chunks.Reader.ReadAllAsync(ct))
        {
            await PreciseTimer.WaitUntil(chunk.Due, ct);
            if (chunk.Count == 0)
            {
                link.To.Shutdown(SocketShutdown.Send);
                return;
            }
            var count = (int)Math.Min(chunk.Count, resetAfter);
            for (var sent = 0; sent < count;) sent += await link.To.SendAsync(chunk.Buffer.AsMemory(sent, count - sent), SocketFlags.None, ct);
            Interlocked.Add(ref isUp ? ref _bytesUp : ref _bytesDown, count);
            resetAfter -= count;
            if (count < chunk.Count || resetAfter == 0)
            {
                Interlocked.Increment(ref _resets);
                throw new SocketException((int)SocketError.ConnectionReset);
            }
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }
    }

    // A head ends with CR LF CR LF, which may be split over chunks; `matched` carries how much of it was seen.
    private static int CountHeads(ReadOnlySpan<byte> bytes, ref int matched)
    {
        var heads = 0;
        foreach (var b in bytes)
        {
            if (b == (matched % 2 == 0 ? '\r' : '\n')) matched++;
            else matched = b == '\r' ? 1 : 0;
            if (matched < 4) continue;
            heads++;
            matched = 0;
        }
        return heads;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
        socket.Dispose();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private readonly record struct Chunk(byte[] Buffer, int Count, long Due);

    /// <summary>One direction of one connection.</summary>
    private sealed class Link
    {
        private readonly double _ticksPerByte;
        private readonly long _half;
        private long _free; // When the last scheduled byte has been clocked out.

        /// <param name="open">Nothing leaves before this time.</param>
        public Link(Socket from, Socket to, NetworkConditions conditions, long open)
        {
            (From, To, _free) = (from, to, open);
            _half = Ticks(conditions.RoundTrip / 2);
            var rate = conditions.BytesPerSecond;
            _ticksPerByte = rate > 0 ? (double)Stopwatch.Frequency / rate : 0;
            // Two milliseconds' worth: fine enough for the first byte's time, coarse enough to cost little.
            ChunkSize = rate > 0 ? (int)Math.Clamp(rate / 500, SmallestChunk, LargestChunk) : LargestChunk;
            // Counted in chunks, which may be small when the sender writes little at a time: four times as many as full ones.
            var capacity = rate > 0
                ? (int)Math.Min(4 * ((long)(rate * conditions.RoundTrip.TotalSeconds / 2) + Slack) / ChunkSize, 65536)
                : UnlimitedChunks;
            Chunks = Channel.CreateBounded<Chunk>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        }

        public Socket From { get; }
        public Socket To { get; }
        public int ChunkSize { get; }
        public Channel<Chunk> Chunks { get; }

        /// <summary>When <paramref name="count"/> bytes that were received now arrive at the other end.</summary>
        public long Schedule(int count)
        {
            _free = Math.Max(_free, Stopwatch.GetTimestamp()) + (long)(count * _ticksPerByte);
            return _free + _half;
        }
    }
}
