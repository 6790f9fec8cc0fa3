using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Go;

/// <summary>The go command's settings on this machine, each with its origin (cmd/go/internal/cfg): the environment, then the file that
/// <c>go env -w</c> writes, then GOROOT's go.env, then its defaults.</summary>
internal sealed class GoEnvironment
{
    private readonly Dictionary<string, Assignment> _effective = new(StringComparer.Ordinal);

    private GoEnvironment(TextFile? envFile, string? goRoot)
    {
        EnvFile = envFile;
        GoRoot = goRoot;
    }

    /// <summary>The file of <c>go env -w</c>, empty when there is none yet; null when GOENV=off.</summary>
    public TextFile? EnvFile { get; }

    /// <summary>Where the go command on the PATH is installed; null when there is none.</summary>
    public string? GoRoot { get; }

    /// <summary>What a variable of the environment hides in the file of <c>go env -w</c>, or would in a shell that has read its profile.</summary>
    public List<(Assignment Hidden, Assignment By, bool IsInEffect)> Hidden { get; } = [];

    /// <summary>Lines of that file which look as if they said something: what they give is nobody's setting yet.</summary>
    public IReadOnlyList<BrokenLine> BrokenLines { get; private init; } = [];

    /// <summary>Such as 1.24.4; null when there is no go command, or its version file can't be read.</summary>
    public string? GoVersion { get; private init; }

    public TextFile? VersionFile { get; private init; }

    public static GoEnvironment Read(Machine machine, FileReader files)
    {
        var goRoot = machine.VariableOrNull("GOROOT") ?? FindGoRootOrNull(machine);
        var version = goRoot is null ? null : files.ReadOrNull(Path.Join(goRoot, "VERSION"));
        var path = machine.VariableOrNull("GOENV") ?? Path.Join(machine.ConfigFolder, "go/env");
        var envFile = path == "off" ? null : files.ReadOrNew(path);
        var settings = new GoEnvironment(envFile, goRoot)
        {
            BrokenLines = envFile is null ? [] : GoEnvLines.Find(envFile),
            VersionFile = version,
            GoVersion = version is not null && version.Line(1).ToString() is var line && line.StartsWith("go", StringComparison.Ordinal) ? line[2..].Split(' ')[0] : null,
        };
        var shipped = goRoot is null ? null : files.ReadOrNull(Path.Join(goRoot, "go.env"));
        foreach (var name in Checkup.Variables)
        {
            var own = settings.EnvFile is { } file ? OfFile(file, name) : null;
            // Nobody knows yet what a broken line will say; a variable of the environment counts before it all the same.
            var isBroken = own is not null && settings.BrokenLines.Any(b => b.Place.Line == own.Place.Line);
            own = isBroken ? null : own;
            if (machine.VariableOrNull(name) is { } value)
            {
                var variable = OfProfileOrNull(machine, files, name, value) ?? new Assignment(name, value, Place.OfVariable(name));
                settings._effective[name] = variable;
                if (own is not null && own.Value != value)
                    settings.Hidden.Add((own, variable, true));
            }
            else if (own is { Value.Length: > 0 })
            {
                settings._effective[name] = own;
                if (!machine.Environment.ContainsKey(name) && ExportOrNull(machine, files, name, own.Value) is { } export)
                    settings.Hidden.Add((own, export, false));
            }
            else if (!isBroken && shipped is not null && OfFile(shipped, name) is { } builtIn)
                settings._effective[name] = builtIn;
        }
        return settings;
    }

    /// <summary>The value in effect; null when it is the go command's own default.</summary>
    public Assignment? this[string name] => _effective.GetValueOrDefault(name);

    /// <summary>Values that somebody set: not those that came with the go command.</summary>
    public Workplace AsWorkplace() => new(WorkplaceKind.Machine, null, [.. _effective.Values.Where(a => a.Place.File is null || GoRoot is null || !Folders.IsBelow(a.Place.File.Path, GoRoot))], "");

    // Lines of NAME=value, the last one counts (readEnvFile).
    private static Assignment? OfFile(TextFile file, string name)
        => AssignmentScan.Find(file, [name], 0, file.Text.Length, wholeLine: true).LastOrDefault(a => file.Line(a.Place.Line).StartsWith(name + "=", StringComparison.Ordinal));

    /// <summary>The line of a shell's profile that set the variable, if one gives it this very value.</summary>
    private static Assignment? OfProfileOrNull(Machine machine, FileReader files, string name, string value)
        => machine.Profiles().Select(files.ReadOrNull).OfType<TextFile>().Select(f => AssignmentScan.Find(f, [name], 0, f.Text.Length).LastOrDefault(a => a.Value == value)).FirstOrDefault(a => a is not null);

    /// <summary>The line of a profile that gives the shells to come another value; this process was started by none of them.</summary>
    private static Assignment? ExportOrNull(Machine machine, FileReader files, string name, string value)
        => machine.Profiles().Select(files.ReadOrNull).OfType<TextFile>().Select(f => AssignmentScan.Find(f, [name], 0, f.Text.Length).LastOrDefault(a => f.Name == "environment" || f.Line(a.Place.Line).TrimStart().StartsWith("export ")))
            .FirstOrDefault(a => a is { Value.Length: > 0, IsComputed: false } && a.Value != value);

    /// <summary>The go command is looked for, never run: to run it in somebody's repository may fetch a toolchain and run that.</summary>
    private static string? FindGoRootOrNull(Machine machine)
    {
        foreach (var folder in (machine.VariableOrNull("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                var program = new FileInfo(Path.Join(folder, "go"));
                if (!program.Exists)
                    continue;
                // Debian's /usr/bin/go leads to /usr/lib/go-1.24/bin/go, each step perhaps relative.
                var real = program.ResolveLinkTarget(returnFinalTarget: true) ?? program;
                return Path.GetDirectoryName(Path.GetDirectoryName(real.FullName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // Nor could a shell use this folder.
            }
        }
        return null;
    }
}
