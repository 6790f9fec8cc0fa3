using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The services of a compose file (docs.docker.com/reference/compose-file).</summary>
internal static class ComposeFiles
{
    /// <summary><c>image:</c> of services that are not built here.</summary>
    public static IEnumerable<NamedImage> Images(YamlNode root, TextFile file, FileReader files)
    {
        Dictionary<string, string>? variables = null;
        foreach (var service in YamlImages.Members(root.ChildOrNull("services")))
        {
            if (service.ChildOrNull("build") is not null || service.ChildOrNull("pull_policy").TextOrNull() is "never" or "build" || service.ChildOrNull("image") is not YamlScalarNode { Value: { } image } node)
                continue;
            if (image.Contains('$', StringComparison.Ordinal))
                image = Interpolation.Expand(image, name => (variables ??= Environment(file, files)).GetValueOrDefault(name));
            yield return new(image, file.At(node), ImageUseKind.Compose);
        }
    }

    /// <summary>What the .env beside the compose file says.</summary>
    private static Dictionary<string, string> Environment(TextFile file, FileReader files)
    {
        var path = Path.Join(Path.GetDirectoryName(file.Path), ".env");
        // It may be a folder of Python's, which is no news.
        return File.Exists(path) && files.ReadOrNull(path) is { } env ? Interpolation.Assigned(env.Text) : new(StringComparer.Ordinal);
    }
}
