using System.Collections.Concurrent;
using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;
using Tain.Tests.Ecosystems.Go;
using Tain.Tests.Storage;
using Tain.Upstream;

namespace Tain.Tests;

/// <summary>A store that a server has filled, to be tampered with and looked at.</summary>
internal sealed class VerifyRig : IAsyncDisposable
{
    public const string M = "example.com/m";
    public const string Other = "example.com/other";
    public static readonly string[] Pages = [.. new[] { $"{M}/@v/v1.0.0", $"{M}/@v/v1.1.0", $"{Other}/@v/v1.0.0" }.SelectMany(p => new[] { p + ".info", p + ".mod", p + ".zip" })];
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;

    private readonly ConcurrentDictionary<string, byte[]> _right = new();

    public ModuleUpstream Upstream { get; } = new();

    public string Data { get; } = Directory.CreateTempSubdirectory("tain-verify-").FullName;

    /// <summary>The value of <c>go.sumdb</c>; null for off.</summary>
    public string? SumDb { get; set; }

    public Func<GoOptions, GoOptions>? Go { get; set; }

    public TainOptions Options => new() { Listen = "127.0.0.1:0", Data = Data, Go = GoOf(new()) };

    /// <summary>A store with three versions of two modules.</summary>
    public static async Task<VerifyRig> FillAsync(int size = 100_000)
    {
        var rig = new VerifyRig();
        await rig.FillStoreAsync(size);
        return rig;
    }

    /// <param name="grow">Done before each version.</param>
    public async Task FillStoreAsync(int size = 100_000, Func<Task>? grow = null)
    {
        Upstream.Add(M, "v1.0.0", size);
        Upstream.Add(M, "v1.1.0", size);
        Upstream.Add(Other, "v1.0.0", size);
        Upstream.Set($"{M}/@v/list", "v1.0.0\nv1.1.0\n");
        await using var tain = await ServeAsync();
        foreach (var page in Pages)
        {
            if (grow is not null && page.EndsWith(".info", StringComparison.Ordinal))
                await grow();
            _right[page] = await tain.Server.Client.GetByteArrayAsync("go/" + page, None);
        }
        Assert.Equal("v1.0.0\nv1.1.0\n", (await tain.Server.ReadAsync($"go/{M}/@v/list")).Body);
        await tain.Server.EventuallyStoredAsync(Other, "v1.0.0");
        await tain.Server.EventuallyAsync($"go/cached-only/{M}/@v/list", "v1.0.0\nv1.1.0\n");
    }

    /// <summary>A server on this store, that leaves it behind.</summary>
    public async Task<Serving> ServeAsync(string? upstream = null, Stream? log = null)
        => new(await RunningTain.StartAsync(Data, upstream ?? Upstream.Url, go => GoOf(go), log: log));

    private GoOptions GoOf(GoOptions go)
    {
        SumDbOptions? database = null;
        Assert.True(SumDb is null || SumDbOptions.TryParse(SumDb, out database, out _));
        go = go with { Upstream = go.Upstream.Links is [{ Source.BaseUrl.Host: "proxy.golang.org" }, ..] ? SourceChain.Parse(Upstream.Url) : go.Upstream, SumDb = database };
        return Go?.Invoke(go) ?? go;
    }

    /// <summary>Every page is what the upstream sent first, without the upstream.</summary>
    public async Task ServesWhatItDidAsync()
    {
        await using var tain = await ServeAsync("off");
        foreach (var (page, right) in _right)
            Assert.Equal(right, await tain.Server.Client.GetByteArrayAsync("go/" + page, None));
    }

    public Task<Looked> LookAsync() => RunAsync(() => TainVerifier.OpenToRead(Options), repair: false);

    public Task<Looked> RepairAsync() => RunAsync(() => TainVerifier.OpenToRepair(Options, new LogWriter(Stream.Null, json: true, TimeProvider.System)), repair: true);

    private static async Task<Looked> RunAsync(Func<TainVerifier> open, bool repair)
    {
        await using var verifier = open();
        var findings = new List<Finding>();
        var run = new ExaminationRun
        {
            Repair = repair,
            Found = finding =>
            {
                findings.Add(finding);
                return ValueTask.CompletedTask;
            },
        };
        await verifier.Examination.RunAsync(run, None);
        return new(findings, run.Progress);
    }

    public void Sql(string sql) => RawDatabase.Run(Data, sql);

    public Artifact Row(string version = "v1.0.0", string kind = "zip", string module = M)
    {
        using var catalog = new Reader(Data);
        return catalog.Catalog.FindArtifactOrNull(new("go", module, version, kind))!;
    }

    public IReadOnlyList<Alarm> Alarms()
    {
        using var catalog = new Reader(Data);
        return catalog.Catalog.AlarmsAfter(0, 100, _ => true);
    }

    /// <summary>The file that an artifact is in.</summary>
    public string FileOf(string version = "v1.0.0", string kind = "zip", string module = M)
    {
        var blob = Row(version, kind, module).Blob.Hex;
        return Path.Combine(Data, "blobs", blob[..2], blob);
    }

    public string[] Quarantined() => Directory.Exists(Path.Combine(Data, "quarantine")) ? Directory.GetFiles(Path.Combine(Data, "quarantine")) : [];

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    internal sealed class Serving(RunningTain server) : IAsyncDisposable
    {
        public RunningTain Server { get; } = server;

        public async ValueTask DisposeAsync() => await Server.StopAsync();
    }

    private sealed class Reader(string data) : IDisposable
    {
        public Catalog Catalog { get; } = Catalog.OpenToRead(data);

        public void Dispose() => Catalog.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}

internal sealed record Looked(List<Finding> Findings, ExaminationProgress Progress)
{
    public IReadOnlyList<Finding> Faults => [.. Findings.Where(f => f.Gravity is Gravity.Fault)];

    public void IsSound() => Assert.True(Progress.Left == 0 && Faults.Count == 0, string.Join('\n', Findings));
}
