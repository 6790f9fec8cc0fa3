using System.Buffers.Binary;

namespace Tain.GoModules.Zip;

/// <summary>An entry as it streamed: everything that the central directory has to repeat.</summary>
internal sealed class ZipEntry
{
    /// <summary>Without <c>path@version/</c>; empty or with a slash at the end for a directory.</summary>
    public required string Name { get; init; }

    public required long Offset { get; init; }
    public required ushort Flags { get; init; }
    public required ushort Method { get; init; }

    public long CompressedSize { get; set; }
    public long Size { get; set; }
    public uint Crc { get; set; }
    public byte[] Sha256 { get; set; } = [];

    /// <summary>The central directory has described it.</summary>
    public bool Listed { get; set; }

    public bool IsDirectory => Name.Length == 0 || Name[^1] == '/';
    public bool HasDescriptor => (Flags & ZipFormat.DescriptorFlag) != 0;
}

/// <summary>Numbers of the format (PKWARE APPNOTE 6.3.10; section numbers are its).</summary>
internal static class ZipFormat
{
    public const uint LocalHeader = 0x04034b50; // 4.3.7
    public const uint Descriptor = 0x08074b50; // 4.3.9
    public const uint CentralHeader = 0x02014b50; // 4.3.12
    public const uint Zip64End = 0x06064b50; // 4.3.14
    public const uint Zip64Locator = 0x07064b50; // 4.3.15
    public const uint End = 0x06054b50; // 4.3.16

    public const int LocalHeaderLength = 30;
    public const int CentralHeaderLength = 46;
    public const int Zip64EndLength = 56;
    public const int Zip64LocatorLength = 20;
    public const int EndLength = 22;

    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    /// <summary>Sizes and CRC follow the data (4.4.4, bit 3).</summary>
    public const ushort DescriptorFlag = 1 << 3;

    /// <summary>What an entry may say of itself: how hard it was deflated (bits 1, 2), a descriptor (3), names in UTF-8 (11).
    /// The others mean encryption, patches or are unused.</summary>
    public const ushort AllowedFlags = 1 << 1 | 1 << 2 | DescriptorFlag | 1 << 11;

    /// <summary>A descriptor's lengths: with and without signature, sizes of 4 and of 8 bytes (4.3.9).</summary>
    public static ReadOnlySpan<int> DescriptorLengths => [16, 24, 12, 20];

    public static ushort U16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);
    public static uint U32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    /// <summary>Above what a <see cref="long"/> holds it is refused anyway, as beyond every limit.</summary>
    public static long U64(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadInt64LittleEndian(data[at..]);

    /// <summary>Resolves fields that are 0xFFFFFFFF from the zip64 extra field (4.5.3), in the order in which it has them.
    /// False when one is missing there or the field comes twice.</summary>
    public static bool TryResolveZip64(ReadOnlySpan<byte> extra, out bool present, ref long first, ref long second, ref long third)
    {
        present = false;
        var wide = ReadOnlySpan<byte>.Empty;
        while (extra.Length >= 4)
        {
            var length = U16(extra, 2);
            if (extra.Length < 4 + length) break;
            if (U16(extra, 0) == 1)
            {
                if (present) return false;
                present = true;
                wide = extra.Slice(4, length);
            }
            extra = extra[(4 + length)..];
        }
        return Take(ref wide, ref first) && Take(ref wide, ref second) && Take(ref wide, ref third);

        static bool Take(ref ReadOnlySpan<byte> wide, ref long value)
        {
            if (value != uint.MaxValue) return true;
            if (wide.Length < 8) return false;
            value = U64(wide, 0);
            wide = wide[8..];
            return true;
        }
    }
}
