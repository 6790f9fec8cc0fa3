using Tain.Tests.Doctor;

namespace Tain.Clients;

/// <summary>
/// The machine of a corpus case in a <see cref="LittleInternet"/>, with the real go command and the published <c>tain doctor</c>. Each command
/// runs in a new shell, as the settings are then: the profile files are sourced, the file of <c>go env -w</c> is read by the go command itself,
/// and what a pipeline, an image or a manifest sets is in the environment, as the tool that reads it would have it.
/// </summary>
internal sealed class DoctorsPatient : IDisposable
{
    private const string Shell = """
        for profile in .profile .bashrc .zshrc; do
            [ ! -f "$HOME/$profile" ] || . "$HOME/$profile"
        done
        # The database's name with a key of ours, wherever it would be the one that everybody has.
        if [ -n "$TEST_GO" ] && [ "$("$TEST_GO" env GOSUMDB)" = sum.golang.org ]; then
            export GOSUMDB="$TEST_SUMDB"
        fi
        exec "$@"
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TempFolder _folder = new();
    private readonly CorpusCase _case;
    private readonly LittleInternet _internet;

    public DoctorsPatient(CorpusCase @case, LittleInternet internet)
    {
        (_case, _internet) = (@case, internet);
        File.WriteAllText(Path.Combine(_folder["module"], "go.mod"), "module app.example/app\n\ngo 1.24\n");
    }

    /// <summary>All files of the machine and the repository, by path.</summary>
    public IReadOnlyDictionary<string, string> Files => ((string[])[_case.Home, _case.Repo]).SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
        .Where(f => !f.Contains("/.config/go/telemetry/", StringComparison.Ordinal)).ToDictionary(f => f, File.ReadAllText, StringComparer.Ordinal);

    /// <summary>Runs the go command with an empty module cache, in another module than the case's own.</summary>
    public async Task<GoResult> GoAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string>(_internet.Environment)
        {
            ["PATH"] = $"{Path.GetDirectoryName(Repository.Go)}:/usr/bin:/bin",
            ["GOPATH"] = _folder["gopath"],
            ["GOMODCACHE"] = _folder["modcache"],
            ["GOCACHE"] = Directory.CreateDirectory(Path.Combine(Repository.Kept, "gocache")).FullName,
            ["GOTMPDIR"] = _folder["tmp"],
            ["GOTOOLCHAIN"] = "local",
            ["GOTELEMETRY"] = "off",
            ["CGO_ENABLED"] = "0",
            ["TEST_GO"] = Repository.Go,
            ["TEST_SUMDB"] = _internet.GoSumDb,
        };
        foreach (var (name, value) in ScopeSettings())
            environment[name] = value;
        var result = await RunAsync(["go", .. arguments], _folder["module"], environment);
        Directory.Delete(_folder["modcache"], recursive: true);
        // What the database said is kept here, and would not be asked for again.
        Directory.Delete(_folder["gopath"], recursive: true);
        return result;
    }

    /// <summary>Runs <c>tain doctor</c> in the repository, where there is no go command.</summary>
    public Task<GoResult> DoctorAsync(params string[] arguments) =>
        RunAsync([Repository.Tain, "doctor", .. arguments], _case.Repo, new Dictionary<string, string> { ["PATH"] = _folder["empty"] });

    public void Dispose() => _folder.Dispose();

    private async Task<GoResult> RunAsync(string[] command, string folder, Dictionary<string, string> environment)
    {
        environment["HOME"] = _case.Home;
        foreach (var (name, value) in _case.Environment)
            environment.TryAdd(name, value);
        await using var process = ChildProcess.Start("/bin/sh", ["-c", Shell, "sh", .. command], folder, environment);
        return new(string.Join(' ', command), await process.WaitAsync(Limit), process.Output);
    }

    /// <summary>What the repository's file under test sets, read by the doctor's own reader.</summary>
    private Dictionary<string, string> ScopeSettings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assignment in _case.Look().Workplaces.Where(s => s.File is { } file && _case.After.ContainsKey(file.Path)).SelectMany(s => s.Assignments))
            settings[assignment.Name] = assignment.Value;
        return settings;
    }
}
