using System.Text.RegularExpressions;

namespace Tain.Clients;

/// <summary>kill -9 leaves what the kernel holds, a power cut does not: so the system calls themselves are looked at.</summary>
public sealed partial class DurabilityTests
{
    [Fact]
    public async Task A_blob_is_synced_then_named_then_its_folder_is_synced_and_only_then_the_row()
    {
        await using var upstream = await GeneratedModules.StartAsync();
        using var folder = new TempFolder();
        var trace = Path.Combine(folder.Path, "trace");
        var listen = $"127.0.0.1:{Loopback.FreePort()}";
        // -D: the process that we start becomes tain, strace looks on.
        await using (var tain = ChildProcess.Start(Repository.Strace,
            ["-D", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,/^rename", "-o", trace, Repository.Tain, "serve", "--listen", listen, "--data", folder["data"], "--go-upstream", upstream.Url, "--go-sumdb", "off"],
            folder.Path))
        {
            await Loopback.WaitForAsync($"http://{listen}/readyz", tain, TimeSpan.FromSeconds(30));
            var path = GeneratedModules.PathsOf(1)[2];
            Assert.Equal(GeneratedModules.BytesOrNull(path), await Loopback.Http.GetByteArrayAsync($"http://{listen}/go{path}", TestContext.Current.CancellationToken));
            tain.Terminate();
            Assert.Equal(0, await tain.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        // Lines begin with the thread; calls that others interrupt come in two lines, the first of which has the name.
        var calls = File.ReadLines(trace).Select(line => Call().Match(line)).Where(m => m.Success)
            .Select(m => $"{m.Groups["name"].Value} {What(m.Value)}").ToList();
        var last = -1;
        foreach (var expected in new[] { "sync partial", "rename partial", "sync blobs/xx", "sync wal" })
        {
            var at = calls.FindIndex(last + 1, call => call == expected);
            Assert.True(at > last, $"no \"{expected}\" in its place:\n{string.Join('\n', calls)}");
            last = at;
        }
        Assert.Contains("sync blobs", calls[..calls.IndexOf("rename partial")]);
        Assert.Contains("sync data", calls[..calls.IndexOf("sync partial")]);
    }

    private static string What(string call) => true switch
    {
        _ when call.Contains("/partial/", StringComparison.Ordinal) => "partial",
        _ when Folder().IsMatch(call) => "blobs/xx",
        _ when call.Contains("/data/blobs>", StringComparison.Ordinal) => "blobs",
        _ when call.Contains("/data>", StringComparison.Ordinal) => "data",
        _ when call.Contains("catalog.db-wal", StringComparison.Ordinal) => "wal",
        _ => "another",
    };

    [GeneratedRegex(@"(?<name>sync|rename)\w*\(.*")]
    private static partial Regex Call();

    [GeneratedRegex("/data/blobs/[0-9a-f]{2}>")]
    private static partial Regex Folder();
}
