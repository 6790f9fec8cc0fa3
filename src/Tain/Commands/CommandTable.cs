namespace Tain.Commands;

/// <summary>A flag of one command, beside the settings.</summary>
/// <param name="Value">What its value is called; null for a switch.</param>
internal sealed record CommandFlag(string Name, string? Value, string Doc)
{
    /// <summary>Whether it may be given more than once.</summary>
    public bool IsRepeated { get; init; }
}

/// <summary>The word that a command is about.</summary>
/// <param name="Remedy">What to write where it is missing, or is one too many.</param>
internal sealed record CommandArgument(string Name, string Doc, string Remedy, bool IsOptional = false);

/// <param name="HasSettings">Whether it takes the settings of the server.</param>
internal sealed record CommandSpec(string Name, bool HasSettings, string Doc)
{
    public CommandArgument? Argument { get; init; }

    public IReadOnlyList<CommandFlag> Flags { get; init; } = [];
}

/// <summary>The commands and what they take; settings are in Config/Settings.cs.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandSpec> All { get; } =
    [
        new("serve", true, "Serve the mirror until SIGTERM or SIGINT, then finish what is in flight."),
        new("doctor", false, "Find what is wrong between this machine's tools, this repository and their mirrors, say why, and put it right. Exits with 0 when nothing worse than a note was found (--fail-on), 1 when something was, 2 when the command line or .tain-doctor.yaml is wrong.")
        {
            Argument = new("DIR", "The folder to examine. Default: the repository that the current folder is in, else the current folder.", "name one folder", IsOptional: true),
            Flags =
            [
                new("--fix", null, "Write the settings that put it right: shown as a diff first, a copy of each file kept in ~/.local/state/tain/doctor. It asks before it writes."),
                new("--dry-run", null, "Show the diff of --fix, write nothing."),
                new("--yes", null, "With --fix: write without asking; needed where there is no terminal."),
                new("--offline", null, "Ask no mirror anything."),
                new("--deadline", "DURATION", "All questions to mirrors together take no longer. Default: 5s. Allowed: 100ms to 5m."),
                new("--ci", null, "For pipelines: plain lines, no questions, and annotations where GitHub Actions runs it."),
                new("--fail-on", "SEVERITY", "The least severity that makes the exit code 1: note, warning, error or never. Default: warning."),
                new("--json", null, "Print one JSON object."),
                new("--sarif", null, "Print SARIF 2.1.0, for code scanning."),
                new("--lang", "LANGUAGE", "en or zh. Default: by LC_ALL, LC_MESSAGES or LANG."),
                new("--ignore", "ID", "Pass over this check, or several joined by commas; may be repeated. In the repository: ignore: in .tain-doctor.yaml, or a comment tain:ignore ID on the line or the one above.") { IsRepeated = true },
                new("--list", null, "Print all checks."),
                new("--explain", "ID", "Print a check's story, symptom, cause and remedy."),
            ],
        },
        new("config", true, "Print the effective configuration, each value with its origin, or all that is wrong with it.")
        {
            Flags = [new("--json", null, "Print JSON instead of YAML.")],
        },
        new("audit-log", true, "Walk a whole checksum database, check every record, tile and proof, and hold every head that is known of it against the others. Exits with 0 when the log is sound, 1 when it is not or could not be read.")
        {
            Argument = new("DATABASE", "The checksum database, as GOSUMDB names it: sum.golang.org, or NAME+KEY, or \"NAME+KEY URL\" as one word.",
                "name the database, such as sum.golang.org, NAME+KEY, or \"NAME+KEY URL\" in quotes"),
            Flags =
            [
                new("--upstream", "URL", "Walk it at this address, such as a mirror's https://tain.corp.example/go/sumdb/sum.golang.org, and hold the database's own head against it."),
                new("--json", null, "Print one JSON object."),
            ],
        },
        new("verify", true, "Look at all that is stored, every byte of it: exits with 0 when it is sound, else 1.")
        {
            Flags =
            [
                new("--repair", null, "Do not only look: put what is wrong in quarantine, fetch it again with the same identity, and have proved what has no proof. Needs the data folder for itself, while to look runs beside a server and changes nothing. A running server does the same by itself (scrub.rate)."),
                new("--json", null, "Print one JSON object instead of a line a finding."),
            ],
        },
        new("version", false, "Print the version."),
    ];

    public static CommandSpec? FindOrNull(string? name) => All.FirstOrDefault(c => c.Name == name);
}
