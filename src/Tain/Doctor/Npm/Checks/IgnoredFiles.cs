using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Which files git leaves alone, as far as a .gitignore names them plainly or with <c>*</c>: those are this machine's and not the repository's.</summary>
internal sealed class IgnoredFiles(Scene scene)
{
    /// <summary>A folder within a repository has the .gitignore files above it too.</summary>
    private readonly string _top = Folders.RepositoryOf(scene.Folder);

    public bool Has(string path)
    {
        var name = Path.GetFileName(path);
        foreach (var folder in Folders.Up(Path.GetDirectoryName(path)!, _top))
        {
            if (scene.Files.ReadOrNull(Path.Join(folder, ".gitignore")) is not { } file)
                continue;
            var relative = Path.GetRelativePath(folder, path);
            for (var number = file.LineCount; number > 0; number--)
            {
                var line = file.Line(number).Trim();
                var isKept = line.StartsWith("!");
                var pattern = (isKept ? line[1..] : line).ToString();
                if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false) || pattern == "**/" + name || pattern == "/" + relative || (pattern.Contains('/', StringComparison.Ordinal) && pattern == relative))
                    return !isKept;
            }
        }
        return false;
    }
}
