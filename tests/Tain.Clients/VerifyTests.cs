using System.Globalization;
using System.Net;
using System.Text.Json;
using Tain.Storage;

namespace Tain.Clients;

/// <summary>The published <c>tain verify</c>, on what the published <c>tain serve</c> stored.</summary>
public sealed class VerifyTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Data => _folder["data"];

    [Fact]
    public async Task A_tampered_zip_is_named_then_repaired_then_sound()
    {
        await using var upstream = await GeneratedModules.StartAsync();
        await FillAsync(upstream.Url);
        Assert.Equal((0, "sound"), await VerifyAsync(upstream.Url) switch { var (code, text) => (code, text.TrimStart().Split(':')[0]) });
        var zip = Tamper();

        var (found, said) = await VerifyAsync(upstream.Url);
        Assert.Equal(1, found);
        Assert.Contains("fault: example.com/m", said, StringComparison.Ordinal);
        Assert.Contains("bytes-changed: expected sha256 " + Path.GetFileName(zip), said, StringComparison.Ordinal);
        Assert.Contains("not sound: ", said, StringComparison.Ordinal);

        var (repaired, json) = await VerifyAsync(upstream.Url, "--repair", "--json");
        Assert.Equal(0, repaired);
        using (var report = JsonDocument.Parse(json))
        {
            Assert.True(report.RootElement.GetProperty("sound").GetBoolean());
            Assert.Equal(1, report.RootElement.GetProperty("repaired").GetInt32());
            var finding = report.RootElement.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("gravity").GetString() == "fault");
            Assert.Equal("bytes-changed", finding.GetProperty("kind").GetString());
            Assert.True(finding.GetProperty("repaired").GetBoolean());
        }
        Assert.Equal(0, (await VerifyAsync(upstream.Url)).Code);
        Assert.Single(Directory.GetFiles(Path.Combine(Data, "quarantine")));
    }

    [Fact]
    public async Task Beside_a_server_it_looks_and_leaves_the_repair_to_that()
    {
        await using var upstream = await GeneratedModules.StartAsync();
        await FillAsync(upstream.Url);
        await using var tain = await TainProcess.StartAsync(upstream.Url, Data);

        Assert.Equal(0, (await VerifyAsync(upstream.Url)).Code);
        var (code, said) = await VerifyAsync(upstream.Url, "--repair");

        Assert.Equal(1, code);
        Assert.Contains($"process {tain.ProcessId.ToString(CultureInfo.InvariantCulture)}", said, StringComparison.Ordinal);
        Assert.Contains("repairs it by itself (scrub.rate", said, StringComparison.Ordinal);
        Assert.Equal(0, await tain.StopAsync());
    }

    [Fact]
    public async Task A_tampered_zip_never_leaves_and_nothing_else_takes_its_place_while_its_source_is_gone()
    {
        await using var upstream = await GeneratedModules.StartAsync();
        await FillAsync(upstream.Url);
        Tamper();
        await using var tain = await TainProcess.StartAsync("off", Data);

        var refused = 0;
        foreach (var path in Paths)
        {
            using var response = await Loopback.Http.GetAsync(tain.GoProxy + path, None);
            if (response.StatusCode == HttpStatusCode.OK)
                Assert.Equal(GeneratedModules.BytesOrNull(path), await response.Content.ReadAsByteArrayAsync(None));
            else
                refused++;
        }
        Assert.Equal(1, refused);
        Assert.Equal(1, (await VerifyAsync("off")).Code);
    }

    public static TheoryData<string> EachStep() => [.. WriteSteps.All.Except([WriteSteps.SchemaBeforeCommit])];

    [Theory]
    [MemberData(nameof(EachStep))]
    public async Task A_repair_that_is_killed_at_a_named_step_leaves_nothing_wrong_that_is_served_and_the_next_one_ends_it(string step)
    {
        await using var upstream = await GeneratedModules.StartAsync();
        await FillAsync(upstream.Url);
        Tamper();
        await using (var crashing = ChildProcess.Start(Path.Combine(AppContext.BaseDirectory, "Tain.CrashHost"),
            [step, "1", "verify", "--repair", "--data", Data, "--go-upstream", upstream.Url, "--go-sumdb", "off"], _folder.Path))
            Assert.Equal(128 + 9, await crashing.WaitAsync(Limit));

        // Whatever is left without its source is right, or refused.
        await using (var tain = await TainProcess.StartAsync("off", Data))
        {
            foreach (var path in Paths)
            {
                using var response = await Loopback.Http.GetAsync(tain.GoProxy + path, None);
                if (response.StatusCode == HttpStatusCode.OK)
                    Assert.Equal(GeneratedModules.BytesOrNull(path), await response.Content.ReadAsByteArrayAsync(None));
            }
            Assert.Equal(0, await tain.StopAsync());
        }
        Assert.Equal(0, (await VerifyAsync(upstream.Url, "--repair")).Code);
        Assert.Equal(0, (await VerifyAsync(upstream.Url)).Code);
    }

    [Fact]
    public async Task An_unknown_flag_is_2()
        => Assert.Equal(2, (await VerifyAsync("off", "--mend")).Code);

    private static IEnumerable<string> Paths => Enumerable.Range(0, 12).SelectMany(GeneratedModules.PathsOf);

    private async Task FillAsync(string upstream)
    {
        await using var tain = await TainProcess.StartAsync(upstream, Data);
        foreach (var path in Paths)
            await Loopback.Http.GetByteArrayAsync(tain.GoProxy + path, None);
        Assert.Equal(0, await tain.StopAsync());
    }

    /// <summary>Changes a byte of the largest stored file, a zip.</summary>
    private string Tamper()
    {
        var zip = new DirectoryInfo(Path.Combine(Data, "blobs")).GetFiles("*", SearchOption.AllDirectories).MaxBy(f => f.Length)!.FullName;
        var bytes = File.ReadAllBytes(zip);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(zip, bytes);
        return zip;
    }

    private async Task<(int Code, string Output)> VerifyAsync(string upstream, params string[] more)
    {
        await using var verify = ChildProcess.Start(Repository.Tain, ["verify", "--data", Data, "--go-upstream", upstream, "--go-sumdb", "off", .. more], _folder.Path);
        var code = await verify.WaitAsync(Limit);
        return (code, verify.Output);
    }
}
