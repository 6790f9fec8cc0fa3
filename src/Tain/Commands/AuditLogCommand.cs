using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Tain.Config;
using Tain.Ecosystems.Go.SumDb;
using Tain.Ecosystems.Go.SumDb.Audit;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Commands;

/// <summary><c>tain audit-log DATABASE [--upstream URL]</c>: walks a whole checksum database.</summary>
internal static class AuditLogCommand
{
    /// <returns>0 when the log is sound, 1 when it is not or could not be read, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(CommandLine line)
    {
        UpstreamSource? mirror = null;
        var problems = new List<string>(line.Problems);
        SumDbOptions? database = null;
        if (line.Argument is { } name && !SumDbOptions.TryParse(name, out database, out var error))
            problems.Add($"DATABASE: '{ConfigText.Shown(ConfigText.Mask(name))}' {error}");
        if (line.ValueOrNull("--upstream") is { } url && !TryAddress(url, out mirror, out error))
            problems.Add($"--upstream: '{ConfigText.Shown(ConfigText.Mask(url))}' {error}: write the address of a mirror's copy of the database, such as https://tain.corp.example/go/sumdb/sum.golang.org");
        if (problems.Count > 0)
            return CommandLine.Report("the command line", problems);
        return await line.WithOptionsAsync((options, ct) => RunAsync(options, database!, mirror, line.Json, Console.Out, ct));
    }

    private static bool TryAddress(string text, [NotNullWhen(true)] out UpstreamSource? source, [NotNullWhen(false)] out string? error)
    {
        source = null;
        if (!SourceChain.TryParse(text, out var chain, out error))
            return false;
        if (chain.Links is [{ Source: { } one }])
            source = one;
        else
            error = "is not one URL";
        return source is not null;
    }

    internal static async Task<int> RunAsync(TainOptions options, SumDbOptions database, UpstreamSource? mirror, bool json, TextWriter output, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Asked);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Asked);
        try
        {
            using var kept = StoredLogs.OpenOrNull(options.Data);
            if (kept is null)
                await Console.Error.WriteLineAsync($"tain: no heads are kept in {Path.GetFullPath(options.Data)} (--data), so none of a mirror's are compared");
            using var client = new UpstreamClient(options.Upstream, new SourceHealth(TimeProvider.System), TimeProvider.System);
            var audit = new LogAudit(database, mirror, client, kept, TimeProvider.System);
            var report = await Progress.ShowAsync(database.Name, "records", progress => audit.RunAsync(progress.Tell, stop.Token));
            await output.WriteAsync(json ? AuditText.ToJson(report) : AuditText.ToText(report, kept is null ? null : Path.GetFullPath(options.Data)));
            return report.Verdict is AuditVerdict.Sound ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("tain: interrupted before all of the log was read: nothing is known of it");
        }
        catch (Exception e) when (e is StorageException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync("tain: " + e.Message);
        }
        catch (OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync("tain: there is not enough memory for a log of this size: 512 MiB are needed for fifty million records");
        }
        return ExitCode.Failed;

        void Asked(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
