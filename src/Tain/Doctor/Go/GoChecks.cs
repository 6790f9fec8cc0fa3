using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Go;

/// <summary>What goes wrong between the go command and its proxies.</summary>
internal static class GoChecks
{
    private static readonly Words DeleteLine = new("Delete the line: line {other} is about {name} too. If {meant} is right, write it there.", "删除该行：第 {other} 行也设置了 {name}。如果 {meant} 才是正确的值，请写到那一行。");

    public static void Run(Scene scene)
    {
        var (settings, modules, workspaces, @private) = scene.Go;
        var own = Private(modules);
        // In a pipeline what is vendored is asked of nobody.
        var fetched = Private(modules.Where(m => !m.IsVendored));
        var jobs = new GoJobs(scene);
        List<Workplace> all = [settings.AsWorkplace(), .. scene.Workplaces];
        var leader = GoProxyChecks.LeaderOrNull(all);
        foreach (var workplace in all)
        {
            GoProxyChecks.Run(scene, workplace, leader);
            GoPatternChecks.RunPatterns(scene, workplace);
            GoSafetyChecks.Run(scene, workplace);
            var told = new HashSet<string>(StringComparer.Ordinal);
            foreach (var job in jobs.Of(workplace))
                GoPatternChecks.RunUncovered(scene, job, settings, workplace.Kind is WorkplaceKind.Machine ? own : fetched, told);
        }
        GoProxyChecks.RunDifferences(scene, all, leader);
        foreach (var broken in settings.BrokenLines)
        {
            scene.Add(new Finding(GoPitfalls.EnvBrokenLine, broken.Place, new("name", broken.Name), new Fact("why", broken.Why), new Fact("meant", GoProxyChecks.Shown(broken.Meant)), new Fact("other", broken.Other))
            {
                Fix = broken.Fix,
                IsSelfEvident = true,
                Instead = broken.Other > 0 ? (GoPitfalls.EnvBrokenLine.Reason, DeleteLine) : null,
            });
        }
        foreach (var (hidden, by, isInEffect) in settings.Hidden)
        {
            scene.Add(new Finding(GoPitfalls.EnvHidden, hidden.Place, new("name", hidden.Name), new Fact("value", GoProxyChecks.Shown(hidden.Value)),
                new Fact("by", by.Place.ToString()), new Fact("other", GoProxyChecks.Shown(by.Value)))
            {
                // Not here and now, but in the next shell.
                Severity = isInEffect ? GoPitfalls.EnvHidden.Severity : Severity.Note,
            });
        }
        GoSafetyChecks.RunGit(scene);
        GoModuleChecks.Run(scene, modules, workspaces);
        GoCommandChecks.Run(scene, settings, modules);

        List<(string Path, Place Place)> Private(IEnumerable<MainModule> modules) => [.. modules.SelectMany(m => m.Requirements).Where(r => @private.Contains(r.Path)).Select(r => (r.Path, r.Place))];
    }
}

/// <summary>The go command's settings on this machine, the repository's main modules and workspaces, and which of what they require is the company's own.</summary>
internal sealed record GoView(GoEnvironment Settings, IReadOnlyList<MainModule> Modules, IReadOnlyList<GoWorkspace> Workspaces, PrivateModules Private)
{
    public static GoView Read(Scene scene)
    {
        var settings = GoEnvironment.Read(scene.Machine, scene.Files);
        var workspaces = GoWorkspace.Read(scene);
        var modules = MainModule.Read(scene, workspaces);
        return new(settings, modules, workspaces, PrivateModules.Find(scene, settings, modules));
    }
}
