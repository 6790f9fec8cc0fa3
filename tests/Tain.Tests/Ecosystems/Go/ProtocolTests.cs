using System.Net;
using System.Text;
using System.Text.Json;

namespace Tain.Tests.Ecosystems.Go;

/// <summary>The GOPROXY protocol as its clients see it.</summary>
public sealed class ProtocolTests
{
    private const string M = "example.com/m";

    [Fact]
    public async Task Every_page_of_a_module_is_passed_on_byte_for_byte()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.2.3");
        upstream.Set($"{M}/@v/list", "v1.2.3\nv1.0.0 2020-01-01T00:00:00Z\n");
        upstream.Set($"{M}/@latest", """{"Version":"v1.2.3","Time":"2024-02-03T04:05:06Z","Origin":{"VCS":"git","Ref":"refs/tags/v1.2.3"}}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal((200, "v1.2.3\nv1.0.0 2020-01-01T00:00:00Z\n"), await tain.ReadAsync($"go/{M}/@v/list"));
            Assert.Equal((200, """{"Version":"v1.2.3","Time":"2024-02-03T04:05:06Z","Origin":{"VCS":"git","Ref":"refs/tags/v1.2.3"}}"""), await tain.ReadAsync($"go/{M}/@latest"));
            Assert.Equal((200, """{"Version":"v1.2.3","Time":"2024-02-03T04:05:06Z"}"""), await tain.ReadAsync($"go/{M}/@v/v1.2.3.info"));
            Assert.Equal((200, $"module {M}\n"), await tain.ReadAsync($"go/{M}/@v/v1.2.3.mod"));
            Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.2.3.zip"));
        }
        Assert.Equal(5, upstream.Asked.Count);
    }

    [Fact]
    public async Task A_module_without_tags_lists_nothing_with_200()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/list", "");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal((200, ""), await tain.ReadAsync($"go/{M}/@v/list"));
    }

    [Fact]
    public async Task Asking_for_info_fetches_neither_mod_nor_zip()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.2.3");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        await tain.ReadAsync($"go/{M}/@v/v1.2.3.info");

        Assert.Equal([$"/{M}/@v/v1.2.3.info"], upstream.Asked);
    }

    [Theory]
    [InlineData("master")]
    [InlineData("abcdef012345")]
    [InlineData("v1")]
    public async Task A_branch_tag_or_commit_is_resolved_by_the_upstream(string query)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/{query}.info", """{"Version":"v0.0.0-20240203040506-abcdef012345","Time":"2024-02-03T04:05:06Z"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(200, (await tain.ReadAsync($"go/{M}/@v/{query}.info")).Status);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("upgrade")]
    [InlineData("patch")]
    public async Task Words_of_the_go_command_are_no_queries(string word)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(404, (await tain.ReadAsync($"go/{M}/@v/{word}.info")).Status);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task A_root_v2_is_answered_as_incompatible()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/v2.0.0.info", """{"Version":"v2.0.0+incompatible","Time":"2024-02-03T04:05:06Z"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(200, (await tain.ReadAsync($"go/{M}/@v/v2.0.0.info")).Status);
    }

    [Theory]
    [InlineData("v1.2.3", """{"Version":"v1.2.4"}""", "answered with version v1.2.4")]
    [InlineData("v2.0.0", """{"Version":"v2.0.0"}""", "answered with version v2.0.0")]
    [InlineData("main", """{"Version":"main"}""", "which is not canonical")]
    [InlineData("v1.2.3", """{"Time":"2024-02-03T04:05:06Z"}""", "without a Version")]
    [InlineData("v1.2.3", """{"Version":"v1.2.3","Time":"yesterday"}""", "not RFC 3339")]
    [InlineData("v1.2.3", "<html><body>Welcome to the hotel WLAN</body></html>", "an HTML page with status 200")]
    [InlineData("v1.2.3", "", "not JSON")]
    [InlineData("v1.2.3", "[1]", "not an object")]
    public async Task An_info_that_is_not_what_was_asked_for_is_refused_with_the_reason(string query, string body, string reason)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/{query}.info", body);
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var answer = await tain.ReadAsync($"go/{M}/@v/{query}.info");

        Assert.Equal(502, answer.Status);
        Assert.Contains(reason, answer.Body, StringComparison.Ordinal);
        Assert.Contains(upstream.Url, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/go/example.com/M/@v/list")]
    [InlineData("/go/example.com/!M/@v/list")]
    [InlineData("/go/example.com/m!/@v/list")]
    [InlineData("/go/example.com/../../etc/passwd/@v/list")]
    [InlineData("/go/example.com/%2e%2e/%2e%2e/etc/@v/list")]
    [InlineData("/go/example.com%2fm/@v/list")]
    [InlineData("/go/example.com/m%252f..%252f/@v/list")]
    [InlineData("/go/example.com/m/@v/..%5c..%5cx.zip")]
    [InlineData("/go/example.com//m/@v/list")]
    [InlineData("/go/example.com/m/@v/../list")]
    [InlineData("/go/example.com/m/@v/v1.zip")]
    [InlineData("/go/example.com/m/@v/v2.0.0.zip")]
    [InlineData("/go/example.com/m/@v/v1.0.0+meta.mod")]
    [InlineData("/go/example.com/m/@v/feature/x.info")]
    [InlineData("/go/example.com/m/@v/v1.0.0.tar")]
    [InlineData("/go/example.com/m/@v/.info")]
    [InlineData("/go/example.com/m/@v/")]
    [InlineData("/go/example.com/con/@v/list")]
    [InlineData("/go/nodots/@v/list")]
    [InlineData("/go/@v/list")]
    [InlineData("/go/example.com/m/@v/list/")]
    [InlineData("/go/sumdb/sum.golang.org/supported")]
    [InlineData("/nowhere")]
    public async Task A_malformed_path_is_404_with_a_reason_and_reaches_nobody(string target)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var answer = await tain.RawAsync(target);

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains("not found: ", answer, StringComparison.Ordinal);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task A_null_byte_is_refused_and_reaches_nobody()
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        // The web server's own answer: it never becomes a request.
        Assert.StartsWith("HTTP/1.1 400 ", await tain.RawAsync("/go/example.com/m/@v/v1.0.0%00.zip"), StringComparison.Ordinal);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task An_over_long_path_is_404_and_reaches_nobody()
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.StartsWith("HTTP/1.1 404 ", await tain.RawAsync($"/go/example.com/{new string('a', 5000)}/@v/list"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await tain.RawAsync($"/go/example.com/m/@v/{new string('a', 300)}.info"), StringComparison.Ordinal);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task Escaped_paths_reach_the_upstream_escaped()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set("github.com/!azure/sdk/@v/v1.0.0+incompatible.info", "{}");
        upstream.Set("github.com/!azure/sdk/@v/v2.0.0+incompatible.info", """{"Version":"v2.0.0+incompatible"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(200, (await tain.ReadAsync("go/github.com/!azure/sdk/@v/v2.0.0+incompatible.info")).Status);
        Assert.Equal(200, (await tain.ReadAsync("go/github.com/%21azure/sdk/@v/v2.0.0%2Bincompatible.info")).Status);
        Assert.Equal(["/github.com/!azure/sdk/@v/v2.0.0+incompatible.info"], upstream.Asked);
    }

    [Fact]
    public async Task Head_tells_what_get_would_and_sends_no_body()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size: 200_000);
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var cold = await tain.SendAsync(HttpMethod.Head, $"go/{M}/@v/v1.0.0.zip");
        using var warm = await tain.SendAsync(HttpMethod.Head, $"go/{M}/@v/v1.0.0.zip");
        using var get = await tain.GetAsync($"go/{M}/@v/v1.0.0.zip");

        foreach (var response in new[] { cold, warm, get })
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(zip.Length, response.Content.Headers.ContentLength);
            Assert.Equal("application/zip", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(get.Headers.ETag, response.Headers.ETag);
        }
        Assert.Empty(await warm.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, upstream.CountOf($"{M}/@v/v1.0.0.zip"));
    }

    [Theory]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=100-", 206, 100, -1)]
    [InlineData("bytes=-7", 206, -7, 7)]
    [InlineData("bytes=5-99999999", 206, 5, -1)]
    [InlineData("bytes=99999999-", 416, 0, 0)]
    [InlineData("bytes=0-1,4-5", 200, 0, -1)]
    [InlineData("lines=0-1", 200, 0, -1)]
    [InlineData("bytes=9-3", 200, 0, -1)]
    public async Task A_single_range_is_answered(string range, int status, int from, int count)
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size: 200_000);
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        foreach (var page in new[] { "cold", "warm" })
        {
            using var response = await tain.GetAsync($"go/{M}/@v/v1.0.0.zip", ("Range", range));
            Assert.True(status == (int)response.StatusCode, $"{page}: {response.StatusCode}");
            if (status == 416)
            {
                Assert.Equal($"bytes */{zip.Length}", response.Content.Headers.ContentRange?.ToString());
                continue;
            }
            var offset = from < 0 ? zip.Length + from : from;
            Assert.Equal(zip[offset..(count < 0 ? zip.Length : offset + count)], await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Conditional_requests_save_the_body()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        foreach (var page in new[] { $"go/{M}/@v/v1.0.0.zip", $"go/{M}/@v/v1.0.0.mod", $"go/{M}/@v/v1.0.0.info" })
        {
            using var first = await tain.GetAsync(page);
            await first.Content.ReadAsByteArrayAsync();
            using var warm = await tain.GetAsync(page);
            var tag = warm.Headers.ETag!.ToString();

            Assert.Equal(HttpStatusCode.NotModified, (await tain.GetAsync(page, ("If-None-Match", $"\"other\", {tag}"))).StatusCode);
            Assert.Equal(HttpStatusCode.NotModified, (await tain.GetAsync(page, ("If-None-Match", "*"))).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await tain.GetAsync(page, ("If-None-Match", "\"other\""))).StatusCode);
            Assert.Equal(HttpStatusCode.NotModified, (await tain.GetAsync(page, ("If-Modified-Since", warm.Content.Headers.LastModified!.Value.ToString("R")))).StatusCode);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await tain.GetAsync(page, ("If-Match", "\"other\""))).StatusCode);
        }
        using var stale = await tain.GetAsync($"go/{M}/@v/v1.0.0.zip", ("Range", "bytes=0-9"), ("If-Range", "\"other\""));
        Assert.Equal(zip, await stale.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task How_it_was_served_and_how_long_it_may_be_kept_is_told()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.0.0");
        upstream.Set($"{M}/@v/list", "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var miss = await tain.GetAsync($"go/{M}/@v/v1.0.0.mod");
        await miss.Content.ReadAsByteArrayAsync();
        using var hit = await tain.GetAsync($"go/{M}/@v/v1.0.0.mod");
        using var list = await tain.GetAsync($"go/{M}/@v/list");
        using var absent = await tain.GetAsync($"go/{M}/@v/v9.0.0.info");

        Assert.Equal("tain; fwd=uri-miss; stored", miss.Headers.GetValues("Cache-Status").Single());
        Assert.Equal("tain; hit", hit.Headers.GetValues("Cache-Status").Single());
        Assert.Equal("public, max-age=31536000, immutable", string.Join(", ", hit.Headers.GetValues("Cache-Control")));
        Assert.True(list.Headers.CacheControl!.MaxAge <= TimeSpan.FromMinutes(1));
        Assert.True(absent.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task With_Disable_Module_Fetch_only_what_is_stored_is_served()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add(M, "v1.0.0");
        upstream.Set($"{M}/@v/list", "v1.0.0\n");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        foreach (var page in new[] { "@v/list", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
        {
            Assert.Equal(404, (await tain.ReadAsync($"go/cached-only/{M}/{page}")).Status);
            Assert.Equal(404, (await tain.ReadAsync($"go/{M}/{page}", ("Disable-Module-Fetch", "true"))).Status);
        }
        Assert.Empty(upstream.Asked);

        var zip = await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip");
        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/cached-only/{M}/@v/v1.0.0.zip"));
        // The zip is stored, so its .info and the list can be made of what is known.
        await tain.EventuallyStoredAsync(M, "v1.0.0");
        Assert.Contains("v1.0.0", (await tain.ReadAsync($"go/cached-only/{M}/@v/v1.0.0.info")).Body, StringComparison.Ordinal);
        Assert.Single(upstream.Asked);
    }

    [Fact]
    public async Task The_index_tells_new_versions_in_the_order_they_were_seen()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/list", "v1.0.0\nv1.1.0\nnot-a-version\nv2.0.0\n");
        upstream.Add("example.com/n", "v0.1.0");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.ReadAsync($"go/{M}/@v/list");
        await tain.ReadAsync("go/example.com/n/@v/v0.1.0.info");

        var all = await IndexAsync(tain, "");
        Assert.Equal([(M, "v1.0.0"), (M, "v1.1.0"), ("example.com/n", "v0.1.0")], all.Select(l => (l.Path, l.Version)));
        Assert.True(all.Zip(all.Skip(1)).All(p => string.CompareOrdinal(p.First.Timestamp, p.Second.Timestamp) < 0));
        // since is inclusive, so that a reader goes on from its last line.
        Assert.Equal(all[1..], await IndexAsync(tain, "?since=" + Uri.EscapeDataString(all[1].Timestamp)));
        Assert.Equal(all[..2], await IndexAsync(tain, "?limit=2"));
        Assert.Equal(400, (await tain.ReadAsync("go/index?since=yesterday")).Status);
        Assert.Equal(400, (await tain.ReadAsync("go/index?since=12:00")).Status);
        Assert.Equal(400, (await tain.ReadAsync("go/index?limit=many")).Status);

        static async Task<List<(string Path, string Version, string Timestamp)>> IndexAsync(RunningTain tain, string query)
        {
            var lines = (await tain.ReadAsync("go/index" + query)).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. lines.Select(l => JsonDocument.Parse(l).RootElement).Select(j => (j.GetProperty("Path").GetString()!, j.GetProperty("Version").GetString()!, j.GetProperty("Timestamp").GetString()!))];
        }
    }

    [Fact]
    public async Task A_go_toolchain_is_a_module_like_any_other()
    {
        const string version = "v0.0.1-go1.24.4.linux-amd64";
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(($"golang.org/toolchain@{version}/bin/go", Encoding.UTF8.GetBytes("#!/bin/sh\n")));
        upstream.Set($"golang.org/toolchain/@v/{version}.zip", zip);
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/golang.org/toolchain/@v/{version}.zip"));
    }

    [Fact]
    public async Task What_is_stored_survives_a_restart_without_its_upstream()
    {
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        byte[] zip;
        await using (var upstream = new ModuleUpstream())
        {
            zip = upstream.Add(M, "v1.0.0");
            upstream.Set($"{M}/@v/list", "v1.0.0\n");
            upstream.Set($"{M}/@latest", """{"Version":"v1.0.0"}""");
            var first = await RunningTain.StartAsync(data, upstream.Url);
            foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip" })
                Assert.Equal(200, (await first.ReadAsync($"go/{M}/{page}")).Status);
            await first.StopAsync();
        }
        await using var tain = await RunningTain.StartAsync(data, "http://127.0.0.1:1", upstreams: o => o with { Tries = 1 });
        tain.Time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip"));
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod" })
            Assert.Equal(200, (await tain.ReadAsync($"go/{M}/{page}")).Status);
    }

    [Theory]
    [InlineData("Range", "bytes=999999-", 416)]
    [InlineData("If-Match", "\"other\"", 412)]
    public async Task A_refusal_of_a_condition_is_kept_by_no_cache(string header, string value, int status)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Add("example.com/m", "v1.0.0");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var refused = await tain.GetAsync("go/example.com/m/@v/v1.0.0.zip", (header, value));

        Assert.Equal(status, (int)refused.StatusCode);
        Assert.Equal("no-store", refused.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_branch_is_explained_with_what_is_stored_for_it()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set("example.com/m/@v/main.info", """{"Version":"v1.0.0","Time":"2024-02-03T04:05:06Z"}""");
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Contains("\"kind\": \"info/main\"", (await tain.ReadAsync("api/v1/explain/go/example.com/m@main")).Body, StringComparison.Ordinal);
    }
}
