using Tain.Ecosystems.Go.SumDb.Audit;
using Tain.SumDbHosting;
using Tain.Tests.Upstream;
using Tain.TransparencyLog;
using static Tain.Tests.Ecosystems.Go.SumDb.Audit.AuditRig;

namespace Tain.Tests.Ecosystems.Go.SumDb.Audit;

/// <summary>Audits of a log that is what it should be, or is not, or does not answer.</summary>
public sealed class LogAuditTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    public Task An_honest_log_is_sound_and_every_tile_of_it_was_read_once(int size) => IsSoundAsync(size);

    [Theory]
    [InlineData(65536)]
    [InlineData(65791)]
    [Trait("Speed", "slow")]
    public Task An_honest_log_of_three_levels_is_sound(int size) => IsSoundAsync(size);

    private static async Task IsSoundAsync(int size)
    {
        await using var server = await SumDbServer.StartAsync(size);
        var told = new List<long>();
        var report = await RunAsync(server, progress: (done, total) =>
        {
            Assert.Equal(size, total);
            told.Add(done);
        });
        IsSound(report);
        Assert.Equal(size, report.Records);
        Assert.Equal(size, told[^1]);
        Assert.Equal(told.Order(), told);
        var tiles = Tile.NewTiles(8, 0, size).SelectMany(t => t.Level == 0 ? [t, t with { Level = Tile.DataLevel }] : (Tile[])[t]).Select(t => "/" + t.Path).ToList();
        Assert.Equal(tiles.Prepend("/latest").Order(StringComparer.Ordinal), (await server.RequestsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(tiles.Count, report.Tiles);
    }

    [Fact]
    public async Task Data_tiles_without_numbers_are_read_as_well()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        await server.FaultsAsync("plain-data");
        IsSound(await RunAsync(server));
        await server.FaultsAsync("plain-data", "bad-tile=tile/8/data/001");
        Assert.StartsWith("WrongTile: tile/8/data/001 is wrong: ", Assert.Single(Said(await RunAsync(server))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_without_records_is_sound()
    {
        await using var server = await SumDbServer.StartAsync();
        IsSound(await RunAsync(server));
    }

    [Theory]
    [InlineData(1000, "bad-tile=tile/8/0/001", "tile/8/0/001 is wrong: at place 128 it has ")]
    [InlineData(1000, "bad-tile=tile/8/0/003", "tile/8/0/003.p/232 is wrong: at place 116 it has ")]
    [InlineData(1000, "bad-tile=tile/8/1/000", "tile/8/1/000.p/3 is wrong: at place 1 it has ")]
    [InlineData(1000, "bad-tile=tile/8/data/001", "tile/8/data/001 is wrong: record 38")]
    [InlineData(1000, "bad-tile=tile/8/data/003", "tile/8/data/003.p/232 is wrong: record 88")]
    [InlineData(1000, "forged-record=300", "tile/8/0/001 and all that is below it agree with each other, but not with the log: they give ")]
    [InlineData(1000, "short-tile=tile/8/0/001", "tile/8/0/001 is wrong: it has 8189 bytes instead of 8192")]
    [InlineData(1000, "short-tile=tile/8/1/000", "tile/8/1/000.p/3 is wrong: it has 93 bytes instead of 96")]
    [InlineData(1000, "short-tile=tile/8/data/001", "tile/8/data/001 is wrong: it is not 256 legal records")]
    [InlineData(257, "bad-tile=tile/8/0/000", "tile/8/0/000 is wrong: at place 128 it has ")]
    public async Task A_tile_that_is_not_the_log_s_is_named_with_what_it_has_and_what_it_should(int size, string fault, string said)
    {
        await using var server = await SumDbServer.StartAsync(size);
        await server.FaultsAsync(fault);
        var report = await RunAsync(server);
        Assert.Equal(AuditVerdict.Unsound, report.Verdict);
        Assert.StartsWith("WrongTile: " + said, Assert.Single(Said(report)), StringComparison.Ordinal);
        Assert.Equal(size, report.Records);
    }

    [Theory]
    [InlineData("bad-tile=tile/8/1/000", "tile/8/1/000 is wrong: at place 128 it has ")]
    [InlineData("bad-tile=tile/8/2/000", "tile/8/2/000.p/1 is wrong: at place 0 it has ")]
    [InlineData("bad-tile=tile/8/0/100", "tile/8/0/100 is wrong: at place 128 it has ")]
    [InlineData("bad-tile=tile/8/data/100", "tile/8/data/100 is wrong: record 257")]
    [InlineData("forged-record=30000", "tile/8/0/117 and all that is below it agree with each other, but not with the log: they give ")]
    [Trait("Speed", "slow")]
    public async Task A_tile_in_the_middle_of_three_levels_is_named_too(string fault, string said)
    {
        await using var server = await SumDbServer.StartAsync(65791);
        await server.FaultsAsync(fault);
        Assert.StartsWith("WrongTile: " + said, Assert.Single(Said(await RunAsync(server))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_wrong_tile_has_and_what_the_records_give_are_both_told()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        await server.FaultsAsync("bad-tile=tile/8/0/001");
        var said = Assert.Single((await RunAsync(server)).Findings).Said;
        var leaf = MerkleTree.LeafHash(System.Text.Encoding.UTF8.GetBytes(await server.RecordAsync(256 + 128)));
        Assert.EndsWith($"and record 384, which is proved, has {leaf}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forgery_that_no_tile_above_contradicts_shows_at_the_signed_root()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        // Its leaf is on the right edge.
        await server.FaultsAsync("forged-record=990");
        var said = Assert.Single(Said(await RunAsync(server)));
        Assert.StartsWith("WrongRoot: the 1,000 records and their tiles give the root ", said, StringComparison.Ordinal);
        Assert.Contains(Head(server, await server.LatestAsync()).Head.Root.ToString(), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_wrong_tiles_are_each_told_and_records_are_checked_all_the_same()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        await server.AddAsync("nonsense\n");
        await server.FaultsAsync("bad-tile=tile/8/0/");
        var said = Said(await RunAsync(server));
        Assert.Equal(5, said.Length);
        Assert.Single(said, s => s == "IllegalRecord: record 1000: the line \"nonsense\" is not MODULE VERSION HASH");
        Assert.Equal(4, said.Count(s => s.StartsWith("WrongTile: tile/8/0/00", StringComparison.Ordinal) && s.Contains(" is wrong: at place ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("503", "/", "HTTP 503")]
    [InlineData("503", "/tile/", "HTTP 503")]
    [InlineData("404", "/", "has no /latest")]
    [InlineData("404", "/tile/8/0/", "has no tile/8/0/000, though it is of the tree that was signed")]
    [InlineData("stall", "/", "no answer within 300")]
    [InlineData("stall", "/tile/8/1/", "no answer within 300")]
    [InlineData("reset", "/tile/", "before an answer")]
    [InlineData("html", "/", "a web page came instead")]
    [InlineData("html", "/tile/", "a web page came instead")]
    [InlineData("cut", "/tile/", "")]
    public async Task A_database_that_does_not_answer_is_neither_sound_nor_forked(string fault, string on, string said)
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var stored = await HeadAtAsync(server, 500);
        var folder = await KeepAsync(server, stored);
        await server.FaultsOnAsync(on, fault);
        var report = await RunAsync(server, folder: folder, upstream: Rig.Quick with { Tries = 1, ResponseTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Empty(Said(report));
        Assert.Equal(AuditVerdict.Unreadable, report.Verdict);
        Assert.Contains(said, report.Unread, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Heads, h => h.Result is not HeadResult.Walked and not HeadResult.Unknown and not HeadResult.Beginning);
    }

    [Fact]
    public async Task A_database_that_refuses_connections_is_neither_sound_nor_forked()
    {
        await using var server = await SumDbServer.StartAsync(10);
        await server.StopAsync();
        var report = await RunAsync(server);
        Assert.Equal(AuditVerdict.Unreadable, report.Verdict);
        Assert.Contains("connection refused", report.Unread, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_passes_is_asked_again_and_changes_nothing()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        await using var flaky = new HostileServer(HostileServer.InTurn(
            HostileServer.Status("503 Service Unavailable"),
            async exchange => await exchange.AnswerAsync("200 OK", await server.LatestAsync())));
        var report = await RunAsync(server, flaky.Url, upstream: Rig.Quick with { Tries = 3 });
        Assert.Equal(1000, report.Head?.Head.Size);
    }

    [Theory]
    [InlineData("bad-signature", "signature")]
    [InlineData("other-key", "key")]
    public async Task A_head_that_the_database_did_not_sign_is_told(string fault, string said)
    {
        await using var server = await SumDbServer.StartAsync(10);
        await server.FaultsAsync(fault);
        var report = await RunAsync(server);
        Assert.Equal(AuditVerdict.Unsound, report.Verdict);
        var finding = Assert.Single(Said(report));
        Assert.StartsWith($"BadHead: {server.Url}/latest: ", finding, StringComparison.Ordinal);
        Assert.Contains(said, finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_partial_tile_is_gone_the_full_one_does()
    {
        await using var server = await SumDbServer.StartAsync(1000);
        var mirrored = await server.LatestAsync();
        await server.GrowAsync(100);
        // A mirror at the old size, of a database that keeps full tiles only.
        await using var mirror = new HostileServer(async exchange =>
        {
            if (exchange.Request.Target == "/latest")
                await exchange.AnswerAsync("200 OK", mirrored);
            else if (exchange.Request.Target.Contains("003.p/", StringComparison.Ordinal))
                await exchange.AnswerAsync("404 Not Found", "");
            else
                await ForwardAsync(exchange, server.Url);
        });
        var report = await RunAsync(server, mirror.Url);
        IsSound(report);
        Assert.Equal(1000, report.Records);
        Assert.Equal(HeadResult.Continuation, report.Heads[1].Result);
    }

    private static async Task ForwardAsync(HostileExchange exchange, string url)
    {
        using var http = new HttpClient();
        var body = await http.GetByteArrayAsync(new Uri(url + exchange.Request.Target));
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
        await exchange.SendAsync(body);
    }
}
