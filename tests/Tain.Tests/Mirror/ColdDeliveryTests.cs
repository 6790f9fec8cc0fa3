using System.Text;
using Tain.Mirror;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Upstream;

namespace Tain.Tests.Mirror;

/// <summary>A cold artifact on its way: one fetch, every client, nothing wrong ever complete.</summary>
public sealed class ColdDeliveryTests
{
    private const string M = "example.com/m";
    private const string Zip = $"{M}/@v/v1.0.0.zip";

    [Fact]
    public async Task Fifty_clients_at_once_cause_one_download_and_all_get_every_byte()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size: 1_000_000);
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        upstream.Set(Zip, async exchange =>
        {
            asked.TrySetResult();
            await go.Task;
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\n\r\n");
            await exchange.SendAsync(zip);
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var clients = Enumerable.Range(0, 50).Select(_ => tain.Client.GetByteArrayAsync($"go/{Zip}")).ToList();
        await asked.Task;
        go.SetResult();

        foreach (var body in await Task.WhenAll(clients))
            Assert.Equal(zip, body);
        Assert.Equal(1, upstream.CountOf(Zip));
    }

    [Fact]
    public async Task The_first_bytes_arrive_while_the_upstream_is_still_sending_and_the_end_waits_for_it()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 1_000_000);
        var rest = new TaskCompletionSource();
        upstream.Set(Zip, InTwo(zip, 500_000, rest.Task));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var response = await tain.GetAsync($"go/{Zip}");
        Assert.Equal(zip.Length, response.Content.Headers.ContentLength);
        await using var body = await response.Content.ReadAsStreamAsync();
        var got = new byte[zip.Length];
        // All but what is held back is here before the upstream has sent the rest.
        await body.ReadExactlyAsync(got.AsMemory(0, 500_000 - (64 * 1024)));
        rest.SetResult();
        await body.ReadExactlyAsync(got.AsMemory(500_000 - (64 * 1024)));
        Assert.Equal(zip, got);
    }

    [Fact]
    public async Task A_client_that_leaves_hurts_nobody()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 1_000_000);
        var rest = new TaskCompletionSource();
        upstream.Set(Zip, InTwo(zip, 500_000, rest.Task));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        // The first one starts the fetch, gets a part, and leaves.
        using (var leaves = await tain.GetAsync($"go/{Zip}"))
        await using (var part = await leaves.Content.ReadAsStreamAsync())
            await part.ReadExactlyAsync(new byte[1000]);
        var stays = tain.Client.GetByteArrayAsync($"go/{Zip}");
        rest.SetResult();

        Assert.Equal(zip, await stays);
        Assert.Equal(1, upstream.CountOf(Zip));
    }

    [Fact]
    public async Task What_one_client_asked_for_and_left_is_stored_for_the_next()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0");
        var asked = new TaskCompletionSource();
        var rest = new TaskCompletionSource();
        upstream.Set(Zip, async exchange =>
        {
            asked.TrySetResult();
            await rest.Task;
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\n\r\n");
            await exchange.SendAsync(zip);
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        using var leaving = new CancellationTokenSource();
        var left = tain.Client.GetAsync($"go/{Zip}", leaving.Token);
        await asked.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        rest.SetResult();

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.Equal(1, upstream.CountOf(Zip));
    }

    [Fact]
    public async Task A_large_illegal_zip_is_never_complete_at_a_client_and_the_next_one_is_told_why()
    {
        await using var upstream = new ModuleUpstream();
        var noise = new byte[500_000];
        new Random(1).NextBytes(noise);
        // The illegal entry comes last: by then most of the file is with the client.
        var zip = ModuleUpstream.ZipOf(($"{M}@v1.0.0/data.bin", noise), ("elsewhere@v1.0.0/go.mod", "module x\n"u8.ToArray()));
        var clientHasBytes = new TaskCompletionSource();
        upstream.Set(Zip, InTwo(zip, 400_000, clientHasBytes.Task));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var got = await ReadUntilResetAsync(tain, clientHasBytes);
        Assert.InRange(got, 300_000, zip.Length - (64 * 1024));

        var next = await tain.ReadAsync($"go/{Zip}");
        Assert.Equal(502, next.Status);
        Assert.Contains("illegal module zip", next.Body, StringComparison.Ordinal);
        Assert.Contains("elsewhere@v1.0.0/go.mod", next.Body, StringComparison.Ordinal);
        Assert.Empty(tain.StoredFiles());
        Assert.Equal(1, upstream.CountOf(Zip));
    }

    [Fact]
    public async Task A_zip_whose_last_byte_is_wrong_keeps_its_end_to_itself()
    {
        await using var upstream = new ModuleUpstream();
        byte[] zip = [.. ModuleUpstream.ZipOf(M, "v1.0.0", 500_000), 0];
        var clientHasBytes = new TaskCompletionSource();
        upstream.Set(Zip, InTwo(zip, 400_000, clientHasBytes.Task));
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.InRange(await ReadUntilResetAsync(tain, clientHasBytes), 300_000, zip.Length - (64 * 1024));
        Assert.Empty(tain.StoredFiles());
    }

    /// <summary>A body whose second part waits.</summary>
    private static Func<HostileExchange, Task> InTwo(byte[] body, int first, Task then) => async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
        await exchange.SendAsync(body.AsMemory(0, first));
        await then;
        await exchange.SendAsync(body.AsMemory(first));
    };

    /// <summary>Reads a cold zip, says when 300,000 bytes are here, and counts what comes until the connection is reset.</summary>
    private static async Task<long> ReadUntilResetAsync(RunningTain tain, TaskCompletionSource hasBytes)
    {
        using var response = await tain.GetAsync($"go/{Zip}");
        Assert.Equal(200, (int)response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[300_000]);
        hasBytes.SetResult();
        long got = 300_000;
        var buffer = new byte[10_000];
        var reset = await Record.ExceptionAsync(async () =>
        {
            for (int read; (read = await body.ReadAsync(buffer)) > 0; got += read)
            {
            }
        });
        Assert.NotNull(reset);
        return got;
    }

    [Fact]
    public async Task A_cut_body_goes_on_by_range_under_the_same_validator()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000);
        var whole = HostileServer.Archive(zip, "\"one\"");
        upstream.Set(Zip, async exchange =>
        {
            if (exchange.Request["Range"] is not null)
            {
                await whole(exchange);
                return;
            }
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: {zip.Length}\r\n\r\n");
            await exchange.SendAsync(zip.AsMemory(0, 300_000));
            exchange.Close();
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        var resumed = upstream.Requests[1];
        Assert.Equal("bytes=300000-", resumed["Range"]);
        Assert.Equal("\"one\"", resumed["If-Range"]);
    }

    [Fact]
    public async Task A_body_that_is_cut_twenty_times_arrives_as_long_as_each_time_brings_something()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 2_000_000);
        upstream.Set(Zip, async exchange =>
        {
            var from = exchange.Request["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
            await exchange.SendAsync((from == 0 ? "HTTP/1.1 200 OK\r\n" : $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{zip.Length - 1}/{zip.Length}\r\n")
                + $"ETag: \"one\"\r\nContent-Length: {zip.Length - from}\r\n\r\n");
            await exchange.SendAsync(zip.AsMemory(from, Math.Min(100_000, zip.Length - from)));
            exchange.Close();
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.InRange(upstream.CountOf(Zip), 20, 22);
    }

    [Theory]
    [InlineData("ETag: \"one\"", "ETag: \"one\"")]
    [InlineData("ETag: \"one\"", "")]
    [InlineData("Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT", "")]
    [InlineData("Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT", "Last-Modified: Fri, 02 Jan 2026 03:04:06 GMT")]
    public async Task A_piece_of_another_body_is_never_joined_to_the_first_whatever_its_validator_says(string first, string then)
    {
        await using var upstream = new ModuleUpstream();
        var one = $"module {M}\n// one\n// one\n// one\n";
        var other = $"module {M}\n// other\n// other\n";
        // Servers that ignore If-Range, and files that change twice within a second.
        upstream.Set($"{M}/@v/v1.0.0.mod", async exchange =>
        {
            if (exchange.Request["Range"] is { } range)
            {
                var from = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
                var validator = then.Length > 0 ? then + "\r\n" : "";
                await exchange.SendAsync($"HTTP/1.1 206 Partial Content\r\n{validator}Content-Range: bytes {from}-{other.Length - 1}/{other.Length}\r\nContent-Length: {other.Length - from}\r\n\r\n{other[from..]}");
            }
            else if (upstream.Requests.Count == 1)
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{first}\r\nContent-Length: {one.Length}\r\n\r\n{one[..30]}");
                exchange.Close();
            }
            else
                await exchange.AnswerAsync("200 OK", other, first);
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal((200, other), await tain.ReadAsync($"go/{M}/@v/v1.0.0.mod"));
    }

    [Fact]
    public async Task A_cut_body_without_a_validator_is_fetched_again_and_clients_keep_what_they_have()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000);
        var times = 0;
        upstream.Set(Zip, async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\n\r\n");
            if (++times > 2)
            {
                await exchange.SendAsync(zip);
                return;
            }
            await exchange.SendAsync(zip.AsMemory(0, 200_000 * times));
            exchange.Reset();
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.Equal(3, times);
    }

    [Fact]
    public async Task Other_bytes_after_a_cut_reset_whoever_holds_the_first_ones()
    {
        await using var upstream = new ModuleUpstream();
        var one = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000, seed: 1);
        var other = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000, seed: 2);
        var clientHasBytes = new TaskCompletionSource();
        var times = 0;
        upstream.Set(Zip, async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {one.Length}\r\n\r\n");
            if (++times > 1)
            {
                await exchange.SendAsync(other);
                return;
            }
            await exchange.SendAsync(one.AsMemory(0, 300_000));
            await clientHasBytes.Task;
            exchange.Close();
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var response = await tain.GetAsync($"go/{Zip}");
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[100_000]);
        clientHasBytes.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null));
        Assert.Contains("other bytes", (await tain.ReadAsync($"go/{Zip}")).Body, StringComparison.Ordinal);
        Assert.Empty(tain.StoredFiles());
    }

    [Fact]
    public async Task More_bytes_after_a_cut_never_make_what_was_announced_first_complete()
    {
        await using var upstream = new ModuleUpstream();
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000);
        // With the end held back, exactly the announced number of bytes would be free.
        var announced = zip.Length - ColdArtifact.HeldBack;
        var clientHasBytes = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var times = 0;
        upstream.Set(Zip, async exchange =>
        {
            if (++times == 1)
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n\r\n");
                await exchange.SendAsync(zip.AsMemory(0, 300_000));
                await clientHasBytes.Task;
                exchange.Reset();
                return;
            }
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length + 1}\r\n\r\n");
            await exchange.SendAsync(zip);
            await end.Task.WaitAsync(exchange.Stopped);
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        using var response = await tain.GetAsync($"go/{Zip}");
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[100_000]);
        clientHasBytes.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null));
        end.SetResult();
        Assert.Empty(tain.StoredFiles());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_next_source_goes_on_where_one_was_cut_if_it_sends_the_same_bytes(int seed)
    {
        var zip = ModuleUpstream.ZipOf(M, "v1.0.0", 500_000, seed: 1);
        await using var cut = new ModuleUpstream();
        await using var next = new ModuleUpstream();
        next.Set(Zip, ModuleUpstream.ZipOf(M, "v1.0.0", 500_000, seed));
        var clientHasBytes = new TaskCompletionSource();
        cut.Set(Zip, async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\n\r\n");
            await exchange.SendAsync(zip.AsMemory(0, 300_000));
            await clientHasBytes.Task;
            exchange.Reset();
        });
        await using var tain = await RunningTain.StartAsync($"{cut.Url}|{next.Url}", upstreams: o => o with { Tries = 2 });

        using var response = await tain.GetAsync($"go/{Zip}");
        await using var body = await response.Content.ReadAsStreamAsync();
        var got = new byte[zip.Length];
        await body.ReadExactlyAsync(got.AsMemory(0, 100_000));
        clientHasBytes.SetResult();

        if (seed == 1)
        {
            await body.ReadExactlyAsync(got.AsMemory(100_000));
            Assert.Equal(zip, got);
            return;
        }
        await Assert.ThrowsAnyAsync<Exception>(() => body.ReadExactlyAsync(got.AsMemory(100_000)).AsTask());
        Assert.Contains($"{next.Url}: sent other bytes than the source before it", (await tain.ReadAsync($"go/{Zip}")).Body, StringComparison.Ordinal);
        Assert.Empty(tain.StoredFiles());
    }

    [Fact]
    public async Task Other_bytes_after_a_cut_that_nobody_holds_begin_again()
    {
        await using var upstream = new ModuleUpstream();
        var one = ModuleUpstream.ZipOf(M, "v1.0.0", 50_000, seed: 1);
        var other = ModuleUpstream.ZipOf(M, "v1.0.0", 50_000, seed: 2);
        var times = 0;
        upstream.Set(Zip, async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {one.Length}\r\n\r\n");
            if (++times > 1)
            {
                await exchange.SendAsync(other);
                return;
            }
            await exchange.SendAsync(one.AsMemory(0, 30_000));
            exchange.Close();
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        Assert.Equal(other, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
    }

    [Fact]
    public async Task When_every_place_of_a_source_is_cut_at_once_all_go_on()
    {
        const int places = 6;
        await using var upstream = new ModuleUpstream();
        var cut = new TaskCompletionSource();
        var waiting = 0;
        var zips = Enumerable.Range(0, places).Select(i => ModuleUpstream.ZipOf($"{M}{i}", "v1.0.0", 300_000)).ToArray();
        for (var i = 0; i < places; i++)
        {
            var zip = zips[i];
            var times = 0;
            upstream.Set($"{M}{i}/@v/v1.0.0.zip", async exchange =>
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {zip.Length}\r\n\r\n");
                if (++times > 1)
                {
                    await exchange.SendAsync(zip);
                    return;
                }
                await exchange.SendAsync(zip.AsMemory(0, 200_000));
                if (Interlocked.Increment(ref waiting) == places)
                    cut.SetResult();
                await cut.Task;
                exchange.Reset();
            });
        }
        // A quarter of them is kept for metadata: six archives take every place there is for archives.
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { Connections = 8, FetchTimeout = TimeSpan.FromSeconds(20) });

        var clients = Enumerable.Range(0, places).Select(i => tain.Client.GetByteArrayAsync($"go/{M}{i}/@v/v1.0.0.zip"));

        Assert.Equal(zips, await Task.WhenAll(clients));
    }

    [Fact]
    public async Task A_source_that_stalls_is_given_up_with_the_limit_named()
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set(Zip, HostileServer.StallInBody("PK", 100_000));
        await using var tain = await RunningTain.StartAsync(upstream.Url, upstreams: o => o with { StallTimeout = TimeSpan.FromMilliseconds(200), Tries = 2 });

        var answer = await tain.ReadAsync($"go/{Zip}");

        Assert.Equal(504, answer.Status);
        Assert.Contains("upstream.stall-timeout", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_go_mod_of_20_MB_is_refused_with_the_limit_named()
    {
        await using var upstream = new ModuleUpstream();
        var large = Encoding.UTF8.GetBytes($"module {M}\n" + new string('/', 20 << 20) + "\n");
        upstream.Set($"{M}/@v/v1.0.0.mod", large);
        upstream.Set($"{M}/@v/v1.0.1.mod", async exchange =>
        {
            // Without saying how much it will be.
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{large.Length:x}\r\n");
            await exchange.SendAsync(large);
            await exchange.SendAsync("\r\n0\r\n\r\n");
        });
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var announced = await tain.ReadAsync($"go/{M}/@v/v1.0.0.mod");
        Assert.Equal(502, announced.Status);
        Assert.Contains("16,777,216", announced.Body, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => tain.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.1.mod"));
        Assert.Contains("16,777,216", (await tain.ReadAsync($"go/{M}/@v/v1.0.1.mod")).Body, StringComparison.Ordinal);
        Assert.Empty(tain.StoredFiles());
    }

    [Theory]
    [InlineData("<!DOCTYPE html><p>Please log in</p>", "HTML page")]
    [InlineData("hello", "without a module directive")]
    public async Task What_is_no_go_mod_is_not_stored_as_one(string body, string reason)
    {
        await using var upstream = new ModuleUpstream();
        upstream.Set($"{M}/@v/v1.0.0.mod", body);
        await using var tain = await RunningTain.StartAsync(upstream.Url);

        var answer = await tain.ReadAsync($"go/{M}/@v/v1.0.0.mod");

        Assert.Equal(502, answer.Status);
        Assert.Contains(reason, answer.Body, StringComparison.Ordinal);
        Assert.Empty(tain.StoredFiles());
    }

    [Fact]
    public async Task Bytes_that_were_lost_are_fetched_again_only_with_the_same_identity()
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size: 100_000);
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        await tain.EventuallyStoredAsync(M, "v1.0.0");
        File.Delete(tain.StoredFiles().Single());

        // The upstream changed its mind about what v1.0.0 is: the first identity wins, and the small part that might leave early is held back.
        var clientHasBytes = new TaskCompletionSource();
        upstream.Set(Zip, InTwo(ModuleUpstream.ZipOf(M, "v1.0.0", 500_000, seed: 99), 400_000, clientHasBytes.Task));
        await ReadUntilResetAsync(tain, clientHasBytes);
        var refused = await tain.ReadAsync($"go/{Zip}");
        Assert.Equal(502, refused.Status);
        Assert.Contains("the first wins", refused.Body, StringComparison.Ordinal);
        Assert.Contains("\"offered\": \"h1:", (await tain.ReadAsync($"api/v1/explain/go/{M}@v1.0.0")).Body, StringComparison.Ordinal);

        upstream.Set(Zip, zip);
        tain.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(500_000)]
    public async Task A_stored_file_that_lost_its_end_is_fetched_again(int size)
    {
        await using var upstream = new ModuleUpstream();
        var zip = upstream.Add(M, "v1.0.0", size);
        await using var tain = await RunningTain.StartAsync(upstream.Url);
        await tain.Client.GetByteArrayAsync($"go/{Zip}");
        await tain.EventuallyAsync($"go/cached-only/{M}/@v/list", "v1.0.0\n");
        using (var file = File.OpenWrite(tain.StoredFiles().Single()))
            file.SetLength(size / 2);

        Assert.Equal(zip, await tain.Client.GetByteArrayAsync($"go/{Zip}"));
        Assert.Equal(2, upstream.CountOf(Zip));
    }

    [Theory]
    [InlineData(Zip)]
    [InlineData($"{M}/@v/list")]
    public async Task A_fetch_that_takes_too_long_in_all_names_who_was_being_asked(string page)
    {
        await using var absent = new ModuleUpstream();
        await using var upstream = new ModuleUpstream();
        upstream.Set(page, async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (!exchange.Stopped.IsCancellationRequested)
            {
                await exchange.SendAsync(" ");
                await Task.Delay(50, exchange.Stopped);
            }
        });
        await using var tain = await RunningTain.StartAsync($"{absent.Url},{upstream.Url}", upstreams: o => o with { FetchTimeout = TimeSpan.FromMilliseconds(500) });

        var answer = await tain.ReadAsync($"go/{page}");

        Assert.Equal(504, answer.Status);
        Assert.Contains($"{absent.Url}: ", answer.Body, StringComparison.Ordinal);
        // The source's own deadline and that of the whole fetch are the same: whichever is noticed first.
        Assert.Contains($"\n{upstream.Url}: ", answer.Body, StringComparison.Ordinal);
        Assert.Contains("upstream.fetch-timeout", answer.Body, StringComparison.Ordinal);
    }
}
