using System.Text.RegularExpressions;
using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>Finds the images that a repository has pulled. A name with variables whose values nobody knows here is left out, and so is one that is built in the repository.</summary>
internal static partial class ImageUses
{
    public static IReadOnlyList<ImageUse> Find(Scene scene, IReadOnlyDictionary<TextFile, DockerfileText> dockerfiles)
    {
        var built = BuiltImages.Find(scene);
        var uses = new List<ImageUse>();
        foreach (var (file, text) in dockerfiles)
            AddDockerfile(uses, file, text);
        foreach (var workplace in scene.Workplaces)
        {
            if (workplace.File is not { } file)
                continue;
            foreach (var (name, place, kind) in workplace.Documents.Count > 0 ? YamlImages.Find(workplace, file) : file.Name.Contains("enkinsfile", StringComparison.OrdinalIgnoreCase) ? OfJenkins(file) : [])
                Add(uses, name, place, kind);
        }
        var replaced = Kustomized(scene);
        return [.. uses.Where(u => !built.Contains(u.Image.Name) && !(u.Kind is ImageUseKind.Kubernetes && replaced.Contains(u.Image.Name))).Distinct()];
    }

    /// <summary>Images whose names, tags or digests a kustomization puts in place of what manifests say.</summary>
    private static HashSet<string> Kustomized(Scene scene)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in scene.Named("kustomization.yaml", "kustomization.yml"))
        {
            foreach (var entry in (YamlFile.ParseOrNull(file, scene.Files) ?? []).Select(d => d.RootNode.ChildOrNull("images")).OfType<YamlDotNet.RepresentationModel.YamlSequenceNode>().SelectMany(l => l.Children))
            {
                if (entry.ChildOrNull("name").TextOrNull() is { } name && ImageReference.ParseOrNull(name) is { } image)
                    names.Add(image.Name);
            }
        }
        return names;
    }

    private static void Add(List<ImageUse> uses, string? name, Place place, ImageUseKind kind)
    {
        if (name is not null && name.AsSpan().IndexOfAny('$', '{', '%') < 0 && ImageReference.ParseOrNull(name.Trim()) is { } image)
            uses.Add(new(image, place, kind));
    }

    private static void AddDockerfile(List<ImageUse> uses, TextFile file, DockerfileText text)
    {
        if (text.Syntax is { } syntax)
            Add(uses, syntax.Text, file.AtLine(syntax.Line), ImageUseKind.Syntax);
        var stages = DockerStage.Of(text);
        foreach (var stage in stages)
        {
            if (stage.Parent is null && stage.Base is not (null or "scratch"))
                Add(uses, stage.Base, file.AtLine(stage.Line), ImageUseKind.From);
            foreach (var instruction in stage.Instructions)
            {
                if (instruction.Keyword is "COPY" && instruction.FlagOrNull("--from") is { } from)
                    AddFrom(from.Text, from.Line);
                foreach (var (options, line) in instruction.Mounts)
                {
                    if (options.TryGetValue("from", out var mounted))
                        AddFrom(mounted, line);
                }
            }
        }

        void AddFrom(string name, int line)
        {
            // A number is a stage's; the context of the build has no name.
            if (name.Length == 0 || name == "scratch" || name.All(char.IsAsciiDigit) || DockerStage.FindOrNull(stages, name) is not null)
                return;
            // One word may be a context that is given a name on the command line: "--build-context assets=…".
            if (name.AsSpan().IndexOfAny('/', ':', '@') < 0 && !WellKnown.Contains(name))
                return;
            Add(uses, name, file.AtLine(line), ImageUseKind.CopyFrom);
        }
    }

    /// <summary>Docker Hub's own images that files are often taken from.</summary>
    private static readonly HashSet<string> WellKnown = new(StringComparer.Ordinal) { "alpine", "busybox", "composer", "docker", "golang", "maven", "nginx", "node", "php", "python", "ruby", "rust" };

    /// <summary><c>docker { image 'a' }</c>, <c>docker.image('a')</c>, and the lines <c>image: a</c> of a pod's YAML within a Jenkinsfile.</summary>
    private static IEnumerable<(string?, Place, ImageUseKind)> OfJenkins(TextFile file)
    {
        for (var line = 1; line <= file.LineCount; line++)
        {
            var text = file.Line(line);
            if (text.Length > MaxLine || text.TrimStart() is ['/', '/', ..] or ['#', ..] or ['*', ..])
                continue;
            foreach (Match match in JenkinsImage().Matches(text.ToString()))
                yield return (match.Groups["name"].Value, file.AtLine(line), ImageUseKind.Pipeline);
        }
    }

    /// <summary>Longer lines are no people's.</summary>
    private const int MaxLine = 2000;

    [GeneratedRegex("""\bimage(?:\s*\(?\s*(?<q>['"])|:[ \t]*(?<q>['"]?))(?<name>[A-Za-z0-9][^'"\s#]*)\k<q>""", RegexOptions.CultureInvariant)]
    private static partial Regex JenkinsImage();
}
