using System.IO.Compression;
using System.Text;

namespace Tain.Storage;

/// <summary>An archive's manifest as bytes: a format byte (1), then Deflate of the count and of each entry: how much of the previous name is repeated,
/// the rest of the name, the size, the digest's 32 bytes. Lengths are 7-bit encoded. 2,600 files of a large module take about 110 KB.</summary>
internal static class ManifestCodec
{
    private const byte Format = 1;
    private const int DigestLength = 32;

    public static byte[] Encode(IReadOnlyList<ManifestEntry> entries)
    {
        var bytes = new MemoryStream();
        bytes.WriteByte(Format);
        using (var writer = new BinaryWriter(new DeflateStream(bytes, CompressionLevel.Fastest, leaveOpen: true), Encoding.UTF8))
        {
            writer.Write7BitEncodedInt(entries.Count);
            ReadOnlySpan<byte> previous = [];
            foreach (var entry in entries)
            {
                ReadOnlySpan<byte> name = Encoding.UTF8.GetBytes(entry.Name);
                var shared = name.CommonPrefixLength(previous);
                writer.Write7BitEncodedInt(shared);
                writer.Write7BitEncodedInt(name.Length - shared);
                writer.Write(name[shared..]);
                writer.Write7BitEncodedInt64(entry.Size);
                var digest = Convert.FromHexString(entry.Sha256);
                if (digest.Length != DigestLength)
                    throw new ArgumentException($"\"{entry.Sha256}\" is not a SHA-256: 64 hexadecimal digits are wanted", nameof(entries));
                writer.Write(digest);
                previous = name;
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> for bytes that <see cref="Encode"/> didn't make.</summary>
    public static IReadOnlyList<ManifestEntry> Decode(byte[] bytes)
    {
        try
        {
            return DecodeEntries(bytes);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"not a manifest: {e.Message}", e);
        }
    }

    private static ManifestEntry[] DecodeEntries(byte[] bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Format)
            throw new InvalidDataException("a manifest of an unknown format");
        using var reader = new BinaryReader(new DeflateStream(new MemoryStream(bytes, 1, bytes.Length - 1), CompressionMode.Decompress), Encoding.UTF8);
        var entries = new ManifestEntry[reader.Read7BitEncodedInt()];
        var name = Array.Empty<byte>();
        for (var i = 0; i < entries.Length; i++)
        {
            var shared = reader.Read7BitEncodedInt();
            var rest = ReadExactly(reader, reader.Read7BitEncodedInt());
            name = [.. name.AsSpan(0, shared), .. rest];
            entries[i] = new ManifestEntry(
                Encoding.UTF8.GetString(name), reader.Read7BitEncodedInt64(), Convert.ToHexStringLower(ReadExactly(reader, DigestLength)));
        }
        return entries;
    }

    private static byte[] ReadExactly(BinaryReader reader, int count)
    {
        var bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new InvalidDataException("a manifest that ends early");
    }
}
