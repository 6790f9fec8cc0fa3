using Tain.Storage;
using static Tain.Tests.Storage.Samples;

namespace Tain.Tests.Storage;

/// <summary>Opening what a crash, a person or another version left.</summary>
public sealed class CatalogFileTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Db => _folder[Catalog.FileName];

    private async Task FillAsync(int count)
    {
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            catalog.CommitAsync(new() { Versions = [Seen($"v1.0.{i}")], Artifact = Artifact(Key($"v1.0.{i}")) }, None)));
    }

    /// <summary>The files as a kill -9 leaves them: the -wal not merged.</summary>
    private async Task<TestFolder> CrashedCopyAsync(int count)
    {
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        for (var i = 0; i < count; i++)
            await catalog.CommitAsync(new() { Versions = [Seen($"v1.0.{i}")] }, None);
        var copy = new TestFolder();
        foreach (var file in (string[])["", "-wal", "-shm"])
            File.Copy(Db + file, copy[Catalog.FileName + file]);
        return copy;
    }

    [Fact]
    public async Task What_was_committed_before_a_crash_is_in_the_wal_and_comes_back()
    {
        using var copy = await CrashedCopyAsync(20);
        await using var catalog = Catalog.Open(copy.Path, TimeProvider.System);
        Assert.Equal(20, catalog.VersionsOf("go", "example.com/a").Count);
    }

    [Fact]
    public async Task A_wal_that_ends_in_the_middle_loses_only_its_end()
    {
        using var copy = await CrashedCopyAsync(20);
        var wal = copy[Catalog.FileName + "-wal"];
        using (var file = File.OpenWrite(wal))
            file.SetLength(file.Length - 2000);
        await using var catalog = Catalog.Open(copy.Path, TimeProvider.System);
        Assert.Equal(Enumerable.Range(0, 19).Select(i => $"v1.0.{i}").Order(StringComparer.Ordinal), catalog.VersionsOf("go", "example.com/a").Select(f => f.Version));
        Assert.Null(catalog.FindDamageOrNull());
    }

    [Fact]
    public async Task A_wal_of_garbage_is_never_taken_for_rows()
    {
        using var copy = await CrashedCopyAsync(20);
        await File.WriteAllBytesAsync(copy[Catalog.FileName + "-wal"], Bytes(50_000), None);
        // Nothing was merged yet, so without its -wal this file is an empty one: new, as after a crash before the first commit.
        await using var catalog = Catalog.Open(copy.Path, TimeProvider.System);
        Assert.Empty(catalog.VersionsOf("go", "example.com/a"));
    }

    [Fact]
    public async Task A_truncated_catalog_is_named_with_the_remedy()
    {
        await FillAsync(500);
        var length = new FileInfo(Db).Length;
        foreach (var left in (long[])[length / 2, 4096, 100, 50, 10])
        {
            using var copy = new TestFolder();
            File.Copy(Db, copy[Catalog.FileName]);
            using (var file = File.OpenWrite(copy[Catalog.FileName]))
                file.SetLength(left);
            var refused = Assert.Throws<StorageException>(() => Catalog.Open(copy.Path, TimeProvider.System));
            Assert.Contains(copy[Catalog.FileName], refused.Message, StringComparison.Ordinal);
            Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
            Assert.Equal(left, new FileInfo(copy[Catalog.FileName]).Length);
        }
    }

    [Fact]
    public async Task Another_file_in_the_catalogs_place_is_refused_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(Db, "dear diary, this is not a database at all", None);
        var refused = Assert.Throws<StorageException>(() => Catalog.Open(_folder.Path, TimeProvider.System));
        Assert.Contains(Db, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("dear diary", await File.ReadAllTextAsync(Db, None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_garbage_are_reported_and_never_empty_rows()
    {
        await FillAsync(2000);
        using (var file = File.OpenWrite(Db))
        {
            file.Position = 4096 * 3;
            file.Write(Bytes((int)file.Length - (4096 * 3)));
        }
        var refused = await Assert.ThrowsAnyAsync<StorageException>(async () =>
        {
            await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
            foreach (var _ in catalog.AllArtifacts())
            {
            }
        });
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_crash_the_whole_file_is_checked()
    {
        await FillAsync(2000);
        var pages = new FileInfo(Db).Length / 4096;
        using (var file = File.OpenWrite(Db))
        {
            file.Position = 4096 * (pages / 2);
            file.Write(Bytes(4096 * 4));
        }
        // Opened without touching those pages; the -wal says that the last stop was not a clean one.
        await File.WriteAllBytesAsync(Db + "-wal", new byte[32], None);
        var refused = Assert.Throws<StorageException>(() => Catalog.Open(_folder.Path, TimeProvider.System));
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_catalog_that_is_gone_beside_blobs_is_not_begun_anew(bool empty)
    {
        await FillAsync(1);
        using (var blobs = BlobStore.Open(_folder.Path))
            await blobs.StoreAsync([1]);
        File.Delete(Db);
        if (empty)
            await File.WriteAllBytesAsync(Db, [], None);
        var refused = Assert.Throws<StorageException>(() => Catalog.Open(_folder.Path, TimeProvider.System));
        Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["blobs"], refused.Message, StringComparison.Ordinal);
        Assert.Equal(empty, File.Exists(Db));
    }

    [Fact]
    public async Task An_empty_file_from_a_crash_at_the_very_beginning_is_a_new_catalog()
    {
        using (BlobStore.Open(_folder.Path))
            await File.WriteAllBytesAsync(Db, [], None);
        await FillAsync(1);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_as_it_is()
    {
        await FillAsync(1);
        RawDatabase.Run(_folder.Path, $"PRAGMA user_version = {CatalogSchema.Newest + 1}");
        var refused = Assert.Throws<StorageException>(() => Catalog.Open(_folder.Path, TimeProvider.System));
        Assert.Contains($"schema {CatalogSchema.Newest + 1}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer tain", refused.Message, StringComparison.Ordinal);
        RawDatabase.Run(_folder.Path, $"PRAGMA user_version = {CatalogSchema.Newest}");
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        Assert.Single(catalog.VersionsOf("go", "example.com/a"));
    }

    [Fact]
    public async Task A_schema_script_that_is_stopped_half_way_is_run_again()
    {
        Assert.Throws<InvalidOperationException>(() =>
            Catalog.Open(_folder.Path, TimeProvider.System, new WriteSteps { OnStep = s => throw new InvalidOperationException(s) }));
        await using var catalog = Catalog.Open(_folder.Path, TimeProvider.System);
        await catalog.CommitAsync(new() { Versions = [Seen("v1.0.0")] }, None);
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_named()
    {
        File.WriteAllText(_folder["file"], "");
        var refused = Assert.Throws<StorageException>(() => Catalog.Open(_folder["file/data"], TimeProvider.System));
        Assert.Contains(_folder["file/data"], refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x6969, "NFS")]
    [InlineData(unchecked((long)0xFFFFFFFFFF534D42), "CIFS")]
    [InlineData(0xFE534D42, "SMB2")]
    [InlineData(0x01021997, "9p")]
    [InlineData(0xEF53, null)]
    [InlineData(0x01021994, null)]
    public void Network_file_systems_are_known_by_their_magic(long magic, string? name) =>
        Assert.Equal(name, FileSystem.NetworkOrNull(magic, () => null));

    [Theory]
    [InlineData("/srv/remote/tain", "fuse.sshfs")]
    [InlineData("/srv/remote", "fuse.sshfs")]
    [InlineData("/srv/remote-not", null)]
    [InlineData("/srv/with space/x", null)]
    [InlineData("/data", null)]
    public void Fuse_is_judged_by_what_is_mounted_above_the_path(string path, string? name)
    {
        string[] mounts =
        [
            "22 1 254:0 / / rw,relatime - ext4 /dev/root rw",
            "40 22 0:35 / /srv/remote rw,nosuid - fuse.sshfs host:/x rw",
            "41 22 0:36 / /srv/with\\040space rw shared:7 - fuse.ntfs-3g /dev/sdb rw",
            "nonsense",
        ];
        Assert.Equal(name, FileSystem.NetworkOrNull(0x65735546, () => FileSystem.MountTypeOrNull(mounts, path)));
    }
}
