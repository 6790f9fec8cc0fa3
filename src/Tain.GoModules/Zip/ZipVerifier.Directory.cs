using System.Text;
using Tain.GoModules.Paths;

namespace Tain.GoModules.Zip;

/// <summary>What follows the data: descriptors, the central directory and the end, each against what streamed.</summary>
internal sealed partial class ZipVerifier
{
    /// <summary>Sizes of stored entries with a descriptor by their offset, read ahead from the central directory when the first comes.</summary>
    private Dictionary<long, long>? _storedSizes;

    /// <summary>The four forms of a descriptor (APPNOTE 4.3.9): sizes of 4 or 8 bytes, with or without signature. It has to
    /// hold what was computed, and a header has to follow it at once, which makes the form certain.</summary>
    private async ValueTask ReadDescriptorAsync(ZipEntry entry, CancellationToken cancellationToken)
    {
        const int longest = 24;
        // Shorter only where the zip is truncated: behind a descriptor there is at least the end record.
        await _input.HasAsync(longest + 4, cancellationToken).ConfigureAwait(false);
        var found = FindDescriptor(_input.Buffered, entry);
        _input.Skip(found);
        if (found > 0) return;
        if (_input.Buffered.Length < longest) throw Truncated($"in the data descriptor of {Text.Quote(entry.Name)}");
        throw Illegal(entry.Name, $"data descriptor does not say what came: CRC-32 {entry.Crc:x8}, compressed size {entry.CompressedSize}, uncompressed size {entry.Size}");
    }

    /// <summary>The length of the descriptor there, or 0.</summary>
    private static int FindDescriptor(ReadOnlySpan<byte> data, ZipEntry entry)
    {
        foreach (var length in ZipFormat.DescriptorLengths)
            if (IsDescriptor(data, length, entry))
                return length;
        return 0;
    }

    private static bool IsDescriptor(ReadOnlySpan<byte> data, int length, ZipEntry entry)
    {
        if (data.Length < length + 4) return false;
        if (ZipFormat.U32(data, length) is not (ZipFormat.LocalHeader or ZipFormat.CentralHeader)) return false;
        if (length is 16 or 24)
        {
            if (ZipFormat.U32(data, 0) != ZipFormat.Descriptor) return false;
            data = data[4..];
        }
        var wide = length is 20 or 24;
        return ZipFormat.U32(data, 0) == entry.Crc
            && (wide ? ZipFormat.U64(data, 4) : ZipFormat.U32(data, 4)) == entry.CompressedSize
            && (wide ? ZipFormat.U64(data, 12) : ZipFormat.U32(data, 8)) == entry.Size;
    }

    private async ValueTask ReadDirectoryAsync(CancellationToken cancellationToken)
    {
        // :: Step 3
        var start = _input.Position;
        var count = 0;
        while (await PeekSignatureAsync(cancellationToken).ConfigureAwait(false) == ZipFormat.CentralHeader)
        {
            var length = await NeedCentralHeaderAsync(cancellationToken).ConfigureAwait(false);
            CheckCentralHeader(_input.Buffered[..length], count++);
            _input.Skip(length);
        }
        var directoryLength = _input.Position - start;
        if (count < _entries.Count)
            throw Illegal(_entries.First(e => !e.Listed).Name, "entry is missing in the central directory");

        // :: Step 4
        var end = await ReadEndAsync(cancellationToken).ConfigureAwait(false);
        ExpectEnd("number of entries", end.Count, count);
        ExpectEnd("size of the central directory", end.Size, directoryLength);
        ExpectEnd("offset of the central directory", end.Offset, start);
        if (await _input.HasAsync(1, cancellationToken).ConfigureAwait(false))
            throw new ModuleZipException($"bytes follow the zip's end at offset {_input.Position}");
    }

    private async ValueTask<int> NeedCentralHeaderAsync(CancellationToken cancellationToken)
    {
        await NeedAsync(ZipFormat.CentralHeaderLength, "in the central directory", cancellationToken).ConfigureAwait(false);
        var header = _input.Buffered;
        var length = ZipFormat.CentralHeaderLength + ZipFormat.U16(header, 28) + ZipFormat.U16(header, 30) + ZipFormat.U16(header, 32);
        await NeedAsync(length, "in the central directory", cancellationToken).ConfigureAwait(false);
        return length;
    }

    private void CheckCentralHeader(ReadOnlySpan<byte> header, int index)
    {
        var name = header.Slice(ZipFormat.CentralHeaderLength, ZipFormat.U16(header, 28));
        var extra = header.Slice(ZipFormat.CentralHeaderLength + name.Length, ZipFormat.U16(header, 30));
        long compressed = ZipFormat.U32(header, 20), size = ZipFormat.U32(header, 24), offset = ZipFormat.U32(header, 42);
        var resolved = ZipFormat.TryResolveZip64(extra, out _, ref size, ref compressed, ref offset);

        var entry = resolved ? FindEntry(offset, index) : null;
        if (entry == null || entry.Listed)
        {
            var quoted = Text.Quote(Encoding.UTF8.GetString(name));
            throw new ModuleZipException(!resolved ? $"{quoted}: central directory has a bad zip64 extra field"
                : entry == null ? $"{quoted}: central directory says offset {offset}, where no entry begins"
                : $"{quoted}: central directory lists the entry at offset {offset} twice");
        }
        entry.Listed = true;

        const string where = "central directory";
        if (!IsName(name, entry.Name))
            throw Illegal(entry.Name, $"central directory calls it {Text.Quote(Encoding.UTF8.GetString(name))}");
        Expect(entry, where, "flags", ZipFormat.U16(header, 8), entry.Flags);
        Expect(entry, where, "method", ZipFormat.U16(header, 10), entry.Method);
        Expect(entry, where, "CRC-32", ZipFormat.U32(header, 16), entry.Crc);
        Expect(entry, where, "compressed size", compressed, entry.CompressedSize);
        Expect(entry, where, "uncompressed size", size, entry.Size);
        Expect(entry, where, "disk", ZipFormat.U16(header, 34), 0);
    }

    private ZipEntry? FindEntry(long offset, int index)
    {
        // As a rule the directory has the order of the data.
        if (index < _entries.Count && _entries[index].Offset == offset) return _entries[index];
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_entries[middle].Offset < offset) low = middle + 1;
            else high = middle;
        }
        return low < _entries.Count && _entries[low].Offset == offset ? _entries[low] : null;
    }

    private bool IsName(ReadOnlySpan<byte> bytes, string name)
    {
        if (!bytes.StartsWith(_prefixBytes)) return false;
        Span<byte> expected = stackalloc byte[ModuleZip.MaxNameLength];
        return bytes[_prefixBytes.Length..].SequenceEqual(expected[..Encoding.UTF8.GetBytes(name, expected)]);
    }

    private static void ExpectEnd(string field, long stated, long actual)
    {
        if (stated != actual) throw new ModuleZipException($"zip's end record says {field} {stated}, but it is {actual}");
    }

    private readonly record struct EndRecord(long Count, long Size, long Offset);

    /// <summary>Reads the zip64 end record and its locator, if there, and the end record with its comment.</summary>
    private async ValueTask<EndRecord> ReadEndAsync(CancellationToken cancellationToken)
    {
        EndRecord? wide = null;
        var start = _input.Position;
        if (ZipFormat.U32(_input.Buffered, 0) == ZipFormat.Zip64End)
        {
            const int length = ZipFormat.Zip64EndLength + ZipFormat.Zip64LocatorLength;
            await NeedAsync(length + 4, "in the zip64 end record", cancellationToken).ConfigureAwait(false);
            wide = ParseZip64End(_input.Buffered[..length], start);
            _input.Skip(length);
        }

        await NeedAsync(ZipFormat.EndLength, "in the end record", cancellationToken).ConfigureAwait(false);
        var commentLength = ZipFormat.U16(_input.Buffered, 20);
        await NeedAsync(ZipFormat.EndLength + commentLength, "in the comment", cancellationToken).ConfigureAwait(false);
        var end = ParseEnd(_input.Buffered[..(ZipFormat.EndLength + commentLength)], wide);
        _input.Skip(ZipFormat.EndLength + commentLength);
        return end;
    }

    private static EndRecord ParseZip64End(ReadOnlySpan<byte> data, long position)
    {
        var locator = data[ZipFormat.Zip64EndLength..];
        if (ZipFormat.U64(data, 4) != ZipFormat.Zip64EndLength - 12 || ZipFormat.U32(locator, 0) != ZipFormat.Zip64Locator)
            throw new ModuleZipException("zip64 end record is not followed by its locator");
        ExpectEnd("offset of the zip64 record", ZipFormat.U64(locator, 8), position);
        ExpectEnd("number of disks", ZipFormat.U32(locator, 16), 1);
        ExpectEnd("disk", ZipFormat.U32(locator, 4) | ZipFormat.U32(data, 16) | ZipFormat.U32(data, 20), 0);
        var end = new EndRecord(ZipFormat.U64(data, 32), ZipFormat.U64(data, 40), ZipFormat.U64(data, 48));
        ExpectEnd("number of entries on this disk", ZipFormat.U64(data, 24), end.Count);
        return end;
    }

    private static EndRecord ParseEnd(ReadOnlySpan<byte> data, EndRecord? wide)
    {
        if (ZipFormat.U32(data, 0) != ZipFormat.End) throw new ModuleZipException("zip's end record is missing after the central directory");
        // A reader that looks for the end from behind must find this one.
        if (data.Length > ZipFormat.EndLength && data[1..].IndexOf("PK\x05\x06"u8) >= 0)
            throw new ModuleZipException("zip's comment holds the signature of an end record");
        var count = Narrow(ZipFormat.U16(data, 10), ushort.MaxValue, wide?.Count);
        ExpectEnd("disk", ZipFormat.U16(data, 4) | ZipFormat.U16(data, 6), 0);
        ExpectEnd("number of entries on this disk", Narrow(ZipFormat.U16(data, 8), ushort.MaxValue, wide?.Count), count);
        return new EndRecord(
            count,
            Narrow(ZipFormat.U32(data, 12), uint.MaxValue, wide?.Size),
            Narrow(ZipFormat.U32(data, 16), uint.MaxValue, wide?.Offset));

        // Beside a zip64 record, a field of all ones refers to it; any other has to agree with it.
        static long Narrow(long value, long ones, long? wide)
        {
            if (wide is not { } w || value == w) return value;
            return value == ones ? w : -1;
        }
    }

    /// <summary>The size of a stored entry that only a descriptor and the central directory tell: the data itself does not
    /// show where it ends. So the zip is read to its end, once; everything is then checked as ever, from here on again.</summary>
    private async ValueTask<long> FindStoredSizeAsync(long offset, long resume, CancellationToken cancellationToken)
    {
        if (_storedSizes == null)
        {
            _storedSizes = await ReadStoredSizesAsync(cancellationToken).ConfigureAwait(false);
            _input.Seek(resume);
        }
        return _storedSizes.TryGetValue(offset, out var size) && size >= 0 ? size
            : throw new ModuleZipException($"the entry at offset {offset} is stored without its size, and the central directory does not have it");
    }

    private async ValueTask<Dictionary<long, long>> ReadStoredSizesAsync(CancellationToken cancellationToken)
    {
        const int tailLength = ZipFormat.EndLength + ushort.MaxValue + ZipFormat.Zip64EndLength + ZipFormat.Zip64LocatorLength;
        // Leaves the last 64 KiB and more in the window.
        while (await _input.HasAsync(2 * tailLength - 1, cancellationToken).ConfigureAwait(false)) _input.Skip(tailLength - 1);
        _input.Seek(Math.Max(0, _input.Position + _input.Buffered.Length - tailLength));
        await _input.HasAsync(tailLength, cancellationToken).ConfigureAwait(false);

        _input.Seek(FindDirectory(_input.Buffered, _input.Position));
        var sizes = new Dictionary<long, long>();
        for (var i = 0; i <= ModuleZip.MaxEntries; i++)
        {
            if (!await _input.HasAsync(4, cancellationToken).ConfigureAwait(false) || ZipFormat.U32(_input.Buffered, 0) != ZipFormat.CentralHeader) break;
            var length = await NeedCentralHeaderAsync(cancellationToken).ConfigureAwait(false);
            AddStoredSize(_input.Buffered[..length], sizes);
            _input.Skip(length);
        }
        return sizes;
    }

    private static void AddStoredSize(ReadOnlySpan<byte> header, Dictionary<long, long> sizes)
    {
        if (ZipFormat.U16(header, 10) != ZipFormat.Stored) return;
        long compressed = ZipFormat.U32(header, 20), size = ZipFormat.U32(header, 24), offset = ZipFormat.U32(header, 42);
        var extra = header.Slice(ZipFormat.CentralHeaderLength + ZipFormat.U16(header, 28), ZipFormat.U16(header, 30));
        if (ZipFormat.TryResolveZip64(extra, out _, ref size, ref compressed, ref offset)) sizes.TryAdd(offset, compressed);
    }

    /// <summary>Where the central directory begins, by the end record: the last whose comment reaches the zip's end.</summary>
    private static long FindDirectory(ReadOnlySpan<byte> tail, long position)
    {
        for (var at = tail.Length - ZipFormat.EndLength; at >= 0; at--)
        {
            if (ZipFormat.U32(tail, at) != ZipFormat.End || at + ZipFormat.EndLength + ZipFormat.U16(tail, at + 20) != tail.Length) continue;
            long directory = ZipFormat.U32(tail, at + 16);
            var wide = at - ZipFormat.Zip64LocatorLength - ZipFormat.Zip64EndLength;
            if (wide >= 0 && ZipFormat.U32(tail, wide) == ZipFormat.Zip64End) directory = ZipFormat.U64(tail, wide + 48);
            if (directory >= 0 && directory < position + tail.Length) return directory;
        }
        throw new ModuleZipException("zip is truncated or damaged: its end record is not found");
    }

    private VerifiedZip Summarize()
    {
        var files = new List<ZipEntryInfo>(_entries.Count);
        string? goMod = null;
        foreach (var entry in _entries)
        {
            if (entry.IsDirectory) continue;
            files.Add(new ZipEntryInfo(entry.Name, entry.Size, entry.Sha256));
            if (entry.Name == "go.mod") goMod = ModuleHash.GoModOfSha256(entry.Sha256);
        }

        // dirhash.HashZip hashes every entry, directories too.
        var length = _input.Position;
        _entries.Sort((a, b) => Text.CompareUtf8(a.Name, b.Name));
        using var summary = new ModuleHash.Summary();
        foreach (var entry in _entries) summary.Add(entry.Sha256, _prefix + entry.Name);
        return new VerifiedZip(summary.Finish(), goMod, length, files);
    }
}
