using Tain.Ecosystems.Go.Git;
using Tain.Tests.Storage;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>How often a remote is asked, and how it must not be: single flight, batches, servers that can little.</summary>
public sealed class SharingTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Twenty_modules_of_one_repository_cost_one_look_and_one_fetch()
    {
        var source = _rig.Make("r");
        var commit = source.Commit("go.mod", "module x\n", [.. Enumerable.Range(0, 20).Select(i => $"m{i}/v1.0.0")]);
        _rig.Options = new() { RefsTtl = TimeSpan.FromHours(1) };
        _rig.Open();

        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => source.Tain.StatAsync($"m{i}/v1.0.0", TimeSpan.FromHours(1), Ct)));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => source.Tain.ReadFileAsync(commit, "go.mod", 100, Ct)));

        Assert.All(found, f => Assert.Equal(commit, f.Commit));
        Assert.Equal(2, _rig.Passages);
    }

    [Fact]
    public async Task Versions_that_are_wanted_during_a_fetch_come_together_in_the_next()
    {
        var source = _rig.Make("r");
        var commits = Enumerable.Range(0, 20).Select(i => source.Commit("a", $"{i}", $"v1.{i}.0")).ToList();
        await source.Tain.RefsAsync(TimeSpan.Zero, Ct);
        using var gate = new ManualResetEventSlim();
        _rig.Way = url =>
        {
            gate.Wait(Ct);
            return new FilePassage(_rig.FileUrl(url));
        };

        var all = commits.Select(c => source.Tain.ReadFileAsync(c, "a", 10, Ct)).ToList();
        gate.Set();
        await Task.WhenAll(all);

        for (var i = 0; i < all.Count; i++)
            Assert.Equal($"{i}", System.Text.Encoding.ASCII.GetString((await all[i])!));
        // The look, the first fetch (of one or some), the second of all others.
        Assert.InRange(_rig.Passages, 2, 3);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_nobody_else_s_work()
    {
        var source = _rig.Make("r");
        var commit = source.Commit("a", "1");
        using var gate = new ManualResetEventSlim();
        _rig.Way = url =>
        {
            gate.Wait(Ct);
            return new FilePassage(_rig.FileUrl(url));
        };
        using var left = new CancellationTokenSource();

        var leaving = source.Tain.ReadFileAsync(commit, "a", 10, left.Token);
        var staying = source.Tain.ReadFileAsync(commit, "a", 10, Ct);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        gate.Set();

        Assert.NotNull(await staying);
        Assert.Equal(1, _rig.Passages);
    }

    [Fact]
    public async Task Refs_are_asked_for_again_when_they_are_too_old_or_forgotten()
    {
        var source = _rig.Make("r");
        var first = source.Commit("a", "1", "v1.0.0");
        var hour = TimeSpan.FromHours(1);

        Assert.Equal(first, (await source.Tain.RefsAsync(hour, Ct)).Commits["HEAD"]);
        var second = source.Commit("a", "2", "v1.1.0");
        Assert.Equal(first, (await source.Tain.RefsAsync(hour, Ct)).Commits["HEAD"]);
        source.Tain.Forget();
        Assert.Equal(second, (await source.Tain.RefsAsync(hour, Ct)).Commits["HEAD"]);
        var third = source.Commit("a", "3");
        Assert.Equal(third, (await source.Tain.RefsAsync(TimeSpan.Zero, Ct)).Commits["HEAD"]);
        Assert.Equal(3, _rig.Passages);
    }

    [Fact]
    public async Task Refs_are_asked_for_again_when_the_clock_was_set_back()
    {
        var clock = new SetClock(DateTimeOffset.UnixEpoch.AddDays(20_000));
        _rig.Time = clock;
        _rig.Open();
        var source = _rig.Make("r");
        source.Commit("a", "1", "v1.0.0");
        await source.Tain.RefsAsync(TimeSpan.FromSeconds(3), Ct);
        source.Git("tag", "v1.0.1");

        clock.Now -= TimeSpan.FromHours(5);

        Assert.Contains("refs/tags/v1.0.1", (await source.Tain.RefsAsync(TimeSpan.FromSeconds(3), Ct)).Commits.Keys);
    }

    [Fact]
    public async Task A_look_under_way_when_refs_are_forgotten_is_not_believed_later()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        using var gate = new ManualResetEventSlim();
        _rig.Way = url =>
        {
            gate.Wait(Ct);
            return new FilePassage(_rig.FileUrl(url));
        };

        var under = source.Tain.RefsAsync(TimeSpan.FromHours(1), Ct);
        source.Tain.Forget();
        var after = source.Tain.RefsAsync(TimeSpan.FromHours(1), Ct);
        gate.Set();

        Assert.NotSame(await under, await after);
        Assert.Same(await after, await source.Tain.RefsAsync(TimeSpan.FromHours(1), Ct));
    }

    [Fact]
    public async Task A_failed_look_serves_those_who_ask_at_once_and_no_one_later()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        _rig.Options = new() { RefsTtl = TimeSpan.FromHours(1) };
        _rig.Open();
        _rig.Way = _ => new FilePassage("file:///nowhere") { Failure = new(FaultKind.Tls, "no handshake") };

        for (var i = 0; i < 3; i++)
            Assert.Equal(FaultKind.Tls, (await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.RefsAsync(TimeSpan.FromHours(9), Ct))).Fault);
        Assert.Equal(1, _rig.Passages);
        _rig.Way = null;
        Assert.NotEmpty((await source.Tain.RefsAsync(TimeSpan.Zero, Ct)).Commits);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    public async Task A_server_that_can_neither_filter_nor_give_any_commit_is_asked_in_other_ways(string version)
    {
        var source = _rig.Make("r");
        var old = source.Commit("a", "1");
        var commit = source.Commit("a", "2", "v1.0.0");
        source.Commit("a", "3");
        source.Git("config", "uploadpack.allowFilter", "false");
        _rig.Way = url => new FilePassage(_rig.FileUrl(url)) { Settings = { ("protocol.version", version) } };

        Assert.Equal(commit, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(old, (await source.Tain.StatAsync(old[..12], TimeSpan.Zero, Ct)).Commit);
        Assert.Equal("1", System.Text.Encoding.ASCII.GetString((await source.Tain.ReadFileAsync(old, "a", 10, Ct))!));
        Assert.Equal(["v1.0.0"], await source.Tain.TagsMergedAsync(source.Git("rev-parse", "HEAD"), Ct));
    }

    [Fact]
    public async Task A_server_of_files_is_read_whole()
    {
        var source = _rig.Make("r");
        var old = source.Commit("a", "1", "v1.0.0");
        source.Commit("a", "2", "v1.1.0");
        _rig.Git(_rig.Folder, "clone", "-q", "--bare", source.Folder, Path.Combine(_rig.Folder, "dumb.git"));
        _rig.Git(Path.Combine(_rig.Folder, "dumb.git"), "update-server-info");
        await using var server = await FileServer.StartAsync(Path.Combine(_rig.Folder, "dumb.git"));
        _rig.Way = _ => new FilePassage(server.Url);

        Assert.Equal("v1.1.0", (await source.Tain.StatAsync("v1.1.0", TimeSpan.Zero, Ct)).Version);
        Assert.Equal(old, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal("1", System.Text.Encoding.ASCII.GetString((await source.Tain.ReadFileAsync(old, "a", 10, Ct))!));
        Assert.Equal(["v1.0.0"], await source.Tain.TagsMergedAsync(old, Ct));
    }

    [Fact]
    public async Task A_commit_that_is_gone_from_the_server_fails_alone()
    {
        var source = _rig.Make("r");
        var commits = Enumerable.Range(0, 5).Select(i => source.Commit("a", $"{i}", $"v1.{i}.0")).ToList();
        const string Gone = "0123456789012345678901234567890123456789";
        using var gate = new ManualResetEventSlim();
        _rig.Way = url =>
        {
            gate.Wait(Ct);
            return new FilePassage(_rig.FileUrl(url));
        };

        var first = source.Tain.ReadFileAsync(commits[0], "a", 10, Ct);
        var gone = source.Tain.ReadFileAsync(Gone, "a", 10, Ct);
        var others = commits.Skip(1).Select(c => source.Tain.ReadFileAsync(c, "a", 10, Ct)).ToList();
        gate.Set();

        await Assert.ThrowsAsync<RepositoryException>(() => gone);
        Assert.NotNull(await first);
        Assert.All(await Task.WhenAll(others), Assert.NotNull);
    }
}
