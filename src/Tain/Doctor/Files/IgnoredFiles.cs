namespace Tain.Doctor.Files;

/// <summary>Which files git leaves alone, as far as a .gitignore names them plainly or with <c>*</c>: those are this machine's and not the repository's. Folders too.</summary>
internal sealed class IgnoredFiles(FileReader files, string folder)
{
    /// <summary>Of one .gitignore, the last ones: each is held against each folder.</summary>
    private const int MaxLines = 2000;

    /// <summary>A folder within a repository has the .gitignore files above it too.</summary>
    private readonly string _top = Folders.RepositoryOf(folder);

    public bool Has(string path)
    {
        var name = Path.GetFileName(path);
        foreach (var above in Folders.Up(Path.GetDirectoryName(path)!, _top))
        {
            if (files.ReadOrNull(Path.Join(above, ".gitignore")) is not { } file)
                continue;
            var relative = Path.GetRelativePath(above, path);
            for (var number = file.LineCount; number > Math.Max(0, file.LineCount - MaxLines); number--)
            {
                var line = file.Line(number).Trim();
                var isKept = line.StartsWith("!");
                var pattern = (isKept ? line[1..] : line).TrimEnd("/").ToString();
                if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false) || pattern == "**/" + name || pattern == "/" + relative || (pattern.Contains('/', StringComparison.Ordinal) && pattern == relative))
                    return !isKept;
            }
        }
        return false;
    }
}
