using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tain.TransparencyLog;

/// <summary>
/// The bytes of data tiles: the records' texts with a blank line between each two, as sum.golang.org serves them. Databases made with x/mod's <c>sumdb.Server</c>
/// have each record as a lookup has it, with its number before and a blank line behind it (x/mod <c>tlog.FormatRecord</c>); that is understood too, and never written.
/// </summary>
public static class DataTile
{
    /// <summary>The most bytes of a data tile of 256 records, each with its number and blank line: 16 MiB and 5 KiB. Real ones have some 64 KiB.</summary>
    public const int MaxLength = 256 * (RecordText.MaxLength + 1 + 20);

    /// <summary>Takes the first <paramref name="records"/> records, which have no numbers; bytes behind those are ignored. False when they are fewer, or
    /// one is no legal record.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, int records, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? texts) =>
        TryParse(bytes, records, null, out texts, out _);

    /// <summary>The same of a tile that came from a database, where they may have numbers from <paramref name="first"/> on.</summary>
    /// <param name="first">The number of the tile's first record.</param>
    /// <param name="length">How many bytes they are, all between them included.</param>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, int records, long first, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? texts, out int length) =>
        // A record whose first line is only a number, and that number, would be misread. It could say nothing of a module.
        TryParse(bytes, records, bytes.Span.StartsWith(NumberLine(first)) ? first : null, out texts, out length);

    private static bool TryParse(ReadOnlyMemory<byte> bytes, int records, long? first, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? texts, out int length)
    {
        (texts, length) = (null, 0);
        var list = new List<ReadOnlyMemory<byte>>();
        var rest = bytes;
        while (list.Count < records)
        {
            if (first is { } number)
            {
                var line = NumberLine(number + list.Count);
                if (!rest.Span.StartsWith(line)) return false;
                rest = rest[line.Length..];
            }
            var end = rest.Span.IndexOf("\n\n"u8);
            // No blank line follows the last one.
            var text = end >= 0 ? rest[..(end + 1)] : rest;
            if (!RecordText.IsValid(text.Span)) return false;
            list.Add(text);
            rest = end >= 0 ? rest[(end + 2)..] : ReadOnlyMemory<byte>.Empty;
        }
        (texts, length) = (list, bytes.Length - rest.Length);
        return true;
    }

    private static byte[] NumberLine(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture) + "\n");

    /// <summary>The bytes of a tile of these records, without numbers.</summary>
    /// <exception cref="ArgumentException">One is no legal record.</exception>
    public static byte[] Format(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var tile = new MemoryStream();
        foreach (var text in texts)
        {
            if (!RecordText.IsValid(text.Span)) throw new ArgumentException("this is no legal record", nameof(texts));
            if (tile.Length > 0) tile.WriteByte((byte)'\n');
            tile.Write(text.Span);
        }
        return tile.ToArray();
    }
}
