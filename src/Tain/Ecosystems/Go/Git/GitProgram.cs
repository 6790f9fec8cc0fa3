using System.Globalization;
using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>The machine's git: how many of it run at once, how long each may take, and that none is left behind.</summary>
internal sealed class GitProgram : IDisposable
{
    /// <summary>What is kept of standard error: its last bytes, which have the reason. 8 KiB.</summary>
    private const int MaxError = 8 << 10;

    private readonly GitOptions _options;
    private readonly TimeProvider _time;
    private readonly string _home;
    private readonly string? _program;
    private readonly string _path;
    private readonly SemaphoreSlim _processes;
    private readonly SemaphoreSlim _remote;
    private readonly HostPlaces _hosts;
    private readonly CancellationTokenSource _ended = new();

    /// <param name="home">An empty folder, made if need be: the HOME of all commands.</param>
    public GitProgram(GitOptions options, string home, TimeProvider time)
    {
        (_options, _time, _home) = (options, time, Path.GetFullPath(home));
        Directory.CreateDirectory(_home);
        _program = FindOrNull(options.Command);
        _path = "/usr/local/bin:/usr/bin:/bin" + (_program is null ? "" : ":" + Path.GetDirectoryName(_program));
        _processes = new(options.Processes);
        // Slow remotes must not keep clones that are here from being read.
        var remote = Math.Max(1, options.Processes * 3 / 4);
        _remote = new(remote);
        _hosts = new(HostPlaces.Of(remote));
    }

    /// <summary>Cancelled when Tain ends.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Runs a command and keeps what it prints.</summary>
    /// <param name="maxOutput">In bytes; more is <see cref="FaultKind.TooLarge"/>.</param>
    public async Task<(GitExit Exit, byte[] Output)> ReadAsync(GitCommand command, int maxOutput, CancellationToken ct)
    {
        using var output = new MemoryStream();
        var exit = await RunAsync(command, async (git, token) =>
        {
            git.Input.Dispose();
            var buffer = new byte[16 << 10];
            for (int read; (read = await git.Output.ReadAsync(buffer, token)) > 0;)
            {
                if (output.Length + read > maxOutput)
                    throw new RepositoryException(FaultKind.TooLarge, $"{command.Name} printed more than {maxOutput} bytes");
                output.Write(buffer, 0, read);
            }
        }, ct);
        return (exit, output.ToArray());
    }

    /// <summary>Runs a command. Throws <see cref="RepositoryException"/> when it can't be started or does not end in time.</summary>
    /// <param name="talk">Speaks with it; when that returns or throws, the command's input and output end.</param>
    public async Task<GitExit> RunAsync(GitCommand command, Func<ProcessGroup, CancellationToken, Task> talk, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, _ended.Token, late.Token);
        var entered = 0;
        IDisposable? place = null;
        try
        {
            if (command.Host is { } host)
                place = await _hosts.EnterAsync(host, limit.Token);
            if (command.Passage is not null)
                await _remote.WaitAsync(limit.Token);
            entered = 1;
            await _processes.WaitAsync(limit.Token);
            entered = 2;
            // Starting copies the page tables of nothing but still takes a millisecond: not on an I/O thread.
            return await Task.Run(() => RunNowAsync(command, talk, limit.Token), CancellationToken.None);
        }
        catch (Exception e) when (late.IsCancellationRequested && !ct.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            throw new RepositoryException(FaultKind.Timeout, entered == 2
                ? $"{command.Name} did not end within {Seconds()} (go.git.timeout)"
                : $"{command.Name} had to wait longer than {Seconds()} (go.git.timeout) for others: go.git.processes is {_options.Processes}", inner: e);
        }
        catch (Exception e) when (limit.IsCancellationRequested && e is IOException)
        {
            // The pipe broke because we killed the other end.
            throw new OperationCanceledException(e.Message, e, ct.IsCancellationRequested ? ct : _ended.Token);
        }
        finally
        {
            if (entered == 2)
                _processes.Release();
            if (entered >= 1 && command.Passage is not null)
                _remote.Release();
            place?.Dispose();
        }

        string Seconds() => string.Create(CultureInfo.InvariantCulture, $"{_options.Timeout.TotalSeconds} s");
    }

    /// <summary>Ends all commands and whatever they started.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        // Not disposed: commands that are being ended still release them.
    }

    private async Task<GitExit> RunNowAsync(GitCommand command, Func<ProcessGroup, CancellationToken, Task> talk, CancellationToken ct)
    {
        await using var git = Start(command);
        await using var killed = ct.Register(git.Kill);
        var error = ReadEndAsync(git.Error, ct);
        await talk(git, ct);
        // What it would still say or hear, nobody waits for.
        git.Input.Dispose();
        git.Output.Dispose();
        var text = await error;
        var code = await git.EndAsync().WaitAsync(ct);
        ct.ThrowIfCancellationRequested();
        if (command.Passage is { } passage && passage.Url.Length > 0)
            text = text.Replace(passage.Url, "the remote", StringComparison.Ordinal);
        return new(code, text);
    }

    private ProcessGroup Start(GitCommand command)
    {
        if (_program is null)
            throw new RepositoryException(FaultKind.Down, $"no git at {_options.Command}: install git, or name it with go.git.command");
        try
        {
            return ProcessGroup.Start(_program, command.Arguments, command.Environment(_home, _path), _home);
        }
        catch (IOException e)
        {
            throw new RepositoryException(FaultKind.Down, $"can't start {e.Message}", inner: e);
        }
    }

    private static async Task<string> ReadEndAsync(Stream error, CancellationToken ct)
    {
        var kept = new byte[2 * MaxError];
        var length = 0;
        for (int read; (read = await error.ReadAsync(kept.AsMemory(length), ct)) > 0;)
        {
            length += read;
            if (length <= kept.Length - 1)
                continue;
            kept.AsSpan(length - MaxError, MaxError).CopyTo(kept);
            length = MaxError;
        }
        var from = Math.Max(0, length - MaxError);
        return string.Join('\n', Encoding.UTF8.GetString(kept, from, length - from).Split('\n', '\r')
            .Select(line => Secrets.OneLine(line, MaxError)).Where(line => line.Length > 0));
    }

    private static string? FindOrNull(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
            return File.Exists(command) ? Path.GetFullPath(command) : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Where(Path.IsPathRooted).Select(f => Path.Combine(f, command)).FirstOrDefault(File.Exists);
    }
}
