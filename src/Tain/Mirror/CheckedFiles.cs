using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Win32.SafeHandles;
using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Files that were read through and have the digest they are named by: each is, before its first bytes leave this process, and again when it was written since.
/// 22 MB take some 15 ms, once. What rots later is the scrub's to find.</summary>
internal sealed class CheckedFiles : IDisposable
{
    /// <summary>Files remembered at once; the least used go first, and are read again.</summary>
    public const int Limit = 100_000;

    private const int BufferSize = 128 * 1024;
    private readonly MemoryCache _checked = new(new MemoryCacheOptions { SizeLimit = Limit });

    /// <summary>Whether the file has its digest. Of one that was read through before, at once.</summary>
    public ValueTask<bool> IsWholeAsync(Artifact artifact, SafeFileHandle file, CancellationToken ct)
        => _checked.TryGetValue(artifact.Blob, out DateTime at) && at == File.GetLastWriteTimeUtc(file) ? new(true) : new(Task.Run(() => Check(artifact, file, ct), ct));

    private bool Check(Artifact artifact, SafeFileHandle file, CancellationToken ct)
    {
        // Before reading: what is written meanwhile counts as not read.
        var written = File.GetLastWriteTimeUtc(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        int read;
        for (long at = 0; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
            ct.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != artifact.Blob.Hex)
            return false;
        _checked.Set(artifact.Blob, written, new MemoryCacheEntryOptions { Size = 1 });
        return true;
    }

    public void Dispose() => _checked.Dispose();
}
