using Tain.Doctor;

namespace Tain.Tests.Doctor.Npm;

/// <summary>What holds for all of npm's cases, beside what is found in them.</summary>
public sealed class NpmCorpusTests
{
    public static TheoryData<string> Names => [.. CorpusCase.Names.Where(n => n.StartsWith("npm/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixes_make_of_each_file_what_the_case_says(string name)
    {
        using var @case = new CorpusCase(name);
        var plan = new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).Plan();
        Assert.Equal(@case.After.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => (a.Key, a.Value)), plan.Select(p => (p.Path, p.After)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_fact_has_a_secret(string name)
    {
        using var @case = new CorpusCase(name);
        Assert.All(@case.Look().Findings, finding =>
        {
            foreach (var language in Enum.GetValues<Language>())
            {
                var said = finding.Reason(language) + finding.Remedy(language) + finding.Fix?.Text;
                Assert.DoesNotContain("S3CR3T", said, StringComparison.Ordinal);
                Assert.DoesNotContain("UzNDUjNU", said, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Each_file_that_makes_no_sense_is_named()
    {
        using var @case = new CorpusCase("npm/bad-input.txt");
        var files = @case.Reader();
        Checkup.Look(@case.Machine, @case.Repo, new(), files);
        Assert.Equal(["a/package-lock.json", "a/package.json", "b/.yarnrc.yml", "b/bunfig.toml", "b/pnpm-workspace.yaml", "c/bun.lock", "c/pnpm-lock.yaml", "c/yarn.lock"], files.PassedOver.Select(p => p.Shown).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Guesses_are_notes_and_blind_pipelines_are_warnings()
    {
        using var likely = new CorpusCase("npm/scope-likely-own.txt");
        Assert.Equal(Severity.Note, Assert.Single(likely.Look().Findings).Severity);
        using var here = new CorpusCase("npm/scope-mapped-on-this-machine-only.txt");
        Assert.Equal(Severity.Warning, Assert.Single(here.Look().Findings).Severity);
    }

    [Fact]
    public void Many_packages_of_one_lockfile_are_one_finding_with_their_number()
    {
        using var @case = new CorpusCase("npm/bypass-yarn1.txt");
        var finding = Assert.Single(@case.Look().Findings);
        Assert.Equal("2", finding.Facts.Single(f => f.Name == "count").Words.English);
        Assert.Equal("sed -i 's#https://registry.yarnpkg.com/#https://mirror.acme.example/npm/#g' yarn.lock", finding.Facts.Single(f => f.Name == "command").Words.English);
    }
}
