using Tain.Doctor;
using Tain.Doctor.Reports;

namespace Tain.Tests.Doctor;

/// <summary>docs/pitfalls.md and its Chinese twin tell the story of each check, and of no other.</summary>
public sealed class PitfallDocsTests
{
    public static TheoryData<string> Ids => [.. Pitfalls.All.Select(p => p.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_check_has_its_story_symptom_cause_and_remedy_in_both_languages(string id)
    {
        var pitfall = Pitfalls.All.Single(p => p.Id == id);
        var english = PitfallText.SectionOrNull(id, Language.English);
        Assert.NotNull(english);
        Assert.StartsWith($"{id}\n\n**{pitfall.Title.English}** ({pitfall.Severity.ToString().ToLowerInvariant()})\n", english, StringComparison.Ordinal);
        Assert.All(["**Story.**", "**Symptom.**", "**Cause.**", "**Remedy.**"], part => Assert.Contains($"\n\n{part} ", english, StringComparison.Ordinal));
        var chinese = PitfallText.SectionOrNull(id, Language.Chinese);
        Assert.NotNull(chinese);
        Assert.StartsWith($"{id}\n\n**{pitfall.Title.Chinese}** ({ReportText.SeverityWord(pitfall.Severity).Chinese})\n", chinese, StringComparison.Ordinal);
        Assert.All(["**故事。**", "**症状。**", "**原因。**", "**解决。**"], part => Assert.Contains($"\n\n{part}", chinese, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pitfalls.md")]
    [InlineData("pitfalls.zh-CN.md")]
    public void No_section_is_of_a_check_that_there_is_not(string resource)
    {
        using var stream = typeof(PitfallText).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var headings = reader.ReadToEnd().Split('\n').Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..]).ToList();
        Assert.Equal(Pitfalls.All.Select(p => p.Id).Order(), headings.Order());
    }

    [Fact]
    public void Ids_are_kebab_case_and_unique_and_no_text_begins_or_ends_with_a_space()
    {
        Assert.Equal(Pitfalls.All.Count, Pitfalls.All.Select(p => p.Id).Distinct().Count());
        Assert.All(Pitfalls.All, p =>
        {
            Assert.Matches("^[a-z]+(-[a-z0-9]+)+$", p.Id);
            foreach (var text in new[] { p.Title, p.Reason, p.Remedy })
            {
                Assert.Equal(text.English.Trim(), text.English);
                Assert.Equal(text.Chinese.Trim(), text.Chinese);
                Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}[,:;()!?]|[,:;()!?]\p{IsCJKUnifiedIdeographs}", text.Chinese);
                // Both say the same of a case.
                Assert.Equal(Facts(text.English), Facts(text.Chinese));
            }
        });

        static IEnumerable<string> Facts(string text) => System.Text.RegularExpressions.Regex.Matches(text, @"\{(\w+)\}").Select(m => m.Value).Distinct().Order();
    }
}
