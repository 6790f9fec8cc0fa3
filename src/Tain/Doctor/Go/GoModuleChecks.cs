using Tain.Doctor.Files;

namespace Tain.Doctor.Go;

/// <summary>What is wrong with go.mod and go.sum themselves.</summary>
internal static class GoModuleChecks
{
    public static void Run(Scene scene, IReadOnlyList<MainModule> modules)
    {
        foreach (var module in modules)
        {
            CheckReplace(scene, module);
            if (module.Sum is { } sum && GoSum.Read(sum) is { Problem: { } what } broken)
                scene.Add(new Finding(GoPitfalls.SumBroken, sum.AtLine(broken.ProblemLine), new Fact("what", what)));
            else
                CheckSum(scene, module);
        }
    }

    private static void CheckReplace(Scene scene, MainModule module)
    {
        foreach (var replacement in module.Content.Replace.Where(r => r.NewVersion.Length == 0))
        {
            var target = Path.GetFullPath(Path.Join(Path.IsPathRooted(replacement.NewPath) ? "" : module.Folder, replacement.NewPath));
            Words? why = Path.IsPathRooted(replacement.NewPath) ? new("is a path of one machine", "是某台机器上的绝对路径")
                : !Folders.Up(target, Folders.RepositoryOf(scene.Folder)).Any() ? new("lies outside of this repository", "位于本仓库之外")
                : !File.Exists(Path.Join(target, "go.mod")) ? new("has no go.mod", "没有 go.mod")
                : null;
            if (why is not null)
                scene.Add(new Finding(GoPitfalls.ReplaceLocal, MainModule.PlaceOf(module.File, replacement.NewPath), new("module", replacement.OldPath), new Fact("path", replacement.NewPath), new Fact("why", why)));
        }
    }

    private static bool IsInWorkspace(Scene scene, string folder) => Folders.Up(folder, scene.Folder).Any(f => File.Exists(Path.Join(f, "go.work")));

    private static void CheckSum(Scene scene, MainModule module)
    {
        // With a vendor folder nothing is fetched; in a workspace go.work.sum may have the lines.
        if (module.Requirements.Count == 0 || File.Exists(Path.Join(module.Folder, "vendor/modules.txt")) || File.Exists(Path.Join(module.Folder, "go.work.sum")) || IsInWorkspace(scene, module.Folder))
            return;
        var sum = module.Sum is { } file ? GoSum.Read(file) : null;
        // The go command reads the go.mod of every requirement, and the zip of those that packages come from: each direct one, since go mod tidy removes others.
        var missing = new List<string>();
        foreach (var requirement in module.Requirements.Where(r => !module.Content.Exclude.Any(e => e.Path == r.Path && e.Version == r.Version)))
        {
            if (sum is null || !sum.Lines.ContainsKey((requirement.Path, requirement.Version + "/go.mod")))
                missing.Add($"{requirement.Path} {requirement.Version}/go.mod");
            if (!requirement.Indirect && (sum is null || !sum.Lines.ContainsKey((requirement.Path, requirement.Version))))
                missing.Add($"{requirement.Path} {requirement.Version}");
        }
        if (missing.Count > 0)
            scene.Add(new Finding(GoPitfalls.SumMissing, (module.Sum ?? module.File).Whole, new("count", missing.Count), new Fact("example", missing[0])));
    }
}
