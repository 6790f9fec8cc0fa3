using Tain.Doctor;

namespace Tain.Tests.Doctor;

/// <summary>The corpus of real-world settings, broken and healthy.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. CorpusCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_has_its_pitfalls_and_no_others(string name)
    {
        using var @case = new CorpusCase(name);
        var scene = @case.Look();
        Assert.Equal(@case.Finds.Order(), scene.Findings.Where(f => !scene.Team.Ignores(f)).Select(CorpusCase.Line).Order());
        // What is no settings file at all has tests of its own.
        if (!name.EndsWith("bad-input.txt", StringComparison.Ordinal))
            Assert.Equal(@case.Skips.Order(), scene.Files.PassedOver.Select(p => p.Shown).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_finding_speaks_both_languages(string name)
    {
        using var @case = new CorpusCase(name);
        Assert.All(@case.Look().Findings, finding =>
        {
            foreach (var language in Enum.GetValues<Language>())
            {
                Assert.NotEmpty(finding.Reason(language));
                Assert.NotEmpty(finding.Remedy(language));
            }
            Assert.Matches("\\p{IsCJKUnifiedIdeographs}", finding.Reason(Language.Chinese));
            Assert.Matches("\\p{IsCJKUnifiedIdeographs}", finding.Remedy(Language.Chinese));
        });
    }

    [Fact]
    public void Each_pitfall_is_met_twice_and_left_alone_twice()
    {
        var cases = CorpusCase.Names.Select(n =>
        {
            using var c = new CorpusCase(n);
            return (Found: c.Finds.Select(f => f.Split(' ')[0]).ToHashSet(), c.Healthy);
        }).ToList();
        Assert.All(Pitfalls.All.Where(p => !p.IsProbed), pitfall =>
        {
            Assert.True(cases.Count(c => c.Found.Contains(pitfall.Id)) >= 2, $"{pitfall.Id} is found in fewer than two cases");
            Assert.True(cases.Count(c => c.Healthy.Contains(pitfall.Id) && !c.Found.Contains(pitfall.Id)) >= 2, $"{pitfall.Id} has fewer than two healthy twins");
        });
    }
}
