using System.Text.Json;
using Tain.Commands;
using Tain.Config;
using Tain.SumDbHosting;
using Tain.Tests.Ecosystems.Go.SumDb.Audit;
using Tain.Tests.Upstream;

namespace Tain.Tests.Commands;

/// <summary>What <c>tain audit-log</c> prints and returns.</summary>
public sealed class AuditLogCommandTests
{
    [Fact]
    public async Task A_sound_log_is_told_in_the_first_line_and_exits_with_0()
    {
        await using var server = await SumDbServer.StartAsync(300);
        var folder = await AuditRig.KeepAsync(server, await AuditRig.HeadAtAsync(server, 10), await AuditRig.HeadAtAsync(server, 299));
        var (code, text) = await RunAsync(server, folder, json: false);
        Assert.Equal(0, code);
        var lines = text.Split('\n');
        Assert.Equal("sum.test: the log is sound", lines[0]);
        Assert.StartsWith($"  walked at {server.Url}: 300 records, 5 tiles, ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("  its signed head: 300 records, root ", lines[2], StringComparison.Ordinal);
        Assert.Equal($"  2 heads of 10 to 299 records kept here, in {folder}: the walked tree begins with each of them", lines[3]);
    }

    [Fact]
    public async Task A_fork_is_told_with_its_evidence_and_exits_with_1()
    {
        await using var server = await SumDbServer.StartAsync(300);
        var another = await AuditRig.HeadAtAsync(server, 200, "fork=100");
        var (code, text) = await RunAsync(server, await AuditRig.KeepAsync(server, another), json: false);
        Assert.Equal(1, code);
        Assert.StartsWith("sum.test: the log is NOT sound\n", text, StringComparison.Ordinal);
        Assert.Contains("fork: the checksum database signed two histories: the tree of 200 records is not the beginning of that of 300\n", text, StringComparison.Ordinal);
        Assert.Contains(another.Split('\n')[2], text, StringComparison.Ordinal);
        Assert.Contains("    proof of misbehavior ", text, StringComparison.Ordinal);
        Assert.Contains(": ANOTHER HISTORY\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_out_of_reach_exits_with_1_and_is_not_called_anything()
    {
        await using var server = await SumDbServer.StartAsync(300);
        await server.FaultsAsync("503");
        var (code, text) = await RunAsync(server, Path.GetTempPath(), json: false);
        Assert.Equal(1, code);
        Assert.StartsWith($"sum.test: the log could not be read, so nothing is known of it: {server.Url}/latest: HTTP 503", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("honest", 0, "sound", 0)]
    [InlineData("bad-tile=tile/8/0/000", 1, "unsound", 1)]
    [InlineData("503", 1, "unreadable", 0)]
    public async Task Scripts_get_one_object_with_the_verdict_and_all_of_the_findings(string fault, int exit, string verdict, int findings)
    {
        await using var server = await SumDbServer.StartAsync(300);
        await server.FaultsAsync(fault);
        var (code, text) = await RunAsync(server, Path.GetTempPath(), json: true);
        Assert.Equal(exit, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(verdict, json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(findings, json.RootElement.GetProperty("findings").GetArrayLength());
        Assert.Equal(findings, json.RootElement.GetProperty("findingCount").GetInt64());
        Assert.Equal(verdict == "unreadable" ? JsonValueKind.String : JsonValueKind.Null, json.RootElement.GetProperty("unread").ValueKind);
        if (verdict != "unreadable")
            Assert.Equal(await NoteAsync(server), json.RootElement.GetProperty("heads")[0].GetProperty("note").GetString());
        if (findings > 0)
            Assert.Equal("wrong-tile", json.RootElement.GetProperty("findings")[0].GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("no-such-database")]
    [InlineData("sum.golang.org --upstream not-a-url")]
    [InlineData("sum.golang.org --upstream https://a.example,https://b.example")]
    [InlineData("sum.golang.org --go-list-ttl soon")]
    [InlineData("")]
    public async Task A_wrong_command_line_exits_with_2(string words)
        => Assert.Equal(2, await AuditLogCommand.RunAsync(CommandLine.Parse(["audit-log", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)], new Dictionary<string, string>(), Path.GetTempPath())));

    [Fact]
    public void Off_a_terminal_a_line_is_written_each_ten_seconds()
    {
        var time = new ManualTime();
        var lines = new StringWriter();
        var progress = new Progress("records", time, lines, null);
        progress.Tell(10, 1000);
        time.Advance(TimeSpan.FromSeconds(9));
        progress.Tell(90, 1000);
        Assert.Empty(lines.ToString());
        time.Advance(TimeSpan.FromSeconds(1));
        progress.Tell(100, 1000);
        progress.Tell(101, 1000);
        Assert.Equal("tain: 100 of 1,000 records (10.0 %), 10 a second, 1 min 30 s to go\n", lines.ToString());
    }

    private static async Task<(int Code, string Text)> RunAsync(SumDbServer server, string folder, bool json)
    {
        var output = new StringWriter();
        var options = new TainOptions { Data = folder, Upstream = Rig.Quick with { Tries = 1 } };
        var code = await AuditLogCommand.RunAsync(options, AuditRig.Options(server), null, json, output, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    private static async Task<string> NoteAsync(SumDbServer server)
    {
        await server.HonestAsync();
        return await server.LatestAsync();
    }
}
