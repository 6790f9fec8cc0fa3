using Tain.Doctor;
using Tain.Doctor.Files;

namespace Tain.Tests.Doctor;

/// <summary>What a team tells the doctor.</summary>
public sealed class DoctorFileTests
{
    [Theory]
    [InlineData("ignore: go-sumdb-off", false)]
    [InlineData("ignore:\n  - go-sumdb-off", false)]
    [InlineData("ignore: [go-sumdb-off a/Dockerfile]", false)]
    [InlineData("\ufeffignore: go-sumdb-off", false)]
    [InlineData("ignore: [go-sumdb-off a/*]", false)]
    [InlineData("ignore: [go-sumdb-off b/*]", true)]
    [InlineData("ignore: [go-sumdb-off a]", true)]
    [InlineData("ignore: [go-proxy-no-direct]", true)]
    [InlineData("", true)]
    public async Task A_check_is_passed_over_everywhere_or_at_a_path(string text, bool isFound)
    {
        using var patient = new Patient();
        patient.Write("repo/.tain-doctor.yaml", text).Write("repo/a/Dockerfile", "ENV GOSUMDB=off\n");
        var diagnosis = await patient.ExamineAsync(0);
        Assert.Equal(isFound, diagnosis.Findings.Any(f => f.Pitfall.Id == "go-sumdb-off"));
        Assert.Equal(isFound ? 0 : 1, diagnosis.Ignored);
    }

    [Theory]
    [InlineData("ENV GOSUMDB=off # tain:ignore go-sumdb-off\n", false)]
    [InlineData("# tain:ignore go-proxy-pipe, go-sumdb-off\nENV GOSUMDB=off\n", false)]
    [InlineData("# tain:ignore go-sumdb\nENV GOSUMDB=off\n", true)]
    [InlineData("# tain:ignore go-sumdb-off\n\nENV GOSUMDB=off\n", true)]
    [InlineData("ENV GOSUMDB=off\n# tain:ignore go-sumdb-off\n", true)]
    public async Task A_comment_passes_over_its_own_line_and_the_next(string text, bool isFound)
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile", text);
        Assert.Equal(isFound, (await patient.ExamineAsync(0)).Findings.Any(f => f.Pitfall.Id == "go-sumdb-off"));
    }

    [Theory]
    [InlineData("privat: x", ".tain-doctor.yaml:1: 'privat' is no key of this file")]
    [InlineData("private: 'a.example b.example'", "the pattern 'a.example b.example' can match no module: write a.example,b.example")]
    [InlineData("private: https://ci:S3CR3T@git.corp.example", "the pattern 'https://***@git.corp.example' can match no module: write git.corp.example")]
    [InlineData("private: [\"https://ci:a S3CR3T@git\", x.example]", "the pattern 'https://***@git' can match no module")]
    [InlineData("private: ci:S3CR3T@git", "the pattern '***@git' can match no module")]
    [InlineData("private: https://ci:S3CR3T@git.corp.example/[", "malformed pattern")]
    [InlineData("ignore: https://ci:S3CR3T@git.corp.example", "'https://***@git.corp.example' names no check")]
    [InlineData("'https://ci:S3CR3T@git.corp.example': x", "'https://***@git.corp.example' is no key of this file")]
    [InlineData("ignore: [go-nothing]", "'go-nothing' names no check")]
    [InlineData("private: {a: b}", "wants a list of words")]
    [InlineData("- a", "is no mapping")]
    [InlineData("a: [", "is no valid YAML")]
    public void What_is_wrong_with_the_file_is_said_with_its_line(string text, string problem)
    {
        using var patient = new Patient();
        patient.Write("repo/.tain-doctor.yaml", text);
        var problems = new List<string>();
        DoctorFile.Load(patient.Repo, new FileReader(patient.Repo, patient.Home), problems);
        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
        Assert.DoesNotContain("S3CR3T", problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ignore: [container-nope, {container-not-pinned: overlays/*}]", ":1: ignore: wants a list of words: write container-not-pinned overlays/*", ":1: ignore: 'container-nope' names no check: ")]
    [InlineData("ignore:\n  - go-sumdb-of\n  - go-insecure\n  - container-not-pined: a b/*\n", ":4: ignore: wants a list of words: write container-not-pined a b/*", ":2: ignore: 'go-sumdb-of' names no check: did you mean go-sumdb-off?", ":4: ignore: 'container-not-pined a b/*' names no check: did you mean container-not-pinned?")]
    [InlineData("images:\n  - a.example\n  - [b.example]\nprivates: {}\n", ":3: images: wants a list of words: write images: [registry.corp.example]", ":4: 'privates' is no key of this file: private, public, npm-scopes, images and ignore are")]
    public void All_that_is_wrong_is_said_at_once_each_at_its_own_line(string text, params string[] expected)
    {
        using var patient = new Patient();
        patient.Write("repo/.tain-doctor.yaml", text);
        var problems = new List<string>();
        DoctorFile.Load(patient.Repo, new FileReader(patient.Repo, patient.Home), problems);
        Assert.Equal(expected.Length, problems.Count);
        Assert.All(expected, e => Assert.Contains(problems, p => p.Contains(".tain-doctor.yaml" + e, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Private_and_public_patterns_decide_where_no_evidence_does()
    {
        using var patient = new Patient();
        patient.Write("repo/go.mod", "module example.com/app\n\ngo 1.24\n\nrequire go.acme.example/secret v1.0.0\n").Write("repo/go.sum", "go.acme.example/secret v1.0.0 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=\ngo.acme.example/secret v1.0.0/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=\n");
        Assert.Empty((await patient.ExamineAsync(0)).Findings);
        patient.Write("repo/.tain-doctor.yaml", "private: go.acme.example");
        Assert.Equal("go-private-uncovered", Assert.Single((await patient.ExamineAsync(0)).Findings).Pitfall.Id);
        patient.Write("repo/.tain-doctor.yaml", "private: go.acme.example\npublic: go.acme.example");
        Assert.Empty((await patient.ExamineAsync(0)).Findings);
    }

    [Fact]
    public void Others_code_and_copies_of_fixes_are_not_walked()
    {
        using var patient = new Patient();
        foreach (var path in (string[])["a/Dockerfile", "node_modules/x/Dockerfile", "vendor/x/Dockerfile", ".git/Dockerfile", "testdata/Dockerfile", "Dockerfile.20261127T152302Z.bak", "b/.hidden/Dockerfile"])
            patient.Write("repo/" + path, "");
        var passedOver = new List<string>();
        var found = FolderWalk.Find(patient.Repo, (_, name) => name.StartsWith("Dockerfile", StringComparison.Ordinal), _ => false, (path, _) => passedOver.Add(path));
        Assert.Equal(["a/Dockerfile", "b/.hidden/Dockerfile"], found.Select(f => Path.GetRelativePath(patient.Repo, f)));
        Assert.Empty(passedOver);

        patient.Write("repo/" + string.Concat(Enumerable.Repeat("d/", FolderWalk.MaxDepth + 1)) + "Dockerfile", "");
        Assert.Equal(found, FolderWalk.Find(patient.Repo, (_, name) => name.StartsWith("Dockerfile", StringComparison.Ordinal), _ => false, (path, _) => passedOver.Add(path)));
        Assert.EndsWith("/d/d", Assert.Single(passedOver), StringComparison.Ordinal);
    }
}
