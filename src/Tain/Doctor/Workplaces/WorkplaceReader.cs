using System.Buffers;
using Tain.Doctor.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Workplaces;

/// <summary>Reads what a repository's files say about the tools that run there.</summary>
internal sealed class WorkplaceReader(FileReader files, IReadOnlyCollection<string> names)
{
    private static readonly HashSet<string> Scripts = new(StringComparer.Ordinal) { "run", "script", "before_script", "after_script", "command", "commands", "args", "cmd", "cmds", "bash" };

    private readonly SearchValues<string> _anyName = SearchValues.Create([.. names], StringComparison.Ordinal);

    /// <summary>Whether a file is worth reading for it. A YAML file may be a Kubernetes manifest: only its content tells.</summary>
    public static bool IsWanted(string folder, string name) => KindOrNull(folder, name) is not null;

    private static WorkplaceKind? KindOrNull(string folder, string name)
    {
        if (IsDockerfile(name))
            return WorkplaceKind.Image;
        if (name is ".envrc" or ".env" or "Makefile" or "makefile" or "GNUmakefile" or "Taskfile.yml" or "Taskfile.yaml" or "devcontainer.json" or ".goreleaser.yml" or ".goreleaser.yaml" or "mise.toml" or ".mise.toml"
            || name.StartsWith(".env.", StringComparison.Ordinal) || (name == "settings.json" && folder.EndsWith(".vscode", StringComparison.Ordinal)) || name.EndsWith(".mk", StringComparison.Ordinal) || IsScript(name))
            return WorkplaceKind.Developer;
        if (name.StartsWith("Jenkinsfile", StringComparison.Ordinal) || name.EndsWith(".jenkinsfile", StringComparison.OrdinalIgnoreCase))
            return WorkplaceKind.Pipeline;
        if (!IsYaml(name))
            return null;
        if (name.Contains("gitlab-ci", StringComparison.Ordinal) || folder is ".github/workflows" or ".gitea/workflows" or ".forgejo/workflows" or ".circleci" or ".woodpecker" || folder.StartsWith(".github/actions", StringComparison.Ordinal) || folder.StartsWith(".gitlab", StringComparison.Ordinal)
            || name is "action.yml" or "action.yaml" or ".drone.yml" or ".woodpecker.yml" or "azure-pipelines.yml" or "bitbucket-pipelines.yml" or ".travis.yml" or "cloudbuild.yaml" or "buildspec.yml")
            return WorkplaceKind.Pipeline;
        return WorkplaceKind.Deployment;
    }

    public static bool IsDockerfile(string name) =>
        !name.EndsWith(".dockerignore", StringComparison.Ordinal) && (name is "Dockerfile" or "Containerfile" || name.StartsWith("Dockerfile.", StringComparison.Ordinal) || name.StartsWith("Containerfile.", StringComparison.Ordinal) || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".Dockerfile", StringComparison.Ordinal));

    public static bool IsCompose(string name) => IsYaml(name) && (name.StartsWith("docker-compose", StringComparison.Ordinal) || name.StartsWith("compose.", StringComparison.Ordinal) || name.StartsWith("compose-", StringComparison.Ordinal));

    private static bool IsScript(string name) => name.EndsWith(".sh", StringComparison.Ordinal) || name.EndsWith(".bash", StringComparison.Ordinal);

    private static bool IsYaml(string name) => name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal);

    /// <summary>The workplace that a file is; null when it is none, or can't be read.</summary>
    public Workplace? ReadOrNull(string folder, string path)
    {
        var name = Path.GetFileName(path);
        if (KindOrNull(folder, name) is not { } kind || files.ReadOrNull(path) is not { } file)
            return null;
        if (!IsYaml(name))
            return new(kind, file, file.Text.AsSpan().ContainsAny(_anyName) ? [.. AssignmentScan.Find(file, names, 0, file.Text.Length, SyntaxOf(name))] : [], file.Text);
        if (kind is WorkplaceKind.Deployment && !IsCompose(name) && !IsManifest(file))
            return null;
        if (YamlFile.ParseOrNull(file, files) is not { } documents)
            return null;
        var assignments = new List<Assignment>();
        // Most manifests set none of them: then their values need no second look.
        if (file.Text.AsSpan().ContainsAny(_anyName))
        {
            foreach (var document in documents)
                Walk(file, document.RootNode, assignments);
        }
        return new(kind, file, assignments, null) { Documents = documents, Watched = names };
    }

    /// <summary>A template of Helm's has braces where YAML has none, and is a manifest only when it is rendered.</summary>
    private static bool IsManifest(TextFile file) =>
        file.Text.Contains("apiVersion:", StringComparison.Ordinal) && file.Text.Contains("kind:", StringComparison.Ordinal) && !file.Text.Contains("{{", StringComparison.Ordinal);

    private static TextSyntax SyntaxOf(string name) => name switch
    {
        _ when IsDockerfile(name) => TextSyntax.Docker,
        _ when name == ".envrc" || IsScript(name) => TextSyntax.Shell,
        _ when name.StartsWith(".env", StringComparison.Ordinal) => TextSyntax.Dotenv,
        _ when name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".toml", StringComparison.Ordinal) => TextSyntax.Strings,
        _ when name.EndsWith("akefile", StringComparison.Ordinal) || name.EndsWith(".mk", StringComparison.Ordinal) => TextSyntax.Make,
        _ => TextSyntax.Groovy,
    };

    /// <summary>All nodes below, in the file's order; one that has several aliases is read once.</summary>
    private void Walk(TextFile file, YamlNode root, List<Assignment> assignments)
    {
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(string Key, YamlNode Node, bool IsInFlow)>();
        open.Push(("", root, false));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Node))
                continue;
            if (next.Node is YamlScalarNode scalar)
                Add(file, next.Key, scalar, next.IsInFlow, assignments);
            else if (next.Node is YamlSequenceNode list)
            {
                foreach (var child in list.Children.Reverse())
                    open.Push((next.Key, child, next.IsInFlow || list.Style is SequenceStyle.Flow));
            }
            else if (next.Node is YamlMappingNode map)
            {
                var isFlow = next.IsInFlow || map.Style is MappingStyle.Flow;
                // "- name: GOPROXY" and "value: …", as Kubernetes has it.
                var named = map.ChildOrNull("name").TextOrNull() is { } name && names.Contains(name) ? name : null;
                foreach (var (key, value) in map.Children.Reverse())
                    open.Push(((key as YamlScalarNode)?.Value is not { } text ? "" : named is not null && text == "value" ? named : text, value, isFlow));
            }
        }
    }

    private void Add(TextFile file, string key, YamlScalarNode scalar, bool isInFlow, List<Assignment> assignments)
    {
        if (scalar.Value is not { } value)
            return;
        var (start, length, quote) = file.Span(scalar);
        var isPlain = scalar.Style is ScalarStyle.Plain;
        // Escapes, anchors, tags, many lines: what stands there is not what it means.
        var isLiteral = (quote != '\0' || isPlain) && file.Text.AsSpan(start, Math.Min(length, file.Text.Length - start)).SequenceEqual(value);
        if (names.Contains(key))
        {
            assignments.Add(new(key, value, file.At(scalar), start, length) { Spot = !isLiteral ? Spot.Fixed : quote != '\0' ? Spot.Delimited : isInFlow ? Spot.YamlFlow : Spot.YamlValue });
            return;
        }
        if (!value.AsSpan().ContainsAny(_anyName))
            return;
        // "- GOPROXY=a, b" of a compose file: the value is what is left of the scalar.
        if (names.FirstOrDefault(n => value.StartsWith(n + "=", StringComparison.Ordinal)) is { } name && !value.Contains('\n', StringComparison.Ordinal) && (key is "environment" or "env" || !value.Contains(' ', StringComparison.Ordinal)))
            assignments.Add(new(name, value[(name.Length + 1)..], file.At(scalar), start + name.Length + 1, length - name.Length - 1) { Spot = !isLiteral ? Spot.Fixed : quote != '\0' ? Spot.Delimited : isInFlow ? Spot.YamlFlow : Spot.YamlRest });
        else
            assignments.AddRange(AssignmentScan.Find(file, names, start, Math.Min(length, file.Text.Length - start), isPlain && isInFlow ? TextSyntax.InsideFlow : isPlain || quote != '\0' || !Scripts.Contains(key) ? TextSyntax.Inside : TextSyntax.Shell));
    }
}
