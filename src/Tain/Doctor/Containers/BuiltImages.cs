using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The names that images get which are built in the repository: whoever uses them pulls nothing, or what the team itself has pushed.</summary>
internal sealed partial class BuiltImages
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>What stands behind a registry that only a variable knows: <c>shop/api</c> of <c>$REGISTRY/shop/api</c>.</summary>
    private readonly HashSet<string> _ends = new(StringComparer.Ordinal);

    public static BuiltImages Find(Scene scene)
    {
        var built = new BuiltImages();
        foreach (var workplace in scene.Workplaces)
        {
            if (workplace.File is not { } file)
                continue;
            foreach (var root in workplace.Documents.Select(d => d.RootNode))
                built.AddYaml(root, file, workplace.Kind);
            if (workplace.Kind is not WorkplaceKind.Image && HasTool(file))
                built.AddText(workplace.Text, file);
        }
        foreach (var path in scene.Paths.Where(p => ContainerFiles.IsBuild(Path.GetFileName(p))))
        {
            if (scene.Files.ReadOrNull(path) is { } file && (IsBake(file.Name) || HasTool(file)))
                built.AddText(file.Text, file);
        }
        return built;
    }

    public bool Contains(ImageReference image)
    {
        if (_names.Contains(image.Name))
            return true;
        if (_ends.Count == 0)
            return false;
        // One word behind a variable may be any registry's, but hardly a public one's.
        for (var slash = image.Name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = image.Name.IndexOf('/', slash + 1))
        {
            var end = image.Name[(slash + 1)..];
            if (_ends.Contains(end) && (end.Contains('/', StringComparison.Ordinal) ? !end.StartsWith("library/", StringComparison.Ordinal) : image.Registry != ImageReference.DockerHub && !KnownHosts.IsPublicRegistry(image.Registry)))
                return true;
        }
        return false;
    }

    private static bool HasTool(TextFile file) => Tools.Any(t => file.Text.Contains(t, StringComparison.Ordinal));

    /// <summary>A file of <c>docker buildx bake</c>, whatever it is for: docker-bake.hcl, docker-bake.override.json.</summary>
    public static bool IsBake(string name) => name.StartsWith("docker-bake.", StringComparison.Ordinal) && (name.EndsWith(".hcl", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal));

    private static readonly string[] Tools = ["docker", "podman", "nerdctl", "buildah", "kaniko", "pack build"];

    private void AddYaml(YamlNode root, TextFile file, WorkplaceKind kind)
    {
        if (WorkplaceNames.IsCompose(file.Name))
        {
            foreach (var service in YamlImages.Members(root.ChildOrNull("services")).Where(s => s.ChildOrNull("build") is not null))
                AddAll([service.ChildOrNull("image"), .. Elements(service.ChildOrNull("build").ChildOrNull("tags"))]);
        }
        else if (file.Name.StartsWith(".goreleaser", StringComparison.Ordinal))
        {
            AddAll(YamlFile.Scalars(root).Where(s => s.Key is "image_templates" or "images" or "name_template" or "repository" or "repositories").Select(s => s.Node));
        }
        else if (file.Name.StartsWith("cloudbuild", StringComparison.Ordinal))
        {
            AddAll(Elements(root.ChildOrNull("images")));
        }
        else if (root.ChildOrNull("apiVersion").TextOrNull()?.StartsWith("skaffold/", StringComparison.Ordinal) ?? false)
        {
            AddAll(YamlFile.Mappings(root).SelectMany(m => Elements(m.ChildOrNull("artifacts"))).Select(a => a.ChildOrNull("image")));
        }
        else if (kind is WorkplaceKind.Pipeline && file.Text.Contains("uses:", StringComparison.Ordinal))
        {
            AddActions(root);
        }

        void AddAll(IEnumerable<YamlNode?> nodes)
        {
            foreach (var text in nodes.Select(n => n.TextOrNull()).OfType<string>())
                Add(WithPlainVariables(text), []);
        }

        static IEnumerable<YamlNode> Elements(YamlNode? list) => (list as YamlSequenceNode)?.Children ?? [];
    }

    /// <summary>Steps of GitHub's that build: docker/build-push-action, docker/metadata-action, redhat-actions/buildah-build and their like.</summary>
    private void AddActions(YamlNode root)
    {
        var steps = YamlFile.Mappings(root).ToList();
        var variables = steps.Select(m => m.ChildOrNull("env")).OfType<YamlMappingNode>().SelectMany(m => m.Children).Where(v => v is { Key: YamlScalarNode, Value: YamlScalarNode })
            .GroupBy(v => v.Key.TextOrNull() ?? "", v => v.Value.TextOrNull() ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (step.ChildOrNull("uses").TextOrNull() is not { } uses || uses.Contains("run", StringComparison.Ordinal) || !Builders.Any(b => uses.Contains(b, StringComparison.Ordinal)) || step.ChildOrNull("with") is not { } with)
                continue;
            foreach (var key in (string[])["tags", "images", "image", "image-name", "image_name", "repository", "name"])
            {
                foreach (var entry in (with.ChildOrNull(key).TextOrNull() is { } text ? WithPlainVariables(text) : "").Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    var name = entry.StartsWith("name=", StringComparison.Ordinal) ? entry["name=".Length..] : entry;
                    Add(name, variables);
                    if (with.ChildOrNull("registry").TextOrNull() is { } registry)
                        Add($"{WithPlainVariables(registry)}/{name}", variables);
                }
            }
        }
    }

    private static readonly string[] Builders = ["build", "docker", "metadata", "kaniko"];

    private void AddText(string text, TextFile file)
    {
        text = WithPlainVariables(text.Replace("\\\r\n", " ", StringComparison.Ordinal).Replace("\\\n", " ", StringComparison.Ordinal));
        var variables = Interpolation.Assigned(text);
        foreach (Match match in Named().Matches(text))
            Add(match.Groups["name"].Value, variables);
        foreach (var line in text.Split('\n').Where(l => l.Length < 4000))
        {
            foreach (Match match in IsBuildLine(line) ? TagOption().Matches(line).AsEnumerable() : [])
                Add(match.Groups["name"].Value, variables);
            foreach (Match match in TagOrPush().Matches(line))
            {
                foreach (var word in match.Groups["names"].Value.Split([' ', '\t', '"', '\'', '\\', ','], StringSplitOptions.RemoveEmptyEntries))
                    Add(word, variables);
            }
        }
        if (!IsBake(file.Name))
            return;
        foreach (Match list in BakeTags().Matches(text))
        {
            foreach (Match tag in Quoted().Matches(list.Groups["tags"].Value))
                Add(tag.Groups["name"].Value, variables);
        }
    }

    /// <summary>Makefiles often have the tool's name in a variable.</summary>
    private static bool IsBuildLine(string line)
        => (line.Contains(" build", StringComparison.Ordinal) || line.Contains(" bud ", StringComparison.Ordinal)) && (Tools.Any(t => line.Contains(t, StringComparison.Ordinal)) || VariableBuild().IsMatch(line));

    private const int MaxRounds = 4;

    private void Add(string written, Dictionary<string, string> variables)
    {
        // Variables of variables.
        var name = written.TrimEnd('\\');
        for (var round = 0; round < MaxRounds && name.Contains('$', StringComparison.Ordinal); round++)
        {
            if (Interpolation.Expand(name, variables.GetValueOrDefault) is not { } expanded)
                return;
            name = expanded;
        }
        // The tag is often a variable: it makes no difference.
        var variable = name.IndexOf('$', StringComparison.Ordinal);
        if (variable < 0 || (name.AsSpan(0, variable).LastIndexOf(':') is > 0 and var colon && !name.AsSpan(colon).Contains('/')))
        {
            var tag = variable < 0 ? name.Length : name.LastIndexOf(':', variable);
            if (ImageReference.ParseOrNull(name[..tag]) is { } image)
                _names.Add(image.Name);
            return;
        }
        var last = name.LastIndexOf('/');
        var known = name.AsSpan(last + 1).IndexOfAny(':', '@') is >= 0 and var end ? name[..(last + 1 + end)] : name;
        // Behind the last part that a variable is in.
        if (known.IndexOf('/', known.LastIndexOf('$') is >= 0 and var at ? at : 0) is >= 0 and var slash && ImageReference.ParseOrNull("example.com/" + known[(slash + 1)..]) is { } rest)
            _ends.Add(rest.Repository);
    }

    /// <summary><c>${{ env.A }}</c>, <c>$(A)</c> and <c>{{ a }}</c> as <c>${A}</c>; what is to be computed is a variable without a value.</summary>
    private static string WithPlainVariables(string text)
        => Braces().Replace(text, m =>
        {
            var inner = m.Groups["inner"].ValueSpan.Trim();
            inner = inner.StartsWith("env.") ? inner[4..] : inner;
            foreach (var c in inner)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                    return "${_}";
            }
            return $"${{{inner}}}";
        });

    [GeneratedRegex(@"\$?\{\{(?<inner>[^{}\n]{0,500})\}\}|\$\((?<inner>[^()\n]{0,500})\)", RegexOptions.CultureInvariant)]
    private static partial Regex Braces();

    [GeneratedRegex(@"\$\{\w{1,200}\}[ \t]{1,20}(?:buildx[ \t]{1,20})?build\b", RegexOptions.CultureInvariant)]
    private static partial Regex VariableBuild();

    [GeneratedRegex("""\s(?:-t|--tag)[\s=]\s*['"]?(?<name>[^\s'"]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex TagOption();

    /// <summary>kaniko's option, buildpacks' command, Jenkins' step and Tilt's functions.</summary>
    [GeneratedRegex("""(?:--destination[=\s]\s{0,20}|\bpack build\s{1,20}|\bdocker\.build\(\s{0,20}|\b(?:docker|custom|podman)_build(?:_with_restart)?\(\s{0,20}(?:ref\s{0,20}=\s{0,20})?)['"]?(?<name>[^\s'",)]{1,1000})""", RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    /// <summary>What is given a name here, or goes from here to a registry.</summary>
    [GeneratedRegex(@"(?:\b(?:docker|podman|nerdctl|buildah)|\$\{\w{1,200}\})[ \t]{1,20}(?:image[ \t]{1,20})?(?:tag|push|commit)[ \t](?<names>[^;&|\n]{1,2000})", RegexOptions.CultureInvariant)]
    private static partial Regex TagOrPush();

    [GeneratedRegex("""\btags"?\s{0,100}[=:]\s{0,100}\[(?<tags>[^\[\]]{0,10000})\]""", RegexOptions.CultureInvariant)]
    private static partial Regex BakeTags();

    [GeneratedRegex("""["'](?<name>[^"'\s]{1,1000})["']""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
