namespace Tain.Doctor.Files;

/// <summary>How folders lie in one another, by their absolute paths; links are not followed.</summary>
internal static class Folders
{
    /// <summary>Whether the path lies in the folder, at any depth.</summary>
    public static bool IsBelow(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>The folder, the one that it lies in, and so on up to <paramref name="top"/>; none when it does not lie there.</summary>
    public static IEnumerable<string> Up(string folder, string top)
    {
        for (var at = folder; at is not null && (IsBelow(at, top) || at.TrimEnd('/') == top.TrimEnd('/')); at = Path.GetDirectoryName(at))
            yield return at;
    }

    /// <summary>The repository that a folder is in, which others get who clone it: the nearest folder with .git, this one or one above;
    /// this one where there is none.</summary>
    public static string RepositoryOf(string folder) => Up(folder, "/").FirstOrDefault(f => Path.Exists(Path.Join(f, ".git"))) ?? folder;
}
