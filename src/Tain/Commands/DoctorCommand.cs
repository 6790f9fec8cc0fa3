using Tain.Doctor;
using Tain.Doctor.Fixes;
using Tain.Doctor.Reports;

namespace Tain.Commands;

/// <summary><c>tain doctor [DIR]</c>: finds what is wrong between tools and mirrors, and puts it right.</summary>
internal static class DoctorCommand
{
    /// <returns>0 when nothing as bad as <c>--fail-on</c> was found (after the fix, if there was one), 1 when something was, 2 when the command line or .tain-doctor.yaml is wrong.</returns>
    public static async Task<int> RunAsync(CommandLine line)
    {
        var machine = Machine.Current();
        var options = DoctorOptions.Read(line, machine, out var problems);
        if (problems.Count > 0)
            return CommandLine.Report("the command line", problems);
        if (line.Has("--list"))
        {
            Console.Out.Write(PitfallText.List(options.Style.Language));
            return ExitCode.Ok;
        }
        if (line.ValueOrNull("--explain") is { } id)
        {
            Console.Out.Write(PitfallText.Explain(id, options.Style.Language));
            return ExitCode.Ok;
        }

        var consultation = new Consultation(machine, options.Folder, options.Ignore, TimeProvider.System);
        var isReport = options.Format is ReportFormat.Text;
        try
        {
            var diagnosis = await consultation.RunAsync(options.Deadline, problems, CancellationToken.None);
            if (problems.Count > 0)
                return CommandLine.Report("the doctor's file", problems);
            if (options.Fix && isReport)
            {
                Console.Out.Write(ReportText.Write(diagnosis, options.Style));
                if (!MendingTalk.Run(diagnosis.Plan, options.Style.Language, machine.CopiesFolder, options.DryRun, options.Asks, Console.In, Console.Out, TimeProvider.System))
                    return ExitCode.Failed;
                if (options.DryRun)
                    return Code(diagnosis, options);
                var mended = NewShell.Of(machine, diagnosis.Plan, options.Style.Language, out var note);
                if (note is not null)
                    Console.Out.WriteLine(note);
                diagnosis = await new Consultation(mended, options.Folder, options.Ignore, TimeProvider.System).RunAsync(options.Deadline, problems, CancellationToken.None);
                Console.Out.WriteLine(ReportText.Summary(diagnosis, options.Style.Language));
                return Code(diagnosis, options);
            }
            Console.Out.Write(options.Format switch
            {
                ReportFormat.Json => ReportJson.Write(diagnosis, options.Style.Language),
                ReportFormat.Sarif => ReportSarif.Write(diagnosis, options.Style.Language),
                _ => ReportText.Write(diagnosis, options.Style),
            });
            return Code(diagnosis, options);
        }
        catch (IOException e)
        {
            // The report's reader went away, or its disk is full.
            await Console.Error.WriteLineAsync("tain: " + e.Message);
            return ExitCode.Failed;
        }
    }

    private static int Code(Diagnosis diagnosis, DoctorOptions options)
        => options.FailOn is { } least && diagnosis.Worst >= least ? ExitCode.Failed : ExitCode.Ok;
}
