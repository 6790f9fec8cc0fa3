using System.Text;
using System.Text.Json;
using Tain.GoModules;
using Tain.Tests.Upstream;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go;

/// <summary>Which source is asked, what each may be told, and how their failures are worded.</summary>
public sealed class SourcesTests
{
    private const string M = "example.com/m";

    [Theory]
    [InlineData("404 Not Found", 404)]
    [InlineData("410 Gone", 404)]
    [InlineData("401 Unauthorized", 403)]
    [InlineData("403 Forbidden", 403)]
    [InlineData("429 Too Many Requests", 502)]
    [InlineData("500 Internal Server Error", 502)]
    [InlineData("503 Service Unavailable", 502)]
    public async Task An_upstream_status_is_answered_as_what_it_means(string status, int expected)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Tries = 1 });
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/main.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
        {
            upstream.Set($"{M}/{page}", HostileServer.Status(status, "because of reasons"));
            var answer = await tain.ReadAsync($"go/{M}/{page}");

            Assert.Equal(expected, answer.Status);
            Assert.Contains(upstream.Url, answer.Body, StringComparison.Ordinal);
            Assert.Contains(status[..3], answer.Body, StringComparison.Ordinal);
            Assert.Contains("because of reasons", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_source_that_does_not_listen_is_502_never_404()
    {
        await using var tain = await RunningTain.StartAsync("http://127.0.0.1:1", upstreams: o => o with { Tries = 1 });
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
            Assert.Equal(502, (await tain.ReadAsync($"go/{M}/{page}")).Status);
    }

    [Fact]
    public async Task After_a_comma_only_an_absence_goes_on_after_a_bar_any_fault_does()
    {
        await using var first = new ModuleUpstream();
        await using var second = new ModuleUpstream();
        second.Add(M, "v1.0.0");
        foreach (var (separator, status, expected) in new[] { (",", "404 Not Found", 200), (",", "410 Gone", 200), (",", "500 Oops", 502), ("|", "500 Oops", 200), ("|", "403 Forbidden", 200), (",", "403 Forbidden", 403) })
        {
            foreach (var page in new[] { "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
                first.Set($"{M}/{page}", HostileServer.Status(status));
            await using var tain = await RunningTain.StartAsync(first.Url + separator + second.Url, upstreams: o => o with { Tries = 1 });
            foreach (var page in new[] { "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
                Assert.True(expected == (await tain.ReadAsync($"go/{M}/{page}")).Status, $"{status} {separator} {page}");
        }
    }

    [Fact]
    public async Task One_failure_beside_an_absence_is_no_absence()
    {
        await using var first = new ModuleUpstream();
        await using var second = new ModuleUpstream();
        first.Set($"{M}/@v/v1.0.0.zip", HostileServer.Status("500 Oops"));
        await using var tain = await RunningTain.StartAsync($"{first.Url}|{second.Url}", upstreams: o => o with { Tries = 1 });

        var answer = await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip");

        Assert.Equal(502, answer.Status);
        Assert.Contains(first.Url, answer.Body, StringComparison.Ordinal);
        Assert.Contains(second.Url, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Direct_answers_404_with_its_reason_until_git_is_there()
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync($"{upstream.Url},direct");

        var answer = await tain.ReadAsync($"go/{M}/@v/v1.0.0.zip");

        Assert.Equal(404, answer.Status);
        Assert.Contains("direct: ", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_illegal_zip_after_a_bar_is_replaced_by_the_next_source()
    {
        await using var first = new ModuleUpstream();
        await using var second = new ModuleUpstream();
        first.Set($"{M}/@v/v1.0.0.zip", "PK this is no zip");
        var zip = second.Add(M, "v1.0.0");
        await using var tain = await RunningTain.StartAsync($"{first.Url}|{second.Url}");

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip"));
    }

    [Fact]
    public async Task A_route_sends_its_modules_elsewhere()
    {
        await using var general = new ModuleUpstream();
        await using var special = new ModuleUpstream();
        special.Add("corp.example/lib/x", "v1.0.0");
        await using var tain = await RunningTain.StartAsync(general.Url, go => go with { Routes = [new("corp.example/lib", Patterns("corp.example/lib"), SourceChain.Parse(special.Url))] });

        Assert.Equal(200, (await tain.ReadAsync("go/corp.example/lib/x/@v/v1.0.0.mod")).Status);
        Assert.Equal(404, (await tain.ReadAsync("go/corp.example/other/@v/v1.0.0.mod")).Status);
        Assert.Equal(["/corp.example/other/@v/v1.0.0.mod"], general.Asked);
    }

    [Fact]
    public async Task Dependency_confusion_a_private_name_never_reaches_a_public_source()
    {
        await using var outside = new ModuleUpstream();
        await using var inside = new ModuleUpstream();
        outside.Add("corp.example/secret", "v9.9.9");
        var zip = inside.Add("corp.example/secret", "v1.0.0");
        var chain = SourceChain.Parse($"{outside.Url}|{inside.Url},{outside.Url},direct").Select(s => s.BaseUrl.Port == new Uri(inside.Url).Port ? s with { Private = true } : s);
        await using var tain = await RunningTain.StartAsync(outside.Url, go => go with { Upstream = chain, Private = Patterns("corp.example,*.internal") });

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync("go/corp.example/secret/@v/v1.0.0.zip"));
        foreach (var page in new[] { "@v/list", "@latest" })
            Assert.DoesNotContain("v9.9.9", (await tain.ReadAsync($"go/corp.example/secret/{page}")).Body, StringComparison.Ordinal);
        foreach (var page in new[] { "@v/v9.9.9.info", "@v/v9.9.9.zip", "@v/main.info" })
            Assert.Equal(404, (await tain.ReadAsync($"go/corp.example/secret/{page}")).Status);
        await tain.ReadAsync("api/v1/explain/go/corp.example/secret@v9.9.9");
        await tain.ReadAsync("go/git.internal/x/@v/list");

        Assert.Empty(outside.Asked);
        Assert.DoesNotContain("corp.example", (await tain.ReadAsync("go/index")).Body, StringComparison.Ordinal);
        using var response = await tain.GetAsync("go/corp.example/secret/@v/v1.0.0.zip");
        Assert.True(response.Headers.CacheControl!.Private);
    }

    [Fact]
    public async Task A_source_that_leads_back_here_is_noticed_at_once()
    {
        await using var relay = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(relay.Url, upstreams: o => o with { Tries = 1 });
        // Sends on what it is asked, headers included, as a proxy in between does.
        relay.Set($"{M}/@v/list", async exchange =>
        {
            var (status, body) = await tain.ReadAsync($"go/{M}/@v/list", ("Via", exchange.Request["Via"]!));
            await exchange.AnswerAsync($"{status} X", body, "Content-Type: text/plain");
        });

        var answer = await tain.ReadAsync($"go/{M}/@v/list").WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(502, answer.Status);
        Assert.Contains("508", answer.Body, StringComparison.Ordinal);
        Assert.Contains("leads back here", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_name_without_a_private_source_says_what_to_set()
    {
        await using var outside = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(outside.Url, go => go with { Private = Patterns("corp.example") });

        foreach (var page in new[] { "@v/list", "@v/v1.0.0.zip" })
        {
            var answer = await tain.ReadAsync($"go/corp.example/secret/{page}");
            Assert.Equal(404, answer.Status);
            Assert.Contains("go.private", answer.Body, StringComparison.Ordinal);
            Assert.Contains("go.sources", answer.Body, StringComparison.Ordinal);
        }
        Assert.Empty(outside.Asked);
    }

    [Fact]
    public async Task An_error_fits_into_what_the_go_command_shows()
    {
        var upstreams = Enumerable.Range(0, 12).Select(_ => new ModuleUpstream()).ToList();
        foreach (var upstream in upstreams)
            upstream.Set($"{M}/@v/v1.0.0.zip", HostileServer.Status("500 Oops", new string('x', 1000)));
        await using var tain = await RunningTain.StartAsync(string.Join('|', upstreams.Select(u => u.Url)), upstreams: o => o with { Tries = 1 });

        using var response = await tain.GetAsync($"go/{M}/@v/v1.0.0.zip");
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 1, 600);
        Assert.InRange(body.TrimEnd('\n').Split('\n').Length, 2, 8);
        Assert.Contains(M, body, StringComparison.Ordinal);
        foreach (var upstream in upstreams)
            await upstream.DisposeAsync();
    }

    [Fact]
    public async Task Explain_tells_who_said_what_what_is_stored_and_which_rule_decided()
    {
        await using var first = new ModuleUpstream();
        await using var second = new ModuleUpstream();
        second.Add(M, "v1.0.0");
        await using var tain = await RunningTain.StartAsync($"{first.Url},{second.Url}");
        await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip");
        await tain.EventuallyStoredAsync(M, "v1.0.0");

        using var json = JsonDocument.Parse((await tain.ReadAsync($"api/v1/explain/go/{M}@v1.0.0")).Body);
        var root = json.RootElement;

        Assert.Equal(200, root.GetProperty("answer").GetProperty("status").GetInt32());
        Assert.Equal("v1.0.0", root.GetProperty("answer").GetProperty("version").GetString());
        Assert.Equal("go.upstream", root.GetProperty("rule").GetString());
        var zip = root.GetProperty("asked").EnumerateArray().Single(s => s.GetProperty("for").GetString() == $"{M}/@v/v1.0.0.zip");
        Assert.Equal([404, 200], zip.GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("status").GetInt32()));
        var artifact = root.GetProperty("stored").GetProperty("artifacts").EnumerateArray().Single();
        Assert.StartsWith("h1:", artifact.GetProperty("identity").GetString(), StringComparison.Ordinal);
        Assert.Equal(second.Url, artifact.GetProperty("source").GetString());
        Assert.Equal(404, (await tain.ReadAsync("api/v1/explain/go/not a path@v1")).Status);
    }

    private static ModulePatterns Patterns(string list) => ModulePatterns.TryParse(list, out var patterns, out var error) ? patterns : throw new FormatException(error);
}
