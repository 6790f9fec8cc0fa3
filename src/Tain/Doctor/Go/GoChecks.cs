using System.Text.RegularExpressions;
using Tain.Doctor.Scopes;

namespace Tain.Doctor.Go;

/// <summary>What goes wrong between the go command and its proxies.</summary>
internal static partial class GoChecks
{
    public static void Run(Scene scene)
    {
        var settings = GoSettings.Read(scene.Machine, scene.Files);
        var modules = MainModule.Read(scene);
        scene.Go = new(settings, modules, PrivateModules.Find(scene, settings, modules));
        var own = modules.SelectMany(m => m.Requirements).Where(r => scene.Go.Private.Contains(r.Path)).Select(r => (r.Path, r.Place)).ToList();
        foreach (var scope in scene.Scopes.Prepend(settings.AsScope()))
        {
            GoProxyChecks.Run(scene, scope);
            GoPatternChecks.RunPatterns(scene, scope);
            GoSafetyChecks.Run(scene, scope);
            if (Downloads(scope))
                GoPatternChecks.RunUncovered(scene, scope, settings, own);
        }
        GoProxyChecks.RunDifferences(scene, [settings.AsScope(), .. scene.Scopes]);
        foreach (var (hidden, by) in settings.Hidden)
        {
            scene.Add(new Finding(GoPitfalls.EnvHidden, hidden.Place, new("name", hidden.Name), new Fact("value", GoProxyChecks.Shown(hidden.Value)),
                new Fact("by", by.Place.ToString()), new Fact("other", GoProxyChecks.Shown(by.Value))));
        }
        GoModuleChecks.Run(scene, modules);
        GoCommandChecks.Run(scene, settings, modules);
    }

    /// <summary>Whether modules are fetched there with these settings. An image that is built gets none but its own; a pipeline may get them
    /// from its server, so that without any of its own it is a note only.</summary>
    private static bool Downloads(Scope scope) => scope.Kind switch
    {
        ScopeKind.Machine => true,
        ScopeKind.Image => GoCommand().IsMatch(scope.Text) && !PrivateArgument().IsMatch(scope.Text),
        ScopeKind.Pipeline => GoCommand().IsMatch(scope.Text),
        _ => scope.Assignments.Any(a => a.Name is "GOPROXY" or "GOPRIVATE"),
    };

    [GeneratedRegex(@"\bgo\s+(build|test|install|mod\s+(download|tidy|vendor)|get|run|vet|list)\b")]
    private static partial Regex GoCommand();

    [GeneratedRegex(@"^\s*ARG\s+(GOPRIVATE|GONOPROXY|GONOSUMDB|GOPROXY)\s*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex PrivateArgument();
}

/// <summary>What the probes need of what the checks have read.</summary>
internal sealed record GoView(GoSettings Settings, IReadOnlyList<MainModule> Modules, PrivateModules Private);
