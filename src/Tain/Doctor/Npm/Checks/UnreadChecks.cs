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
                new Fact("tool", "yarn 2+"), new Fact("file", first.Place.File!.Shown), new Fact("key", first.Key), new Fact("target", target.Shown), new Fact("line", WithLogin(npm, first, SettingLine.Of(NpmTool.Yarn, first.Key, RegistryUrl.Show(first.Value)))))
            {
                Fix = isClean ? SettingLine.AddOrNull(npm, target, NpmTool.Yarn, [.. unread.DistinctBy(s => s.Key).Select(s => (s.Key, s.Value))]) : null,
            });
        }
    }

    /// <summary>yarn has the token in another form, and refuses to run where its variable is not set: a person writes it.</summary>
    private static Words WithLogin(NpmScene npm, NpmSetting setting, string line)
        => npm.SettingsOf(Path.GetDirectoryName(setting.Place.File!.Path)!, setting.Place.File.Name).Any(s => s.IsCredential)
            ? new(line + ", and its token as npmAuthToken", line + "，令牌也要写成 npmAuthToken") : new(line, line);

    /// <summary>npm warns "ignoring workspace config at …" and takes the root's (github.com/npm/cli/issues/4605).</summary>
    private static void CheckWorkspaces(NpmScene npm, NpmProject project)
    {
        if (project.Root is not { Workspaces: not [] } root)
            return;
        var unread = project.Packages.Where(p => p.Folder != project.Folder && root.HasWorkspace(Path.GetRelativePath(project.Folder, p.Folder)))
            .Select(p => (p.Folder, Settings: npm.SettingsOf(p.Folder, ".npmrc").GroupBy(s => s.Key).Select(g => g.Last())
                .Where(s => s.IsRegistry && !IsNpmjs(s.Value) && project.InEffect(NpmTool.Npm, s.Key)?.Value != s.Value).ToList())).ToList();
        var target = npm.Scene.Files.ReadOrNew(Path.Join(project.Folder, ".npmrc"));
        foreach (var (folder, settings) in unread)
        {
            if (settings is not [var first, ..])
                continue;
            // Where the root or another workspace says something else, a person has to choose.
            var other = settings.Select(s => project.InEffect(NpmTool.Npm, s.Key) ?? unread.SelectMany(u => u.Settings).FirstOrDefault(o => o.Key == s.Key && o.Value != s.Value)).FirstOrDefault(o => o is not null);
            var lines = settings.Concat(Logins(npm, project, folder, settings)).Select(s => (s.Key, s.Value)).ToList();
            npm.Scene.Add(new(NpmPitfalls.SettingsNotRead, first.Place,
                new Fact("tool", "npm"), new Fact("file", first.Place.File!.Shown), new Fact("key", first.Key), new Fact("target", target.Shown), new Fact("line", LinesOf(lines, other)))
            {
                Fix = other is not null || settings.Exists(s => s.IsComputed || RegistryUrl.HasPassword(s.Value)) ? null : SettingLine.AddOrNull(npm, target, NpmTool.Npm, lines),
            });
        }
    }

    /// <summary>The credentials that go with the registries, where the file has a variable for them: without those, npm would get a 401.</summary>
    private static IEnumerable<NpmSetting> Logins(NpmScene npm, NpmProject project, string folder, IReadOnlyList<NpmSetting> registries)
        => npm.SettingsOf(folder, ".npmrc").Where(s => s is { IsCredential: true, Key: ['/', '/', ..] } && NpmSecret.IsVariable(s.Value) && project.InEffect(NpmTool.Npm, s.Key) is null
            && s.Key[..s.Key.LastIndexOf(':')] is [.., '/'] login && registries.Any(r => RegistryUrl.LoginOf(r.Value).StartsWith(login, StringComparison.Ordinal)));

    private static Words LinesOf(IReadOnlyList<(string Key, string Value)> settings, NpmSetting? other)
    {
        var lines = settings.Select(s => $"{s.Key}={RegistryUrl.Show(s.Value)}").ToList();
        return new(string.Join(" and ", lines) + (other is null ? "" : $", unless {other.Place} is right, which says {RegistryUrl.Show(other.Value)}: there is one for all workspaces"),
            string.Join(" 和 ", lines) + (other is null ? "" : $"；但 {other.Place} 写的是 {RegistryUrl.Show(other.Value)}：所有工作区只能用同一个，请先选定"));
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
