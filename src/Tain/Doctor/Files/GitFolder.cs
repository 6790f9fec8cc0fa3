namespace Tain.Doctor.Files;

/// <summary>The repository that a folder is in: what others get who clone it.</summary>
internal static class GitFolder
{
    /// <summary>The nearest folder with .git, this one or one above; this one where there is none.</summary>
    public static string RootOf(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (Path.Exists(Path.Join(at.FullName, ".git")))
                return at.FullName;
        }
        return folder;
    }
}
