using Tain.Storage;

namespace Tain.Tests.Storage;

public sealed class StoreCheckTests : IAsyncDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();
    private readonly BlobStore _blobs;
    private readonly Catalog _catalog;

    public StoreCheckTests()
    {
        _blobs = BlobStore.Open(_folder.Path);
        _catalog = Catalog.Open(_folder.Path, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _blobs.Dispose();
        _folder.Dispose();
    }

    private async Task<string> StoreAsync(string version, byte[] bytes)
    {
        var digest = await _blobs.StoreAsync(bytes);
        await _catalog.CommitAsync(new() { Artifact = Samples.Artifact(Samples.Key(version), blob: digest.Hex, size: bytes.Length) }, None);
        return _folder[$"blobs/{digest.Hex[..2]}/{digest}"];
    }

    [Fact]
    public async Task A_sound_store_is_sound_and_orphans_are_listed()
    {
        await StoreAsync("v1.0.0", [1]);
        await StoreAsync("v1.0.1", [1]);
        await StoreAsync("v1.0.2", Samples.Bytes(200_000));
        var orphan = await _blobs.StoreAsync([2]);
        using var partial = _blobs.CreatePartial(null);
        var report = StoreCheck.Run(_blobs, _catalog, None);
        Assert.True(report.Sound);
        Assert.Equal(3, report.Artifacts);
        Assert.Equal([orphan], report.Orphans);
        Assert.Single(report.Partials);
    }

    [Fact]
    public async Task Missing_short_and_changed_bytes_are_found_with_their_artifact()
    {
        File.Delete(await StoreAsync("v1.0.0", [1, 2, 3]));
        await File.WriteAllBytesAsync(await StoreAsync("v1.0.1", [4, 5, 6]), [4, 5], None);
        await File.WriteAllBytesAsync(await StoreAsync("v1.0.2", [7, 8, 9]), [7, 8, 8], None);
        await StoreAsync("v1.0.3", [0]);
        var report = StoreCheck.Run(_blobs, _catalog, None);
        Assert.False(report.Sound);
        Assert.Equal(
            [("v1.0.0", "missing"), ("v1.0.1", "has 2 bytes instead of 3 bytes"), ("v1.0.2", "has sha256")],
            report.Faults.Select(f => (f.Artifact.Key.Version, ((string[])["missing", "has 2 bytes instead of 3 bytes", "has sha256"]).Single(w => f.Problem.Contains(w, StringComparison.Ordinal)))));
    }
}
