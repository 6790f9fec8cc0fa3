using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tain.Storage;

/// <summary>The calls that .NET has no name for: folders can't be opened, nor synced; no write-out hint; no lock that survives reading.</summary>
internal static partial class Posix
{
    public const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, CloseOnExec = 0x80000;
    /// <summary>asm-generic/errno.h.</summary>
    public const int Exists = 17, WouldBlock = 11, NoSpace = 28, QuotaExceeded = 122;

    /// <summary>What is stored may be private: its owner writes, its group (a backup, say) reads, others don't.</summary>
    private const int FileMode = 0x1A0, FolderMode = 0x1E8; // 0640, 0750

    private const int LockExclusive = 2, LockNonBlocking = 4;
    private const uint SyncFileRangeWrite = 2;

    public static SafeFileHandle Open(string path, int flags)
    {
        var fd = OpenRaw(path, flags | CloseOnExec, FileMode);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Error("open", path);
    }

    /// <summary>Takes these permissions from every file that this process makes from now on, SQLite's too.</summary>
    public static void Umask(int mask) => _ = UmaskRaw(mask);

    /// <summary>Makes one folder unless it is there.</summary>
    public static void MakeFolder(string path)
    {
        if (MakeFolderRaw(path, FolderMode) != 0 && Marshal.GetLastPInvokeError() != Exists)
            throw Error("mkdir", path);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        using var folder = Open(path, ReadOnly);
        Sync(folder, path);
    }

    public static void Sync(SafeFileHandle file, string path)
    {
        if (SyncRaw(file) != 0)
            throw Error("fsync", path);
    }

    public static void Rename(string from, string to)
    {
        if (RenameRaw(from, to) != 0)
            throw Error("rename", to);
    }

    /// <summary>False when another process has the lock. Ends with the handle, so also with the process, however it ends.</summary>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        if (FlockRaw(file, LockExclusive | LockNonBlocking) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Error("flock", path);
    }

    /// <summary>Begins to write a range to disk. A hint: where it isn't supported, the fsync has more to do.</summary>
    public static void StartWriting(SafeFileHandle file, long offset, long count) => _ = SyncFileRangeRaw(file, offset, count, SyncFileRangeWrite);

    public static bool TryStatFs(string path, out StatFs stat) => StatFsRaw(path, out stat) == 0;

    /// <summary>What .NET throws carries errno as its HResult; so does this.</summary>
    private static IOException Error(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    public static bool IsFull(IOException e) => e.HResult is NoSpace or QuotaExceeded;

    /// <summary>struct statfs of 64-bit Linux, the same on x86-64 and arm64.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    internal struct StatFs
    {
        public long Type;
        public long BlockSize;
        public ulong Blocks;
        public ulong BlocksFree;
        public ulong BlocksAvailable;
    }

    // open and fcntl are variadic; on both Linux ABIs that we publish for, integers then go where they go otherwise.
    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int UmaskRaw(int mask);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenRaw(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolderRaw(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncRaw(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameRaw(string from, string to);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockRaw(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRangeRaw(SafeFileHandle file, long offset, long count, uint flags);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatFsRaw(string path, out StatFs stat);
}
