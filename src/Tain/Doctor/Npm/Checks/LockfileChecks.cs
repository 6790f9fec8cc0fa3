using System.Globalization;
using Tain.Doctor.Npm.Lockfiles;
using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm.Checks;

/// <summary>What lockfiles say of where packages are from, and whether they are checked.</summary>
internal static class LockfileChecks
{
    public static void Run(NpmScene npm, OwnScopes own)
    {
        foreach (var project in npm.Projects)
        {
            foreach (var lockfile in project.Lockfiles)
            {
                CheckHosts(npm, own, project, lockfile);
                CheckIntegrity(npm, lockfile);
            }
        }
    }

    private static void CheckHosts(NpmScene npm, OwnScopes own, NpmProject project, Lockfile lockfile)
    {
        var setting = project.InEffect(lockfile.Tool, NpmSetting.Registry);
        var registry = setting?.Value ?? RegistryUrl.Default;
        if (setting is { IsComputed: true } || RegistryUrl.HostOrNull(registry) is not { } host)
            return;
        var replaced = lockfile.Tool is NpmTool.Npm ? project.InEffect(NpmTool.Npm, "replace-registry-host")?.Value ?? "npmjs" : "never";
        var others = lockfile.Entries.Where(e => IsElsewhere(e, own, project, lockfile.Tool, host, replaced)).ToList();
        if (others is [])
            return;
        var hostOf = RegistryUrl.HostOrNull(others[0].Url!)!;
        var where = setting is null ? new Words($"{NameOf(lockfile.Tool)}'s default", $"{NameOf(lockfile.Tool)} 的默认值") : new Words(setting.Place.ToString(), setting.Place.ToString());
        if (RegistryUrl.IsNpmjs(host))
        {
            npm.Scene.Add(new(NpmPitfalls.RegistryDiffers, lockfile.At(others[0]),
                new Fact("registry", hostOf), new Fact("other", RegistryUrl.Show(registry)), new Fact("where", where)));
            return;
        }
        var shown = RegistryUrl.Show(registry).TrimEnd('/');
        npm.Scene.Add(new(NpmPitfalls.LockfileBypass, lockfile.At(others[0]),
            new Fact("count", others.Count.ToString(CultureInfo.InvariantCulture)), new Fact("first", others[0].Name), new Fact("host", hostOf), new Fact("registry", shown), new Fact("where", where), new Fact("tool", NameOf(lockfile.Tool)),
            new Fact("command", !(RegistryUrl.IsPlain(shown) && RegistryUrl.IsPlain(hostOf) && RegistryUrl.IsPlain(lockfile.File.Shown)) ? shown + "/" : $"sed -i 's#https://{hostOf}/#{shown}/#g' {lockfile.File.Shown}")));
    }

    /// <summary>Whether the tool fetches it from another registry than the settings name.</summary>
    /// <param name="replaced">npm puts its registry's host in place of this one: by default npmjs.org's, and no other's, not even yarn's alias of it
    /// (@npmcli/arborist: registryResolved). yarn 1 and pnpm fetch what the lockfile says.</param>
    private static bool IsElsewhere(LockEntry entry, OwnScopes own, NpmProject project, NpmTool tool, string host, string replaced)
    {
        if (entry is not { IsFromRegistry: true, Url: { } url } || RegistryUrl.HostOrNull(url) is not { } from || RegistryUrl.IsSame(from, host))
            return false;
        if (replaced == "always" || from == (replaced == "npmjs" ? "registry.npmjs.org" : replaced) || from.EndsWith("npm.taobao.org", StringComparison.Ordinal) || RegistryUrl.IsLoopback(from) || RegistryUrl.IsVendors(from))
            return false;
        if (entry.ScopeOrNull is not { } scope)
            return true;
        if (project.InEffect(tool, scope + ":registry") is { } mapped)
            return !mapped.IsComputed && RegistryUrl.HostOrNull(mapped.Value) is { } mappedHost && !RegistryUrl.IsSame(from, mappedHost);
        // An own scope without a registry is told of by itself.
        return own.OrNull(scope) is not { IsCertain: true };
    }

    private static void CheckIntegrity(NpmScene npm, Lockfile lockfile)
    {
        var bare = lockfile.Entries.Where(e => e is { IsFromRegistry: true, HasIntegrity: false }).ToList();
        if (bare is [])
            return;
        npm.Scene.Add(new(NpmPitfalls.LockfileNoIntegrity, lockfile.At(bare[0]), new Fact("count", bare.Count.ToString(CultureInfo.InvariantCulture)), new Fact("first", bare[0].Name), new Fact("command", lockfile.Tool switch
        {
            NpmTool.Pnpm => "pnpm install --fix-lockfile",
            NpmTool.Yarn => "yarn install --refresh-lockfile",
            NpmTool.Yarn1 => "rm yarn.lock && yarn install",
            NpmTool.Bun => "rm bun.lock && bun install",
            _ => $"rm -r node_modules {lockfile.File.Name} && npm install",
        })));
    }

    private static string NameOf(NpmTool tool) => tool switch
    {
        NpmTool.Npm => "npm",
        NpmTool.Pnpm => "pnpm",
        NpmTool.Bun => "bun",
        _ => "yarn",
    };
}
