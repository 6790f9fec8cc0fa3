using Microsoft.Extensions.Logging.Abstractions;
using Tain.Mirror;
using Tain.Storage;
using Tain.Tests.Storage;
using Tain.Upstream;

namespace Tain.Tests.Mirror;

/// <summary>What was stored without proof is proved by itself.</summary>
public sealed class PendingProofsTests : IAsyncDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();
    private readonly SteppedTime _time = new();
    private readonly Bell _bell = new();
    private readonly ServerLife _life = new();
    private readonly KnownFailures _failures;
    private readonly BlobStore _blobs;
    private readonly Catalog _catalog;
    private readonly Artifacts _artifacts;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _asked = [];
    private Func<ArtifactKey, Testimony> _witness = _ => new("witness") { Identity = "h1:one" };

    public PendingProofsTests()
    {
        _blobs = BlobStore.Open(_folder.Path);
        _catalog = Catalog.Open(_folder.Path, _time);
        _failures = new KnownFailures(_time);
        var proofs = new StoredProofs(_catalog, new Flights<Proved>(_life, TimeSpan.FromMinutes(1)), NullLogger<StoredProofs>.Instance);
        // Nothing is downloaded here: what is fetched is made by the request.
        var fetch = new ArtifactFetch(_blobs, _catalog, null!, new SourceHealth(_time), _failures, new Stories(), new UpstreamOptions(), _life, _time, NullLogger<ArtifactFetch>.Instance);
        _artifacts = new Artifacts(_catalog, _blobs, fetch, proofs, _bell, _failures, _life, _time, NullLogger<Artifacts>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _artifacts.Dispose();
        _failures.Dispose();
        await _catalog.DisposeAsync();
        _blobs.Dispose();
        _life.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task All_that_needs_a_proof_has_one_after_the_start()
    {
        await StoreAsync("v1.0.0");
        await StoreAsync("v1.1.0");
        await StoreAsync("v1.2.0", name: "private.example/p");

        var running = Run();
        await EventuallyAsync(() => Proof("v1.1.0") == "witness");

        Assert.Equal("witness", Proof("v1.0.0"));
        // Nobody is asked about what is exempt.
        Assert.Equal(["v1.0.0", "v1.1.0"], _asked);
        await StopAsync(running);
    }

    [Fact]
    public async Task What_the_witness_refutes_is_served_no_longer_with_an_alarm()
    {
        await StoreAsync("v1.0.0");
        _witness = _ => new("witness") { Identity = "h1:another" };

        var running = Run();
        await EventuallyAsync(() => Row("v1.0.0").Condition is Condition.Refuted);

        Assert.Equal(("h1:another", "h1:one"), Assert.Single(_catalog.AlarmsAfter(0, 10, _ => true)) switch { var a => (a.StoredIdentity, a.OfferedIdentity) });
        await StopAsync(running);
    }

    [Fact]
    public async Task A_witness_out_of_reach_is_asked_three_times_a_pass_and_ever_more_seldom_then_every_minute_again()
    {
        await StoreAsync("v1.0.0");
        foreach (var version in new[] { "v1.1.0", "v1.2.0", "v1.3.0", "v1.4.0" })
            await StoreAsync(version);
        _witness = _ => new("witness") { Failure = new(FailureKind.BadGateway, "down", []), IsUnavailable = true };

        var running = Run();
        var waits = new List<double>();
        for (var i = 0; i < 9; i++)
            waits.Add((await _time.StepAsync()).TotalMinutes);

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
        // A few in a row, each time the next ones: nobody waits behind one that always fails.
        await EventuallyAsync(() => _asked.Count == 30);
        Assert.Equal(["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0", "v1.4.0", "v1.0.0"], _asked.Take(6));

        _witness = _ => new("witness") { Identity = "h1:one" };
        await _time.StepAsync();
        await EventuallyAsync(() => Proof("v1.1.0") == "witness" && Proof("v1.0.0") == "witness");
        await StopAsync(running);
    }

    [Fact]
    public async Task What_the_witness_does_not_know_keeps_nothing_else_from_being_proved()
    {
        await StoreAsync("v1.0.0");
        await StoreAsync("v1.1.0");
        _witness = key => key.Version == "v1.0.0" ? new("witness") { Failure = new(FailureKind.Refused, "unknown", []) } : new("witness") { Identity = "h1:one" };

        var running = Run();
        await EventuallyAsync(() => Proof("v1.1.0") == "witness");

        Assert.Equal("", Proof("v1.0.0"));
        await StopAsync(running);
    }

    [Fact]
    public async Task What_is_stored_without_proof_later_is_proved_within_a_minute()
    {
        var running = Run();
        await StoreAsync("v1.0.0");
        _bell.Ring();

        // The pass that found nothing may have been this one already.
        if (Proof("v1.0.0").Length == 0)
            Assert.Equal(PendingProofs.Again, await _time.StepAsync());
        await EventuallyAsync(() => Proof("v1.0.0") == "witness");
        await StopAsync(running);
    }

    [Fact]
    public async Task What_is_fetched_while_the_witness_is_out_of_reach_is_proved_once_it_is_back()
    {
        _witness = _ => new("witness") { Failure = new(FailureKind.BadGateway, "down", []), IsUnavailable = true };
        var request = RequestOf(Samples.Key("v1.0.0")) with
        {
            Chain = SourceChain.Parse("direct"),
            MaxBytes = 100,
            ServeUnproved = true,
            Verify = async (body, ct) =>
            {
                await body.CopyToAsync(Stream.Null, 10, ct);
                return new("h1:one", null);
            },
            Produce = async (output, ct) =>
            {
                await output.WriteAsync(new byte[] { 1, 2, 3 }, ct);
                return new(new("direct", null, null, "made it", TimeSpan.Zero, 1, _time.GetUtcNow()));
            },
        };
        Assert.Null(await _artifacts.FetchAgainAsync(request, None));
        Assert.Equal("", Proof("v1.0.0"));
        _witness = _ => new("witness") { Identity = "h1:one" };

        // It was rung by the fetch, not by the test.
        await _bell.WaitAsync(None).WaitAsync(TimeSpan.FromSeconds(20), None);
        var running = Run();
        await EventuallyAsync(() => Proof("v1.0.0") == "witness");
        await StopAsync(running);
    }

    [Fact]
    public async Task Nobody_is_asked_while_there_is_nothing_to_ask()
    {
        await StoreAsync("v1.0.0");
        var running = Run();
        await EventuallyAsync(() => Proof("v1.0.0") == "witness");
        // Whether it is rung or not.
        _bell.Ring();
        await _time.StepAsync();
        await StopAsync(running);
        Assert.Single(_asked);
    }

    private Task Run() => new PendingProofs(_catalog, _artifacts, RequestOf, _bell, _time, NullLogger<PendingProofs>.Instance).RunAsync(_stop.Token);

    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await running;
    }

    private ArtifactRequest RequestOf(ArtifactKey key) => new()
    {
        Key = key,
        Address = $"{key.Name}/{key.Version}",
        Chain = SourceChain.Parse("off"),
        Path = "",
        MaxBytes = 1,
        Verify = (_, _) => throw new InvalidOperationException(),
        Testify = key.Name.StartsWith("private", StringComparison.Ordinal) ? null : _ =>
        {
            lock (_asked)
                _asked.Add(key.Version);
            return Task.FromResult(_witness(key));
        },
    };

    private Task<CommitResult> StoreAsync(string version, string name = "example.com/a") => _catalog.CommitAsync(new() { Artifact = Samples.Artifact(Samples.Key(version, name: name)) }, None);

    private Artifact Row(string version) => _catalog.FindArtifactOrNull(Samples.Key(version))!;

    private string Proof(string version) => Row(version).Proof;

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < until);
            await Task.Yield();
        }
    }
}
