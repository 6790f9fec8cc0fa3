using System.Security.Cryptography;
using System.Text;

namespace Tain.GoModules;

/// <summary>The <c>h1:</c> hashes of go.sum and the checksum database (x/mod <c>sumdb/dirhash.Hash1</c>, docs/go-protocol.md, 28).</summary>
public static class ModuleHash
{
    /// <summary>The hash of a go.mod by itself: over the single name <c>go.mod</c>.</summary>
    public static string GoMod(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return GoModOfSha256(hash);
    }

    /// <summary>The same of the SHA-256 of the go.mod's content.</summary>
    internal static string GoModOfSha256(ReadOnlySpan<byte> sha256)
    {
        using var summary = new Summary();
        summary.Add(sha256, "go.mod");
        return summary.Finish();
    }

    /// <summary>The lines <c>hex(sha256)␠␠name\n</c> in the making. They must be added in the order of the names' bytes.</summary>
    internal sealed class Summary : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] _line = new byte[256];

        public void Add(ReadOnlySpan<byte> sha256, string name)
        {
            const int hexLength = 2 * SHA256.HashSizeInBytes;
            var needed = hexLength + 3 + Encoding.UTF8.GetMaxByteCount(name.Length);
            if (_line.Length < needed) _line = new byte[needed];
            Convert.TryToHexStringLower(sha256, _line, out _);
            "  "u8.CopyTo(_line.AsSpan(hexLength));
            var end = hexLength + 2 + Encoding.UTF8.GetBytes(name, _line.AsSpan(hexLength + 2));
            _line[end] = (byte)'\n';
            _hash.AppendData(_line, 0, end + 1);
        }

        public string Finish() => "h1:" + Convert.ToBase64String(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }
}
