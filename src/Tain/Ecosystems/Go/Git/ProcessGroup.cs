using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Tain.Ecosystems.Go.Git;

/// <summary>A program and all that it starts, in a session of their own, so that they end together. Not <see cref="System.Diagnostics.Process"/>, which can
/// neither make a session nor wait for a child's children: git's helpers would outlive it, or stay as zombies where this process is a container's first.</summary>
internal sealed partial class ProcessGroup : IAsyncDisposable
{
    /// <summary>How long a killed group may take to be gone. It takes longer only while the kernel holds a process in a read or write of a dead disk.</summary>
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly int _id;
    private Task<int>? _end;
    private bool _ended;

    private ProcessGroup(int id, Stream input, Stream output, Stream error) => (_id, Input, Output, Error) = (id, input, output, error);

    // Whatever loses its parent in a group becomes our child, so that it can be waited for.
    static ProcessGroup() => _ = Prctl(SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>The id of the program, of its group and of its session.</summary>
    public int Id => _id;

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    /// <summary>Starts a program with exactly this environment, in this folder. Throws <see cref="IOException"/> with errno as its HResult when it can't.</summary>
    public static unsafe ProcessGroup Start(string program, IEnumerable<string> arguments, IEnumerable<string> environment, string folder)
    {
        var input = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var error = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        // glibc and musl need at most 336 bytes for each of these.
        byte* actions = stackalloc byte[512], attributes = stackalloc byte[512], none = stackalloc byte[128], all = stackalloc byte[128];
        Check(InitActions(actions));
        Check(InitAttributes(attributes));
        using var argv = new TextArray([program, .. arguments]);
        using var envp = new TextArray(environment);
        try
        {
            Check(AddDup2(actions, (int)input.ClientSafePipeHandle.DangerousGetHandle(), 0));
            Check(AddDup2(actions, (int)output.ClientSafePipeHandle.DangerousGetHandle(), 1));
            Check(AddDup2(actions, (int)error.ClientSafePipeHandle.DangerousGetHandle(), 2));
            Check(AddChangeFolder(actions, folder));
            // The runtime ignores SIGPIPE, which a child would inherit.
            _ = EmptySet(none);
            _ = FillSet(all);
            Check(SetMask(attributes, none));
            Check(SetDefaults(attributes, all));
            Check(SetFlags(attributes, SpawnDefaults | SpawnMask | SpawnSession));
            var errno = Spawn(out var id, program, actions, attributes, argv.Pointer, envp.Pointer);
            if (errno != 0)
                throw new IOException($"{program}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
            return new(id, input, output, error);
        }
        catch
        {
            input.Dispose();
            output.Dispose();
            error.Dispose();
            throw;
        }
        finally
        {
            input.DisposeLocalCopyOfClientHandle();
            output.DisposeLocalCopyOfClientHandle();
            error.DisposeLocalCopyOfClientHandle();
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }

        static void Check(int errno)
        {
            if (errno != 0)
                throw new IOException($"posix_spawn: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }

    /// <summary>SIGKILL to every process of the group.</summary>
    public void Kill()
    {
        // The gate: once reaped, the number may be another's.
        lock (_gate)
        {
            if (!_ended)
                _ = SignalRaw(-_id, SigKill);
        }
    }

    /// <summary>Waits for the program's end, then kills what it left in its group and waits for that too.</summary>
    /// <returns>The exit code; 128 and the signal's number when a signal ended it.</returns>
    public Task<int> EndAsync()
    {
        lock (_gate)
            return _end ??= Task.Run(Wait);
    }

    /// <summary>Kills what still runs. When it returns, no process is left, save one that the kernel itself can't end.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await ((Task)EndAsync()).WaitAsync(KillGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
    }

    private unsafe int Wait()
    {
        // siginfo_t of 64-bit Linux: si_code at 8, si_status at 24.
        var info = stackalloc int[32];
        // WNOWAIT: as a zombie the program keeps the group's number for us.
        while (WaitId(ById, _id, info, WaitExited | WaitKeep) != 0)
        {
            // ECHILD: SIGCHLD is ignored in this process, so the kernel keeps no exit codes.
            if (Marshal.GetLastPInvokeError() == Interrupted)
                continue;
            lock (_gate)
                _ended = true;
            return NoExitCode;
        }
        var exit = info[2] == CodeExited ? info[6] : 128 + info[6];
        lock (_gate)
        {
            _ = SignalRaw(-_id, SigKill);
            _ended = true;
        }
        while (WaitId(ByGroup, _id, info, WaitExited) == 0 || Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
        return exit;
    }

    private const int NoExitCode = 255;
    private const int SetChildSubreaper = 36, SigKill = 9, Interrupted = 4, CodeExited = 1;
    private const int ById = 1, ByGroup = 2, WaitExited = 4, WaitKeep = 0x1000000;
    private const short SpawnDefaults = 0x04, SpawnMask = 0x08, SpawnSession = 0x80;

    /// <summary>A null-terminated array of null-terminated UTF-8 texts.</summary>
    private readonly unsafe ref struct TextArray
    {
        private readonly int _count;

        public TextArray(IEnumerable<string> texts)
        {
            var all = texts.ToArray();
            _count = all.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                // A null would cut the text short, and with it what was checked.
                if (all[i].Contains('\0'))
                    throw new ArgumentException("a null character in an argument");
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Spawn(out int id, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDup2(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddChangeFolder(byte* actions, string folder);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int EmptySet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int FillSet(byte* signals);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int by, int id, int* info, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SignalRaw(int id, int signal);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);
}
