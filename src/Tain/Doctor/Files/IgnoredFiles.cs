namespace Tain.Doctor.Files;

/// <summary>Which files git leaves alone, as far as a .gitignore names them plainly: those are this machine's and not the repository's.</summary>
internal sealed class IgnoredFiles(FileReader files, string top)
{
    public bool Has(string path)
    {
        var name = Path.GetFileName(path);
        foreach (var folder in Folders.Up(Path.GetDirectoryName(path)!, top))
        {
            if (files.ReadOrNull(Path.Join(folder, ".gitignore")) is not { } file)
                continue;
            var relative = Path.GetRelativePath(folder, path);
            for (var number = file.LineCount; number > 0; number--)
            {
                var line = file.Line(number).Trim();
                var isKept = line.StartsWith("!");
                var pattern = (isKept ? line[1..] : line).ToString();
                if (pattern == name || pattern == "**/" + name || pattern == "/" + relative || (pattern.Contains('/', StringComparison.Ordinal) && pattern == relative))
                    return !isKept;
            }
        }
        return false;
    }
}
