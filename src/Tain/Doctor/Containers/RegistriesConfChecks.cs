using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>The <c>registries.conf</c> of podman, buildah, skopeo and CRI-O (containers-registries.conf(5)).</summary>
internal static class RegistriesConfChecks
{
    public static void Run(Scene scene, TextFile file, IReadOnlyList<ImageUse> uses)
    {
        if (TomlFile.ParseOrNull(file, scene.Files) is not { } root)
            return;
        // The first format, which had lists of hosts and no mirrors.
        foreach (var host in root.At("registries", "insecure", "registries")?.Items ?? [])
        {
            if (host.StringOrNull is { } name)
                MirrorList.AddInsecure(scene, file.At(host.Start), "[registries.insecure]", KnownHosts.HostOf(name));
        }
        foreach (var list in (string[])["insecure", "block", "search"])
            AddSchemes(scene, file, $"[registries.{list}]", root.At("registries", list, "registries"));
        AddSchemes(scene, file, Search, root[Search]);
        if (root["short-name-mode"]?.StringOrNull != "enforcing")
        {
            AddShortNames(scene, file, Search, root[Search]);
            AddShortNames(scene, file, "[registries.search]", root.At("registries", "search", "registries"));
        }
        foreach (var registry in root["registry"]?.Items ?? [])
            AddRegistry(scene, file, registry, uses);
    }

    private const string Search = "unqualified-search-registries";

    private const string Use = "pull-from-mirror";

    private static void AddRegistry(Scene scene, TextFile file, TomlValue registry, IReadOnlyList<ImageUse> uses)
    {
        AddLocation(scene, file, registry);
        AddScheme(scene, file, "prefix", registry["prefix"]);
        AddRefused(scene, file, registry);
        // The location is the prefix where none is given.
        var named = registry["prefix"] is { StringOrNull.Length: > 0 } prefix ? prefix : registry["location"];
        if (named?.StringOrNull is not { } name)
            return;
        var mirrors = (registry["mirror"]?.Items ?? []).ToList();
        // A location by itself may well be a server: then images are looked up by its name.
        if (mirrors.Count > 0 || registry["prefix"] is not null)
            AddWrongName(scene, file.At(named.Start), name, uses);
        foreach (var mirror in mirrors)
            AddLocation(scene, file, mirror);
        MirrorList.Check(scene, name, [.. from m in mirrors let l = m["location"] where l?.StringOrNull is not null select new Mirror(l.Text!, file.At(l.Start)) { IsPlain = m["insecure"] is not { IsTrue: true } }]);
        AddDigestsOnly(scene, file, registry, mirrors, name, uses);
    }

    private static void AddLocation(Scene scene, TextFile file, TomlValue table)
    {
        var location = table["location"];
        var host = (location ?? table["prefix"])?.StringOrNull is { } text ? KnownHosts.HostOf(text) : "";
        if (table["insecure"] is { IsTrue: true } insecure && host.Length > 0)
            MirrorList.AddInsecure(scene, file.At(insecure.Start), "insecure = true", host);
        AddScheme(scene, file, "location", location);
    }

    private static void AddSchemes(Scene scene, TextFile file, string setting, TomlValue? list)
    {
        foreach (var value in list?.Items ?? [])
            AddScheme(scene, file, setting, value);
    }

    /// <summary>containers/image, <c>system_registries_v2.go</c>, <c>parseLocation</c>.</summary>
    private static void AddScheme(Scene scene, TextFile file, string setting, TomlValue? value)
    {
        if (value?.StringOrNull is { } address && (address.StartsWith("http://", StringComparison.Ordinal) || address.StartsWith("https://", StringComparison.Ordinal)))
        {
            scene.Add(new(MirrorPitfalls.PodmanScheme, file.At(value.Start), new Fact("setting", setting), new Fact("address", KnownHosts.Show(address)),
                new Fact("location", KnownHosts.Show(address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..]))));
        }
    }

    /// <summary>What spoils the whole file: containers/image, <c>system_registries_v2.go</c>, <c>postProcessRegistries</c>.</summary>
    private static void AddRefused(Scene scene, TextFile file, TomlValue registry)
    {
        var mirrors = (registry["mirror"]?.Items ?? []).ToList();
        // Of other shapes it is no file of podman's at all.
        if (registry.Kind is not TomlKind.Table || mirrors.Exists(m => m.Kind is not TomlKind.Table))
            return;
        var prefix = registry["prefix"];
        if (IsUnset(registry["location"]) && IsUnset(prefix))
            AddLocationMissing(scene, file, registry, "[[registry]]", "REGISTRY", "invalid condition: both location and prefix are unset");
        else if (IsUnset(registry["location"]) && prefix is { StringOrNull: { } name } && !name.StartsWith("*.", StringComparison.Ordinal))
            AddLocationMissing(scene, file, prefix, "[[registry]]", name.TrimEnd('/'), "invalid condition: location is unset and prefix is not in the format: *.example.com");
        if (registry[Use] is { StringOrNull.Length: > 0 } own)
            AddUse(scene, file, own, "pull-from-mirror must not be set for a non-mirror registry");
        foreach (var mirror in mirrors)
        {
            if (IsUnset(mirror["location"]))
                AddLocationMissing(scene, file, mirror, "[[registry.mirror]]", "MIRROR", "invalid condition: mirror location is unset");
            if (mirror[Use] is not { StringOrNull: { Length: > 0 } use } value)
                continue;
            if (registry["mirror-by-digest-only"] is { IsTrue: true } only)
                scene.Add(new(MirrorPitfalls.PodmanUse, file.At(only.Start), new Fact("setting", "mirror-by-digest-only = true"), new Fact("said", "cannot set mirror usage mirror-by-digest-only for the registry … and pull-from-mirror for per-mirror … at the same time")));
            else if (use is not ("all" or "digest-only" or "tag-only"))
                AddUse(scene, file, value, "unsupported pull-from-mirror value");
        }

        // A value that is no string is TOML of another shape.
        static bool IsUnset(TomlValue? value) => value is null || value.StringOrNull?.TrimEnd('/').Length == 0;
    }

    private static void AddLocationMissing(Scene scene, TextFile file, TomlValue at, string table, string location, string said)
        => scene.Add(new(MirrorPitfalls.PodmanLocation, file.At(at.Start), new Fact("table", table), new Fact("location", KnownHosts.Show(location)), new Fact("said", said)));

    private static void AddUse(Scene scene, TextFile file, TomlValue value, string said)
        => scene.Add(new(MirrorPitfalls.PodmanUse, file.At(value.Start), new Fact("setting", $"{Use} = \"{KnownHosts.Show(value.Text!)}\""), new Fact("said", said)));

    /// <summary>containers-registries.conf(5), "Short-Name Aliasing": who may push to an earlier registry takes over the names that are meant for a later one.</summary>
    private static void AddShortNames(Scene scene, TextFile file, string setting, TomlValue? list)
    {
        var names = (list?.Items ?? []).Select(i => i.StringOrNull).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (list is not null && names.FindIndex(KnownHosts.IsOpenToAll) is >= 0 and var open && open < names.Count - 1)
            scene.Add(new(MirrorPitfalls.ShortNames, file.At(list.Start), new Fact("setting", setting), new Fact("open", names[open]), new Fact("next", KnownHosts.Show(names[open + 1]))));
    }

    /// <summary>A server of Docker Hub's, or <c>docker.io/nginx</c>, which is <c>docker.io/library/nginx</c>.</summary>
    private static void AddWrongName(Scene scene, Place place, string name, IReadOnlyList<ImageUse> uses)
    {
        MirrorList.AddWrongName(scene, place, name);
        if (name.Split('/') is not [ImageReference.DockerHub, var folder] || folder == "library")
            return;
        var official = $"{ImageReference.DockerHub}/library/{folder}";
        if (uses.Any(u => u.Image.Name == official) && !uses.Any(u => u.Image.IsBelow(name)))
            scene.Add(new(MirrorPitfalls.WrongName, place, new Fact("name", KnownHosts.Show(name)), new Fact("right", official)));
    }

    private static void AddDigestsOnly(Scene scene, TextFile file, TomlValue registry, List<TomlValue> mirrors, string prefix, IReadOnlyList<ImageUse> uses)
    {
        var whole = registry["mirror-by-digest-only"] is { IsTrue: true } only ? only : null;
        var setting = whole ?? mirrors.Select(m => m["pull-from-mirror"]).FirstOrDefault(p => p?.StringOrNull == "digest-only");
        // One mirror without it serves tags.
        if (mirrors.Count == 0 || setting is null || (whole is null && !mirrors.All(m => m["pull-from-mirror"]?.StringOrNull == "digest-only")))
            return;
        if (uses.FirstOrDefault(u => u.Image.Digest is null && !u.IsTagOpen && u.Image.IsBelow(prefix)) is { } use)
        {
            scene.Add(new(MirrorPitfalls.DigestsOnly, file.At(setting.Start), new Fact("prefix", KnownHosts.Show(prefix)), new Fact("image", use.Image.Text), new Fact("where", use.Place.ToString()),
                new Fact("setting", whole is not null ? "mirror-by-digest-only = true" : "pull-from-mirror = \"digest-only\"")));
        }
    }
}
