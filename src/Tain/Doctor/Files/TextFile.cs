namespace Tain.Doctor.Files;

/// <summary>A file that was read, or that a fix would make.</summary>
internal sealed class TextFile(string path, string shown, string text, bool exists = true)
{
    private int[]? _starts;

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    /// <summary>As people know it: relative to the folder under examination, or below <c>~</c>, else absolute.</summary>
    public string Shown { get; } = shown;

    /// <summary>Its content, a byte order mark included.</summary>
    public string Text { get; } = text;

    public bool Exists { get; } = exists;

    public string Name => System.IO.Path.GetFileName(Path);

    public Place Whole => new(this, 0);

    /// <summary>The line that has the character at <paramref name="offset"/>.</summary>
    public Place At(int offset)
    {
        var line = Array.BinarySearch(Starts, offset);
        return new(this, line >= 0 ? line + 1 : ~line);
    }

    public Place AtLine(int line) => new(this, line);

    /// <summary>Where line <paramref name="line"/> (from 1) begins.</summary>
    public int StartOf(int line) => Starts[line - 1];

    public int LineCount => Starts.Length;

    /// <summary>Line <paramref name="line"/> (from 1) without its end; empty when there is none.</summary>
    public ReadOnlySpan<char> Line(int line)
    {
        if (line < 1 || line > Starts.Length)
            return default;
        var end = line < Starts.Length ? Starts[line] : Text.Length;
        return Text.AsSpan(Starts[line - 1], end - Starts[line - 1]).TrimEnd("\r\n");
    }

    private int[] Starts => _starts ??= FindStarts(Text);

    private static int[] FindStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return [.. starts];
    }
}
