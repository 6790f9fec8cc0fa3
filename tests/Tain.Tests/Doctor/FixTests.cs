using Tain.Doctor;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Tests.Doctor;

/// <summary><c>--fix</c>: only what it says, shown first, kept.</summary>
public sealed class FixTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 15, 23, 2, TimeSpan.Zero);

    private readonly string _copies = Directory.CreateTempSubdirectory("tain-copies-").FullName;

    private string Copies => _copies;

    public void Dispose() => Directory.Delete(_copies, recursive: true);

    public static TheoryData<string> Names => [.. CorpusCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_is_mended_as_it_says_and_what_was_mended_is_found_no_more(string name)
    {
        using var @case = new CorpusCase(name);
        var plan = Plan(@case);
        Assert.Equal(@case.After.Keys.Order(), plan.Select(f => f.Path).Order());
        Assert.All(plan, file => Assert.Equal(@case.After[file.Path], file.After));

        var before = @case.Look().Findings;
        foreach (var file in plan)
            Mending.Write(file, Copies, Now);
        // What the environment of this process has from a profile is what it had when it was started.
        foreach (var (variable, value) in NewShell.Of(@case.Machine, plan, Language.English, out _).Environment)
            @case.Environment[variable] = value;
        var after = @case.Look().Findings.Select(CorpusCase.Line).ToList();
        Assert.DoesNotContain(before.Where(f => f.Fix is not null).Select(CorpusCase.Line), after.Contains);
        // Nothing that was not there before.
        Assert.DoesNotContain(after, l => !before.Select(CorpusCase.Line).Contains(l));
        Assert.Empty(Plan(@case));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void The_file_keeps_its_mode_and_its_links_and_a_copy_of_what_it_was()
    {
        using var patient = new Patient();
        patient.Write("home/dotfiles/env", "GOFLAGS=-mod=mod\r\nGOSUMDB=off\n").Write("home/.config/go/.keep", "");
        var real = Path.Combine(patient.Home, "dotfiles/env");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var link = Path.Combine(patient.Home, ".config/go/env");
        File.CreateSymbolicLink(link, real);

        var file = Assert.Single(patient.Consultation().Plan());
        var copy = Mending.Write(file, Copies, Now);
        Assert.Equal("GOFLAGS=-mod=mod\r\nGOSUMDB=sum.golang.org\n", File.ReadAllText(real));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
        Assert.Equal("GOFLAGS=-mod=mod\r\nGOSUMDB=off\n", File.ReadAllText(copy!));
        Assert.Equal($"{Copies}/20261127T152302Z{link}", copy);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy!));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Copies_are_in_a_folder_of_the_owners_alone()
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", "GOSUMDB=off\n");
        var copies = patient.Machine.CopiesFolder;
        Assert.StartsWith(copies + "/", Mending.Write(Assert.Single(patient.Consultation().Plan()), copies, Now), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(copies));
    }

    [Theory]
    [InlineData("GOSUMDB=off\r\n", "GOSUMDB=sum.golang.org\n")]
    [InlineData(" GO111MODULE=off\n", "GO111MODULE=on\n")]
    [InlineData("set GOTOOLCHAIN=local\r\nexport GOPRIVATE='git.corp.example'", "GOTOOLCHAIN=local\nGOPRIVATE=git.corp.example")]
    public void A_line_that_the_go_command_did_not_hear_says_nothing_bad_when_it_does(string before, string after)
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", before);
        Assert.Equal(after, Assert.Single(patient.Consultation().Plan()).After);
    }

    [Theory]
    [InlineData("GOPROXY=https://ci:12 S3CR3T@nexus.corp.example;direct\n")]
    [InlineData("export GOPROXY=$MIRROR\n")]
    [InlineData("export GOPRIVATE=*\n")]
    public void What_nobody_can_tell_or_should_not_be_heard_is_left_as_it_is(string text)
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", text);
        Assert.Empty(patient.Consultation().Plan());
        Assert.NotEmpty(patient.Look().Findings);
    }

    [Fact]
    public void A_file_that_was_changed_meanwhile_is_left_alone()
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", "GOSUMDB=off\n");
        var file = Assert.Single(patient.Consultation().Plan());
        patient.Write("home/.config/go/env", "GOSUMDB=off\nGOFLAGS=-mod=mod\n");
        Assert.Throws<IOException>(() => Mending.Write(file, Copies, Now));
        Assert.Equal("GOSUMDB=off\nGOFLAGS=-mod=mod\n", File.ReadAllText(file.Path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file.Path)!));
    }

    [Theory]
    [InlineData("n", false)]
    [InlineData("", false)]
    [InlineData("y", true)]
    [InlineData("是", true)]
    public void It_asks_before_it_writes_and_shows_the_diff_without_secrets(string answer, bool isWritten)
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", "GOPROXY=https://ann:S3CR3Tcanary@a.corp.example;https://b.corp.example\n");
        var output = new StringWriter();
        var done = MendingTalk.Run(patient.Consultation().Plan(), Language.English, Copies, isDry: false, asks: true, new StringReader(answer), output, TimeProvider.System);
        Assert.Equal(isWritten, done);
        Assert.Contains("+GOPROXY=https://***@a.corp.example,https://b.corp.example", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("S3CR3Tcanary", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(isWritten ? "GOPROXY=https://ann:S3CR3Tcanary@a.corp.example,https://b.corp.example\n" : "GOPROXY=https://ann:S3CR3Tcanary@a.corp.example;https://b.corp.example\n",
            File.ReadAllText(Path.Combine(patient.Home, ".config/go/env")));
    }

    [Theory]
    [InlineData("repo/Makefile", "build:\n\tGOSUMDB=off go build\n", true)]
    [InlineData("home/.config/go/env", "GOSUMDB=off\n", false)]
    public void A_line_that_is_not_shown_whole_is_said_to_stay_as_it_is(string path, string text, bool isShort)
    {
        using var patient = new Patient();
        patient.Write(path, text);
        var output = new StringWriter();
        MendingTalk.Run(patient.Consultation().Plan(), Language.English, Copies, isDry: true, asks: false, TextReader.Null, output, TimeProvider.System);
        Assert.Equal(isShort, output.ToString().StartsWith("In these lines … stands for the rest of the line, which stays as it is.\n--- ", StringComparison.Ordinal));
        Assert.Contains("GOSUMDB=sum.golang.org", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_and_an_unwritable_file_change_nothing_and_say_so()
    {
        using var patient = new Patient();
        patient.Write("home/.config/go/env", "GOSUMDB=off\n");
        var plan = patient.Consultation().Plan();
        Assert.True(MendingTalk.Run(plan, Language.English, Copies, isDry: true, asks: false, TextReader.Null, TextWriter.Null, TimeProvider.System));
        Assert.Equal("GOSUMDB=off\n", File.ReadAllText(plan[0].Path));

        File.Delete(plan[0].Path);
        var output = new StringWriter();
        Assert.False(MendingTalk.Run(plan, Language.Chinese, Copies, isDry: false, asks: false, TextReader.Null, output, TimeProvider.System));
        Assert.Contains("无法写入", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_shell_has_what_was_mended_in_a_profile_and_nothing_else_changes()
    {
        using var patient = new Patient();
        patient.Environment["GOPROXY"] = "https://goproxy.corp.example,direct";
        patient.Environment["GOSUMDB"] = "off";
        patient.Write("home/.bashrc", "export GOPROXY=https://goproxy.corp.example,direct\n").Write("repo/Makefile", "export GOSUMDB=off\n").Write("repo/.git/config", "[remote \"origin\"]\n\turl = git@git.corp.example:app.git\n");
        var plan = patient.Consultation().Plan();
        Assert.Equal(2, plan.Count);
        var machine = NewShell.Of(patient.Machine, plan, Language.English, out var note);
        Assert.Equal("https://goproxy.corp.example", machine.VariableOrNull("GOPROXY"));
        Assert.Equal("off", machine.VariableOrNull("GOSUMDB"));
        Assert.Equal("This shell still has the old GOPROXY: open a new one.", note);
        NewShell.Of(patient.Machine, [.. plan.Where(f => f.Shown == "Makefile")], Language.English, out note);
        Assert.Null(note);
    }

    [Fact]
    public void Edits_that_touch_each_other_are_not_both_made()
    {
        var file = new TextFile("/x", "x", "abcdef");
        Assert.Equal("aXYf", Mending.Apply(file.Text, [new Edit(file, 1, 3, "X"), new Edit(file, 3, 2, "no"), new Edit(file, 4, 1, "Y")]));
        Assert.Equal("one\ntwo\nthree\n", Mending.Apply("one", [Edit.AddLine(new TextFile("/x", "x", "one"), "two"), Edit.AddLine(new TextFile("/x", "x", "one"), "three")]));
    }

    [Fact]
    public void A_line_that_is_added_ends_as_the_others_do()
    {
        var file = new TextFile("/x", "x", "one\r\ntwo");
        Assert.Equal("one\r\ntwo\r\na=1\r\nb=2\r\nc=3\r\n", Mending.Apply(file.Text, [Edit.AddLine(file, "a=1\nb=2"), Edit.AddLine(file, "c=3")]));
    }

    [Fact]
    public void Two_fixes_that_add_one_setting_agree_or_none_is_made()
    {
        var file = new TextFile("/x", "x", "");
        Edit[] edits = [Edit.AddLine(file, "a=1"), Edit.AddLine(file, "b=1\na=2"), Edit.AddLine(file, "b=1"), Edit.AddLine(new TextFile("/y", "y", ""), "a=3")];
        Assert.Equal(edits[..2], Edit.Torn(edits));
        Assert.Equal("b=1\nc=1\n", Mending.Apply("", [Edit.AddLine(file, "b=1\nc=1"), edits[2]]));
    }

    [Theory]
    [InlineData("\ufeffenableStrictSsl: false\nnodeLinker: node-modules\n", "\ufeffnodeLinker: node-modules\n")]
    [InlineData("\ufeffenableStrictSsl:\n  'false'\n", "\ufeffenableStrictSsl:\n  'true'\n")]
    public void A_byte_order_mark_hides_no_key_and_stays(string before, string after)
    {
        using var patient = new Patient();
        patient.Write("repo/package.json", "{\"name\":\"x\"}").Write("repo/.yarnrc.yml", before);
        Assert.Equal(after, Assert.Single(patient.Consultation().Plan()).After);
    }

    [Fact]
    public void What_only_a_repository_says_changes_no_file_of_the_machine()
    {
        using var patient = new Patient();
        patient.Write("home/.npmrc", "registry=https://npm.corp.example/\n").Write("repo/package.json", "{\"name\":\"x\",\"dependencies\":{\"left-pad\":\"1\"}}")
            .Write("repo/.github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: npm ci --registry https://evil.example/\n")
            .Write("repo/.env", "GOPRIVATE=github.com/evil\n").Write("repo/go.mod", "module x.example/a\n\ngo 1.24\n\nrequire github.com/evil/backdoor v1.0.0\n")
            .Write("repo/.tain-doctor.yaml", "private: github.com/evil\n").Write("repo/.git/config", "[remote \"origin\"]\n\turl = https://evil.example/a.git\n");
        File.CreateSymbolicLink(Path.Combine(patient.Repo, ".envrc"), Path.Combine(patient.Home, ".bashrc"));
        patient.Write("home/.bashrc", "# nothing\n");
        Assert.DoesNotContain(patient.Consultation().Plan(), f => !f.Path.StartsWith(patient.Repo + "/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pipe_a_device_and_a_file_of_another_kind_are_not_written()
    {
        var file = new MendedFile("/dev/null", "/dev/null", "", "x\n");
        Assert.Throws<IOException>(() => Mending.Write(file, Copies, Now));
        Assert.Empty(Directory.GetFileSystemEntries(Copies));
    }

    [Theory]
    [InlineData("", "GOPRIVATE=a.example\n", "--- x\n+++ x\n@@ -1,0 +1,1 @@\n+GOPRIVATE=a.example\n")]
    [InlineData("GOFLAGS=-v", "GOFLAGS=-v\nGOPRIVATE=a.example\n", "--- x\n+++ x\n@@ -2,0 +2,1 @@\n+GOPRIVATE=a.example\n")]
    [InlineData("A=1\nGOSUMDB=off\n", "A=1\nGOSUMDB=sum.golang.org\n", "--- x\n+++ x\n@@ -2,1 +2,1 @@\n-GOSUMDB=off\n+GOSUMDB=sum.golang.org\n")]
    [InlineData("GOSUMDB=off\r\n", "GOSUMDB=off\n", "--- x\n+++ x\n@@ -1,1 +1,1 @@\n-GOSUMDB=off␍\n+GOSUMDB=off\n")]
    [InlineData("\ufeffGOSUMDB=off\n", "GOSUMDB=off\n", "--- x\n+++ x\n@@ -1,1 +1,1 @@\n-<U+FEFF>GOSUMDB …\n+GOSUMDB …\n")]
    public void The_diff_shows_each_line_that_is_written_and_no_other(string before, string after, string shown)
        => Assert.Equal(shown, DiffText.Of(before, after, "x"));

    [Theory]
    [InlineData("RUN curl -H 'Authorization: Bearer hunter2' x && GOSUMDB=off go build", "RUN curl -H 'Authorization: Bearer hunter2' x && GOSUMDB=sum.golang.org go build", "… GOSUMDB=off …", "… GOSUMDB=sum.golang.org …")]
    [InlineData("  - docker login -p hunter2; export GOPROXY=https://goproxy.cn", "  - docker login -p hunter2; export GOPROXY=https://goproxy.cn,direct", "… GOPROXY=https://goproxy.cn", "… GOPROXY=https://goproxy.cn,direct")]
    [InlineData("ENV GOSUMDB off", "ENV GOSUMDB sum.golang.org", "ENV GOSUMDB off", "ENV GOSUMDB sum.golang.org")]
    [InlineData("export GOPROXY=\"a;b\"", "export GOPROXY=\"a,b\"", "export GOPROXY=\"a;b\"", "export GOPROXY=\"a,b\"")]
    public void The_diff_shows_the_setting_and_nothing_that_stands_beside_it(string old, string @new, string shownOld, string shownNew)
        => Assert.Equal((shownOld, shownNew), DiffText.Setting(old, @new));

    private static IReadOnlyList<MendedFile> Plan(CorpusCase @case) => new Consultation(@case.Machine, @case.Repo, [], TimeProvider.System).Plan();
}
