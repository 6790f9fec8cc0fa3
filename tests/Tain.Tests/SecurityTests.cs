using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tain.Config;
using Tain.Http;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Upstream;
using Tain.Upstream;

namespace Tain.Tests;

/// <summary>Attacks that a proxy has to withstand, against the whole server, each named after the kind of attack. Others have theirs elsewhere:
/// SSRF and insecure fallback in <see cref="RedirectTests"/>, credentials in <see cref="CredentialTests"/>, dependency confusion in <see cref="SourcesTests"/>.</summary>
public sealed class SecurityTests
{
    private const string M = "example.com/m";
    private const string Zip = $"{M}/@v/v1.0.0.zip";

    [Theory]
    [InlineData("/go/../../../../etc/passwd")]
    [InlineData("/go/example.com/m/@v/..%2f..%2f..%2fcatalog.db")]
    [InlineData("/go/example.com/m/@v/%252e%252e%252fcatalog.db.zip")]
    [InlineData("/go/example.com/..;/m/@v/list")]
    [InlineData("/go/example.com/m/@v/..\\..\\lock")]
    [InlineData("/go/example.com/!/m/@v/list")]
    [InlineData("/go/example.com/!../m/@v/list")]
    [InlineData("/go//etc/passwd/@v/list")]
    [InlineData("/go/example.com/m/@v/v1.0.0%2f..%2fv1.0.0.zip")]
    public async Task Path_traversal_reaches_neither_a_file_nor_an_upstream(string target)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.StartsWith("HTTP/1.1 404 ", await tain.RawAsync(target), StringComparison.Ordinal);
        Assert.Empty(upstream.Asked);
        Assert.Empty(tain.StoredFiles());
    }

    [Theory]
    [InlineData($"{M}@v1.0.0/../../../evil")]
    [InlineData($"{M}@v1.0.0/a/../../../evil")]
    [InlineData($"{M}@v1.0.0//evil")]
    [InlineData($"{M}@v1.0.0/..\\..\\evil")]
    [InlineData("/evil")]
    public async Task Zip_slip_is_refused(string name)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(Zip, ModuleUpstream.ZipOf((name, [1])));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(502, (await tain.ReadAsync($"go/{Zip}")).Status);
        Assert.Empty(tain.StoredFiles());
    }

    [Fact]
    public async Task Zip_links_are_bytes_and_nothing_more()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var link = archive.CreateEntry($"{M}@v1.0.0/link");
            link.ExternalAttributes = 0xA1FF << 16;
            using var target = link.Open();
            target.Write("/etc/passwd"u8);
        }
        await using var upstream = new ModuleUpstream();
        upstream.Set(Zip, bytes.ToArray());
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        // Go takes it too: it writes a file with that text.
        Assert.Equal(bytes.ToArray(), await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        await tain.EventuallyAsync($"go/cached-only/{M}/@v/list", "v1.0.0\n");
        Assert.Equal(bytes.ToArray(), await File.ReadAllBytesAsync(Assert.Single(tain.StoredFiles()), TestContext.Current.CancellationToken));
        Assert.All(Directory.GetFileSystemEntries(tain.Data, "*", SearchOption.AllDirectories), path => Assert.Null(new FileInfo(path).LinkTarget));
    }

    [Fact]
    public async Task Bombs_are_refused_with_their_limit()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry($"{M}@v1.0.0/zeros", CompressionLevel.Fastest).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i <= 500; i++)
                entry.Write(zeros);
        }
        await using var upstream = new ModuleUpstream();
        upstream.Set(Zip, bytes.ToArray());
        upstream.Set($"{M}/@v/v1.0.0.info", string.Concat(Enumerable.Repeat("""{"a":""", 100_000)));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        // Its first bytes may have left by then: what counts is that it is never whole.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => tain.Client.GetByteArrayAsync($"go/{Zip}"));
        var zip = await tain.ReadAsync($"go/{Zip}");
        Assert.Equal(502, zip.Status);
        Assert.Contains("524288000", zip.Body, StringComparison.Ordinal);
        Assert.Equal(502, (await tain.ReadAsync($"go/{M}/@v/v1.0.0.info")).Status);
        Assert.Empty(tain.StoredFiles());
    }

    [Fact]
    public async Task Tag_overwrite_changes_nothing_that_is_stored()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0");
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.Equal("module example.com/m\n", (await tain.ReadAsync($"go/{M}/@v/v1.0.0.mod")).Body);

        upstream.Set(Zip, ModuleUpstream.ZipOf(M, "v1.0.0", seed: 2));
        upstream.Set($"{M}/@v/v1.0.0.mod", "module example.com/m\nrequire evil.example v1.0.0\n");
        tain.Time.Advance(TimeSpan.FromDays(365));

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.Equal("module example.com/m\n", (await tain.ReadAsync($"go/{M}/@v/v1.0.0.mod")).Body);
        Assert.Equal(1, upstream.CountOf(Zip));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(500)]
    public async Task Digest_not_checked_a_file_that_rotted_on_disk_is_fetched_again_and_never_served(int size)
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size);
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        await tain.EventuallyStoredAsync(M, "v1.0.0");
        var file = tain.StoredFiles().Single();
        // In turn: bytes lost, a bit turned, another file's bytes; and the last time nobody can mend it.
        foreach (var rotten in new[] { zip[..(zip.Length / 2)], [.. zip[..^1], (byte)(zip[^1] ^ 1)], ModuleUpstream.ZipOf(M, "v1.0.0", size, seed: 2) })
        {
            await tain.RestartAsync();
            await File.WriteAllBytesAsync(file, rotten, TestContext.Current.CancellationToken);
            Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
            await RunningTain.EventuallyAsync(file, zip);
        }
        await tain.RestartAsync();
        await File.WriteAllBytesAsync(file, [.. zip[..^1], (byte)(zip[^1] ^ 1)], TestContext.Current.CancellationToken);
        upstream.Remove(Zip);
        // What is stored and spoilt is not absent.
        var (status, body) = await tain.ReadAsync($"go/{Zip}");
        Assert.Equal(503, status);
        Assert.Contains("spoilt on this server's disk", body, StringComparison.Ordinal);
        Assert.Equal(503, (await tain.ReadAsync($"go/cached-only/{Zip}")).Status);
        using var head = await tain.SendAsync(HttpMethod.Head, $"go/{Zip}");
        Assert.Equal(503, (int)head.StatusCode);
        using var range = await tain.GetAsync($"go/{Zip}", ("Range", "bytes=0-9"));
        Assert.Equal(503, (int)range.StatusCode);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(tain.Data, "quarantine")));
    }

    [Theory]
    [InlineData("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\n\r\n", 2)]
    public async Task Request_smuggling_no_body_is_taken_for_a_second_request(string framing, int answers = 1)
    {
        await using var upstream = new ModuleUpstream();
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, tain.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET /healthz HTTP/1.1\r\nHost: x\r\n{framing}GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);

        var said = await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(answers, said.Split("HTTP/1.1 ").Length - 1);
    }

    [Fact]
    public async Task Secrets_in_logs_or_answers_there_are_none()
    {
        const string secret = "hunter2hunter2";
        // It repeats what it was sent, and redirects to a signed URL.
        await using var upstream = new HostileServer(exchange => exchange.Request.Target.EndsWith(".mod", StringComparison.Ordinal)
            ? exchange.AnswerAsync("302 Found", "", $"Location: http://10.0.0.1/x?sig={secret}")
            : exchange.AnswerAsync("403 Forbidden", $"no, {exchange.Request["Authorization"]} is me:{secret}", "Content-Type: text/plain"));
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        using var log = new MemoryStream();
        var options = new TainOptions { Listen = "127.0.0.1:0", Data = data };
        options = options with { Go = options.Go with { Upstream = SourceChain.Parse(upstream.Url.Replace("://", $"://me:{secret}@", StringComparison.Ordinal)) } };
        var server = new TainServer(options, log: new LogWriter(log, json: true, TimeProvider.System));
        await server.StartAsync(TestContext.Current.CancellationToken);
        var said = new StringBuilder();
        using (var client = new HttpClient())
        {
            foreach (var page in new[] { $"go/{Zip}", $"go/{M}/@v/v1.0.0.mod", $"go/{M}/@v/list", $"api/v1/explain/go/{M}@v1.0.0", "readyz", "" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}/{page}?token={secret}");
                request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("you:" + secret)));
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                said.Append(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Append(response.Headers);
            }
        }
        await server.StopAsync();
        await server.DisposeAsync();
        Directory.Delete(data, recursive: true);
        said.Append(Encoding.UTF8.GetString(log.ToArray()));

        Assert.Contains("403", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + secret)), said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_content_no_way_of_asking_gets_a_byte_of_what_is_refused()
    {
        await using var upstream = new ModuleUpstream();
        // Small enough to wait whole for its verdict.
        upstream.Set(Zip, ModuleUpstream.ZipOf(($"{M}@v1.0.0/go.mod", "module example.com/m\n"u8.ToArray()), ("elsewhere/secret", "secret"u8.ToArray())));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        foreach (var (method, headers) in new (HttpMethod, (string, string)[])[]
        {
            (HttpMethod.Head, []), (HttpMethod.Get, [("Range", "bytes=0-9")]), (HttpMethod.Get, [("If-None-Match", "*")]), (HttpMethod.Get, []),
        })
        {
            using var response = await tain.SendAsync(method, $"go/{Zip}", headers);
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            Assert.DoesNotContain("PK", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Null(response.Headers.ETag);
        }
    }
}
