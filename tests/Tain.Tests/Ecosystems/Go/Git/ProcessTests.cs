using System.Diagnostics;
using System.Globalization;
using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Commands that hang, fail to start or leave children: what is seen in /proc afterwards.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("deadline")]
    [InlineData("cancelled")]
    [InlineData("stopped")]
    public async Task A_command_that_hangs_ends_with_its_children(string how)
    {
        var started = new TaskCompletionSource<ProcessGroup>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new GitOptions { Command = Script("sleep 1000 & sh -c 'sleep 1000 & sleep 1000' & echo started; wait"), Timeout = how == "deadline" ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1) };
        using var git = new GitProgram(options, Path.Combine(_rig.Folder, "home"), TimeProvider.System);
        using var cancelled = new CancellationTokenSource();

        var running = git.RunAsync(new(["hang"]), async (process, token) =>
        {
            using var reader = new StreamReader(process.Output, leaveOpen: true);
            Assert.Equal("started", await reader.ReadLineAsync(token));
            started.SetResult(process);
            await reader.ReadToEndAsync(token);
        }, cancelled.Token);
        var group = (await started.Task).Id;
        Assert.NotEmpty(Members(group));
        if (how == "cancelled")
            await cancelled.CancelAsync();
        else if (how == "stopped")
            git.Dispose();

        var failed = await Assert.ThrowsAnyAsync<Exception>(() => running);
        if (how == "deadline")
            Assert.Equal((FaultKind.Timeout, true), (Assert.IsType<RepositoryException>(failed).Fault, failed.Message.Contains("git hang did not end within 1 s (go.git.timeout)", StringComparison.Ordinal)));
        else
            Assert.IsAssignableFrom<OperationCanceledException>(failed);
        Assert.Empty(Members(group));
    }

    [Fact]
    public async Task What_a_command_leaves_running_ends_with_it()
    {
        using var git = new GitProgram(new() { Command = Script("sleep 1000 >/dev/null 2>&1 & echo $$") }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);

        var (exit, output) = await git.ReadAsync(new(["x"]), 100, Ct);

        Assert.True(exit.Succeeded);
        Assert.Empty(Members(int.Parse(System.Text.Encoding.ASCII.GetString(output), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_command_sees_nothing_of_this_process_s_environment_and_no_descriptor_of_it()
    {
        Environment.SetEnvironmentVariable("A_SECRET_OF_THE_SERVER", "hunter2");
        var opened = Path.Combine(_rig.Folder, "opened");
        using var open = File.Create(opened);
        using var git = new GitProgram(new() { Command = Script("env; for f in /proc/$$/fd/*; do echo descriptor ${f##*/} $(readlink $f); done; pwd; grep SigIgn /proc/$$/status") }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);

        var (_, output) = await git.ReadAsync(new(["x"]), 100_000, Ct);

        var lines = System.Text.Encoding.UTF8.GetString(output).Split('\n');
        Assert.DoesNotContain(lines, l => l.Contains("hunter2", StringComparison.Ordinal));
        Assert.Contains("GIT_CONFIG_GLOBAL=/dev/null", lines);
        Assert.Contains("GIT_ALLOW_PROTOCOL=", lines);
        Assert.Contains("HOME=" + Path.Combine(_rig.Folder, "home"), lines);
        Assert.Contains(lines, l => l.StartsWith("descriptor 2 pipe:", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.EndsWith(opened, StringComparison.Ordinal));
        // The runtime ignores SIGPIPE (bit 12); glibc keeps 32 and 33 for itself.
        var ignored = lines.Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        Assert.Equal(0u, (uint)(ulong.Parse(ignored[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x7FFFFFFF));
    }

    [Fact]
    public async Task No_more_commands_run_at_once_than_told()
    {
        using var git = new GitProgram(new() { Command = Script("read x"), Processes = 2 }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);
        var (running, most) = (0, 0);
        var all = Enumerable.Range(0, 8).Select(_ => git.RunAsync(new(["x"]), (process, _) =>
        {
            var now = Interlocked.Increment(ref running);
            int seen;
            while ((seen = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, seen) != seen)
            {
            }
            Interlocked.Decrement(ref running);
            process.Input.Write("x\n"u8);
            return Task.CompletedTask;
        }, Ct)).ToList();

        Assert.All(await Task.WhenAll(all), exit => Assert.True(exit.Succeeded));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task Standard_error_is_kept_to_its_end_and_made_printable()
    {
        using var git = new GitProgram(new() { Command = Script("head -c 1000000 /dev/zero | tr '\\0' x >&2; printf '\\nfatal: no \\033[31mcolours\\007 here\\nhint: x\\n' >&2; exit 3") }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);

        var (exit, _) = await git.ReadAsync(new(["x"]), 100, Ct);

        Assert.Equal(3, exit.Code);
        Assert.InRange(exit.Error.Length, 100, 8 << 10);
        Assert.Equal("fatal: no [31mcolours here", exit.Said);
    }

    [Fact]
    public async Task Output_beyond_its_bound_ends_the_command()
    {
        using var git = new GitProgram(new() { Command = Script("yes") }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);

        Assert.Equal(FaultKind.TooLarge, (await Assert.ThrowsAsync<RepositoryException>(() => git.ReadAsync(new(["x"]), 100_000, Ct))).Fault);
    }

    [Theory]
    [InlineData("no-such-git")]
    [InlineData("/no/such/git")]
    public async Task Without_git_the_remedy_is_told(string command)
    {
        using var git = new GitProgram(new() { Command = command }, Path.Combine(_rig.Folder, "home"), TimeProvider.System);

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => git.ReadAsync(new(["x"]), 100, Ct));

        Assert.Equal(FaultKind.Down, failed.Fault);
        Assert.Contains("install git, or name it with go.git.command", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_way_is_what_is_told_and_its_URL_never()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        _rig.Way = _ => new FilePassage("file:///no/such/s3cret");
        var plain = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.RefsAsync(TimeSpan.Zero, Ct));
        Assert.Equal(FaultKind.Unreachable, plain.Fault);
        Assert.DoesNotContain("file:///no/such/s3cret", plain.Message, StringComparison.Ordinal);
        Assert.Contains("https://git.example/r", plain.Message, StringComparison.Ordinal);

        _rig.Way = _ => new FilePassage("file:///no/such/repository") { Failure = new(FaultKind.Refused, "401") };
        Assert.Equal(FaultKind.Refused, (await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.RefsAsync(TimeSpan.Zero, Ct))).Fault);
    }

    [Fact]
    public async Task A_protocol_that_the_way_does_not_allow_is_not_spoken()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        _rig.Way = _ => new OtherPassage($"ext::sh -c touch% {_rig.Folder}/owned");

        await Assert.ThrowsAnyAsync<Exception>(() => source.Tain.RefsAsync(TimeSpan.Zero, Ct));

        Assert.False(File.Exists(Path.Combine(_rig.Folder, "owned")));
    }

    private sealed class OtherPassage(string url) : GitPassage
    {
        public override string Url => url;

        public override string Protocol => "https";
    }

    private string Script(string body)
    {
        var file = Path.Combine(_rig.Folder, "script-" + Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }

    /// <summary>Processes of a session, zombies too: field 6 of /proc/PID/stat.</summary>
    private static List<string> Members(int session) => [.. Process.GetProcesses().Select(p =>
    {
        using (p)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{p.Id}/stat");
                return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3] == session.ToString(CultureInfo.InvariantCulture) ? stat : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }).OfType<string>()];
}
