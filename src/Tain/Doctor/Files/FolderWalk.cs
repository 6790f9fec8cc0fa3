using System.IO.Enumeration;

namespace Tain.Doctor.Files;

/// <summary>The names of a repository's files, without what others' code lies in.</summary>
internal static class FolderWalk
{
    /// <summary>Files looked at by name; a repository with more is examined as far as this.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>Folders within folders.</summary>
    public const int MaxDepth = 64;

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", "node_modules", "vendor", "testdata", ".venv", "__pycache__", ".terraform", ".yarn", ".pnpm-store", "bower_components",
    };

    /// <summary>The paths of the files for which <paramref name="wanted"/> holds, sorted; links to folders are not followed, so there are no circles.</summary>
    /// <param name="wanted">Is asked with the folder's path below <paramref name="folder"/> ("" or "a/b") and the file's name.</param>
    /// <param name="isIgnored">Is asked of each folder's path whether git leaves it alone: what lies there is built or fetched, and not the repository's.</param>
    /// <param name="passedOver">Is told each folder that was not walked through, and why.</param>
    public static IReadOnlyList<string> Find(string folder, Func<string, string, bool> wanted, Func<string, bool> isIgnored, Action<string, Words> passedOver)
    {
        var root = folder.TrimEnd('/');
        var (seen, found) = (0, new List<string>());
        var open = new Stack<(string Path, int Depth)>([(root.Length == 0 ? "/" : root, 0)]);
        while (open.TryPop(out var next))
        {
            var below = next.Path.Length > root.Length ? next.Path[(root.Length + 1)..] : "";
            if (next.Depth > MaxDepth)
            {
                passedOver(next.Path, new($"lies deeper than {MaxDepth} folders", $"目录层级超过 {MaxDepth} 层"));
                continue;
            }
            // The kernel's own, when the whole machine is examined.
            if (next.Path is "/proc" or "/sys" or "/dev")
                continue;
            try
            {
                foreach (var (name, isFolder) in Entries(next.Path))
                {
                    if (++seen > MaxEntries)
                    {
                        passedOver(folder, new($"has more than {MaxEntries} files: the rest was not examined", $"文件超过 {MaxEntries} 个：其余未检查"));
                        found.Sort(StringComparer.Ordinal);
                        return found;
                    }
                    // "mod" below "pkg" is the go command's module cache, where a pipeline keeps it within the project.
                    if (!isFolder && !name.EndsWith(".bak", StringComparison.Ordinal) && wanted(below, name))
                        found.Add(Path.Join(next.Path, name));
                    else if (isFolder && !Skipped.Contains(name) && !(name == "mod" && next.Path.EndsWith("/pkg", StringComparison.Ordinal)) && Path.Join(next.Path, name) is var inner && !isIgnored(inner))
                        open.Push((inner, next.Depth + 1));
                }
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                passedOver(next.Path, new("is a folder that can't be read", "是无法读取的目录"));
            }
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder)> Entries(string folder)
        => new(folder, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)), new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false });
}
