using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Tain.Http;

/// <summary>Counts what is written to a response, by whichever of its doors, and notices when it is reset.</summary>
internal sealed class WatchedResponse : IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private readonly IHttpResponseBodyFeature inner;
    private readonly IHttpRequestLifetimeFeature lifetime;
    private bool reset;
    private CountedStream? stream;
    private CountedWriter? writer;

    private WatchedResponse(IHttpResponseBodyFeature inner, IHttpRequestLifetimeFeature lifetime)
    {
        this.inner = inner;
        this.lifetime = lifetime;
    }

    /// <summary>Puts itself between this request and its server.</summary>
    public static WatchedResponse Of(HttpContext context)
    {
        var features = context.Features;
        var watched = new WatchedResponse(features.GetRequiredFeature<IHttpResponseBodyFeature>(), features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        features.Set<IHttpResponseBodyFeature>(watched);
        features.Set<IHttpRequestLifetimeFeature>(watched);
        return watched;
    }

    public long Bytes { get; private set; }

    /// <summary>Reset by us, or left by the client. The server's own token tells of a reset by us only some time after it.</summary>
    public bool Aborted => reset || lifetime.RequestAborted.IsCancellationRequested;

    public CancellationToken RequestAborted { get => lifetime.RequestAborted; set => lifetime.RequestAborted = value; }

    public void Abort()
    {
        reset = true;
        lifetime.Abort();
    }

    public Stream Stream => stream ??= new CountedStream(this, inner.Stream);

    public PipeWriter Writer => writer ??= new CountedWriter(this, inner.Writer);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await inner.SendFileAsync(path, offset, count, cancellationToken);
        Bytes += count ?? new FileInfo(path).Length - offset;
    }

    private sealed class CountedStream(WatchedResponse owner, Stream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => inner.CanWrite;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Flush() => inner.Flush();
        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count)
        {
            inner.Write(buffer, offset, count);
            owner.Bytes += count;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Bytes += buffer.Length;
            return inner.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class CountedWriter(WatchedResponse owner, PipeWriter inner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;
        public override long UnflushedBytes => inner.UnflushedBytes;
        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);
        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
        public override void CancelPendingFlush() => inner.CancelPendingFlush();
        public override void Complete(Exception? exception = null) => inner.Complete(exception);
        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void Advance(int bytes)
        {
            owner.Bytes += bytes;
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            owner.Bytes += source.Length;
            return inner.WriteAsync(source, cancellationToken);
        }
    }
}
