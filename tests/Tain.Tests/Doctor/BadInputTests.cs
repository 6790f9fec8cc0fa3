using CsCheck;
using Tain.Doctor;
using Tain.Doctor.Files;
using Tain.Doctor.Go;
using Tain.Doctor.Workplaces;

namespace Tain.Tests.Doctor;

/// <summary>Files that are none, values that are nonsense: named, passed over, never a crash.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Unreadable_huge_binary_and_foreign_files_are_named_and_the_rest_is_examined()
    {
        using var patient = new Patient();
        patient.Write("repo/Dockerfile", "ENV GOSUMDB=off\n").Write("repo/a/Dockerfile", "ENV GOSUMDB=off\0\n").Write("repo/go.mod", "modul x\n").Write("repo/.vscode/settings.json", "{");
        File.WriteAllBytes(Path.Combine(patient.Repo, "a/Makefile"), [0xff, 0xfe, 0xfd, 0x41]);
        using (var huge = File.Create(Path.Combine(patient.Repo, "Makefile")))
            huge.SetLength(FileReader.MaxBytes + 1);
        Directory.CreateDirectory(Path.Combine(patient.Home, ".netrc"));
        Directory.CreateDirectory(Path.Combine(patient.Repo, "b/.env"));
        var diagnosis = await patient.ExamineAsync(0);
        Assert.Equal(["go-sumdb-off Dockerfile:1", "go-mod-broken go.mod:1"], diagnosis.Findings.Select(f => $"{f.Pitfall.Id} {f.Place}"));
        Assert.Equal(["Makefile", "a/Dockerfile", "a/Makefile", "~/.netrc"], diagnosis.PassedOver.Select(p => p.Shown).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pipe_and_a_device_are_not_waited_for_and_links_in_a_circle_end()
    {
        using var patient = new Patient();
        patient.Write("repo/x/Makefile", "");
        File.CreateSymbolicLink(Path.Combine(patient.Repo, "Dockerfile"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(patient.Repo, "x/circle"), patient.Repo);
        File.CreateSymbolicLink(Path.Combine(patient.Repo, ".env"), ".env");
        using var fifo = System.Diagnostics.Process.Start("mkfifo", Path.Combine(patient.Repo, ".envrc"));
        await fifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        // On a thread of its own: what would wait for ever must not keep the test from saying so.
        var examined = Task.Run(() => patient.ExamineAsync(0), TestContext.Current.CancellationToken);
        await examined.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty((await examined).Findings);
    }

    [Fact, Trait("Speed", "slow")]
    public void Any_text_is_a_settings_file_without_a_crash()
    {
        string[] names = ["go.mod", "go.sum", "Dockerfile", ".gitlab-ci.yml", "compose.yaml", "Makefile", ".env", "Jenkinsfile", "k8s.yaml", ".tain-doctor.yaml", ".vscode/settings.json", ".git/config"];
        string[] words = ["GOPROXY", "GOPRIVATE", "GOSUMDB", "=", ":", " ", "\n", "\r\n", "'", "\"", "\t", "- ", "{", "}", "[", "]", "#", "&a", "*a", "|", ">", "$X", "https://", "direct", "apiVersion: v1\nkind: Pod\n", "env:\n", "name: GOPROXY\n", "value: ", "ENV ", "RUN go build", "\\\n", "<<EOF\n", "module x\n", "require ", "v1.0.0", "h1:", "，", "\ufeff", "\u2028", "a", "!"];
        var pieces = Gen.Int[0, words.Length - 1].Select(i => words[i]);
        Gen.Select(Gen.Int[0, names.Length - 1].Select(i => names[i]), pieces.Array[0, 40]).Sample((name, text) =>
        {
            using var patient = new Patient();
            patient.Write("repo/" + name, string.Concat(text)).Write("home/.config/go/env", string.Concat(text)).Write("home/.netrc", string.Concat(text)).Write("home/.gitconfig", string.Concat(text));
            patient.Look(DoctorFile.Load(patient.Repo, new(patient.Repo, patient.Home), []));
            _ = patient.Consultation().Plan();
        }, iter: 3_000);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public async Task YAML_that_is_nested_without_end_is_named_and_no_crash(string level)
    {
        using var patient = new Patient();
        patient.Write("repo/.gitlab-ci.yml", string.Concat(Enumerable.Repeat(level, 200_000)));
        Assert.Equal(".gitlab-ci.yml", Assert.Single((await patient.ExamineAsync(0)).PassedOver).Shown);
    }

    [Theory]
    [InlineData("? &a [*a]\n: x\n")]
    [InlineData("a0: &a0 [x,x,x,x,x,x,x,x]\na1: &a1 [*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0]\na2: &a2 [*a1,*a1,*a1,*a1,*a1,*a1,*a1,*a1]\n? *a2\n: x\n")]
    [InlineData("? [a, b]\n: x\n")]
    public async Task A_key_that_is_no_scalar_is_named_and_never_hashed(string text)
    {
        using var patient = new Patient();
        patient.Write("repo/.gitlab-ci.yml", text);
        Assert.Contains("a key is a list, a mapping or an alias", Assert.Single((await patient.ExamineAsync(0)).PassedOver).Why.English, StringComparison.Ordinal);
    }

    [Theory, Trait("Speed", "slow")]
    [InlineData("Makefile", "a/")]
    [InlineData("Dockerfile", "go get ")]
    [InlineData("Dockerfile", "git config ")]
    [InlineData("Makefile", "x")]
    public async Task A_line_without_end_takes_no_time_without_end(string name, string word)
    {
        using var patient = new Patient();
        patient.Write("repo/" + name, "GOSUMDB=off\n" + string.Concat(Enumerable.Repeat(word, 400_000 / word.Length)) + "\n");
        // Quadratic work took minutes.
        await Task.Run(() => patient.ExamineAsync(0), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory, Trait("Speed", "slow")]
    [InlineData("before_script of ten thousand jobs")]
    [InlineData("settings of ten thousand jobs")]
    [InlineData("steps")]
    [InlineData("jobs")]
    [InlineData("commands")]
    [InlineData("submodules")]
    [InlineData("workspace")]
    public async Task Files_of_many_thousand_parts_take_no_time_and_no_memory_without_end(string kind)
    {
        using var patient = new Patient();
        patient.Write("repo/go.mod", "module example.io/app\n\ngo 1.26\n\nrequire git.corp.example/a v1.0.0\n").Write("repo/.tain-doctor.yaml", "private: git.corp.example\n");
        var jobs = Lines(10_000, i => $"j{i}:\n  script: go build ./...\n");
        _ = kind switch
        {
            "before_script of ten thousand jobs" => patient.Write("repo/.gitlab-ci.yml", "before_script:\n  - |\n" + Lines(10_000, i => $"    echo {i} of some text\n") + jobs),
            "settings of ten thousand jobs" => patient.Write("repo/.gitlab-ci.yml", "before_script:\n" + Lines(10_000, _ => "  - export GOPROXY=a\n") + jobs),
            "steps" => patient.Write("repo/.github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n" + Lines(60_000, _ => "    - run: go env -w GOPROXY=a && go build\n")),
            "jobs" => patient.Write("repo/.github/workflows/ci.yml", "env:\n" + Lines(8_000, i => $"  A{i}: GOPROXY=a\n") + "jobs:\n" + Lines(8_000, i => $"  j{i}:\n    steps:\n    - run: go build\n")),
            "commands" => patient.Write("repo/a.sh", Lines(10_000, _ => "go get -insecure ./x && go build ./...\n")),
            "submodules" => patient.Write("repo/.git/HEAD", "").Write("repo/.gitmodules", Lines(20_000, _ => "\tpath = a\n")).Write("repo/go.mod", "module m\n\ngo 1.16\n" + Lines(10_000, i => $"replace a.example/c{i} => ./d{i}\n")),
            _ => patient.Write("repo/go.work", "go 1.26\n" + Lines(50_000, i => $"use ./d{i}\n")),
        };
        // Quadratic work took minutes, or all there is of memory.
        await Task.Run(() => patient.ExamineAsync(0), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));
    }

    [Theory, Trait("Speed", "slow")]
    [InlineData("GOPRIVATE", "{},")]
    [InlineData("GOPRIVATE", "{a},X@b,")]
    [InlineData("GOPRIVATE", "a,")]
    [InlineData("GOPROXY", "://")]
    [InlineData("GOPROXY", "a@b;")]
    [InlineData("GOPROXY", "https://a,")]
    [InlineData("GOPROXY", "http://a.b,")]
    [InlineData("GOPROXY", ";a://")]
    [InlineData("GOFLAGS", "a:,")]
    public async Task A_value_without_end_takes_no_time_without_end(string name, string word)
    {
        using var patient = new Patient();
        var (huge, large) = (string.Concat(Enumerable.Repeat(word, 400_000 / word.Length)), string.Concat(Enumerable.Repeat(word, 9_000 / word.Length)));
        patient.Write("repo/compose.yaml", $"services:\n  a:\n    environment:\n      {name}: \"{huge}\"\n  b:\n    environment:\n      - \"{name}={huge}\"\n")
            .Write("repo/a.sh", string.Concat(Enumerable.Repeat($"export {name}=\"{large}\"\n", 200))).Write("home/.config/go/env", $" {name}={large}\n{name}={huge}\n")
            .Write("repo/.envrc", string.Concat(Enumerable.Repeat($"{name}={large}\n", 200)));
        patient.Environment[name] = huge;
        await Task.Run(() => patient.ExamineAsync(0), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Anchors_that_multiply_are_walked_once()
    {
        using var patient = new Patient();
        var lines = Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]");
        patient.Write("repo/.gitlab-ci.yml", "a0: &a0 {GOSUMDB: off}\n" + string.Join('\n', lines) + "\n");
        Assert.Equal("go-sumdb-off", Assert.Single((await patient.ExamineAsync(0)).Findings).Pitfall.Id);
    }

    [Fact]
    public void A_mended_list_is_one_that_the_go_command_takes_and_needs_no_mending()
    {
        string[] elements = ["https://goproxy.cn", "https://proxy.golang.org", "https://a.corp.example", "https://b.corp.example/x", "direct", "off", "https://direct", "http://off", "https://gocenter.io", "goproxy.io", ""];
        var element = Gen.Int[0, elements.Length - 1].Select(i => elements[i]);
        string[] separators = [",", "|", ";", " ", ", ", "，", " | ", ",,"];
        var separator = Gen.Int[0, separators.Length - 1].Select(i => separators[i]);
        Gen.Select(element.Array[1, 6], separator.Array[6]).Sample((list, glue) =>
        {
            var text = string.Concat(list.Select((e, i) => e + (i + 1 < list.Length ? glue[i] : "")));
            var mended = GoProxyList.Parse(text).Mended();
            Assert.Equal(mended, GoProxyList.Parse(mended).Mended());
            if (mended.Length > 0 && mended != text)
                Assert.True(Tain.Upstream.SourceChain.TryParse(mended, out _, out var error), $"{text} became {mended}: {error}");
        }, iter: 20_000);
    }

    [Theory]
    [InlineData(TextSyntax.Shell, "export GOPROXY=a # GOPROXY=b", "a")]
    [InlineData(TextSyntax.Shell, "GOPROXY=\"a b\" go build", "a b")]
    [InlineData(TextSyntax.Shell, "go env -w GOPROXY=a GOSUMDB=off", "a")]
    [InlineData(TextSyntax.Shell, "go env -w 'GOPROXY=a,b'", "a,b")]
    [InlineData(TextSyntax.Shell, "env GOPROXY=$X go build", "$X")]
    [InlineData(TextSyntax.Make, "GOPROXY ?= a", "a")]
    [InlineData(TextSyntax.Make, "GOPROXY := a", "a")]
    [InlineData(TextSyntax.Docker, "ENV GOPROXY a b", "a b")]
    [InlineData(TextSyntax.Docker, "ARG GOPROXY", null)]
    [InlineData(TextSyntax.Shell, "echo $GOPROXY", null)]
    [InlineData(TextSyntax.Shell, "echo ${GOPROXY}", null)]
    [InlineData(TextSyntax.Shell, "MY_GOPROXY=a", null)]
    [InlineData(TextSyntax.Shell, "GOPROXY_URL=a", null)]
    [InlineData(TextSyntax.Shell, "if [ $GOPROXY == x ]", null)]
    [InlineData(TextSyntax.Shell, "GOPROXY=", "")]
    [InlineData(TextSyntax.Shell, "# GOPROXY=a", null)]
    [InlineData(TextSyntax.Strings, "{\"GOPROXY\": \"a\"}", "a")]
    [InlineData(TextSyntax.Groovy, "withEnv(['GOPROXY=a']) {", "a")]
    [InlineData(TextSyntax.Groovy, "env.GOPROXY = 'a'", "a")]
    [InlineData(TextSyntax.Groovy, "env.GOPROXY = \"a\"", "a")]
    [InlineData(TextSyntax.Groovy, "process.env.GOPROXY = 'a'", null)]
    [InlineData(TextSyntax.Groovy, "os.GOPROXY = 'a'", null)]
    [InlineData(TextSyntax.Groovy, "if (env.GOPROXY == 'a') {", null)]
    [InlineData(TextSyntax.Shell, "${GOPROXY:-https://proxy.golang.org}", null)]
    [InlineData(TextSyntax.Groovy, "sh 'GOPROXY=a,b go build ./...'", "a,b")]
    [InlineData(TextSyntax.Shell, "bash -c \"GOPROXY=a,b go vet\"", "a,b")]
    [InlineData(TextSyntax.Shell, "docker run -e 'GOPROXY=a b' x", "a b")]
    [InlineData(TextSyntax.Strings, "\"runArgs\": [\"-e\", \"GOPROXY=a b\"]", "a b")]
    [InlineData(TextSyntax.Groovy, "withEnv(['A=b c', 'GOPROXY=a b']) {", "a b")]
    [InlineData(TextSyntax.Groovy, "withEnv(['A=b c']) { sh 'GOPROXY=a go build' }", "a")]
    [InlineData(TextSyntax.Shell, "export GOPROXY=a;direct", "a;direct")]
    [InlineData(TextSyntax.Shell, "export GOPROXY=a; direct", "a")]
    [InlineData(TextSyntax.Shell, "go env -w GOPROXY=a;https://b;off && go build", "a;https://b;off")]
    [InlineData(TextSyntax.Shell, "GOPROXY=a\\;direct go build", "a;direct")]
    [InlineData(TextSyntax.Shell, "GOPROXY=a|tee x", "a")]
    [InlineData(TextSyntax.Docker, "ENV GOPROXY=a;b", "a;b")]
    [InlineData(TextSyntax.Docker, "ENV GOPROXY=https\\://a\\;direct", "https://a;direct")]
    [InlineData(TextSyntax.Docker, "ENV A=b GOPROXY=a", "a")]
    [InlineData(TextSyntax.Docker, "ENV A GOPROXY=a", null)]
    [InlineData(TextSyntax.Docker, "LABEL GOPROXY=a", null)]
    [InlineData(TextSyntax.Docker, "COPY <<EOF /root/.config/go/env\nGOPROXY=a;direct\nEOF", "a;direct")]
    [InlineData(TextSyntax.Docker, "COPY <<EOF /app/README\nGOPROXY=a\nEOF", null)]
    [InlineData(TextSyntax.Docker, "RUN <<EOF\ngo env -w GOPROXY=a\nEOF\nENV X=b", "a")]
    [InlineData(TextSyntax.Docker, "RUN echo it\\'s && \\\n  # don't\n  GOPROXY=a go build", "a")]
    // Where a shell takes it for a setting, and where it is another command's word.
    [InlineData(TextSyntax.Shell, "CGO_ENABLED=0 GOFLAGS=\"-a -b\" GOPROXY=a go build", "a")]
    [InlineData(TextSyntax.Shell, "if ! GOPROXY=a go build; then exit 1; fi", "a")]
    [InlineData(TextSyntax.Shell, "cd x && (GOPROXY=a go build)", "a")]
    [InlineData(TextSyntax.Shell, "X=$(GOPROXY=a go list)", "a")]
    [InlineData(TextSyntax.Shell, "f() { GOPROXY=a go build; }", "a")]
    [InlineData(TextSyntax.Shell, "case $1 in a) GOPROXY=a go build;; esac", "a")]
    [InlineData(TextSyntax.Shell, "export A=b \\\n  GOPROXY=a", "a")]
    [InlineData(TextSyntax.Shell, "GOPROXY=proxy.golang.org go list -m a.example/b@v1.0.0", null)]
    [InlineData(TextSyntax.Shell, "env GOFLAGS=-mod=mod GOPROXY=proxy.golang.org X=y go list -m a.example/b@$TAG", null)]
    [InlineData(TextSyntax.Shell, "GOPROXY=proxy.golang.org go list -m all", "proxy.golang.org")]
    [InlineData(TextSyntax.Shell, "X=\"$(GOPROXY=a go list)\"", "a")]
    [InlineData(TextSyntax.Shell, "sudo -u ann GOPROXY=a go build", "a")]
    [InlineData(TextSyntax.Shell, "docker run --rm -e A=b -e GOPROXY=a golang", "a")]
    [InlineData(TextSyntax.Shell, "docker build --build-arg=GOPROXY=a .", "a")]
    [InlineData(TextSyntax.Shell, "docker run golang env GOPROXY=a go build", "a")]
    [InlineData(TextSyntax.Shell, "docker run golang sh -c 'export GOPROXY=\"a b\"; go build'", "a b")]
    [InlineData(TextSyntax.Shell, "echo 'export GOPROXY=a' >> ~/.bashrc", "a")]
    [InlineData(TextSyntax.Shell, "echo \"GOPROXY=a;direct\" | sudo tee -a /etc/environment", "a;direct")]
    [InlineData(TextSyntax.Shell, "{ echo A=b; echo GOPROXY=a; } >> \"$GITHUB_ENV\"", "a")]
    [InlineData(TextSyntax.Shell, "cat > .env <<EOF\nA=b\nGOPROXY=a;b\nEOF", "a;b")]
    [InlineData(TextSyntax.Shell, "cat > README.md <<'EOF'\nGOPROXY=a\nEOF", null)]
    [InlineData(TextSyntax.Shell, "ssh host bash <<EOF\n# it's\nexport GOPROXY=a\nEOF", "a")]
    [InlineData(TextSyntax.Shell, "echo GOPROXY=a", null)]
    [InlineData(TextSyntax.Shell, "echo \"GOPROXY=a\" > notes.txt", null)]
    [InlineData(TextSyntax.Shell, "echo \"GOPROXY=a\" >> $GITHUB_OUTPUT", null)]
    [InlineData(TextSyntax.Shell, "echo \"GOPROXY=a\" >> $GITHUB_ENV 2>/dev/null", "a")]
    [InlineData(TextSyntax.Shell, "grep -rn \"GOPROXY=a\" .", null)]
    [InlineData(TextSyntax.Shell, "grep -e GOPROXY=a .", null)]
    [InlineData(TextSyntax.Shell, "go env | grep -q \"GOPROXY='a'\"", null)]
    [InlineData(TextSyntax.Shell, "sed -i 's/GOPROXY=a/GOPROXY=b/' x", null)]
    [InlineData(TextSyntax.Shell, "git commit -m \"remove GOPROXY=a\"", null)]
    [InlineData(TextSyntax.Shell, "test GOPROXY=a", null)]
    [InlineData(TextSyntax.Shell, "go test ./...;# GOPROXY=a", null)]
    [InlineData(TextSyntax.Shell, "core.setFailed('GOPROXY=a is wrong')", null)]
    [InlineData(TextSyntax.Make, "a:\n\t@GOPROXY=a go build", "a")]
    [InlineData(TextSyntax.Make, "GO ?= GOPROXY=a go", "a")]
    [InlineData(TextSyntax.Make, "a:\n\t@grep -rn \"GOPROXY=a\" . && exit 1 || true", null)]
    [InlineData(TextSyntax.Make, "$(error GOPROXY=a is wrong)", null)]
    [InlineData(TextSyntax.Groovy, "/* GOPROXY = 'a'\n * GOPROXY = 'a'\n */", null)]
    [InlineData(TextSyntax.Groovy, "echo 'GOPROXY=a'", null)]
    [InlineData(TextSyntax.Groovy, "sh(script: \"GOPROXY=a go build\")", "a")]
    [InlineData(TextSyntax.Groovy, "docker.image('x').inside('-e GOPROXY=a;direct') {", "a;direct")]
    [InlineData(TextSyntax.Groovy, "env['GOPROXY'] = 'a'", "a")]
    [InlineData(TextSyntax.Groovy, "env.setProperty('GOPROXY', 'a')", "a")]
    [InlineData(TextSyntax.Strings, "/* \"GOPROXY\": \"a\" */ {}", null)]
    [InlineData(TextSyntax.Strings, "{\"description\": \"GOPROXY=a\"}", null)]
    [InlineData(TextSyntax.Strings, "{\"runArgs\": [\"--env=GOPROXY=a;b\"]}", "a;b")]
    [InlineData(TextSyntax.Strings, "{\"command\": \"sh -c \\\"GOPROXY=a go build\\\"\"}", "a")]
    // Windows.
    [InlineData(TextSyntax.Shell, "set GOPROXY=a;direct", "a;direct")]
    [InlineData(TextSyntax.Shell, "setx GOPROXY \"a b\"", "a b")]
    [InlineData(TextSyntax.Shell, "$env:GOPROXY = \"a\"", "a")]
    [InlineData(TextSyntax.Shell, "[Environment]::SetEnvironmentVariable('GOPROXY', 'a', 'User')", "a")]
    // A computed value is one value.
    [InlineData(TextSyntax.Shell, "GOPROXY=${X:-a,b} go build", "${X:-a,b}")]
    [InlineData(TextSyntax.Shell, "export GOPROXY=\"${X:-\"a b\"}\"", "${X:-\"a b\"}")]
    [InlineData(TextSyntax.Shell, "export GOPROXY=${{ vars.X || 'a,b' }}", "${{ vars.X || 'a,b' }}")]
    [InlineData(TextSyntax.Shell, "export GOPROXY=$(cat x),`cat y` && go build", "$(cat x),`cat y`")]
    [InlineData(TextSyntax.Make, "GOPROXY ?= $(or $(MIRROR),a b)", "$(or $(MIRROR),a b)")]
    [InlineData(TextSyntax.Groovy, "GOPROXY = \"${env.X ?: 'a,b'}\"", "${env.X ?: 'a,b'}")]
    public void A_value_is_found_where_one_is_given_and_nowhere_else(object syntax, string text, string? value)
        => Assert.Equal(value, AssignmentScan.Find(new TextFile("/x", "x", text), ["GOPROXY"], 0, text.Length, (TextSyntax)syntax).SingleOrDefault()?.Value);

    [Theory]
    [InlineData(".github/workflows/x.yml", "token: *hunter2secret\n")]
    [InlineData("bunfig.toml", "[install.registry]\ntoken = hunter2secret\n")]
    [InlineData("package.json", "{\"token\": hunter2secret}")]
    [InlineData(".vscode/settings.json", "{\"GOPROXY\": \"x\" hunter2secret}")]
    [InlineData("daemon.json", "{\"auth\": hunter2secret}")]
    public async Task What_a_parser_stumbled_over_is_not_repeated(string path, string text)
    {
        using var patient = new Patient();
        patient.Write("repo/" + path, text);
        var diagnosis = await patient.ExamineAsync(0);
        Assert.All(diagnosis.PassedOver, p => Assert.DoesNotContain("hunter2", p.Why.English + p.Why.Chinese, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_and_values_steer_no_terminal_and_no_pipeline()
    {
        using var patient = new Patient();
        patient.Write("repo/x\n::stop-commands::\u001b[31m/Dockerfile", "ENV GOSUMDB=\u001b]0;x\u0007y\n").Write("repo/y/Dockerfile", "ENV GOPROXY=\u001b[2Jproxy\n");
        var text = Tain.Doctor.Reports.ReportText.Write(await patient.ExamineAsync(0), new(Language.English, HasAnnotations: true));
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u0007', text);
        Assert.DoesNotContain("\n::stop-commands", text, StringComparison.Ordinal);
        Assert.Contains("go-sumdb-invalid", text, StringComparison.Ordinal);
    }
}
