using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Default registries that differ between the repository's files, its pipelines and this machine.</summary>
internal static class DifferenceChecks
{
    public static void Run(NpmScene npm)
    {
        if (npm.Projects.Count == 0)
            return;
        var committed = npm.Projects.Select(p => p.Own(p.Tool).FirstOrDefault(IsDefault)).OfType<NpmSetting>().ToList();
        var pipelines = npm.Workplaces.Where(s => !s.Publishes && Counts(s)).SelectMany(s => s.Settings).Where(s => IsDefault(s) && !IsFallback(s)).ToList();
        if (committed is [var first, ..])
        {
            foreach (var setting in pipelines.Where(s => !committed.Exists(c => IsSame(c, s))))
                Add(npm, setting, first);
            // A variable is stronger than the file that all share.
            foreach (var project in npm.Projects)
            {
                if (project.Own(project.Tool).FirstOrDefault(IsDefault) is { } own && npm.Machine.Variables(project.Tool).FirstOrDefault(IsDefault) is { } variable && !IsSame(own, variable))
                    Add(npm, variable, own);
            }
            return;
        }
        if (pipelines is not [var leader, ..])
            return;
        foreach (var setting in pipelines.Where(s => !IsSame(s, leader)))
            Add(npm, setting, leader);
        foreach (var project in npm.Projects)
        {
            if (project.InEffect(project.Tool, NpmSetting.Registry) is { IsComputed: false } here && !pipelines.Exists(p => IsSame(p, here)))
                Add(npm, here, leader);
        }
    }

    /// <summary>Makefiles, scripts and compose files install as a pipeline does. A manifest's containers do not, and a sample (<c>.env.example</c>) is nobody's setting.</summary>
    private static bool Counts(WorkplaceSettings place) => place.Workplace.Kind switch
    {
        WorkplaceKind.Pipeline or WorkplaceKind.Image => true,
        WorkplaceKind.Developer => !place.File.Name.StartsWith(".env.", StringComparison.Ordinal),
        WorkplaceKind.Deployment => WorkplaceNames.IsCompose(place.File.Name),
        _ => false,
    };

    private static void Add(NpmScene npm, NpmSetting setting, NpmSetting other)
        => npm.Scene.Add(new(NpmPitfalls.RegistryDiffers, setting.Place,
            new Fact("registry", RegistryUrl.Show(setting.Value)), new Fact("other", RegistryUrl.Show(other.Value)), new Fact("where", other.Place.ToString())));

    private static bool IsDefault(NpmSetting setting) => setting is { Key: NpmSetting.Registry, IsComputed: false, IsForPublishing: false } && RegistryUrl.HostOrNull(setting.Value) is { } host
        && !Hosts.IsHere(host) && (host.Contains('.', StringComparison.Ordinal) || setting.Place.File is not { } file || !WorkplaceNames.IsCompose(file.Name)) && !host.EndsWith("npm.taobao.org", StringComparison.Ordinal);

    /// <summary><c>ARG</c> and <c>?=</c> give a value only where nobody else does.</summary>
    private static bool IsFallback(NpmSetting setting)
        => setting.Place is { File: { } file, Line: > 0 } place && (file.Line(place.Line).TrimStart().StartsWith("ARG ", StringComparison.OrdinalIgnoreCase) || file.Line(place.Line).Contains("?=", StringComparison.Ordinal));

    private static bool IsSame(NpmSetting a, NpmSetting b)
    {
        var (left, right) = (RegistryUrl.HostOrNull(a.Value)!, RegistryUrl.HostOrNull(b.Value)!);
        return RegistryUrl.IsSame(left, right) && (left != right || PathOf(a.Value) == PathOf(b.Value));
    }

    private static string PathOf(string url) => url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + 3) is >= 0 and var slash ? url[slash..].TrimEnd('/') : "";
}
