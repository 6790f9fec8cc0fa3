using CsCheck;
using Tain.Storage;

namespace Tain.Tests.Storage;

public sealed class BlobStoreTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_committed_blob_is_read_back_under_the_digest_of_its_bytes()
    {
        using var store = BlobStore.Open(_folder.Path);
        var bytes = Samples.Bytes(3_000_000);
        BlobDigest digest;
        using (var partial = store.CreatePartial(null))
        {
            foreach (var chunk in bytes.Chunk(100_001))
                await partial.AppendAsync(chunk, None);
            digest = await store.CommitAsync(partial, None);
        }
        Assert.Equal(Samples.DigestOf(bytes), digest);
        Assert.Equal(bytes, Contents(store, digest));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder[$"blobs/{digest.Hex[..2]}/{digest.Hex}"], None));
        Assert.Empty(store.AllPartials());
    }

    [Fact]
    public async Task Whatever_way_bytes_are_cut_what_is_stored_is_what_was_appended()
    {
        using var store = BlobStore.Open(_folder.Path);
        await Gen.Byte.Array[0, 5000].List[0, 30].SampleAsync(async steps =>
        {
            var expected = new List<byte>();
            using var partial = store.CreatePartial(10_000);
            foreach (var bytes in steps)
            {
                await partial.AppendAsync(bytes, None);
                expected.AddRange(bytes);
                Assert.Equal(expected.Count, partial.Length);
                Assert.Equal(expected, Contents(partial));
            }
            var digest = await store.CommitAsync(partial, None);
            Assert.Equal(Samples.DigestOf(expected.ToArray()), digest);
            Assert.Equal(expected, Contents(store, digest));
        }, iter: 30);
    }

    [Fact]
    public async Task The_steps_of_a_write_come_in_their_order()
    {
        var steps = new List<string>();
        using var store = BlobStore.Open(_folder.Path, new WriteSteps { OnStep = steps.Add });
        await store.StoreAsync([1, 2, 3]);
        Assert.Equal(
            [WriteSteps.PartialCreated, WriteSteps.PartialWritten, WriteSteps.BlobSynced, WriteSteps.BlobRenamed, WriteSteps.BlobFolderSynced], steps);
    }

    [Fact]
    public async Task Nothing_has_its_final_name_before_it_is_synced()
    {
        var bytes = Samples.Bytes(1000);
        var target = _folder[$"blobs/{Samples.DigestOf(bytes).Hex[..2]}/{Samples.DigestOf(bytes)}"];
        var there = new Dictionary<string, bool>();
        using var store = BlobStore.Open(_folder.Path, new WriteSteps { OnStep = step => there[step] = File.Exists(target) });
        await store.StoreAsync(bytes);
        Assert.False(there[WriteSteps.BlobSynced]);
        Assert.True(there[WriteSteps.BlobRenamed]);
    }

    [Fact]
    public async Task Many_commits_of_the_same_bytes_at_once_are_one_blob()
    {
        using var store = BlobStore.Open(_folder.Path);
        var bytes = Samples.Bytes(50_000);
        var digests = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => store.StoreAsync(bytes))));
        Assert.Single(digests.Distinct());
        Assert.Single(store.AllBlobs());
        Assert.Equal(bytes, Contents(store, digests[0]));
        Assert.Empty(store.AllPartials());
    }

    [Fact]
    public async Task A_blob_that_is_not_here_is_null_and_a_damaged_one_is_healed_by_the_next_commit()
    {
        using var store = BlobStore.Open(_folder.Path);
        Assert.Null(store.OpenOrNull(Samples.DigestOf([1])));
        var digest = await store.StoreAsync([1, 2, 3]);
        await File.WriteAllBytesAsync(_folder[$"blobs/{digest.Hex[..2]}/{digest}"], [9], None);
        await store.StoreAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], Contents(store, digest));
    }

    [Fact]
    public void An_uncommitted_partial_leaves_nothing()
    {
        using var store = BlobStore.Open(_folder.Path);
        using (store.CreatePartial(null))
            Assert.Single(store.AllPartials());
        Assert.Empty(store.AllPartials());
        Assert.Empty(store.AllBlobs());
    }

    [Fact]
    public async Task Opening_removes_what_a_crash_left_in_partial_and_keeps_the_blobs()
    {
        BlobDigest digest;
        using (var store = BlobStore.Open(_folder.Path))
            digest = await store.StoreAsync([1]);
        await File.WriteAllTextAsync(_folder["partial/7"], "half", None);
        using var again = BlobStore.Open(_folder.Path);
        Assert.Empty(again.AllPartials());
        Assert.True(again.Contains(digest));
    }

    [Fact]
    public void A_second_owner_of_a_folder_is_refused_with_the_first_ones_pid()
    {
        using (BlobStore.Open(_folder.Path))
        {
            var refused = Assert.Throws<StoreInUseException>(() => BlobStore.Open(_folder.Path));
            Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("TAIN_DATA", refused.Message, StringComparison.Ordinal);
        }
        BlobStore.Open(_folder.Path).Dispose();
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task What_is_stored_is_not_for_everyone_on_the_machine()
    {
        using var store = BlobStore.Open(_folder["new"]);
        var digest = await store.StoreAsync([1]);
        foreach (var path in (string[])["new", "new/blobs", "new/lock", $"new/blobs/{digest.Hex[..2]}/{digest}"])
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_folder[path]) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite));
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_named_with_the_remedy()
    {
        File.WriteAllText(_folder["file"], "");
        var refused = Assert.Throws<StorageException>(() => BlobStore.Open(_folder["file/data"]));
        Assert.Contains(_folder["file/data"], refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_the_disk_holds_is_refused_before_a_byte_is_written()
    {
        using var store = BlobStore.Open(_folder.Path);
        var refused = Assert.Throws<StorageFullException>(() => store.CreatePartial(1L << 60));
        Assert.Contains((1L << 60).ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains("bytes free", refused.Message, StringComparison.Ordinal);
        Assert.Empty(store.AllPartials());
    }

    [Fact]
    public async Task What_other_partials_were_promised_counts_until_they_end()
    {
        using var store = BlobStore.Open(_folder.Path);
        // More than half of what is free: two of these don't fit together.
        var large = (FileSystem.FreeOrNull(_folder.Path)!.Value - BlobStore.ReserveFor(_folder.Path)) / 10 * 7;
        using (var first = store.CreatePartial(large))
        {
            Assert.Throws<StorageFullException>(() => store.CreatePartial(large));
            await first.AppendAsync(new byte[1000], None);
            Assert.Throws<StorageFullException>(() => store.CreatePartial(large));
        }
        for (var i = 0; i < 5; i++)
            store.CreatePartial(large).Dispose();
    }

    private static byte[] Contents(BlobStore store, BlobDigest digest)
    {
        using var file = store.OpenOrNull(digest);
        Assert.NotNull(file);
        var bytes = new byte[RandomAccess.GetLength(file)];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, 0));
        return bytes;
    }

    private static byte[] Contents(PartialBlob partial)
    {
        var bytes = new byte[partial.Length + 10];
        var at = 0;
        for (int read; (read = partial.Read(at, bytes.AsSpan(at))) > 0;)
            at += read;
        return bytes[..at];
    }
}
