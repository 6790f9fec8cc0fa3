using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>Where the jobs of pipelines run, and the services beside them.</summary>
internal static class PipelineImages
{
    public static IEnumerable<NamedImage> Find(YamlNode root, PipelineKind pipeline, TextFile file)
    {
        if (pipeline is PipelineKind.GitLab)
            return GitLab(root, file);
        var nodes = pipeline switch
        {
            PipelineKind.Actions => Actions(root),
            // Beside "docker:" lists there are "machine: image:", which are virtual machines.
            PipelineKind.CircleCi => YamlFile.Mappings(root).Select(m => m.ChildOrNull("docker")).OfType<YamlSequenceNode>().SelectMany(l => l.Children).Select(c => c.ChildOrNull("image")).OfType<YamlNode>(),
            PipelineKind.Steps => YamlFile.Mappings(root).Select(m => m.ChildOrNull("image")).OfType<YamlNode>().Select(i => i.ChildOrNull("name") ?? i),
            _ => [],
        };
        return nodes.Select(n => new NamedImage(Name(n), file.At(n), ImageUseKind.Pipeline));
    }

    /// <summary><c>container:</c> and <c>services:</c> of GitHub's jobs, and steps that are images.</summary>
    private static IEnumerable<YamlNode> Actions(YamlNode root)
    {
        foreach (var job in YamlImages.Members(root.ChildOrNull("jobs")))
        {
            if (job.ChildOrNull("container") is { } container && (container is YamlScalarNode ? container : container.ChildOrNull("image")) is { } image)
                yield return image;
            foreach (var service in YamlImages.Members(job.ChildOrNull("services")))
            {
                if (service.ChildOrNull("image") is { } beside)
                    yield return beside;
            }
        }
        foreach (var map in YamlFile.Mappings(root))
        {
            foreach (var key in (string[])["uses", "image"])
            {
                if (map.ChildOrNull(key) is YamlScalarNode { Value: { } value } step && value.StartsWith("docker://", StringComparison.Ordinal))
                    yield return step;
            }
        }
    }

    /// <summary><c>image:</c> and <c>services:</c>, each a name or a map with one, of all jobs and for all.</summary>
    private static IEnumerable<NamedImage> GitLab(YamlNode root, TextFile file)
    {
        var variables = new Lazy<IReadOnlyDictionary<string, string>>(() => GitLabVariables(root));
        return from place in GitLabPlaces(root)
               from image in (IEnumerable<YamlNode?>)[place.ChildOrNull("image"), .. (place.ChildOrNull("services") as YamlSequenceNode)?.Children ?? []]
               let name = image is YamlMappingNode ? image.ChildOrNull("name") : image
               where name is not null
               let text = Name(name)
               select new NamedImage(text is null || !text.Contains('$', StringComparison.Ordinal) ? text : Interpolation.Expand(text, v => variables.Value.GetValueOrDefault(v)), file.At(name), ImageUseKind.Pipeline);
    }

    /// <summary>Variables that have one value wherever the file gives them one: which job's counts where is a long story.</summary>
    private static Dictionary<string, string> GitLabVariables(YamlNode root)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var map in YamlFile.Mappings(root))
        {
            foreach (var (key, value) in map.ChildOrNull("variables") is YamlMappingNode set ? set.Children : Enumerable.Empty<KeyValuePair<YamlNode, YamlNode>>())
            {
                if (key.TextOrNull() is { } name)
                    Add(name, (value is YamlMappingNode ? value.ChildOrNull("value") : value).TextOrNull());
            }
            // The lists of a matrix give one job many.
            foreach (var name in ((map.ChildOrNull("matrix") as YamlSequenceNode)?.Children ?? []).OfType<YamlMappingNode>().SelectMany(m => m.Children.Keys).Select(k => k.TextOrNull()).OfType<string>())
                Add(name, null);
        }
        return values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!, StringComparer.Ordinal);

        void Add(string name, string? value) => values[name] = values.TryGetValue(name, out var before) && before != value ? null : value;
    }

    /// <summary>The words that a GitLab pipeline starts its services of <c>docker:dind</c> with.</summary>
    public static IEnumerable<IReadOnlyList<(string Text, Place Place)>> DockerFlags(Workplace workplace, TextFile file)
    {
        if (workplace.Pipeline is not PipelineKind.GitLab)
            return [];
        return from document in workplace.Documents
               from place in GitLabPlaces(document.RootNode)
               from service in (place.ChildOrNull("services") as YamlSequenceNode)?.Children ?? []
               where service.ChildOrNull("name").TextOrNull()?.Contains("dind", StringComparison.Ordinal) ?? false
               let command = service.ChildOrNull("command") as YamlSequenceNode
               where command is not null
               select (IReadOnlyList<(string, Place)>)[.. command.Children.OfType<YamlScalarNode>().Select(w => (w.Value ?? "", file.At(w)))];
    }

    /// <summary>The pipeline itself, what its jobs have in common, and its jobs.</summary>
    private static IEnumerable<YamlNode> GitLabPlaces(YamlNode root)
        => root is YamlMappingNode map ? [root, .. map.Children.Where(c => c.Key is YamlScalarNode { Value: { } key } && (YamlJobs.IsGitLabJob(key) || key == "default")).Select(c => c.Value)] : [];

    private static string? Name(YamlNode node)
        => node.TextOrNull() is { } text ? text.StartsWith("docker://", StringComparison.Ordinal) ? text["docker://".Length..] : text : null;
}
