using System.Security.Cryptography;
using Tain.Storage;

namespace Tain.Tests.Storage;

/// <summary>A folder for one test, removed after it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tain-storage-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A clock that stands where it is put, backwards too.</summary>
internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static BlobDigest DigestOf(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    public static ArtifactKey Key(string version = "v1.0.0", string kind = "zip", string name = "example.com/a") => new("go", name, version, kind);

    public static Artifact Artifact(ArtifactKey? key = null, string identity = "h1:one", string blob = "aa", long size = 3, string source = "proxy") =>
        new(key ?? Key(), identity, new BlobDigest(blob), size, Noon, source);

    public static SeenVersion Seen(string version, DateTimeOffset? published = null, string name = "example.com/a") => new("go", name, version, published);

    public static Document Document(string kind = "list", string body = "v1.0.0\n", string? etag = "\"e\"", DateTimeOffset? at = null, string name = "example.com/a") =>
        new(new DocumentKey("go", name, kind), System.Text.Encoding.UTF8.GetBytes(body), etag, null, at ?? Noon, "proxy");

    public static async Task<BlobDigest> StoreAsync(this BlobStore store, byte[] bytes)
    {
        using var partial = store.CreatePartial(bytes.Length);
        await partial.AppendAsync(bytes, CancellationToken.None);
        return await store.CommitAsync(partial, CancellationToken.None);
    }
}
