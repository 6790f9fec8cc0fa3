using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>One entry of a zip put together by hand: every field follows from name and content unless it is set.</summary>
internal sealed class RawEntry(string name, string content)
{
    public byte[] Name = Encoding.UTF8.GetBytes(name);
    public byte[] Content = Encoding.UTF8.GetBytes(content);
    public ushort Method = 8;
    public ushort Flags;

    /// <summary>The descriptor's length: 0 (none), 12, 16, 20 or 24.</summary>
    public int Descriptor;

    /// <summary>Local sizes and CRC are filled in although a descriptor follows.</summary>
    public bool SizesAhead;

    public byte[]? Compressed;
    public byte[] LocalExtra = [];
    public byte[] CentralExtra = [];
    public byte[] CentralComment = [];

    /// <summary>Bytes between this entry and the next.</summary>
    public byte[] Gap = [];

    /// <summary>Last changes to the headers, by what they are.</summary>
    public Action<byte[]>? ChangeLocal;
    public Action<byte[]>? ChangeDescriptor;
    public Action<byte[]>? ChangeCentral;

    /// <summary>Left out of the central directory.</summary>
    public bool Unlisted;
}

/// <summary>Writes zips as they should be and as they should not.</summary>
internal sealed class RawZip
{
    public List<RawEntry> Entries { get; } = [];
    public bool Zip64;
    public bool ReverseDirectory;
    public string Comment = "";
    public Action<byte[]>? ChangeEnd;
    public Action<byte[]>? ChangeZip64End;
    public byte[] BeforeDirectory = [];
    public byte[] BeforeEnd = [];
    public byte[] After = [];

    public RawZip(params RawEntry[] entries) => Entries.AddRange(entries);

    private static readonly Dictionary<(string, int), byte[]> s_deflated = [];

    public static byte[] Deflate(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        var key = (Convert.ToBase64String(content), (int)level);
        lock (s_deflated)
        {
            if (content.Length < 200 && s_deflated.TryGetValue(key, out var known)) return known;
            var stream = new MemoryStream();
            using (var deflate = new DeflateStream(stream, level, leaveOpen: true)) deflate.Write(content);
            // .NET writes nothing at all for nothing.
            var result = stream.Length == 0 ? [3, 0] : stream.ToArray();
            if (content.Length < 200) s_deflated[key] = result;
            return result;
        }
    }

    public byte[] Write()
    {
        var zip = new MemoryStream();
        var central = new List<byte[]>();
        foreach (var entry in Entries)
        {
            var offset = zip.Length;
            var data = entry.Compressed ?? (entry.Method == 8 ? Deflate(entry.Content) : entry.Content);
            var crc = Zip.Crc32.Append(0, entry.Content);
            var flags = (ushort)(entry.Flags | (entry.Descriptor > 0 ? 8 : 0));
            var ahead = entry.Descriptor == 0 || entry.SizesAhead;

            var local = new byte[30 + entry.Name.Length + entry.LocalExtra.Length];
            Put32(local, 0, 0x04034b50);
            Put16(local, 4, 20);
            Put16(local, 6, flags);
            Put16(local, 8, entry.Method);
            if (ahead)
            {
                Put32(local, 14, crc);
                Put32(local, 18, (uint)data.Length);
                Put32(local, 22, (uint)entry.Content.Length);
            }
            Put16(local, 26, (ushort)entry.Name.Length);
            Put16(local, 28, (ushort)entry.LocalExtra.Length);
            entry.Name.CopyTo(local, 30);
            entry.LocalExtra.CopyTo(local, 30 + entry.Name.Length);
            entry.ChangeLocal?.Invoke(local);
            zip.Write(local);
            zip.Write(data);
            if (entry.Descriptor > 0)
            {
                var descriptor = new byte[entry.Descriptor];
                var at = entry.Descriptor is 16 or 24 ? 4 : 0;
                if (at > 0) Put32(descriptor, 0, 0x08074b50);
                Put32(descriptor, at, crc);
                Put32(descriptor, at + 4, (uint)data.Length);
                Put32(descriptor, entry.Descriptor is 20 or 24 ? at + 12 : at + 8, (uint)entry.Content.Length);
                entry.ChangeDescriptor?.Invoke(descriptor);
                zip.Write(descriptor);
            }
            zip.Write(entry.Gap);

            var header = new byte[46 + entry.Name.Length + entry.CentralExtra.Length + entry.CentralComment.Length];
            Put32(header, 0, 0x02014b50);
            Put16(header, 4, 20);
            Put16(header, 6, 20);
            Put16(header, 8, flags);
            Put16(header, 10, entry.Method);
            Put32(header, 16, crc);
            Put32(header, 20, (uint)data.Length);
            Put32(header, 24, (uint)entry.Content.Length);
            Put16(header, 28, (ushort)entry.Name.Length);
            Put16(header, 30, (ushort)entry.CentralExtra.Length);
            Put16(header, 32, (ushort)entry.CentralComment.Length);
            Put32(header, 42, (uint)offset);
            entry.Name.CopyTo(header, 46);
            entry.CentralExtra.CopyTo(header, 46 + entry.Name.Length);
            entry.CentralComment.CopyTo(header, 46 + entry.Name.Length + entry.CentralExtra.Length);
            entry.ChangeCentral?.Invoke(header);
            if (!entry.Unlisted) central.Add(header);
        }
        zip.Write(BeforeDirectory);
        var start = (uint)zip.Length;
        if (ReverseDirectory) central.Reverse();
        foreach (var header in central) zip.Write(header);
        var size = (uint)(zip.Length - start);

        if (Zip64)
        {
            var wide = new byte[76];
            Put32(wide, 0, 0x06064b50);
            Put32(wide, 4, 44);
            Put32(wide, 24, (uint)central.Count);
            Put32(wide, 32, (uint)central.Count);
            Put32(wide, 40, size);
            Put32(wide, 48, start);
            Put32(wide, 56, 0x07064b50);
            Put32(wide, 64, start + size);
            Put32(wide, 72, 1);
            ChangeZip64End?.Invoke(wide);
            zip.Write(wide);
        }
        zip.Write(BeforeEnd);
        var end = new byte[22 + Comment.Length];
        Put32(end, 0, 0x06054b50);
        Put16(end, 8, Zip64 ? ushort.MaxValue : (ushort)central.Count);
        Put16(end, 10, Zip64 ? ushort.MaxValue : (ushort)central.Count);
        Put32(end, 12, Zip64 ? uint.MaxValue : size);
        Put32(end, 16, Zip64 ? uint.MaxValue : start);
        Put16(end, 20, (ushort)Comment.Length);
        Encoding.Latin1.GetBytes(Comment, end.AsSpan(22));
        ChangeEnd?.Invoke(end);
        zip.Write(end);
        zip.Write(After);
        return zip.ToArray();
    }

    public static void Put16(byte[] data, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), value);

    public static void Put32(byte[] data, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at), value);

    /// <summary>A zip64 extra field with these values.</summary>
    public static byte[] Zip64Extra(params long[] values)
    {
        var extra = new byte[4 + 8 * values.Length];
        Put16(extra, 0, 1);
        Put16(extra, 2, (ushort)(8 * values.Length));
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4 + 8 * i), values[i]);
        return extra;
    }
}
