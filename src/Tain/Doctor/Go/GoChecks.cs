using System.Text.RegularExpressions;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Go;

/// <summary>What goes wrong between the go command and its proxies.</summary>
internal static partial class GoChecks
{
    public static void Run(Scene scene)
    {
        var (settings, modules, @private) = scene.Go;
        var own = modules.SelectMany(m => m.Requirements).Where(r => @private.Contains(r.Path)).Select(r => (r.Path, r.Place)).ToList();
        foreach (var workplace in scene.Workplaces.Prepend(settings.AsWorkplace()))
        {
            GoProxyChecks.Run(scene, workplace);
            GoPatternChecks.RunPatterns(scene, workplace);
            GoSafetyChecks.Run(scene, workplace);
            if (Downloads(workplace))
                GoPatternChecks.RunUncovered(scene, workplace, settings, own);
        }
        GoProxyChecks.RunDifferences(scene, [settings.AsWorkplace(), .. scene.Workplaces]);
        foreach (var broken in settings.BrokenLines)
            scene.Add(new Finding(GoPitfalls.EnvBrokenLine, broken.Place, new("name", broken.Name), new Fact("why", broken.Why), new Fact("meant", GoProxyChecks.Shown(broken.Meant))) { Fix = broken.Fix, IsSelfEvident = true });
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
        GoModuleChecks.Run(scene, modules);
        GoCommandChecks.Run(scene, settings, modules);
    }

    /// <summary>Whether modules are fetched there with these settings. An image that is built gets none but its own; a pipeline may get them
    /// from its server, so that without any of its own it is a note only.</summary>
    private static bool Downloads(Workplace workplace) => workplace.Kind switch
    {
        WorkplaceKind.Machine => true,
        WorkplaceKind.Image => GoCommand().IsMatch(workplace.Text) && !PrivateArgument().IsMatch(workplace.Text),
        WorkplaceKind.Pipeline => GoCommand().IsMatch(workplace.Text),
        _ => workplace.Assignments.Any(a => a.Name is "GOPROXY" or "GOPRIVATE"),
    };

    [GeneratedRegex(@"\bgo\s+(build|test|install|mod\s+(download|tidy|vendor)|get|run|vet|list)\b")]
    private static partial Regex GoCommand();

    [GeneratedRegex(@"^\s*ARG\s+(GOPRIVATE|GONOPROXY|GONOSUMDB|GOPROXY)\s*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex PrivateArgument();
}

/// <summary>The go command's settings on this machine, the repository's main modules, and which of what they require is the company's own.</summary>
internal sealed record GoView(GoEnvironment Settings, IReadOnlyList<MainModule> Modules, PrivateModules Private)
{
    public static GoView Read(Scene scene)
    {
        var settings = GoEnvironment.Read(scene.Machine, scene.Files);
        var modules = MainModule.Read(scene);
        return new(settings, modules, PrivateModules.Find(scene, settings, modules));
    }
}
