using Tain.Storage;
using static Tain.Tests.Storage.Samples;

namespace Tain.Tests.Storage;

public sealed class CatalogTests : IAsyncDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();
    private readonly SetClock _clock = new(Noon);
    private Catalog _catalog;

    public CatalogTests() => _catalog = Catalog.Open(_folder.Path, _clock);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    private Task<CommitResult> CommitAsync(CatalogChange change) => _catalog.CommitAsync(change, None);

    private async Task ReopenAsync()
    {
        await _catalog.DisposeAsync();
        _catalog = Catalog.Open(_folder.Path, _clock);
    }

    [Fact]
    public async Task A_fact_keeps_its_first_seen_time_and_gets_its_published_time_once()
    {
        await CommitAsync(new() { Versions = [Seen("v1.0.0")] });
        var first = _catalog.FindVersionOrNull("go", "example.com/a", "v1.0.0")!;
        Assert.Equal(new VersionFact("go", "example.com/a", "v1.0.0", Noon, null, VersionState.Visible), first);

        _clock.Now += TimeSpan.FromDays(1);
        var published = Noon.AddYears(-1);
        await CommitAsync(new() { Versions = [Seen("v1.0.0", published)] });
        await CommitAsync(new() { Versions = [Seen("v1.0.0", published.AddDays(1))] });
        await CommitAsync(new() { Versions = [Seen("v1.0.0")] });
        Assert.Equal(first with { Published = published }, _catalog.FindVersionOrNull("go", "example.com/a", "v1.0.0"));
        Assert.Equal([FeedKind.Version, FeedKind.Published], _catalog.ReadFeed(0, 10).Select(f => f.Kind));
    }

    [Fact]
    public async Task A_long_list_adds_only_what_is_new_and_fills_in_published_times()
    {
        var list = Enumerable.Range(0, 50).Select(i => Seen($"v1.{i}.0")).ToArray();
        await CommitAsync(new() { Versions = list[..30] });
        await CommitAsync(new() { Versions = [.. list, Seen("v1.3.0", Noon)] });
        Assert.Equal(50, _catalog.VersionsOf("go", "example.com/a").Count);
        Assert.Equal(Noon, _catalog.FindVersionOrNull("go", "example.com/a", "v1.3.0")!.Published);
        Assert.Equal(51, _catalog.ReadFeed(0, 1000).Count);
    }

    [Fact]
    public async Task First_seen_times_strictly_increase_when_the_clock_stands_or_steps_back_and_over_a_reopen()
    {
        await CommitAsync(new() { Versions = [.. Enumerable.Range(0, 5).Select(i => Seen($"v1.0.{i}"))] });
        _clock.Now -= TimeSpan.FromHours(1);
        await CommitAsync(new() { Versions = [Seen("v1.1.0"), Seen("v1.1.1")] });
        await CommitAsync(new() { Versions = [new("npm", "left-pad", "1.0.0", null)] });
        await ReopenAsync();
        _clock.Now -= TimeSpan.FromHours(1);
        await CommitAsync(new() { Versions = [Seen("v1.2.0")] });

        string[] inOrder = ["v1.0.0", "v1.0.1", "v1.0.2", "v1.0.3", "v1.0.4", "v1.1.0", "v1.1.1", "v1.2.0"];
        var facts = _catalog.VersionsSince("go", DateTimeOffset.MinValue.AddYears(1000), 100, _ => true);
        Assert.Equal(inOrder, facts.Select(f => f.Version));
        Assert.Equal(Noon.AddMicroseconds(8), facts[^1].FirstSeen);
        Assert.Equal(Noon.AddMicroseconds(7), _catalog.FindVersionOrNull("npm", "left-pad", "1.0.0")!.FirstSeen);
    }

    [Fact]
    public async Task The_index_pages_by_first_seen_and_leaves_out_names_that_are_not_for_the_reader()
    {
        foreach (var i in Enumerable.Range(0, 20))
            await CommitAsync(new() { Versions = [Seen($"v1.{i}.0", name: i % 2 == 0 ? "example.com/open" : "example.com/secret")] });

        var seen = new List<string>();
        var since = DateTimeOffset.UnixEpoch;
        while (_catalog.VersionsSince("go", since, 3, n => n == "example.com/open") is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 3);
            seen.AddRange(page.Select(f => f.Version));
            // Half a microsecond after the last one: it is not given again.
            since = page[^1].FirstSeen.AddTicks(5);
        }
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"v1.{i * 2}.0"), seen);
        var from = _catalog.FindVersionOrNull("go", "example.com/open", "v1.4.0")!.FirstSeen;
        Assert.Equal("v1.4.0", _catalog.VersionsSince("go", from, 1, _ => true).Single().Version);
        Assert.Empty(_catalog.VersionsSince("go", from, 0, _ => true));
        Assert.Empty(_catalog.VersionsSince("npm", DateTimeOffset.UnixEpoch, 10, _ => true));
    }

    [Fact]
    public async Task A_document_is_replaced_whole()
    {
        Assert.Null(_catalog.FindDocumentOrNull(new("go", "example.com/a", "list")));
        var first = Document();
        await CommitAsync(new() { Documents = [first] });
        Same(first, _catalog.FindDocumentOrNull(first.Key));

        var second = new Document(first.Key, [0, 255, 10], null, "Sun, 01 Mar 2026 12:00:00 GMT", Noon.AddHours(1), "other");
        await CommitAsync(new() { Documents = [second] });
        Same(second, _catalog.FindDocumentOrNull(first.Key));
        Assert.Null(_catalog.FindDocumentOrNull(first.Key with { Kind = "latest" }));
    }

    [Fact]
    public async Task A_confirmed_document_is_fresh_again_without_a_line_in_the_feed_and_a_changed_one_has_a_line()
    {
        await CommitAsync(new() { Documents = [Document(at: Noon)] });
        await CommitAsync(new() { Documents = [Document(at: Noon.AddHours(1))] });
        Assert.Equal(Noon.AddHours(1), _catalog.FindDocumentOrNull(Document().Key)!.FetchedAt);
        Assert.Single(_catalog.ReadFeed(0, 10));
        await CommitAsync(new() { Documents = [Document(etag: null)] });
        await CommitAsync(new() { Documents = [Document(etag: null, body: "v1.0.1\n")] });
        Assert.Equal([("list", 1L), ("list", 2L), ("list", 3L)], _catalog.ReadFeed(0, 10).Select(f => (f.Detail!, f.Number)));
    }

    [Fact]
    public async Task A_forgotten_document_is_gone_with_one_line_in_the_feed()
    {
        await CommitAsync(new() { Documents = [Document(), Document(kind: "latest")] });
        await CommitAsync(new() { Forgotten = [Document().Key] });
        await CommitAsync(new() { Forgotten = [Document().Key] });
        Assert.Null(_catalog.FindDocumentOrNull(Document().Key));
        Assert.NotNull(_catalog.FindDocumentOrNull(Document(kind: "latest").Key));
        Assert.Equal(["list", "latest", "list"], _catalog.ReadFeed(0, 10).Select(f => f.Detail));
    }

    [Fact]
    public async Task An_artifact_comes_back_as_it_was_stored_with_its_manifest()
    {
        Assert.Null(_catalog.FindArtifactOrNull(Key()));
        Assert.Null(_catalog.FindManifestOrNull(Key()));
        ManifestEntry[] manifest = [new("a/go.mod", 12, DigestOf([1]).Hex), new("a/é.go", 1L << 40, DigestOf([2]).Hex)];
        var result = await CommitAsync(new() { Artifact = Artifact(), Manifest = manifest });
        Assert.Equal(new CommitResult(null) { Stored = Artifact() }, result);
        Assert.Equal(Artifact(), _catalog.FindArtifactOrNull(Key()));
        Assert.Equal(manifest, _catalog.FindManifestOrNull(Key()));

        await CommitAsync(new() { Artifact = Artifact(Key(kind: "mod")) });
        Assert.Null(_catalog.FindManifestOrNull(Key(kind: "mod")));
        Assert.Equal(["mod", "zip"], _catalog.ArtifactsOf("go", "example.com/a").Select(a => a.Key.Kind));
    }

    [Fact]
    public async Task The_first_identity_wins_and_another_one_raises_one_alarm_that_counts()
    {
        await CommitAsync(new() { Artifact = Artifact(), Manifest = [new("a", 1, DigestOf([1]).Hex)] });
        var other = Artifact(identity: "h1:two", blob: "bb", source: "evil");
        for (var i = 0; i < 3; i++)
        {
            _clock.Now += TimeSpan.FromMinutes(1);
            var refused = await CommitAsync(new() { Artifact = other, Manifest = [new("b", 1, DigestOf([2]).Hex)], LostBlob = new("aa"), Versions = [Seen("v1.0.0")] });
            Assert.Equal(Artifact(), refused.Conflict);
            Assert.Null(refused.Stored);
        }
        Assert.Equal(Artifact(), _catalog.FindArtifactOrNull(Key()));
        Assert.Equal("a", _catalog.FindManifestOrNull(Key())!.Single().Name);
        Assert.NotNull(_catalog.FindVersionOrNull("go", "example.com/a", "v1.0.0"));

        var alarm = new Alarm(1, Key(), "h1:one", "h1:two", "evil", Noon.AddMinutes(1)) { Count = 3, LastAt = Noon.AddMinutes(3) };
        Assert.Equal([alarm], _catalog.AlarmsOf("go", "example.com/a"));
        await CommitAsync(new() { Artifact = other with { Source = "third" } });
        await CommitAsync(new() { Artifact = other with { Identity = "h1:three" } });
        Assert.Equal(3, _catalog.AlarmsOf("go", "example.com/a").Count);
        Assert.Equal(3, _catalog.ReadFeed(0, 100).Count(f => f.Kind == FeedKind.Alarm));
        Assert.Empty(_catalog.AlarmsOf("go", "example.com/b"));
    }

    [Fact]
    public async Task Another_encoding_of_the_same_identity_takes_the_place_of_lost_bytes_only()
    {
        await CommitAsync(new() { Artifact = Artifact(blob: "aa") });
        var kept = await CommitAsync(new() { Artifact = Artifact(blob: "bb", size: 4) });
        Assert.Equal(Artifact(blob: "aa"), kept.Stored);
        // Someone else replaced other bytes meanwhile: not lost any more.
        await CommitAsync(new() { Artifact = Artifact(blob: "bb", size: 4), LostBlob = new("cc") });
        Assert.Equal(Artifact(blob: "aa"), _catalog.FindArtifactOrNull(Key()));

        var replaced = await CommitAsync(new() { Artifact = Artifact(blob: "bb", size: 4), LostBlob = new("aa") });
        Assert.Equal(Artifact(blob: "bb", size: 4), replaced.Stored);
        Assert.Equal(replaced.Stored, _catalog.FindArtifactOrNull(Key()));
        Assert.Equal([FeedKind.Artifact, FeedKind.ArtifactReplaced], _catalog.ReadFeed(0, 9).Select(f => f.Kind));
    }

    [Fact]
    public async Task A_manifest_that_came_later_is_kept_with_its_artifact()
    {
        await CommitAsync(new() { Artifact = Artifact() });
        await CommitAsync(new() { Artifact = Artifact(), Manifest = [new("a", 1, DigestOf([1]).Hex)] });
        Assert.Single(_catalog.FindManifestOrNull(Key())!);
    }

    [Fact]
    public async Task A_purged_version_stays_purged_and_takes_no_bytes()
    {
        await CommitAsync(new() { Versions = [Seen("v1.0.0")] });
        await _catalog.DisposeAsync();
        RawDatabase.Run(_folder.Path, $"UPDATE version SET state = {(int)VersionState.Purged}");
        await ReopenAsync();

        var result = await CommitAsync(new() { Versions = [Seen("v1.0.0", Noon)], Artifact = Artifact() });
        Assert.True(result.Purged);
        Assert.Null(result.Stored);
        Assert.Null(_catalog.FindArtifactOrNull(Key()));
        Assert.Equal(VersionState.Purged, _catalog.FindVersionOrNull("go", "example.com/a", "v1.0.0")!.State);
    }

    [Fact]
    public async Task All_that_one_change_holds_is_committed_at_once_or_not_at_all()
    {
        // A document needs a source: refused after the versions went in.
        var bad = new CatalogChange { Versions = [Seen("v9.0.0")], Documents = [Document() with { Source = null! }], Artifact = Artifact() };
        await Assert.ThrowsAsync<StorageException>(() => CommitAsync(bad));
        Assert.Empty(_catalog.VersionsOf("go", "example.com/a"));
        Assert.Null(_catalog.FindArtifactOrNull(Key()));
        Assert.Empty(_catalog.ReadFeed(0, 10));
    }

    [Fact]
    public async Task Everything_is_there_after_a_reopen_and_numbers_go_on()
    {
        await CommitAsync(new() { Versions = [Seen("v1.0.0")], Artifact = Artifact(), Documents = [Document()], Manifest = [new("a", 1, DigestOf([1]).Hex)] });
        await ReopenAsync();
        Assert.Equal(Artifact(), _catalog.FindArtifactOrNull(Key()));
        Assert.Single(_catalog.FindManifestOrNull(Key())!);
        Same(Document(), _catalog.FindDocumentOrNull(Document().Key));
        Assert.Single(_catalog.VersionsOf("go", "example.com/a"));
        await CommitAsync(new() { Versions = [Seen("v1.1.0")] });
        Assert.Equal([1, 2, 3, 4], _catalog.ReadFeed(0, 10).Select(f => f.Number));
        Assert.Equal([3, 4], _catalog.ReadFeed(2, 10).Select(f => f.Number));
        Assert.Equal([1, 2], _catalog.ReadFeed(0, 2).Select(f => f.Number));
    }

    [Fact]
    public async Task All_artifacts_are_walked_beyond_one_page()
    {
        await Task.WhenAll(Enumerable.Range(0, 2500).Select(i => CommitAsync(new() { Artifact = Artifact(Key($"v1.{i}.0", i % 2 == 0 ? "zip" : "mod")) })));
        var keys = _catalog.AllArtifacts().Select(a => a.Key).ToList();
        Assert.Equal(2500, keys.Count);
        Assert.Equal(2500, keys.Distinct().Count());
    }

    [Fact]
    public async Task A_commit_after_the_dispose_is_refused_and_those_before_it_are_kept()
    {
        var before = Enumerable.Range(0, 100).Select(i => CommitAsync(new() { Versions = [Seen($"v1.{i}.0")] })).ToArray();
        await _catalog.DisposeAsync();
        await Task.WhenAll(before);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CommitAsync(new() { Versions = [Seen("v2.0.0")] }));
        Assert.Throws<ObjectDisposedException>(() => _catalog.VersionsOf("go", "example.com/a"));
        await ReopenAsync();
        Assert.Equal(100, _catalog.VersionsOf("go", "example.com/a").Count);
    }

    private static void Same(Document expected, Document? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Body, actual.Body);
        Assert.Equal(expected, actual with { Body = expected.Body });
    }
}
