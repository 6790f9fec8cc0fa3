using Tain.Doctor.Files;
using YamlDotNet.Core;
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
            var mirrors = ((Child(mirror, "endpoint") as YamlSequenceNode)?.Children ?? []).OfType<YamlScalarNode>()
                .Where(e => e.Value is { Length: > 0 }).Select(e => new Mirror(e.Value!, file.At(e))).Select(m => m with { IsPlain = Child(root.ChildOrNull("configs").ChildOrNull(m.Host), "tls") is null }).ToList();
            if (mirrors.Count > 0)
                MirrorList.AddWrongName(scene, file.At(key), key.Value!);
            MirrorList.Check(scene, key.Value == "*" ? "" : key.Value!, mirrors);
        }
        foreach (var (key, config) in Entries(root.ChildOrNull("configs")))
        {
            if (Child(Child(config, "tls"), "insecure_skip_verify") is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } value } skip && True.Contains(value))
                MirrorList.AddInsecure(scene, file.At(skip), "insecure_skip_verify: true", KnownHosts.HostOf(key.Value!));
        }
    }

    /// <summary>What Go's YAML takes for true where a truth value is wanted (go-yaml, <c>resolve.go</c> and <c>decode.go</c>).</summary>
    private static readonly HashSet<string> True = new(StringComparer.Ordinal) { "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON" };

    /// <summary>Mappings merged into mappings.</summary>
    private const int MaxMerges = 4;

    /// <summary>The child, or what <c>&lt;&lt;: *anchor</c> brings in.</summary>
    private static YamlNode? Child(YamlNode? node, string key, int merges = 0)
        => node.ChildOrNull(key) is { } own ? own
            : merges == MaxMerges ? null
            : node.ChildOrNull("<<") switch
            {
                YamlMappingNode one => Child(one, key, merges + 1),
                YamlSequenceNode many => many.Children.Take(MaxMerges).Select(m => Child(m, key, merges + 1)).FirstOrDefault(c => c is not null),
                _ => null,
            };

    /// <summary>A repository's YAML files have all been read, and named where they make no sense.</summary>
    private static IReadOnlyList<YamlDocument>? Documents(Scene scene, TextFile file)
        => scene.Paths.Contains(file.Path) ? YamlFile.TryParse(file.Text, out var documents, out _, out _) ? documents : null : YamlFile.ParseOrNull(file, scene.Files);

    private static IEnumerable<(YamlScalarNode Key, YamlNode Value)> Entries(YamlNode? node)
        => node is YamlMappingNode map ? map.Children.Where(c => c.Key is YamlScalarNode { Value: not null }).Select(c => ((YamlScalarNode)c.Key, c.Value)) : [];
}
