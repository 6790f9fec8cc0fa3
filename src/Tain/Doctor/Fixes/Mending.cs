using System.Globalization;
using System.Text;
using DiffPlex.Renderer;
using Tain.Doctor.Files;

namespace Tain.Doctor.Fixes;

/// <summary>A file that a fix changes.</summary>
/// <param name="Before">Its text; null when the fix makes it.</param>
internal sealed record MendedFile(string Path, string Shown, string? Before, string After)
{
    /// <summary>The change as a unified diff, without context: the lines around a setting are nobody's business.</summary>
    /// <remarks>Control characters of the file are left out: some steer terminals.</remarks>
    public string Diff() => string.Concat(UnidiffRenderer.GenerateUnidiff(Before ?? "", After, Shown, Shown, ignoreWhitespace: false, ignoreCase: false, contextLines: 0)
        .Where(c => !char.IsControl(c) || c is '\n' or '\t'));
}

/// <summary>Puts findings right, first on paper: what is written is what was shown.</summary>
internal static class Mending
{
    /// <summary>One fix may uncover another (a list whose separators are right shows what it says); no more rounds than this.</summary>
    private const int MaxRounds = 5;

    /// <summary>What the files say when all that can be put right is.</summary>
    /// <param name="look">Examines with these files changed.</param>
    public static IReadOnlyList<MendedFile> Plan(Func<IReadOnlyDictionary<string, string>, IReadOnlyList<Finding>> look)
    {
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new Dictionary<string, (TextFile File, List<Edit> Made, int Round)>(StringComparer.Ordinal);
        for (var round = 1; round <= MaxRounds; round++)
        {
            var edits = look(changed).Select(f => f.Fix).OfType<Edit>().Distinct().GroupBy(e => e.File.Path, StringComparer.Ordinal).ToList();
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
            .Select(f => new MendedFile(f.Key, f.Value.File.Shown, f.Value.File.Exists ? f.Value.File.Text : null, changed[f.Key]))
            .Where(f => f.Before != f.After).OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>The edits that do not touch each other; of two that do, the first counts, and the next round sees to the other.</summary>
    private static List<Edit> Apart(IEnumerable<Edit> edits)
    {
        var apart = new List<Edit>();
        foreach (var edit in edits.OrderBy(e => e.Start).ThenBy(e => e.Length))
        {
            if (apart is not [.., var last] || edit.Start >= last.Start + last.Length)
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
            result.Append(edit.Text.StartsWith('\n') && result.Length > 0 && result[^1] == '\n' ? edit.Text.AsSpan(1) : edit.Text);
            at = edit.Start + edit.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Writes it, after a copy of what was there. The file itself is written, not replaced: its owner, its mode and the links to it stay.</summary>
    /// <returns>The copy's path; null when there was nothing to copy.</returns>
    /// <exception cref="IOException">It could not be written, or is no longer what was examined. Then nothing was changed.</exception>
    public static string? Write(MendedFile file, DateTimeOffset now)
    {
        string? copy = null;
        if (file.Before is not null)
        {
            if (File.ReadAllText(file.Path) != file.Before.TrimStart('\ufeff'))
                throw new IOException("it was changed meanwhile: run tain doctor --fix again");
            copy = $"{file.Path}.{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}.bak";
            File.Copy(file.Path, copy, overwrite: false);
        }
        else
            Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        using var stream = new FileStream(file.Path, file.Before is null ? FileMode.CreateNew : FileMode.Truncate, FileAccess.Write);
        stream.Write(Encoding.UTF8.GetBytes(file.After));
        stream.Flush(flushToDisk: true);
        return copy;
    }
}
