using System.Buffers;

namespace Tain.Ecosystems.Go.Git;

/// <summary>What may be a hash or a ref: decided before any command sees it.</summary>
internal static class RefGrammar
{
    /// <summary>The fewest digits that name a commit (cmd/go codehost, minHashDigits).</summary>
    public const int MinHashDigits = 7;

    /// <summary>Longer names can't be files on Linux, where git keeps refs.</summary>
    private const int MaxRef = 1024;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>A whole hash: 40 digits of SHA-1 or 64 of SHA-256, lower case.</summary>
    public static bool IsHash(ReadOnlySpan<char> text) => text.Length is 40 or 64 && IsHex(text);

    /// <summary>codehost.AllHex.</summary>
    public static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);

    /// <summary><c>HEAD</c>, or a branch or tag whose name <c>git check-ref-format</c> takes and that holds no white space of Unicode, where the go command splits.</summary>
    public static bool IsRef(string name)
    {
        if (name == "HEAD")
            return true;
        if (name.Length > MaxRef || !(name.StartsWith("refs/heads/", StringComparison.Ordinal) || name.StartsWith("refs/tags/", StringComparison.Ordinal)))
            return false;
        foreach (var part in name.Split('/'))
        {
            if (part.Length == 0 || part[0] == '.' || part.EndsWith(".lock", StringComparison.Ordinal))
                return false;
        }
        if (name.EndsWith('.') || name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal))
            return false;
        foreach (var c in name)
        {
            // U+FFFD: the name was not UTF-8.
            if (c is < ' ' or '\x7f' or ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\' or '\uFFFD' || char.IsWhiteSpace(c))
                return false;
        }
        return true;
    }
}
