namespace Tain.Doctor.Workplaces;

/// <summary>What a file is by its name and its folder. Asked for each file of a repository: nothing here reads one.</summary>
internal static class WorkplaceNames
{
    private const StringComparison Exact = StringComparison.Ordinal;

    /// <summary>Names of pipelines without their .yml or .yaml.</summary>
    private static readonly HashSet<string> Pipelines = new(StringComparer.Ordinal)
    {
        "action", ".drone", ".woodpecker", ".cirrus", "appveyor", ".appveyor", "bitbucket-pipelines", ".travis", "cloudbuild", "buildspec",
    };

    private static readonly HashSet<string> PipelineFolders = new(StringComparer.Ordinal)
    {
        ".github/workflows", ".gitea/workflows", ".forgejo/workflows", ".circleci", ".woodpecker", ".buildkite", ".azure-pipelines",
    };

    private static readonly HashSet<string> Developers = new(StringComparer.Ordinal)
    {
        ".envrc", "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", ".bazelrc", "Taskfile.yml", "Taskfile.yaml", ".goreleaser.yml", ".goreleaser.yaml", "mise.toml", ".mise.toml",
    };

    private static readonly HashSet<string> OfEditor = new(StringComparer.Ordinal) { "settings.json", "launch.json", "tasks.json" };

    /// <summary>Where Groovy is a pipeline's.</summary>
    private static readonly HashSet<string> GroovyFolders = new(StringComparer.Ordinal) { "ci", "jenkins", ".jenkins", "vars" };

    /// <summary>What Dockerfile-x or Dockerfile_x ends in when it only is about one.</summary>
    private static readonly HashSet<string> AboutDockerfiles = new(StringComparer.OrdinalIgnoreCase) { ".md", ".txt", ".go", ".py", ".js", ".ts", ".rb", ".sh", ".json", ".yml", ".yaml", ".j2", ".tmpl" };

    /// <summary>What runs there; null when a file is none of it. YAML without a known name may be a Kubernetes manifest, or included in a pipeline: only its content tells.</summary>
    public static WorkplaceKind? KindOrNull(string folder, string name)
    {
        if (IsDockerfile(name) || name is "Earthfile" or "docker-bake.hcl")
            return WorkplaceKind.Image;
        if (Developers.Contains(name) || IsDotenv(name) || IsShell(name) || IsMakefile(name) || IsDevContainer(name) || name.EndsWith(".code-workspace", Exact)
            || (OfEditor.Contains(name) && Path.GetFileName(folder.AsSpan()) is ".vscode") || IsMise(folder, name))
            return WorkplaceKind.Developer;
        if (name.StartsWith("Jenkinsfile", Exact) || name.EndsWith(".jenkinsfile", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".jenkins", Exact) || (name.EndsWith(".groovy", Exact) && folder.Split('/').Any(GroovyFolders.Contains)))
            return WorkplaceKind.Pipeline;
        if (!IsYaml(name))
            return null;
        return name.Contains("gitlab-ci", Exact) || name.StartsWith("azure-pipelines", Exact) || Pipelines.Contains(Path.GetFileNameWithoutExtension(name))
            || PipelineFolders.Contains(folder) || folder.StartsWith(".github/actions", Exact) || folder.StartsWith(".gitlab", Exact) || folder.StartsWith(".azure-pipelines/", Exact)
            ? WorkplaceKind.Pipeline : WorkplaceKind.Deployment;
    }

    public static TextSyntax SyntaxOf(string name) => name switch
    {
        _ when IsDockerfile(name) || name is "Earthfile" => TextSyntax.Docker,
        _ when IsShell(name) || name is ".bazelrc" => TextSyntax.Shell,
        _ when IsDotenv(name) => TextSyntax.Dotenv,
        _ when name.EndsWith(".json", Exact) || name.EndsWith(".toml", Exact) || name.EndsWith(".hcl", Exact) || name.EndsWith(".code-workspace", Exact) => TextSyntax.Strings,
        _ when IsMakefile(name) || name.EndsWith("ustfile", Exact) => TextSyntax.Make,
        _ => TextSyntax.Groovy,
    };

    public static bool IsDockerfile(string name)
        => name is "Dockerfile" or "Containerfile" or "dockerfile" || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase)
            || ((name.StartsWith("Dockerfile", Exact) || name.StartsWith("Containerfile", Exact)) && !name.EndsWith(".dockerignore", Exact)
                && name[name.IndexOf("file", Exact) + 4] is var next && (next == '.' || (next is '-' or '_' && !AboutDockerfiles.Contains(Path.GetExtension(name)))));

    public static bool IsCompose(string name) => IsYaml(name) && (name.StartsWith("docker-compose", Exact) || name.StartsWith("compose.", Exact) || name.StartsWith("compose-", Exact));

    public static bool IsYaml(string name) => name.EndsWith(".yml", Exact) || name.EndsWith(".yaml", Exact);

    public static bool IsDevContainer(string name) => name is "devcontainer.json" or ".devcontainer.json";

    /// <summary>Where YAML of any name may be included in GitLab's pipeline.</summary>
    public static bool MayBeIncluded(string folder) => Path.GetFileName(folder.AsSpan()) is "ci" or ".ci";

    private static bool IsShell(string name) => name.EndsWith(".sh", Exact) || name.EndsWith(".bash", Exact) || name is ".envrc" || name.StartsWith(".envrc.", Exact);

    private static bool IsDotenv(string name) => name.EndsWith(".env", Exact) || name.StartsWith(".env.", Exact);

    private static bool IsMakefile(string name) => name is "Makefile" or "makefile" or "GNUmakefile" || name.StartsWith("Makefile.", Exact) || name.EndsWith(".mk", Exact);

    private static bool IsMise(string folder, string name) => name.EndsWith(".toml", Exact)
        && (name.StartsWith("mise.", Exact) || name.StartsWith(".mise.", Exact) || (name is "config.toml" && Path.GetFileName(folder.AsSpan()) is "mise" or ".mise"));
}
