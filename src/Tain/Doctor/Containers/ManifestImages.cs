using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The images of Kubernetes' manifests, and of what is written like one.</summary>
internal static class ManifestImages
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>Where Tekton's tasks and Argo's workflows have theirs.</summary>
    private static readonly string[] Steps = ["steps", "sidecars", "stepTemplate", "container", "script"];

    /// <summary>Their values are anything.</summary>
    private static readonly string[] NoPods = ["ConfigMap", "Secret", "CustomResourceDefinition"];

    /// <summary>Lists of containers at any depth, in a Deployment, within a CronJob's templates, within a List; and what else says <c>image:</c>.</summary>
    public static IEnumerable<NamedImage> Find(YamlNode root, TextFile file)
    {
        if (root.ChildOrNull("apiVersion").TextOrNull() is not { } version)
            yield break;
        var isPipeline = version.StartsWith("tekton.dev/", StringComparison.Ordinal) || (version.StartsWith("argoproj.io/", StringComparison.Ordinal) && (root.ChildOrNull("kind").TextOrNull() ?? "").Contains("Workflow", StringComparison.Ordinal));
        var known = new Dictionary<YamlNode, ImageUseKind>(ReferenceEqualityComparer.Instance);
        var hasPods = !NoPods.Contains(root.ChildOrNull("kind").TextOrNull());
        // From the outside in: who is in a list has been seen in its parent.
        foreach (var map in YamlFile.Mappings(root))
        {
            foreach (var container in ContainerLists.Select(map.ChildOrNull).OfType<YamlSequenceNode>().SelectMany(l => l.Children))
                known.TryAdd(container, isPipeline ? ImageUseKind.Pipeline : ImageUseKind.Kubernetes);
            foreach (var child in isPipeline ? Steps.Select(map.ChildOrNull) : [])
            {
                foreach (var step in child is YamlSequenceNode list ? list.Children : child is null ? [] : (IList<YamlNode>)[child])
                    known.TryAdd(step, ImageUseKind.Pipeline);
            }
            // "Never" is for images that are put on the node by hand.
            if (map.ChildOrNull("image") is not { } image || map.ChildOrNull("imagePullPolicy").TextOrNull() == "Never")
                continue;
            if (known.TryGetValue(map, out var kind))
                yield return new(image.TextOrNull(), file.At(image), kind);
            // Elsewhere it may be a disk's or a picture: those have no tag. A HelmRelease and an Application have a chart's values within.
            else if (hasPods && image.TextOrNull() is { } text && text.AsSpan(text.LastIndexOf('/') + 1).ContainsAny(':', '@'))
                yield return new(text, file.At(image), ImageUseKind.Value);
            else if (hasPods && image is YamlMappingNode && !file.Text.Contains("imageRegistry", StringComparison.Ordinal) && HelmValues.OfMapping(image, registry: null, isWhole: false, file) is { } value)
                yield return value;
        }
    }
}
