using System.Net;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>The published server is killed, or told to stop, while git works for it.</summary>
[Trait("Speed", "slow")]
public sealed class GitKillTests
{
    private const string Module = "corp.example/lib";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("in the list of refs")]
    [InlineData("in a fetch")]
    [InlineData("in the history")]
    public async Task A_kill_while_git_fetches_leaves_no_process_and_the_next_start_nothing_else(string where)
    {
        using var folder = new TempFolder();
        var (repository, rule) = Held(folder, where);
        await using var hosts = await GitServer.StartAsync(folder["git"]);
        hosts.SetImports(Module, $"{Module} git https://{Module}");
        await using var tain = await TainProcess.StartDirectAsync(hosts, folder["data"], "--go-git-refs-ttl", "0s");
        Assert.Equal(200, (await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "zip"))).Status);
        var newer = Commit(repository, "newer");
        repository.Tag("v1.1.0");
        var between = Commit(repository, "between");
        Commit(repository, "last");
        hosts.Add(rule);

        var asked = AskAsync(ModuleUrl.File(tain.GoProxy, Module, where == "in the history" ? between[..12] : "v1.1.0", where == "in the history" ? "info" : "zip"));
        await EventuallyAsync(() => hosts.Stalled > 0 && GitRemains.Commands(tain.Data).Any());
        await tain.KillAloneAsync();
        Assert.Equal(0, await asked);
        // They notice that nobody reads them.
        await EventuallyAsync(() => !GitRemains.Commands(tain.Data).Any());

        hosts.ClearRules();
        await tain.StartAgainAsync();
        Assert.Contains(newer, (await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.1.0", "info"))).Text, StringComparison.Ordinal);
        Assert.Contains($"v1.1.1-0.20240101120300-{between[..12]}", (await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, between[..12], "info"))).Text, StringComparison.Ordinal);
        foreach (var version in (string[])["v1.0.0", "v1.1.0"])
            Assert.StartsWith("h1:", ZipSum.Of((await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, version, "zip"))).Body), StringComparison.Ordinal);
        Assert.Empty(await GitRemains.OfAsync(tain.Data));
        Assert.Equal(0, await tain.StopAsync());
    }

    [Fact]
    public async Task A_kill_while_a_zip_is_made_leaves_no_process_and_the_next_start_makes_it_whole()
    {
        using var folder = new TempFolder();
        var repository = new GitRepository(folder["git"], Module);
        Commit(repository, "large", files: 40);
        repository.Tag("v1.0.0");
        await using var hosts = await GitServer.StartAsync(folder["git"]);
        hosts.SetImports(Module, $"{Module} git https://{Module}");
        await using var tain = await TainProcess.StartDirectAsync(hosts, folder["data"]);
        Assert.Equal(200, (await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "mod"))).Status);
        using var go = new DirectGo(hosts);
        var expected = (await go.DownloadAsync(Module, "v1.0.0")).Sum;

        var kills = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var response = await Loopback.Http.GetAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "zip"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            // Some of it is out, and more is being made.
            await body.ReadExactlyAsync(new byte[1 + attempt * 200_000], TestContext.Current.CancellationToken);
            kills += GitRemains.Commands(tain.Data).Any(c => c.Line.Contains(" archive ", StringComparison.Ordinal)) ? 1 : 0;
            await tain.KillAloneAsync();
            await EventuallyAsync(() => !GitRemains.Commands(tain.Data).Any());
            await tain.StartAgainAsync();
        }
        Assert.True(kills > 0, "each zip was made before the kill");
        Assert.Equal(expected, ZipSum.Of((await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "zip"))).Body));
        Assert.Empty(await GitRemains.OfAsync(tain.Data));
    }

    [Theory]
    [InlineData("in the list of refs")]
    [InlineData("in a fetch")]
    public async Task A_stop_while_git_hangs_takes_no_longer_than_told_and_leaves_no_process(string where)
    {
        using var folder = new TempFolder();
        var (_, rule) = Held(folder, where);
        await using var hosts = await GitServer.StartAsync(folder["git"]);
        hosts.SetImports(Module, $"{Module} git https://{Module}");
        await using var tain = await TainProcess.StartDirectAsync(hosts, folder["data"], "--stop-timeout", "2s");
        hosts.Add(rule);
        var asked = AskAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "zip"));
        await EventuallyAsync(() => hosts.Stalled > 0 && GitRemains.Commands(tain.Data).Any());

        var stopping = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, await tain.StopAsync(Limit));
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(8), $"{stopping.Elapsed}");
        Assert.Empty(GitRemains.Commands(tain.Data));
        Assert.True(await asked is 0 or 503);
        hosts.ClearRules();
        await tain.StartAgainAsync();
        Assert.Equal(200, (await Answer.OfAsync(ModuleUrl.File(tain.GoProxy, Module, "v1.0.0", "zip"))).Status);
        Assert.Empty(await GitRemains.OfAsync(tain.Data));
    }

    private static (GitRepository Repository, Rule Rule) Held(TempFolder folder, string where)
    {
        var repository = new GitRepository(folder["git"], Module);
        Commit(repository, "first");
        repository.Tag("v1.0.0");
        return (repository, where == "in the list of refs" ? new(Module) { Only = RequestKind.ListRefs, StallAfter = 20 } : new(Module) { Only = RequestKind.Fetch, StallAfter = where == "in a fetch" ? 20_000 : 10 });
    }

    private static string Commit(GitRepository repository, string what, int files = 1)
    {
        var random = new Random(what.GetHashCode(StringComparison.Ordinal));
        return repository.Commit([("go.mod", $"module {Module}\n"), .. Enumerable.Range(0, files).Select(i =>
        {
            var noise = new byte[200_000];
            random.NextBytes(noise);
            return ($"noise{i}.txt", Convert.ToBase64String(noise));
        })]);
    }

    /// <summary>The status; 0 when the connection ended without one, or in the middle.</summary>
    private static async Task<int> AskAsync(string url)
    {
        try
        {
            return (await Answer.OfAsync(url)).Status;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return 0;
        }
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        var waiting = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(15), "not within 15 s");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
