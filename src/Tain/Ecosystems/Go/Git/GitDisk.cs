using System.Globalization;
using Tain.Storage;

namespace Tain.Ecosystems.Go.Git;

/// <summary>What all clones take on disk: bounded, the least recently used deleted first, none while it is used. So the bound may be passed by what is in use at one moment.</summary>
internal sealed class GitDisk
{
    /// <summary>The last use is written down at most so often: it only has to order clones after a restart. 1 min.</summary>
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CloneFolder> _folders = new(StringComparer.Ordinal);
    private readonly string _root;
    private readonly long _max;
    private readonly TimeProvider _time;
    private long _total;

    /// <summary>Deletes what was being deleted, and looks at what is there.</summary>
    public GitDisk(string root, long max, TimeProvider time)
    {
        (_root, _max, _time) = (Path.GetFullPath(root), max, time);
        Waste = Path.Combine(_root, "waste");
        Directory.CreateDirectory(_root);
        GitClone.Delete(Waste);
        Directory.CreateDirectory(Waste);
        foreach (var folder in new DirectoryInfo(_root).EnumerateDirectories().Where(f => f.Name.Length == CloneFolder.NameLength && RefGrammar.IsHex(f.Name)))
        {
            var known = new CloneFolder(this, folder.FullName) { Size = GitClone.SizeOf(folder.FullName), LastUse = folder.LastWriteTimeUtc };
            _folders[folder.Name] = known;
            _total += known.Size;
        }
        MakeRoom();
    }

    /// <summary>Folders on their way out: on the same file system, emptied when Tain starts.</summary>
    public string Waste { get; }

    /// <summary>Bytes of all clones, as last looked at.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>The folder of this name. It need not exist; only those that do are kept here, for anyone can ask for repositories that don't.</summary>
    public CloneFolder Get(string name)
    {
        lock (_gate)
            return _folders.TryGetValue(name, out var folder) ? folder : new(this, Path.Combine(_root, name));
    }

    /// <param name="isGrowing">Something is about to be put into it: it is made.</param>
    internal void Enter(CloneFolder folder, string url, bool isGrowing)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var exists = Directory.Exists(folder.Path);
            var isNew = !exists && isGrowing;
            // One that is there and not known could not be made whole the first time.
            if (isGrowing)
                _folders.TryAdd(Path.GetFileName(folder.Path), folder);
            if (isNew)
            {
                Posix.MakeFolder(folder.Path);
                // For people who look at the disk.
                File.WriteAllText(Path.Combine(folder.Path, "url"), url + "\n");
            }
            if (isNew || (exists && now - folder.LastUse > TouchEvery))
                Directory.SetLastWriteTimeUtc(folder.Path, now.UtcDateTime);
            folder.LastUse = now;
            // Last: what threw before is not left either.
            folder.Uses++;
        }
    }

    internal void Leave(CloneFolder folder, bool hasGrown)
    {
        var size = hasGrown ? GitClone.SizeOf(folder.Path) : 0;
        lock (_gate)
        {
            folder.Uses--;
            if (hasGrown)
            {
                _total += size - folder.Size;
                folder.Size = size;
            }
        }
        if (Total > _max)
            MakeRoom();
    }

    private void MakeRoom()
    {
        List<string> gone = [];
        lock (_gate)
        {
            while (_total > _max && _folders.Values.Where(f => f is { Uses: 0, Size: > 0 }).MinBy(f => f.LastUse) is { } oldest)
            {
                _folders.Remove(Path.GetFileName(oldest.Path));
                var aside = Path.Combine(Waste, Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
                // Somebody may have deleted it by hand: then it takes nothing.
                if (Directory.Exists(oldest.Path))
                    Posix.Rename(oldest.Path, aside);
                _total -= oldest.Size;
                oldest.Size = 0;
                oldest.Deleted();
                gone.Add(aside);
            }
        }
        // Out of the gate: a large clone takes a while.
        foreach (var folder in gone)
            GitClone.Delete(folder);
    }
}

/// <summary>The place of one repository's clones, <c>data/git/&lt;32 digits&gt;</c>.</summary>
internal sealed class CloneFolder(GitDisk disk, string path)
{
    /// <summary>Digits of a SHA-256: enough that two URLs never meet.</summary>
    public const int NameLength = 32;

    public string Path => path;

    public string Waste => disk.Waste;

    /// <summary>Called under the disk's lock when the folder was taken away.</summary>
    public Action Deleted { get; set; } = () => { };

    internal int Uses { get; set; }

    internal long Size { get; set; }

    internal DateTimeOffset LastUse { get; set; }

    /// <summary>Keeps the folder until disposed.</summary>
    /// <param name="isGrowing">It is made if need be, and its size is looked at afterwards.</param>
    public IDisposable Use(string url, bool isGrowing)
    {
        disk.Enter(this, url, isGrowing);
        return new InUse(disk, this, isGrowing);
    }

    private sealed class InUse(GitDisk disk, CloneFolder folder, bool isGrowing) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                disk.Leave(folder, isGrowing);
        }
    }
}
