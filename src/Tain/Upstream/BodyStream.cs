using System.Globalization;

namespace Tain.Upstream;

/// <summary>A body as it comes: ends cleanly only when all of it came. Silence beyond the stall timeout, an early end and a reset are
/// <see cref="UpstreamFaultException"/>, and count in the source's health.</summary>
internal sealed class BodyStream : Stream
{
    /// <summary>A connection that breaks after this much speaks of the way, not of the server: what came is kept, and the rest can be asked for.
    /// Else eight cuts, each with progress, would open the circuit, and a large archive never come over a line that drops. 64 KiB.</summary>
    private const long MuchCame = 64 << 10;

    private readonly HttpResponseMessage response;
    private readonly Stream inner;
    private readonly Turn turn;
    private readonly TimeSpan stall;
    private readonly long? expected;
    private long read;
    private bool ended;
    private bool abandoned;
    private UpstreamFaultException? fault;

    /// <param name="expected">Bytes that this response must bring; null when it did not say.</param>
    public BodyStream(HttpResponseMessage response, Stream inner, Turn turn, TimeSpan stall, long? expected)
    {
        this.response = response;
        this.inner = inner;
        this.turn = turn;
        this.stall = stall;
        this.expected = expected;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (fault is not null)
            throw new UpstreamFaultException(fault.Fault, fault.Message, fault);
        if (abandoned)
            throw new UpstreamFaultException(FaultKind.Cut, $"the reader left after {Progress()}");
        if (ended || buffer.IsEmpty)
            return 0;
        turn.Deadline.LinkTo(cancellationToken);
        int count;
        try
        {
            var pending = inner.ReadAsync(buffer, turn.Deadline.Token);
            if (pending.IsCompleted)
            {
                count = await pending.ConfigureAwait(false);
            }
            else
            {
                // One timer for the whole body, touched only when a read has to wait.
                turn.Deadline.Arm(Deadline.Wait.Body, stall);
                count = await pending.ConfigureAwait(false);
                turn.Deadline.Disarm();
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // A read that was cancelled took the connection with it: later reads cannot go on, and it is not the source's fault.
            abandoned = cancellationToken.IsCancellationRequested;
            if (abandoned)
                throw new OperationCanceledException("The reader of an upstream body left.", e, cancellationToken);
            if (turn.Deadline.Passed)
                throw Fail(FaultKind.Timeout, $"{turn.Deadline.Said}, after {Progress()}", e);
            throw Fail(FaultKind.Cut, $"the connection broke after {Progress()}", e);
        }

        read += count;
        if (read > expected)
            throw Fail(FaultKind.Cut, $"sent more than the {Number(expected.Value)} bytes it announced", null);
        if (count > 0)
            return count;
        if (read < expected)
            throw Fail(FaultKind.Cut, $"the body ended after {Progress()}", null);
        ended = true;
        turn.Ticket?.Finished();
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            turn.Dispose();
        }

        base.Dispose(disposing);
    }

    private UpstreamFaultException Fail(FaultKind kind, string said, Exception? inner)
    {
        fault = new UpstreamFaultException(kind, said, inner);
        if (kind != FaultKind.Cut || read < MuchCame)
            turn.Ticket?.Failed(said);
        return fault;
    }

    private string Progress() => expected is { } all ? $"{Number(read)} of {Number(all)} bytes" : $"{Number(read)} bytes";

    private static string Number(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
