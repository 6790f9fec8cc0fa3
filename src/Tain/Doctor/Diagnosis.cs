using Tain.Doctor.Files;
using Tain.Doctor.Fixes;
using Tain.Doctor.Probes;

namespace Tain.Doctor;

/// <summary>What an examination came to.</summary>
/// <param name="Folder">What was examined.</param>
/// <param name="Findings">The worst first; without those that the team passes over.</param>
/// <param name="Ignored">How many those are.</param>
/// <param name="Mirrors">The mirrors that were asked, the fastest first; empty when none was.</param>
/// <param name="Files">How many files were read.</param>
internal sealed record Diagnosis(string Folder, IReadOnlyList<Finding> Findings, int Ignored, IReadOnlyList<MirrorReport> Mirrors, IReadOnlyList<PassedOver> PassedOver, int Files, TimeSpan Elapsed)
{
    /// <summary>What the files would say if all that can be put right were.</summary>
    public IReadOnlyList<MendedFile> Plan { get; init; } = [];

    /// <summary>The worst of it; null when nothing was found.</summary>
    public Severity? Worst => Findings.Count == 0 ? null : Findings.Max(f => f.Severity);

    public int Count(Severity severity) => Findings.Count(f => f.Severity == severity);
}
