using System.Buffers;
using System.IO.Compression;
using System.Text;
using Tain.GoModules.Paths;
using Tain.GoModules.Zip;

namespace Tain.GoModules;

/// <summary>
/// Writes a module zip while its files come: forward only and asynchronously only, in writes of 64 KiB. (That is why it is
/// not <see cref="ZipArchive"/>, which even in its asynchronous form writes each entry's header synchronously.) The same files
/// in the same order give the same bytes, whatever pieces the streams come in, as long as the runtime's zlib and the kind of
/// processor stay the same; the <c>h1:</c> hash does not depend on them. <see cref="ModuleZip.VerifyAsync"/> accepts each zip
/// made. Memory: some 700 KiB, and 300 bytes for each file. Not for use by two threads at once.
/// </summary>
public sealed class ModuleZipWriter : IAsyncDisposable
{
    /// <summary>How much of a file is read before it is packed, in bytes: one that ends within is packed in memory, and its
    /// header has its sizes. It is always filled, so that the stream's pieces don't show in the zip.</summary>
    private const int ContentSize = 128 * 1024;

    /// <summary>zlib's level 5. Measured on Go's own source tree, 10,694 files of 113 MB, in seconds of one core and MB of
    /// deflated data: level 1 0.37 s and 43.9, 2 0.77 s and 34.8, 3 0.95 s and 33.0, 5 1.14 s and 31.8, 6 1.42 s and 31.8,
    /// 9 3.1 s and 31.3. What a lower level gains once is lost again by the first clients, who load the larger zip.</summary>
    private static readonly ZLibCompressionOptions s_level = new() { CompressionLevel = 5 };

    private readonly ZipOutput _output;
    private readonly string _prefix;
    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(ContentSize);
    private readonly byte[] _header = ArrayPool<byte>.Shared.Rent(ZipFormat.CentralHeaderLength + ModuleZip.MaxNameLength);
    private readonly MemoryStream _packed = new(ContentSize);
    private readonly NameTree _names = new();
    private readonly List<WrittenEntry> _entries = [];
    private long _namesLength;
    private long _totalSize;
    private State _state;

    private enum State
    {
        Open,
        Failed,
        Finished,
        Disposed,
    }

    /// <summary>Begins a zip.</summary>
    /// <param name="output">Where it goes, from the stream's position on; it stays open.</param>
    /// <param name="path">The module.</param>
    /// <param name="version">Its version, canonical and legal for the path.</param>
    /// <exception cref="ModuleZipException">The version is not.</exception>
    public ModuleZipWriter(Stream output, ModulePath path, string version)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(path);
        if (!ModuleVersion.Check(path, version, out var error)) throw new ModuleZipException($"{path}: {error}");
        _output = new ZipOutput(output);
        _prefix = $"{path}@{version}/";
    }

    /// <summary>The zip's bytes so far; of them at most 64 KiB are not in the output yet.</summary>
    public long Length => _output.Written;

    /// <summary>Adds one file. It packs on the caller's thread while content is there. After an exception the zip is lost:
    /// nothing more can be added, and it gets no end.</summary>
    /// <param name="name">Its path below the module's root, of <see cref="ModuleTree.Valid"/>.</param>
    /// <param name="content">Read to its end; it stays open.</param>
    /// <param name="cancellationToken">Ends the wait for content and for the output.</param>
    /// <exception cref="ModuleZipException">The name or the size breaks a rule of module zips, or the zip becomes larger than
    /// <see cref="ModuleZip.MaxZipFile"/>. Sizes are counted as they come: conversions can make them other than listed.</exception>
    public async Task AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(content);
        Begin();
        CheckName(name);

        var count = await content.ReadAtLeastAsync(_content.AsMemory(0, ContentSize), ContentSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count < ContentSize) await AddSmallAsync(name, count, cancellationToken).ConfigureAwait(false);
        else await AddLargeAsync(name, content, cancellationToken).ConfigureAwait(false);
        _state = State.Open;
    }

    /// <summary>Writes the central directory, and has the output write through what it holds.</summary>
    /// <exception cref="ModuleZipException">The zip becomes larger than <see cref="ModuleZip.MaxZipFile"/>.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        Begin();
        var start = _output.Written;
        foreach (var entry in _entries)
        {
            var length = entry.WriteCentralHeader(_header, _prefix);
            await _output.WriteAsync(_header.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
        var end = WrittenEntry.WriteEnd(_header, _entries.Count, start, _output.Written);
        await _output.WriteAsync(_header.AsMemory(0, end), cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        _state = State.Finished;
    }

    /// <summary>Until the end of what begins here succeeds, it has failed.</summary>
    private void Begin()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Open)
            throw new InvalidOperationException(_state == State.Finished ? "the zip is finished" : "the zip is lost: a file could not be added");
        _state = State.Failed;
    }

    private void CheckName(string name)
    {
        if (_entries.Count == ModuleZip.MaxEntries)
            throw new ModuleZipException($"zip has more than {ModuleZip.MaxEntries} entries, the limit");
        if (PathRules.Check(name, PathKind.File) is { } rule) throw Illegal(name, $"malformed file path: {rule}");
        var length = Encoding.UTF8.GetByteCount(_prefix) + Encoding.UTF8.GetByteCount(name);
        if (length > ModuleZip.MaxNameLength)
            throw Illegal(name, $"name in the zip has {length} bytes; the limit is {ModuleZip.MaxNameLength}");
        if ((_namesLength += length) > ModuleZip.MaxNamesLength)
            throw new ModuleZipException($"the names of the entries are longer than {ModuleZip.MaxNamesLength} bytes in all, the limit");
        if (_names.Add(name, isDirectory: false) is { } collision) throw Illegal(name, collision);
        if (EntryRules.CheckGoMod(name) is { } place) throw Illegal(name, place);
    }

    private async Task AddSmallAsync(string name, int size, CancellationToken cancellationToken)
    {
        CheckSize(name, size);
        var entry = new WrittenEntry(name, _output.Written) { Size = (uint)size, Crc = Crc32.Append(0, _content.AsSpan(0, size)) };
        _packed.SetLength(0);
        if (size > 0)
        {
            var deflater = new DeflateStream(_packed, s_level, leaveOpen: true);
            await using (deflater.ConfigureAwait(false)) deflater.Write(_content, 0, size);
        }

        // What does not become smaller stays as it is.
        entry.Method = _packed.Length < size ? ZipFormat.Deflated : ZipFormat.Stored;
        var data = entry.Method == ZipFormat.Deflated ? _packed.GetBuffer().AsMemory(0, (int)_packed.Length) : _content.AsMemory(0, size);
        entry.CompressedSize = (uint)data.Length;
        await _output.WriteAsync(_header.AsMemory(0, entry.WriteLocalHeader(_header, _prefix)), cancellationToken).ConfigureAwait(false);
        await _output.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        Add(entry);
    }

    /// <summary>Begins with a full buffer of content. Sizes and CRC follow the data, in a descriptor.</summary>
    private async Task AddLargeAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var entry = new WrittenEntry(name, _output.Written) { Method = ZipFormat.Deflated, HasDescriptor = true };
        await _output.WriteAsync(_header.AsMemory(0, entry.WriteLocalHeader(_header, _prefix)), cancellationToken).ConfigureAwait(false);
        var start = _output.Written;
        long size = 0;
        var deflater = new DeflateStream(_output, s_level, leaveOpen: true);
        await using (deflater.ConfigureAwait(false))
        {
            try
            {
                for (var count = ContentSize; count > 0;)
                {
                    CheckSize(name, size += count);
                    entry.Crc = Crc32.Append(entry.Crc, _content.AsSpan(0, count));
                    await deflater.WriteAsync(_content.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                    count = await content.ReadAtLeastAsync(_content.AsMemory(0, ContentSize), ContentSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                }
            }
            catch
            {
                // Or closing the deflater would write the rest.
                _output.Abandon();
                throw;
            }
        }
        entry.Size = (uint)size;
        entry.CompressedSize = (uint)(_output.Written - start);
        await _output.WriteAsync(_header.AsMemory(0, entry.WriteDescriptor(_header)), cancellationToken).ConfigureAwait(false);
        Add(entry);
    }

    private void Add(WrittenEntry entry)
    {
        _totalSize += entry.Size;
        _entries.Add(entry);
    }

    private void CheckSize(string name, long size)
    {
        if (EntryRules.CheckSize(name, size, _totalSize) is { } rule) throw Illegal(name, rule);
    }

    private static ModuleZipException Illegal(string name, string rule) => new($"{Text.Quote(name)}: {rule}");

    /// <summary>Frees memory. A zip that is not finished stays without its end, so that nobody takes it for a whole one.</summary>
    public ValueTask DisposeAsync()
    {
        if (_state == State.Disposed) return ValueTask.CompletedTask;
        _state = State.Disposed;
        ArrayPool<byte>.Shared.Return(_content);
        ArrayPool<byte>.Shared.Return(_header);
        _output.Dispose();
        return ValueTask.CompletedTask;
    }
}
