using Tain.Doctor.Files;
using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Own scopes that a public registry is asked for.</summary>
internal static class ScopeChecks
{
    public static void Run(NpmScene npm, OwnScopes own)
    {
        foreach (var project in npm.Projects)
            CheckProject(npm, own, project);
        foreach (var setting in npm.AllSettings())
            CheckMapping(npm, own, setting);
    }

    private static void CheckProject(NpmScene npm, OwnScopes own, NpmProject project)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        var locked = project.Lockfiles.SelectMany(l => l.Entries).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var package in project.Packages)
        {
            foreach (var dependency in package.Dependencies)
            {
                if (own.OrNull(dependency.ScopeOrNull) is not { } scope || told.Contains(scope.Scope) || npm.PackageNames.Contains(dependency.Name))
                    continue;
                if (own.IsFromPublic(dependency.Name) && scope.Said != DoctorFile.Name)
                    continue;
                // A lockfile that has it was written where it could be found: too little is known to speak.
                if (!scope.IsCertain && locked.Contains(dependency.Name))
                    continue;
                var setting = FirstOrNull(npm, project, package, scope.Scope);
                var asked = setting?.Value ?? RegistryUrl.Default;
                if (setting is null || (setting.Key == NpmSetting.Registry && !setting.IsComputed && RegistryUrl.HostOrNull(asked) is { } host && RegistryUrl.IsPublic(host)))
                {
                    told.Add(scope.Scope);
                    npm.Scene.Add(Missing(npm, project, scope, dependency.Name, asked, package.File.At(dependency.Offset), scope.IsCertain ? Severity.Error : Severity.Note));
                }
                else if (scope.IsCertain && IsMachines(npm, setting))
                {
                    told.Add(scope.Scope);
                    CheckPipelines(npm, project, scope, dependency.Name, setting);
                }
            }
        }
    }

    /// <summary>The setting that says where the scope's packages are: its own or the default one.</summary>
    private static NpmSetting? FirstOrNull(NpmScene npm, NpmProject project, PackageFile package, string scope)
        => project.InEffect(project.Tool, scope + ":registry")
            ?? npm.SettingsOf(package.Folder, project.Tool is NpmTool.Yarn ? ".yarnrc.yml" : ".npmrc").LastOrDefault(s => s.ScopeOrNull == scope)
            ?? project.InEffect(project.Tool, NpmSetting.Registry);

    private static bool IsMachines(NpmScene npm, NpmSetting setting) => setting.Place.File is not { } file || !npm.Files.ContainsKey(file.Path);

    /// <summary>This machine knows the scope by its own settings; a pipeline that installs has only what the repository says.</summary>
    private static void CheckPipelines(NpmScene npm, NpmProject project, OwnScope scope, string name, NpmSetting here)
    {
        // Of two pipelines that know nothing of it, one tells the story.
        var blind = npm.Workplaces.FirstOrDefault(s => s.Workplace.Kind is WorkplaceKind.Pipeline or WorkplaceKind.Image && s.InstallLine > 0 && !s.HasOwnNpmrc && !s.Settings.Any(x => x.ScopeOrNull == scope.Scope || x.Key == NpmSetting.Registry));
        // What it has is the repository's own file, and that may name a registry for all.
        var committed = project.Own(project.Tool).FirstOrDefault(s => s.Key == NpmSetting.Registry);
        if (blind is null || committed is { IsComputed: true } || (committed is not null && !(RegistryUrl.HostOrNull(committed.Value) is { } host && RegistryUrl.IsPublic(host))))
            return;
        var told = scope.Registry is null && here.ScopeOrNull is not null ? scope with { Registry = here.Value } : scope;
        npm.Scene.Add(Missing(npm, project, told, name, committed?.Value ?? RegistryUrl.Default, blind.File.AtLine(blind.InstallLine), Severity.Warning));
    }

    private static Finding Missing(NpmScene npm, NpmProject project, OwnScope scope, string name, string asked, Place place, Severity severity)
    {
        var url = scope.Registry is { } registry && !RegistryUrl.HasPassword(registry) && RegistryUrl.Show(registry) == registry.Trim() ? registry.Trim() : null;
        var file = npm.Scene.Files.ReadOrNew(Path.Join(project.Folder, project.Tool is NpmTool.Yarn ? ".yarnrc.yml" : ".npmrc"));
        return new(NpmPitfalls.ScopeNoRegistry, place,
            new Fact("scope", scope.Scope), new Fact("name", name), new Fact("default", RegistryUrl.Show(asked)), new Fact("evidence", scope.Why), new Fact("file", file.Shown),
            new Fact("line", SettingLine.OfScope(project.Tool, scope.Scope, url ?? "https://npm.corp.example/")))
        {
            Severity = severity,
            Fix = url is null ? null : SettingLine.AddOrNull(npm, file, project.Tool, [(scope.Scope + ":registry", url)]),
        };
    }

    private static void CheckMapping(NpmScene npm, OwnScopes own, NpmSetting setting)
    {
        if (own.OrNull(setting.ScopeOrNull) is not { IsCertain: true } scope || setting.IsComputed || setting.IsForPublishing || RegistryUrl.HostOrNull(setting.Value) is not { } host || !RegistryUrl.IsPublic(host))
            return;
        // Somebody's public packages may well be asked of a public registry.
        if (scope.Said != DoctorFile.Name && npm.Projects.SelectMany(p => p.Packages).SelectMany(p => p.Dependencies).Any(d => d.ScopeOrNull == scope.Scope && own.IsFromPublic(d.Name)))
            return;
        if (npm.Workplaces.Any(s => s.Publishes && s.Settings.Contains(setting)))
            return;
        var known = scope.Registry is { } url && !RegistryUrl.HasPassword(url) ? url.Trim() : null;
        npm.Scene.Add(new(NpmPitfalls.ScopePublic, setting.Place,
            new Fact("scope", scope.Scope), new Fact("registry", RegistryUrl.Show(setting.Value)), new Fact("evidence", scope.Why),
            new Fact("line", SettingLine.InPlaceOf(setting, RegistryUrl.Show(known ?? "https://npm.corp.example/"))))
        {
            Fix = known is null ? null : setting.ChangeOrNull(known),
        });
    }
}
