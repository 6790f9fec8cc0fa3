using Tain.Doctor.Files;
using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

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
            // Those that stand in a variable are told by its name.
            if (setting is { IsCredential: true, Assignment: null } && NpmSecret.IsLiteral(setting.Value) && !IsForLoopback(setting.Key))
                Add(npm, setting, NameOf(setting));
            else if (setting.IsRegistry && RegistryUrl.HasPassword(setting.Value) && !Hosts.IsHere(RegistryUrl.HostOrNull(setting.Value) ?? ""))
                Add(npm, setting, RegistryUrl.Show(setting.Value));
            else if (setting.Key is "proxy" or "http-proxy" or "https-proxy" && RegistryUrl.HasPassword(setting.Value))
                npm.Scene.Add(new(NpmPitfalls.TokenInRepository, setting.Place, Facts(RegistryUrl.Show(setting.Value), file.Shown, file.Shown, setting.Key + "=${HTTPS_PROXY}")));
            // The client's own certificate, with its key.
            else if (setting.Key == "key" && setting.Value.Contains("PRIVATE KEY", StringComparison.Ordinal))
                npm.Scene.Add(new(NpmPitfalls.TokenInRepository, setting.Place, Facts(setting.Key, file.Shown, "~/.npmrc", "keyfile=/path/to/key.pem")));
        }
        foreach (var workplace in npm.Workplaces.Where(w => !ignored.Has(w.File.Path)))
        {
            foreach (var variable in workplace.Workplace.Assignments.Where(a => NpmSecret.Variables.Contains(a.Name) && NpmSecret.IsLiteral(a.Name, a.Value)))
                AddVariable(npm, workplace, variable);
        }
        foreach (var lockfile in npm.Projects.SelectMany(p => p.Lockfiles))
        {
            if (lockfile.Entries.FirstOrDefault(e => e.Url is { } url && RegistryUrl.HasPassword(url)) is { Url: { } shown } entry)
                npm.Scene.Add(new(NpmPitfalls.TokenInRepository, lockfile.At(entry), Facts("https://***@" + RegistryUrl.HostOrNull(shown), lockfile.File.Shown, ".npmrc", $"{RegistryUrl.LoginOf(RegistryUrl.BaseOrNull(shown, entry.Name) ?? "https://" + RegistryUrl.HostOrNull(shown))}:_authToken=${{NPM_TOKEN}}")));
        }
    }

    private static void Add(NpmScene npm, NpmSetting setting, string shownKey)
    {
        var file = setting.Place.File!;
        var project = npm.ProjectOf(Path.GetDirectoryName(file.Path)!);
        var isYarn = file.Name == ".yarnrc.yml" || setting.WrittenKey.StartsWith("npmAuth", StringComparison.Ordinal);
        var line = isYarn ? (setting.WrittenKey == "npmAuthIdent" ? "npmAuthIdent: \"${NPM_AUTH_IDENT}\"" : "npmAuthToken: \"${NPM_TOKEN}\"")
            : file.Name == "bunfig.toml" ? (shownKey == "password" ? "password = \"$NPM_PASSWORD\"" : "token = \"$NPM_TOKEN\"")
            : setting is { IsRegistry: false, Key: ['/', '/', ..] key } && !key.Contains('@', StringComparison.Ordinal) ? key + "=${NPM_TOKEN}"
            // Without a host npm ends with ERR_INVALID_AUTH.
            : $"{RegistryUrl.LoginOf(setting.IsRegistry ? setting.Value : RegistryOf(npm, project, file))}:{NpmSetting.SecretName(setting.Key) ?? "_authToken"}=${{NPM_TOKEN}}";
        var target = isYarn ? file.Name == ".yarnrc.yml" ? file.Shown : ".yarnrc.yml" : IsNotFilledIn(project) ? "~/.npmrc" : file.Name is ".npmrc" or "bunfig.toml" ? file.Shown : ".npmrc";
        npm.Scene.Add(new(NpmPitfalls.TokenInRepository, setting.Place, Facts(shownKey, file.Shown, target, line)));
    }

    private static void AddVariable(NpmScene npm, WorkplaceSettings workplace, Assignment variable)
    {
        var project = npm.ProjectOf(Path.GetDirectoryName(workplace.File.Path)!);
        var isYarn = variable.Name.StartsWith("YARN_", StringComparison.Ordinal);
        var file = isYarn ? ".yarnrc.yml" : ".npmrc";
        // An image keeps what ARG and ENV had; a file that is there for one RUN only, it does not.
        var line = workplace.Workplace.Kind is WorkplaceKind.Image ? $"RUN --mount=type=secret,id={file.Split('.')[1]},target=/root/{file} {InstallOf(project)}"
            : isYarn ? $"{(variable.Name.EndsWith("IDENT", StringComparison.Ordinal) ? "npmAuthIdent" : "npmAuthToken")}: \"${{{variable.Name}}}\""
            : $"{RegistryUrl.LoginOf(RegistryOf(npm, project, workplace.File))}:{(variable.Name.EndsWith("__auth", StringComparison.OrdinalIgnoreCase) ? "_auth" : "_authToken")}=${{{(variable.Name.Contains("__", StringComparison.Ordinal) ? "NPM_TOKEN" : variable.Name)}}}";
        npm.Scene.Add(new(NpmPitfalls.TokenInRepository, variable.Place, Facts(variable.Name, workplace.File.Shown,
            workplace.Workplace.Kind is WorkplaceKind.Image ? workplace.File.Shown : !isYarn && IsNotFilledIn(project) ? "~/.npmrc" : file, line)));
    }

    /// <summary>Whether variables in the repository's file would stay what they are.</summary>
    private static bool IsNotFilledIn(NpmProject? project) => project is not null && UnreadChecks.IgnoresVariables(project.Root?.PackageManager);

    private static string InstallOf(NpmProject? project) => project?.Tool switch
    {
        NpmTool.Pnpm => "pnpm install --frozen-lockfile",
        NpmTool.Yarn or NpmTool.Yarn1 => "yarn install",
        NpmTool.Bun => "bun install",
        _ => "npm ci",
    };

    /// <summary>The setting's name as its file has it, without the host.</summary>
    private static string NameOf(NpmSetting setting)
        => setting.WrittenKey == setting.Key ? NpmSetting.SecretName(setting.Key)! : setting.WrittenKey[(setting.WrittenKey.LastIndexOfAny(['.', ':']) + 1)..];

    /// <summary>Whose a login without a host is.</summary>
    private static string RegistryOf(NpmScene npm, NpmProject? project, TextFile file)
    {
        var setting = npm.Files.GetValueOrDefault(file.Path)?.LastOrDefault(s => s.Key == NpmSetting.Registry) ?? project?.InEffect(project.Tool, NpmSetting.Registry);
        return setting is { IsComputed: false } && RegistryUrl.HostOrNull(setting.Value) is not null ? setting.Value : RegistryUrl.Default;
    }

    private static Fact[] Facts(string key, string file, string target, string line) => [new("key", key), new("file", file), new("target", target), new("line", line)];

    /// <summary>A registry that tests start needs some token, and any will do.</summary>
    private static bool IsForLoopback(string key) => key.StartsWith("//", StringComparison.Ordinal) && RegistryUrl.HostOrNull("https:" + key) is { } host && Hosts.IsHere(host);
}
