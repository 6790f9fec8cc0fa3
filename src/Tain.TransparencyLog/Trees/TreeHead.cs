using System.Text;

namespace Tain.TransparencyLog;

/// <summary>The size of a log and the root hash of its tree, as a checksum database signs them:
/// <c>go.sum database tree</c>, the size in decimal and the hash in base64, a line each (x/mod <c>tlog.Tree</c>).</summary>
/// <param name="Size">The number of records.</param>
/// <param name="Root">The root's hash (<see cref="MerkleTree.EmptyRoot"/> for no records).</param>
public readonly record struct TreeHead(long Size, LogHash Root)
{
    /// <summary>The most bytes of a tree head's text: 1,000,000 (x/mod <c>tlog.ParseTree</c>).</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>The first line of the text.</summary>
    public const string Origin = "go.sum database tree";

    /// <summary>The head of a log without records.</summary>
    public static TreeHead Empty => new(0, MerkleTree.EmptyRoot);

    /// <summary>Parses a note's text (x/mod <c>tlog.ParseTree</c>). Lines behind the third are ignored. The size may be any
    /// number of 63 bits; what computes with it takes <see cref="MerkleTree.MaxSize"/> at most.</summary>
    public static bool TryParse(string text, out TreeHead head)
    {
        head = default;
        if (!HeadText.TrySplit(text, out var origin, out var size, out var root, out _) || origin != Origin) return false;
        head = new TreeHead(size, root);
        return true;
    }

    /// <summary>The text to sign.</summary>
    public override string ToString() => $"{Origin}\n{Size}\n{Root}\n";
}

/// <summary>The lines that tree heads and checkpoints share.</summary>
internal static class HeadText
{
    /// <summary>Takes the first three lines apart, each ended by LF; the rest is what follows.</summary>
    public static bool TrySplit(string text, out string origin, out long size, out LogHash root, out string rest)
    {
        ArgumentNullException.ThrowIfNull(text);
        (origin, size, root, rest) = ("", 0, default, "");
        // No character has fewer bytes than UTF-16 units.
        if (text.Length > TreeHead.MaxLength || Encoding.UTF8.GetByteCount(text) > TreeHead.MaxLength) return false;
        var lines = text.Split('\n', 4);
        if (lines.Length < 4) return false;
        (origin, rest) = (lines[0], lines[3]);
        return CanonicalDecimal.TryParse(lines[1], out size) && LogHash.TryParse(lines[2], out root);
    }
}

/// <summary>Whole numbers from 0 to 2^63-1 written in the one way: no sign, no leading zero.</summary>
internal static class CanonicalDecimal
{
    public static bool TryParse(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        // Digits only: .NET's own parser takes NULs at the end, whatever the style.
        if (text.IsEmpty || (text[0] == '0' && text.Length > 1) || text.ContainsAnyExceptInRange('0', '9')) return false;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}
