using System.Text.Json;

namespace Tain.Clients;

/// <summary>What went wrong reaches the developer: the go command prints Tain's own reason.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task The_go_command_shows_why_a_module_was_not_found()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var answer = await Answer.OfAsync(tain.GoProxy + "/example.com/none/@v/v1.0.0.info");
        Assert.Equal(404, answer.Status);
        answer.IsExplained();
        Assert.StartsWith("not found: ", answer.Reason, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", answer.Text, StringComparison.Ordinal);

        using var go = new GoCommand(tain.GoProxy);
        var result = (await go.RunAsync("mod", "download", "example.com/none@v1.0.0")).Failed();
        Assert.Contains(answer.Reason, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_go_command_shows_that_the_upstream_is_down_and_not_that_the_module_is_missing()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--upstream-tries", "1");
        await upstream.StopAsync();
        var answer = await Answer.OfAsync(tain.GoProxy + "/github.com/pkg/errors/@v/v0.9.1.info");
        Assert.Equal(502, answer.Status);
        answer.IsExplained();

        using var go = new GoCommand(tain.GoProxy + ",off");
        var result = (await go.RunAsync("mod", "download", "github.com/pkg/errors@v0.9.1")).Failed();
        Assert.Contains("502 Bad Gateway", result.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not found", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_module_fetch_and_cached_only_answer_from_the_store_and_ask_nobody()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var (path, version) = Demo.Modules().First(m => m.Path == "github.com/pkg/errors");
        var file = $"/{path}/@v/{version}.zip";

        Assert.Equal(404, (await Answer.OfAsync(tain.GoProxy + "/cached-only" + file)).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, tain.GoProxy + file);
        request.Headers.Add("Disable-Module-Fetch", "true");
        using var refused = await Loopback.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)refused.StatusCode);
        Assert.Empty(upstream.Requests);

        var fetched = await Answer.OfAsync(tain.GoProxy + file);
        Assert.Equal(200, fetched.Status);
        Assert.Equal(fetched, await Answer.OfAsync(tain.GoProxy + "/cached-only" + file));
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Explain_names_the_source_that_was_asked_and_what_it_said()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var answer = await Answer.OfAsync(tain.Url + "/api/v1/explain/go/example.com/none@v1.0.0");
        Assert.Equal(200, answer.Status);
        using var story = JsonDocument.Parse(answer.Body);
        Assert.Contains(upstream.Url, answer.Text, StringComparison.Ordinal);
        Assert.Contains("404", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_index_lists_what_was_fetched_in_order_of_time()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var wanted = Demo.Modules().Take(5).ToArray();
        foreach (var (path, version) in wanted)
            Assert.Equal(200, (await Answer.OfAsync($"{tain.GoProxy}/{Escape(path)}/@v/{version}.info")).Status);

        var index = await Answer.OfAsync(tain.GoProxy + "/index");
        Assert.Equal(200, index.Status);
        var entries = index.Text.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(wanted, entries.Select(e => (e.GetProperty("Path").GetString()!, e.GetProperty("Version").GetString()!)));
        var times = entries.Select(e => e.GetProperty("Timestamp").GetString()!).ToArray();
        Assert.Equal(times.Distinct().Order(StringComparer.Ordinal), times);

        var rest = await Answer.OfAsync($"{tain.GoProxy}/index?since={Uri.EscapeDataString(times[2])}&limit=2");
        Assert.Equal(string.Join('\n', index.Text.Trim().Split('\n')[2..4]), rest.Text.Trim());
    }

    private static string Escape(string path) => string.Concat(path.Select(c => char.IsUpper(c) ? "!" + char.ToLowerInvariant(c) : c.ToString()));
}
