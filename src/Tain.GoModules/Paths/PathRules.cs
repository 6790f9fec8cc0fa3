using System.Text;

namespace Tain.GoModules.Paths;

/// <summary>What a path names; each allows other characters (x/mod <c>module.pathKind</c>).</summary>
internal enum PathKind
{
    Module,
    Import,
    File,
}

/// <summary>The rules that module, import and file paths share (x/mod <c>module.checkPath</c>, <c>checkElem</c>).</summary>
internal static class PathRules
{
    /// <summary>What is wrong with <paramref name="path"/>, or null.</summary>
    public static string? Check(ReadOnlySpan<char> path, PathKind kind)
    {
        if (!IsWellFormed(path)) return "invalid UTF-8";
        if (path.IsEmpty) return "empty string";
        if (path[0] == '-' && kind != PathKind.File) return "leading dash";
        if (path.IndexOf("//") >= 0) return "double slash";
        if (path[^1] == '/') return "trailing slash";
        while (true)
        {
            var slash = path.IndexOf('/');
            var error = CheckElement(slash < 0 ? path : path[..slash], kind);
            if (error != null || slash < 0) return error;
            path = path[(slash + 1)..];
        }
    }

    /// <summary>What is wrong with one element of a path, or null.</summary>
    public static string? CheckElement(ReadOnlySpan<char> element, PathKind kind)
    {
        if (element.IsEmpty) return "empty path element";
        if (element.IndexOfAnyExcept('.') < 0) return $"invalid path element {Text.Quote(element)}";
        if (element[0] == '.' && kind == PathKind.Module) return "leading dot in path element";
        if (element[^1] == '.') return "trailing dot in path element";

        for (var i = 0; i < element.Length; i++)
        {
            var c = element[i];
            if (c < 0x80)
            {
                if (!IsAllowed(c, kind)) return $"invalid char {Text.Quote([c])}";
                continue;
            }
            Rune.DecodeFromUtf16(element[i..], out var rune, out var length);
            if (kind != PathKind.File || !UnicodeLetters.Contains(rune.Value))
                return $"invalid char {Text.Quote(element.Slice(i, length))}";
            i += length - 1;
        }

        // Windows reserves names such as CON, whatever follows the first dot.
        var dot = element.IndexOf('.');
        var stem = dot < 0 ? element : element[..dot];
        if (IsWindowsDevice(stem)) return $"{Text.Quote(stem)} disallowed as path element component on Windows";
        if (kind == PathKind.File) return null;

        // Windows makes short names such as PROGRA~1.
        var tilde = stem.LastIndexOf('~');
        if (tilde >= 0 && tilde < stem.Length - 1 && stem[(tilde + 1)..].IndexOfAnyExceptInRange('0', '9') < 0)
            return "trailing tilde and digits in path element";
        return null;
    }

    private static bool IsAllowed(char c, PathKind kind)
    {
        if (char.IsAsciiLetterOrDigit(c)) return true;
        return kind switch
        {
            PathKind.Module => c is '-' or '.' or '_' or '~',
            PathKind.Import => c is '-' or '.' or '_' or '~' or '+',
            _ => "!#$%&()+,-.=@[]^_{}~ ".Contains(c, StringComparison.Ordinal),
        };
    }

    private static bool IsWindowsDevice(ReadOnlySpan<char> stem)
    {
        const StringComparison fold = StringComparison.OrdinalIgnoreCase;
        return stem.Length switch
        {
            3 => stem.Equals("CON", fold) || stem.Equals("PRN", fold) || stem.Equals("AUX", fold) || stem.Equals("NUL", fold),
            4 => stem[3] is >= '1' and <= '9' && (stem.StartsWith("COM", fold) || stem.StartsWith("LPT", fold)),
            _ => false,
        };
    }

    /// <summary>Whether it has a form in UTF-8.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        // A lone surrogate is what invalid UTF-8 comes to in a string of .NET.
        var at = text.IndexOfAnyInRange('\ud800', '\udfff');
        while (at >= 0)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != System.Buffers.OperationStatus.Done) return false;
            text = text[(at + length)..];
            at = text.IndexOfAnyInRange('\ud800', '\udfff');
        }
        return true;
    }
}
