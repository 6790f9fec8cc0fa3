using System.Diagnostics;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Repositories on a disk that is full: a tmpfs of 24 MiB. Needs the right to mount.</summary>
[Trait("Speed", "slow")]
public sealed class DirectDiskFullTests : IAsyncLifetime
{
    private const string Large = "corp.example/large";
    private const string Small = "corp.example/small";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tain-test-");
    private bool _mounted;

    public async ValueTask InitializeAsync()
    {
        _mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", _folder.FullName) == 0;
        Assert.SkipUnless(_mounted, "mounting a tmpfs needs root");
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
            await RunAsync("umount", "-l", _folder.FullName);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("the fetch", 30)]
    [InlineData("the zip", 14)]
    public async Task What_does_not_fit_is_refused_with_the_reason_and_all_else_goes_on_until_there_is_room(string where, int megabytes)
    {
        var data = Path.Combine(_folder.FullName, "data");
        await using var rig = await DirectRig.StartAsync(data: data);
        var small = rig.Repository(Small);
        small.Commit(("go.mod", $"module {Small}\n"));
        small.Tag("v1.0.0");
        await DirectTests.ZipAsync(rig, Small, "v1.0.0");
        var large = rig.Repository(Large);
        var random = new Random(1);
        large.Commit([("go.mod", $"module {Large}\n"), .. Enumerable.Range(0, megabytes).Select(i =>
        {
            var noise = new byte[1_000_000];
            random.NextBytes(noise);
            return ($"f{i}.txt", Convert.ToBase64String(noise));
        })]);
        large.Tag("v1.0.0");

        // Whoever had bytes of a zip when the disk was full was reset, and is told when he asks again.
        if (where == "the zip")
            await Assert.ThrowsAsync<HttpRequestException>(() => rig.Tain.Client.GetByteArrayAsync($"go/{Large}/@v/v1.0.0.zip"));
        var (status, body) = await rig.Tain.ReadAsync($"go/{Large}/@v/v1.0.0.zip");
        Assert.True(status == 503, $"{where}: {status} {body[..Math.Min(body.Length, 20)]}");
        Assert.StartsWith($"storage full: {Large}@v1.0.0", body, StringComparison.Ordinal);
        if (where == "the fetch")
            Assert.StartsWith("storage full:", (await rig.Tain.ReadAsync($"go/{Large}/@v/v1.0.0.info")).Body, StringComparison.Ordinal);
        Assert.Empty(await GitRemains.OfAsync(data));
        small.Tag("v1.1.0");
        await DirectTests.ZipAsync(rig, Small, "v1.0.0");
        await DirectTests.ZipAsync(rig, Small, "v1.1.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Large}/@v/list"));

        rig.Tain.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, await RunAsync("mount", "-o", "remount,size=200m", _folder.FullName));
        Assert.Equal(megabytes + 1, (await DirectTests.ZipAsync(rig, Large, "v1.0.0")).Files.Count);
        Assert.Empty(await GitRemains.OfAsync(data));
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
