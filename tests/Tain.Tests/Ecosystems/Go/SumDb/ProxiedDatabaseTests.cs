using Tain.GoModules;
using Tain.TransparencyLog;

namespace Tain.Tests.Ecosystems.Go.SumDb;

/// <summary><c>/go/sumdb/NAME/…</c>: the database through this server, proved, kept, and its names guarded.</summary>
public sealed class ProxiedDatabaseTests
{
    private const string M = SumDbRig.Module;

    [Theory]
    [InlineData("sum.test")]
    [InlineData("corp.example/go/sumdb")]
    public async Task A_client_of_the_proxied_database_proves_all_of_it_by_itself(string name)
    {
        await using var rig = await SumDbRig.StartAsync(records: 1000, name: name);
        rig.Upstream.Add(M, "v1.0.0");
        rig.Upstream.Set("example.com/!upper/m/@v/v1.0.0.mod", "module example.com/Upper/m\n");
        rig.Upstream.Set("example.com/!upper/m/@v/v1.0.0.zip", ModuleUpstream.ZipOf("example.com/Upper/m", "v1.0.0"));
        Assert.Equal((200, ""), await rig.Tain.ReadAsync($"{rig.Proxied}/supported"));

        var lookup = await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.0.0");
        Assert.Equal(200, lookup.Status);
        Assert.True(LookupBody.TryParse(System.Text.Encoding.UTF8.GetBytes(lookup.Body), out var body));
        var head = SignedHead.Open(body.Note, SumDbRig.Of(rig.Database).Key);
        Assert.True(body.Id < head.Head.Size);
        // Each tile of the tree that the head speaks of is the database's own.
        foreach (var tile in Tile.NewTiles(8, 0, head.Head.Size))
        {
            var expected = await new HttpClient().GetByteArrayAsync($"{rig.Database.Url}/{tile.Path}", TestContext.Current.CancellationToken);
            Assert.Equal(expected, await rig.Tain.Client.GetByteArrayAsync($"{rig.Proxied}/{tile.Path}", TestContext.Current.CancellationToken));
        }
        var data = await rig.Tain.ReadAsync($"{rig.Proxied}/tile/8/data/000");
        Assert.True(data.Status == 200, data.Body);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/example.com/!upper/m@v1.0.0")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/latest")).Status);
    }

    [Fact]
    public async Task What_was_looked_up_is_answered_and_provable_while_the_database_is_down()
    {
        await using var rig = await SumDbRig.StartAsync(records: 250);
        for (var i = 0; i < 12; i++)
        {
            rig.Upstream.Add(M, $"v1.{i}.0");
            Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.{i}.0")).Status);
            if (i % 5 == 4)
                await rig.Database.GrowAsync(100);
        }
        await rig.Tain.RestartAsync();
        await rig.Database.StopAsync();

        // A client that knows nothing yet proves each of them by what is served here alone.
        var client = new ChecksumDatabaseClient(SumDbRig.Of(rig.Database).Key, new MemoryOperations(rig.Tain.Client, rig.Proxied));
        Assert.True(ModulePath.TryParse(M, out var module, out _));
        for (var i = 0; i < 12; i++)
            Assert.StartsWith("h1:", (await client.LookupAsync(module, $"v1.{i}.0", TestContext.Current.CancellationToken)).ZipHash, StringComparison.Ordinal);
        Assert.Equal(502, (await rig.Tain.ReadAsync($"{rig.Proxied}/lookup/{M}@v1.99.0")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/latest")).Status);
    }

    [Theory]
    [InlineData("lookup/corp.example/secret@v1.0.0")]
    [InlineData("lookup/corp.example/!secret@v1.0.0")]
    [InlineData("lookup/corp.example/!s!e!c!r!e!t/x@v0.0.0-20240203040506-aaaaaaaaaaaa")]
    public async Task A_private_name_is_refused_here_on_its_unescaped_path_and_never_forwarded(string page)
    {
        await using var rig = await SumDbRig.StartAsync(go => go with { Private = SumDbRig.Patterns("corp.example/[sS]*"), PrivateText = "corp.example/[sS]*" });

        var (status, body) = await rig.Tain.ReadAsync($"{rig.Proxied}/{page}");

        Assert.Equal(403, status);
        Assert.Contains("go.private", body, StringComparison.Ordinal);
        Assert.Empty(await rig.AskedAsync());
    }

    [Theory]
    [InlineData("lookup/example.com/m", 400)]
    [InlineData("lookup/example.com/m@master", 400)]
    [InlineData("lookup/example.com/m@v1.0.0@v1.0.0", 400)]
    [InlineData("lookup/example.com/M@v1.0.0", 400)]
    [InlineData("tile/8/0/0", 400)]
    [InlineData("tile/8/0/000.p/0", 400)]
    [InlineData("tile/8/0/000.p/256", 400)]
    [InlineData("tile/8/-1/000", 400)]
    [InlineData("tile/9/0/000", 404)]
    [InlineData("tile/8/0/x999/x999/999", 404)]
    [InlineData("tile/8/0/000.p/77", 404)]
    [InlineData("other", 404)]
    public async Task What_is_no_page_of_the_database_is_refused_here(string page, int status)
    {
        await using var rig = await SumDbRig.StartAsync(records: 5);
        var answer = await rig.Tain.ReadAsync($"{rig.Proxied}/{page}");
        Assert.True(answer.Status == status, $"{answer}");
        Assert.DoesNotContain(await rig.AskedAsync(), r => r.StartsWith("/lookup/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_database_is_not_served_so_that_the_client_asks_it_itself()
    {
        await using var rig = await SumDbRig.StartAsync();
        var (status, body) = await rig.Tain.ReadAsync("go/sumdb/sum.golang.org/supported");
        Assert.Equal(404, status);
        Assert.Contains("sum.test", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad-tile")]
    [InlineData("short-tile")]
    [InlineData("html")]
    [InlineData("endless")]
    public async Task A_forged_tile_is_neither_served_nor_kept(string fault)
    {
        await using var rig = await SumDbRig.StartAsync(records: 700);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/latest")).Status);
        await rig.Database.FaultsOnAsync("/tile/8/0/001", fault == "bad-tile" ? "bad-tile=tile/8/0/001" : fault == "short-tile" ? "short-tile=tile/8/0/001" : fault);

        Assert.Equal(502, (await rig.Tain.ReadAsync($"{rig.Proxied}/tile/8/0/001")).Status);
        Assert.Equal(502, (await rig.Tain.ReadAsync($"{rig.Proxied}/tile/8/0/001.p/12")).Status);
        await rig.Database.HonestAsync();
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(5));
        var expected = await new HttpClient().GetByteArrayAsync($"{rig.Database.Url}/tile/8/0/001", TestContext.Current.CancellationToken);
        Assert.Equal(expected[..(12 * 32)], await rig.Tain.Client.GetByteArrayAsync($"{rig.Proxied}/tile/8/0/001.p/12", TestContext.Current.CancellationToken));
        Assert.Equal(expected, await rig.Tain.Client.GetByteArrayAsync($"{rig.Proxied}/tile/8/0/001", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Tiles_and_lookups_that_are_stored_are_asked_for_once()
    {
        await using var rig = await SumDbRig.StartAsync(records: 700);
        rig.Upstream.Add(M, "v1.0.0");
        string[] pages = [$"lookup/{M}@v1.0.0", "tile/8/0/000", "tile/8/0/001.p/3", "tile/8/data/000", "tile/8/0/002.p/189"];
        foreach (var page in pages)
            Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/{page}")).Status);
        await rig.AskedAsync();
        await rig.Tain.RestartAsync();
        foreach (var page in pages)
        {
            using var response = await rig.Tain.GetAsync($"{rig.Proxied}/{page}");
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("tain; hit", response.Headers.GetValues("Cache-Status").Single());
        }
        Assert.Empty(await rig.AskedAsync());
    }

    [Fact]
    public async Task A_proxy_that_has_the_database_is_asked_instead_of_it_and_one_that_fails_is_passed_by()
    {
        await using var direct = await Tain.SumDbHosting.SumDbServer.StartAsync(10);
        await using var rig = await SumDbRig.StartAsync(go => go with
        {
            // Same key and records: one database, seen twice. The proxy's way first.
            SumDb = SumDbRig.Of(direct),
            Upstream = Tain.Upstream.SourceChain.Parse($"{direct.Url},{go.Upstream}"),
        }, records: 10);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/tile/8/0/000.p/10")).Status);
        Assert.Contains(await direct.RequestsAsync(), r => r.StartsWith("/sumdb/sum.test/", StringComparison.Ordinal));
        await direct.FaultsOnAsync("/sumdb/", "503");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"{rig.Proxied}/tile/8/0/000.p/5")).Status);
    }

    /// <summary>What a client keeps, in memory.</summary>
    private sealed class MemoryOperations(HttpClient http, string prefix) : IChecksumDatabaseOperations
    {
        private byte[]? _head;

        public Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken) => http.GetByteArrayAsync(prefix + path, cancellationToken);

        public Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<byte[]?>>(new byte[]?[tiles.Count]);

        public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken) => Task.FromResult(_head);

        public Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
        {
            _head = next.ToArray();
            return Task.FromResult(true);
        }

        public Task<KeptRecord?> ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken) => Task.FromResult<KeptRecord?>(null);

        public Task SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
