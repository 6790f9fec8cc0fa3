namespace Tain.Doctor.Npm;

/// <summary>The files that npm, pnpm, yarn and bun read.</summary>
internal static class NpmFiles
{
    public static bool IsWanted(string name) =>
        name is "package.json" or ".npmrc" or ".yarnrc" or ".yarnrc.yml" or "bunfig.toml" or "pnpm-workspace.yaml" || IsLockfile(name);

    public static bool IsLockfile(string name) => name is "package-lock.json" or "npm-shrinkwrap.json" or "pnpm-lock.yaml" or "yarn.lock" or "bun.lock";
}
