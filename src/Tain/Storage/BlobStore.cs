using Microsoft.Win32.SafeHandles;

namespace Tain.Storage;

/// <summary>SHA-256 of stored bytes, lower-case hexadecimal.</summary>
internal readonly record struct BlobDigest(string Hex)
{
    public override string ToString() => Hex;
}

/// <summary>Bytes by digest, in files: <c>blobs/ab/abcd…</c>, written in <c>partial/</c>. One process owns a folder.</summary>
internal sealed class BlobStore : IDisposable
{
    /// <summary>Makes the folders, takes the lock, removes what a crash left in partial/. Throws <see cref="StorageException"/> with the remedy.</summary>
    public static BlobStore Open(string folder, WriteSteps? steps = null) => throw new NotImplementedException();

    /// <param name="expected">The size if known: refused with <see cref="StorageFullException"/> before a byte is written when the disk can't hold it.</param>
    public PartialBlob CreatePartial(long? expected) => throw new NotImplementedException();

    /// <summary>fsync file, rename, fsync folder. When it returns, the bytes are durable under their digest. Two commits of the same bytes are one blob.</summary>
    public Task<BlobDigest> CommitAsync(PartialBlob partial, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A handle for reading, or null when the bytes are not here.</summary>
    public SafeFileHandle? OpenOrNull(BlobDigest digest) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>A blob that is being written: one writer appends, many readers read what was appended. Deleted on dispose unless committed; readers' handles outlive both.</summary>
internal sealed class PartialBlob : IDisposable
{
    public long Length => throw new NotImplementedException();

    /// <summary>Throws <see cref="StorageFullException"/> when the disk is full. Starts writing to disk in the background so that the final fsync is short.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Reads what was appended before; 0 at <see cref="Length"/>. From the page cache: synchronous.</summary>
    public int Read(long offset, Span<byte> into) => throw new NotImplementedException();

    /// <summary>Forgets all that was appended.</summary>
    public void Restart() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>The store can't do what was asked; the message has the remedy.</summary>
internal class StorageException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The disk is full: says how much was wanted and how much is free.</summary>
internal sealed class StorageFullException(string message, Exception? inner = null) : StorageException(message, inner);

/// <summary>The named steps of a write, for tests that stop the process at each.</summary>
internal sealed class WriteSteps
{
    public Action<string>? OnStep { get; init; }

    public void At(string step) => OnStep?.Invoke(step);
}
