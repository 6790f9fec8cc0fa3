using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Registry settings that the tool in use does not read, or does not understand.</summary>
internal static class UnreadChecks
{
    public static void Run(NpmScene npm)
    {
        foreach (var project in npm.Projects)
        {
            if (project.Tool is NpmTool.Yarn)
                CheckYarn(npm, project);
            if (project.Tool is NpmTool.Npm)
                CheckWorkspaces(npm, project);
            if (project.Tool is NpmTool.Pnpm && IgnoresVariables(project.Root?.PackageManager))
                CheckVariables(npm, project);
        }
    }

    /// <summary>yarn 2 and later read .yarnrc.yml only (yarnpkg.com/migration/guide).</summary>
    private static void CheckYarn(NpmScene npm, NpmProject project)
    {
        // An .npmrc may be npm's: beside its lockfile, or for npm publish.
        if (project.Lockfiles.Any(l => l.Tool is NpmTool.Npm) || npm.Workplaces.Any(s => s.Publishes))
            return;
        foreach (var name in (string[])[".npmrc", ".yarnrc"])
        {
            var unread = npm.SettingsOf(project.Folder, name).Where(s => s is { IsRegistry: true, IsForPublishing: false } && !IsNpmjs(s.Value)
                && project.InEffect(NpmTool.Yarn, s.Key) is null).ToList();
            if (unread is not [var first, ..])
                continue;
            var target = npm.Scene.Files.ReadOrNew(Path.Join(project.Folder, ".yarnrc.yml"));
            var isClean = unread.TrueForAll(s => !s.IsComputed && !RegistryUrl.HasPassword(s.Value));
            npm.Scene.Add(new(NpmPitfalls.SettingsNotRead, first.Place,
                new Fact("tool", "yarn 2+"), new Fact("file", first.Place.File!.Shown), new Fact("key", first.Key), new Fact("target", target.Shown), new Fact("line", SettingLine.Of(NpmTool.Yarn, first.Key, RegistryUrl.Show(first.Value))))
            {
                Fix = isClean ? SettingLine.AddOrNull(npm, target, NpmTool.Yarn, [.. unread.DistinctBy(s => s.Key).Select(s => (s.Key, s.Value))]) : null,
            });
        }
    }

    /// <summary>npm warns "ignoring workspace config at …" and takes the root's (github.com/npm/cli/issues/4605).</summary>
    private static void CheckWorkspaces(NpmScene npm, NpmProject project)
    {
        if (project.Root is not { Workspaces: not [] } root)
            return;
        foreach (var package in project.Packages)
        {
            if (package.Folder == project.Folder || !root.HasWorkspace(Path.GetRelativePath(project.Folder, package.Folder)))
                continue;
            var unread = npm.SettingsOf(package.Folder, ".npmrc").FirstOrDefault(s => s.IsRegistry && !IsNpmjs(s.Value) && project.InEffect(NpmTool.Npm, s.Key)?.Value != s.Value);
            if (unread is null)
                continue;
            var target = npm.Scene.Files.ReadOrNew(Path.Join(project.Folder, ".npmrc"));
            npm.Scene.Add(new(NpmPitfalls.SettingsNotRead, unread.Place,
                new Fact("tool", "npm"), new Fact("file", unread.Place.File!.Shown), new Fact("key", unread.Key), new Fact("target", target.Shown), new Fact("line", $"{unread.Key}={RegistryUrl.Show(unread.Value)}"))
            {
                // Where the root says something else, a person has to choose.
                Fix = unread.IsComputed || RegistryUrl.HasPassword(unread.Value) || project.InEffect(NpmTool.Npm, unread.Key) is not null ? null : SettingLine.AddOrNull(npm, target, NpmTool.Npm, [(unread.Key, unread.Value)]),
            });
        }
    }

    private static void CheckVariables(NpmScene npm, NpmProject project)
    {
        foreach (var name in (string[])[".npmrc", "pnpm-workspace.yaml"])
        {
            var ignored = npm.SettingsOf(project.Folder, name).FirstOrDefault(s => (s.IsRegistry || (s.IsCredential && name == ".npmrc")) && s.Value.Contains("${", StringComparison.Ordinal) && s.Value.Contains('}', StringComparison.Ordinal));
            if (ignored is null)
                continue;
            var open = ignored.Value.IndexOf("${", StringComparison.Ordinal);
            var close = ignored.Value.IndexOf('}', open);
            if (close < open)
                continue;
            npm.Scene.Add(new(NpmPitfalls.VariableNotExpanded, ignored.Place,
                new Fact("version", Upstream.Secrets.OneLine(project.Root!.PackageManager!.Split('+')[0], 40)), new Fact("key", KeyShown(ignored.Key)), new Fact("file", ignored.Place.File!.Shown), new Fact("variable", ignored.Value[open..(close + 1)])));
        }
    }

    /// <summary>pnpm 10.34.2 and 11.5.3 no longer fill in variables in a repository's registry and login settings (pnpm.io/npmrc; GHSA-3qhv-2rgh-x77r).</summary>
    public static bool IgnoresVariables(string? packageManager)
        => packageManager is not null && packageManager.StartsWith("pnpm@", StringComparison.Ordinal) && Version.TryParse(packageManager[5..].Split('+', '-')[0], out var version) && version.Build >= 0
            && (version >= new Version(11, 5, 3) || (version.Major == 10 && version >= new Version(10, 34, 2)));

    private static string KeyShown(string key) => key.StartsWith('@') || !key.Contains('@', StringComparison.Ordinal) ? key : NpmSetting.SecretName(key) ?? key;

    private static bool IsNpmjs(string url) => RegistryUrl.HostOrNull(url) is { } host && RegistryUrl.IsNpmjs(host);
}
