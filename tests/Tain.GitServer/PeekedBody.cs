using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Tain.GitHosting;

/// <summary>A request's body whose beginning has been looked at. It is read once, from the start.</summary>
internal sealed class PeekedBody : Stream
{
    // Git compresses what is longer than 1 KiB; the command stands first.
    private const int Enough = 16 * 1024;
    private readonly byte[] _start;
    private readonly byte[] _plain;
    private readonly Stream _rest;
    private int _given;

    private PeekedBody(byte[] start, byte[] plain, Stream rest) => (_start, _plain, _rest) = (start, plain, rest);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static async Task<PeekedBody> OfAsync(HttpRequest request)
    {
        var buffer = new byte[Enough];
        var count = await request.Body.ReadAtLeastAsync(buffer, request.ContentLength is { } length ? (int)Math.Min(length, Enough) : 64, throwOnEndOfStream: false);
        var start = buffer[..count];
        return new(start, request.Headers.ContentEncoding == "gzip" ? Unpacked(start) : start, request.Body);
    }

    public bool Contains(ReadOnlySpan<byte> text) => _plain.AsSpan().IndexOf(text) >= 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_given == _start.Length)
            return await _rest.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _start.Length - _given);
        _start.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Unpacked(byte[] start)
    {
        var plain = new byte[256];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(start), CompressionMode.Decompress);
            return plain[..gzip.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }
}
