using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Tain.GoModules.Paths;

namespace Tain.GoModules.Zip;

/// <summary>
/// One verification of one zip, in the order of its bytes:
/// 1. each local header, its name checked before its data is touched;
/// 2. its data, inflated, counted and hashed; the descriptor behind it, if any;
/// 3. the central directory, entry by entry against what streamed (in ZipVerifier.Directory.cs);
/// 4. the end record, and then the end.
/// </summary>
internal sealed partial class ZipVerifier : IDisposable
{
    private const int OutputSize = 128 * 1024;

    private readonly ZipInput _input;
    private readonly string _prefix;
    private readonly byte[] _prefixBytes;
    private readonly byte[] _output = ArrayPool<byte>.Shared.Rent(OutputSize);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly DeflatedData _deflated;
    private readonly List<ZipEntry> _entries = [];
    private readonly NameTree _names = new();

    /// <summary>Directories that have an entry of their own. Go takes one twice, and hashes it twice.</summary>
    private readonly HashSet<string> _directories = [];
    private long _namesLength;
    private long _totalSize;

    public ZipVerifier(Stream zip, string prefix)
    {
        _input = new ZipInput(zip);
        _deflated = new DeflatedData(_input);
        _prefix = prefix;
        _prefixBytes = Encoding.UTF8.GetBytes(prefix);
    }

    public async Task<VerifiedZip> RunAsync(CancellationToken cancellationToken)
    {
        // :: Steps 1 and 2: the entries, one behind the other.
        while (await PeekSignatureAsync(cancellationToken).ConfigureAwait(false) == ZipFormat.LocalHeader)
            await ReadEntryAsync(cancellationToken).ConfigureAwait(false);

        // :: Steps 3 and 4
        await ReadDirectoryAsync(cancellationToken).ConfigureAwait(false);
        return Summarize();
    }

    private async ValueTask<uint> PeekSignatureAsync(CancellationToken cancellationToken)
    {
        if (!await _input.HasAsync(4, cancellationToken).ConfigureAwait(false))
        {
            throw _input.Position + _input.Buffered.Length == 0
                ? new ModuleZipException("not a zip: it is empty")
                : Truncated(_input.Position == 0 ? "in its first header" : "between its entries");
        }
        var signature = ZipFormat.U32(_input.Buffered, 0);
        if (signature is ZipFormat.LocalHeader or ZipFormat.CentralHeader or ZipFormat.Zip64End or ZipFormat.End) return signature;
        if (_input.Position == 0)
        {
            await _input.HasAsync(40, cancellationToken).ConfigureAwait(false);
            var start = _input.Buffered;
            throw new ModuleZipException($"not a zip: it begins with {Text.Quote(Encoding.Latin1.GetString(start[..Math.Min(40, start.Length)]))}");
        }
        throw new ModuleZipException($"no header follows {Last()} at offset {_input.Position}: bytes that belong to no entry are not allowed");
    }

    private async ValueTask ReadEntryAsync(CancellationToken cancellationToken)
    {
        // :: Step 1
        var entry = await ReadLocalHeaderAsync(cancellationToken).ConfigureAwait(false);
        var (crc, compressed, size, sizesKnown) = (entry.Crc, entry.CompressedSize, entry.Size, !entry.HasDescriptor);
        entry.Crc = 0;
        entry.Size = 0;

        // :: Step 2
        var start = _input.Position;
        if (entry.Method == ZipFormat.Deflated && !(entry.IsDirectory && sizesKnown && compressed == 0))
        {
            await InflateAsync(entry, sizesKnown ? compressed : null, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // A stored entry does not show where it ends.
            var length = sizesKnown || compressed != 0 ? compressed : await FindStoredSizeAsync(entry.Offset, start, cancellationToken).ConfigureAwait(false);
            await CopyAsync(entry, length, cancellationToken).ConfigureAwait(false);
        }
        entry.CompressedSize = _input.Position - start;
        if (entry.IsDirectory && entry.Size != 0)
            throw Illegal(entry.Name, $"directory has content ({entry.Size} bytes)");

        // What the header says ahead has to be what came; zeros say nothing if a descriptor follows.
        Expect(entry, "local header", "compressed size", compressed, entry.CompressedSize, optional: !sizesKnown);
        Expect(entry, "local header", "uncompressed size", size, entry.Size, optional: !sizesKnown);
        Expect(entry, "local header", "CRC-32", crc, entry.Crc, optional: !sizesKnown);
        if (entry.HasDescriptor) await ReadDescriptorAsync(entry, cancellationToken).ConfigureAwait(false);
        _totalSize += entry.Size;
        _entries.Add(entry);
    }

    private async ValueTask<ZipEntry> ReadLocalHeaderAsync(CancellationToken cancellationToken)
    {
        if (_entries.Count == ModuleZip.MaxEntries)
            throw new ModuleZipException($"zip has more than {ModuleZip.MaxEntries} entries, the limit");
        await NeedAsync(ZipFormat.LocalHeaderLength, "in a local header", cancellationToken).ConfigureAwait(false);
        var length = ZipFormat.LocalHeaderLength + ZipFormat.U16(_input.Buffered, 26) + ZipFormat.U16(_input.Buffered, 28);
        await NeedAsync(length, "in a local header", cancellationToken).ConfigureAwait(false);

        var entry = ParseLocalHeader(_input.Buffered[..length]);
        _input.Skip(length);
        return entry;
    }

    private ZipEntry ParseLocalHeader(ReadOnlySpan<byte> header)
    {
        var nameLength = ZipFormat.U16(header, 26);
        var name = CheckName(header.Slice(ZipFormat.LocalHeaderLength, nameLength));
        long compressed = ZipFormat.U32(header, 18), size = ZipFormat.U32(header, 22), none = 0;
        if (!ZipFormat.TryResolveZip64(header[(ZipFormat.LocalHeaderLength + nameLength)..], out _, ref size, ref compressed, ref none))
            throw Illegal(name, "local header has a bad zip64 extra field");

        var entry = new ZipEntry
        {
            Name = name,
            Offset = _input.Position,
            Flags = ZipFormat.U16(header, 6),
            Method = ZipFormat.U16(header, 8),
            Crc = ZipFormat.U32(header, 14),
            CompressedSize = compressed,
            Size = size,
        };
        if ((entry.Flags & 1) != 0) throw Illegal(name, "entry is encrypted");
        if ((entry.Flags & ~ZipFormat.AllowedFlags) != 0) throw Illegal(name, $"flags 0x{entry.Flags:x4} are not allowed");
        if (entry.Method is not (ZipFormat.Stored or ZipFormat.Deflated))
            throw Illegal(name, $"compression method {entry.Method} is not allowed, only 0 (stored) and 8 (deflated)");
        // Refused before the work; what does not say its size is counted as it comes.
        CheckSize(entry, size);
        return entry;
    }

    /// <summary>x/mod <c>zip.checkZip</c>'s rules for a name, in its order. Returns it without the prefix.</summary>
    private string CheckName(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ModuleZip.MaxNameLength)
            throw new ModuleZipException($"the entry at offset {_input.Position} has a name of {bytes.Length} bytes; the limit is {ModuleZip.MaxNameLength}");
        if (!bytes.StartsWith(_prefixBytes))
            throw new ModuleZipException($"{Text.Quote(Encoding.UTF8.GetString(bytes))}: path does not have prefix {Text.Quote(_prefix)}");
        var rest = bytes[_prefixBytes.Length..];
        if (!Utf8.IsValid(rest)) throw Illegal(Encoding.UTF8.GetString(rest), "name is not UTF-8");
        if ((_namesLength += bytes.Length) > ModuleZip.MaxNamesLength)
            throw new ModuleZipException($"the names of the entries are longer than {ModuleZip.MaxNamesLength} bytes in all, the limit");

        var name = Encoding.UTF8.GetString(rest);
        var isDirectory = name.Length == 0 || name[^1] == '/';
        var path = isDirectory && name.Length > 0 ? name[..^1] : name;
        if (name.Length > 0)
        {
            if (PathRules.Check(path, PathKind.File) is { } rule) throw Illegal(name, $"malformed file path: {rule}");
            if (_names.Add(path, isDirectory) is { } collision) throw Illegal(name, collision);
        }
        if (isDirectory)
        {
            if (!_directories.Add(name)) throw Illegal(name, "multiple entries for directory");
        }
        else if (EntryRules.CheckGoMod(name) is { } rule)
        {
            throw Illegal(name, rule);
        }
        return name;
    }

    private async ValueTask InflateAsync(ZipEntry entry, long? size, CancellationToken cancellationToken)
    {
        _deflated.Begin(size);
        var inflater = new DeflateStream(_deflated, CompressionMode.Decompress, leaveOpen: true);
        await using (inflater.ConfigureAwait(false))
        {
            var first = true;
            var last = false;
            while (!last)
            {
                var filled = 0;
                try
                {
                    while (!last && filled < OutputSize)
                    {
                        var read = await inflater.ReadAsync(_output.AsMemory(filled, OutputSize - filled), cancellationToken).ConfigureAwait(false);
                        filled += read;
                        last = read == 0;
                    }
                }
                catch (InvalidDataException e)
                {
                    throw Illegal(entry.Name, "compressed data is damaged or truncated", e);
                }
                Consume(entry, _output.AsSpan(0, filled), first, last);
                first = false;
            }
        }
        if (_deflated.AtPossibleEnd) return;
        if (_input.Ended && _input.Buffered.Length == 0) throw Truncated($"in {Text.Quote(entry.Name)}");
        throw Illegal(entry.Name, size is { } stated
            ? $"local header says compressed size {stated}, but the compressed data ends elsewhere"
            : "no data descriptor with its size and no header follow the compressed data");
    }

    private async ValueTask CopyAsync(ZipEntry entry, long length, CancellationToken cancellationToken)
    {
        var first = true;
        do
        {
            var count = (int)Math.Min(length, 64 * 1024);
            await NeedAsync(count, $"in {Text.Quote(entry.Name)}", cancellationToken).ConfigureAwait(false);
            length -= count;
            Consume(entry, _input.Buffered[..count], first, last: length == 0);
            _input.Skip(count);
            first = false;
        }
        while (length > 0);
    }

    /// <summary>Counts and hashes the next part of an entry's content.</summary>
    private void Consume(ZipEntry entry, ReadOnlySpan<byte> content, bool first, bool last)
    {
        entry.Size += content.Length;
        CheckSize(entry, entry.Size);
        entry.Crc = Crc32.Append(entry.Crc, content);
        if (first && last)
        {
            // Most files are small: once through, without the state of a hash in parts.
            entry.Sha256 = SHA256.HashData(content);
            return;
        }
        _sha256.AppendData(content);
        if (last) entry.Sha256 = _sha256.GetHashAndReset();
    }

    private void CheckSize(ZipEntry entry, long size)
    {
        if (EntryRules.CheckSize(entry.Name, size, _totalSize) is { } rule) throw Illegal(entry.Name, rule);
    }

    /// <summary>Compares what a header says with what came.</summary>
    private static void Expect(ZipEntry entry, string where, string field, long stated, long actual, bool optional = false)
    {
        if (stated != actual && !(optional && stated == 0))
            throw Illegal(entry.Name, $"{where} says {field} {stated}, but it is {actual}");
    }

    private async ValueTask NeedAsync(int count, string where, CancellationToken cancellationToken)
    {
        if (!await _input.HasAsync(count, cancellationToken).ConfigureAwait(false)) throw Truncated(where);
    }

    private ModuleZipException Truncated(string where) =>
        new($"zip is truncated: it ends after {_input.Position + _input.Buffered.Length} bytes, {where}");

    private static ModuleZipException Illegal(string name, string rule, Exception? inner = null) => new($"{Text.Quote(name)}: {rule}", inner!);

    private string Last() => _entries.Count == 0 ? "the zip's start" : Text.Quote(_entries[^1].Name);

    public void Dispose()
    {
        _deflated.Dispose();
        _input.Dispose();
        _sha256.Dispose();
        ArrayPool<byte>.Shared.Return(_output);
    }
}
