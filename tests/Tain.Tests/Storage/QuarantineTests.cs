using Tain.Storage;

namespace Tain.Tests.Storage;

public sealed class QuarantineTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_spoilt_file_is_moved_away_as_it_is()
    {
        using var blobs = BlobStore.Open(_folder.Path);
        var digest = await blobs.StoreAsync([1, 2, 3]);
        await File.WriteAllBytesAsync(_folder[$"blobs/{digest.Hex[..2]}/{digest}"], [1, 2, 4], None);

        Assert.True(await blobs.QuarantineAsync(digest, Samples.Noon, None));

        Assert.False(blobs.Contains(digest));
        var kept = Assert.Single(Directory.GetFiles(_folder["quarantine"]));
        Assert.Equal($"20260301T120000000-{digest}", Path.GetFileName(kept));
        Assert.Equal([1, 2, 4], await File.ReadAllBytesAsync(kept, None));
        Assert.False(await blobs.QuarantineAsync(digest, Samples.Noon, None));
    }

    [Fact]
    public async Task A_file_that_was_healed_meanwhile_stays()
    {
        using var blobs = BlobStore.Open(_folder.Path);
        var digest = await blobs.StoreAsync([1, 2, 3]);

        Assert.False(await blobs.QuarantineAsync(digest, Samples.Noon, None));

        Assert.True(blobs.Contains(digest));
        Assert.Empty(Directory.GetFiles(_folder["quarantine"]));
    }

    [Fact]
    public void Evidence_of_one_moment_and_name_is_kept_apart_and_names_are_made_legal()
    {
        var quarantine = new Quarantine(_folder.Path);
        for (byte i = 0; i < 3; i++)
            quarantine.Keep("example.com/m-../list", [i], Samples.Noon);

        var files = Directory.GetFiles(_folder["quarantine"]);
        Assert.Equal(3, files.Length);
        Assert.All(files, f => Assert.StartsWith("20260301T120000000-example.com_m-.._list", Path.GetFileName(f), StringComparison.Ordinal));
        Assert.Equal(new byte[] { 0, 1, 2 }, files.SelectMany(File.ReadAllBytes).Order().ToArray());
    }

    [Fact]
    public void The_oldest_go_first_when_there_are_too_many()
    {
        var quarantine = new Quarantine(_folder.Path);
        for (var i = 0; i < Quarantine.MaxFiles + 3; i++)
            quarantine.Keep("x", [1], Samples.Noon + TimeSpan.FromSeconds(i));

        var files = Directory.GetFiles(_folder["quarantine"]).Select(Path.GetFileName).Order().ToList();
        Assert.Equal(Quarantine.MaxFiles, files.Count);
        Assert.Equal("20260301T120003000-x", files[0]);
    }

    [Fact]
    public void The_oldest_go_first_when_they_are_too_large()
    {
        var quarantine = new Quarantine(_folder.Path);
        quarantine.Keep("a", [1], Samples.Noon);
        quarantine.Keep("b", [1], Samples.Noon + TimeSpan.FromSeconds(1));
        // Sparse: it takes no room.
        using (var file = File.OpenWrite(Directory.GetFiles(_folder["quarantine"]).Order().Last()))
            file.SetLength(Quarantine.MaxBytes);

        quarantine.Keep("c", [1], Samples.Noon + TimeSpan.FromSeconds(2));

        Assert.Equal(["b", "c"], Directory.GetFiles(_folder["quarantine"]).Order().Select(f => Path.GetFileName(f)[^1..]));
    }

    [Fact]
    public async Task A_store_that_was_opened_to_read_writes_nothing()
    {
        using (BlobStore.Open(_folder.Path)) { }
        await using (Catalog.Open(_folder.Path, TimeProvider.System)) { }
        using var blobs = BlobStore.OpenToRead(_folder.Path);
        await using var catalog = Catalog.OpenToRead(_folder.Path);

        Assert.Throws<InvalidOperationException>(() => blobs.CreatePartial(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => blobs.QuarantineAsync(new("aa"), Samples.Noon, None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => catalog.CommitAsync(new() { Versions = [Samples.Seen("v1.0.0")] }, None));
        // It takes no lock.
        using var owner = BlobStore.Open(_folder.Path);
    }
}
