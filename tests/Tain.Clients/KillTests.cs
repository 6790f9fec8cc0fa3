using System.Net;
using Tain.Storage;

namespace Tain.Clients;

/// <summary>kill -9, and what is found afterwards: every stored file verifies, nothing wrong is ever served, the store opens by itself.</summary>
[Trait("Speed", "slow")]
public sealed class KillTests : IDisposable
{
    private const int Kills = 200;

    /// <summary>Requests at once.</summary>
    private const int Clients = 12;

    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Data => _folder["data"];

    public static TheoryData<string, int> EachStep()
    {
        var data = new TheoryData<string, int>();
        foreach (var step in WriteSteps.All)
        {
            data.Add(step, 1);
            // Once more in the middle of things, unless it happens only once in a store's life.
            if (step != WriteSteps.SchemaBeforeCommit)
                data.Add(step, 4);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(EachStep))]
    public async Task A_kill_at_a_named_step_loses_and_spoils_nothing(string step, int time)
    {
        await using var upstream = await GeneratedModules.StartAsync();
        // Small ones, and one that arrives in several pieces.
        var paths = ((int[])[1, 2, 9, 3]).SelectMany(GeneratedModules.PathsOf).ToArray();

        await using (var crashing = StartCrashHost(step, time, upstream.Url, out var url))
        {
            while (!crashing.HasExited)
            {
                foreach (var path in paths)
                    await GetAsync(url + "/go" + path, path);
                await Task.Delay(20, None);
            }
            Assert.Equal(128 + 9, await crashing.WaitAsync(Limit));
        }
        using (var found = Inspect())
            Assert.Empty(found.Report.Faults);

        await using var tain = await TainProcess.StartAsync(upstream.Url, Data);
        foreach (var path in paths)
            Assert.Equal(Outcome.Right, await GetAsync(tain.GoProxy + path, path));
        // Nothing of the crash is in the way: all is stored now, and served without the upstream.
        await upstream.DisposeAsync();
        foreach (var path in paths)
            Assert.Equal(Outcome.Right, await GetAsync(tain.GoProxy + path, path));
        Assert.Equal(0, await tain.StopAsync());
        using (var found = Inspect())
        {
            Assert.Empty(found.Report.Faults);
            Assert.Empty(found.Report.Partials);
            Assert.True(found.Report.Artifacts >= 4);
        }
    }

    [Fact]
    public async Task Two_hundred_kills_at_random_under_load_spoil_nothing()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var upstream = await GeneratedModules.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url, Data);
        var next = 0;
        var right = 0;
        var cut = 0;
        var withPartials = 0;
        var known = new HashSet<ArtifactKey>();
        long lastFeed = 0;

        for (var kill = 0; kill < Kills; kill++)
        {
            var clients = Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
            {
                var local = new Random(HashCode.Combine(seed, kill, i));
                // Until the first answer that is cut off: then the server is gone.
                while (true)
                {
                    // Mostly new modules, sometimes one that was asked for before: stored, half stored or lost with the crash.
                    var number = next > 0 && local.Next(4) == 0 ? local.Next(next) : Interlocked.Increment(ref next) - 1;
                    foreach (var path in GeneratedModules.PathsOf(number))
                    {
                        if (await GetAsync(tain.GoProxy + path, path) != Outcome.Right)
                        {
                            Interlocked.Increment(ref cut);
                            return;
                        }
                        Interlocked.Increment(ref right);
                    }
                }
            }, None)).ToArray();
            await Task.Delay(random.Next(5, 200), None);
            await tain.KillAsync();
            await Task.WhenAll(clients).WaitAsync(Limit, None);

            using (var found = Inspect())
            {
                Assert.Empty(found.Report.Faults);
                // What was durable once stays, and the feed only goes on.
                var keys = found.Catalog.AllArtifacts().Select(a => a.Key).ToHashSet();
                Assert.Empty(known.Except(keys));
                known = keys;
                var feed = found.LastFeedNumber(lastFeed);
                Assert.True(feed >= lastFeed);
                lastFeed = feed;
                if (found.PartialsLeft > 0)
                    withPartials++;
            }
            await tain.StartAgainAsync();
        }

        // The store as 200 crashes left it gives all, with the right bytes.
        await Parallel.ForAsync(0, next, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = None }, async (number, _) =>
        {
            foreach (var path in GeneratedModules.PathsOf(number))
                Assert.Equal(Outcome.Right, await GetAsync(tain.GoProxy + path, path));
        });
        Assert.Equal(0, await tain.StopAsync());
        using (var found = Inspect())
        {
            Assert.Empty(found.Report.Faults);
            Assert.Equal(0, found.PartialsLeft);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{next} modules, {right} right answers, {cut} cut off, {known.Count} artifacts, {withPartials} of {Kills} kills left partial files");
        Assert.True(cut > Kills, "the kills came too late to hurt");
        Assert.True(withPartials > Kills / 20, "hardly a kill came in the middle of a write");
    }

    private enum Outcome { Right, CutOff }

    /// <summary>A complete answer with status 200 has to be right to the byte. All else is a server that was killed.</summary>
    private static async Task<Outcome> GetAsync(string url, string path)
    {
        byte[] body;
        try
        {
            using var response = await Loopback.Http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, None);
            body = await response.Content.ReadAsByteArrayAsync(None);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Outcome.CutOff;
        }
        var expected = GeneratedModules.BytesOrNull(path)!;
        Assert.True(expected.AsSpan().SequenceEqual(body), $"{path}: {body.Length} bytes that are not the upstream's {expected.Length}");
        return Outcome.Right;
    }

    private ChildProcess StartCrashHost(string step, int time, string upstream, out string url)
    {
        var listen = $"127.0.0.1:{Loopback.FreePort()}";
        url = "http://" + listen;
        return ChildProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "Tain.CrashHost"),
            [step, time.ToString(System.Globalization.CultureInfo.InvariantCulture), "serve", "--listen", listen, "--data", Data, "--go-upstream", upstream, "--go-sumdb", "off"],
            _folder.Path);
    }

    /// <summary>Looks at what the killed process left through a copy of its catalog, so that the next tain finds everything as it was.</summary>
    private Inspection Inspect() => new(Data, _folder["inspection"]);

    private sealed class Inspection : IDisposable
    {
        private readonly string _copy;
        private readonly BlobStore _blobs;

        public Inspection(string data, string copy)
        {
            _copy = copy;
            PartialsLeft = Directory.GetFiles(Path.Combine(data, "partial")).Length;
            foreach (var file in Directory.GetFiles(data, Catalog.FileName + "*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
            Directory.CreateSymbolicLink(Path.Combine(copy, "blobs"), Path.Combine(data, "blobs"));
            _blobs = BlobStore.Open(copy);
            Catalog = Catalog.Open(copy, TimeProvider.System);
            Report = StoreCheck.Run(_blobs, Catalog, None);
        }

        public Catalog Catalog { get; }
        public StoreReport Report { get; }
        public int PartialsLeft { get; }

        public long LastFeedNumber(long from)
        {
            while (Catalog.ReadFeed(from, 1000) is { Count: > 0 } lines)
                from = lines[^1].Number;
            return from;
        }

        public void Dispose()
        {
            Catalog.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _blobs.Dispose();
            File.Delete(Path.Combine(_copy, "blobs"));
            Directory.Delete(_copy, recursive: true);
        }
    }
}
