using System.Buffers;
using System.Text;

namespace Tain.GoModules.Paths;

/// <summary>
/// One pattern of Go's <c>path.Match</c>, parsed once: <c>*</c> and <c>?</c> (neither matches a slash), classes such as
/// <c>[a-c]</c> and <c>[^x]</c>, <c>\</c> before a character that stands for itself. Works on UTF-8, as Go does.
/// </summary>
internal sealed class Glob
{
    /// <summary>What lies between stars. The first runs from the start of the name; a star precedes each of the others.</summary>
    private readonly List<Piece[]> _runs = [];

    private enum Kind : byte
    {
        Byte,
        Any,
        Class,
    }

    private readonly record struct Piece(Kind Kind, byte Value = 0, bool Negated = false, (int Low, int High)[]? Ranges = null);

    private Glob(int slashes) => Slashes = slashes;

    /// <summary>How many slashes the pattern's text has; it is matched with that many of the name's, plus one element.</summary>
    public int Slashes { get; }

    /// <summary>Null when the pattern is malformed: <c>path.Match</c> then matches nothing, whatever the name.</summary>
    public static Glob? Parse(ReadOnlySpan<byte> pattern)
    {
        var glob = new Glob(pattern.Count((byte)'/'));
        var run = new List<Piece>();
        while (!pattern.IsEmpty)
        {
            var c = pattern[0];
            pattern = pattern[1..];
            switch (c)
            {
                case (byte)'*':
                    glob._runs.Add([.. run]);
                    run.Clear();
                    break;
                case (byte)'?':
                    run.Add(new Piece(Kind.Any));
                    break;
                case (byte)'[':
                    if (!TryParseClass(ref pattern, out var piece)) return null;
                    run.Add(piece);
                    break;
                case (byte)'\\':
                    if (pattern.IsEmpty) return null;
                    run.Add(new Piece(Kind.Byte, pattern[0]));
                    pattern = pattern[1..];
                    break;
                default:
                    run.Add(new Piece(Kind.Byte, c));
                    break;
            }
        }
        glob._runs.Add([.. run]);
        return glob;
    }

    private static bool TryParseClass(ref ReadOnlySpan<byte> pattern, out Piece piece)
    {
        piece = default;
        var negated = !pattern.IsEmpty && pattern[0] == '^';
        if (negated) pattern = pattern[1..];
        var ranges = new List<(int, int)>();
        while (pattern.IsEmpty || pattern[0] != ']' || ranges.Count == 0)
        {
            if (!TryParseMember(ref pattern, out var low)) return false;
            var high = low;
            if (pattern[0] == '-')
            {
                pattern = pattern[1..];
                if (!TryParseMember(ref pattern, out high)) return false;
            }
            ranges.Add((low, high));
        }
        pattern = pattern[1..];
        piece = new Piece(Kind.Class, 0, negated, [.. ranges]);
        return true;
    }

    /// <summary>One character of a class. Something must follow it: a class has to be closed.</summary>
    private static bool TryParseMember(ref ReadOnlySpan<byte> pattern, out int member)
    {
        member = 0;
        if (pattern.IsEmpty || pattern[0] is (byte)'-' or (byte)']') return false;
        if (pattern[0] == '\\') pattern = pattern[1..];
        if (pattern.IsEmpty || Rune.DecodeFromUtf8(pattern, out var rune, out var length) != OperationStatus.Done) return false;
        member = rune.Value;
        pattern = pattern[length..];
        return !pattern.IsEmpty;
    }

    /// <summary>Whether the whole name matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> name)
    {
        if (!TryRun(_runs[0], ref name)) return false;
        if (_runs.Count == 1) return name.IsEmpty;
        for (var i = 1; i < _runs.Count; i++)
        {
            // Runs that are empty, between stars or at the end, take nothing; the last star takes what is left.
            var last = i == _runs.Count - 1;
            if (_runs[i].Length == 0)
            {
                if (last) return !name.Contains((byte)'/');
                continue;
            }
            // The first place that fits is the right one, save that the last run has to reach the end.
            while (true)
            {
                var rest = name;
                if (TryRun(_runs[i], ref rest) && (!last || rest.IsEmpty))
                {
                    name = rest;
                    break;
                }
                if (name.IsEmpty || name[0] == '/') return false;
                name = name[1..];
            }
        }
        return true;
    }

    private static bool TryRun(Piece[] run, ref ReadOnlySpan<byte> name)
    {
        foreach (var piece in run)
        {
            if (name.IsEmpty) return false;
            if (piece.Kind == Kind.Byte)
            {
                if (name[0] != piece.Value) return false;
                name = name[1..];
                continue;
            }
            // What is not UTF-8 counts as U+FFFD of one byte.
            var valid = Rune.DecodeFromUtf8(name, out var rune, out var length) == OperationStatus.Done;
            if (piece.Kind == Kind.Any ? name[0] == '/' : piece.Negated == InRanges(piece.Ranges!, valid ? rune.Value : 0xfffd)) return false;
            name = name[(valid ? length : 1)..];
        }
        return true;
    }

    private static bool InRanges((int Low, int High)[] ranges, int character)
    {
        foreach (var (low, high) in ranges)
            if (low <= character && character <= high)
                return true;
        return false;
    }
}
