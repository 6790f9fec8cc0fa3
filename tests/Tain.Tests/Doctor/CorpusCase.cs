using System.Globalization;
using Tain.Doctor;
using Tain.Doctor.Files;

namespace Tain.Tests.Doctor;

/// <summary>A case of tests/Tain.Tests/Doctor/corpus: a machine and a repository, and what has to be found there and nothing else.
/// A file is a story in <c>#</c> lines, then <c>env: NAME=VALUE</c>, <c>finds: ID PLACE</c> and <c>healthy: ID</c> lines (the pitfall whose
/// healthy twin it is), <c>skips: PATH</c> (what can't be read), then files: <c>-- repo/PATH --</c> (the folder under examination), <c>-- home/PATH --</c>, <c>-- root/PATH --</c>
/// (the system's), <c>-- after/repo/PATH --</c> (what <c>--fix</c> makes of one). <c>$HOME</c>, <c>$REPO</c> and <c>$ROOT</c> stand for the folders,
/// <c>$CR</c> and <c>$BOM</c> for what nobody would see here.</summary>
internal sealed class CorpusCase : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("tain-doctor-").FullName;

    public CorpusCase(string name)
    {
        string? current = null;
        var content = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var line in File.ReadAllText(Path.Combine(Corpus, name)).Split('\n'))
        {
            if (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal))
                content.Add(current = line[3..^3], []);
            else if (current is not null)
                content[current].Add(line);
            else if (line.Split(": ", 2) is [var key, var value] && !line.StartsWith('#'))
                Read(key, Filled(value));
        }
        foreach (var (path, lines) in content)
        {
            // The next header stands on a line of its own: what is before it ends in a newline.
            var text = Filled(string.Join('\n', path == content.Keys.Last() ? lines : [.. lines, ""]));
            var full = Path.Combine(_top, path);
            if (path.StartsWith("after/", StringComparison.Ordinal))
            {
                After.Add(Path.Combine(_top, path["after/".Length..]), text);
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
        foreach (var folder in (string[])["repo", "home", "root"])
            Directory.CreateDirectory(Path.Combine(_top, folder));
    }

    public static string Corpus { get; } = Path.Combine(AppContext.BaseDirectory, "Doctor", "corpus");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Corpus, "*.txt", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Corpus, f)).Order(StringComparer.Ordinal);

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary><c>ID PLACE</c>, as the doctor says them.</summary>
    public List<string> Finds { get; } = [];

    public List<string> Healthy { get; } = [];

    /// <summary>Files that are passed over, as they are shown.</summary>
    public List<string> Skips { get; } = [];

    public Dictionary<string, string> After { get; } = new(StringComparer.Ordinal);

    public string Repo => Path.Combine(_top, "repo");

    public string Home => Path.Combine(_top, "home");

    public Machine Machine => new(Environment, Home, Path.Combine(_top, "root"));

    public FileReader Reader() => new(Repo, Home);

    public Scene Look()
    {
        var files = Reader();
        var problems = new List<string>();
        var team = DoctorFile.Load(Repo, files, problems);
        Assert.Empty(problems);
        return Checkup.Look(Machine, Repo, team, files);
    }

    public static string Line(Finding finding) => string.Create(CultureInfo.InvariantCulture, $"{finding.Pitfall.Id} {finding.Place}");

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private string Filled(string text) => text.Replace("$HOME", Home, StringComparison.Ordinal).Replace("$REPO", Repo, StringComparison.Ordinal).Replace("$ROOT", Path.Combine(_top, "root"), StringComparison.Ordinal)
        .Replace("$CR", "\r", StringComparison.Ordinal).Replace("$BOM", "\ufeff", StringComparison.Ordinal);

    private void Read(string key, string value)
    {
        switch (key)
        {
            case "env":
                Environment[value.Split('=', 2)[0]] = value.Split('=', 2)[1];
                break;
            case "finds":
                Finds.Add(value);
                break;
            case "healthy":
                Healthy.Add(value);
                break;
            case "skips":
                Skips.Add(value);
                break;
            default:
                throw new InvalidDataException($"{key} is no line of a corpus case");
        }
    }
}
