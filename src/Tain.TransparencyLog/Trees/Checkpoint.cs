using System.Diagnostics.CodeAnalysis;

namespace Tain.TransparencyLog;

/// <summary>A tree head that names its log: origin, size and root hash, a line each (C2SP tlog-checkpoint). A
/// <see cref="TreeHead"/>'s text is one too, of the origin <see cref="TreeHead.Origin"/>.</summary>
/// <param name="Origin">The log's name, not empty; a URL without its scheme where the log is new.</param>
/// <param name="Size">The number of records.</param>
/// <param name="Root">The root's hash.</param>
public sealed record Checkpoint(string Origin, long Size, LogHash Root)
{
    /// <summary>The size and root alone.</summary>
    public TreeHead Head => new(Size, Root);

    /// <summary>Parses a note's text of at most <see cref="TreeHead.MaxLength"/> bytes. Extension lines are ignored, but none may be empty.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (!HeadText.TrySplit(text, out var origin, out var size, out var root, out var rest) || origin.Length == 0) return false;
        if (rest.Length > 0 && (rest[0] == '\n' || rest[^1] != '\n' || rest.Contains("\n\n", StringComparison.Ordinal))) return false;
        checkpoint = new Checkpoint(origin, size, root);
        return true;
    }

    /// <summary>The text to sign.</summary>
    /// <exception cref="InvalidOperationException">The origin is empty or has more than one line: the text would say something else.</exception>
    public override string ToString() => Origin.Length > 0 && !Origin.Contains('\n', StringComparison.Ordinal)
        ? $"{Origin}\n{Size}\n{Root}\n"
        : throw new InvalidOperationException("a checkpoint's origin is one line and not empty");
}
