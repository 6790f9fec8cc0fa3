using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
    /// <summary>Bytes that blobs leave free for the catalog, which must be able to say what happened: a 20th of the file system, at most this. 256 MiB.</summary>
    private const long LargestReserve = 256 << 20;

    /// <summary>Blobs being synced at once. An fsync blocks its thread; the others' fetches need threads too.</summary>
    private const int ConcurrentSyncs = 16;

    /// <summary>How long a folder's lock is waited for, in milliseconds.</summary>
    private const long LockPatience = 2000;

    private readonly string _blobs;
    private readonly string _partials;
    private readonly SafeFileHandle? _lock;
    private readonly WriteSteps? _steps;
    private readonly long _reserve;
    private readonly SemaphoreSlim _syncs = new(ConcurrentSyncs);
    private readonly Lock _folders = new();
    private readonly bool[] _durableFolders = new bool[256];
    private long _lastPartial;
    private long _promised;

    private BlobStore(string folder, SafeFileHandle? @lock, WriteSteps? steps)
    {
        Folder = folder;
        _blobs = Path.Combine(folder, "blobs");
        _partials = Path.Combine(folder, "partial");
        _lock = @lock;
        _steps = steps;
        _reserve = ReserveFor(folder);
        Quarantine = new Quarantine(folder);
    }

    public string Folder { get; }

    /// <summary>Where spoilt files go.</summary>
    public Quarantine Quarantine { get; }

    /// <summary>Makes the folders, takes the lock, removes what a crash left in partial/. Throws <see cref="StorageException"/> with the remedy.</summary>
    public static BlobStore Open(string folder, WriteSteps? steps = null)
    {
        folder = Path.GetFullPath(folder);
        MakeDataFolder(folder);
        BlobStore? store = null;
        try
        {
            store = new BlobStore(folder, TakeLock(folder), steps);
            Posix.MakeFolder(store._blobs);
            Posix.MakeFolder(store._partials);
            foreach (var leftover in Directory.EnumerateFiles(store._partials))
                File.Delete(leftover);
            Posix.SyncFolder(folder);
            return store;
        }
        catch (Exception e)
        {
            store?.Dispose();
            if (e is StorageException || !IsAboutFiles(e))
                throw;
            throw Unusable(folder, e);
        }
    }

    /// <summary>To look only, beside a process that owns the folder or without one: takes no lock, makes and removes nothing, and writes nothing.</summary>
    public static BlobStore OpenToRead(string folder)
    {
        folder = Path.GetFullPath(folder);
        return Directory.Exists(Path.Combine(folder, "blobs")) ? new BlobStore(folder, null, null)
            : throw new StorageException($"{folder} is no data folder: it has no blobs/. Name the one that tain serve uses (--data, TAIN_DATA).");
    }

    /// <summary>Makes the folder in which all is kept, and those above it.</summary>
    public static void MakeDataFolder(string folder)
    {
        try
        {
            if (Path.GetDirectoryName(folder) is { } parent)
                Directory.CreateDirectory(parent);
            Posix.MakeFolder(folder);
        }
        catch (Exception e) when (IsAboutFiles(e))
        {
            throw Unusable(folder, e);
        }
    }

    private static bool IsAboutFiles(Exception e) => e is UnauthorizedAccessException or IOException;

    private static StorageException Unusable(string folder, Exception e) => e is IOException io && Posix.IsFull(io)
        ? StorageFullException.Of(folder, wanted: 0, e)
        : new StorageException($"can't use {folder} as the data folder: {e.Message.TrimEnd('.')}. Give the user that runs tain write access to it, or name another folder (--data, TAIN_DATA).", e);

    private static SafeFileHandle TakeLock(string folder)
    {
        var path = Path.Combine(folder, "lock");
        var file = Posix.Open(path, Posix.ReadWrite | Posix.Create);
        try
        {
            // A process that one before us was just starting has its lock until it is another program; so has one that is ending.
            var isLocked = Posix.TryLock(file, path);
            for (var began = Environment.TickCount64; !isLocked && Environment.TickCount64 - began < LockPatience; isLocked = Posix.TryLock(file, path))
                Thread.Sleep(20);
            if (!isLocked)
            {
                Span<byte> holder = stackalloc byte[32];
                var pid = Encoding.ASCII.GetString(holder[..RandomAccess.Read(file, holder, 0)]).Trim();
                throw new StoreInUseException(folder, pid.Length > 0 ? pid : "unknown");
            }
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <param name="expected">The size if known: refused with <see cref="StorageFullException"/> before a byte is written when the disk can't hold it
    /// beside what other partials were promised and the reserve.</param>
    public PartialBlob CreatePartial(long? expected)
    {
        if (_lock is null)
            throw new InvalidOperationException("the store was opened to read");
        var wanted = Math.Max(expected ?? 0, 0);
        Promise(wanted);
        try
        {
            var path = Path.Combine(_partials, Interlocked.Increment(ref _lastPartial).ToString(CultureInfo.InvariantCulture));
            var partial = new PartialBlob(this, path, wanted);
            _steps?.At(WriteSteps.PartialCreated);
            return partial;
        }
        catch (Exception e)
        {
            Interlocked.Add(ref _promised, -wanted);
            if (e is IOException io && Posix.IsFull(io))
                throw StorageFullException.Of(_partials, wanted, e);
            throw;
        }
    }

    /// <summary>fsync file, rename, fsync folder. When it returns, the bytes are durable under their digest. Two commits of the same bytes are one blob:
    /// the second's file takes the first's place, which also heals a file that had gone bad. Cancellation stops it only before it begins.</summary>
    public async Task<BlobDigest> CommitAsync(PartialBlob partial, CancellationToken ct)
    {
        await _syncs.WaitAsync(ct);
        try
        {
            return await Task.Run(partial.Commit, CancellationToken.None);
        }
        finally
        {
            _syncs.Release();
        }
    }

    /// <summary>A handle for reading, or null when the bytes are not here.</summary>
    public SafeFileHandle? OpenOrNull(BlobDigest digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public bool Contains(BlobDigest digest) => File.Exists(PathOf(digest));

    /// <summary>Puts a spoilt file out of the way, as evidence. One that was healed meanwhile is put back. False when there was nothing to put away.</summary>
    public async Task<bool> QuarantineAsync(BlobDigest digest, DateTimeOffset now, CancellationToken ct)
    {
        if (_lock is null)
            throw new InvalidOperationException("the store was opened to read");
        if (Quarantine.MoveOrNull(PathOf(digest), digest.Hex, now) is not { } moved)
            return false;
        string actual;
        await using (var file = File.OpenRead(moved))
            actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
        if (actual != digest.Hex)
            return true;
        Place(moved, digest);
        return false;
    }

    /// <summary>Every stored blob, in no order.</summary>
    public IEnumerable<BlobDigest> AllBlobs() =>
        Directory.EnumerateFiles(_blobs, "*", SearchOption.AllDirectories).Select(p => new BlobDigest(Path.GetFileName(p)));

    /// <summary>Files in partial/: what is being written now, nothing else after an open.</summary>
    public IEnumerable<string> AllPartials() => Directory.Exists(_partials) ? Directory.EnumerateFiles(_partials).Select(p => Path.GetFileName(p)) : [];

    public void Dispose()
    {
        _lock?.Dispose();
        _syncs.Dispose();
    }

    internal static long ReserveFor(string path) => Math.Min((FileSystem.SizeOrNull(path) ?? 0) / 20, LargestReserve);

    internal WriteSteps? Steps => _steps;

    /// <summary>Puts a synced file at its digest, durably.</summary>
    internal void Place(string partialPath, BlobDigest digest)
    {
        var target = PathOf(digest);
        var folder = Path.GetDirectoryName(target)!;
        MakeFolderDurable(folder, Convert.ToInt32(digest.Hex[..2], 16));
        Posix.Rename(partialPath, target);
        _steps?.At(WriteSteps.BlobRenamed);
        Posix.SyncFolder(folder);
        _steps?.At(WriteSteps.BlobFolderSynced);
    }

    /// <summary>Reserves room. Written bytes leave the promise as they arrive (they are no longer free), the rest with <see cref="Unpromise"/>.</summary>
    internal void Promise(long wanted)
    {
        var promised = Interlocked.Add(ref _promised, wanted);
        if (HasRoom(promised))
            return;
        Interlocked.Add(ref _promised, -wanted);
        throw StorageFullException.Of(_partials, wanted);
    }

    internal void Unpromise(long bytes) => Interlocked.Add(ref _promised, -bytes);

    /// <summary>Whether what is promised, and the reserve, still fit.</summary>
    internal bool HasRoomForPromises() => HasRoom(Interlocked.Read(ref _promised));

    private bool HasRoom(long promised) => FileSystem.FreeOrNull(_partials) is not { } free || free - _reserve >= promised;

    // The flag is set after the parent's fsync and under the lock: a second commit into a new folder waits for it too.
    private void MakeFolderDurable(string folder, int index)
    {
        lock (_folders)
        {
            if (_durableFolders[index])
                return;
            Posix.MakeFolder(folder);
            Posix.SyncFolder(_blobs);
            _durableFolders[index] = true;
        }
    }

    private string PathOf(BlobDigest digest) => Path.Combine(_blobs, digest.Hex[..2], digest.Hex);
}
