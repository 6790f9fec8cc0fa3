using System.Collections.Concurrent;
using CsCheck;
using Tain.Storage;
using static Tain.Tests.Storage.Samples;

namespace Tain.Tests.Storage;

/// <summary>The one writer under many callers.</summary>
public sealed class CatalogWriterTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A catalog whose writer stands still in its first transaction until released: what is committed meanwhile is one group.</summary>
    private sealed class HeldCatalog : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private Task? _first;

        public HeldCatalog(string folder)
        {
            Catalog = Catalog.Open(folder, TimeProvider.System, new WriteSteps { OnStep = At });
        }

        public Catalog Catalog { get; }
        public ConcurrentQueue<string> Steps { get; } = [];

        private void At(string step)
        {
            Steps.Enqueue(step);
            if (step == WriteSteps.CatalogBegin)
                _release.Wait();
        }

        public async Task<T[]> InOneGroupAsync<T>(IEnumerable<Func<Task<T>>> commits)
        {
            _first = Catalog.CommitAsync(new() { Versions = [Seen("v0.0.1", name: "example.com/first")] }, None);
            while (!Steps.Contains(WriteSteps.CatalogBegin))
                await Task.Delay(1, None);
            var all = commits.Select(c => c()).ToArray();
            _release.Set();
            await _first;
            return await Task.WhenAll(all);
        }

        public ValueTask DisposeAsync() => Catalog.DisposeAsync();
    }

    [Fact]
    public async Task Queued_changes_are_one_transaction()
    {
        await using var held = new HeldCatalog(_folder.Path);
        await held.InOneGroupAsync(Enumerable.Range(0, 20).Select<int, Func<Task<CommitResult>>>(i => () =>
            held.Catalog.CommitAsync(new() { Versions = [Seen($"v1.0.{i}")] }, None)));
        Assert.Equal(2, held.Steps.Count(s => s == WriteSteps.CatalogCommitted));
        Assert.Equal(20, held.Catalog.VersionsOf("go", "example.com/a").Count);
    }

    [Fact]
    public async Task A_bad_change_fails_alone_and_leaves_nothing()
    {
        await using var held = new HeldCatalog(_folder.Path);
        var outcomes = await held.InOneGroupAsync(Enumerable.Range(0, 10).Select<int, Func<Task<bool>>>(i => async () =>
        {
            var source = i % 3 == 1 ? null! : "proxy";
            var change = new CatalogChange
            {
                Versions = [Seen($"v1.0.{i}")],
                Documents = [Document(kind: $"info/v1.0.{i}") with { Source = source }],
            };
            try
            {
                await held.Catalog.CommitAsync(change, None);
                return true;
            }
            catch (StorageException)
            {
                return false;
            }
        }));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i % 3 != 1), outcomes);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(outcomes[i], held.Catalog.FindVersionOrNull("go", "example.com/a", $"v1.0.{i}") is not null);
            Assert.Equal(outcomes[i], held.Catalog.FindDocumentOrNull(new("go", "example.com/a", $"info/v1.0.{i}")) is not null);
        }
        // In the one group, not each retried by itself.
        Assert.Equal(2, held.Steps.Count(s => s == WriteSteps.CatalogCommitted));
        Assert.Equal(Enumerable.Range(1, 1 + (7 * 2)).Select(n => (long)n), held.Catalog.ReadFeed(0, 100).Select(f => f.Number));
    }

    [Fact]
    public async Task First_seen_is_not_reused_after_a_change_that_failed()
    {
        var clock = new SetClock(Noon);
        await using var catalog = Catalog.Open(_folder.Path, clock);
        await Assert.ThrowsAsync<StorageException>(() =>
            catalog.CommitAsync(new() { Versions = [Seen("v1.0.0")], Documents = [Document() with { Source = null! }] }, None));
        await catalog.CommitAsync(new() { Versions = [Seen("v1.0.1"), Seen("v1.0.2")] }, None);
        var times = catalog.VersionsOf("go", "example.com/a").Select(f => f.FirstSeen).ToList();
        Assert.Equal(2, times.Distinct().Count());
    }

    [Fact]
    public async Task A_change_cancelled_while_it_waits_is_not_committed()
    {
        await using var held = new HeldCatalog(_folder.Path);
        using var cancel = new CancellationTokenSource();
        await held.InOneGroupAsync<bool>([
            async () =>
            {
                var waiting = held.Catalog.CommitAsync(new() { Versions = [Seen("v1.0.0")] }, cancel.Token);
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
                return true;
            },
        ]);
        await held.Catalog.CommitAsync(new() { Versions = [Seen("v1.0.1")] }, None);
        Assert.Null(held.Catalog.FindVersionOrNull("go", "example.com/a", "v1.0.0"));
    }

    [Fact]
    public async Task Feed_numbers_and_first_seen_times_become_visible_in_order_under_eight_writers()
    {
        const int writers = 8, each = 60;
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        using var done = new CancellationTokenSource();

        var follower = Task.Run(() =>
        {
            var numbers = new List<long>();
            while (numbers.Count < writers * each)
            {
                var finished = done.IsCancellationRequested;
                var lines = catalog.ReadFeed(numbers.Count > 0 ? numbers[^1] : 0, 7);
                numbers.AddRange(lines.Select(l => l.Number));
                if (finished && lines.Count == 0)
                    break;
            }
            return numbers;
        }, None);
        var indexReader = Task.Run(() =>
        {
            var versions = new List<string>();
            var since = DateTimeOffset.UnixEpoch;
            while (versions.Count < writers * each)
            {
                var finished = done.IsCancellationRequested;
                var page = catalog.VersionsSince("go", since, 11, _ => true);
                versions.AddRange(page.Select(f => f.Name + f.Version));
                if (page.Count > 0)
                    since = page[^1].FirstSeen.AddMicroseconds(1);
                else if (finished)
                    break;
            }
            return versions;
        }, None);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                await catalog.CommitAsync(new() { Versions = [Seen($"v1.0.{i}", name: $"example.com/{w}")] }, None);
        }, None)));
        await done.CancelAsync();

        Assert.Equal(Enumerable.Range(1, writers * each).Select(n => (long)n), await follower);
        Assert.Equal(writers * each, (await indexReader).Distinct().Count());
    }

    [Fact]
    public async Task Of_many_identities_offered_at_once_one_wins_and_all_agree_on_it()
    {
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() =>
            catalog.CommitAsync(new() { Artifact = Artifact(identity: $"h1:{i % 5}", blob: $"{i % 5}{i % 5}") }, None), None)));
        var winner = Assert.Single(results.Select(r => r.Stored ?? r.Conflict).Distinct());
        Assert.Equal(winner, catalog.FindArtifactOrNull(Key()));
        Assert.Equal(6, results.Count(r => r.Conflict is null));
        Assert.Equal(4, catalog.AlarmsOf("go", "example.com/a").Count);
        Assert.Equal(24, catalog.AlarmsOf("go", "example.com/a").Sum(a => a.Count));
    }

    [Fact]
    public async Task Whatever_is_committed_in_whatever_order_the_catalog_says_what_a_plain_dictionary_says()
    {
        var version = Gen.Int[0, 5].Select(i => $"v1.0.{i}");
        var name = Gen.Int[0, 2].Select(i => $"example.com/{i}");
        var change = Gen.Select(name, version, Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 2], (n, v, published, identity, document) => (n, v, published, identity, document));
        await change.Array[1, 40].SampleAsync(async changes =>
        {
            using var folder = new TestFolder();
            await using var catalog = Catalog.Open(folder.Path, new SetClock(Noon));
            var published = new Dictionary<(string, string), bool>();
            var order = new List<string>();
            var identities = new Dictionary<(string, string), string>();
            var documents = new Dictionary<string, string>();
            foreach (var c in changes)
            {
                var artifact = Artifact(Key(c.v, name: c.n), identity: $"h1:{c.identity}");
                var result = await catalog.CommitAsync(new()
                {
                    Versions = [Seen(c.v, c.published ? Noon : null, c.n)],
                    Artifact = artifact,
                    Documents = [Document(name: c.n, body: $"body {c.document}")],
                }, None);
                if (!published.ContainsKey((c.n, c.v)))
                    order.Add(c.n + c.v);
                published[(c.n, c.v)] = c.published || published.GetValueOrDefault((c.n, c.v));
                var won = identities.TryAdd((c.n, c.v), artifact.Identity) || identities[(c.n, c.v)] == artifact.Identity;
                Assert.Equal(won, result.Conflict is null);
                documents[c.n] = $"body {c.document}";
            }
            Assert.Equal(order, catalog.VersionsSince("go", DateTimeOffset.UnixEpoch, 100, _ => true).Select(f => f.Name + f.Version));
            foreach (var ((n, v), isPublished) in published)
            {
                Assert.Equal(isPublished, catalog.FindVersionOrNull("go", n, v)!.Published is not null);
                Assert.Equal(identities[(n, v)], catalog.FindArtifactOrNull(Key(v, name: n))!.Identity);
                Assert.Equal(documents[n], System.Text.Encoding.UTF8.GetString(catalog.FindDocumentOrNull(new("go", n, "list"))!.Body));
            }
        }, iter: 12);
    }

    [Theory]
    [InlineData("Sound", "", "h1:one", "", true)]
    [InlineData("Sound", "", "h1:two", "", false)]
    [InlineData("Sound", "db", "h1:two", "db", false)]
    [InlineData("Damaged", "db", "h1:two", "db", false)]
    [InlineData("Damaged", "db", "h1:one", "", true)]
    [InlineData("Damaged", "", "h1:two", "", false)]
    // What nobody vouched for, and is lost, does not keep the truth out for ever.
    [InlineData("Damaged", "", "h1:two", "db", true)]
    [InlineData("Sound", "", "h1:two", "db", true)]
    [InlineData("Refuted", "", "h1:one", "", false)]
    [InlineData("Refuted", "", "h1:two", "", false)]
    [InlineData("Refuted", "", "h1:two", "db", true)]
    [InlineData("Refuted", "db", "h1:one", "db", true)]
    public void The_first_identity_gives_way_only_to_one_that_is_vouched_for_and_only_if_it_never_was(string condition, string proof, string offered, string by, bool admitted)
        => Assert.Equal(admitted, (Samples.Artifact() with { Condition = Enum.Parse<Condition>(condition), Proof = proof }).Admits(Samples.Artifact(identity: offered) with { Proof = by }));

    [Fact]
    public async Task Alarms_about_one_artifact_are_bounded()
    {
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        await catalog.CommitAsync(new() { Artifact = Samples.Artifact() }, None);
        for (var i = 0; i < CatalogWriter.MaxAlarms + 20; i++)
            await catalog.CommitAsync(new() { Drifts = [new(Samples.Key(), "h1:one", $"h1:{i}", "liar")] }, None);
        Assert.Equal(CatalogWriter.MaxAlarms, catalog.AlarmsOf("go", "example.com/a").Count);
    }
}
