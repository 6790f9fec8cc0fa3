namespace Tain.Clients;

/// <summary>Queries by branch, as only an upstream can answer them.</summary>
public sealed class QueryTests
{
    [Fact]
    public async Task Go_get_by_branch_gets_what_the_upstream_says_the_branch_is()
    {
        var (path, version) = Demo.Modules().First(m => m.Path == "github.com/pkg/errors");
        using var folder = new TempFolder();
        var versions = folder[$"{path}/@v"];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Corpus, path, "@v")))
            File.Copy(file, Path.Combine(versions, Path.GetFileName(file)));
        File.Copy(Path.Combine(versions, version + ".info"), Path.Combine(versions, "release.info"));
        await using var upstream = await Nginx.StartAsync(folder.Path);
        await using var tain = await TainProcess.StartAsync(upstream.Url);
        using var go = new GoCommand(tain.GoProxy);
        go.Write("go.mod", "module tain.test/m\n\ngo 1.24\n");

        (await go.RunAsync("get", $"{path}@release")).Succeeded();
        Assert.Contains($"{path} {version}", go.Read("go.mod"), StringComparison.Ordinal);
        var missing = (await go.RunAsync("get", $"{path}@no-such-branch")).Failed();
        Assert.Contains("not found: ", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_moved_is_seen_once_its_time_is_over_and_the_old_one_while_the_upstream_is_down()
    {
        using var folder = new TempFolder();
        var versions = folder["example.com/moving/@v"];
        var branch = Path.Combine(versions, "main.info");
        Move("v1.0.0");
        await using var upstream = await Nginx.StartAsync(folder.Path);
        await using var tain = await TainProcess.StartAsync(upstream.Url, null,
            "--go-query-ttl", "1s", "--go-stale-while-revalidate", "0s", "--upstream-tries", "1");
        var url = tain.GoProxy + "/example.com/moving/@v/main.info";

        Assert.Contains("v1.0.0", (await Answer.OfAsync(url)).Text, StringComparison.Ordinal);
        Move("v1.10.0");
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Contains("v1.10.0", (await Answer.OfAsync(url)).Text, StringComparison.Ordinal);
        await upstream.StopAsync();
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        var stale = await Answer.OfAsync(url);
        Assert.True(stale.Status == 200, $"{stale}");
        Assert.Contains("v1.10.0", stale.Text, StringComparison.Ordinal);

        void Move(string version) => File.WriteAllText(branch, $$"""{"Version":"{{version}}","Time":"2024-01-01T00:00:00Z"}""");
    }
}
