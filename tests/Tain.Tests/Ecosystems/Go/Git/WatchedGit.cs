using System.Diagnostics;
using System.Globalization;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>The real git behind a script that writes down how it was called.</summary>
internal sealed class WatchedGit : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tain-watched-").FullName;

    /// <param name="instead">What runs in git's place; <c>$@</c> are its arguments.</param>
    public WatchedGit(string instead = "exec git \"$@\"")
    {
        Directory.CreateDirectory(Runs);
        Command = Path.Combine(_folder, "git");
        // Its own folder ends PATH: "git" is the system's.
        File.WriteAllText(Command, $"#!/bin/sh\n{{ echo \"id $$\"; for a in \"$@\"; do printf 'argument %s\\n' \"$a\"; done; env | sed 's/^/variable /'; }} >\"$(mktemp '{Runs}/XXXXXXXX')\"\n{instead}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>For <c>go.git.command</c>.</summary>
    public string Command { get; }

    /// <summary>Of all runs so far.</summary>
    public IReadOnlyList<string> Arguments => Lines("argument ");

    /// <summary>NAME=VALUE, of all runs so far.</summary>
    public IReadOnlyList<string> Variables => Lines("variable ");

    /// <summary>Process ids, which are those of their sessions.</summary>
    public IReadOnlyList<int> Ids => [.. Lines("id ").Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    private string Runs => Path.Combine(_folder, "runs");

    /// <summary>Processes of the sessions that git began, zombies too (athens#1155).</summary>
    public List<string> Left()
    {
        var sessions = Ids.ToHashSet();
        return [.. Process.GetProcesses().Select(p =>
        {
            using (p)
            {
                try
                {
                    // Fields 3 (state) and 6 (session) of proc(5).
                    var stat = File.ReadAllText($"/proc/{p.Id}/stat");
                    return sessions.Contains(int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], CultureInfo.InvariantCulture)) ? stat : null;
                }
                catch (IOException)
                {
                    return null;
                }
            }
        }).OfType<string>()];
    }

    /// <summary>Waits until none is left.</summary>
    public async Task NoneIsLeftAsync(TimeSpan within)
    {
        var began = Stopwatch.StartNew();
        while (Left() is { Count: > 0 } left)
        {
            Assert.True(began.Elapsed < within, $"still there: {string.Join(", ", left)}");
            await Task.Delay(20);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private List<string> Lines(string kind) =>
        [.. Directory.GetFiles(Runs).SelectMany(File.ReadLines).Where(l => l.StartsWith(kind, StringComparison.Ordinal)).Select(l => l[kind.Length..])];
}
