using System.Text.Json;
using Tain.SumDbHosting;

namespace Tain.Clients;

/// <summary>The published <c>tain audit-log</c>, of a database and of what a server shows of it.</summary>
public sealed class AuditLogTests
{
    private const string Module = "github.com/spf13/pflag", Version = "v1.0.6-0.20210604000000-d5e0c0615ace";

    [Fact]
    public async Task A_database_and_a_server_s_view_of_it_are_sound_and_one_that_turns_to_another_history_is_caught_by_what_the_server_kept()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var database = await SumDbServer.StartAsync(1000, upstream.Url);
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", database.GoSumDb);
        Assert.Equal(200, (await Answer.OfAsync($"{tain.GoProxy}/{Module}/@v/{Version}.mod")).Status);
        using var folder = new TempFolder();

        var (code, output) = await AuditAsync(folder, database.GoSumDb);
        Assert.True(code == 0, output);
        Assert.Contains("sum.test: the log is sound\n", output, StringComparison.Ordinal);
        Assert.Contains("1,001 of 1,001 records in ", output, StringComparison.Ordinal);

        // Through the server, whose data folder it owns and which is looked into all the same.
        (code, output) = await AuditAsync(folder, database.GoSumDb, "--upstream", $"{tain.GoProxy}/sumdb/sum.test", "--data", tain.Data, "--json");
        Assert.True(code == 0, output);
        using (var json = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)]))
        {
            Assert.Equal("sound", json.RootElement.GetProperty("verdict").GetString());
            Assert.Equal(["walked", "same", "same"], json.RootElement.GetProperty("heads").EnumerateArray().Select(h => h.GetProperty("result").GetString()));
        }

        await database.FaultsAsync("fork=17");
        (code, output) = await AuditAsync(folder, database.GoSumDb, "--data", tain.Data);
        Assert.Equal(1, code);
        Assert.Contains("sum.test: the log is NOT sound\n", output, StringComparison.Ordinal);
        Assert.Contains("fork: the checksum database signed two histories", output, StringComparison.Ordinal);

        await database.FaultsAsync("503");
        (code, output) = await AuditAsync(folder, database.GoSumDb, "--data", tain.Data, "--upstream-tries", "1");
        Assert.Equal(1, code);
        Assert.Contains("sum.test: the log could not be read, so nothing is known of it: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_understood_exits_with_2()
    {
        using var folder = new TempFolder();
        var (code, output) = await AuditAsync(folder);
        Assert.Equal(2, code);
        Assert.Contains("DATABASE: is missing", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> AuditAsync(TempFolder folder, params string[] arguments)
    {
        await using var process = ChildProcess.Start(Repository.Tain, ["audit-log", .. arguments], folder.Path);
        var code = await process.WaitAsync(TimeSpan.FromSeconds(60));
        return (code, process.Output);
    }
}
