using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

/// <summary>
/// A list of patterns as GOPRIVATE has it: separated by commas, each a glob of Go's <c>path.Match</c> that is matched with
/// the path's first elements, as many as the pattern has (x/mod <c>module.MatchPrefixPatterns</c>). So <c>corp.example</c>
/// covers all below it, and <c>*.corp.example/lib</c> covers <c>git.corp.example/lib/x</c>. Immutable.
/// </summary>
public sealed class ModulePatterns
{
    private readonly Glob[] _globs;
    private readonly string _text;

    private ModulePatterns(string text, Glob[] globs)
    {
        _text = text;
        _globs = globs;
    }

    /// <summary>The list that matches nothing.</summary>
    public static ModulePatterns None { get; } = new("", []);

    /// <summary>Whether there is no pattern in it.</summary>
    public bool IsEmpty => _globs.Length == 0;

    /// <summary>Parses a list; empty elements count for nothing, one slash at the end of an element likewise. Go passes over
    /// a malformed pattern silently and lets a space match only itself; a private name would go out unseen, so both are
    /// errors here.</summary>
    public static bool TryParse(string commaList, [NotNullWhen(true)] out ModulePatterns? patterns, [NotNullWhen(false)] out string? error)
    {
        patterns = null;
        error = null;
        var globs = new List<Glob>();
        foreach (var element in Elements(commaList))
        {
            var text = commaList.AsSpan()[element];
            if (!PathRules.IsWellFormed(text) || Glob.Parse(Utf8(text)) is not { } glob)
            {
                error = $"malformed pattern {Text.Quote(text)}: bad class or escape";
                return false;
            }
            if (text.Trim().Length != text.Length)
            {
                error = $"malformed pattern {Text.Quote(text)}: remove the space, it would match nothing";
                return false;
            }
            globs.Add(glob);
        }
        patterns = new ModulePatterns(commaList, [.. globs]);
        return true;
    }

    /// <summary>Whether some pattern matches the beginning of the module or package path.</summary>
    public bool Matches(string path)
    {
        if (_globs.Length == 0) return false;
        var target = Utf8(path);
        foreach (var glob in _globs)
            if (Matches(glob, target))
                return true;
        return false;
    }

    /// <summary>Go's function to the letter: malformed patterns match nothing.</summary>
    internal static bool MatchPrefixPatterns(ReadOnlySpan<byte> commaList, ReadOnlySpan<byte> target)
    {
        foreach (var element in commaList.Split((byte)','))
        {
            var text = commaList[element];
            if (text.EndsWith("/"u8)) text = text[..^1];
            if (!text.IsEmpty && Glob.Parse(text) is { } glob && Matches(glob, target)) return true;
        }
        return false;
    }

    private static bool Matches(Glob glob, ReadOnlySpan<byte> target)
    {
        // A pattern with N slashes speaks of the first N+1 elements.
        var slashes = glob.Slashes;
        var end = 0;
        while (true)
        {
            var slash = target[end..].IndexOf((byte)'/');
            if (slash < 0) return slashes == 0 && glob.IsMatch(target);
            end += slash;
            if (slashes-- == 0) return glob.IsMatch(target[..end]);
            end++;
        }
    }

    private static IEnumerable<Range> Elements(string commaList)
    {
        var start = 0;
        while (start <= commaList.Length)
        {
            var comma = commaList.IndexOf(',', start);
            var next = comma < 0 ? commaList.Length : comma;
            var end = next > start && commaList[next - 1] == '/' ? next - 1 : next;
            if (end > start) yield return start..end;
            start = next + 1;
        }
    }

    private static byte[] Utf8(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>The list as it was given.</summary>
    public override string ToString() => _text;
}
