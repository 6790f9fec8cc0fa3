using Tain.Doctor.Files;

namespace Tain.Doctor.Go;

/// <summary>Folders that go.mod or go.work takes code from, and that others who clone the repository may not have.</summary>
internal sealed class LocalFolders(Scene scene)
{
    /// <summary>Of one kind in one file; a workspace of thousands is nobody's.</summary>
    private const int MaxFolders = 1000;

    private readonly string _repository = Folders.RepositoryOf(scene.Folder);
    private readonly IgnoredFiles _ignored = new(scene.Files, scene.Folder);
    private HashSet<string>? _submodules;

    public void Check(MainModule module)
    {
        // What is vendored is read from there.
        if (module.IsVendored)
            return;
        foreach (var replacement in module.Content.Replace.Where(r => r.NewVersion.Length == 0 && module.MayNeed(r.OldPath, r.OldVersion)).Take(MaxFolders))
            Check(module.File, $"replace {replacement.OldPath}", replacement.NewPath);
    }

    public void Check(GoWorkspace workspace)
    {
        // One that git leaves alone is its author's own.
        if (workspace.Content is not { } content || _ignored.Has(workspace.File.Path) || workspace.IsVendored)
            return;
        foreach (var folder in content.Use.Take(MaxFolders))
            Check(workspace.File, "use", folder);
        foreach (var replacement in content.Replace.Where(r => r.NewVersion.Length == 0).Take(MaxFolders))
            Check(workspace.File, $"replace {replacement.OldPath}", replacement.NewPath);
    }

    private void Check(TextFile file, string directive, string path)
    {
        var target = Path.GetFullPath(Path.IsPathRooted(path) ? path : Path.Join(Path.GetDirectoryName(file.Path), path));
        // Without a repository nobody knows where it ends.
        Words? why = Path.IsPathRooted(path) ? new("is a path of one machine", "是某台机器上的绝对路径")
            : !Folders.Up(target, _repository).Any() && Path.Exists(Path.Join(_repository, ".git")) ? new("lies outside of this repository", "位于本仓库之外")
            : !File.Exists(Path.Join(target, "go.mod")) && !IsSubmodule(target) ? new("has no go.mod", "没有 go.mod")
            : null;
        if (why is not null)
            scene.Add(new Finding(GoPitfalls.ReplaceLocal, MainModule.PlaceOf(file, path), new("directive", directive), new Fact("path", path), new Fact("why", why)));
    }

    /// <summary>Whether git fetches the folder, though it has not here.</summary>
    private bool IsSubmodule(string folder)
    {
        _submodules ??= scene.Files.ReadOrNull(Path.Join(_repository, ".gitmodules")) is not { } modules ? []
            : [.. Enumerable.Range(1, modules.LineCount).Select(n => modules.Line(n).ToString().Split('=', 2, StringSplitOptions.TrimEntries)).Where(l => l is ["path", _]).Select(l => Path.Join(_repository, l[1]).TrimEnd('/'))];
        return _submodules.Count > 0 && Folders.Up(folder, _repository).Any(_submodules.Contains);
    }
}
