namespace Tain.Clients;

/// <summary>The README's tour, followed to the letter.</summary>
public sealed class ReadmeTests
{
    [Fact]
    [Trait("Speed", "slow")]
    public async Task The_tour_works_on_a_clean_clone()
    {
        await using var upstream = await Nginx.StartAsync(Repository.Corpus);
        using var folder = new TempFolder();
        await using (var git = ChildProcess.Start("/usr/bin/git", ["-c", "safe.directory=*", "clone", "--quiet", Repository.Root, "tain"], folder.Path))
            Assert.True(await git.WaitAsync(TimeSpan.FromMinutes(1)) == 0, git.Output);
        var clone = Path.Combine(folder.Path, "tain");
        var readme = Path.Combine(clone, "README.md");
        Assert.True(File.Exists(readme), "there is no committed README.md");

        var script = ReadmeTour.Script(await File.ReadAllTextAsync(readme, TestContext.Current.CancellationToken));
        await ReadmeTour.RunAsync(script, clone, upstream.Url, TimeSpan.FromMinutes(8));

        Assert.NotEmpty(upstream.Requests);
    }

    [Fact]
    public void Only_blocks_tagged_as_tour_are_run()
    {
        const string readme = "# A\n```sh tour\necho 1\n```\ntext\n```sh\nrm -rf /\n```\n```sh tour\necho 2\n```\n";
        Assert.Equal("echo 1\necho 2\n", ReadmeTour.Script(readme));
    }

    [Fact]
    public async Task A_tour_ends_at_its_first_failing_command_and_takes_its_servers_along()
    {
        using var folder = new TempFolder();
        var script = "sleep 300 &\necho $! > pid\nfalse\necho never > reached\n";
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => ReadmeTour.RunAsync(script, folder.Path, "off", TimeSpan.FromSeconds(30)));
        Assert.Contains("ended with 1", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "reached")));
        var pid = (await File.ReadAllTextAsync(Path.Combine(folder.Path, "pid"), TestContext.Current.CancellationToken)).Trim();
        Assert.False(Directory.Exists("/proc/" + pid), "the server outlived the tour");
    }
}
