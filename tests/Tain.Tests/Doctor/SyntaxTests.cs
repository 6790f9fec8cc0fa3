using System.Diagnostics;
using Tain.Doctor;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;
using Tain.Doctor.Workplaces;

namespace Tain.Tests.Doctor;

/// <summary>A value's place: what may stand there, and what the file is when it does.</summary>
public sealed class SyntaxTests
{
    private const string Mirror = "https://proxy.golang.org";

    [Theory]
    // A Dockerfile.
    [InlineData("Dockerfile", "FROM golang\nRUN [\"sh\",\"-c\",\"GOPRIVATE=.corp.example go build ./...\"]\n", null)]
    [InlineData("Dockerfile", "FROM golang\nRUN --network=none [\"sh\", \"-c\", \"GOPROXY=https://proxy.golang.org go build ./...\"]\n", "https://proxy.golang.org,direct go build")]
    [InlineData("Dockerfile", "FROM golang\nRUN GOPRIVATE=.corp.example go build ./...\n", "RUN GOPRIVATE=\"*.corp.example\" go build ./...\n")]
    [InlineData("Dockerfile", "FROM golang\nRUN sh -c \"GOPRIVATE=.corp.example go build ./...\"\n", null)]
    [InlineData("Dockerfile", "FROM golang\nENV A=b \\\n    # why\n    GOPRIVATE=.corp.example\n", "    GOPRIVATE=*.corp.example\n")]
    [InlineData("Dockerfile", "FROM golang\nENV GOPRIVATE .corp.example\n", "ENV GOPRIVATE *.corp.example\n")]
    [InlineData("Dockerfile", "FROM golang\nRUN <<EOF\nexport GOPRIVATE=.corp.example\nEOF\n", null)]
    // YAML.
    [InlineData(".github/workflows/x.yml", "env: {GOPROXY: https://proxy.golang.org, CGO_ENABLED: 0}\n", null)]
    [InlineData(".github/workflows/x.yml", "env: {GOPROXY: 'https://proxy.golang.org', CGO_ENABLED: 0}\n", "env: {GOPROXY: 'https://proxy.golang.org,direct', CGO_ENABLED: 0}\n")]
    [InlineData(".github/workflows/x.yml", "env: {GOSUMDB: off, CGO_ENABLED: 0}\n", "env: {GOSUMDB: sum.golang.org, CGO_ENABLED: 0}\n")]
    [InlineData(".github/workflows/x.yml", "env:\n  GOPRIVATE: .corp.example\n", "  GOPRIVATE: \"*.corp.example\"\n")]
    [InlineData(".github/workflows/x.yml", "env:\n  GOSUMDB: &off off\n  OTHER: *off\n", null)]
    [InlineData(".github/workflows/x.yml", "env:\n  GOPROXY: |\n    https://proxy.golang.org\n", null)]
    [InlineData(".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          export GOPRIVATE=.corp.example\n", "          export GOPRIVATE=\"*.corp.example\"\n")]
    [InlineData(".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n      - run: export GOPRIVATE=.corp.example && go build\n", null)]
    [InlineData(".github/workflows/x.yml", "jobs: {a: {steps: [{run: go env -w GOPROXY=https://proxy.golang.org}]}}\n", null)]
    [InlineData("compose.yaml", "services:\n  a:\n    environment: [GOPROXY=https://proxy.golang.org, A=b]\n", null)]
    [InlineData("compose.yaml", "services:\n  a:\n    environment: [\"GOPROXY=https://proxy.golang.org\", A=b]\n", "[\"GOPROXY=https://proxy.golang.org,direct\", A=b]")]
    [InlineData("compose.yaml", "services:\n  a:\n    environment:\n      - GOPRIVATE=.corp.example\n", "      - GOPRIVATE=*.corp.example\n")]
    [InlineData(".gitlab-ci.yml", "a:\n  script:\n    - \"export GOPRIVATE=.corp.example && go build\"\n", null)]
    [InlineData(".gitlab-ci.yml", "a:\n  script:\n    - \"export GOPROXY=https://proxy.golang.org && go build\"\n", "    - \"export GOPROXY=https://proxy.golang.org,direct && go build\"\n")]
    [InlineData("k8s.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  env: |\n    GOPRIVATE=.corp.example\n", null)]
    // Groovy.
    [InlineData("Jenkinsfile", "sh \"export GOPRIVATE=.corp.example; go build\"\n", null)]
    [InlineData("Jenkinsfile", "sh '''\nexport GOPRIVATE=.corp.example\n'''\n", null)]
    [InlineData("Jenkinsfile", "// don't\nenvironment { GOPRIVATE = '.corp.example' }\n", "environment { GOPRIVATE = '*.corp.example' }\n")]
    [InlineData("Jenkinsfile", "env.GOSUMDB = \"off\"\n", "env.GOSUMDB = \"sum.golang.org\"\n")]
    [InlineData("Jenkinsfile", "withEnv(['GOPRIVATE=.corp.example']) { sh 'go build' }\n", "withEnv(['GOPRIVATE=*.corp.example']) { sh 'go build' }\n")]
    // JSON and TOML.
    [InlineData("devcontainer.json", "{\"postCreateCommand\": \"go env -w GOPRIVATE=.corp.example\"}", null)]
    [InlineData("devcontainer.json", "{\"postCreateCommand\": \"go env -w GOPROXY=https://proxy.golang.org\"}", "\"go env -w GOPROXY=https://proxy.golang.org,direct\"")]
    [InlineData("devcontainer.json", "{\"remoteEnv\": {\"GOPRIVATE\": \".corp.example\"}}", "{\"GOPRIVATE\": \"*.corp.example\"}")]
    [InlineData("mise.toml", "[env]\nGOPRIVATE = \".corp.example\"\n", "GOPRIVATE = \"*.corp.example\"\n")]
    [InlineData("mise.toml", "[tasks.a]\nrun = \"GOPRIVATE=.corp.example go build\"\n", null)]
    // make: quotes are part of a value.
    [InlineData("Makefile", "GOPRIVATE = .corp.example\n", "GOPRIVATE = *.corp.example\n")]
    [InlineData("Makefile", "export GOPRIVATE := .corp.example # ours\n", "export GOPRIVATE := *.corp.example # ours\n")]
    [InlineData("Makefile", "GOPROXY := https://proxy.golang.org https://goproxy.io\n", "GOPROXY := https://proxy.golang.org,https://goproxy.io,direct\n")]
    [InlineData("Makefile", "GOPROXY := https://goproxy.cn|https://goproxy.io\n", "GOPROXY := https://goproxy.cn|https://goproxy.io,direct\n")]
    [InlineData("Makefile", "a:\n\tGOPRIVATE=.corp.example go build\n", null)]
    [InlineData("Makefile", "a:\n\tGOPROXY=https://proxy.golang.org go build\n", "\tGOPROXY=https://proxy.golang.org,direct go build\n")]
    // dotenv: quotes stay where they are, and none are added.
    [InlineData(".env", "A=\"b\"\nGOPRIVATE=.corp.example\n", "A=\"b\"\nGOPRIVATE=*.corp.example\n")]
    [InlineData(".env", "GOPRIVATE='.corp.example'\n", "GOPRIVATE='*.corp.example'\n")]
    [InlineData(".env", "GOPRIVATE=.corp.example # our own\n", "GOPRIVATE=*.corp.example # our own\n")]
    // A shell.
    [InlineData(".envrc", "export GOPRIVATE=.corp.example\n", "export GOPRIVATE=\"*.corp.example\"\n")]
    [InlineData(".envrc", "bash -c \"export GOPRIVATE=.corp.example; go build\"\n", null)]
    [InlineData(".envrc", "bash -c \"\nexport GOPRIVATE=.corp.example\n\"\n", null)]
    // A ; ends a shell's word, and what it was meant for goes with it.
    [InlineData(".envrc", "export GOPROXY=https://goproxy.cn;direct\n", "export GOPROXY=https://goproxy.cn,direct\n")]
    [InlineData("build.sh", "go env -w GOPROXY=https://goproxy.cn;direct\n", "GOPROXY=https://goproxy.cn,direct\n")]
    [InlineData("Dockerfile", "FROM golang\r\nARG GOPROXY=https://goproxy.cn;direct\r\n", "ARG GOPROXY=https://goproxy.cn,direct\r\n")]
    [InlineData("Dockerfile", "FROM golang\nENV GOPROXY=https\\://goproxy.cn\\;direct\n", null)]
    [InlineData("Dockerfile", "FROM golang\nCOPY <<EOF /root/.config/go/env\nGOPROXY=https://goproxy.cn;direct\nEOF\n", "GOPROXY=https://goproxy.cn,direct\nEOF\n")]
    [InlineData("Makefile", "a:\n\tGOPROXY=https://goproxy.cn\\;direct go build\n", null)]
    [InlineData(".devcontainer/devcontainer.json", "{\"runArgs\": [\"--env=GOPROXY=https://goproxy.cn;direct\"]}", "\"--env=GOPROXY=https://goproxy.cn,direct\"")]
    [InlineData(".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          echo \"GOPROXY=https://goproxy.cn;direct\" >> $GITHUB_ENV\n", "\"GOPROXY=https://goproxy.cn,direct\"")]
    // A default within an expression is left to people.
    [InlineData("compose.yaml", "services:\n  a:\n    environment:\n      GOPROXY: \"${GOPROXY:-https://goproxy.cn;direct}\"\n", null)]
    // Lines that end in carriage returns alone are no lines here.
    [InlineData(".env", "A=b\rGOINSECURE=*.corp.example\rC=d\r", null)]
    public void An_edit_is_made_only_where_its_value_can_stand(string path, string text, string? becomes)
    {
        using var patient = new Patient();
        var plan = patient.Write("repo/" + path, text).Consultation().Plan();
        if (becomes is null)
            Assert.Empty(plan.Select(f => f.After));
        else
            Assert.Contains(becomes, Assert.Single(plan).After, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Jenkinsfile", "sh 'GOPROXY=https://proxy.golang.org,direct go build ./...'\nsh 'GOSUMDB=sum.golang.org go mod download'\n")]
    [InlineData("Makefile", "vet:\n\tbash -c \"GOPROXY=https://proxy.golang.org,direct go vet\"\n")]
    [InlineData("compose.yaml", "services:\n  a:\n    command: [\"sh\",\"-c\",\"GOPROXY=https://proxy.golang.org,direct go run\"]\n")]
    [InlineData(".env", "GOPROXY='https://proxy.golang.org,direct'\nGOPRIVATE=git.corp.example # our own\nA=\"b\"\n")]
    [InlineData(".env.ci", "GOSUMDB=sum.golang.org # public\n")]
    [InlineData(".env.ci", "export GOPROXY=\"https://proxy.golang.org,direct\" # public\n")]
    public async Task Healthy_lines_are_healthy_whatever_stands_around_a_value(string path, string text)
    {
        using var patient = new Patient();
        Assert.Empty((await patient.Write("repo/" + path, text).ExamineAsync(0)).Findings.Select(CorpusCase.Line));
    }

    [Theory]
    [InlineData("Dockerfile", "FROM golang\nENV GOPROXY=https\\://goproxy.cn\\;direct\n")]
    [InlineData("Makefile", "a:\n\tGOPROXY=https://goproxy.cn\\;direct go build\n")]
    [InlineData("compose.yaml", "services:\n  a:\n    environment:\n      GOPROXY: \"${GOPROXY:-https://goproxy.cn;direct}\"\n")]
    [InlineData(".github/workflows/a.yml", "env:\n  GOPROXY: ${{ vars.GOPROXY || 'https://goproxy.cn;direct' }}\n")]
    [InlineData(".devcontainer.json", "{\"containerEnv\": {\"GOPROXY\": \"${localEnv:GOPROXY:https://goproxy.cn;direct}\"}}")]
    [InlineData("Jenkinsfile", "environment { GOPROXY = \"${env.MIRROR ?: 'https://goproxy.cn;direct'}\" }\n")]
    [InlineData(".gitlab-ci.yml", "variables:\n  GOPROXY: {value: \"https://goproxy.cn;direct\", description: \"GOSUMDB=off\"}\n")]
    [InlineData("azure-pipelines.yaml", "variables:\n  GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData("azure-pipelines-pr.yml", "variables:\n  GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData(".azure-pipelines/a/b.yml", "variables:\n- name: GOPROXY\n  value: https://goproxy.cn;direct\n")]
    [InlineData(".buildkite/pipeline.yml", "env:\n  GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData(".cirrus.yml", "env:\n  GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData("appveyor.yml", "environment:\n  GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData(".drone.yaml", "steps:\n- environment:\n    GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData(".woodpecker.yaml", "steps:\n- environment:\n  - GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("buildspec.yaml", "env:\n  variables:\n    GOPROXY: https://goproxy.cn;direct\n")]
    [InlineData("cloudbuild.yml", "steps:\n- env: ['GOPROXY=https://goproxy.cn;direct']\n")]
    [InlineData("bitbucket-pipelines.yaml", "pipelines:\n  default:\n  - step:\n      script:\n      - export GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("ci/extra.yml", "variables:\n  GOPROXY: https://goproxy.cn;direct\ntest:\n  script: [go test ./...]\n")]
    [InlineData("ci/deploy.groovy", "environment { GOPROXY = 'https://goproxy.cn;direct' }\n")]
    [InlineData("release.jenkins", "environment { GOPROXY = 'https://goproxy.cn;direct' }\n")]
    [InlineData(".vscode/launch.json", "{\"configurations\": [{\"env\": {\"GOPROXY\": \"https://goproxy.cn;direct\"}}]}")]
    [InlineData(".vscode/tasks.json", "{\"tasks\": [{\"command\": \"GOPROXY=https://goproxy.cn;direct go build\"}]}")]
    [InlineData("app.code-workspace", "{\"settings\": {\"go.toolsEnvVars\": {\"GOPROXY\": \"https://goproxy.cn;direct\"}}}")]
    [InlineData(".envrc.local", "export GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("deploy/app.env", "GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("mise.local.toml", "[env]\nGOPROXY = \"https://goproxy.cn;direct\"\n")]
    [InlineData(".config/mise/config.toml", "[env]\nGOPROXY = \"https://goproxy.cn;direct\"\n")]
    [InlineData("justfile", "export GOPROXY := \"https://goproxy.cn;direct\"\n")]
    [InlineData("Makefile.common", "export GOPROXY = https://goproxy.cn;direct\n")]
    [InlineData("Earthfile", "VERSION 0.8\nbuild:\n    FROM golang\n    ENV GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("docker-bake.hcl", "target \"app\" {\n  args = {\n    GOPROXY = \"https://goproxy.cn;direct\"\n  }\n}\n")]
    [InlineData(".bazelrc", "build --action_env=GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("Dockerfile-prod", "FROM golang\nENV GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("Dockerfile_ci", "FROM golang\nENV GOPROXY=https://goproxy.cn;direct\n")]
    [InlineData("dockerfile", "FROM golang\nENV GOPROXY=https://goproxy.cn;direct\n")]
    public async Task A_wrong_separator_is_found_wherever_the_list_is_set(string path, string text)
    {
        using var patient = new Patient();
        var findings = (await patient.Write("repo/" + path, text).ExamineAsync(0)).Findings.Where(f => f.Pitfall.Id.StartsWith("go-", StringComparison.Ordinal));
        Assert.Equal("go-proxy-separator", Assert.Single(findings).Pitfall.Id);
    }

    [Theory]
    [InlineData("a.yaml", "a: {b: x, c: 1}\n", "x", "y, z", false)]
    [InlineData("a.yaml", "a: {b: x, c: 1}\n", "x", "y", true)]
    [InlineData("a.yaml", "a: \"x\"\n", "x", "\"y\"", false)]
    [InlineData("a.yaml", "a: x\nb: z\n", "x", "y: 1", false)]
    [InlineData("a.json", "{\"a\": \"x\"}", "x", "\"y\"", false)]
    [InlineData("a.json", "{\"a\": \"x\"}", "x", "y", true)]
    [InlineData("a.json", "{\"a\": \"x\"", "x", "y", false)]
    [InlineData("a.toml", "a = \"x\"\n", "x", "\"y\"", false)]
    [InlineData("a.toml", "a = \"x\"\n", "x", "y", true)]
    [InlineData("Dockerfile", "FROM a\nRUN [\"x\", \"b\"]\n", "x", "\"y\"", false)]
    [InlineData("Dockerfile", "FROM a\nRUN [\"x\", \"b\"]\n", "x", "y", true)]
    [InlineData("Dockerfile", "FROM a\nENV A=x\n", "x", "y z", false)]
    [InlineData("Dockerfile", "FROM a\nENV A=x\nRUN b\n", "x", "y\\", false)]
    [InlineData("Makefile", "A = x\n", "x", "\"y\"", false)]
    [InlineData("Makefile", "A = x\n", "x", "y", true)]
    [InlineData("Makefile", "A = x\n", "x", "y\nB = z", false)]
    [InlineData(".envrc", "export A=x\n", "x", "\"y\"", true)]
    public void What_is_mended_is_parsed_again(string name, string text, string old, string now, bool isSound)
    {
        var file = new TextFile("/" + name, name, text);
        var edit = new Edit(file, text.LastIndexOf(old, StringComparison.Ordinal), old.Length, now);
        Assert.Equal(isSound, Soundness.IsSound(file, Mending.Apply(text, [edit]), [edit]));
    }

    [Fact]
    public void A_fix_that_never_comes_to_an_end_is_none()
    {
        Assert.Empty(Mending.Plan(Look(new Dictionary<string, string>()), Look));

        static IReadOnlyList<Finding> Look(IReadOnlyDictionary<string, string> changed)
        {
            var file = new TextFile("/Makefile", "Makefile", changed.GetValueOrDefault("/Makefile", "A = x\n"));
            return [new Finding(Tain.Doctor.Go.GoPitfalls.ModulesOff, file.AtLine(1)) { Fix = new(file, 4, 1, "xy") }];
        }
    }

    [Fact]
    public void A_line_is_removed_only_where_it_is_one()
    {
        Assert.Null(Edit.RemoveLine(new("/x", "x", "a=1\rb=2\rc=3"), 1));
        Assert.NotNull(Edit.RemoveLine(new("/x", "x", "a=1\r\nb=2\r\n"), 1));
    }

    [Theory]
    [InlineData("GOPROXY=a ")]
    [InlineData("GOPROXY=")]
    [InlineData("'GOPROXY=")]
    [InlineData("\"GOPROXY\":\"")]
    [InlineData("ENV GOPROXY a")]
    [InlineData("GOPROXY \\\n")]
    [InlineData("GOPROXY=$( GOPROXY=a\n")]
    [InlineData("{ echo GOPROXY=a <<A\n")]
    public void A_line_without_end_takes_no_time(string part)
    {
        var parts = string.Concat(Enumerable.Repeat(part, 1_500_000 / part.Length));
        foreach (var (syntax, text) in Enum.GetValues<TextSyntax>().SelectMany(s => (IEnumerable<(TextSyntax, string)>)[(s, parts), (s, "sh '''\n" + parts)]))
        {
            var start = Stopwatch.GetTimestamp();
            _ = AssignmentScan.Find(new("/x", "x", text), Checkup.Variables, 0, text.Length, syntax).Count();
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3), $"{syntax}: {Stopwatch.GetElapsedTime(start)}");
        }
    }
}
