using System.Text;
using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Scopes;

/// <summary>Reads what a repository's files say about the tools that run there.</summary>
internal sealed class ScopeReader(FileReader files, IReadOnlyCollection<string> names)
{
    /// <summary>Whether a file is worth reading for it. A YAML file may be a Kubernetes manifest: only its content tells.</summary>
    public static bool IsWanted(string folder, string name) => KindOrNull(folder, name) is not null;

    private static ScopeKind? KindOrNull(string folder, string name)
    {
        if (IsDockerfile(name))
            return ScopeKind.Image;
        if (name is ".envrc" or ".env" or "Makefile" or "makefile" or "GNUmakefile" or "Taskfile.yml" or "Taskfile.yaml" or "devcontainer.json" or ".goreleaser.yml" or ".goreleaser.yaml" or "mise.toml" or ".mise.toml"
            || name.StartsWith(".env.", StringComparison.Ordinal) || (name == "settings.json" && folder.EndsWith(".vscode", StringComparison.Ordinal)) || name.EndsWith(".mk", StringComparison.Ordinal))
            return ScopeKind.Developer;
        if (name.StartsWith("Jenkinsfile", StringComparison.Ordinal) || name.EndsWith(".jenkinsfile", StringComparison.OrdinalIgnoreCase))
            return ScopeKind.Pipeline;
        if (!IsYaml(name))
            return null;
        if (name.Contains("gitlab-ci", StringComparison.Ordinal) || folder is ".github/workflows" or ".gitea/workflows" or ".forgejo/workflows" or ".circleci" or ".woodpecker" || folder.StartsWith(".github/actions", StringComparison.Ordinal) || folder.StartsWith(".gitlab", StringComparison.Ordinal)
            || name is "action.yml" or "action.yaml" or ".drone.yml" or ".woodpecker.yml" or "azure-pipelines.yml" or "bitbucket-pipelines.yml" or ".travis.yml" or "cloudbuild.yaml" or "buildspec.yml")
            return ScopeKind.Pipeline;
        return ScopeKind.Deployment;
    }

    public static bool IsDockerfile(string name) =>
        !name.EndsWith(".dockerignore", StringComparison.Ordinal) && (name is "Dockerfile" or "Containerfile" || name.StartsWith("Dockerfile.", StringComparison.Ordinal) || name.StartsWith("Containerfile.", StringComparison.Ordinal) || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".Dockerfile", StringComparison.Ordinal));

    public static bool IsCompose(string name) => IsYaml(name) && (name.StartsWith("docker-compose", StringComparison.Ordinal) || name.StartsWith("compose.", StringComparison.Ordinal) || name.StartsWith("compose-", StringComparison.Ordinal));

    private static bool IsYaml(string name) => name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal);

    /// <summary>The scope that a file is; null when it is none, or can't be read.</summary>
    public Scope? ReadOrNull(string folder, string path)
    {
        var name = Path.GetFileName(path);
        if (KindOrNull(folder, name) is not { } kind || files.ReadOrNull(path) is not { } file)
            return null;
        if (!IsYaml(name))
            return new(kind, file, [.. AssignmentScan.Find(file, names, 0, file.Text.Length, wholeLine: name.StartsWith(".env", StringComparison.Ordinal) && name != ".envrc" && !file.Text.Contains('"', StringComparison.Ordinal))], file.Text);
        if (kind is ScopeKind.Deployment && !IsCompose(name) && !IsManifest(file))
            return null;
        if (YamlFile.ParseOrNull(file, files) is not { } documents)
            return null;
        var assignments = new List<Assignment>();
        var text = new StringBuilder();
        foreach (var document in documents)
        {
            AddPairs(file, document.RootNode, assignments);
            foreach (var (key, scalar) in YamlFile.Scalars(document.RootNode))
                Add(file, key, scalar, assignments, text);
        }
        return new(kind, file, assignments, text.ToString()) { Documents = documents };
    }

    /// <summary>A template of Helm's has braces where YAML has none, and is a manifest only when it is rendered.</summary>
    private static bool IsManifest(TextFile file) =>
        file.Text.Contains("apiVersion:", StringComparison.Ordinal) && file.Text.Contains("kind:", StringComparison.Ordinal) && !file.Text.Contains("{{", StringComparison.Ordinal);

    private void Add(TextFile file, string key, YamlScalarNode scalar, List<Assignment> assignments, StringBuilder text)
    {
        var (start, length, quote) = file.Span(scalar);
        if (names.Contains(key))
        {
            assignments.Add(new(key, scalar.Value ?? "", file.At(scalar), start, length, quote) { IsPlainYaml = quote == '\0' });
            return;
        }
        text.Append(scalar.Value).Append('\n');
        if (scalar.Value is not { } value || !names.Any(n => value.Contains(n, StringComparison.Ordinal)))
            return;
        // "- GOPROXY=a, b" of a compose file: the value is what is left of the scalar.
        if (names.FirstOrDefault(n => value.StartsWith(n + "=", StringComparison.Ordinal)) is { } name && !value.Contains('\n', StringComparison.Ordinal) && !value.Contains(' ', StringComparison.Ordinal))
            assignments.Add(new(name, value[(name.Length + 1)..], file.At(scalar), start + name.Length + 1, length - name.Length - 1, quote) { IsPlainYaml = quote == '\0' });
        else
            assignments.AddRange(AssignmentScan.Find(file, names, start, Math.Min(length, file.Text.Length - start)));
    }

    /// <summary><c>- name: GOPROXY</c> and <c>value: …</c>, as Kubernetes has it.</summary>
    private void AddPairs(TextFile file, YamlNode root, List<Assignment> assignments)
    {
        foreach (var map in YamlFile.Mappings(root))
        {
            if (map.ChildOrNull("name").TextOrNull() is { } name && names.Contains(name) && map.ChildOrNull("value") is YamlScalarNode { Value: { } value } node)
            {
                var (start, length, quote) = file.Span(node);
                assignments.Add(new(name, value, file.At(node), start, length, quote) { IsPlainYaml = quote == '\0' });
            }
        }
    }
}
