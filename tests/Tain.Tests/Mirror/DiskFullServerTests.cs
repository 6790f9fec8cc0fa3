using System.Diagnostics;
using Tain.Tests.Ecosystems.Go;

namespace Tain.Tests.Mirror;

/// <summary>The whole server on a disk that is full: a tmpfs of 24 MiB. Needs the right to mount.</summary>
public sealed class DiskFullServerTests : IAsyncLifetime
{
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

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_reason_and_all_else_goes_on()
    {
        await using var upstream = new ModuleUpstream();
        var small = upstream.Add("example.com/small", "v1.0.0");
        upstream.Add("example.com/large", "v1.0.0", size: 40_000_000);
        var after = upstream.Add("example.com/after", "v1.0.0", size: 200_000);
        var data = Path.Combine(_folder.FullName, "data");
        var tain = await RunningTain.StartAsync(data, upstream.Url);
        try
        {
            Assert.Equal(small, await tain.Client.GetByteArrayAsync("go/example.com/small/@v/v1.0.0.zip"));
            await tain.EventuallyStoredAsync("example.com/small", "v1.0.0");

            var full = await tain.ReadAsync("go/example.com/large/@v/v1.0.0.zip");
            Assert.Equal(503, full.Status);
            Assert.StartsWith("storage full: example.com/large@v1.0.0", full.Body, StringComparison.Ordinal);

            Assert.Equal(small, await tain.Client.GetByteArrayAsync("go/example.com/small/@v/v1.0.0.zip"));
            Assert.Equal(200, (await tain.ReadAsync("go/example.com/large/@v/v1.0.0.info")).Status);
            Assert.Equal(after, await tain.Client.GetByteArrayAsync("go/example.com/after/@v/v1.0.0.zip"));
            await tain.EventuallyStoredAsync("example.com/after", "v1.0.0");
            Assert.Equal(2, tain.StoredFiles().Length);
            await tain.NothingPartialAsync();
        }
        finally
        {
            await tain.StopAsync();
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
