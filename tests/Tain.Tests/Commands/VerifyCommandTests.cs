using Tain.Commands;
using Tain.Config;

namespace Tain.Tests.Commands;

/// <summary><c>tain verify</c> as scripts see it: exit codes and words.</summary>
public sealed class VerifyCommandTests
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("verify", false, false)]
    [InlineData("verify --repair", true, false)]
    [InlineData("verify --json --data x", false, true)]
    public void Its_flags_are_found(string line, bool repair, bool json)
    {
        var parsed = CommandLine.Parse(line.Split(' '), new Dictionary<string, string>(), Path.GetTempPath());
        Assert.Equal(("verify", repair, json), (parsed.Command, parsed.Has("--repair"), parsed.Json));
        Assert.Empty(parsed.Problems);
    }

    [Theory]
    [InlineData("serve --repair")]
    [InlineData("config --repair")]
    [InlineData("verify --repare")]
    [InlineData("verify now")]
    public void What_it_does_not_take_is_refused(string line)
        => Assert.Single(CommandLine.Parse(line.Split(' '), new Dictionary<string, string>(), Path.GetTempPath()).Problems);

    [Fact]
    public void Help_tells_what_a_repair_does()
    {
        var help = new StringWriter();
        HelpCommand.Write(help, "verify");
        Assert.Contains("--repair", help.ToString(), StringComparison.Ordinal);
        Assert.Contains("exits with 0", help.ToString(), StringComparison.Ordinal);
        Assert.All(help.ToString().Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task The_exit_code_is_0_when_sound_1_when_not_and_0_once_repaired()
    {
        await using var rig = await VerifyRig.FillAsync();
        Assert.Equal(ExitCode.Ok, await VerifyCommand.RunAsync(rig.Options, repair: false, json: false, None));
        File.Delete(rig.FileOf());
        Assert.Equal(ExitCode.Failed, await VerifyCommand.RunAsync(rig.Options, repair: false, json: true, None));
        Assert.Equal(ExitCode.Ok, await VerifyCommand.RunAsync(rig.Options, repair: true, json: true, None));
        Assert.Equal(ExitCode.Ok, await VerifyCommand.RunAsync(rig.Options, repair: false, json: false, None));
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_1()
    {
        var options = new TainOptions { Data = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()) };
        Assert.Equal(ExitCode.Failed, await VerifyCommand.RunAsync(options, repair: false, json: false, None));
        Assert.Equal(ExitCode.Failed, await VerifyCommand.RunAsync(options, repair: true, json: true, None));
        Assert.False(Directory.Exists(options.Data));
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(300L << 30, "300 GiB")]
    public void Bytes_are_told_as_people_read_them(long bytes, string text) => Assert.Equal(text, VerifyProgress.Bytes(bytes));
}
