namespace Tain.GoModules.Zip;

/// <summary>
/// The compressed data of one entry, handed to the inflater so that its exact end shows. <see cref="System.IO.Compression.DeflateStream"/>
/// reads ahead and does not tell how much it used, but it asks for more only while its data has not ended. So wherever the
/// data may end, by the local header's size or because a data descriptor with that size and a header lie behind, the last
/// byte before is handed out by itself: if the inflater is done after it and not sooner, the data ends there.
/// </summary>
internal sealed class DeflatedData(ZipInput input) : Stream
{
    /// <summary>How far behind the data's end the furthest sign of it lies: a descriptor of 24 bytes and a signature.</summary>
    private const int LookAhead = 28;

    private long _start;
    private long? _end;

    /// <summary>The last byte handed out lies before a possible end, and nothing was asked for after it.</summary>
    public bool AtPossibleEnd { get; private set; }

    /// <summary>Begins with the data at the input's position, of the size that the local header states, or null when only
    /// a descriptor behind it does.</summary>
    public void Begin(long? size)
    {
        _start = input.Position;
        _end = _start + size;
        AtPossibleEnd = false;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        AtPossibleEnd = false;
        if (_end is { } end)
        {
            var left = end - input.Position;
            if (left <= 0 || !await input.HasAsync(1, cancellationToken).ConfigureAwait(false)) return 0;
            return Take(buffer.Span, (int)Math.Min(input.Buffered.Length, left), left <= input.Buffered.Length ? (int)left : 0);
        }

        // One byte can be handed out if what would show an end there is at hand.
        await input.HasAsync(LookAhead + 2, cancellationToken).ConfigureAwait(false);
        var available = input.Ended ? input.Buffered.Length : input.Buffered.Length - LookAhead;
        if (available == 0) return 0;
        available = Math.Min(available, buffer.Length);
        return Take(buffer.Span, available, FindDescriptor(input.Buffered, input.Position - _start, available));
    }

    /// <summary>Hands out what is available, but stops one byte before the possible end, if there is one (not 0).</summary>
    private int Take(Span<byte> buffer, int available, int possibleEnd)
    {
        var count = Math.Min(available, buffer.Length);
        if (possibleEnd == 1)
        {
            count = 1;
            AtPossibleEnd = true;
        }
        else if (possibleEnd > 1)
        {
            count = Math.Min(count, possibleEnd - 1);
        }
        input.Buffered[..count].CopyTo(buffer);
        input.Skip(count);
        return count;
    }

    /// <summary>The first place from 1 to <paramref name="last"/> where a descriptor with the size of the data so far lies,
    /// and a header behind it; 0 if none does. <paramref name="taken"/> bytes came before the first of <paramref name="data"/>.</summary>
    internal static int FindDescriptor(ReadOnlySpan<byte> data, long taken, int last)
    {
        var found = 0;
        for (var at = 0; ; at += 2)
        {
            var limit = Math.Min(data.Length, (found != 0 ? found : last) + LookAhead);
            if (at >= limit) return found;
            var next = data[at..limit].IndexOf("PK"u8);
            if (next < 0) return found;
            at += next;
            if (data.Length - at < 4 || ZipFormat.U32(data, at) is not (ZipFormat.LocalHeader or ZipFormat.CentralHeader)) continue;
            foreach (var length in ZipFormat.DescriptorLengths)
            {
                var end = at - length;
                if (end < 1 || end > last || (found != 0 && end >= found)) continue;
                var signed = length is 16 or 24;
                if (signed && ZipFormat.U32(data, end) != ZipFormat.Descriptor) continue;
                if (ZipFormat.U32(data, end + (signed ? 8 : 4)) == taken + end) found = end;
            }
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
