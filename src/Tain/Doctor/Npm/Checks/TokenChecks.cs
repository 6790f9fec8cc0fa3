using Tain.Doctor.Files;
using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Credentials in the repository's files. In the user's own they are where they belong.</summary>
internal static class TokenChecks
{
    public static void Run(NpmScene npm)
    {
        var ignored = new IgnoredFiles(npm.Scene.Files, npm.Scene.Folder);
        foreach (var setting in npm.Files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => f.Value).Concat(npm.Workplaces.SelectMany(s => s.Settings)))
        {
            if (setting.Place.File is not { } file || file.Path == Path.GetFullPath(npm.Machine.UserNpmrc) || ignored.Has(file.Path))
                continue;
            if (setting.IsCredential && NpmSecret.IsLiteral(setting.Value) && !IsForLoopback(setting.Key))
                Add(npm, setting, NpmSetting.SecretName(setting.Key)!);
            else if (setting.IsRegistry && RegistryUrl.HasPassword(setting.Value) && !RegistryUrl.IsLoopback(RegistryUrl.HostOrNull(setting.Value) ?? ""))
                Add(npm, setting, RegistryUrl.Show(setting.Value));
        }
        foreach (var lockfile in npm.Projects.SelectMany(p => p.Lockfiles))
        {
            if (lockfile.Entries.FirstOrDefault(e => e.Url is { } url && RegistryUrl.HasPassword(url)) is { Url: { } shown } entry)
                npm.Scene.Add(new(NpmPitfalls.TokenInRepository, lockfile.At(entry), Facts("https://***@" + RegistryUrl.HostOrNull(shown), lockfile.File.Shown, ".npmrc", $"//{RegistryUrl.HostOrNull(shown)}/:_authToken=${{NPM_TOKEN}}")));
        }
    }

    private static void Add(NpmScene npm, NpmSetting setting, string shownKey)
    {
        var file = setting.Place.File!;
        var isPnpm = npm.ProjectOf(Path.GetDirectoryName(file.Path)!) is { } project && UnreadChecks.IgnoresVariables(project.Root?.PackageManager);
        var host = RegistryUrl.HostOrNull(setting.IsRegistry ? setting.Value : "https:" + setting.Key);
        var line = file.Name == ".yarnrc.yml" ? "npmAuthToken: ${NPM_TOKEN}"
            : file.Name == "bunfig.toml" ? "token = \"$NPM_TOKEN\""
            : setting is { IsRegistry: false, Key: ['/', '/', ..] key } && !key.Contains('@', StringComparison.Ordinal) ? key + "=${NPM_TOKEN}"
            : host is null ? shownKey + "=${NPM_TOKEN}" : $"//{host}/:_authToken=${{NPM_TOKEN}}";
        var target = isPnpm ? "~/.npmrc" : NpmFilesOf(file.Name) ? file.Shown : ".npmrc";
        npm.Scene.Add(new(NpmPitfalls.TokenInRepository, setting.Place, Facts(shownKey, file.Shown, target, line)));
    }

    private static Fact[] Facts(string key, string file, string target, string line) => [new("key", key), new("file", file), new("target", target), new("line", line)];

    private static bool NpmFilesOf(string name) => name is ".npmrc" or ".yarnrc.yml" or "bunfig.toml";

    /// <summary>A registry that tests start needs some token, and any will do.</summary>
    private static bool IsForLoopback(string key) => key.StartsWith("//", StringComparison.Ordinal) && RegistryUrl.HostOrNull("https:" + key) is { } host && RegistryUrl.IsLoopback(host);
}
