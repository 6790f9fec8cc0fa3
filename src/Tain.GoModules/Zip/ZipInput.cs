using System.Buffers;

namespace Tain.GoModules.Zip;

/// <summary>
/// Reads the zip through one window of memory: whoever parses it asks for so many bytes in a row, looks at them, and takes
/// as many as he needs.
/// </summary>
internal sealed class ZipInput : IDisposable
{
    /// <summary>The window in bytes. The longest thing asked for in a row is a header of the central directory with name,
    /// extra field and comment of 65,535 bytes each.</summary>
    private const int WindowSize = 256 * 1024;

    /// <summary>The most bytes taken at once, so that the pages touched stay few where the stream has all of it.</summary>
    private const int MaxRead = 64 * 1024;

    private readonly Stream _zip;
    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent(WindowSize);
    private int _start;
    private int _end;

    /// <summary>The zip's position of <c>_window[0]</c>.</summary>
    private long _origin;

    public ZipInput(Stream zip) => _zip = zip;

    /// <summary>Where the next byte is in the zip.</summary>
    public long Position => _origin + _start;

    /// <summary>What has been read and not been taken yet.</summary>
    public ReadOnlySpan<byte> Buffered => _window.AsSpan(_start, _end - _start);

    /// <summary>The stream said that nothing follows what is buffered.</summary>
    public bool Ended { get; private set; }

    public void Skip(int count) => _start += count;

    /// <summary>Goes on at a position that has been read before.</summary>
    public void Seek(long position)
    {
        _zip.Position = position;
        Ended = false;
        _origin = position;
        _start = _end = 0;
    }

    /// <summary>Waits until that many bytes are buffered; false when the zip ends before.</summary>
    public ValueTask<bool> HasAsync(int count, CancellationToken cancellationToken) =>
        _end - _start >= count ? new ValueTask<bool>(true) : FillAsync(count, cancellationToken);

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _origin += _start;
            _start = _end = 0;
        }
        else if (_start + count > WindowSize)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            _origin += _start;
            _end -= _start;
            _start = 0;
        }
        while (_end - _start < count)
        {
            var room = Math.Min(MaxRead, WindowSize - _end);
            var read = await _zip.ReadAsync(_window.AsMemory(_end, room), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                Ended = true;
                return false;
            }
            _end += read;
            if (_origin + _end > ModuleZip.MaxZipFile)
                throw new ModuleZipException($"zip is larger than {ModuleZip.MaxZipFile} bytes, the limit for a module zip");
        }
        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_window);
}
