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
        foreach (var registry in root["registry"]?.Items ?? [])
            AddRegistry(scene, file, registry, uses);
    }

    private static void AddRegistry(Scene scene, TextFile file, TomlValue registry, IReadOnlyList<ImageUse> uses)
    {
        AddLocation(scene, file, registry);
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
        MirrorList.Check(scene, name, [.. from m in mirrors let l = m["location"] where l?.StringOrNull is not null select new Mirror(l.Text!, file.At(l.Start))]);
        AddDigestsOnly(scene, file, registry, mirrors, name, uses);
    }

    private static void AddLocation(Scene scene, TextFile file, TomlValue table)
    {
        var location = table["location"];
        var host = (location ?? table["prefix"])?.StringOrNull is { } text ? KnownHosts.HostOf(text) : "";
        if (table["insecure"] is { IsTrue: true } insecure && host.Length > 0)
            MirrorList.AddInsecure(scene, file.At(insecure.Start), "insecure = true", host);
        // containers/image, system_registries_v2.go, parseLocation.
        if (location?.StringOrNull is { } address && (address.StartsWith("http://", StringComparison.Ordinal) || address.StartsWith("https://", StringComparison.Ordinal)))
            scene.Add(new(MirrorPitfalls.PodmanScheme, file.At(location.Start), new Fact("address", KnownHosts.Show(address)), new Fact("location", KnownHosts.Show(address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..]))));
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
        if (uses.FirstOrDefault(u => u.Image.Digest is null && u.Image.IsBelow(prefix)) is { } use)
        {
            scene.Add(new(MirrorPitfalls.DigestsOnly, file.At(setting.Start), new Fact("prefix", KnownHosts.Show(prefix)), new Fact("image", use.Image.Text), new Fact("where", use.Place.ToString()),
                new Fact("setting", whole is not null ? "mirror-by-digest-only = true" : "pull-from-mirror = \"digest-only\"")));
        }
    }
}
