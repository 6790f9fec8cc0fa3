using System.Globalization;
using System.Text;
using Tain.Doctor.Files;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>A module that go.mod requires, or takes in another's place.</summary>
internal sealed record GoRequirement(string Path, string Version, bool Indirect, Place Place);

/// <summary>One go.mod of the repository, and what lies beside it.</summary>
/// <param name="Sum">Null when there is none.</param>
/// <param name="Requirements">With replacements by other modules in place of what they replace, and without those by folders.</param>
/// <param name="Workspace">The nearest go.work, in its folder or above; null when there is none.</param>
internal sealed record MainModule(TextFile File, GoModFile Content, TextFile? Sum, IReadOnlyList<GoRequirement> Requirements, GoWorkspace? Workspace)
{
    private readonly Lazy<HashSet<string>> _required = new(() => [.. Content.Require.Select(r => r.Path), .. Content.Require.Select(r => $"{r.Path} {r.Version}")]);

    public string Folder => System.IO.Path.GetDirectoryName(File.Path)!;

    public bool IsVendored => GoFiles.IsVendored(Folder);

    /// <summary>The main modules of the repository.</summary>
    public static IReadOnlyList<MainModule> Read(Scene scene, IReadOnlyList<GoWorkspace> workspaces)
    {
        var modules = new List<MainModule>();
        foreach (var file in scene.Named("go.mod"))
        {
            if (!GoModFile.TryParse(Encoding.UTF8.GetBytes(file.Text), out var content, out var error))
            {
                AddBroken(scene, file, error);
                continue;
            }
            var sum = scene.Files.ReadOrNull(System.IO.Path.Join(System.IO.Path.GetDirectoryName(file.Path), "go.sum"));
            var workspace = workspaces.Where(w => Folders.IsBelow(file.Path, w.Folder)).MaxBy(w => w.Folder.Length);
            modules.Add(new(file, content, sum, [.. RequirementsOf(file, content)], workspace));
        }
        return modules;
    }

    /// <summary>The Go below which every command ends with an error; null when none is named.</summary>
    public GoDemand? NeededGo => Newest([new(File, Content.GoVersion), new(Workspace?.File, Workspace?.Content?.GoVersion)]);

    /// <summary>The one that is fetched where it may be: the toolchain lines count too.</summary>
    public GoDemand? WantedGo => Newest([new(File, Content.GoVersion), new(File, Release(Content.Toolchain)), new(Workspace?.File, Workspace?.Content?.GoVersion), new(Workspace?.File, Release(Workspace?.Content?.Toolchain))]);

    /// <summary>Whether the version may be part of a build. Since Go 1.17 go.mod names all that are.</summary>
    public bool MayNeed(string path, string version)
        => Content.GoVersion is not { } go || GoVersion.Compare(go, "1.17") < 0 || _required.Value.Contains(version.Length == 0 ? path : $"{path} {version}");

    private static GoDemand? Newest(ReadOnlySpan<(TextFile? File, string? Version)> lines)
    {
        GoDemand? newest = null;
        foreach (var (file, version) in lines)
        {
            if (file is not null && version is not null && (newest is null || GoVersion.Compare(version, newest.Version) > 0))
                newest = new(file, version);
        }
        return newest;
    }

    private static string? Release(string? toolchain) => toolchain?.StartsWith("go", StringComparison.Ordinal) == true ? toolchain[2..] : null;

    internal static void AddBroken(Scene scene, TextFile file, string error)
    {
        // "go.mod:LINE: rule", and the rule may quote the line.
        var parts = error.Split(':', 3);
        var what = FileReader.WithoutQuotes(parts[^1].Trim());
        if (file.Text.Contains("{{", StringComparison.Ordinal))
            scene.Files.PassOver(file, new($"is the template of a go.mod, and none yet: {what}", $"是 go.mod 的模板，尚不是有效的 go.mod：{what}"));
        else
            scene.Add(new Finding(GoPitfalls.ModBroken, int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? file.AtLine(line) : file.Whole, new Fact("what", what)));
    }

    private static IEnumerable<GoRequirement> RequirementsOf(TextFile file, GoModFile content)
    {
        foreach (var requirement in content.Require)
        {
            var place = PlaceOf(file, requirement.Path);
            var replacement = content.Replace.FirstOrDefault(r => r.OldPath == requirement.Path && r.OldVersion == requirement.Version)
                ?? content.Replace.FirstOrDefault(r => r.OldPath == requirement.Path && r.OldVersion.Length == 0);
            if (replacement is null)
                yield return new(requirement.Path, requirement.Version, requirement.Indirect, place);
            else if (replacement.NewVersion.Length > 0)
                yield return new(replacement.NewPath, replacement.NewVersion, requirement.Indirect, PlaceOf(file, replacement.NewPath));
        }
    }

    /// <summary>The first line that names this word.</summary>
    public static Place PlaceOf(TextFile file, string word)
    {
        for (var at = file.Text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = file.Text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || char.IsWhiteSpace(file.Text[at - 1]) || file.Text[at - 1] == '"') && (end == file.Text.Length || char.IsWhiteSpace(file.Text[end]) || file.Text[end] == '"'))
                return file.At(at);
        }
        return file.Whole;
    }
}
