using System.Globalization;

namespace Tain.Storage;

/// <summary>What was found spoilt, kept as evidence in <c>quarantine/</c> of the data folder: files named by when and what. Nothing reads them but people;
/// at most <see cref="MaxFiles"/> and <see cref="MaxBytes"/>, the oldest go first.</summary>
internal sealed class Quarantine(string dataFolder)
{
    /// <summary>Files kept.</summary>
    public const int MaxFiles = 1000;

    /// <summary>Bytes kept, the newest file's not counted: 1 GiB.</summary>
    public const long MaxBytes = 1 << 30;

    private readonly Lock _gate = new();
    private readonly string _folder = Path.Combine(dataFolder, "quarantine");

    /// <summary>Moves a file here. Where it is now; null when it was not there.</summary>
    public string? MoveOrNull(string path, string what, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!File.Exists(path))
                return null;
            var target = TargetOf(what, now);
            try
            {
                Posix.Rename(path, target);
            }
            catch (IOException) when (!File.Exists(path))
            {
                return null;
            }
            Posix.SyncFolder(_folder);
            Trim(target);
            return target;
        }
    }

    /// <summary>Writes down what is about to be removed from the catalog. Durable when it returns.</summary>
    public void Keep(string what, ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        lock (_gate)
        {
            var target = TargetOf(what, now);
            using (var file = Posix.Open(target, Posix.ReadWrite | Posix.Create | Posix.Exclusive))
            {
                RandomAccess.Write(file, bytes, 0);
                Posix.Sync(file, target);
            }
            Posix.SyncFolder(_folder);
            Trim(target);
        }
    }

    private string TargetOf(string what, DateTimeOffset now)
    {
        Posix.MakeFolder(_folder);
        Posix.SyncFolder(dataFolder);
        // What is no legal name is told well enough by what is left of it.
        var name = string.Concat(what.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{(name.Length > 150 ? name[..150] : name)}"));
        for (var again = 2; File.Exists(path); again++)
            path = again == 2 ? path + "-2" : path[..(path.LastIndexOf('-') + 1)] + again.ToString(CultureInfo.InvariantCulture);
        return path;
    }

    private void Trim(string newest)
    {
        // Names begin with their time.
        var files = new DirectoryInfo(_folder).GetFiles().OrderByDescending(f => f.Name, StringComparer.Ordinal).ToList();
        var (count, bytes) = (0, 0L);
        foreach (var file in files.Where(f => f.FullName != newest))
        {
            count++;
            bytes += file.Length;
            if (count >= MaxFiles || bytes > MaxBytes)
                file.Delete();
        }
    }
}
