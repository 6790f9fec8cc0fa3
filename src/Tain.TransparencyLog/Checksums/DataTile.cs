using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tain.TransparencyLog;

/// <summary>The bytes of data tiles: each record's text and a blank line, without ids. The server of x/mod up to 0.19 and perhaps later writes each
/// record's id as a line before it: such tiles are read too, and never made.</summary>
public static class DataTile
{
    /// <summary>The most bytes of a data tile of 256 records, each with its blank line: 16 MiB. Real ones have some 64 KiB.</summary>
    public const int MaxLength = 256 * (RecordText.MaxLength + 1);

    /// <summary>Takes the first <paramref name="records"/> records; bytes behind those are ignored. False when they are fewer, or
    /// one is no legal record.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, int records, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? texts)
    {
        texts = null;
        var list = new List<ReadOnlyMemory<byte>>();
        while (list.Count < records)
        {
            var end = bytes.Span.IndexOf("\n\n"u8);
            if (end < 0 || !RecordText.IsValid(bytes.Span[..(end + 1)])) return false;
            list.Add(bytes[..(end + 1)]);
            bytes = bytes[(end + 2)..];
        }
        texts = WithoutIds(list) ?? list;
        return true;
    }

    /// <summary>The records without their first lines, if those count up by one and something follows each.</summary>
    private static List<ReadOnlyMemory<byte>>? WithoutIds(List<ReadOnlyMemory<byte>> records)
    {
        var texts = new List<ReadOnlyMemory<byte>>(records.Count);
        long? before = null;
        foreach (var record in records)
        {
            var line = record.Span.IndexOf((byte)'\n');
            if (line is < 1 or > 19 || line == record.Length - 1 || !CanonicalDecimal.TryParse(Encoding.Latin1.GetString(record.Span[..line]), out var id) || (before is { } b && id != b + 1))
                return null;
            before = id;
            texts.Add(record[(line + 1)..]);
        }
        return texts;
    }

    /// <summary>The bytes of a tile of these records.</summary>
    /// <exception cref="ArgumentException">One is no legal record.</exception>
    public static byte[] Format(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var tile = new MemoryStream();
        foreach (var text in texts)
        {
            if (!RecordText.IsValid(text.Span)) throw new ArgumentException("this is no legal record", nameof(texts));
            tile.Write(text.Span);
            tile.WriteByte((byte)'\n');
        }
        return tile.ToArray();
    }
}
