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
        var start = file.StartOf(line);
        return new(file, start, (line < file.LineCount ? file.StartOf(line + 1) : file.Text.Length) - start, "");
    }

    /// <summary>A line of its own at the file's end.</summary>
    public static Edit AddLine(TextFile file, string line)
        => new(file, file.Text.Length, 0, (file.Text.Length > 0 && file.Text[^1] != '\n' ? "\n" : "") + line + "\n");
}
