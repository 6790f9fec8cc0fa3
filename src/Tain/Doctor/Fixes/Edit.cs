using Tain.Doctor.Files;

namespace Tain.Doctor.Fixes;

/// <summary>A change of one file: <paramref name="Length"/> characters at <paramref name="Start"/> become <paramref name="Text"/>.
/// Two findings with the same cause carry equal edits.</summary>
internal sealed record Edit(TextFile File, int Start, int Length, string Text)
{
    /// <summary>The file without this line; null when it is many for who ends lines with a carriage return alone.</summary>
    public static Edit? RemoveLine(TextFile file, int line)
    {
        if (file.Line(line).Contains('\r'))
            return null;
        // A byte order mark is the file's, not the first line's.
        var start = file.StartOf(line) + (line == 1 && file.Text.StartsWith('\ufeff') ? 1 : 0);
        return new(file, start, (line < file.LineCount ? file.StartOf(line + 1) : file.Text.Length) - start, "");
    }

    /// <summary>One line or more of their own at the file's end, which end as the file's lines do.</summary>
    public static Edit AddLine(TextFile file, string line)
    {
        var end = file.Text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var first && file.Text[first - 1] == '\r' ? "\r\n" : "\n";
        return new(file, file.Text.Length, 0, (file.Text.Length > 0 && file.Text[^1] != '\n' ? end : "") + line.Replace("\n", end, StringComparison.Ordinal) + end);
    }

    /// <summary>It writes one line of the file anew.</summary>
    public bool IsWholeLine => Length > 0 && Text.Length > 0 && !Text.Contains('\n', StringComparison.Ordinal) && (Start == 0 || File.Text[Start - 1] == '\n') && (Start + Length == File.Text.Length || File.Text[Start + Length] == '\n');

    /// <summary>The credentials in what it takes away and in what it writes, each without the @ behind it.</summary>
    public IEnumerable<string> Secrets()
    {
        // A host alone may be what changes, of a URL whose credentials stand before it.
        var line = Start > 0 && File.Text[Start - 1] == '@' ? File.Text[File.StartOf(File.At(Start).Line)..Start] : "";
        foreach (var value in (string[])[line, .. File.Text.Substring(Start, Length).Split('\n'), .. Text.Split('\n')])
        {
            foreach (var found in Credentials.FindInValue(value))
                yield return value[found.Start..found.End];
        }
    }

    /// <summary>The settings that an added text gives a value, where it has them as <c>key=value</c> lines.</summary>
    public IEnumerable<(string Key, string Value)> Added()
    {
        foreach (var line in Length > 0 ? [] : Text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                yield return (line[..equals].TrimEnd(), line[(equals + 1)..].TrimStart());
        }
    }

    /// <summary>Those of these edits that would give one key of a file different values. Which of them is right, a person has to say.</summary>
    public static IReadOnlySet<Edit> Torn(IEnumerable<Edit> edits)
        => edits.SelectMany(e => e.Added().Select(a => (Edit: e, a.Key, a.Value))).GroupBy(a => (a.Edit.File.Path, a.Key))
            .Where(g => g.DistinctBy(a => a.Value).Skip(1).Any()).SelectMany(g => g.Select(a => a.Edit)).ToHashSet();
}
