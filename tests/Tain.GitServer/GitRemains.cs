using System.Diagnostics;

namespace Tain.GitHosting;

/// <summary>What Tain's git commands leave behind when they end badly: processes, locks, half-written files.</summary>
public static class GitRemains
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is there, once a moment was given to what is just ending.</summary>
    /// <param name="data">Tain's data folder.</param>
    public static async Task<string[]> OfAsync(string data, TimeSpan? patience = null)
    {
        var waiting = Stopwatch.StartNew();
        string[] found;
        while ((found = [.. Commands(data).Select(c => $"{c.Id}: {c.Line}"), .. Files(data)]).Length > 0 && waiting.Elapsed < (patience ?? Patience))
            await Task.Delay(20);
        return found;
    }

    /// <summary>The git commands that run now, helpers included: their HOME is Tain's.</summary>
    public static IEnumerable<(int Id, string Line)> Commands(string data)
    {
        var home = $"HOME={Path.GetFullPath(data)}/git/home";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id) || !TextOf(folder, "environ").Split('\0').Contains(home))
                continue;
            yield return (id, TextOf(folder, "cmdline").Replace('\0', ' '));
        }
    }

    private static IEnumerable<string> Files(string data)
    {
        string[] unfinished = ["*.lock", "*.keep", "tmp_*", ".tmp-*", "shallow_*"];
        IEnumerable<string> inGit = Directory.Exists(Path.Combine(data, "git")) ? unfinished.SelectMany(u => In("git", u, SearchOption.AllDirectories)) : [];
        return inGit.Concat(In("git/waste", "*")).Concat(In("partial", "*")).Distinct();

        IEnumerable<string> In(string folder, string pattern, SearchOption depth = SearchOption.TopDirectoryOnly) =>
            Directory.Exists(Path.Combine(data, folder)) ? Directory.EnumerateFileSystemEntries(Path.Combine(data, folder), pattern, depth) : [];
    }

    private static string TextOf(string process, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return "";
        }
    }
}
