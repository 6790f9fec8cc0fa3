using System.Text.Json;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Containers;

/// <summary>dockerd's <c>daemon.json</c>, and its flags of the same meaning.</summary>
internal static class DockerDaemonChecks
{
    public static void Run(Scene scene, TextFile file, IReadOnlyList<ImageUse> uses)
    {
        if (JsonFile.ParseOrNull(file, scene.Files) is not { Kind: JsonTokenType.StartObject } root)
            return;
        foreach (var insecure in Strings(root["insecure-registries"]))
            AddInsecure(scene, file.At(insecure.Start), "insecure-registries", insecure.Text!);
        var entries = Strings(root["registry-mirrors"]).ToList();
        if (entries.Count > 0)
            CheckMirrors(scene, [.. entries.Select(e => new Mirror(e.Text!, file.At(e.Start))).Select(m => m with { IsPlain = m.Address.StartsWith("http://", StringComparison.Ordinal) || !Strings(root["insecure-registries"]).Any(i => i.Text == m.Host) })], uses, WithoutRetired(file, entries));
    }

    /// <param name="words">What dockerd is started with: <c>--registry-mirror=URL</c>, or the two as words of their own.</param>
    public static void RunFlags(Scene scene, IReadOnlyList<(string Text, Place Place)> words, IReadOnlyList<ImageUse> uses)
    {
        var mirrors = new List<Mirror>();
        for (var i = 0; i < words.Count; i++)
        {
            var (name, value) = words[i].Text.Split('=', 2) is [var before, var behind] ? (before, behind) : (words[i].Text, i + 1 < words.Count ? words[i + 1].Text : "");
            // What stands in a variable nobody knows here.
            if (value.Length == 0 || value.Contains('$', StringComparison.Ordinal))
                continue;
            if (name == "--registry-mirror")
                mirrors.Add(new(value, words[i].Place));
            else if (name == "--insecure-registry")
                AddInsecure(scene, words[i].Place, name, value);
        }
        if (mirrors.Count > 0)
            CheckMirrors(scene, mirrors, uses, withoutRetired: null);
    }

    /// <summary>A host, or a range of addresses, whose slash is no path's.</summary>
    private static void AddInsecure(Scene scene, Place place, string setting, string host)
        => MirrorList.AddInsecure(scene, place, setting, host.Contains("://", StringComparison.Ordinal) ? KnownHosts.HostOf(host) : host);

    private static void CheckMirrors(Scene scene, List<Mirror> entries, IReadOnlyList<ImageUse> uses, Edit? withoutRetired)
    {
        var mirrors = entries.Where(m => AddAddress(scene, m)).ToList();
        MirrorList.Check(scene, ImageReference.DockerHub, mirrors, withoutRetired);
        AddHubOnly(scene, mirrors, uses);
    }

    /// <summary>False when dockerd stops at it. What it takes is in moby's <c>registry/config.go</c>, <c>ValidateMirror</c>; paths since moby/moby#46594.</summary>
    private static bool AddAddress(Scene scene, Mirror mirror)
    {
        var isUrl = Uri.TryCreate(mirror.Address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        if (!isUrl || mirror.Address.AsSpan().IndexOfAny('?', '#', '@') >= 0)
        {
            scene.Add(new(MirrorPitfalls.DockerInvalid, mirror.Place, new Fact("address", KnownHosts.Show(mirror.Address)), new Fact("host", mirror.Host)));
            return false;
        }
        if (url!.AbsolutePath != "/")
            scene.Add(new(MirrorPitfalls.DockerPath, mirror.Place, new Fact("address", KnownHosts.Show(mirror.Address)), new Fact("host", mirror.Host)));
        return true;
    }

    private static void AddHubOnly(Scene scene, List<Mirror> mirrors, IReadOnlyList<ImageUse> uses)
    {
        var past = uses.Where(u => KnownHosts.IsPublicRegistry(u.Image.Registry)).ToList();
        if (mirrors.Find(m => !KnownHosts.IsPublicSource(m.Host, ImageReference.DockerHub) && KnownHosts.RetiredOrNull(m.Host) is null) is not { } mirror || past.Count == 0)
            return;
        scene.Add(new(MirrorPitfalls.HubOnly, mirror.Place, new Fact("mirror", mirror.Host), new Fact("count", past.Select(u => u.Image.Name).Distinct().Count()),
            new Fact("image", past[0].Image.Text), new Fact("where", past[0].Place.ToString())));
    }

    /// <summary>The list without the mirrors that are no more: one edit for all of them. Null when there are none.</summary>
    private static Edit? WithoutRetired(TextFile file, List<JsonValue> entries)
    {
        var kept = entries.Where(e => KnownHosts.RetiredOrNull(KnownHosts.HostOf(e.Text!)) is null).Select(Quoted).ToList();
        if (kept.Count == entries.Count)
            return null;
        var (start, end) = (entries[0].Start - 1, entries[^1].Start + entries[^1].Length + 1);
        // The comma and the line's end between the first two stand between all.
        var between = entries.Count > 1 ? file.Text[(entries[0].Start + entries[0].Length + 1)..(entries[1].Start - 1)] : "";
        return new(file, start, end - start, string.Join(between, kept));

        string Quoted(JsonValue entry) => file.Text.Substring(entry.Start - 1, entry.Length + 2);
    }

    private static IEnumerable<JsonValue> Strings(JsonValue? list) => list?.Children.Select(c => c.Value).Where(v => v.Kind is JsonTokenType.String) ?? [];
}
