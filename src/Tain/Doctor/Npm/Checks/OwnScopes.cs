using Tain.Doctor.Npm.Lockfiles;
using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Why a scope is held to be the company's own.</summary>
/// <param name="Said">The place that says so.</param>
/// <param name="Why">The same with what it says.</param>
/// <param name="Registry">Where its packages are; null when nothing tells.</param>
/// <param name="IsCertain">Whether the team or a setting says so, rather than a name that looks like it.</param>
internal sealed record OwnScope(string Scope, string Said, Words Why, string? Registry, bool IsCertain);

/// <summary>The scopes that are the company's own. A scope is one only where something says so: an app of a public project's team has its scope, and depends on its public packages.</summary>
internal sealed class OwnScopes
{
    /// <summary>Scopes of public projects that many mirrors hold: that a lockfile has one of them from a company's host says nothing.</summary>
    private static readonly HashSet<string> WellKnown = new(StringComparer.Ordinal)
    {
        "@types", "@babel", "@jridgewell", "@eslint", "@eslint-community", "@typescript-eslint", "@rollup", "@esbuild", "@swc", "@vitejs", "@vue", "@angular", "@angular-devkit", "@nestjs",
        "@mui", "@emotion", "@reduxjs", "@tanstack", "@aws-sdk", "@smithy", "@azure", "@google-cloud", "@octokit", "@nodelib", "@jest", "@testing-library", "@storybook", "@parcel", "@webassemblyjs",
        "@humanwhocodes", "@ampproject", "@sinclair", "@sindresorhus", "@isaacs", "@npmcli", "@radix-ui", "@floating-ui", "@nuxt", "@next", "@remix-run", "@sveltejs", "@playwright", "@vitest", "@ant-design",
        "@alicloud", "@antv", "@tencent", "@vant", "@element-plus", "@fortawesome", "@sentry", "@opentelemetry", "@grpc", "@prisma", "@trpc", "@nrwl", "@nx", "@changesets", "@commitlint", "@biomejs", "@tailwindcss",
    };

    private readonly Dictionary<string, OwnScope> _scopes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fromPublic = new(StringComparer.Ordinal);
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);

    public OwnScopes(NpmScene npm)
    {
        foreach (var entry in npm.Projects.SelectMany(p => p.Lockfiles).SelectMany(l => l.Entries))
        {
            if (entry is { ScopeOrNull: { } scope, IsFromRegistry: true, Url: { } url } && RegistryUrl.HostOrNull(url) is { } host && RegistryUrl.IsPublic(host))
            {
                _fromPublic.Add(entry.Name);
                _published.Add(scope);
            }
        }
        // In this order: what is said first about a scope is what people are told.
        var settings = npm.AllSettings().Where(IsOwn).ToList();
        foreach (var named in npm.Scene.Team.NpmScopes)
            _scopes.TryAdd(named, new(named, DoctorFile.Name, new($"{DoctorFile.Name} says so", $"{DoctorFile.Name} 中声明"), settings.Find(s => s.ScopeOrNull == named)?.Value, true));
        foreach (var setting in settings)
            _scopes.TryAdd(setting.ScopeOrNull!, new(setting.ScopeOrNull!, setting.Place.ToString(), new($"{setting.Place} gives it a registry of your own", $"{setting.Place} 为它指定了自有 registry"), setting.Value, true));
        foreach (var package in npm.Packages)
        {
            if (NpmName.ScopeOrNull(package.Name) is { } scope && package.PublishRegistry is var (url, place) && IsPrivate(url) && !_published.Contains(scope))
                _scopes.TryAdd(scope, new(scope, place.ToString(), new($"{place} has it published to {RegistryUrl.HostOrNull(url)}", $"{place} 将它发布到 {RegistryUrl.HostOrNull(url)}"), url, true));
        }
        foreach (var lockfile in npm.Projects.SelectMany(p => p.Lockfiles))
            AddOf(lockfile);
        AddLikely(npm);
    }

    public OwnScope? OrNull(string? scope) => scope is null ? null : _scopes.GetValueOrDefault(scope);

    /// <summary>Whether some lockfile has the package from a public registry: then it is there, whoever's the scope is.</summary>
    public bool IsFromPublic(string name) => _fromPublic.Contains(name);

    private static bool IsOwn(NpmSetting setting) => setting.ScopeOrNull is not null && IsPrivate(setting.Value);

    private static bool IsPrivate(string url) => !url.Contains('$', StringComparison.Ordinal) && RegistryUrl.HostOrNull(url) is { } host && !RegistryUrl.IsPublic(host) && !RegistryUrl.IsVendors(host) && !Hosts.IsHere(host);

    /// <summary>A host that only one scope comes from, and all of it, while others come from a public registry: a registry of that scope, and no mirror.</summary>
    private void AddOf(Lockfile lockfile)
    {
        var hosts = lockfile.Entries.Where(e => e is { IsFromRegistry: true, Url: not null })
            .Select(e => (Entry: e, Host: RegistryUrl.HostOrNull(e.Url!))).Where(e => e.Host is not null).ToList();
        if (!hosts.Exists(h => RegistryUrl.IsPublic(h.Host!)))
            return;
        foreach (var host in hosts.GroupBy(h => h.Host!).Where(h => IsPrivate("https://" + h.Key)))
        {
            var scopes = host.Select(h => h.Entry.ScopeOrNull).Distinct().ToList();
            if (scopes is not [{ } scope] || WellKnown.Contains(scope) || hosts.Exists(h => h.Entry.ScopeOrNull == scope && h.Host != host.Key))
                continue;
            var first = host.First().Entry;
            var place = lockfile.At(first).ToString();
            _scopes.TryAdd(scope, new(scope, place, new($"{place}: all that comes from {host.Key} is in it", $"{place}：来自 {host.Key} 的包全部属于它"), RegistryUrl.BaseOrNull(first.Url!, first.Name), true));
        }
    }

    /// <summary>The scope of packages that are never published: likely the company's, unless it publishes others.</summary>
    private void AddLikely(NpmScene npm)
    {
        foreach (var packages in npm.Packages.Where(p => NpmName.ScopeOrNull(p.Name) is not null).GroupBy(p => NpmName.ScopeOrNull(p.Name)!))
        {
            var scope = packages.Key;
            if (packages.All(p => p.IsPrivate) && !WellKnown.Contains(scope) && !_published.Contains(scope))
                _scopes.TryAdd(scope, new(scope, packages.First().File.Shown, new($"{packages.First().File.Shown} is a private package in it", $"{packages.First().File.Shown} 是其中的私有包"), null, false));
        }
    }
}
