using System.Globalization;
using Spectre.Console;

namespace Tain.Commands;

/// <summary>How far long work is, on standard error: a bar on a terminal, else a line each ten seconds and one at the end. For any thread.</summary>
internal sealed class Progress
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly string _what;
    private readonly TimeProvider _time;
    private readonly TextWriter? _lines;
    private readonly ProgressTask? _bar;
    private readonly long _began;
    private readonly Lock _lock = new();
    private long _told, _done, _total;

    /// <param name="what">What is counted, such as <c>records</c>.</param>
    internal Progress(string what, TimeProvider time, TextWriter? lines, ProgressTask? bar)
    {
        (_what, _time, _lines, _bar) = (what, time, lines, bar);
        _began = _told = time.GetTimestamp();
    }

    /// <summary>Does the work and shows how far it is.</summary>
    public static async Task<T> ShowAsync<T>(string title, string what, Func<Progress, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            var lines = new Progress(what, TimeProvider.System, Console.Error, null);
            var result = await work(lines);
            lines.End();
            return result;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new(what, TimeProvider.System, null, context.AddTask(Markup.Escape(title), autoStart: true, maxValue: double.MaxValue))));
    }

    /// <summary>So much of it is done.</summary>
    public void Tell(long done, long total)
    {
        if (_bar is not null)
        {
            _bar.MaxValue = total;
            _bar.Value = done;
            return;
        }
        lock (_lock)
        {
            (_done, _total) = (done, total);
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_told, now) < Between)
                return;
            _told = now;
            var elapsed = _time.GetElapsedTime(_began, now);
            var rate = done / elapsed.TotalSeconds;
            var left = TimeSpan.FromSeconds(rate > 0 ? Math.Min((total - done) / rate, TimeSpan.FromDays(30).TotalSeconds) : 0);
            Line(string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} {_what} ({100.0 * done / Math.Max(total, 1):0.0} %), {rate:N0} a second, {Words(left)} to go"));
        }
    }

    private void End()
    {
        if (_total > 0)
            Line(string.Create(CultureInfo.InvariantCulture, $"{_done:N0} of {_total:N0} {_what} in {Words(_time.GetElapsedTime(_began))}"));
    }

    private void Line(string text) => _lines!.WriteLine("tain: " + text);

    /// <summary>A duration as people say it: its two largest units.</summary>
    internal static string Words(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
    };
}
