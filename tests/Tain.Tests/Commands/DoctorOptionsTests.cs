using Tain.Commands;
using Tain.Doctor;

namespace Tain.Tests.Commands;

public sealed class DoctorOptionsTests
{
    private static readonly string Here = AppContext.BaseDirectory;

    [Theory]
    [InlineData("--deadline", "5 seconds", "'5 seconds' is no duration from 100ms to 5m")]
    [InlineData("--deadline", "1ms", "'1ms' is no duration from 100ms to 5m")]
    [InlineData("--fail-on", "fatal", "'fatal' is none of note, warning, error, never")]
    [InlineData("--lang", "de", "'de' is neither en nor zh")]
    [InlineData("--ignore", "go-sumdb-of", "'go-sumdb-of' names no check: did you mean go-sumdb-off?")]
    [InlineData("--explain", "nothing-like-it", "'nothing-like-it' names no check: tain doctor --list prints them")]
    public void A_bad_value_is_told_with_its_remedy(string flag, string value, string problem)
        => Assert.Contains(Read([flag, value], []).Problems, p => p.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData(new[] { "--json", "--sarif" }, "--json and --sarif: take one")]
    [InlineData(new[] { "--fix", "--json" }, "--fix: shows a diff for people")]
    [InlineData(new[] { "--fix", "--ci" }, "--fix: shows a diff for people: run it without --ci")]
    [InlineData(new[] { "--dry-run", "--json" }, "--dry-run: shows a diff for people: run it without --json")]
    [InlineData(new[] { "--fix", "--yes", "--sarif", "--ci" }, "--fix: shows a diff for people: run it without --sarif and --ci")]
    [InlineData(new[] { "--yes" }, "--yes: is for --fix")]
    [InlineData(new[] { "" }, "there is no folder ''")]
    [InlineData(new[] { "/no/such/folder" }, "there is no folder '/no/such/folder'")]
    [InlineData(new[] { "a", "b" }, "tain doctor takes one DIR")]
    public void What_does_not_go_together_is_told(string[] args, string problem)
    {
        var problems = Read(args, []).Problems;
        Assert.Contains(problems, p => p.Contains(problem, StringComparison.Ordinal));
        // And nothing beside it that would contradict it.
        Assert.True(problems.Count(p => p.StartsWith("--", StringComparison.Ordinal)) < 2, string.Join('\n', problems));
    }

    [Theory]
    [InlineData("zh_CN.UTF-8", null, null, true)]
    [InlineData(null, "zh_TW", "en_US.UTF-8", true)]
    [InlineData("C", null, "zh_CN.UTF-8", false)]
    [InlineData("", "", "zh_CN.UTF-8", true)]
    [InlineData(null, null, null, false)]
    public void The_locale_chooses_the_language_as_gettext_has_it(string? all, string? messages, string? lang, bool isChinese)
    {
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in new[] { ("LC_ALL", all), ("LC_MESSAGES", messages), ("LANG", lang) })
        {
            if (value is not null)
                environment[name] = value;
        }
        Assert.Equal(isChinese ? Language.Chinese : Language.English, Read([], environment).Options.Style.Language);
        Assert.Equal(Language.English, Read(["--lang", "en"], environment).Options.Style.Language);
    }

    [Fact]
    public void Flags_become_options_and_ignore_is_repeated()
    {
        var (options, problems) = Read(["--ignore", "go-sumdb-off,go-insecure", "--ignore=go-sum-broken", "--fail-on", "never", "--offline", "--sarif", Here], []);
        Assert.Empty(problems);
        Assert.Equal(["go-sumdb-off", "go-insecure", "go-sum-broken"], options.Ignore);
        Assert.Equal((null, TimeSpan.Zero, ReportFormat.Sarif, Path.GetFullPath(Here)), (options.FailOn, options.Deadline, options.Format, options.Folder));
        var defaults = Read([Here], []).Options;
        Assert.Equal((Severity.Warning, TimeSpan.FromSeconds(5), ReportFormat.Text, false), (defaults.FailOn, defaults.Deadline, defaults.Format, defaults.Fix));
        Assert.True(Read(["--ci", Here], new() { ["GITHUB_ACTIONS"] = "true" }).Options.Style.HasAnnotations);
        Assert.False(Read([Here], new() { ["GITHUB_ACTIONS"] = "true" }).Options.Style.HasAnnotations);
        // Without DIR it is the repository that one stands in.
        Assert.True(File.Exists(Path.Combine(Read([], []).Options.Folder, "Tain.slnx")) || !Path.Exists(Path.Combine(Here, ".git")));
    }

    private static (DoctorOptions Options, List<string> Problems) Read(string[] args, Dictionary<string, string> environment)
    {
        var line = CommandLine.Parse(["doctor", .. args], new Dictionary<string, string>(), Here);
        return (DoctorOptions.Read(line, new Machine(environment, "/nowhere"), out var problems), problems);
    }
}
