using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The images that YAML files name: compose files, Kubernetes manifests, pipelines.</summary>
internal static class YamlImages
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>Keys of a GitLab pipeline that are no jobs; the two that may have an image are read by themselves.</summary>
    private static readonly HashSet<string> GitLabGlobals = new(StringComparer.Ordinal) { "stages", "variables", "include", "workflow", "pages", "cache", "before_script", "after_script", "image", "services", "spec" };

    public static IEnumerable<(string?, Place, ImageUseKind)> Find(Workplace workplace, TextFile file)
    {
        foreach (var root in workplace.Documents.Select(d => d.RootNode))
        {
            var images = WorkplaceNames.IsCompose(file.Name) ? Compose(root).Select(n => (n, ImageUseKind.Compose))
                : workplace.Kind is WorkplaceKind.Pipeline ? Pipeline(root, file).Select(n => (n, ImageUseKind.Pipeline))
                : workplace.Kind is WorkplaceKind.Deployment ? Manifest(root).Select(n => (n, ImageUseKind.Kubernetes))
                : [];
            foreach (var (node, kind) in images)
                yield return (Name(node), file.At(node), kind);
        }
    }

    /// <summary><c>image:</c> of services that are not built here.</summary>
    private static IEnumerable<YamlNode> Compose(YamlNode root)
        => from service in Members(root.ChildOrNull("services"))
           where service.ChildOrNull("build") is null && service.ChildOrNull("pull_policy").TextOrNull() is not ("never" or "build")
           let image = service.ChildOrNull("image")
           where image is not null
           select image;

    /// <summary>Lists of containers at any depth: in a Deployment, within a CronJob's templates, within a List.</summary>
    private static IEnumerable<YamlNode> Manifest(YamlNode root)
    {
        if (root.ChildOrNull("apiVersion") is null)
            yield break;
        foreach (var map in YamlFile.Mappings(root))
        {
            foreach (var list in ContainerLists.Select(map.ChildOrNull).OfType<YamlSequenceNode>())
            {
                foreach (var container in list.Children)
                {
                    // "Never" is for images that are put on the node by hand.
                    if (container.ChildOrNull("image") is { } image && container.ChildOrNull("imagePullPolicy").TextOrNull() != "Never")
                        yield return image;
                }
            }
        }
    }

    private static IEnumerable<YamlNode> Pipeline(YamlNode root, TextFile file)
    {
        var path = file.Path;
        if (path.Contains("/workflows/", StringComparison.Ordinal) || file.Name is "action.yml" or "action.yaml")
            return Actions(root);
        if (IsGitLab(file))
            return GitLab(root);
        if (path.Contains("/.circleci/", StringComparison.Ordinal))
            // Beside "docker:" lists there are "machine: image:", which are virtual machines.
            return YamlFile.Mappings(root).Select(m => m.ChildOrNull("docker")).OfType<YamlSequenceNode>().SelectMany(l => l.Children).Select(c => c.ChildOrNull("image")).OfType<YamlNode>();
        if (file.Name is ".drone.yml" or ".woodpecker.yml" or "bitbucket-pipelines.yml" || path.Contains("/.woodpecker/", StringComparison.Ordinal))
            return YamlFile.Mappings(root).Select(m => m.ChildOrNull("image")).OfType<YamlNode>().Select(i => i.ChildOrNull("name") ?? i);
        return [];
    }

    /// <summary><c>container:</c> and <c>services:</c> of GitHub's jobs, and steps that are images.</summary>
    private static IEnumerable<YamlNode> Actions(YamlNode root)
    {
        foreach (var job in Members(root.ChildOrNull("jobs")))
        {
            if (job.ChildOrNull("container") is { } container && (container is YamlScalarNode ? container : container.ChildOrNull("image")) is { } image)
                yield return image;
            foreach (var service in Members(job.ChildOrNull("services")))
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
    private static IEnumerable<YamlNode> GitLab(YamlNode root)
    {
        return from place in GitLabPlaces(root)
               from image in (IEnumerable<YamlNode?>)[place.ChildOrNull("image"), .. (place.ChildOrNull("services") as YamlSequenceNode)?.Children ?? []]
               let name = image is YamlMappingNode ? image.ChildOrNull("name") : image
               where name is not null
               select name;
    }

    /// <summary>The words that a GitLab pipeline starts its services of <c>docker:dind</c> with.</summary>
    public static IEnumerable<IReadOnlyList<(string Text, Place Place)>> DockerFlags(Workplace workplace, TextFile file)
    {
        if (workplace.Kind is not WorkplaceKind.Pipeline || !IsGitLab(file))
            return [];
        return from document in workplace.Documents
               from place in GitLabPlaces(document.RootNode)
               from service in (place.ChildOrNull("services") as YamlSequenceNode)?.Children ?? []
               where service.ChildOrNull("name").TextOrNull()?.Contains("dind", StringComparison.Ordinal) ?? false
               let command = service.ChildOrNull("command") as YamlSequenceNode
               where command is not null
               select (IReadOnlyList<(string, Place)>)[.. command.Children.OfType<YamlScalarNode>().Select(w => (w.Value ?? "", file.At(w)))];
    }

    private static bool IsGitLab(TextFile file) => file.Name.Contains("gitlab-ci", StringComparison.Ordinal) || file.Path.Contains("/.gitlab", StringComparison.Ordinal);

    /// <summary>The pipeline itself, and its jobs.</summary>
    private static IEnumerable<YamlNode> GitLabPlaces(YamlNode root)
        => root is YamlMappingNode map ? [root, .. map.Children.Where(c => c.Key is YamlScalarNode { Value: { } key } && (!GitLabGlobals.Contains(key) || key == "pages")).Select(c => c.Value)] : [];

    private static string? Name(YamlNode node)
        => node.TextOrNull() is { } text ? text.StartsWith("docker://", StringComparison.Ordinal) ? text["docker://".Length..] : text : null;

    internal static IEnumerable<YamlNode> Members(YamlNode? node) => node is YamlMappingNode map ? map.Children.Values : [];
}
