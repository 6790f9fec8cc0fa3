using System.Text.RegularExpressions;
using Tain.Doctor.Files;

namespace Tain.Doctor.Go;

/// <summary>git's settings of this user and this machine (git-config, "FILES"), with the files that they include.</summary>
internal static partial class GitSettings
{
    /// <summary>git itself follows ten; who has more than this is no example.</summary>
    private const int MaxDepth = 4;

    /// <summary>Files that are read for it, however many include each other.</summary>
    private const int MaxFiles = 64;

    /// <summary>Each file once. What <c>includeIf</c> asks for is not looked at: what holds in some folder of this user's is evidence in all.</summary>
    public static IReadOnlyList<TextFile> Read(Machine machine, FileReader files)
    {
        var read = new List<TextFile>();
        string[] first = [machine.InHome(".gitconfig"), Path.Join(machine.ConfigFolder, "git/config"), machine.InSystem("/etc/gitconfig")];
        foreach (var path in first)
            Add(path, 0);
        return read;

        void Add(string path, int depth)
        {
            if (read.Count == MaxFiles || files.ReadOrNull(path) is not { } file || read.Contains(file))
                return;
            read.Add(file);
            if (depth == MaxDepth)
                return;
            foreach (var included in Includes(file.Text))
                Add(included.StartsWith("~/", StringComparison.Ordinal) ? machine.InHome(included[2..]) : Path.GetFullPath(included, Path.GetDirectoryName(file.Path)!), depth + 1);
        }
    }

    private static IEnumerable<string> Includes(string text)
    {
        var isInclude = false;
        foreach (var line in text.Split('\n'))
        {
            var rest = line.AsSpan().Trim();
            if (Section().Match(line) is { Success: true } section)
            {
                isInclude = section.Groups["name"].Value.Equals("include", StringComparison.OrdinalIgnoreCase) || section.Groups["name"].Value.Equals("includeIf", StringComparison.OrdinalIgnoreCase);
                rest = line.AsSpan(section.Length).Trim();
            }
            if (isInclude && IncludedPath().Match(rest.ToString()) is { Success: true } path && !path.Groups["path"].Value.Contains('\0', StringComparison.Ordinal))
                yield return path.Groups["path"].Value;
        }
    }

    [GeneratedRegex("""^\s*\[\s*(?<name>[A-Za-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]""")]
    private static partial Regex Section();

    [GeneratedRegex("""^path\s*=\s*(?:"(?<path>[^"\\]+)"|(?<path>[^"\\#;]*[^"\\#;\s]))""", RegexOptions.IgnoreCase)]
    private static partial Regex IncludedPath();
}
