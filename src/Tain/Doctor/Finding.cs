using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor;

/// <summary>A pitfall that somebody stands in.</summary>
/// <param name="Place">The evidence.</param>
internal sealed record Finding(Pitfall Pitfall, Place Place, params IReadOnlyList<Fact> Facts)
{
    /// <summary>The setting that puts it right; null when a person has to.</summary>
    public Edit? Fix { get; init; }

    /// <summary>Whether the setting itself shows what is wrong with it, or the machine does. What only a repository says never changes a file that is
    /// not the repository's: whoever wrote it would decide over its user's machine.</summary>
    public bool IsSelfEvident { get; init; }

    /// <summary>Where this case is less or more than the pitfall usually is.</summary>
    public Severity Severity { get; init; } = Pitfall.Severity;

    /// <summary>What is said in place of the pitfall's own words, by a finding that stands for many.</summary>
    public (Words Reason, Words Remedy)? Instead { get; init; }

    public string Reason(Language language) => (Instead?.Reason ?? Pitfall.Reason).In(language, Facts);

    public string Remedy(Language language) => (Instead?.Remedy ?? Pitfall.Remedy).In(language, Facts);
}
