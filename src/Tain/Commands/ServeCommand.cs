using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tain.Config;
using Tain.Storage;

namespace Tain.Commands;

/// <summary><c>tain serve</c>: runs until SIGTERM or SIGINT, then finishes what is in flight.</summary>
internal static class ServeCommand
{
    /// <returns>0 after a graceful stop, 1 when it can't start.</returns>
    public static async Task<int> RunAsync(TainOptions options, CancellationToken ct)
    {
        // Names of private modules are in the data folder: what is made there is not for others.
        Posix.Umask(0b000_010_111);
        TainServer server;
        try
        {
            server = new TainServer(options, steps: Steps);
        }
        catch (Exception e) when (e is StorageException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync("tain: " + e.Message);
            return ExitCode.Failed;
        }
        await using (server)
        {
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Asked);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Asked);
            using var cancelled = ct.Register(() => stop.TrySetResult());
            try
            {
                await server.StartAsync(ct);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                await Console.Error.WriteLineAsync($"tain: can't listen on {options.Listen}: {e.Message.TrimEnd('.')}. Choose another with --listen.");
                return ExitCode.Failed;
            }
            await Console.Error.WriteLineAsync($"tain: serving Go modules: GOPROXY={server.PublicUrl}/go; data in {Path.GetFullPath(options.Data)}; upstream {options.Go.Upstream}");
            await stop.Task;
            await server.StopAsync();
            return ExitCode.Ok;

            void Asked(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.TrySetResult();
            }
        }
    }

    /// <summary>Set by the host that the crash tests run instead of the program.</summary>
    internal static WriteSteps? Steps { get; set; }
}
