using Tain.Commands;
using Tain.Config;

namespace Tain.Tests.Config;

public sealed class CommandLineTests
{
    private static CommandLine Parse(params string[] args) => CommandLine.Parse(args, new Dictionary<string, string>(), Path.GetTempPath());

    [Theory]
    [InlineData("serve", "serve")]
    [InlineData("config --json", "config")]
    [InlineData("version", "version")]
    [InlineData("--version", "version")]
    [InlineData("", "help")]
    [InlineData("--help", "help")]
    [InlineData("serve -h", "help")]
    [InlineData("serve --listen :0 --help", "help")]
    [InlineData("help", "help")]
    [InlineData("help serve", "help")]
    [InlineData("audit-log sum.golang.org", "audit-log")]
    [InlineData("audit-log --json sum.golang.org --upstream-tries 2 --upstream https://tain.corp.example/go/sumdb/sum.golang.org", "audit-log")]
    [InlineData("audit-log --help", "help")]
    public void Each_command_is_found(string line, string command)
    {
        var parsed = Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(command, parsed.Command);
        Assert.Empty(parsed.Problems);
    }

    [Theory]
    [InlineData("srve", "srve: unknown command; did you mean serve?")]
    [InlineData("frobnicate", "frobnicate: unknown command; tain --help lists them")]
    [InlineData("--go-list-ttl 5m", "--go-list-ttl: unknown flag; did you mean tain serve --go-list-ttl?")]
    [InlineData("version --listen", "--listen: unknown flag; tain version --help lists all flags")]
    [InlineData("serve --listen", "--listen: has no value: write --listen VALUE or --listen=VALUE")]
    [InlineData("serve --listen :1 --listen :2", "--listen: is given 2 times: give it once")]
    [InlineData("serve --token=s3cret", "--token: unknown flag; tain serve --help lists all flags")]
    [InlineData("serve --token s3cret", "--token: unknown flag; tain serve --help lists all flags")]
    [InlineData("serve now", "now: unexpected word: tain serve takes flags only")]
    [InlineData("serve --json", "--json: unknown flag; tain serve --help lists all flags")]
    [InlineData("audit-log", "DATABASE: is missing: name the database, such as sum.golang.org, NAME+KEY, or \"NAME+KEY URL\" in quotes")]
    [InlineData("audit-log sum.test+key https://sum.test", "https://sum.test: unexpected word: tain audit-log takes one DATABASE: name the database, such as sum.golang.org, NAME+KEY, or \"NAME+KEY URL\" in quotes")]
    [InlineData("audit-log sum.golang.org --upstream", "--upstream: has no value: write --upstream VALUE or --upstream=VALUE")]
    [InlineData("audit-log sum.golang.org --sample 1", "--sample: unknown flag; tain audit-log --help lists all flags")]
    [InlineData("serve --upstream https://x.example", "--upstream: unknown flag; did you mean --go-upstream?")]
    [InlineData("serve @file", "***@file: unexpected word: tain serve takes flags only")]
    public void What_is_not_understood_is_told_with_a_remedy(string line, string problem) =>
        Assert.Equal(problem, Assert.Single(Parse(line.Split(' ')).Problems));

    [Fact]
    public void A_flag_takes_its_value_after_a_space_or_an_equals_sign_and_may_be_empty()
    {
        var settings = Parse("serve", "--go-private", "", "--go-list-ttl=5m", "--data", "-x").Settings;
        Assert.Empty(settings.Problems);
        Assert.Equal(["data=-x", "go.private=", "go.list-ttl=5m"], settings.Flags.Select(f => $"{f.Setting.Key}={f.Text}"));
    }

    [Fact]
    public void The_database_of_an_audit_is_one_word_of_its_own()
    {
        var parsed = Parse("audit-log", "--data", "folder", "sum.test+key https://sum.test", "--upstream=https://tain.example");
        Assert.Equal(("sum.test+key https://sum.test", "https://tain.example", false), (parsed.Argument, parsed.ValueOrNull("--upstream"), parsed.Json));
        Assert.Equal("data=folder", Assert.Single(parsed.Settings.Flags.Select(f => $"{f.Setting.Key}={f.Text}")));
    }

    [Fact]
    public void Help_of_a_command_about_a_word_tells_the_word_and_its_own_flags()
    {
        var help = new StringWriter();
        HelpCommand.Write(help, "audit-log");
        Assert.Contains("Usage: tain audit-log DATABASE [flags]\n", help.ToString(), StringComparison.Ordinal);
        foreach (var word in new[] { "  DATABASE ", "  --upstream URL", "  --json ", "  --upstream-tries " })
            Assert.Contains(word, help.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_tells_every_flag_with_its_words()
    {
        var help = new StringWriter();
        HelpCommand.Write(help, "serve");
        var text = string.Join(' ', help.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var setting in Settings.All)
        {
            Assert.Contains(setting.Flag + " " + setting.Syntax, text, StringComparison.Ordinal);
            Assert.Contains(setting.Doc, text, StringComparison.Ordinal);
        }
        Assert.All(help.ToString().Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Help_of_the_program_tells_every_command()
    {
        var help = new StringWriter();
        HelpCommand.Write(help, null);
        Assert.All(CommandTable.All, c => Assert.Contains("  " + c.Name, help.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_configuration_runs_nothing_and_exits_with_2()
    {
        var line = Parse("serve", "--go-list-ttl", "soon");
        Assert.Equal(2, await line.WithOptionsAsync((_, _) => throw new InvalidOperationException("it ran")));
    }
}
