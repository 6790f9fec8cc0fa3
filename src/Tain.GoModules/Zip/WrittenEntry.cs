using System.Buffers.Binary;
using System.Text;

namespace Tain.GoModules.Zip;

/// <summary>An entry of a zip in the making, and its headers. 32 bits are enough for what the limits of a module zip allow.</summary>
internal record struct WrittenEntry(string Name, long Offset)
{
    /// <summary>2.0, for deflate (APPNOTE 4.4.3).</summary>
    private const ushort VersionNeeded = 20;

    /// <summary>Bit 11: names are in UTF-8 (4.4.4).</summary>
    private const ushort Utf8Flag = 1 << 11;

    /// <summary>The 1st of January 1980, the first day there is (4.4.6): the same for all, so that the same content makes the same zip.</summary>
    private const ushort Date = 1 << 5 | 1;

    public ushort Method { get; set; }
    public bool HasDescriptor { get; init; }
    public uint Crc { get; set; }
    public uint CompressedSize { get; set; }
    public uint Size { get; set; }

    /// <summary>4.3.7. Sizes and CRC are zeros if a descriptor follows.</summary>
    public readonly int WriteLocalHeader(Span<byte> to, string prefix)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, ZipFormat.LocalHeader);
        return WriteCommon(to, 4, prefix, ZipFormat.LocalHeaderLength, HasDescriptor);
    }

    /// <summary>4.3.12. Like Go's writer it says nothing of permissions.</summary>
    public readonly int WriteCentralHeader(Span<byte> to, string prefix)
    {
        to[..ZipFormat.CentralHeaderLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, ZipFormat.CentralHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], VersionNeeded);
        BinaryPrimitives.WriteUInt32LittleEndian(to[42..], (uint)Offset);
        return WriteCommon(to, 6, prefix, ZipFormat.CentralHeaderLength, zeros: false);
    }

    /// <summary>4.3.9</summary>
    public readonly int WriteDescriptor(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, ZipFormat.Descriptor);
        WriteSizes(to[4..], zeros: false);
        return 16;
    }

    /// <summary>The fields that both headers have in a row, and the name behind the header. Returns the whole length.</summary>
    private readonly int WriteCommon(Span<byte> to, int at, string prefix, int nameAt, bool zeros)
    {
        var fields = to[at..];
        BinaryPrimitives.WriteUInt16LittleEndian(fields, VersionNeeded);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[2..], (ushort)(Utf8Flag | (HasDescriptor ? ZipFormat.DescriptorFlag : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(fields[4..], Method);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[6..], 0); // midnight
        BinaryPrimitives.WriteUInt16LittleEndian(fields[8..], Date);
        WriteSizes(fields[10..], zeros);
        var length = Encoding.UTF8.GetBytes(prefix, to[nameAt..]);
        length += Encoding.UTF8.GetBytes(Name, to[(nameAt + length)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[22..], (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[24..], 0); // no extra field
        return nameAt + length;
    }

    private readonly void WriteSizes(Span<byte> to, bool zeros)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, zeros ? 0 : Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], zeros ? 0 : CompressedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], zeros ? 0 : Size);
    }

    /// <summary>The end of a zip (4.3.16): with a zip64 record (4.3.14 and 15) before it for more entries than it can count.
    /// The central directory lies from <paramref name="start"/> to <paramref name="end"/>. Returns its length.</summary>
    public static int WriteEnd(Span<byte> to, int count, long start, long end)
    {
        const int wide = ZipFormat.Zip64EndLength + ZipFormat.Zip64LocatorLength;
        to[..(wide + ZipFormat.EndLength)].Clear();
        var at = 0;
        if (count >= ushort.MaxValue)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to, ZipFormat.Zip64End);
            BinaryPrimitives.WriteInt64LittleEndian(to[4..], ZipFormat.Zip64EndLength - 12);
            BinaryPrimitives.WriteUInt16LittleEndian(to[12..], 45); // 4.5, for zip64
            BinaryPrimitives.WriteUInt16LittleEndian(to[14..], 45);
            BinaryPrimitives.WriteInt64LittleEndian(to[24..], count);
            BinaryPrimitives.WriteInt64LittleEndian(to[32..], count);
            BinaryPrimitives.WriteInt64LittleEndian(to[40..], end - start);
            BinaryPrimitives.WriteInt64LittleEndian(to[48..], start);
            var locator = to[ZipFormat.Zip64EndLength..];
            BinaryPrimitives.WriteUInt32LittleEndian(locator, ZipFormat.Zip64Locator);
            BinaryPrimitives.WriteInt64LittleEndian(locator[8..], end);
            BinaryPrimitives.WriteUInt32LittleEndian(locator[16..], 1); // one disk
            at = wide;
        }
        to = to[at..];
        var narrow = (ushort)Math.Min(count, ushort.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(to, ZipFormat.End);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], narrow);
        BinaryPrimitives.WriteUInt16LittleEndian(to[10..], narrow);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], (uint)(end - start));
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], (uint)start);
        return at + ZipFormat.EndLength;
    }
}
