using YamlDotNet.RepresentationModel;
using Tain.Doctor.Files;

namespace Tain.Doctor.Scopes;

internal enum ScopeKind
{
    /// <summary>This user on this machine, in the folder under examination.</summary>
    Machine,

    /// <summary>A pipeline: GitLab CI, GitHub Actions, Jenkins and their like.</summary>
    Pipeline,

    /// <summary>The build of an image.</summary>
    Image,

    /// <summary>Containers that run: compose files, Kubernetes manifests.</summary>
    Deployment,

    /// <summary>What a developer's shell, editor or make sources: .envrc, .env, Makefile.</summary>
    Developer,
}

/// <summary>A place where tools run with the settings that are given there.</summary>
/// <param name="Assignments">Settings in the file's order, or those in effect on the machine.</param>
/// <param name="Text">What is run there, as shell text; empty for the machine.</param>
internal sealed record Scope(ScopeKind Kind, TextFile? File, IReadOnlyList<Assignment> Assignments, string Text)
{
    /// <summary>All that give this variable a value; on the machine at most one, the one that counts.</summary>
    public IEnumerable<Assignment> Of(string name) => Assignments.Where(a => a.Name == name);

    /// <summary>The parsed file, where it is YAML.</summary>
    public IReadOnlyList<YamlDocument> Documents { get; init; } = [];

    /// <summary>The last value; null when there is none.</summary>
    public Assignment? LastOrNull(string name) => Assignments.LastOrDefault(a => a.Name == name);
}
