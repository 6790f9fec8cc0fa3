using Tain.Doctor;

namespace Tain.Tests.Doctor;

/// <summary>Lines of the go env file that the go command does not read as they look.</summary>
public sealed class GoEnvLinesTests
{
    [Theory]
    [InlineData("GOPRIVATE=git.corp.example\n GOPRIVATE=git.old.example\n", 2, 1)]
    [InlineData("export GOPRIVATE=git.old.example\nGOPRIVATE=git.corp.example\n", 1, 2)]
    [InlineData("GOPRIVATE=git.corp.example\nGOPRIVATE=git.old.example\r\n", 2, 1)]
    [InlineData("GOPRIVATE=\n GOPRIVATE=git.old.example\n", 2, 1)]
    [InlineData(" GOPRIVATE=git.old.example\n\nexport GOPRIVATE=git.corp.example\n", 1, 3)]
    public async Task A_line_that_another_one_stands_beside_is_to_be_deleted_and_never_heard(string text, int line, int other)
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", text);
        var diagnosis = await patient.ExamineAsync(0);
        var finding = diagnosis.Findings.First(f => f.Pitfall.Id == "go-env-broken-line");
        Assert.Equal((line, null), (finding.Place.Line, finding.Fix));
        Assert.Contains($"Delete the line: line {other} is about GOPRIVATE too.", finding.Remedy(Language.English), StringComparison.Ordinal);
        Assert.Contains($"第 {other} 行", finding.Remedy(Language.Chinese), StringComparison.Ordinal);
        Assert.Empty(diagnosis.Plan);
    }

    [Theory]
    [InlineData(" GOPRIVATE=git.corp.example\nGONOSUMDB=git.old.example\n")]
    [InlineData(" GOPRIVATE=git.corp.example\nexport GOPRIVATE=git.corp.example\n")]
    public async Task A_line_that_is_the_only_one_to_say_it_is_mended(string text)
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", text);
        Assert.StartsWith("GOPRIVATE=git.corp.example\n", Assert.Single((await patient.ExamineAsync(0)).Plan).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_line_hides_no_variable_of_the_environment()
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", "GOSUMDB=sum.golang.org\r\n");
        patient.Environment["GOSUMDB"] = "off";
        Assert.Equal(["$GOSUMDB"], (await patient.ExamineAsync(0)).Findings.Where(f => f.Pitfall.Id == "go-sumdb-off").Select(f => f.Place.ToString()));
    }
}
