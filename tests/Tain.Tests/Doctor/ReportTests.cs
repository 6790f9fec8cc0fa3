using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Tain.Doctor;
using Tain.Doctor.Reports;

namespace Tain.Tests.Doctor;

/// <summary>What is told of a diagnosis, and what is never told.</summary>
public sealed class ReportTests
{
    // It is written in draft 4, of which it uses nothing that draft 7 reads otherwise, but its name for "$id".
    private static readonly Lazy<JsonSchema> Sarif = new(() => JsonSchema.FromText(File.ReadAllText(Path.Combine(Root(), "out", "tools", "sarif-2.1.0.json"))
        .Replace("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#", StringComparison.Ordinal)
        .Replace("\"id\": \"https://", "\"$id\": \"https://", StringComparison.Ordinal)));

    public static TheoryData<string> Names => [.. CorpusCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task No_report_of_any_case_has_a_secret_and_each_SARIF_is_valid(string name)
    {
        using var @case = new CorpusCase(name);
        var diagnosis = await new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).RunAsync(TimeSpan.Zero, [], TestContext.Current.CancellationToken);
        foreach (var language in Enum.GetValues<Language>())
        {
            var texts = new[] { ReportText.Write(diagnosis, new(language, HasAnnotations: true)), ReportJson.Write(diagnosis, language), ReportSarif.Write(diagnosis, language) };
            Assert.All(texts, t => Assert.DoesNotContain("S3CR3T", t, StringComparison.Ordinal));
            var sarif = JsonNode.Parse(texts[2])!;
            var result = Sarif.Value.Evaluate(JsonDocument.Parse(texts[2]).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
            Assert.True(result.IsValid, string.Join('\n', (result.Details ?? []).Where(d => d.Errors is not null).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}")));
            Assert.Equal(diagnosis.Findings.Count, sarif["runs"]![0]!["results"]!.AsArray().Count);
            using var json = JsonDocument.Parse(texts[1]);
            Assert.Equal(diagnosis.Findings.Select(f => f.Pitfall.Id), json.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("id").GetString()));
        }
        foreach (var file in new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).Plan())
            Assert.DoesNotContain("S3CR3T", Redaction.Clean(file.Diff()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_text_names_place_reason_and_remedy_and_counts()
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile.dev", "ENV GOSUMDB=off\n").Write("repo/bad.yaml", "apiVersion: [\nkind: {\n").Write("home/.config/go/env", "GOPROXY=https://goproxy.cn\n");
        var diagnosis = await patient.ExamineAsync(0);
        var text = ReportText.Write(diagnosis, new(Language.English));
        Assert.Contains("error Dockerfile.dev:1  [go-sumdb-off]\n  GOSUMDB=off: ", text, StringComparison.Ordinal);
        Assert.Contains("  → Write GOSUMDB=sum.golang.org", text, StringComparison.Ordinal);
        Assert.Contains("warning ~/.config/go/env:1  [go-proxy-no-direct]", text, StringComparison.Ordinal);
        Assert.Contains("Skipped:\n  bad.yaml: is no valid YAML (line ", text, StringComparison.Ordinal);
        Assert.Contains("1 error, 1 warning (", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("error Dockerfile", StringComparison.Ordinal) < text.IndexOf("warning ~", StringComparison.Ordinal));
        Assert.Contains("1 个错误，1 个警告", ReportText.Write(diagnosis, new(Language.Chinese)), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains('\u001b', ReportText.Write(diagnosis, new(Language.English, HasColor: true)));
    }

    [Theory]
    [InlineData(21, 21)]
    [InlineData(22, 21)]
    [InlineData(500, 21)]
    public async Task Of_one_check_a_file_has_twenty_findings_and_one_for_the_rest(int count, int told)
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile", string.Concat(Enumerable.Repeat("ENV GOSUMDB=off\n", count))).Write("repo/a/Dockerfile", "ENV GOSUMDB=off\n");
        var diagnosis = await patient.ExamineAsync(0);
        Assert.Equal(told + 1, diagnosis.Findings.Count);
        var last = diagnosis.Findings.Last(f => f.Place.File!.Shown == "Dockerfile");
        Assert.Equal(21, last.Place.Line);
        Assert.Equal(count > 21, last.Reason(Language.English).Contains($"{count - 20} more", StringComparison.Ordinal));
        // All are mended, told or not.
        Assert.DoesNotContain("off", diagnosis.Plan.Single(f => f.Shown == "Dockerfile").After, StringComparison.Ordinal);
        Assert.Single(JsonNode.Parse(ReportSarif.Write(diagnosis, Language.English))!["runs"]![0]!["tool"]!["driver"]!["rules"]!.AsArray());
    }

    [Fact]
    public async Task Annotations_are_GitHubs_workflow_commands_with_relative_paths()
    {
        using var patient = new Patient();
        patient.Write("repo/a,b:c/Dockerfile", "ENV GOSUMDB=off\n").Write("home/.config/go/env", "GOSUMDB=off\n");
        var lines = ReportText.Write(await patient.ExamineAsync(0), new(Language.English, HasAnnotations: true)).Split('\n').Where(l => l.StartsWith("::", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Single(lines, l => l.StartsWith("::error file=a%2Cb%3Ac/Dockerfile,line=1,title=go-sumdb-off::GOSUMDB=off: ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.StartsWith("::error title=go-sumdb-off::", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SARIF_has_a_fingerprint_that_other_lines_do_not_change()
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile", "ENV GOSUMDB=off\n");
        var first = Print(await patient.ExamineAsync(0));
        patient.Write("repo/Dockerfile", "# a comment\nENV GOSUMDB=off\n");
        var second = Print(await patient.ExamineAsync(0));
        Assert.Equal((first.Fingerprint, first.Line + 1), (second.Fingerprint, second.Line));
        patient.Write("repo/Dockerfile", "ENV GOSUMDB=off\n").Write("repo/other/Dockerfile", "ENV GOSUMDB=off\n");
        Assert.Equal(2, JsonNode.Parse(ReportSarif.Write(await patient.ExamineAsync(0), Language.English))!["runs"]![0]!["results"]!.AsArray().Select(r => r!["partialFingerprints"]!["taindoctor/v1"]!.ToString()).Distinct().Count());

        static (string Fingerprint, int Line) Print(Diagnosis diagnosis)
        {
            var result = Assert.Single(JsonNode.Parse(ReportSarif.Write(diagnosis, Language.English))!["runs"]![0]!["results"]!.AsArray())!;
            return (result["partialFingerprints"]!["taindoctor/v1"]!.ToString(), (int)result["locations"]![0]!["physicalLocation"]!["region"]!["startLine"]!);
        }
    }

    [Theory]
    [InlineData("GOPROXY=https://u:S3CR3T@h,direct", "GOPROXY=https://***@h,direct")]
    [InlineData("https://oauth2:S3C/R3T@h/x", "https://***@h/x")]
    [InlineData("//r.example/:_authToken=S3CR3T", "//r.example/:_authToken=***")]
    [InlineData("npmAuthToken: \"S3CR3T\"", "npmAuthToken: \"***\"")]
    [InlineData("{\"auth\": \"S3CR3T==\"}", "{\"auth\": \"***\"}")]
    [InlineData("export NPM_TOKEN=S3CR3T", "export NPM_TOKEN=***")]
    [InlineData("//r.example/:_authToken=${NPM_TOKEN}", "//r.example/:_authToken=${NPM_TOKEN}")]
    [InlineData("seen npm_0123456789abcdef in a line", "seen *** in a line")]
    [InlineData("glpat-0123456789abcdefghij", "***")]
    [InlineData("https://h/x?token=S3CR3T&y=1", "https://h/x?token=***&y=1")]
    [InlineData("redirected to http://127.0.0.1:8080/x/@v/v1.info", "redirected to http://127.0.0.1:8080/x/@v/v1.info")]
    [InlineData("https://h.example/@scope/x and https://h/a@v1", "https://h.example/@scope/x and https://h/a@v1")]
    [InlineData("https://a.example,https://u:S3CR3T@b.example", "https://a.example,https://***@b.example")]
    [InlineData("https://oauth2:S3,C/R3T@h/x", "https://***@h/x")]
    [InlineData("GH_PAT=S3CR3T DB_PASS=S3CR3T", "GH_PAT=*** DB_PASS=***")]
    [InlineData("PATH=/usr/bin compat: yes", "PATH=/usr/bin compat: yes")]
    [InlineData("git@github.com:acme/app.git", "git@github.com:acme/app.git")]
    [InlineData("image: golang@sha256:1111", "image: golang@sha256:1111")]
    public void The_last_door_lets_no_secret_through_and_hurts_nothing_else(string text, string shown) => Assert.Equal(shown, Redaction.Clean(text));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
