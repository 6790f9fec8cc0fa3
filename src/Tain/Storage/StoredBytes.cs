using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tain.Storage;

/// <summary>An artifact's stored bytes being looked at: whoever reads them, here or there, they are hashed once from the first to the last,
/// and <see cref="FindProblemAsync"/> says whether they are what the row promises.</summary>
/// <param name="pace">Waits before so many bytes are read; null for as fast as it goes.</param>
internal sealed class StoredBytes(SafeFileHandle file, Artifact artifact, Func<int, CancellationToken, ValueTask>? pace) : Stream
{
    /// <summary>Bytes of one read. 64 KiB.</summary>
    private const int Piece = 64 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;

    /// <summary>The artifact's bytes, or null when they are missing.</summary>
    public static StoredBytes? OpenOrNull(BlobStore blobs, Artifact artifact, Func<int, CancellationToken, ValueTask>? pace = null)
        => blobs.OpenOrNull(artifact.Blob) is { } file ? new StoredBytes(file, artifact, pace) : null;

    /// <summary>What <see cref="OpenOrNull"/> found not to be there.</summary>
    public static StoredProblem Missing(Artifact artifact) => new(StoredProblemKind.Missing, $"sha256 {artifact.Blob}, {artifact.Size} bytes", "no such file");

    /// <summary>Reads what nobody has read yet. Null when all bytes are those that were stored.</summary>
    public async Task<StoredProblem?> FindProblemAsync(CancellationToken ct)
    {
        // A file of another length needs no hash.
        if (Length != artifact.Size)
            return new(StoredProblemKind.Size, $"{artifact.Size} bytes", $"{Length} bytes");
        Position = _hashed;
        var buffer = new byte[Piece];
        while (await ReadAsync(buffer, ct) > 0) { }
        var digest = Convert.ToHexStringLower(_hash.GetCurrentHash());
        return digest == artifact.Blob.Hex ? null : new(StoredProblemKind.Changed, $"sha256 {artifact.Blob}", $"sha256 {digest}");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.Length > Piece)
            buffer = buffer[..Piece];
        if (pace is not null)
            await pace((int)Math.Clamp(Length - Position, 0, buffer.Length), cancellationToken);
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    // From the disk or the page cache: .NET's asynchronous read is the same call on another thread.
    private int Take(Span<byte> into)
    {
        var read = RandomAccess.Read(file, into, Position);
        // A verifier may go back: what it reads again is not hashed again.
        var known = _hashed - Position;
        if (known >= 0 && known < read)
        {
            _hash.AppendData(into[(int)known..read]);
            _hashed = Position + read;
        }
        Position += read;
        return read;
    }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => RandomAccess.GetLength(file);
    public override long Position { get; set; }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            file.Dispose();
        }
        base.Dispose(disposing);
    }

    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

internal enum StoredProblemKind { Missing, Size, Changed }

/// <summary>What is wrong with stored bytes.</summary>
internal sealed record StoredProblem(StoredProblemKind Kind, string Expected, string Found)
{
    public override string ToString() => Kind switch
    {
        StoredProblemKind.Missing => "its bytes are missing",
        _ => $"it has {Found} instead of {Expected}",
    };
}
