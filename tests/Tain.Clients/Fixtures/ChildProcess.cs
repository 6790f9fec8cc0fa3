using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Tain.Clients;

/// <summary>
/// A process that a test started, in an environment of its own, with all it prints captured.
/// None outlives the test run: disposing kills, and so does the end of this process.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Sigkill = 9, Sigterm = 15, Sigstop = 19, Sigcont = 18;
    private static readonly ConcurrentDictionary<int, ChildProcess> Running = new();
    private readonly Process _process;
    private readonly StringBuilder _output = new(), _errors = new();
    private bool _disposed;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Running.Values)
            child.Kill();
    };

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it printed so far, standard output and error in the order they came.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>What it printed so far on standard error alone.</summary>
    public string Errors
    {
        get
        {
            lock (_output)
                return _errors.ToString();
        }
    }

    /// <param name="environment">All of it: nothing is inherited but PATH, unless named here.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string workingFolder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = workingFolder;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Append(line.Data);
        child._process.ErrorDataReceived += (_, line) =>
        {
            child.Append(line.Data);
            lock (child._output)
                child._errors.Append(line.Data).Append(line.Data is null ? "" : "\n");
        };
        child._process.Start();
        Running[child.Id] = child;
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for the end, all output included. The exit code.</summary>
    public async Task<int> WaitAsync(TimeSpan limit)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            Assert.Fail($"{_process.StartInfo.FileName} did not end within {limit.TotalSeconds} s; it printed:\n{Output}");
        }
        return _process.ExitCode;
    }

    /// <summary>Asks it to end.</summary>
    public void Terminate() => Signal(Sigterm);

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    /// <summary>kill -9 of this process, not of those that it started.</summary>
    public void KillAlone() => Signal(Sigkill);

    public void Freeze() => Signal(Sigstop);

    public void Thaw() => Signal(Sigcont);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        Running.TryRemove(Id, out _);
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!HasExited)
            Assert.Equal(0, SendSignal(Id, signal));
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
