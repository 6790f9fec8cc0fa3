namespace Tain.Clients;

/// <summary>A program of fifty real modules, downloaded and built by the real go command through Tain.</summary>
[Trait("Speed", "slow")]
public sealed class CorpusTests
{
    [Fact]
    public async Task A_program_of_fifty_modules_is_built_through_a_cold_mirror_which_fetches_each_zip_once()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var go = Demo.Prepare(tain.GoProxy);

        await Demo.DownloadBuildAndRunAsync(go);

        var zips = Demo.CompareWithCorpus(go);
        Assert.True(zips >= 50, $"only {zips} modules were needed");
        var fetched = Fetched(upstream);
        Assert.Equal(zips, fetched.Length);
        Assert.Equal(fetched.Distinct(), fetched);
    }

    [Fact]
    public async Task A_warm_mirror_serves_another_machine_without_fetching_anything_twice()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var first = Demo.Prepare(tain.GoProxy);
        await Demo.DownloadBuildAndRunAsync(first);
        var before = upstream.Requests;

        using var second = Demo.Prepare(tain.GoProxy);
        await Demo.DownloadBuildAndRunAsync(second);

        Assert.Equal(Demo.CompareWithCorpus(first), Demo.CompareWithCorpus(second));
        Assert.Equal(first.Read("go.sum"), second.Read("go.sum"));
        Assert.Equal(before, upstream.Requests);
    }

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGKILL")]
    public async Task With_the_upstream_gone_a_restarted_mirror_serves_what_it_has(string signal)
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var go = Demo.Prepare(tain.GoProxy);
        await Demo.DownloadBuildAndRunAsync(go);
        (await go.RunAsync("list", "-m", "-versions", "github.com/spf13/cobra")).Succeeded();

        await upstream.StopAsync();
        if (signal == "SIGTERM")
            Assert.Equal(0, await tain.StopAsync());
        else
            await tain.KillAsync();
        await tain.StartAgainAsync();
        go.Forget();

        await Demo.DownloadBuildAndRunAsync(go);
        Demo.CompareWithCorpus(go);
        var versions = (await go.RunAsync("list", "-m", "-versions", "github.com/spf13/cobra")).Succeeded();
        Assert.Matches(@"^github.com/spf13/cobra v\d+\.\d+\.\d+$", versions.Output.Trim());
        var latest = (await go.RunAsync("list", "-m", "github.com/spf13/cobra@latest")).Succeeded();
        Assert.Equal(versions.Output.Trim(), latest.Output.Trim());
    }

    [Fact]
    public async Task Go_mod_tidy_finds_every_module_by_its_packages()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var go = Demo.Prepare(tain.GoProxy);
        go.Write("go.mod", "module tain.test/demo\n\ngo 1.24\n");

        // -e, since Debian's packages leave out what is for other systems only, and tidy looks for that too.
        (await go.RunAsync("mod", "tidy", "-e")).Succeeded();
        (await go.RunAsync("build", "-o", "demo", ".")).Succeeded();

        foreach (var line in go.Read("go.mod").Split('\n').Where(l => l.StartsWith('\t')))
            Assert.Contains(line.Split("//")[0].Trim(), Demo.Modules().Select(m => $"{m.Path} {m.Version}"));
        Assert.Contains("200 /github.com/spf13/cobra/@v/list", upstream.Requests);
    }

    private static string[] Fetched(Nginx upstream) =>
        [.. upstream.Requests.Where(r => r.StartsWith("200 ", StringComparison.Ordinal) && r.EndsWith(".zip", StringComparison.Ordinal))];
}
