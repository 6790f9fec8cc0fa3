using System.Globalization;
using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Reads the regular files out of what <c>git archive --format=tar</c> writes: ustar headers, pax ones for long names and large sizes (archive-tar.c).
/// Folders, symlinks and submodules (which it writes as empty folders) are left out. Not <c>System.Formats.Tar</c>, which refuses a whole archive for a commit's
/// date that .NET can't hold.</summary>
internal sealed class TarFiles(Stream tar)
{
    private const int Block = 512;

    /// <summary>A pax header holds names; Linux's longest has 4 KiB, git's trees may be deeper. 1 MiB.</summary>
    private const int MaxExtended = 1 << 20;

    private readonly byte[] _header = new byte[Block];

    /// <summary>Gives each file's name and content. True when the archive ended where it should: with a block of zeros.</summary>
    public async Task<bool> ReadAsync(Func<string, Stream, CancellationToken, Task> onFile, CancellationToken ct)
    {
        string? longName = null;
        long? longSize = null;
        while (await tar.ReadAtLeastAsync(_header, Block, throwOnEndOfStream: false, ct) == Block)
        {
            if (!_header.AsSpan().ContainsAnyExcept((byte)0))
                return true;
            var type = (char)_header[156];
            var size = (type is 'x' or 'g' ? null : longSize) ?? Octal(_header.AsSpan(124, 12));
            if (type is 'x')
            {
                (longName, longSize) = Extended(await SmallAsync(size, ct));
                continue;
            }
            if (type is '0' or '\0')
            {
                var content = new TarContent(tar, size);
                await onFile(longName ?? Name(), content, ct);
                await content.SkipRestAsync(ct);
            }
            else if (type is 'g' or '5')
            {
                await new TarContent(tar, size).SkipRestAsync(ct);
            }
            // A symlink's size counts no content.
            if (type != 'g')
                (longName, longSize) = (null, null);
        }
        return false;
    }

    /// <summary>Names and sizes may be far from UTF-8 and from sense; what can't be decoded becomes U+FFFD, which no module may have in a name.</summary>
    private string Name()
    {
        var name = Text(_header.AsSpan(0, 100));
        var prefix = Text(_header.AsSpan(345, 155));
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private async Task<byte[]> SmallAsync(long size, CancellationToken ct)
    {
        if (size > MaxExtended)
            throw new RepositoryException(FaultKind.TooLarge, $"a file's name takes {size} bytes, more than {MaxExtended}");
        var content = new byte[size];
        var stream = new TarContent(tar, size);
        await stream.ReadExactlyAsync(content, ct);
        await stream.SkipRestAsync(ct);
        return content;
    }

    /// <summary>Records of <c>length SP key = value LF</c>, the length being the record's own (pax).</summary>
    private static (string? Name, long? Size) Extended(ReadOnlySpan<byte> records)
    {
        string? name = null;
        long? size = null;
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space || length > records.Length)
                throw new BrokenCloneException("git archive wrote a pax header that can't be read");
            var record = records[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
                name = Encoding.UTF8.GetString(record[5..]);
            else if (record.StartsWith("size="u8))
                size = long.Parse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture);
            records = records[length..];
        }
        return (name, size);
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field);

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var c in field.Trim(" \0"u8))
        {
            if (c is < (byte)'0' or > (byte)'7')
                throw new BrokenCloneException("git archive wrote a size that can't be read");
            value = value * 8 + (c - '0');
        }
        return value;
    }

    /// <summary>One file's bytes; its padding goes with <see cref="SkipRestAsync"/>.</summary>
    private sealed class TarContent(Stream tar, long size) : Stream
    {
        private readonly long _size = size;
        private long _left = size;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => _size;

        public override long Position { get => _size - _left; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0 || buffer.Length == 0)
                return 0;
            var read = await tar.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read > 0 ? read : throw new EndOfStreamException();
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0 || count == 0)
                return 0;
            var read = tar.Read(buffer, offset, (int)Math.Min(count, _left));
            _left -= read;
            return read > 0 ? read : throw new EndOfStreamException();
        }

        public async Task SkipRestAsync(CancellationToken ct)
        {
            var buffer = new byte[Math.Min(_left + Block, 64 << 10)];
            while (_left > 0)
                _ = await ReadAsync(buffer, ct);
            var padding = (int)((Block - _size % Block) % Block);
            await tar.ReadExactlyAsync(buffer.AsMemory(0, padding), ct);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
