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
    /// <param name="isCut">True when <see cref="MaxEntries"/> was reached.</param>
    public static IReadOnlyList<string> Find(string folder, Func<string, string, bool> wanted, out bool isCut)
    {
        var seen = 0;
        var root = folder.TrimEnd('/');
        var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = 0,
            MaxRecursionDepth = MaxDepth,
        })
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !Skipped.Contains(entry.FileName.ToString())
                // The go command's module cache, where a pipeline keeps it within the project.
                && !(entry.FileName is "mod" && entry.Directory.EndsWith("/pkg")),
            ShouldIncludePredicate = (ref FileSystemEntry entry) => ++seen <= MaxEntries && !entry.IsDirectory && !entry.FileName.EndsWith(".bak")
                && wanted(entry.Directory.Length > root.Length ? entry.Directory[(root.Length + 1)..].ToString() : "", entry.FileName.ToString()),
        };
        var found = new List<string>();
        foreach (var file in files)
        {
            if (seen > MaxEntries)
                break;
            found.Add(file);
        }
        found.Sort(StringComparer.Ordinal);
        isCut = seen > MaxEntries;
        return found;
    }
}
