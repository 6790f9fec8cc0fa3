using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The images that YAML files name: compose files, Kubernetes manifests, pipelines.</summary>
internal static class YamlImages
{
    public static IEnumerable<NamedImage> Find(Workplace workplace, TextFile file, FileReader files)
        => workplace.Documents.Select(d => d.RootNode).SelectMany(root => WorkplaceNames.IsCompose(file.Name) ? ComposeFiles.Images(root, file, files)
            : workplace.Kind is WorkplaceKind.Pipeline ? PipelineImages.Find(root, workplace.Pipeline, file)
            : workplace.Kind is WorkplaceKind.Deployment ? ManifestImages.Find(root, file)
            : []);

    internal static IEnumerable<YamlNode> Members(YamlNode? node) => node is YamlMappingNode map ? map.Children.Values : [];
}
