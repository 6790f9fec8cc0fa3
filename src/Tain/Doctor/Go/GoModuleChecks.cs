namespace Tain.Doctor.Go;

/// <summary>What is wrong with go.mod and go.sum themselves.</summary>
internal static class GoModuleChecks
{
    public static void Run(Scene scene, IReadOnlyList<MainModule> modules, IReadOnlyList<GoWorkspace> workspaces)
    {
        var local = new LocalFolders(scene);
        var parts = PartsOf(modules);
        foreach (var workspace in workspaces)
            local.Check(workspace);
        foreach (var module in modules)
        {
            local.Check(module);
            if (module.Sum is { } sum && GoSum.Read(sum) is { Problem: { } what } broken)
                scene.Add(new Finding(GoPitfalls.SumBroken, sum.AtLine(broken.ProblemLine), new Fact("what", what)));
            else if (module.Sum is not null || !parts.Contains(module.Folder.TrimEnd('/')))
                CheckSum(scene, module);
        }
    }

    /// <summary>Folders that other modules take for one: they are never built by themselves, and those modules' go.sum has their lines.</summary>
    private static HashSet<string> PartsOf(IReadOnlyList<MainModule> modules)
        => [.. from module in modules
               from replacement in module.Content.Replace
               where replacement.NewVersion.Length == 0 && !Path.IsPathRooted(replacement.NewPath)
               let folder = Path.GetFullPath(Path.Join(module.Folder, replacement.NewPath)).TrimEnd('/')
               where folder != module.Folder.TrimEnd('/')
               select folder];

    private static void CheckSum(Scene scene, MainModule module)
    {
        // With a vendor folder nothing is fetched; in a workspace go.work.sum may have the lines.
        if (module.Requirements.Count == 0 || module.IsVendored || File.Exists(Path.Join(module.Folder, "go.work.sum")) || module.Workspace is not null)
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
