using System.Globalization;
using Spectre.Console;
using Tain.Mirror;

namespace Tain.Commands;

/// <summary>How far an examination is: a bar on a terminal, else a line on standard error now and then.</summary>
/// <param name="bar">The terminal; null for none.</param>
/// <param name="ownsLines">Lines go to the same terminal as the bar, above it.</param>
internal sealed class VerifyProgress(IAnsiConsole? bar, bool ownsLines)
{
    /// <summary>How often a line is printed where there is no terminal. 10 s.</summary>
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(200);

    public static VerifyProgress For(bool json)
    {
        if (!json && !Console.IsOutputRedirected)
            return new(On(Console.Out), ownsLines: true);
        return new(Console.IsErrorRedirected ? null : On(Console.Error), ownsLines: false);

        static IAnsiConsole On(TextWriter to) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(to) });
    }

    /// <summary>A line of the result.</summary>
    public void WriteLine(string line)
    {
        if (ownsLines)
            bar!.WriteLine(line);
        else
            Console.Out.WriteLine(line);
    }

    /// <summary>Shows how far <paramref name="running"/> is until it ends, and lets its failure pass.</summary>
    public async Task ShowAsync(ExaminationProgress progress, Task running)
    {
        if (bar is null)
        {
            while (await Task.WhenAny(running, Task.Delay(LineEvery)) != running)
                Console.Error.WriteLine("tain: " + Words(progress));
        }
        else
        {
            await bar.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async context =>
            {
                var task = context.AddTask("looking");
                do
                {
                    task.Description = Markup.Escape(Words(progress));
                    // An artifact without bytes is looked at too.
                    task.MaxValue = Math.Max(progress.AllBytes + progress.AllArtifacts, 1);
                    task.Value = progress.Bytes + progress.Artifacts;
                    task.IsIndeterminate = progress.AllArtifacts == 0;
                }
                while (await Task.WhenAny(running, Task.Delay(RedrawEvery)) != running);
            });
        }
        await running;
    }

    private static string Words(ExaminationProgress p) => p.AllArtifacts == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{p.Stage}{(p.Documents > 0 ? $", {p.Documents:N0} documents" : "")}")
        : string.Create(CultureInfo.InvariantCulture, $"{p.Stage}: {p.Artifacts:N0} of {p.AllArtifacts:N0}, {Bytes(p.Bytes)} of {Bytes(p.AllBytes)}");

    /// <summary>As people read it: three digits or four, and a unit of 1024.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < units.Length - 1)
            (value, unit) = (value / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture)} {units[unit]}");
    }
}
