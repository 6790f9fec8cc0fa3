using System.Net;

namespace Tain.Clients;

/// <summary>The fixtures themselves, without Tain: what they report must be what happened.</summary>
public sealed class FixtureTests
{
    [Fact]
    public async Task The_corpus_alone_is_a_proxy_that_the_go_command_builds_the_demo_through()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        using var go = Demo.Prepare(upstream.Url);
        await Demo.DownloadBuildAndRunAsync(go);
        Assert.True(Demo.CompareWithCorpus(go) >= 50);
        Assert.Contains(upstream.Requests, r => r.EndsWith(".zip", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stopped_nginx_refuses_connections_until_it_is_started_again()
    {
        await using var nginx = await Nginx.StartAsync(Repository.Corpus);
        await nginx.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => Loopback.Http.GetAsync(nginx.Url + "/MODULES", TestContext.Current.CancellationToken));
        await nginx.StartAgainAsync();
        using var response = await Loopback.Http.GetAsync(nginx.Url + "/MODULES", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["200 /MODULES"], nginx.Requests);
    }

    [Fact]
    public async Task A_failing_go_command_is_seen_to_fail()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        using var go = new GoCommand(upstream.Url);
        var result = (await go.RunAsync("list", "-m", "example.com/none@v1.0.0")).Failed();
        Assert.Contains("404 Not Found", result.Output, StringComparison.Ordinal);
    }
}
