using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.Http;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go;

/// <summary>The whole server in this process, on a free port, with its own data folder and a clock that can be set forward.</summary>
internal sealed class RunningTain : IAsyncDisposable
{
    private readonly Func<ShiftedTime, TainServer> _make;
    private TainServer _server = null!;

    private RunningTain(string data, ShiftedTime time, Func<ShiftedTime, TainServer> make) => (Data, Time, _make) = (data, time, make);

    public string Data { get; }

    public ShiftedTime Time { get; }

    public HttpClient Client { get; private set; } = null!;

    public static Task<RunningTain> StartAsync(string upstream, Func<GoOptions, GoOptions>? go = null, Func<UpstreamOptions, UpstreamOptions>? upstreams = null, WriteSteps? steps = null,
        Func<string, string?>? environment = null, Stream? log = null,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, Uri? publicUrl = null)
        => StartAsync(Directory.CreateTempSubdirectory("tain-test-").FullName, upstream, go, upstreams, steps, environment, log, resolve, publicUrl);

    public static async Task<RunningTain> StartAsync(string data, string upstream, Func<GoOptions, GoOptions>? go = null, Func<UpstreamOptions, UpstreamOptions>? upstreams = null, WriteSteps? steps = null,
        Func<string, string?>? environment = null, Stream? log = null,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, Uri? publicUrl = null)
    {
        var options = new TainOptions { Listen = "127.0.0.1:0", PublicUrl = publicUrl, Data = data, StopTimeout = TimeSpan.FromSeconds(10) };
        // Nobody vouches for what tests make up; those that are about that say who does.
        var goOptions = options.Go with { Upstream = SourceChain.Parse(upstream), SumDb = null };
        options = options with { Go = go?.Invoke(goOptions) ?? goOptions, Upstream = upstreams?.Invoke(options.Upstream) ?? options.Upstream };
        var tain = new RunningTain(data, new ShiftedTime(), time => new TainServer(options, time, steps, log: new LogWriter(log ?? Stream.Null, json: true, time), environment, resolve));
        await tain.LaunchAsync();
        return tain;
    }

    private async Task LaunchAsync()
    {
        _server = _make(Time);
        await _server.StartAsync(CancellationToken.None);
        Client = new HttpClient { BaseAddress = new Uri(_server.Url + "/") };
    }

    /// <summary>The same server again, on the same data, with nothing in memory; on another port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await LaunchAsync();
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
        => SendAsync(HttpMethod.Get, path, headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Status and body of a GET.</summary>
    public async Task<(int Status, string Body)> ReadAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await GetAsync(path, headers);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until a page has this body: a client has its answer before the store has.</summary>
    public async Task EventuallyAsync(string path, string body)
    {
        var began = Stopwatch.StartNew();
        (int, string) answer;
        while ((answer = await ReadAsync(path)) != (200, body))
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"{path} is still {answer}");
    }

    /// <summary>Waits until no file is being written: whoever is told of a failure is told before its file is gone.</summary>
    public async Task NothingPartialAsync()
    {
        var began = Stopwatch.StartNew();
        while (Directory.GetFiles(Path.Combine(Data, "partial")) is { Length: > 0 } left)
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), string.Join(' ', left));
            await Task.Delay(10);
        }
    }

    /// <summary>Waits until a file has these bytes.</summary>
    public static async Task EventuallyAsync(string file, byte[] bytes)
    {
        var began = Stopwatch.StartNew();
        while (!File.Exists(file) || !(await File.ReadAllBytesAsync(file)).AsSpan().SequenceEqual(bytes))
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"{file} is still another one");
            await Task.Delay(10);
        }
    }

    /// <summary>Waits until the row of a version's artifact is committed.</summary>
    public Task EventuallyStoredAsync(string module, string version) => EventuallyAsync($"go/cached-only/{module}/@v/list", version + "\n");

    /// <summary>A request whose target no well-behaved client would send: its status line and body.</summary>
    public async Task<string> RawAsync(string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Client.BaseAddress!.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        return await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync();
    }

    /// <summary>Every stored file, for tests that look or spoil.</summary>
    public string[] StoredFiles() => Directory.GetFiles(Path.Combine(Data, "blobs"), "*", SearchOption.AllDirectories);

    /// <summary>Stops gracefully; the data stays for another start.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Data, recursive: true);
    }
}

/// <summary>The system's clock, set forward on demand; timers run in real time.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);
}
