using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Images that install packages without the .npmrc that lies beside their Dockerfile and names an own scope's registry. Speaks only
/// where all that is copied before is copied by name, onto node's own image.</summary>
internal static class ImageScopes
{
    private static readonly HashSet<string> Manifests = new(StringComparer.Ordinal)
    {
        "package.json", "package*.json", "package-lock.json", "package-lock*.json", "npm-shrinkwrap.json", "yarn.lock", "yarn.lock*", "pnpm-lock.yaml", "pnpm-lock.yaml*", "pnpm-workspace.yaml", "bun.lock", "tsconfig.json",
    };

    public static void Run(NpmScene npm, OwnScopes own)
    {
        foreach (var image in npm.Workplaces.Where(w => w is { Workplace.Kind: WorkplaceKind.Image, InstallLine: > 0, HasOwnNpmrc: false } && !w.Settings.Any(s => s.IsRegistry)))
        {
            var folder = Path.GetDirectoryName(image.File.Path)!;
            var mapped = npm.SettingsOf(folder, ".npmrc");
            // yarn 2 and later reads none.
            if (npm.Projects.FirstOrDefault(p => p.Folder == folder) is not { Root: { } root, Tool: not NpmTool.Yarn } || !CopiesByName(npm, image))
                continue;
            foreach (var dependency in root.Dependencies)
            {
                if (own.OrNull(dependency.ScopeOrNull) is not { IsCertain: true } || npm.PackageNames.Contains(dependency.Name) || own.IsFromPublic(dependency.Name)
                    || mapped.LastOrDefault(s => s.ScopeOrNull == dependency.ScopeOrNull) is not { IsComputed: false } setting || RegistryUrl.HostOrNull(setting.Value) is not { } host || RegistryUrl.IsPublic(host))
                    continue;
                // With a login in it, the file is nothing for a layer.
                var line = mapped.Any(s => s.IsCredential || RegistryUrl.HasPassword(s.Value)) ? "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci" : "COPY .npmrc ./";
                npm.Scene.Add(new(NpmPitfalls.ScopeNoRegistry, image.File.AtLine(image.InstallLine),
                    new Fact("scope", dependency.ScopeOrNull!), new Fact("name", dependency.Name), new Fact("default", RegistryUrl.Default), new Fact("evidence", setting.Place.ToString()), new Fact("file", image.File.Shown), new Fact("line", line))
                {
                    Severity = Severity.Warning,
                });
                break;
            }
        }
    }

    private static bool CopiesByName(NpmScene npm, WorkplaceSettings image)
    {
        // A file that makes no sense is named by the containers' checks.
        if (npm.Scene.Dockerfiles.GetValueOrDefault(image.File) is not { } text)
            return false;
        var before = text.Instructions.TakeWhile(i => i.Line <= image.InstallLine).ToList();
        if (before.FindLastIndex(i => i.Keyword == "FROM") is not (>= 0 and var from) || before[^1] is not { Keyword: "RUN", IsOnBuild: false } install || install.Mounts.Any(m => m.Options.GetValueOrDefault("type") != "cache"))
            return false;
        if (before[from].Words is not [var name, ..] || name.Text.Split(':', '@')[0] is not ("node" or "library/node" or "docker.io/library/node"))
            return false;
        var copies = before.Skip(from).Where(i => i.Keyword is "COPY" or "ADD").ToList();
        return copies.Exists(c => c.Words.Any(w => Plain(w.Text) is "package.json" or "package*.json"))
            && copies.TrueForAll(c => c.Flags.All(f => !f.Text.StartsWith("--from", StringComparison.Ordinal)) && c.Words.SkipLast(1).All(w => Manifests.Contains(Plain(w.Text))));
    }

    private static string Plain(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}
