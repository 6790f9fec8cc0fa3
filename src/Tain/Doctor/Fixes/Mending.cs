using System.Globalization;
using System.Text;
using Tain.Doctor.Files;

namespace Tain.Doctor.Fixes;

/// <summary>A file that a fix changes.</summary>
/// <param name="Before">Its text; null when the fix makes it.</param>
internal sealed record MendedFile(string Path, string Shown, string? Before, string After)
{
    /// <summary>The edits that led there, of all rounds.</summary>
    public IReadOnlyList<Edit> Made { get; init; } = [];

    public string Diff() => DiffText.Of(Before ?? "", After, Shown, Made);
}

/// <summary>Puts findings right, first on paper: what is written is what was shown.</summary>
internal static class Mending
{
    /// <summary>One fix may uncover another (a list whose separators are right shows what it says); no more rounds than this.</summary>
    private const int MaxRounds = 5;

    /// <summary>What the files say when all that can be put right is.</summary>
    /// <param name="found">What was found with none changed.</param>
    /// <param name="look">Examines with these files changed.</param>
    public static IReadOnlyList<MendedFile> Plan(IReadOnlyList<Finding> found, Func<IReadOnlyDictionary<string, string>, IReadOnlyList<Finding>> look)
    {
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new Dictionary<string, (TextFile File, List<Edit> Made, int Round)>(StringComparer.Ordinal);
        for (var round = 1; round <= MaxRounds; round++, found = look(changed))
        {
            var edits = found.Select(f => f.Fix).OfType<Edit>().Distinct().GroupBy(e => e.File.Path, StringComparer.Ordinal).ToList();
            if (edits.Count == 0)
                break;
            foreach (var group in edits)
            {
                var (first, made, _) = files.GetValueOrDefault(group.Key, (group.First().File, [], 0));
                var apart = Apart(group);
                files[group.Key] = (first, [.. made, .. apart], round);
                changed[group.Key] = Apply(group.First().File.Text, apart);
            }
        }
        // What is changed in the last round still would be in the next: no mending, but a fix that does not see what it did.
        return [.. files.Where(f => f.Value.Round < MaxRounds && Soundness.IsSound(f.Value.File, changed[f.Key], f.Value.Made))
            .Select(f => new MendedFile(f.Key, f.Value.File.Shown, f.Value.File.Exists ? f.Value.File.Text : null, changed[f.Key]) { Made = f.Value.Made })
            .Where(f => f.Before != f.After).OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>The edits that do not touch each other; of two that do, the first counts, and the next round sees to the other.</summary>
    private static List<Edit> Apart(IEnumerable<Edit> edits)
    {
        var apart = new List<Edit>();
        foreach (var edit in edits.OrderBy(e => e.Start).ThenBy(e => e.Length))
        {
            // What two edits add alike is added once.
            if (apart is not [.., var last] || (edit.Start >= last.Start + last.Length && !apart.Exists(a => a.Start == edit.Start && a.Added().Intersect(edit.Added()).Any())))
                apart.Add(edit);
        }
        return apart;
    }

    /// <summary>The text after edits that do not touch each other.</summary>
    internal static string Apply(string text, IEnumerable<Edit> edits)
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (var edit in Apart(edits))
        {
            result.Append(text, at, edit.Start - at);
            // Two lines that are added to a file without a newline at its end need one between them, not two.
            result.Append(result.Length > 0 && result[^1] == '\n' && edit.Text.AsSpan().TrimStart('\r') is ['\n', .. var line] ? line : edit.Text);
            at = edit.Start + edit.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Writes it, after a copy of what was there. The file itself is written, not replaced: its owner, its mode and the links to it stay.</summary>
    /// <param name="copies">The folder for copies: beside the file, the next commit or image would have them, secrets and all.</param>
    /// <returns>The copy's path; null when there was nothing to copy.</returns>
    /// <exception cref="IOException">It could not be written, or is no longer what was examined. Then nothing was changed.</exception>
    public static string? Write(MendedFile file, string copies, DateTimeOffset now)
    {
        if (file.Before is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
            using var made = new FileStream(file.Path, FileMode.CreateNew, FileAccess.Write);
            Fill(made, file.After);
            return null;
        }
        // Opened for both: a pipe does not wait for its other end then, and is seen to be one.
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        if (!stream.CanSeek || file.Path.StartsWith("/dev/", StringComparison.Ordinal))
            throw new IOException("it is no regular file");
        using (var reader = new StreamReader(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, leaveOpen: true))
        {
            if (reader.ReadToEnd() != file.Before)
                throw new IOException("it was changed meanwhile: run tain doctor --fix again");
        }
        var copy = Path.Join(copies, now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), file.Path);
        // Copies of settings may have secrets: the folder is its owner's alone, whatever the modes below it.
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(copies, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        // With the mode of what it is a copy of.
        File.Copy(file.Path, copy, overwrite: false);
        stream.Position = 0;
        stream.SetLength(0);
        Fill(stream, file.After);
        return copy;
    }

    private static void Fill(FileStream stream, string text)
    {
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }
}
