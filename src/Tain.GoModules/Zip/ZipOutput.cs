using System.Buffers;

namespace Tain.GoModules.Zip;

/// <summary>Gathers the bytes of a zip for the stream that it goes to, and counts them. Writes asynchronously only.</summary>
internal sealed class ZipOutput(Stream output) : Stream
{
    /// <summary>The size of a write in bytes.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _count;
    private bool _abandoned;
    private bool _disposed;

    /// <summary>How many bytes were given to it.</summary>
    public long Written { get; private set; }

    /// <summary>From now on nothing reaches the stream.</summary>
    public void Abandon() => _abandoned = true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_abandoned) return;
        if ((Written += buffer.Length) > ModuleZip.MaxZipFile)
            throw new ModuleZipException($"zip is larger than {ModuleZip.MaxZipFile} bytes, the limit for a module zip");
        while (buffer.Length >= BufferSize - _count)
        {
            var part = BufferSize - _count;
            buffer.Span[..part].CopyTo(_buffer.AsSpan(_count));
            await output.WriteAsync(_buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false);
            _count = 0;
            buffer = buffer[part..];
        }
        buffer.Span.CopyTo(_buffer.AsSpan(_count));
        _count += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_abandoned) return;
        await output.WriteAsync(_buffer.AsMemory(0, _count), cancellationToken).ConfigureAwait(false);
        _count = 0;
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed) ArrayPool<byte>.Shared.Return(_buffer);
        _disposed = true;
        base.Dispose(disposing);
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
