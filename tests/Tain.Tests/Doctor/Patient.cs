using System.Net;
using Tain.Doctor;

namespace Tain.Tests.Doctor;

/// <summary>A machine and a repository for the doctor, in folders of their own.</summary>
internal sealed class Patient : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("tain-patient-").FullName;

    public Patient()
    {
        foreach (var folder in (string[])["repo", "home", "root"])
            Directory.CreateDirectory(Path.Combine(_top, folder));
    }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string Repo => Path.Combine(_top, "repo");

    public string Home => Path.Combine(_top, "home");

    /// <summary>Names that lead to this machine; others do not exist.</summary>
    public HashSet<string> Hosts { get; } = new(StringComparer.Ordinal);

    public Machine Machine => new(Environment, Home, Path.Combine(_top, "root"))
    {
        Resolve = (host, _) => Hosts.Contains(host) ? Task.FromResult<IPAddress[]>([IPAddress.Loopback]) : throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound),
    };

    public Patient Write(string path, string text)
    {
        var full = Path.Combine(_top, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    /// <param name="team">What the team's file says; null for nothing, whatever is in the folder.</param>
    public Scene Look(DoctorFile? team = null) => Checkup.Look(Machine, Repo, team ?? new(), new(Repo, Home));

    public Consultation Consultation(params string[] ignore) => new(Machine, Repo, ignore, TimeProvider.System);

    /// <param name="seconds">The probes' deadline; 0 for none.</param>
    public async Task<Diagnosis> ExamineAsync(double seconds = 20)
    {
        var problems = new List<string>();
        var diagnosis = await Consultation().RunAsync(TimeSpan.FromSeconds(seconds), problems, TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        return diagnosis;
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);
}
