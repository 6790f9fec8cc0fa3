using System.Diagnostics;
using Tain.Storage;

namespace Tain.Tests.Storage;

/// <summary>A real full disk: a tmpfs of 64 MiB, of which blobs leave 3.2 MiB free. Needs the right to mount.</summary>
public sealed class DiskFullTests : IAsyncLifetime
{
    private const int Size = 64 << 20;
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();
    private BlobStore _blobs = null!;
    private Catalog _catalog = null!;
    private bool _mounted;

    private string Data => _folder["disk"];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Data);
        _mounted = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", Data) == 0;
        Assert.SkipUnless(_mounted, "mounting a tmpfs needs root");
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
        {
            await CloseAsync();
            await RunAsync("umount", "-l", Data);
        }
        _folder.Dispose();
    }

    private void Open()
    {
        _blobs = BlobStore.Open(Data);
        _catalog = Catalog.Open(Data, TimeProvider.System);
    }

    private async Task CloseAsync()
    {
        await _catalog.DisposeAsync();
        _blobs.Dispose();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(None);
        return process.ExitCode;
    }

    private async Task StoreAsync(int number, int size)
    {
        var bytes = Samples.Bytes(size, number);
        var digest = await _blobs.StoreAsync(bytes);
        await _catalog.CommitAsync(new() { Artifact = Samples.Artifact(Samples.Key($"v1.0.{number}"), blob: digest.Hex, size: size) }, None);
    }

    /// <summary>Leaves <paramref name="left"/> bytes of the disk, from outside the store.</summary>
    private string FillDisk(long left)
    {
        var path = Path.Combine(Data, "filler");
        using var file = File.Create(path);
        file.Write(new byte[FileSystem.FreeOrNull(Data)!.Value - left]);
        return path;
    }

    // Emptied first: a process that another test is starting may hold the file open until it is another program.
    private static void MakeRoom(string filler)
    {
        File.WriteAllBytes(filler, []);
        File.Delete(filler);
    }

    [Fact]
    public async Task Blobs_stop_before_the_reserve_and_the_catalog_still_has_room()
    {
        var full = await Assert.ThrowsAsync<StorageFullException>(async () =>
        {
            for (var i = 0; ; i++)
                await StoreAsync(i, 1_000_000);
        });
        Assert.Contains("bytes free", full.Message, StringComparison.Ordinal);
        Assert.Contains(Data, full.Message, StringComparison.Ordinal);
        await _catalog.CommitAsync(new() { Documents = [Samples.Document(body: new string('x', 100_000))] }, None);
        await AssertSoundAsync(atLeast: 10);
    }

    [Fact]
    public async Task A_body_of_unknown_length_stops_when_the_disk_is_full_and_gives_its_room_back()
    {
        await StoreAsync(1, 1000);
        using (var partial = _blobs.CreatePartial(null))
        {
            await Assert.ThrowsAsync<StorageFullException>(async () =>
            {
                while (true)
                    await partial.AppendAsync(new byte[60_000], None);
            });
            Assert.InRange(partial.Length, 50_000_000, Size);
            // Room is looked at once in a MiB.
            Assert.InRange(FileSystem.FreeOrNull(Data)!.Value, BlobStore.ReserveFor(Data) - (1 << 20) - 60_000, Size);
        }
        // A process that another test is starting may hold the deleted file open until it is another program.
        for (var began = Environment.TickCount64; FileSystem.FreeOrNull(Data) < 50_000_000 && Environment.TickCount64 - began < 20_000;)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await StoreAsync(2, 1_000_000);
        await AssertSoundAsync(atLeast: 2);
    }

    [Fact]
    public async Task What_was_appended_before_a_write_that_failed_half_way_is_still_right()
    {
        using var partial = _blobs.CreatePartial(null);
        await partial.AppendAsync(Samples.Bytes(5000), None);
        // Not a whole number of pages fits: the kernel writes a part, then says ENOSPC.
        var filler = FillDisk(left: 200_000);
        var full = await Assert.ThrowsAsync<StorageFullException>(async () => await partial.AppendAsync(Samples.Bytes(900_000, 2), None));
        Assert.Contains("900000 bytes", full.Message, StringComparison.Ordinal);
        Assert.Equal(5000, partial.Length);
        Assert.NotEqual(5000, new FileInfo(Directory.EnumerateFiles(Path.Combine(Data, "partial")).Single()).Length);
        MakeRoom(filler);
        var digest = await _blobs.CommitAsync(partial, None);
        Assert.Equal(Samples.DigestOf(Samples.Bytes(5000)), digest);
        using var file = _blobs.OpenOrNull(digest)!;
        Assert.Equal(5000, RandomAccess.GetLength(file));
    }

    [Fact]
    public async Task A_catalog_on_a_full_disk_says_so_reads_on_and_works_again_when_there_is_room()
    {
        await StoreAsync(1, 1000);
        var filler = FillDisk(left: 20_000);
        // Many at once, so that a group fails as a whole and each is told by itself.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => await Record.ExceptionAsync(() =>
            _catalog.CommitAsync(new() { Documents = [Samples.Document(kind: $"info/{i}", body: new string('x', 100_000))] }, None))));
        Assert.All(outcomes, e => Assert.Contains(Data, Assert.IsType<StorageFullException>(e).Message, StringComparison.Ordinal));
        Assert.NotNull(_catalog.FindArtifactOrNull(Samples.Key("v1.0.1")));
        Assert.Null(_catalog.FindDocumentOrNull(new("go", "example.com/a", "info/0")));

        MakeRoom(filler);
        await StoreAsync(2, 1000);
        await _catalog.CommitAsync(new() { Documents = [Samples.Document()] }, None);
        await AssertSoundAsync(atLeast: 2);
    }

    [Fact]
    public async Task A_store_opens_on_a_full_disk_or_says_that_it_is_full()
    {
        await StoreAsync(1, 1000);
        await CloseAsync();
        var filler = FillDisk(left: 0);
        try
        {
            Open();
            Assert.NotNull(_catalog.FindArtifactOrNull(Samples.Key("v1.0.1")));
            await CloseAsync();
        }
        catch (StorageFullException)
        {
            _blobs.Dispose();
        }
        MakeRoom(filler);
        Open();
        await AssertSoundAsync(atLeast: 1);
    }

    private async Task AssertSoundAsync(int atLeast)
    {
        await CloseAsync();
        Open();
        Assert.Null(_catalog.FindDamageOrNull());
        var report = StoreCheck.Run(_blobs, _catalog, None);
        Assert.Empty(report.Faults);
        Assert.Empty(report.Partials);
        Assert.True(report.Artifacts >= atLeast);
    }
}
