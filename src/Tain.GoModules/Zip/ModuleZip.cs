using Tain.GoModules.Zip;

namespace Tain.GoModules;

/// <summary>One file of a verified zip.</summary>
/// <param name="Name">Its path below the module's root, without <c>path@version/</c>.</param>
/// <param name="Size">Its size unpacked, in bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, 32 bytes.</param>
public sealed record ZipEntryInfo(string Name, long Size, byte[] Sha256);

/// <summary>What a legal module zip holds.</summary>
/// <param name="H1">The module's hash in go.sum and the checksum database, <c>h1:…</c> (x/mod <c>dirhash.HashZip</c> with <c>Hash1</c>).</param>
/// <param name="GoModH1">The hash of its go.mod by itself, <c>h1:…</c>, or null when it has none.</param>
/// <param name="Length">The zip's own length in bytes.</param>
/// <param name="Files">Its files in the zip's order; entries of directories are left out.</param>
public sealed record VerifiedZip(string H1, string? GoModH1, long Length, IReadOnlyList<ZipEntryInfo> Files);

/// <summary>A zip that is no legal module zip. The message is one line and names the entry, the rule, the limit and the value.</summary>
public sealed class ModuleZipException : Exception
{
    public ModuleZipException()
    {
    }

    public ModuleZipException(string message) : base(message)
    {
    }

    public ModuleZipException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>
/// Module zips: <c>golang.org/x/mod/zip</c>'s rules (<c>CheckZip</c>, <c>Unzip</c>; docs/go-protocol.md, 25, 26 and 28) and the
/// <c>h1:</c> hash, in one pass while the zip arrives.
/// </summary>
public static class ModuleZip
{
    /// <summary>The most bytes of a zip, and of its content unpacked: 500 MiB (x/mod <c>zip.MaxZipFile</c>).</summary>
    public const long MaxZipFile = 500L << 20;

    /// <summary>The most bytes of the go.mod: 16 MiB (x/mod <c>zip.MaxGoMod</c>).</summary>
    public const long MaxGoMod = 16L << 20;

    /// <summary>The most bytes of the LICENSE in the root: 16 MiB (x/mod <c>zip.MaxLICENSE</c>).</summary>
    public const long MaxLicense = 16L << 20;

    /// <summary>The most entries: 250,000. Go has no such limit; it bounds the memory that an entry's description takes
    /// (some 300 bytes), and the largest modules known have less than half of it.</summary>
    public const int MaxEntries = 250_000;

    /// <summary>The most files and directories, those named only within a path included: 500,000. Go has no such limit; it
    /// bounds memory (some 130 bytes each).</summary>
    public const int MaxNames = 2 * MaxEntries;

    /// <summary>The most bytes of an entry's whole name: 4,096, PATH_MAX of Linux. Go has no such limit, but no client
    /// there could unpack a longer one.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>The most bytes of all names together: 64 MiB. Go has no such limit; it bounds memory.</summary>
    public const long MaxNamesLength = 64L << 20;

    /// <summary>
    /// Verifies a module zip while it streams: each entry is inflated and hashed as it arrives, and at the end the central
    /// directory has to describe exactly what came. Stricter than Go where readers of zips could differ: entries lie without
    /// gaps from the first byte on, local headers agree with the central directory, nothing is encrypted, no name comes twice,
    /// and nothing trails. Memory is bounded (buffers of 256 and 128 KiB, and what describes the entries), and so is the work:
    /// limits count bytes as they are inflated. It works on the caller's thread as long as bytes are there: 171 MB in 2,600
    /// files take some 0.3 s of one core.
    /// </summary>
    /// <param name="zip">Readable from position 0; it may still be growing. <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>
    /// waits for bytes and returns 0 only at the true end; the length is never asked for. Only if an entry is stored without
    /// its size ahead of it, the stream is read to its end and <see cref="Stream.Position"/> set back to what was read before.</param>
    /// <param name="path">The module.</param>
    /// <param name="version">Its version, canonical and legal for the path.</param>
    /// <param name="cancellationToken">Ends the wait for bytes.</param>
    /// <exception cref="ModuleZipException">The zip is illegal. It may not have been read to its end.</exception>
    public static async Task<VerifiedZip> VerifyAsync(Stream zip, ModulePath path, string version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(zip);
        ArgumentNullException.ThrowIfNull(path);
        if (!ModuleVersion.Check(path, version, out var error)) throw new ModuleZipException($"{path}: {error}");
        using var verifier = new ZipVerifier(zip, $"{path}@{version}/");
        return await verifier.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
