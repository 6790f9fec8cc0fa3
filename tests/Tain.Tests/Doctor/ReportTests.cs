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
            Assert.All(sarif["runs"]![0]!["tool"]!["driver"]!["rules"]!.AsArray(), rule =>
            {
                var (text, markdown) = (rule!["help"]!["text"]!.GetValue<string>(), rule["help"]!["markdown"]!.GetValue<string>());
                Assert.NotEmpty(rule["fullDescription"]!["text"]!.GetValue<string>());
                Assert.Contains("**", markdown, StringComparison.Ordinal);
                Assert.DoesNotContain("```", text, StringComparison.Ordinal);
                Assert.DoesNotMatch(@"(?<!\*)\*\*(?!\*)", text);
            });
            Assert.Equal(diagnosis.Findings.Count, sarif["runs"]![0]!["results"]!.AsArray().Count);
            using var json = JsonDocument.Parse(texts[1]);
            Assert.Equal(diagnosis.Findings.Select(f => f.Pitfall.Id), json.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("id").GetString()));
        }
        foreach (var file in new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).Plan())
            Assert.DoesNotContain("S3CR3T", Redaction.Clean(file.Diff()), StringComparison.Ordinal);
    }

    /// <summary>Whatever a password has in it, and wherever it stands: neither it nor a part of it is told, nor lost by a fix.</summary>
    [Theory]
    [InlineData("env GOPROXY", "{0},direct")]
    [InlineData("env GOPROXY", "https://goproxy.cn,{0}|direct,off")]
    [InlineData("env GOSUMDB", "sum.golang.org {0}")]
    [InlineData("env GIT_CONFIG_KEY_0", "url.{0}/.insteadOf")]
    [InlineData("home/.config/go/env", "GOPROXY={0},https://b.corp.example;direct\nGOSUMDB=off\n")]
    [InlineData("home/.config/go/env", "GOPROXY=https://ci:12 {0};direct\n")]
    [InlineData("home/.config/go/env", "export GOPROXY={0}\n")]
    [InlineData("home/.config/go/env", "GOPRIVATE={0}\nGONOSUMDB={1}/shop,a.example \n")]
    [InlineData("home/.gitconfig", "[url \"{0}/\"]\n\tinsteadOf = https://nexus.corp.example/\n")]
    [InlineData("repo/.envrc", "export GONOSUMDB='{1}' GOPROXY=\"{0};direct\"\n")]
    [InlineData("repo/.github/workflows/ci.yml", "on: push\nenv:\n  GOPROXY: '{0};direct'\n  GOPRIVATE: '{1}:shop'\njobs: {{}}\n")]
    [InlineData("repo/.npmrc", "registry={0}/\nstrict-ssl=false\n")]
    // A host of one word, without a scheme, and what ends a URL for the general rule.
    [InlineData("env GOPROXY", "{2}|direct,off")]
    [InlineData("home/.config/go/env", "GOPROXY={2};direct\n")]
    [InlineData("home/.config/go/env", "export GOPROXY={2}\n")]
    [InlineData("home/.config/go/env", "GOPRIVATE={2},a.example \n")]
    [InlineData("home/.config/go/env", "GOPRIVATE=https://ci:a {1}/go, x.corp.example\n")]
    [InlineData("home/.config/go/env", "GOPRIVATE=ci:a<{1}\n")]
    [InlineData("home/.config/go/env", " GOPRIVATE=ci:a>{1}\n")]
    [InlineData("repo/Dockerfile", "ENV GOPROXY=\"https://ci:8080/{2};direct\"\n")]
    [InlineData("repo/Dockerfile", "ENV GOPROXY=\"{2};direct\" GOSUMDB=off\n")]
    [InlineData("repo/.github/workflows/ci.yml", "on: push\nenv:\n  GOPROXY: '{2};direct'\njobs: {{}}\n")]
    [InlineData("repo/.npmrc", "registry={2}\nstrict-ssl=false\n")]
    public async Task A_password_with_separators_is_never_told(string place, string content)
    {
        var random = new Random(2026_11_27);
        for (var i = 0; i < 40; i++)
        {
            // Parts that are found again by themselves, with what ends entries, hosts and user infos between them.
            var parts = Enumerable.Range(0, random.Next(2, 5)).Select(n => $"Zq{random.Next(100, 999)}x{n}").ToArray();
            var password = parts[0] + string.Concat(parts.Skip(1).Select(p => ",|@#/:;&?=%+!*"[random.Next(14)] + p)) + (random.Next(3) == 0 ? ",|@/="[random.Next(5)] : "");
            var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, content, $"https://ci:{password}@nexus.corp.example/go", $"oauth2:{password}@git.corp.example", $"ci:{password}@nexus/go");
            using var patient = new Patient();
            patient.Write("repo/go.mod", "module app.example/app\n\ngo 1.24\n").Write("repo/package.json", "{\"name\":\"x\"}");
            if (place.StartsWith("env ", StringComparison.Ordinal))
                patient.Environment[place[4..]] = text;
            else
                patient.Write(place, text);
            var diagnosis = await patient.ExamineAsync(0);
            Assert.NotEmpty(diagnosis.Findings);
            var told = diagnosis.Plan.Select(f => Redaction.Clean(f.Diff())).ToList();
            foreach (var language in Enum.GetValues<Language>())
                told.AddRange([ReportText.Write(diagnosis, new(language, HasAnnotations: true)), ReportJson.Write(diagnosis, language), ReportSarif.Write(diagnosis, language)]);
            Assert.All(told, t => Assert.All(parts, part => Assert.False(t.Contains(part, StringComparison.Ordinal), $"{part} of {text} is told: {string.Concat(t.Skip(t.IndexOf(part, StringComparison.Ordinal) - 200).Take(300))}")));
            Assert.All(diagnosis.Plan.Where(f => f.Before is not null), f => Assert.True(f.After.Contains(password, StringComparison.Ordinal) || f.After.Contains("git.corp.example", StringComparison.Ordinal), f.After));
        }
    }

    [Theory]
    [InlineData("repo/Dockerfile", "ENV GOPROXY=\"ci:S3CR3T@nexus/go;direct\"\n", "ENV GOPROXY=\"***@nexus/go;direct\"")]
    [InlineData("home/.config/go/env", "GOPRIVATE=ci:a<S3CR3T@git.corp.example\n", "GOPRIVATE=***@git.corp.example")]
    [InlineData("repo/.npmrc", "@acme:registry=https://u:a S3CR3T@registry.npm.taobao.org\n", "https://***@registry.npm.taobao.org")]
    [InlineData("home/.config/go/env", " GOPRIVATE=git.old.example\n", "+GOPRIVATE=git.old.example")]
    [InlineData("home/.config/go/env", "export GOPROXY=https://ci:S3CR3T@nexus,off\n", "+GOPROXY=https://***@nexus,off")]
    public async Task A_diff_shows_what_is_written_and_masks_in_it_what_the_finding_masks(string path, string text, string shown)
    {
        using var patient = new Patient();
        patient.Write("repo/package.json", "{\"name\":\"x\"}").Write(path, text);
        var diff = Assert.Single((await patient.ExamineAsync(0)).Plan).Diff();
        Assert.Contains(shown, diff, StringComparison.Ordinal);
        Assert.DoesNotContain("S3CR3T", diff, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("home/.config/go/env", "GOPROXY=ci:S3CR3T@nexus/go;direct\n")]
    [InlineData("repo/Dockerfile", "ENV GOPROXY=\"https://ci:8080/S3CR3T@nexus/go;direct\"\n")]
    public async Task A_password_before_a_host_of_one_word_is_found(string path, string text)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        Assert.Contains((await patient.ExamineAsync(0)).Findings, f => f.Pitfall.Id == "go-credentials-in-url" && f.Reason(Language.English).Contains("nexus", StringComparison.Ordinal));
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
    [InlineData("image: r.example:5000/golang:1.26@sha256:1111 npm:x@1.2.0", "image: r.example:5000/golang:1.26@sha256:1111 npm:x@1.2.0")]
    [InlineData("http://athens:3000/x/@latest, then https://r.example/@scope/x", "http://athens:3000/x/@latest, then https://r.example/@scope/x")]
    [InlineData("https://u:p@S3CR3T|S3CR3T@h.example", "https://***@h.example")]
    [InlineData("https://u:S3CR3T#S3CR3T@h.example,https://b.example", "https://***@h.example,https://b.example")]
    [InlineData("https://ci:1234/S3CR3T@h.example/go", "https://***@h.example/go")]
    [InlineData("https://S3CR3T/S3CR3T@h.example/go", "https://***@h.example/go")]
    [InlineData("https://u:S3CR3T'S3CR3T@h.example/go", "https://***@h.example/go")]
    [InlineData("GONOSUMDB=oauth2:S3CR3T@git.corp.example,git.corp.example/x", "GONOSUMDB=***@git.corp.example,git.corp.example/x")]
    [InlineData("GOPRIVATE 的值是 oauth2:S3CR3T,S3CR3T@git.corp.example：", "GOPRIVATE 的值是 ***@git.corp.example：")]
    public void The_last_door_lets_no_secret_through_and_hurts_nothing_else(string text, string shown) => Assert.Equal(shown, Redaction.Clean(text));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
