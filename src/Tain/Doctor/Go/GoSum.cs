using System.Runtime.CompilerServices;
using Tain.Doctor.Files;

namespace Tain.Doctor.Go;

/// <summary>A go.sum: <c>PATH VERSION[/go.mod] h1:HASH</c> a line (cmd/go/internal/modfetch, readGoSum).</summary>
/// <param name="Problem">The first thing that makes it no go.sum; null when it is one.</param>
internal sealed record GoSum(IReadOnlyDictionary<(string Path, string Version), (string Hash, int Line)> Lines, Words? Problem, int ProblemLine)
{
    private static readonly ConditionalWeakTable<TextFile, GoSum> Known = [];

    public static GoSum Read(TextFile file) => Known.GetValue(file, Parse);

    private static GoSum Parse(TextFile file)
    {
        var lines = new Dictionary<(string, string), (string, int)>();
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number).ToString();
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            if (line.StartsWith("<<<<<<<", StringComparison.Ordinal) || line.StartsWith("=======", StringComparison.Ordinal) || line.StartsWith(">>>>>>>", StringComparison.Ordinal))
                return new(lines, new("a merge left its conflict markers in it", "合并冲突标记残留在其中"), number);
            if (words.Length != 3)
                return new(lines, new($"a line has {words.Length} words instead of 3", $"有一行是 {words.Length} 个词，而不是 3 个"), number);
            // Hashes of other kinds than h1 are passed over by the go command.
            if (!words[2].StartsWith("h1:", StringComparison.Ordinal))
                continue;
            if (!IsHash(words[2]))
                return new(lines, new($"the hash of {words[0]} {words[1]} is none", $"{words[0]} {words[1]} 的哈希无效"), number);
            if (!lines.TryAdd((words[0], words[1]), (words[2], number)) && lines[(words[0], words[1])].Item1 != words[2])
                return new(lines, new($"{words[0]} {words[1]} has two different hashes, in lines {lines[(words[0], words[1])].Item2} and {number}", $"{words[0]} {words[1]} 在第 {lines[(words[0], words[1])].Item2} 行和第 {number} 行有两个不同的哈希"), number);
        }
        return new(lines, null, 0);
    }

    /// <summary>h1: and the base64 of 32 bytes.</summary>
    private static bool IsHash(string text)
    {
        Span<byte> bytes = stackalloc byte[32];
        return text.Length == 47 && Convert.TryFromBase64Chars(text.AsSpan(3), bytes, out var length) && length == 32;
    }
}
