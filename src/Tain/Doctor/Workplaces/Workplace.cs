using YamlDotNet.RepresentationModel;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

internal enum WorkplaceKind
{
    /// <summary>This user on this machine, in the folder under examination.</summary>
    Machine,

    /// <summary>A pipeline: GitLab CI, GitHub Actions, Jenkins and their like.</summary>
    Pipeline,

    /// <summary>The build of an image.</summary>
    Image,

    /// <summary>Containers that run: compose files, Kubernetes manifests.</summary>
    Deployment,

    /// <summary>What a developer's shell, editor or make sources or runs: .envrc, .env, Makefile, scripts.</summary>
    Developer,
}

/// <summary>Whose pipeline it is, where its shape tells something.</summary>
internal enum PipelineKind
{
    /// <summary>None, or one whose shape is not known here.</summary>
    Other,

    GitLab,

    /// <summary>GitHub's, and Gitea's and Forgejo's; their actions too.</summary>
    Actions,

    CircleCi,

    /// <summary>Drone, Woodpecker and Bitbucket: any mapping with an image.</summary>
    Steps,

    /// <summary>Groovy, as Jenkins has it.</summary>
    Jenkins,
}

/// <summary>A place where tools run with the settings that are given there.</summary>
/// <param name="Assignments">Settings in the file's order, or those in effect on the machine.</param>
/// <param name="text">What is run there, where it is at hand.</param>
internal sealed class Workplace(WorkplaceKind kind, TextFile? file, IReadOnlyList<Assignment> assignments, string? text)
{
    private string? _text = text;

    public WorkplaceKind Kind { get; } = kind;

    public PipelineKind Pipeline { get; init; }

    public TextFile? File { get; } = file;

    public IReadOnlyList<Assignment> Assignments { get; } = assignments;

    /// <summary>What is run there, as shell text; empty for the machine. Of YAML, all scalars, each on lines of its own.</summary>
    public string Text => _text ??= string.Concat(Documents.SelectMany(d => YamlFile.Scalars(d.RootNode)).Where(s => !Watched.Contains(s.Key)).Select(s => s.Node.Value + "\n"));

    /// <summary>Keys whose scalars are settings, and no text that runs.</summary>
    public IReadOnlyCollection<string> Watched { get; init; } = [];

    /// <summary>All that give this variable a value; on the machine at most one, the one that counts.</summary>
    public IEnumerable<Assignment> Of(string name) => Assignments.Where(a => a.Name == name);

    /// <summary>Where it begins, when it is a part of its file: a job, a step, a stage.</summary>
    public Place? At { get; init; }

    /// <summary>It stands on an image that may set what it likes.</summary>
    public bool MayInherit { get; init; }

    /// <summary>The parsed file, where it is YAML.</summary>
    public IReadOnlyList<YamlDocument> Documents { get; init; } = [];

    /// <summary>The last value; null when there is none.</summary>
    public Assignment? LastOrNull(string name) => Assignments.LastOrDefault(a => a.Name == name);
}
