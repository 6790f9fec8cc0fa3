namespace Tain.Clients;

/// <summary>SIGTERM: what is in flight is finished, and then the process ends well.</summary>
public sealed class StopTests
{
    // 1.8 MB at 400 kB/s: some four seconds.
    private const string Slow = "limit_rate 400k;";

    [Fact]
    public async Task A_stop_during_a_download_finishes_it_and_exits_with_0()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus, Slow);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var (path, version) = Demo.Modules().First(m => m.Path == "golang.org/x/net");
        var file = $"{path}/@v/{version}.zip";
        using var response = await Loopback.Http.GetAsync($"{tain.GoProxy}/{file}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var first = new byte[1000];
        await body.ReadExactlyAsync(first, TestContext.Current.CancellationToken);

        tain.Terminate();
        using var rest = new MemoryStream();
        await body.CopyToAsync(rest, TestContext.Current.CancellationToken);

        Assert.Equal(0, await tain.WaitAsync(TimeSpan.FromSeconds(30)));
        var original = await File.ReadAllBytesAsync(Path.Combine(Repository.Corpus, file), TestContext.Current.CancellationToken);
        Assert.True(original.AsSpan().SequenceEqual((byte[])[.. first, .. rest.ToArray()]), "the download is not what the upstream has");

        await tain.StartAgainAsync();
        await upstream.StopAsync();
        var again = await Answer.OfAsync($"{tain.GoProxy}/{file}");
        Assert.True(again.Status == 200 && original.AsSpan().SequenceEqual(again.Body), $"after the restart it is {again}");
    }

    [Fact]
    public async Task A_stop_with_nothing_in_flight_is_quick()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        Assert.Equal(200, (await Answer.OfAsync(tain.GoProxy + "/github.com/pkg/errors/@v/list")).Status);
        Assert.Equal(0, await tain.StopAsync(TimeSpan.FromSeconds(10)));
    }
}
