using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tain.Http;
using Tain.Mirror;

namespace Tain.Tests.Mirror;

/// <summary>The scrub, on a clock that stands until it is moved.</summary>
public sealed class ScrubTests : IAsyncLifetime
{
    private const string Zip = $"{VerifyRig.M}/@v/v1.0.0.zip";
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly SteppedTime _time = new();
    private readonly MemoryStream _printed = new();
    private readonly CancellationTokenSource _stop = new();
    private VerifyRig _rig = null!;
    private LogWriter _log = null!;

    public async ValueTask InitializeAsync()
    {
        _rig = await VerifyRig.FillAsync(size: 300_000);
        _log = new LogWriter(_printed, json: false, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Dispose();
        _log.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task Rot_is_found_put_away_and_fetched_again_and_a_client_gets_the_right_bytes()
    {
        var right = await File.ReadAllBytesAsync(_rig.FileOf(), None);
        var rotten = right.ToArray();
        rotten[1000] ^= 0x10;
        await File.WriteAllBytesAsync(_rig.FileOf(), rotten, None);
        var fetched = _rig.Upstream.CountOf(Zip);

        await OnePassAsync(4 << 20);

        Assert.Equal(fetched + 1, _rig.Upstream.CountOf(Zip));
        Assert.Equal(rotten, await File.ReadAllBytesAsync(Assert.Single(_rig.Quarantined()), None));
        Assert.Equal(right, await File.ReadAllBytesAsync(_rig.FileOf(), None));
        await _rig.ServesWhatItDidAsync();
        var log = Encoding.UTF8.GetString(_printed.ToArray());
        Assert.Contains($"{Zip}: bytes-changed", log, StringComparison.Ordinal);
        Assert.Contains("; repaired", log, StringComparison.Ordinal);
        Assert.Contains("1 faults, 1 of them repaired", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(64 << 10)]
    public async Task It_reads_no_faster_than_its_rate(long rate)
    {
        var bytes = (await _rig.LookAsync()).Progress.AllBytes;

        var elapsed = await OnePassAsync(rate);

        var least = TimeSpan.FromSeconds((double)bytes / rate);
        Assert.InRange(elapsed, least * 0.98, least * 1.2 + TimeSpan.FromSeconds(12.0 * Pace.Look / rate));
    }

    [Fact]
    public async Task While_clients_wait_it_takes_a_quarter_of_its_rate()
    {
        using var life = new ServerLife();
        var free = await OnePassAsync(256 << 10, life);
        using var flying = life.Enter();
        var busy = await OnePassAsync(256 << 10, life);
        Assert.InRange(busy / free, 3.9, 4.1);
    }

    [Fact]
    public async Task A_rate_of_0_looks_at_nothing()
    {
        await using var server = new TainServer(_rig.Options, _time, log: new LogWriter(Stream.Null, json: true, _time));
        using var life = new ServerLife();
        await new Scrub(server.Examination, life, 0, TimeSpan.FromHours(1), _time, NullLogger<Scrub>.Instance).RunAsync(_stop.Token);
        Assert.Equal(new SteppedTime().GetUtcNow(), _time.GetUtcNow());
    }

    [Fact]
    public async Task A_pass_follows_the_other_after_the_interval()
    {
        await using var server = new TainServer(_rig.Options, _time, log: new LogWriter(Stream.Null, json: true, _time));
        using var life = new ServerLife();
        var running = new Scrub(server.Examination, life, 1 << 20, TimeSpan.FromHours(5), _time, NullLogger<Scrub>.Instance).RunAsync(_stop.Token);
        // The start, and the pause after the first pass.
        Assert.Equal(Scrub.StartsAfter, await _time.StepAsync());
        while (await _time.StepAsync() != TimeSpan.FromHours(5)) { }
        // What rots now is found by the second.
        await File.WriteAllBytesAsync(_rig.FileOf(), new byte[_rig.Row().Size], None);
        while (await _time.StepAsync() != TimeSpan.FromHours(5)) { }
        Assert.Single(_rig.Quarantined());
        await _stop.CancelAsync();
        await running;
    }

    /// <summary>Runs the first pass; how long it took.</summary>
    private async Task<TimeSpan> OnePassAsync(long rate, ServerLife? life = null)
    {
        await using var server = new TainServer(_rig.Options, log: new LogWriter(Stream.Null, json: true, TimeProvider.System));
        using var own = new ServerLife();
        using var stop = new CancellationTokenSource();
        using var logs = Microsoft.Extensions.Logging.LoggerFactory.Create(b => LogProvider.Use(b, _log));
        var interval = TimeSpan.FromHours(1);
        var running = new Scrub(server.Examination, life ?? own, rate, interval, _time, new Microsoft.Extensions.Logging.Logger<Scrub>(logs)).RunAsync(stop.Token);
        await _time.StepAsync();
        var began = _time.GetUtcNow();
        TimeSpan step;
        var elapsed = TimeSpan.Zero;
        while ((step = await _time.StepAsync()) < interval)
            elapsed = _time.GetUtcNow() - began;
        await stop.CancelAsync();
        await running;
        if (life is null)
            _log.Dispose();
        return elapsed;
    }
}
