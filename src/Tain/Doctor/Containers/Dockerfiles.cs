using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

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
            foreach (var (text, first) in workplace.Documents.SelectMany(d => ComposeFiles.Dockerfiles(d.RootNode, workplace.File!)))
            {
                if (DockerfileLexer.ParseOrNull(text, scene.Files, first) is { } inline)
                    read.Add(text, inline);
            }
        }
        return read;
    }
}
