using System.Globalization;
using Tain.Doctor.Npm.Lockfiles;
using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm.Checks;

/// <summary>What lockfiles say of where packages are from, and whether they are checked.</summary>
internal static class LockfileChecks
{
    /// <summary>Hosts that a finding names.</summary>
    private const int MaxHosts = 4;

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
        var sources = others.GroupBy(SourceOf, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ToList();
        var where = setting is null ? new Words($"{NameOf(lockfile.Tool)}'s default", $"{NameOf(lockfile.Tool)} 的默认值") : new Words(setting.Place.ToString(), setting.Place.ToString());
        if (RegistryUrl.IsNpmjs(host))
        {
            npm.Scene.Add(new(NpmPitfalls.RegistryDiffers, lockfile.At(others[0]),
                new Fact("registry", RegistryUrl.Show(SourceOf(others[0]))), new Fact("other", RegistryUrl.Show(registry)), new Fact("where", where)));
            return;
        }
        var shown = RegistryUrl.Show(registry).TrimEnd('/');
        npm.Scene.Add(new(NpmPitfalls.LockfileBypass, lockfile.At(others[0]),
            new Fact("count", others.Count), new Fact("first", others[0].Name), new Fact("host", HostsOf(others)), new Fact("registry", shown), new Fact("where", where), new Fact("tool", NameOf(lockfile.Tool)),
            new Fact("command", CommandOrNull(lockfile, [.. sources.Select(s => s.Key)], shown + "/") ?? shown + "/")));
    }

    /// <summary>The registry that a package was fetched from.</summary>
    private static string SourceOf(LockEntry entry)
        => RegistryUrl.BaseOrNull(entry.Url!, entry.Name) ?? (entry.Url!.IndexOf('/', entry.Url.IndexOf("://", StringComparison.Ordinal) + 3) is >= 0 and var slash ? entry.Url[..(slash + 1)] : entry.Url);

    /// <summary><c>a.example (2), b.example (1)</c>; one without its number.</summary>
    private static string HostsOf(IEnumerable<LockEntry> entries)
    {
        var hosts = entries.GroupBy(e => RegistryUrl.HostOrNull(e.Url!)!, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ToList();
        return hosts is [var one] ? one.Key : string.Join(", ", hosts.Take(MaxHosts).Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key} ({h.Count()})"))) + (hosts.Count > MaxHosts ? ", …" : "");
    }

    /// <summary>Null where a name would mean something to the shell, where a user stands in an address, or where the command would be shown in part.</summary>
    private static string? CommandOrNull(Lockfile lockfile, IReadOnlyList<string> sources, string target)
    {
        if (sources.Count > MaxHosts || !sources.Append(target).Append(lockfile.File.Shown).All(RegistryUrl.IsPlain) || sources.Any(s => s.Contains('@', StringComparison.Ordinal)))
            return null;
        // yarn 2 and later has addresses escaped, behind __archiveUrl=. What is longer goes first: another may be its beginning.
        var edits = sources.OrderByDescending(s => s.Length).Select(s => lockfile.Tool is NpmTool.Yarn ? $"'s#{Uri.EscapeDataString(s)}#{Uri.EscapeDataString(target)}#g'" : $"'s#{s}#{target}#g'").ToList();
        var command = $"sed -i {(edits is [var edit] ? edit : string.Join(' ', edits.Select(e => "-e " + e)))} {lockfile.File.Shown}";
        return command.Length <= Fact.MaxShown ? command : null;
    }

    /// <summary>Whether the tool fetches it from another registry than the settings name.</summary>
    /// <param name="replaced">npm puts its registry's host in place of this one: by default npmjs.org's, and no other's, not even yarn's alias of it
    /// (@npmcli/arborist: registryResolved). yarn 1 and pnpm fetch what the lockfile says.</param>
    private static bool IsElsewhere(LockEntry entry, OwnScopes own, NpmProject project, NpmTool tool, string host, string replaced)
    {
        if (entry is not { IsFromRegistry: true, Url: { } url } || RegistryUrl.HostOrNull(url) is not { } from || RegistryUrl.IsSame(from, host))
            return false;
        if (replaced == "always" || from == (replaced == "npmjs" ? "registry.npmjs.org" : replaced) || from.EndsWith("npm.taobao.org", StringComparison.Ordinal) || Hosts.IsHere(from) || RegistryUrl.IsVendors(from))
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
        npm.Scene.Add(new(NpmPitfalls.LockfileNoIntegrity, lockfile.At(bare[0]), new Fact("who", bare is [var one] ? new Words($"{one.Name} has", $"{one.Name} 没有") : new Words($"{bare.Count} packages ({bare[0].Name} is the first) have", $"有 {bare.Count} 个包（第一个是 {bare[0].Name}）没有")), new Fact("command", lockfile.Tool switch
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
