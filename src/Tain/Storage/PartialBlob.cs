using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tain.Storage;

/// <summary>A blob that is being written: one writer appends, many readers read what was appended. Deleted on dispose unless committed.</summary>
internal sealed class PartialBlob : IDisposable
{
    /// <summary>How often the kernel is asked to begin writing to disk. 8 MiB.</summary>
    private const long WriteOutEvery = 8 << 20;

    /// <summary>How often free space is looked at while appending. 1 MiB.</summary>
    private const long CheckRoomEvery = 1 << 20;

    private readonly BlobStore _store;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _expected;
    // Holds the writer, the commit and the dispose apart. Readers never take it.
    private readonly Lock _writing = new();
    private long _length;
    private long _writtenOut;
    private long _roomCheckedAt;
    private BlobDigest? _committed;
    private bool _failed;
    private volatile bool _disposed;

    internal PartialBlob(BlobStore store, string path, long expected)
    {
        (_store, _path, _expected) = (store, path, expected);
        _file = Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.Exclusive);
    }

    /// <summary>Bytes that readers may read: published after they were written.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Throws <see cref="StorageFullException"/> when the disk is full; what was appended before stays. Starts writing to disk in the background so that
    /// the final fsync is short. Into the page cache, therefore synchronous: .NET's asynchronous write is the same call on another thread.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled(ct);
        if (!bytes.IsEmpty)
            Append(bytes.Span);
        return ValueTask.CompletedTask;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_committed is not null)
                throw new InvalidOperationException("a committed blob doesn't change");
            var start = _length;
            if (start + bytes.Length - _roomCheckedAt >= CheckRoomEvery)
            {
                if (!_store.HasRoomForPromises())
                    throw StorageFullException.Of(_path, bytes.Length);
                _roomCheckedAt = start + bytes.Length;
            }
            try
            {
                RandomAccess.Write(_file, bytes, start);
            }
            catch (IOException e) when (Posix.IsFull(e))
            {
                throw StorageFullException.Of(_path, bytes.Length, e);
            }
            _hash.AppendData(bytes);
            _store.Unpromise(PromisedAt(start) - PromisedAt(start + bytes.Length));
            Volatile.Write(ref _length, start + bytes.Length);

            if (_length - _writtenOut >= WriteOutEvery)
            {
                Posix.StartWriting(_file, _writtenOut, _length - _writtenOut);
                _writtenOut = _length;
            }
        }
        _store.Steps?.At(WriteSteps.PartialWritten);
    }

    /// <summary>Reads what was appended before; 0 at <see cref="Length"/>. From the page cache: synchronous. Works on after the commit, until the dispose;
    /// a read that has begun by then ends well.</summary>
    public int Read(long offset, Span<byte> into)
    {
        // The handle alone doesn't refuse: readers that overlap without a gap would keep it open for ever.
        ObjectDisposedException.ThrowIf(_disposed, this);
        var available = Length - offset;
        if (available <= 0 || into.IsEmpty)
            return 0;
        return RandomAccess.Read(_file, into[..(int)Math.Min(into.Length, available)], offset);
    }

    /// <summary>Of all that was appended so far.</summary>
    public BlobDigest Digest
    {
        get
        {
            lock (_writing)
                return new BlobDigest(Convert.ToHexStringLower(_hash.GetCurrentHash()));
        }
    }

    internal BlobDigest Commit()
    {
        lock (_writing)
        {
            if (_committed is { } done)
                return done;
            ObjectDisposedException.ThrowIf(_disposed, this);
            // A failed fsync may have dropped the pages: asking again would say "durable" of bytes that are gone.
            if (_failed)
                throw new StorageException($"{_path} couldn't be written to disk before; it has to be fetched again.");
            try
            {
                // A write that failed half-way leaves bytes beyond the length.
                if (RandomAccess.GetLength(_file) != _length)
                    RandomAccess.SetLength(_file, _length);
                var digest = Digest;
                Posix.Sync(_file, _path);
                _store.Steps?.At(WriteSteps.BlobSynced);
                _store.Place(_path, digest);
                _committed = digest;
                return digest;
            }
            catch (IOException e) when (e is not StorageException)
            {
                _failed = true;
                throw Posix.IsFull(e)
                    ? StorageFullException.Of(_path, _length, e)
                    : new StorageException($"a blob of {_length} bytes couldn't be made durable: {e.Message}. Look at the disk below {_store.Folder} (dmesg, smartctl).", e);
            }
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed)
                return;
            _disposed = true;
            _store.Unpromise(PromisedAt(_length));
            _hash.Dispose();
            // The handle counts its users: a read under way keeps the descriptor until it ends.
            _file.Dispose();
            if (_committed is null)
                File.Delete(_path);
        }
    }

    private long PromisedAt(long length) => Math.Max(_expected - length, 0);
}
