using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tain.GoModules;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>What a record is about and says: one module version, of whose zip and go.mod each line gives a hash (docs/go-protocol.md; go.sum's own lines).</summary>
/// <param name="Name">The module, a space, the version.</param>
/// <param name="Text">The whole record.</param>
internal readonly record struct RecordSubject(string Name, string Text)
{
    private const string GoMod = "/go.mod";

    /// <summary>Why no client can ask for this version, null where one can. Not illegal: what a path may be has become stricter since logs began.</summary>
    public string? Oddity { get; init; }

    /// <param name="bytes">Legal by <see cref="RecordText.IsValid"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RecordSubject subject, [NotNullWhen(false)] out string? error)
    {
        subject = default;
        var text = Encoding.UTF8.GetString(bytes);
        string? name = null, oddity = null;
        var hasHash = false;
        foreach (var range in text.AsSpan().TrimEnd('\n').Split('\n'))
        {
            var line = text.AsSpan()[range];
            var first = line.IndexOf(' ');
            var last = line.LastIndexOf(' ');
            if (first <= 0 || last == first || line[(first + 1)..last].Contains(' '))
            {
                error = $"the line {Shown(line)} is not MODULE VERSION HASH";
                return false;
            }
            var of = line[..last];
            if (of.EndsWith(GoMod, StringComparison.Ordinal))
                of = of[..^GoMod.Length];
            if (name is null)
            {
                if (ModulePath.TryParse(line[..first].ToString(), out _, out oddity) && !ChecksumDatabaseClient.IsVersion(of[(first + 1)..].ToString()))
                    oddity = $"the line {Shown(line)} has no version that a module can have";
                name = of.ToString();
            }
            else if (!of.SequenceEqual(name))
            {
                error = $"it is about {Shown(name)} and about {Shown(of)}";
                return false;
            }
            if (!IsHash(line[(last + 1)..], ref hasHash))
            {
                error = $"the line {Shown(line)} ends with no hash";
                return false;
            }
        }
        if (!hasHash)
        {
            error = "it has no h1: hash";
            return false;
        }
        subject = new(name!, text) { Oddity = oddity };
        error = null;
        return true;
    }

    /// <summary>The first thing to which the two give different hashes of one kind, with both; null where there is none. A record may be compared with itself.</summary>
    public string? DifferenceOrNull(RecordSubject other)
    {
        foreach (var line in Lines(Text))
        {
            var (of, hash) = Split(line);
            foreach (var theirs in Lines(other.Text))
            {
                var (same, another) = Split(theirs);
                if (of == same && hash != another && hash.Split(':')[0] == another.Split(':')[0])
                    return $"{of}: {hash} and {another}";
            }
        }
        return null;

        static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
        static (string Of, string Hash) Split(string line) => (line[..line.LastIndexOf(' ')], line[(line.LastIndexOf(' ') + 1)..]);
    }

    // Other kinds than h1 are for later: who does not know them passes over them (go.dev/ref/mod, "go.sum files").
    private static bool IsHash(ReadOnlySpan<char> text, ref bool isH1)
    {
        if (text.StartsWith("h1:", StringComparison.Ordinal))
            // Clients compare the text: another way to write the same hash would never match.
            return isH1 = LogHash.TryParse(text[3..], out var hash) && text[3..].SequenceEqual(hash.ToString());
        var colon = text.IndexOf(':');
        if (colon <= 0 || colon + 1 == text.Length)
            return false;
        foreach (var c in text[..colon])
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
                return false;
        }
        return true;
    }

    private static string Shown(ReadOnlySpan<char> text) => $"\"{(text.Length > 200 ? string.Concat(text[..200], "…") : text)}\"";
}
