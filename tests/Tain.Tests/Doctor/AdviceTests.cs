using Tain.Doctor;
using Tain.Doctor.Reports;

namespace Tain.Tests.Doctor;

/// <summary>What a finding says to do can be done where it was found.</summary>
public sealed class AdviceTests
{
    private const string Mod = "module git.corp.example/shop/app\n\ngo 1.24\n\nrequire (\n\tgit.corp.example/shop/lib v1.2.0\n\tgit.corp.example/shop/ui v1.0.0\n)\n";
    private const string Origin = "[remote \"origin\"]\n\turl = git@git.corp.example:shop/app.git\n";

    [Fact]
    public void Private_modules_of_this_machine_are_covered_by_a_command()
    {
        using var patient = new Patient();
        patient.Write("repo/.git/config", Origin).Write("repo/go.mod", Mod);
        var finding = Assert.Single(patient.Look().Findings, f => f.Pitfall.Id == "go-private-uncovered");
        Assert.Equal("GOPRIVATE (not set on this machine) does not cover this company's own git.corp.example/shop/lib, git.corp.example/shop/ui: private names go to proxy.golang.org, sum.golang.org, which can't have what they name.", finding.Reason(Language.English));
        Assert.Equal("On this machine: go env -w 'GOPRIVATE=git.corp.example'", finding.Remedy(Language.English));
        Assert.Equal("在本机执行：go env -w 'GOPRIVATE=git.corp.example'", finding.Remedy(Language.Chinese));
    }

    [Theory]
    [InlineData("GOENV", "off", "Set GOPRIVATE=git.corp.example")]
    [InlineData("GOPRIVATE", "github.com/acme", "Set GOPRIVATE=github.com/acme,git.corp.example")]
    public void Where_go_env_w_would_have_no_effect_it_is_not_advised(string name, string value, string remedy)
    {
        using var patient = new Patient();
        patient.Environment[name] = value;
        patient.Write("repo/.git/config", Origin).Write("repo/go.mod", Mod);
        Assert.Equal(remedy, Assert.Single(patient.Look().Findings, f => f.Pitfall.Id == "go-private-uncovered").Remedy(Language.English));
    }

    [Fact]
    public void Private_modules_behind_a_mirror_go_to_the_database_by_way_of_it()
    {
        using var patient = new Patient();
        patient.Environment["GOPRIVATE"] = "git.corp.example";
        patient.Write("repo/.git/config", Origin).Write("repo/go.mod", Mod).Write("repo/Dockerfile", "FROM golang:1.27.1\nENV GOPROXY=https://goproxy.corp.example\nRUN go mod download\n");
        var finding = Assert.Single(patient.Look().Findings, f => f.Pitfall.Id == "go-private-uncovered");
        Assert.Contains("GONOSUMDB (not set) does not cover", finding.Reason(Language.English), StringComparison.Ordinal);
        Assert.Contains("go to sum.golang.org by way of goproxy.corp.example,", finding.Reason(Language.English), StringComparison.Ordinal);
        Assert.Contains("发送给 sum.golang.org（经由 goproxy.corp.example）", finding.Reason(Language.Chinese), StringComparison.Ordinal);
        Assert.Equal("Set GONOSUMDB=git.corp.example", finding.Remedy(Language.English));
    }

    [Fact]
    public async Task A_default_that_nobody_wrote_can_not_be_taken_out_of_GOPROXY()
    {
        using var patient = new Patient();
        patient.Write("repo/go.mod", "module x.example/a\n\ngo 1.24\n");
        var diagnosis = await patient.ExamineAsync();
        var finding = Assert.Single(diagnosis.Findings, f => f.Pitfall.Id == "go-mirror-unreachable");
        Assert.Equal("$GOPROXY", finding.Place.ToString());
        Assert.StartsWith("GOPROXY is not set, so this is the go command's own default. Set it to the company's mirror", finding.Remedy(Language.English), StringComparison.Ordinal);
        Assert.StartsWith("GOPROXY 未设置", finding.Remedy(Language.Chinese), StringComparison.Ordinal);
        Assert.Contains("Mirrors that were asked; none answered:", ReportText.Write(diagnosis, new(Language.English)), StringComparison.Ordinal);
        patient.Environment["GOPROXY"] = "https://proxy.golang.org,direct";
        Assert.Contains("take the mirror out of GOPROXY", Assert.Single((await patient.ExamineAsync()).Findings, f => f.Pitfall.Id == "go-mirror-unreachable").Remedy(Language.English), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("home/.config/go/env", "GOPROXY=https://ci:hunter22@nexus.corp.example/go\n", "Put the new one into ~/.netrc: machine nexus.corp.example login")]
    [InlineData("repo/.envrc", "export GOPROXY=https://ci:hunter22@nexus.corp.example/go\n", "Put the new one into ~/.netrc: machine nexus.corp.example login")]
    [InlineData("repo/.gitlab-ci.yml", "variables:\n  GOPROXY: https://ci:hunter22@nexus.corp.example/go\ntest:\n  script: [go test ./...]\n", "masked variable of the pipeline (GitLab has CI_JOB_TOKEN)")]
    [InlineData("repo/Dockerfile", "FROM golang:1.27.1\nENV GOPROXY=https://ci:hunter22@nexus.corp.example/go\n", "RUN --mount=type=secret,id=netrc,target=/root/.netrc")]
    [InlineData("repo/compose.yaml", "services:\n  a:\n    image: golang:1.27.1\n    environment:\n      GOPROXY: https://ci:hunter22@nexus.corp.example/go\n", "from a secret of Kubernetes or compose")]
    public void Credentials_go_where_the_place_has_room_for_them(string path, string text, string remedy)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        var finding = Assert.Single(patient.Look().Findings, f => f.Pitfall.Id == "go-credentials-in-url");
        Assert.Contains(remedy, Redaction.Clean(finding.Remedy(Language.English)), StringComparison.Ordinal);
        Assert.DoesNotContain("***", Redaction.Clean(finding.Remedy(Language.Chinese)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quay.io/acme/web:1.2", "quay.io/acme/web:1.2 comes from none")]
    [InlineData("nginx:1.27.1", "nginx:1.27.1 (docker.io/library/nginx) comes from none")]
    public void An_image_is_named_twice_only_where_its_names_differ(string image, string reason)
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile", $"FROM {image}\n");
        var finding = Assert.Single(patient.Look(new() { Images = ["registry.corp.example"] }).Findings, f => f.Pitfall.Id == "container-image-not-allowed");
        Assert.StartsWith(reason, finding.Reason(Language.English), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry=https://registry.npm.taobao.org/\n", "with CERT_HAS_EXPIRED.")]
    [InlineData("registry=https://registry.npm.taobao.org/\nsass_binary_site=https://npm.taobao.org/mirrors/node-sass\n", "with CERT_HAS_EXPIRED (places in this file: 2).")]
    public void Places_are_counted_from_two_on(string npmrc, string end)
    {
        using var patient = new Patient();
        patient.Write("repo/package.json", "{\"name\":\"x\"}").Write("repo/.npmrc", npmrc);
        Assert.All(patient.Look().Findings.Where(f => f.Pitfall.Id == "npm-registry-retired"), f => Assert.EndsWith(end, f.Reason(Language.English), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("package-lock.json", "{\"lockfileVersion\":3,\"packages\":{\"node_modules/@acme/ui\":{\"version\":\"1.0.0\",\"resolved\":\"https://npm.corp.example/@acme/ui/-/ui-1.0.0.tgz\",\"integrity\":\"sha512-x\"},\n\"node_modules/left-pad\":{\"version\":\"1.3.0\",\"resolved\":\"https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz\",\"integrity\":\"sha512-x\"}}}",
        "@acme is your own (package-lock.json:1: all that comes from npm.corp.example is in it)")]
    [InlineData(".tain-doctor.yaml", "npm-scopes: [acme]", "@acme is your own (.tain-doctor.yaml says so)")]
    public async Task What_makes_a_scope_your_own_is_said(string path, string text, string reason)
    {
        using var patient = new Patient();
        patient.Write("repo/package.json", "{\"name\":\"x\",\"dependencies\":{\"@acme/ui\":\"1.0.0\",\"left-pad\":\"1.3.0\"}}").Write("repo/" + path, text);
        Assert.StartsWith(reason, Assert.Single((await patient.ExamineAsync(0)).Findings, f => f.Pitfall.Id == "npm-scope-no-registry").Reason(Language.English), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npm ci", "package.json package-lock.json .npmrc", ".npmrc", "bunfig.toml")]
    [InlineData("npm ci", "package.json package-lock.json")]
    [InlineData("pnpm install", "package.json pnpm-lock.yaml .npmrc pnpm-workspace.yaml", ".npmrc", "pnpm-workspace.yaml")]
    [InlineData("yarn install", "package.json yarn.lock .yarnrc.yml", ".yarnrc.yml")]
    [InlineData("go mod download", "go.mod go.sum", ".npmrc")]
    public void What_names_the_registry_is_copied_with_what_names_the_dependencies(string command, string files, params string[] settings)
    {
        using var patient = new Patient();
        patient.Write("repo/package.json", "{\"name\":\"x\"}").Write("repo/deploy/Dockerfile", $"FROM node:22.1.0\nCOPY . .\nRUN {command}\n");
        foreach (var file in settings)
            patient.Write("repo/" + file, "");
        string Remedy() => Assert.Single(patient.Look().Findings, f => f.Pitfall.Id == "dockerfile-sources-before-dependencies").Remedy(Language.English);
        Assert.Contains($": COPY {files} ./,", Remedy(), StringComparison.Ordinal);
        // A file that is not in every clone would end the build.
        patient.Write("repo/.gitignore", ".npmrc\n");
        Assert.DoesNotContain(".npmrc", Remedy(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tains_own_repository_has_nothing_worse_than_a_note()
    {
        using var patient = new Patient();
        var problems = new List<string>();
        var diagnosis = await new Consultation(patient.Machine, Root(), [], TimeProvider.System).RunAsync(TimeSpan.Zero, problems, TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        Assert.DoesNotContain(diagnosis.Findings, f => f.Severity > Severity.Note);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
