using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tain.SumDbHosting;

/// <summary>
/// golang.org/x/mod's own checksum database on 127.0.0.1 (tests/tools/sumdbserver): honest, until it is told what to lie about or to ail from.
/// Its key and its made-up records depend on the seed alone, so that two of the same seed are one database seen twice.
/// </summary>
public sealed class SumDbServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<SumDbServer, Process> Running = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly string[] _arguments;
    private Process? _process;

    static SumDbServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in Running.Values)
            Kill(process);
    };

    private SumDbServer(string name, string[] arguments) => (Name, _arguments) = (name, arguments);

    public string Name { get; }

    /// <summary>Without a slash at its end. <c>/sumdb/NAME</c> below it is the database as a proxy has it.</summary>
    public string Url { get; private set; } = "";

    /// <summary>NAME+HASH+KEY.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The value of GOSUMDB, and of <c>go.sumdb</c>.</summary>
    public string GoSumDb => $"{Key} {Url}";

    /// <param name="records">How many made-up records it begins with: 70,000 take half a second.</param>
    /// <param name="modules">A GOPROXY's folder or URL: what is there gets a record when it is first looked up. Without one, only made-up records are found.</param>
    public static async Task<SumDbServer> StartAsync(int records = 0, string? modules = null, string name = "sum.test", string seed = "tain")
    {
        string[] arguments = ["-name", name, "-seed", seed, "-records", records.ToString(CultureInfo.InvariantCulture), "-modules", modules ?? "", "-until-eof"];
        var server = new SumDbServer(name, arguments);
        await server.LaunchAsync("127.0.0.1:0");
        return server;
    }

    /// <summary>Is honest from now on.</summary>
    public Task HonestAsync() => FaultsAsync("honest");

    /// <summary>Has these faults from now on and no others: <c>503</c>, <c>stall</c>, <c>wrong-zip=example.com/m</c>, … (tests/tools/sumdbserver/faults.go).</summary>
    public Task FaultsAsync(params string[] faults) => ControlAsync(string.Join('&', faults.Select(f => "mode=" + Uri.EscapeDataString(f))));

    /// <summary>Likewise, where faults of transport befall only paths that begin so, such as <c>/tile/</c>.</summary>
    public Task FaultsOnAsync(string prefix, params string[] faults) =>
        ControlAsync($"on={Uri.EscapeDataString(prefix)}&{string.Join('&', faults.Select(f => "mode=" + Uri.EscapeDataString(f)))}");

    /// <summary>Adds made-up records.</summary>
    public Task GrowAsync(int records) => ControlAsync(string.Create(CultureInfo.InvariantCulture, $"grow={records}"));

    /// <summary>Adds this record, whatever it says.</summary>
    public Task AddAsync(string record) => ControlAsync("add=" + Uri.EscapeDataString(record));

    /// <summary>Where modules come from, from now on.</summary>
    public Task ModulesAsync(string proxy) => ControlAsync("modules=" + Uri.EscapeDataString(proxy));

    /// <summary>The text of a record.</summary>
    public Task<string> RecordAsync(long id) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"/record?id={id}"));

    /// <summary>The signed head, as it is served now.</summary>
    public Task<string> LatestAsync() => AskAsync("/latest");

    /// <summary>The paths that were asked for since the last time.</summary>
    public async Task<string[]> RequestsAsync() => (await AskAsync("/requests")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Its port refuses connections from now on.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        Running.TryRemove(this, out _);
        Kill(process);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>On the same port, as it began: what was added since is forgotten.</summary>
    public Task StartAgainAsync() => LaunchAsync(new Uri(Url).Authority);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
    }

    private async Task ControlAsync(string query) => await AskAsync("/control?" + query);

    private async Task<string> AskAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(Url + path));
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    private async Task LaunchAsync(string address)
    {
        var start = new ProcessStartInfo(Program(), [.. _arguments, "-listen", address])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var printed = new StringBuilder();
        _process = Process.Start(start)!;
        Running[this] = _process;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (printed)
                printed.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        using var late = new CancellationTokenSource(StartLimit);
        while (await _process.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.StartsWith("url ", StringComparison.Ordinal))
                Url = line[4..];
            else if (line.StartsWith("key ", StringComparison.Ordinal))
                Key = line[4..];
            else if (line == "ready")
                return;
        }
        lock (printed)
            throw new InvalidOperationException($"the checksum database did not start:\n{printed}");
    }

    private static string Program()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
            folder = folder.Parent;
        var program = Path.Combine(folder?.FullName ?? "", "out", "tests", "sumdbserver");
        return File.Exists(program) ? program : throw new InvalidOperationException("out/tests/sumdbserver is missing: run ./test, or just tests/tools/sumdb-server");
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
