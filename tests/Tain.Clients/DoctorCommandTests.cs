using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tain.Clients;

/// <summary>The published <c>tain doctor</c> on a repository with several findings: what it prints, where, and its exit codes.</summary>
public sealed partial class DoctorCommandTests : IDisposable
{
    /// <summary>What is wrong there, in the order of the report: <c>SEVERITY ID FILE:LINE</c>.</summary>
    private static readonly string[] Findings =
    [
        "error go-private-no-effect .gitlab-ci.yml:3",
        "error npm-strict-ssl-off .npmrc:2",
        "error go-sumdb-off Dockerfile:2",
        "warning go-proxy-no-direct .gitlab-ci.yml:2",
        "warning npm-registry-plain-http .npmrc:1",
    ];

    private readonly TempFolder _folder = new();

    public DoctorCommandTests()
    {
        Write(".git/HEAD", "ref: refs/heads/main\n");
        Write("go.mod", "module app.example/app\n\ngo 1.24\n");
        Write("Dockerfile", "FROM registry.corp.example/golang:1.27.1@sha256:1111111111111111111111111111111111111111111111111111111111111111\nENV GOSUMDB=off\nRUN go build ./...\n");
        Write(".gitlab-ci.yml", "variables:\n  GOPROXY: https://goproxy.cn\n  GOPRIVATE: https://git.corp.example\ntest:\n  script: [go test ./...]\n");
        Write("package.json", "{ \"name\": \"app\", \"private\": true }\n");
        Write(".npmrc", "registry=http://npm.corp.example/\nstrict-ssl=false\n");
    }

    private string Repo => _folder["repo"];

    [Fact]
    public async Task JSON_is_all_of_the_output_and_has_each_finding_with_its_place()
    {
        var run = await RunAsync("--offline", "--json");
        Assert.Equal((1, ""), (run.Code, run.Errors));
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(Findings, json.RootElement.GetProperty("findings").EnumerateArray()
            .Select(f => $"{f.GetProperty("severity").GetString()} {f.GetProperty("id").GetString()} {f.GetProperty("file").GetString()}:{f.GetProperty("line").GetInt32()}"));
        Assert.All(json.RootElement.GetProperty("findings").EnumerateArray(), f => Assert.NotEmpty(f.GetProperty("remedy").GetString()!));
        var summary = json.RootElement.GetProperty("summary");
        Assert.Equal((3, 2), (summary.GetProperty("errors").GetInt32(), summary.GetProperty("warnings").GetInt32()));
    }

    [Fact]
    public async Task SARIF_is_all_of_the_output_and_has_the_same_findings()
    {
        var run = await RunAsync("--offline", "--sarif");
        Assert.Equal((1, ""), (run.Code, run.Errors));
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal("2.1.0", json.RootElement.GetProperty("version").GetString());
        var result = json.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r =>
        {
            var place = r.GetProperty("locations")[0].GetProperty("physicalLocation");
            return $"{r.GetProperty("level").GetString()} {r.GetProperty("ruleId").GetString()} {place.GetProperty("artifactLocation").GetProperty("uri").GetString()}:{place.GetProperty("region").GetProperty("startLine").GetInt32()}";
        });
        Assert.Equal(Findings, result);
    }

    [Fact]
    public async Task A_home_that_is_not_there_yet_is_made_and_this_folder_is_not_taken_for_it()
    {
        Write("go.mod", "module example.io/app\n\ngo 1.26\n\nrequire git.acme.internal/lib v1.0.0\n");
        var home = _folder["a-home-of-nobody"];
        var run = await RunAsync(["--offline", "--fix", "--yes"], ("HOME", home));
        Assert.Contains("~/.config/go/env", run.Output, StringComparison.Ordinal);
        Assert.Equal("GOPRIVATE=git.acme.internal\n", await File.ReadAllTextAsync(Path.Combine(home, ".config/go/env"), TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(Path.Combine(Repo, ".config")) || Directory.Exists(Path.Combine(Repo, "below/it/.config")) || Directory.Exists(Path.Combine(Repo, "below/it/.local")));
    }

    [Fact]
    public async Task In_a_pipeline_each_finding_is_an_annotation_of_its_line_and_nothing_has_a_color()
    {
        var run = await RunAsync(["--offline", "--ci"], ("GITHUB_ACTIONS", "true"), ("TERM", "xterm-256color"));
        Assert.Equal((1, ""), (run.Code, run.Errors));
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.Equal(Findings, run.Output.Split('\n').Select(l => Annotation().Match(l)).Where(m => m.Success).Select(m => $"{m.Groups[1]} {m.Groups[4]} {m.Groups[2]}:{m.Groups[3]}"));
        Assert.DoesNotContain((await RunAsync("--offline", "--ci")).Output.Split('\n'), l => l.StartsWith("::", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1, "--fail-on", "error")]
    [InlineData(0, "--fail-on", "never")]
    [InlineData(1, "--ignore", "go-private-no-effect", "--ignore", "go-sumdb-off", "--ignore", "npm-strict-ssl-off")]
    [InlineData(0, "--ignore", "go-private-no-effect", "--ignore", "go-sumdb-off", "--ignore", "npm-strict-ssl-off", "--fail-on", "error")]
    [InlineData(0, "--list")]
    [InlineData(2, "--fail-on", "always")]
    [InlineData(2, "--explain", "go-proxy-pip")]
    [InlineData(2, "--nonsense")]
    [InlineData(2, "/nowhere/at/all")]
    public async Task The_exit_code_tells_what_was_found_and_a_wrong_command_line_prints_nothing_but_why(int code, params string[] arguments)
    {
        var run = await RunAsync(["--offline", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Equal(code == 2, run.Errors.Length > 0);
        Assert.Equal(code == 2, run.Output == run.Errors);
    }

    [Fact]
    public async Task A_wrong_file_of_the_teams_is_named_with_its_line()
    {
        Write(".tain-doctor.yaml", "ignore:\n  - go-sumdb-off\nignores: x\n");
        var run = await RunAsync("--offline");
        Assert.Equal(2, run.Code);
        Assert.Contains(".tain-doctor.yaml:3: 'ignores' is no key of this file", run.Errors, StringComparison.Ordinal);
        Write(".tain-doctor.yaml", "ignore: [go-sumdb-off, go-private-no-effect, npm-strict-ssl-off, go-proxy-no-direct .gitlab-ci.yml, npm-registry-plain-http .n*]\n");
        var ignored = await RunAsync("--offline");
        Assert.Equal((0, ""), (ignored.Code, ignored.Errors));
        Assert.Contains("nothing wrong was found", ignored.Output, StringComparison.Ordinal);
        Assert.Contains("; 5 ignored", ignored.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_speaks_Chinese_when_asked_to_and_where_the_machine_does()
    {
        var asked = await RunAsync("--offline", "--lang", "zh");
        Assert.Contains("3 个错误，2 个警告", asked.Output, StringComparison.Ordinal);
        Assert.Contains("错误 Dockerfile:2  [go-sumdb-off]", asked.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (asked.Code, asked.Errors));
        var spoken = await RunAsync(["--offline"], ("LANG", "zh_CN.UTF-8"));
        Assert.Equal(Timeless(asked.Output), Timeless(spoken.Output));
        Assert.Contains("3 errors, 2 warnings", (await RunAsync(["--offline"], ("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C.UTF-8"))).Output, StringComparison.Ordinal);
        Assert.Contains("3 errors, 2 warnings", (await RunAsync(["--offline", "--lang", "en"], ("LANG", "zh_CN.UTF-8"))).Output, StringComparison.Ordinal);
        // A sentence of JSON's is in the language too, its keys and words are not.
        using var json = JsonDocument.Parse((await RunAsync("--offline", "--json", "--lang", "zh")).Output);
        Assert.Equal("error", json.RootElement.GetProperty("findings")[0].GetProperty("severity").GetString());
        Assert.Matches("\\p{IsCJKUnifiedIdeographs}", json.RootElement.GetProperty("findings")[0].GetProperty("reason").GetString()!);
    }

    [Theory]
    [InlineData("en", "docs/pitfalls.md")]
    [InlineData("zh", "docs/pitfalls.zh-CN.md")]
    public async Task Each_story_of_the_page_is_in_the_program(string language, string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page));
        var sections = text.Split("\n### ")[1..].Select(s => s.Split("\n## ")[0].TrimEnd() + "\n").ToList();
        Assert.True(sections.Count > 25);
        var runs = sections.Select(async s => (Section: s, Run: await RunAsync("--explain", s.Split('\n')[0], "--lang", language))).ToList();
        foreach (var (section, run) in await Task.WhenAll(runs))
            Assert.Equal((0, "", section), (run.Code, run.Errors, run.Output));
    }

    public void Dispose() => _folder.Dispose();

    private static string Timeless(string text) => Milliseconds().Replace(text, "N ms");

    private void Write(string path, string text)
    {
        var full = Path.Combine(Repo, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    /// <summary>Runs it below the repository, which it finds, on a machine where nothing is installed.</summary>
    private async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        var variables = new Dictionary<string, string> { ["PATH"] = _folder["empty"], ["HOME"] = _folder["home"] };
        foreach (var (name, value) in environment)
            variables[name] = value;
        await using var process = ChildProcess.Start(Repository.Tain, ["doctor", .. arguments], Directory.CreateDirectory(Path.Combine(Repo, "below/it")).FullName, variables);
        var code = await process.WaitAsync(TimeSpan.FromMinutes(1));
        return (code, process.Output, process.Errors);
    }

    [GeneratedRegex("^::(error|warning) file=([^,]+),line=([0-9]+),title=([a-z-]+)::.+")]
    private static partial Regex Annotation();

    [GeneratedRegex("[0-9.]+ ms")]
    private static partial Regex Milliseconds();
}
