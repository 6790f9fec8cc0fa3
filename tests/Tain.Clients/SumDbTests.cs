using Tain.SumDbHosting;

namespace Tain.Clients;

/// <summary>The real go command checks everything through Tain, which has checked it before.</summary>
public sealed class SumDbTests
{
    private const string Program = "package main\n\nimport (\n\t\"fmt\"\n\n\t\"rsc.io/quote\"\n)\n\nfunc main() { fmt.Println(quote.Hello()) }\n";

    [Fact]
    public async Task With_the_go_command_s_own_test_database_all_is_checked_and_built_through_Tain_only()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", HermeticProxy.SumDbKey);
        using var go = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey);
        await BuildAsync(go);
        Assert.Contains("rsc.io/quote v1.5.2 h1:", go.Read("go.sum"), StringComparison.Ordinal);
        // What it proved by itself came through Tain: the database's name leads nowhere.
        Assert.True(Directory.Exists(Path.Combine(go.ModuleCache, "cache/download/sumdb", HermeticProxy.SumDbName, "tile")));

        // Now nobody is there: another client on another machine checks and builds all the same.
        await upstream.StopAsync();
        using var other = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey);
        await BuildAsync(other);
        Assert.True(Directory.Exists(Path.Combine(other.ModuleCache, "cache/download/sumdb", HermeticProxy.SumDbName, "tile")));
    }

    [Fact]
    public async Task A_database_under_the_public_one_s_name_is_used_through_Tain_when_its_key_is_given()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var database = await SumDbServer.StartAsync(300, upstream.Url, "sum.golang.org");
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", database.GoSumDb);
        using var go = GoCommand.Checking(tain.GoProxy, database.Key);
        await BuildAsync(go);
        Assert.True(Directory.Exists(Path.Combine(go.ModuleCache, "cache/download/sumdb/sum.golang.org/tile")));
    }

    [Fact]
    public async Task With_the_default_name_and_key_an_impostor_is_believed_by_neither()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var impostor = await SumDbServer.StartAsync(300, upstream.Url, "sum.golang.org");
        // The database is asked through this proxy, whose key is not the pinned one; modules come from the other.
        await using var tain = await TainProcess.StartAsync($"{impostor.Url}|{upstream.Url}", null, "--upstream-tries", "1", "--go-sumdb", "sum.golang.org");
        using var go = GoCommand.Checking(tain.GoProxy, null);
        Init(go);
        var got = (await go.RunAsync("get", "rsc.io/quote@v1.5.2")).Failed();
        Assert.Contains("sum.golang.org", got.Output, StringComparison.Ordinal);
        Assert.Contains("not to be believed", got.Output, StringComparison.Ordinal);

        // And the client does not believe it by itself.
        await using var blind = await TainProcess.StartAsync(upstream.Url, null);
        using var careful = GoCommand.Checking($"{impostor.Url},{blind.GoProxy}", null);
        Init(careful);
        (await careful.RunAsync("get", "rsc.io/quote@v1.5.2")).Failed();
    }

    [Fact]
    public async Task Where_every_hash_of_the_database_is_another_nothing_gets_through_and_alarms_say_why()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url + "/sumdb-404", null, "--go-sumdb", $"{HermeticProxy.SumDbKey} {upstream.Url}/sumdb-wrong");
        using var go = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey);
        Init(go);

        var got = (await go.RunAsync("get", "rsc.io/quote@v1.5.2")).Failed();

        Assert.Contains("but localhost.localdev/sumdb says h1:", got.Output, StringComparison.Ordinal);
        Assert.Contains("\"evidence\":", (await Answer.OfAsync(tain.Url + "/api/v1/alarms")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_answers_503_new_modules_are_refused_in_its_words_and_stored_ones_are_served()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        using var data = new TempFolder();
        await using (var before = await TainProcess.StartAsync(upstream.Url, data["data"], "--go-sumdb", HermeticProxy.SumDbKey))
        {
            Assert.Equal(200, (await Answer.OfAsync(before.GoProxy + "/rsc.io/quote/@v/v1.5.2.zip")).Status);
            await before.StopAsync();
        }
        await using var tain = await TainProcess.StartAsync(upstream.Url + "/sumdb-503", data["data"], "--go-sumdb", HermeticProxy.SumDbKey, "--upstream-tries", "1");
        Assert.Equal(200, (await Answer.OfAsync(tain.GoProxy + "/rsc.io/quote/@v/v1.5.2.zip")).Status);
        using var go = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey);
        Init(go);
        var got = (await go.RunAsync("get", "rsc.io/sampler@v1.3.0")).Failed();
        Assert.Contains("503", got.Output, StringComparison.Ordinal);
        Assert.Contains("go.sumdb-unavailable", got.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_zip_that_was_tampered_with_is_refused_by_Tain_and_by_the_client()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", HermeticProxy.SumDbKey);
        using (var first = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey))
            await BuildAsync(first);
        await tain.StopAsync();
        foreach (var blob in Directory.GetFiles(Path.Combine(tain.Data, "blobs"), "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
            bytes[^5] ^= 1;
            await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        }
        await upstream.StopAsync();
        await tain.StartAgainAsync();

        // Tain: not one of them leaves.
        using var go = GoCommand.Checking(tain.GoProxy, HermeticProxy.SumDbKey);
        Init(go);
        var got = (await go.RunAsync("get", "rsc.io/quote@v1.5.2")).Failed();
        Assert.DoesNotContain("checksum mismatch", got.Output, StringComparison.Ordinal);

        // The client, behind a server that checks nothing and has another zip under the same name.
        using var liar = new TempFolder();
        var version = Path.Combine(liar.Path, "rsc.io/quote/@v");
        Directory.CreateDirectory(version);
        await using var again = await HermeticProxy.StartAsync();
        foreach (var (name, from) in new[] { ("v1.5.2.info", "v1.5.2.info"), ("v1.5.2.mod", "v1.5.2.mod"), ("v1.5.2.zip", "v1.5.2.zip") })
            await File.WriteAllBytesAsync(Path.Combine(version, name), await Loopback.Http.GetByteArrayAsync($"{again.Url}/rsc.io/quote/@v/{from}", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(version, "v1.5.2.mod"), "module \"rsc.io/quote\"\n\nrequire rsc.io/sampler v1.3.1\n", TestContext.Current.CancellationToken);
        await using var nginx = await Nginx.StartAsync(liar.Path);
        await using var blind = await TainProcess.StartAsync($"{nginx.Url},{again.Url}", null);
        // Its lookups are the honest database's: this one proxies none.
        using var careful = GoCommand.Checking($"{blind.GoProxy},{again.Url}", HermeticProxy.SumDbKey);
        Init(careful);
        var mismatch = (await careful.RunAsync("mod", "download", "rsc.io/quote@v1.5.2")).Failed();
        Assert.Contains("checksum mismatch", mismatch.Output, StringComparison.Ordinal);

        // The same liar before a Tain that checks: refused there.
        await using var watchful = await TainProcess.StartAsync($"{nginx.Url},{again.Url}", null, "--go-sumdb", HermeticProxy.SumDbKey);
        using var calm = GoCommand.Checking(watchful.GoProxy, HermeticProxy.SumDbKey);
        Init(calm);
        var refused = (await calm.RunAsync("mod", "download", "rsc.io/quote@v1.5.2")).Failed();
        Assert.Contains($"but {HermeticProxy.SumDbName} says h1:", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("checksum mismatch", refused.Output, StringComparison.Ordinal);
    }

    private static void Init(GoCommand go) => go.Write("go.mod", "module example.com/hello\n\ngo 1.21\n");

    private static async Task BuildAsync(GoCommand go)
    {
        Init(go);
        go.Write("main.go", Program);
        (await go.RunAsync("get", "rsc.io/quote@v1.5.2")).Succeeded();
        (await go.RunAsync("run", ".")).Succeeded();
    }
}
