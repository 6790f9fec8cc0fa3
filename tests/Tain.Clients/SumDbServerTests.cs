using Tain.SumDbHosting;

namespace Tain.Clients;

/// <summary>The checksum database for tests, without Tain: the go command believes it when it is honest, and finds it out when it lies.</summary>
public sealed class SumDbServerTests
{
    private const string Module = "github.com/spf13/pflag@v1.0.6-0.20210604000000-d5e0c0615ace";

    [Fact]
    public async Task The_go_command_downloads_what_an_honest_database_vouches_for()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var database = await SumDbServer.StartAsync(1000, upstream.Url);
        using var go = new GoCommand(upstream.Url, database.GoSumDb);
        (await go.RunAsync("mod", "download", Module)).Succeeded();
        var requests = await database.RequestsAsync();
        Assert.Contains("/lookup/" + Module, requests);
        Assert.Contains(requests, r => r.StartsWith("/tile/8/1/000.p/", StringComparison.Ordinal));
        Assert.StartsWith("github.com/spf13/pflag v1.0.6-", await database.RecordAsync(1000), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong-zip=github.com/spf13/pflag", "checksum mismatch")]
    [InlineData("tampered=github.com/spf13/pflag", "cannot authenticate record")]
    [InlineData("bad-tile", "inconsistent")]
    [InlineData("bad-signature", "invalid signature")]
    [InlineData("other-key", "no verifiable signatures")]
    [InlineData("unsigned-lines=github.com/spf13/pflag", "malformed note")]
    [InlineData("404", "404 Not Found")]
    [InlineData("503", "503 Service Unavailable")]
    public async Task A_lie_is_one_that_the_go_command_finds_out(string fault, string said)
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var database = await SumDbServer.StartAsync(1000, upstream.Url);
        await database.FaultsAsync(fault);
        using var go = new GoCommand(upstream.Url, database.GoSumDb);
        var result = (await go.RunAsync("mod", "download", Module)).Failed();
        Assert.Contains(said, result.Output, StringComparison.Ordinal);
        await database.HonestAsync();
        // One that has not heard the lie yet: what it hears it keeps.
        using var another = new GoCommand(upstream.Url, database.GoSumDb);
        (await another.RunAsync("mod", "download", Module)).Succeeded();
    }

    [Fact]
    public async Task Two_of_the_same_seed_are_one_database_until_one_of_them_tells_another_history()
    {
        await using var one = await SumDbServer.StartAsync(300);
        await using var two = await SumDbServer.StartAsync(300);
        Assert.Equal(one.Key, two.Key);
        Assert.Equal(await one.LatestAsync(), await two.LatestAsync());
        await two.FaultsAsync("fork=299");
        Assert.NotEqual(await one.LatestAsync(), await two.LatestAsync());
        await two.FaultsAsync("rollback=299");
        Assert.StartsWith("go.sum database tree\n299\n", await two.LatestAsync(), StringComparison.Ordinal);
        Assert.Equal("503 /latest", await Faulty(two, "503"));
        Assert.Equal("200 /latest", await Faulty(two, "503", "/tile/"));
    }

    private static async Task<string> Faulty(SumDbServer server, string fault, string on = "/")
    {
        await server.FaultsOnAsync(on, fault);
        return $"{(await Answer.OfAsync(server.Url + "/latest")).Status} /latest";
    }
}
