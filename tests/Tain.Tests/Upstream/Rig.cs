using System.Net;
using Tain.Upstream;

namespace Tain.Tests.Upstream;

/// <summary>A client with short limits, for real sockets on loopback.</summary>
internal sealed class Rig : IDisposable
{
    public static readonly UpstreamOptions Quick = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ResponseTimeout = TimeSpan.FromSeconds(10),
        StallTimeout = TimeSpan.FromSeconds(10),
        FetchTimeout = TimeSpan.FromSeconds(30),
        Tries = 3,
    };

    public static readonly IReadOnlyList<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8")];

    public Rig(UpstreamOptions? options = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, Func<string, string?>? variable = null)
    {
        Health = new SourceHealth(TimeProvider.System);
        Client = new UpstreamClient(options ?? Quick, Health, TimeProvider.System,
            resolve ?? ((host, ct) => Dns.GetHostAddressesAsync(host, ct)), variable ?? (_ => null));
    }

    public SourceHealth Health { get; }

    public UpstreamClient Client { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static UpstreamSource Source(string url) => SourceChain.Parse(url).Links[0].Source!;

    public Task<SmallAnswer> GetAsync(HostileServer server, string path = "m/@v/v1.0.0.info", int maxBytes = 1 << 20, Validator? validator = null) =>
        GetAsync(server.Url, path, maxBytes, validator);

    public Task<SmallAnswer> GetAsync(string url, string path = "m/@v/v1.0.0.info", int maxBytes = 1 << 20, Validator? validator = null) =>
        Client.GetSmallAsync(Source(url), path, maxBytes, validator, Token);

    public Task<OpenAnswer> OpenAsync(HostileServer server, long offset = 0, Validator? ifRange = null, string path = "m/@v/v1.0.0.zip") =>
        Client.OpenAsync(Source(server.Url), path, offset, ifRange, Token);

    public static string Text(byte[]? body) => System.Text.Encoding.UTF8.GetString(body ?? throw new ArgumentNullException(nameof(body), "There is no body."));

    public static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Token);
        return memory.ToArray();
    }

    public void Dispose() => Client.Dispose();
}

/// <summary>A clock that moves when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (gate)
        {
            now += by;
            due = [.. timers.Where(t => t.Due <= now)];
            timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time.now + dueTime;
                time.timers.Add(this);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
