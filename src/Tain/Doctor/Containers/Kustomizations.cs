using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The <c>images</c> of kustomizations: what runs in place of what manifests say.</summary>
internal static class Kustomizations
{
    /// <param name="replaced">Names of images that are replaced.</param>
    public static IReadOnlyList<NamedImage> Find(Scene scene, out HashSet<string> replaced)
    {
        replaced = new(StringComparer.Ordinal);
        var found = new List<NamedImage>();
        foreach (var file in scene.Named("kustomization.yaml", "kustomization.yml"))
        {
            foreach (var entry in (YamlFile.ParseOrNull(file, scene.Files) ?? []).Select(d => d.RootNode.ChildOrNull("images")).OfType<YamlSequenceNode>().SelectMany(l => l.Children))
            {
                if (entry.ChildOrNull("name").TextOrNull() is not { } name || ImageReference.ParseOrNull(name) is not { } image)
                    continue;
                replaced.Add(image.Name);
                var (tag, digest) = (entry.ChildOrNull("newTag"), entry.ChildOrNull("digest"));
                var newName = entry.ChildOrNull("newName");
                // The tag of a name alone is the manifests'.
                var isOpen = tag is null && digest is null;
                found.Add(new($"{newName.TextOrNull() ?? name}{(tag is null ? "" : ":" + tag.TextOrNull())}{(digest is null ? "" : "@" + digest.TextOrNull())}", file.At(tag ?? newName ?? entry), ImageUseKind.Value) { IsTagOpen = isOpen });
            }
        }
        return found;
    }
}
