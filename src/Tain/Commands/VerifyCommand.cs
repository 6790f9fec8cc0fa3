using System.Runtime.InteropServices;
using Tain.Config;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;

namespace Tain.Commands;

/// <summary><c>tain verify</c>: looks at all that is stored. Findings on standard output, one line each or one JSON object; how far it is on the terminal, if there is one.</summary>
internal static class VerifyCommand
{
    /// <returns>0 when all is sound (after the repair, if there was one), 1 when it is not or could not be looked at.</returns>
    public static async Task<int> RunAsync(TainOptions options, bool repair, bool json, CancellationToken ct)
    {
        Posix.Umask(0b000_010_111);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Asked);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Asked);
        var progress = VerifyProgress.For(json);
        using var output = new VerifyOutput(json, repair, Path.GetFullPath(options.Data), progress);
        try
        {
            // What the parts log of a repair is in its findings.
            await using var verifier = repair ? TainVerifier.OpenToRepair(options, new LogWriter(Stream.Null, json: true, TimeProvider.System), ServeCommand.Steps) : TainVerifier.OpenToRead(options);
            var run = new ExaminationRun { Repair = repair, Found = output.AddAsync };
            await progress.ShowAsync(run.Progress, verifier.Examination.RunAsync(run, stop.Token));
            output.End(run.Progress, error: null);
            return run.Progress.Left == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (StoreInUseException e)
        {
            output.End(null, $"{e.Folder} is in use by a running tain (process {e.Process}), which looks at all of it and repairs it by itself (scrub.rate, scrub.interval). "
                + "Stop it to repair now, or run tain verify without --repair beside it.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            output.End(null, "interrupted before all was looked at");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            output.End(null, e.Message);
        }
        return ExitCode.Failed;

        void Asked(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
