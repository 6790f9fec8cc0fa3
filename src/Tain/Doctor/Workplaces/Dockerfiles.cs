using Tain.Doctor.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Workplaces;

/// <summary>The Dockerfiles of a repository.</summary>
internal static class Dockerfiles
{
    /// <summary>In the files' order, then those within compose files. Earthfiles and docker-bake files build images too, and are none.</summary>
    public static IReadOnlyDictionary<TextFile, DockerfileText> ReadAll(Scene scene)
    {
        var read = new Dictionary<TextFile, DockerfileText>();
        foreach (var file in scene.Workplaces.Where(s => s.Kind is WorkplaceKind.Image).Select(s => s.File).OfType<TextFile>().Where(f => WorkplaceNames.IsDockerfile(f.Name)))
        {
            if (DockerfileLexer.ParseOrNull(file, scene.Files) is { } text)
                read.TryAdd(file, text);
        }
        foreach (var workplace in scene.Workplaces.Where(s => s.File is not null && WorkplaceNames.IsCompose(s.File.Name)))
        {
            foreach (var (text, first) in workplace.Documents.SelectMany(d => Inline(d.RootNode, workplace.File!)))
            {
                if (DockerfileLexer.ParseOrNull(text, scene.Files, first) is { } inline)
                    read.Add(text, inline);
            }
        }
        return read;
    }

    /// <summary>The Dockerfiles that stand in <c>dockerfile_inline</c>, each as a text of the compose file whose lines have the same numbers, and the number of its first.</summary>
    private static IEnumerable<(TextFile Text, int FirstLine)> Inline(YamlNode root, TextFile file)
    {
        foreach (var service in (root.ChildOrNull("services") as YamlMappingNode)?.Children.Values ?? [])
        {
            // Of other styles the lines are not the file's.
            if (service.ChildOrNull("build").ChildOrNull("dockerfile_inline") is YamlScalarNode { Style: ScalarStyle.Literal, Value: { } text } node)
                yield return (new(file.Path, file.Shown, new string('\n', (int)node.Start.Line) + text), (int)node.Start.Line + 1);
        }
    }
}
