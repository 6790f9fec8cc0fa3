using Tain.Doctor.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The images in a chart's values: <c>image: name:tag</c>, or <c>image:</c> with registry, repository, tag and digest.</summary>
internal static class HelmValues
{
    /// <summary>Keys beside a repository or an image's name that charts put in front of it, each in its own way.</summary>
    private static readonly string[] Prefixes = ["hub", "prefix", "host", "org", "organization", "project", "namespace", "imageRegistry", "imageRepository", "repo", "repositoryPrefix"];

    public static IEnumerable<NamedImage> Find(Scene scene)
    {
        var charts = scene.Paths.Where(p => Path.GetFileName(p) == ContainerFiles.Chart).Select(p => Path.GetDirectoryName(p)).ToHashSet(StringComparer.Ordinal);
        foreach (var path in scene.Paths.Where(p => ContainerFiles.IsValues(Path.GetFileName(p)) && charts.Contains(Path.GetDirectoryName(p))))
        {
            // What is no YAML was named already when it is taken for a manifest.
            if (scene.Files.ReadOrNull(path) is not { } file || (scene.Files.PassedOver.Any(p => p.Shown == file.Shown) ? [] : YamlFile.ParseOrNull(file, scene.Files) ?? []) is not [{ RootNode: var root }, ..])
                continue;
            var global = root.ChildOrNull("global");
            // One registry for all of them, which the chart puts in front of every name.
            var registry = Text(global.ChildOrNull("imageRegistry")) ?? Text(global.ChildOrNull("image").ChildOrNull("registry")) ?? Text(global.ChildOrNull("registry"));
            // Values for a certain place, and for charts within, add to others, which may name a registry.
            var isWhole = file.Name is "values.yaml" or "values.yml" && !(scene.Files.ReadOrNull(Path.Join(Path.GetDirectoryName(path), ContainerFiles.Chart))?.Text.Contains("dependencies:", StringComparison.Ordinal) ?? false);
            var isPrefixed = Prefixes.Any(p => Text(global.ChildOrNull(p)) is not null || Text(root.ChildOrNull(p)) is not null);
            foreach (var map in YamlFile.Mappings(root))
            {
                // A word alone is a part of a name that the template puts together.
                bool? isPart = registry is not null || isPrefixed ? true : null;
                foreach (var (key, value) in map.Children)
                {
                    if (key.TextOrNull() is not { } name || !(name == "image" || name.EndsWith("Image", StringComparison.Ordinal)))
                        continue;
                    if (value is YamlScalarNode && Text(value) is { } text && text.AsSpan().IndexOfAny('/', ':') >= 0 && !(isPart ??= HasPrefix(map) || map.ChildOrNull("registry") is not null || map.ChildOrNull("repository") is not null))
                        yield return new(text, file.At(value), ImageUseKind.Value) { IsTagOpen = IsWithoutTag(text) };
                    else if (value is YamlMappingNode && !isPrefixed && OfMapping(value, registry, isWhole, file) is { } image)
                        yield return image;
                }
            }
        }
    }

    /// <summary>The image that such a mapping is; null when it is none, or is put together in a way that only the template knows.</summary>
    /// <param name="registry">What stands in front whatever the mapping says; null for nothing.</param>
    /// <param name="isWhole">Whether all that is not said here is nothing; else a host has to be.</param>
    public static NamedImage? OfMapping(YamlNode image, string? registry, bool isWhole, TextFile file)
    {
        if (HasPrefix(image) || image.ChildOrNull("repository") is not YamlScalarNode node || Text(node) is not { } repository || Text(image.ChildOrNull("name")) is not null)
            return null;
        registry ??= Text(image.ChildOrNull("registry"));
        if (registry is null && !isWhole && repository.Split('/')[0].AsSpan().IndexOfAny('.', ':') < 0)
            return null;
        var name = registry is null ? repository : $"{registry.TrimEnd('/')}/{repository}";
        var (tag, digest) = (image.ChildOrNull("tag"), Text(image.ChildOrNull("digest")) ?? Text(image.ChildOrNull("sha")));
        // Without a tag it is the chart's appVersion; what has a digest is as fixed as can be, however the chart writes it.
        return digest is not null || Text(tag) is not { } version
            ? new(name, file.At(node), ImageUseKind.Value) { IsTagOpen = true }
            : new($"{name}:{version}", file.At(tag!), ImageUseKind.Value);
    }

    private static bool HasPrefix(YamlNode map) => Prefixes.Any(p => Text(map.ChildOrNull(p)) is not null);

    private static bool IsWithoutTag(string text) => !text.AsSpan(text.LastIndexOf('/') + 1).ContainsAny(':', '@');

    /// <summary>Null for what is empty: <c>""</c>, <c>~</c>, <c>null</c>.</summary>
    private static string? Text(YamlNode? node)
        => node is YamlScalarNode { Value: { Length: > 0 } value } scalar && !(scalar.Style is ScalarStyle.Plain && value is "~" or "null") ? value : null;
}
