namespace Tain.Storage;

/// <summary>What lies under a path: how much room, and whether it is another machine's.</summary>
internal static class FileSystem
{
    /// <summary>Magic numbers of linux/magic.h and of the file systems themselves.</summary>
    private static readonly Dictionary<long, string> Network = new()
    {
        [0x6969] = "NFS",
        [0x517B] = "SMB",
        [0xFF534D42] = "CIFS",
        [0xFE534D42] = "SMB2",
        [0x5346414F] = "AFS",
        [0x00C36400] = "CephFS",
        [0x0BD00BD0] = "Lustre",
        [0x01021997] = "9p",
    };

    private const long Fuse = 0x65735546;

    /// <summary>FUSE says nothing of what is behind it; these names of /proc/self/mountinfo do.</summary>
    private static readonly string[] NetworkFuse =
        ["fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.mount-s3", "fuse.goofys", "fuse.juicefs", "fuse.ceph"];

    /// <summary>Bytes that this process may still write at <paramref name="path"/>; null when unknown.</summary>
    public static long? FreeOrNull(string path) =>
        Posix.TryStatFs(path, out var s) ? Saturate(s.BlocksAvailable, s.BlockSize) : null;

    public static long? SizeOrNull(string path) =>
        Posix.TryStatFs(path, out var s) ? Saturate(s.Blocks, s.BlockSize) : null;

    /// <summary>The network file system that <paramref name="path"/> lies on, or null.</summary>
    public static string? NetworkOrNull(string path) =>
        Posix.TryStatFs(path, out var s) ? NetworkOrNull(s.Type, () => MountTypeOrNull(File.ReadLines("/proc/self/mountinfo"), Path.GetFullPath(path))) : null;

    internal static string? NetworkOrNull(long magic, Func<string?> mountType)
    {
        // CIFS's magic is a negative int where the field is 32 bits wide.
        if (Network.TryGetValue(magic & 0xFFFFFFFF, out var name))
            return name;
        return (magic & 0xFFFFFFFF) == Fuse && mountType() is { } type && NetworkFuse.Contains(type, StringComparer.Ordinal) ? type : null;
    }

    /// <summary>The type of the mount that holds a path: the last of the longest mount points above it (proc(5), mountinfo).</summary>
    internal static string? MountTypeOrNull(IEnumerable<string> mountInfo, string path)
    {
        string? type = null;
        var longest = -1;
        foreach (var line in mountInfo)
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (separator < 5 || separator + 1 >= fields.Length)
                continue;
            var point = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
            var above = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (above && point.Length >= longest)
                (longest, type) = (point.Length, fields[separator + 1]);
        }
        return type;
    }

    private static long Saturate(ulong blocks, long blockSize) => (long)UInt128.Min((UInt128)blocks * (ulong)blockSize, long.MaxValue);
}
