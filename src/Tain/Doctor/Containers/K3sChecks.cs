using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The <c>registries.yaml</c> of k3s and RKE2, which they make containerd's hosts.toml files of (docs.k3s.io/installation/private-registry).</summary>
internal static class K3sChecks
{
    public static void Run(Scene scene, TextFile file)
    {
        if (Documents(scene, file) is not [{ RootNode: YamlMappingNode root }, ..])
            return;
        foreach (var (key, mirror) in Entries(root.ChildOrNull("mirrors")))
        {
            var mirrors = ((mirror.ChildOrNull("endpoint") as YamlSequenceNode)?.Children ?? []).OfType<YamlScalarNode>()
                .Where(e => e.Value is { Length: > 0 }).Select(e => new Mirror(e.Value!, file.At(e))).Select(m => m with { IsPlain = root.ChildOrNull("configs").ChildOrNull(m.Host).ChildOrNull("tls") is null }).ToList();
            if (mirrors.Count > 0)
                MirrorList.AddWrongName(scene, file.At(key), key.Value!);
            MirrorList.Check(scene, key.Value == "*" ? "" : key.Value!, mirrors);
        }
        foreach (var (key, config) in Entries(root.ChildOrNull("configs")))
        {
            if (config.ChildOrNull("tls").ChildOrNull("insecure_skip_verify") is YamlScalarNode { Value: "true" } skip)
                MirrorList.AddInsecure(scene, file.At(skip), "insecure_skip_verify: true", KnownHosts.HostOf(key.Value!));
        }
    }

    /// <summary>A repository's YAML files have all been read, and named where they make no sense.</summary>
    private static IReadOnlyList<YamlDocument>? Documents(Scene scene, TextFile file)
        => scene.Paths.Contains(file.Path) ? YamlFile.TryParse(file.Text, out var documents, out _, out _) ? documents : null : YamlFile.ParseOrNull(file, scene.Files);

    private static IEnumerable<(YamlScalarNode Key, YamlNode Value)> Entries(YamlNode? node)
        => node is YamlMappingNode map ? map.Children.Where(c => c.Key is YamlScalarNode { Value: not null }).Select(c => ((YamlScalarNode)c.Key, c.Value)) : [];
}
