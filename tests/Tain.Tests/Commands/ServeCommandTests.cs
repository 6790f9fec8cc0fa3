using System.Net;
using System.Net.Sockets;
using Tain.Commands;
using Tain.Config;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Tests.Commands;

/// <summary>How a start fails: 1, and a sentence instead of a stack trace.</summary>
public sealed class ServeCommandTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var folder = Directory.CreateTempSubdirectory("tain-test-");

        Assert.Equal(ExitCode.Failed, await ServeCommand.RunAsync(new TainOptions { Listen = taken.LocalEndpoint.ToString()!, Data = folder.FullName }, TestContext.Current.CancellationToken));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("/proc/self/tain-data")]
    [InlineData("/dev/null")]
    [InlineData("/dev/null/tain-data")]
    public async Task A_data_folder_that_cannot_be_is_1(string data)
        => Assert.Equal(ExitCode.Failed, await ServeCommand.RunAsync(new TainOptions { Listen = "127.0.0.1:0", Data = data }, TestContext.Current.CancellationToken));

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void The_data_folder_is_not_for_others()
    {
        var parent = Directory.CreateTempSubdirectory("tain-test-");
        var data = Path.Combine(parent.FullName, "new", "data");
        using (BlobStore.Open(data))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(data) & (UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.OtherWrite));
        parent.Delete(recursive: true);
    }

    [Fact]
    public async Task Two_servers_on_one_folder_are_refused()
    {
        var folder = Directory.CreateTempSubdirectory("tain-test-");
        using (BlobStore.Open(folder.FullName))
            Assert.Equal(ExitCode.Failed, await ServeCommand.RunAsync(new TainOptions { Listen = "127.0.0.1:0", Data = folder.FullName }, TestContext.Current.CancellationToken));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_a_source_said_is_one_short_printable_line_whoever_words_it()
    {
        var attempt = new Attempt("s", null, null, "a\r\nb\u001b[31m\u202e" + new string('x', 5000), TimeSpan.Zero, 1, default);
        var said = (attempt with { Said = "c\nd" + new string('y', 5000) }).Said;

        Assert.StartsWith("a b[31mxxx", attempt.Said, StringComparison.Ordinal);
        Assert.InRange(attempt.Said.Length, 1, 200);
        Assert.StartsWith("c dyyy", said, StringComparison.Ordinal);
        Assert.InRange(said.Length, 1, 200);
    }
}
