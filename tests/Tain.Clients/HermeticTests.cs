namespace Tain.Clients;

/// <summary>Tain in front of the go command's own test proxy: every endpoint answers as the upstream does.</summary>
[Trait("Speed", "slow")]
public sealed class HermeticTests
{
    /// <summary>What the upstream serves although it is illegal. Tain refuses these, and no others.</summary>
    private static readonly string[] Refused =
    [
        // Illegal names in the zip, and what is no zip.
        "rsc.io/badfile2/@v/v1.0.0.zip",
        "rsc.io/badfile3/@v/v1.0.0.zip",
        "rsc.io/badfile4/@v/v1.0.0.zip",
        "rsc.io/badfile5/@v/v1.0.0.zip",
        "rsc.io/badzip/@v/v1.0.0.zip",
        // v2.0.0 where the path has no /v2, and no +incompatible.
        "example.com/downgrade/@latest",
        "example.com/downgrade/@v/v2.0.0.info",
        "example.com/downgrade/@v/v2.0.0.mod",
        "example.com/downgrade/@v/v2.0.0.zip",
        "rsc.io/breaker/@v/v2.0.0.mod",
        "rsc.io/breaker/@v/v2.0.0.zip",
        "rsc.io/quote/@v/v2.0.0.mod",
        "rsc.io/quote/@v/v2.0.0.zip",
        // These go.mod files hold the one line "golang.org/toolchain".
        .. HermeticProxy.Modules()
            .Where(m => m.EscapedPath == "golang.org/toolchain" && !m.EscapedVersion.Contains("999testmod", StringComparison.Ordinal))
            .Select(m => $"golang.org/toolchain/@v/{m.EscapedVersion}.mod"),
    ];

    [Fact]
    public async Task Every_endpoint_of_every_module_answers_as_the_upstream_cold_warm_and_with_the_upstream_gone()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        var paths = Endpoints();
        Assert.True(paths.Length > 1000, $"only {paths.Length} endpoints");

        var expected = await AskAsync(upstream.Url, paths);
        var cold = await AskAsync(tain.GoProxy, paths);
        AssertSame(expected, cold);
        var warm = await AskAsync(tain.GoProxy, paths);
        AssertSame(expected, warm);

        await upstream.StopAsync();
        var stored = paths.Where(p => cold[p].Status == 200).ToArray();
        var alone = await AskAsync(tain.GoProxy, stored);
        Assert.All(stored, p => Assert.True(cold[p].Equals(alone[p]), $"{p} was {cold[p]} and is {alone[p]} without upstream"));
        var cached = await AskAsync(tain.GoProxy + "/cached-only", stored);
        Assert.All(stored, p => Assert.True(cold[p].Equals(cached[p]), $"{p} was {cold[p]} and is {cached[p]} by cached-only"));
    }

    [Theory]
    [InlineData("list -m -versions rsc.io/quote")]
    [InlineData("list -m -versions rsc.io/quote/v3")]
    [InlineData("list -m rsc.io/quote@latest")]
    [InlineData("list -m rsc.io/quote@v1.5")]
    [InlineData("list -m rsc.io/quote@<v1.5.2")]
    [InlineData("list -m rsc.io/quote@>=v1.3.0")]
    [InlineData("list -m rsc.io/quote@23179ee8a569")]
    [InlineData("list -m rsc.io/quote@fe488b8")]
    [InlineData("list -m rsc.io/QUOTE@latest")]
    [InlineData("list -m example.com/notags@latest")]
    [InlineData("list -m example.com/latemigrate/v2@latest")]
    [InlineData("list -m -retracted -f {{.Version}}{{.Retracted}} example.com/retract@v1.0.0-bad")]
    [InlineData("list -m -u -f {{.Version}}{{.Deprecated}} example.com/deprecated/a@v1.9.0")]
    [InlineData("list -m golang.org/toolchain@v0.0.1-go1.999testmod.linux-amd64")]
    [InlineData("mod download -x rsc.io/fortune@v1.0.0")]
    [InlineData("get rsc.io/fortune@v1.0.0")]
    [InlineData("get example.com/join/subpkg@v1.1.0")]
    [InlineData("get rsc.io/quote@dd9747d")]
    public async Task The_go_command_says_the_same_through_Tain(string command)
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var directly = new GoCommand(upstream.Url);
        using var through = new GoCommand(tain.GoProxy);
        foreach (var go in new[] { directly, through })
            go.Write("go.mod", "module tain.test/m\n\ngo 1.24\n");

        var expected = (await directly.RunAsync(command.Split(' '))).Succeeded();
        var result = (await through.RunAsync(command.Split(' '))).Succeeded();

        Assert.Equal(Lines(expected), Lines(result));
        Assert.Equal(directly.Read("go.mod"), through.Read("go.mod"));
    }

    [Theory]
    [InlineData("404", 404)]
    [InlineData("410", 404)]
    [InlineData("403", 403)]
    [InlineData("500", 502)]
    [InlineData("503", 502)]
    [InlineData("204", 502)]
    [InlineData("invalid", 502)]
    [InlineData("redirect/100", 502)]
    public async Task A_faulty_upstream_is_told_apart_from_absence_and_explained(string prefix, int status)
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync($"{upstream.Url}/{prefix}", null, "--upstream-tries", "1");
        string[] paths = ["rsc.io/quote/@v/v1.0.0.info", "rsc.io/quote/@v/v1.0.0.zip", "rsc.io/quote/@v/v1.0.0.mod", "rsc.io/quote/@latest"];
        foreach (var path in paths)
        {
            var answer = await Answer.OfAsync($"{tain.GoProxy}/{path}");
            Assert.True(status == answer.Status, $"{path} behind {prefix}: {answer}");
            answer.IsExplained();
        }
    }

    [Theory]
    [InlineData("redirect/1")]
    [InlineData("redirect/5")]
    [InlineData("sumdb-503")]
    public async Task Redirects_within_the_upstream_are_followed(string prefix)
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync($"{upstream.Url}/{prefix}");
        foreach (var path in Endpoints().Where(p => p.StartsWith("rsc.io/sampler/", StringComparison.Ordinal)))
        {
            var expected = await Answer.OfAsync($"{upstream.Url}/{path}");
            var answer = await Answer.OfAsync($"{tain.GoProxy}/{path}");
            Assert.True(expected.Equals(answer) || (expected.Status, answer.Status) == (404, 404), $"{path}: {answer}, not {expected}");
        }
    }

    /// <summary>Lists, latest, three files of each version, queries by commit, and what does not exist.</summary>
    private static string[] Endpoints()
    {
        var modules = HermeticProxy.Modules();
        Assert.True(modules.Count > 200, $"only {modules.Count} modules");
        return
        [
            .. modules.SelectMany(m => (string[])[".info", ".mod", ".zip"], (m, kind) => $"{m.EscapedPath}/@v/{m.EscapedVersion}{kind}"),
            .. modules.Where(m => m.Commit is not null).Select(m => $"{m.EscapedPath}/@v/{m.Commit}.info").Distinct(),
            .. modules.Select(m => m.EscapedPath).Distinct().SelectMany(
                path => (string[])["@v/list", "@latest", "@v/main.info", "@v/v0.99.0.info", "@v/v0.99.0.mod", "@v/v0.99.0.zip", "none/@v/list", "none/@latest"],
                (path, endpoint) => $"{path}/{endpoint}"),
        ];
    }

    private static async Task<Dictionary<string, Answer>> AskAsync(string server, string[] paths)
    {
        var answers = new Answer[paths.Length];
        await Parallel.ForAsync(0, paths.Length, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => answers[i] = await Answer.OfAsync($"{server}/{paths[i]}"));
        return paths.Zip(answers).ToDictionary(p => p.First, p => p.Second);
    }

    /// <summary>Bytes are equal where there are any, statuses elsewhere, save what is refused with a reason.</summary>
    private static void AssertSame(Dictionary<string, Answer> expected, Dictionary<string, Answer> got)
    {
        var differences = expected.Where(e => e.Value.Status == 200 ? !e.Value.Equals(got[e.Key]) : e.Value.Status != got[e.Key].Status).ToArray();
        var unexpected = differences.Where(d => !Refused.Contains(d.Key)).Select(d => $"{d.Key}: {got[d.Key]}, not {d.Value}").ToArray();
        Assert.True(unexpected.Length == 0, $"{unexpected.Length} answers differ:\n{string.Join('\n', unexpected)}");
        Assert.Equal(Refused.Order(StringComparer.Ordinal), differences.Select(d => d.Key).Order(StringComparer.Ordinal));
        foreach (var answer in got.Values.Where(a => a.Status != 200))
            answer.IsExplained();
    }

    /// <summary>What was printed, without what names the proxy.</summary>
    private static string[] Lines(GoResult result) =>
        [.. result.Output.Split('\n').Where(l => !l.StartsWith("# get http", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
