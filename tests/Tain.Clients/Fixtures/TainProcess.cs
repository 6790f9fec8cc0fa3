using System.Globalization;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>The published <c>tain serve</c> as a child process, on a free port, ready when this returns.</summary>
internal sealed class TainProcess : IAsyncDisposable
{
    /// <summary>How long a start may take, opening the store after a crash included.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly TempFolder? _ownFolder;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private ChildProcess _process;

    private TainProcess(TempFolder? ownFolder, string data, int port, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        _ownFolder = ownFolder;
        _arguments = arguments;
        _environment = environment;
        Data = data;
        Url = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        _process = Launch();
    }

    public string Url { get; }

    /// <summary>The value for GOPROXY.</summary>
    public string GoProxy => Url + "/go";

    public string Data { get; }

    /// <summary>What the process that runs now (or ran last) printed.</summary>
    public string Log => _process.Output;

    public int ProcessId => _process.Id;

    /// <param name="upstream">The value of <c>go.upstream</c>.</param>
    /// <param name="data">The data folder; without one, a temporary one that goes with the process.</param>
    /// <param name="more">Further flags, such as <c>--go-private</c>, <c>corp.example.com</c>.</param>
    public static Task<TainProcess> StartAsync(string upstream, string? data = null, params string[] more) => StartAsync(upstream, null, data, more);

    /// <summary>One that gets its modules from the repositories of <paramref name="server"/>.</summary>
    public static Task<TainProcess> StartDirectAsync(GitServer server, string? data = null, params string[] more) => StartDirectAsync(server, "direct", data, more);

    /// <summary>One that gets from them what <paramref name="upstream"/> leaves to <c>direct</c>.</summary>
    public static Task<TainProcess> StartDirectAsync(GitServer server, string upstream, string? data, string[] more)
    {
        // What is not Tain's to read stays out: it must trust what its configuration says, not SSL_CERT_FILE.
        var environment = server.Environment.Where(e => e.Key.EndsWith("PROXY", StringComparison.Ordinal)).ToDictionary();
        return StartAsync(upstream, environment, data, ["--upstream-ca-bundle", server.CaBundle, .. more]);
    }

    private static async Task<TainProcess> StartAsync(string upstream, IReadOnlyDictionary<string, string>? environment, string? data, string[] more)
    {
        var own = data is null ? new TempFolder() : null;
        data ??= own!["data"];
        var port = Loopback.FreePort();
        var tain = new TainProcess(own, data, port,
            ["serve", "--listen", $"127.0.0.1:{port}", "--data", data, "--go-upstream", upstream, .. more.Contains("--go-sumdb") ? [] : new[] { "--go-sumdb", "off" }, .. more], environment);
        try
        {
            await tain.WaitUntilReadyAsync();
            return tain;
        }
        catch
        {
            await tain.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, and the exit code once it has ended.</summary>
    public Task<int> StopAsync(TimeSpan? limit = null)
    {
        _process.Terminate();
        return _process.WaitAsync(limit ?? TimeSpan.FromSeconds(45));
    }

    /// <summary>SIGTERM without waiting.</summary>
    public void Terminate() => _process.Terminate();

    /// <summary>The exit code, once it has ended by itself or after <see cref="Terminate"/>.</summary>
    public Task<int> WaitAsync(TimeSpan limit) => _process.WaitAsync(limit);

    /// <summary>kill -9, and its end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>kill -9 of the server alone, not of what it started, and its end.</summary>
    public async Task KillAloneAsync()
    {
        _process.KillAlone();
        await _process.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>The same command again, on the same port and data, after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        Assert.True(_process.HasExited, "stop or kill it first");
        await _process.DisposeAsync();
        _process = Launch();
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _ownFolder?.Dispose();
    }

    private ChildProcess Launch() => ChildProcess.Start(Repository.Tain, _arguments, Data, _environment);

    private Task WaitUntilReadyAsync() => Loopback.WaitForAsync(Url + "/readyz", _process, StartLimit);
}
