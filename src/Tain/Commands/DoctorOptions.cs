using Tain.Config;
using Tain.Doctor;
using Tain.Doctor.Files;
using Tain.Doctor.Reports;

namespace Tain.Commands;

internal enum ReportFormat { Text, Json, Sarif }

/// <summary>What <c>tain doctor</c> was asked for.</summary>
internal sealed record DoctorOptions
{
    /// <summary>All questions to mirrors together take no longer. 5 s.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Flags whose output is no conversation.</summary>
    private static readonly string[] ForPrograms = ["--json", "--sarif", "--ci"];

    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    public required ReportStyle Style { get; init; }

    public ReportFormat Format { get; init; }

    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Zero with <c>--offline</c>.</summary>
    public TimeSpan Deadline { get; init; } = DefaultDeadline;

    /// <summary>The least severity that makes the exit code 1; null for <c>--fail-on never</c>.</summary>
    public Severity? FailOn { get; init; } = Severity.Warning;

    public bool Fix { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Whether to ask on the terminal before anything is written.</summary>
    public bool Asks { get; init; }

    /// <param name="problems">Gets all that is wrong with the line, each with its remedy.</param>
    public static DoctorOptions Read(CommandLine line, Machine machine, out List<string> problems)
    {
        problems = [.. line.Problems];
        // An empty word is a variable that was not set: to examine another folder instead would be a guess.
        var folder = line.Argument is "" ? "" : Path.GetFullPath(line.Argument ?? Folders.RepositoryOf(Directory.GetCurrentDirectory()));
        if (!Directory.Exists(folder))
            problems.Add($"DIR: there is no folder '{ConfigText.Shown(folder)}'");
        var deadline = DefaultDeadline;
        if (line.ValueOrNull("--deadline") is { } text && (!Duration.TryParse(text, out deadline) || deadline < TimeSpan.FromMilliseconds(100) || deadline > TimeSpan.FromMinutes(5)))
            problems.Add($"--deadline: '{ConfigText.Shown(text)}' is no duration from 100ms to 5m: write 5s or 500ms");
        Severity? failOn = Severity.Warning;
        if (line.ValueOrNull("--fail-on") is { } least)
        {
            failOn = least switch { "note" => Severity.Note, "warning" => Severity.Warning, "error" => Severity.Error, _ => null };
            if (failOn is null && least != "never")
                problems.Add($"--fail-on: '{ConfigText.Shown(least)}' is none of note, warning, error, never");
        }
        Language? language = line.ValueOrNull("--lang") switch { null => LanguageOf(machine), "en" => Language.English, "zh" => Language.Chinese, _ => null };
        if (language is null)
            problems.Add($"--lang: '{ConfigText.Shown(line.ValueOrNull("--lang")!)}' is neither en nor zh");
        // A list in one word, as others take it.
        var ignore = line.Values("--ignore").SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids ? ids : [v]).ToList();
        foreach (var id in ignore.Append(line.ValueOrNull("--explain")).OfType<string>().Where(i => Pitfalls.OrNull(i) is null))
            problems.Add($"'{ConfigText.Shown(id)}' names no check: {(ConfigText.NearestOrNull(id, Pitfalls.All.Select(p => p.Id)) is { } near ? $"did you mean {near}?" : "tain doctor --list prints them")}");
        if (line.Json && line.Has("--sarif"))
            problems.Add("--json and --sarif: take one");
        var isFix = line.Has("--fix") || line.Has("--dry-run");
        var forPrograms = ForPrograms.Where(line.Has).ToList();
        if (isFix && forPrograms.Count > 0)
            problems.Add($"{(line.Has("--fix") ? "--fix" : "--dry-run")}: shows a diff for people: run it without {string.Join(" and ", forPrograms)}");
        if (!isFix && line.Has("--yes"))
            problems.Add("--yes: is for --fix: add it");

        var isAnybodyThere = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        if (line.Has("--fix") && !line.Has("--yes") && !line.Has("--dry-run") && !isAnybodyThere && forPrograms.Count == 0)
            problems.Add("--fix: nobody can be asked here: add --yes, or --dry-run to see the diff");

        var isCi = line.Has("--ci");
        return new()
        {
            Folder = folder,
            Format = line.Json ? ReportFormat.Json : line.Has("--sarif") ? ReportFormat.Sarif : ReportFormat.Text,
            Ignore = ignore,
            Deadline = line.Has("--offline") ? TimeSpan.Zero : deadline,
            FailOn = failOn,
            Fix = isFix,
            DryRun = line.Has("--dry-run"),
            Asks = !line.Has("--yes") && isAnybodyThere,
            Style = new(language ?? Language.English,
                HasColor: !isCi && !Console.IsOutputRedirected && machine.VariableOrNull("NO_COLOR") is null && machine.VariableOrNull("TERM") is not (null or "dumb"),
                HasAnnotations: isCi && machine.VariableOrNull("GITHUB_ACTIONS") == "true"),
        };
    }

    /// <summary>As gettext has it: the first of these that is set decides.</summary>
    private static Language LanguageOf(Machine machine)
        => (machine.VariableOrNull("LC_ALL") ?? machine.VariableOrNull("LC_MESSAGES") ?? machine.VariableOrNull("LANG") ?? "").StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Language.Chinese : Language.English;
}
