using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

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
            foreach (var named in workplace.Documents.Count > 0 ? YamlImages.Find(workplace, file, scene.Files) : file.Name.Contains("enkinsfile", StringComparison.OrdinalIgnoreCase) ? OfJenkins(file) : [])
                Add(uses, named);
            if (workplace.Kind is WorkplaceKind.Pipeline)
            {
                // A word by itself may well be what an earlier line has built or loaded.
                foreach (var named in ScriptImages.Find(workplace, file))
                    Add(uses, named, i => i.Text.Contains('/', StringComparison.Ordinal) || OfficialImages.Has(i));
            }
        }
        var overlays = Kustomizations.Find(scene, out var replaced);
        foreach (var named in overlays.Concat(HelmValues.Find(scene)).Concat(DevContainers(scene)).Concat(Workflows(scene)))
            Add(uses, named);
        return [.. uses.Where(u => !built.Contains(u.Image) && !(u.Kind is ImageUseKind.Kubernetes && replaced.Contains(u.Image.Name))).Distinct()];
    }

    private static IEnumerable<NamedImage> DevContainers(Scene scene)
    {
        foreach (var file in scene.Paths.Where(p => WorkplaceNames.IsDevContainer(Path.GetFileName(p))).Select(scene.Files.ReadOrNull).OfType<TextFile>())
        {
            if (JsonFile.ParseOrNull(file, scene.Files)?["image"] is { StringOrNull: { } name } image)
                yield return new(name, file.At(image.Start), ImageUseKind.Compose);
        }
    }

    /// <summary>Argo's workflows have parameters in double braces, and are no templates of Helm's for that.</summary>
    private static IEnumerable<NamedImage> Workflows(Scene scene)
    {
        var read = scene.Workplaces.Select(w => w.File?.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in scene.Paths.Where(p => WorkplaceNames.IsYaml(p) && !read.Contains(p)))
        {
            if (scene.Files.ReadOrNull(path) is not { } file || !file.Text.Contains("argoproj.io/", StringComparison.Ordinal) || !file.Text.Contains("{{", StringComparison.Ordinal) || !YamlFile.TryParse(file.Text, out var documents, out _, out _))
                continue;
            foreach (var named in documents.SelectMany(d => ManifestImages.Find(d.RootNode, file)))
                yield return named;
        }
    }

    private static void Add(List<ImageUse> uses, NamedImage named, Func<ImageReference, bool>? isWanted = null)
    {
        if (named.Name?.Trim() is not { } name)
            return;
        var variable = name.AsSpan().IndexOfAny('$', '{', '%');
        // "acme/app:${TAG}": the name is known, and what follows may be anything.
        var known = variable < 0 ? name : NameBefore(name, variable);
        // GitHub has packages of Go's that ko makes images of, and no registry.
        if (known is null || ImageReference.ParseOrNull(known) is not { Registry: not "github.com" } image || !(isWanted?.Invoke(image) ?? true))
            return;
        uses.Add(new(variable < 0 ? image : image with { Text = known + name[known.Length] + "…" }, named.Place, named.Kind) { IsTagOpen = named.IsTagOpen || variable >= 0 });
    }

    /// <summary>What stands before the tag or digest that a variable is a part of; null when the variable is a part of the name.</summary>
    private static string? NameBefore(string name, int variable)
    {
        var end = name.AsSpan(0, variable).LastIndexOfAny(':', '@');
        // The colon of "registry:${PORT}/app" is a port's.
        return end > 0 && !name.AsSpan(end).Contains('/') ? name[..end] : null;
    }

    private static void AddDockerfile(List<ImageUse> uses, TextFile file, DockerfileText text)
    {
        if (text.Syntax is { } syntax)
            Add(uses, new(syntax.Text, file.AtLine(syntax.Line), ImageUseKind.Syntax));
        var stages = DockerStage.Of(text);
        var names = stages.Select(s => s.Name).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var stage in stages)
        {
            if (stage.Parent is null && stage.Base != "scratch")
                Add(uses, new(stage.Written, file.AtLine(stage.Line), ImageUseKind.From));
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
            if (name.Length == 0 || name == "scratch" || name.All(char.IsAsciiDigit) || names.Contains(name))
                return;
            // One word may be a context that is given a name on the command line: "--build-context assets=…".
            if (name.AsSpan().IndexOfAny('/', ':', '@') < 0 && !WellKnown.Contains(name))
                return;
            Add(uses, new(name, file.AtLine(line), ImageUseKind.CopyFrom));
        }
    }

    /// <summary>Docker Hub's own images that files are often taken from.</summary>
    private static readonly HashSet<string> WellKnown = new(StringComparer.Ordinal) { "alpine", "busybox", "composer", "docker", "golang", "maven", "nginx", "node", "php", "python", "ruby", "rust" };

    /// <summary><c>docker { image 'a' }</c>, <c>docker 'a'</c>, <c>docker.image('a')</c>, and the lines <c>image: a</c> of a pod's YAML within a Jenkinsfile.</summary>
    private static IEnumerable<NamedImage> OfJenkins(TextFile file)
    {
        for (var line = 1; line <= file.LineCount; line++)
        {
            if (IsPassedOver(file.Line(line)))
                continue;
            foreach (Match match in JenkinsImage().Matches(file.Line(line).ToString()))
                yield return new(match.Groups["name"].Value, file.AtLine(line), ImageUseKind.Pipeline);
        }
        foreach (Match match in JenkinsAgent().Matches(file.Text))
        {
            var place = file.At(match.Groups["name"].Index);
            if (!IsPassedOver(file.Line(place.Line)))
                yield return new(match.Groups["name"].Value, place, ImageUseKind.Pipeline);
        }

        static bool IsPassedOver(ReadOnlySpan<char> text) => text.Length > MaxLine || text.TrimStart() is ['/', '/', ..] or ['#', ..] or ['*', ..];
    }

    /// <summary>Longer lines are no people's.</summary>
    private const int MaxLine = 2000;

    [GeneratedRegex("""\bimage(?:\s*\(?\s*(?<q>['"])|:[ \t]*(?<q>['"]?))(?<name>[A-Za-z0-9][^'"\s#]*)\k<q>""", RegexOptions.CultureInvariant)]
    private static partial Regex JenkinsImage();

    /// <summary>The short form, which has the name alone.</summary>
    [GeneratedRegex("""\bagent\s{0,100}\{\s{0,100}docker\s{0,100}\(?\s{0,100}(?<q>['"])(?<name>[A-Za-z0-9][^'"\s#]{0,1000})\k<q>""", RegexOptions.CultureInvariant)]
    private static partial Regex JenkinsAgent();
}
