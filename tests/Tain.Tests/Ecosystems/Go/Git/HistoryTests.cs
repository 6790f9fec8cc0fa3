using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>What is an ancestor of what.</summary>
public sealed class HistoryTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Tags_of_ancestors_are_those_that_git_itself_calls_merged()
    {
        var source = Branched();
        // What the go command asks of a whole clone (codehost, RecentTag).
        foreach (var revision in source.Git("rev-list", "--all").Split('\n'))
        {
            var expected = source.Git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags", "--merged", revision).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(expected.Order(StringComparer.Ordinal), await source.Tain.TagsMergedAsync(revision, Ct));
        }
    }

    [Fact]
    public async Task A_commit_descends_from_a_tag_as_git_itself_says()
    {
        var source = Branched();
        foreach (var tag in source.Git("tag").Split('\n').Append("v9.0.0"))
        {
            foreach (var revision in source.Git("rev-list", "--all").Split('\n'))
            {
                var expected = source.Git("tag", "--list", tag, "--merged", revision).Length > 0;
                Assert.Equal(expected, await source.Tain.DescendsFromAsync(revision, tag, Ct));
            }
        }
    }

    [Fact]
    public async Task A_hash_that_differs_in_its_last_digit_names_nothing()
    {
        var source = _rig.Make("r");
        var past = source.Commit("a", "1");
        source.Git("tag", "-a", "-m", "annotated", "v1.0.0");
        source.Commit("a", "2");

        // The first finds no history here yet, the second one that is.
        foreach (var hash in (string[])[past, past, source.Git("rev-parse", "v1.0.0")])
        {
            var wrong = hash[..^1] + (hash[^1] == '0' ? '1' : '0');
            var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync(wrong, TimeSpan.Zero, Ct));
            Assert.Equal((FaultKind.NotFound, true, $"unknown revision {wrong}"), (failed.Fault, failed.Reached, failed.Message));
        }

        // The hash of a tag itself leads to its commit, as with git log.
        Assert.Equal(past, (await source.Tain.StatAsync(source.Git("rev-parse", "v1.0.0"), TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(past, (await source.Tain.StatAsync(past, TimeSpan.Zero, Ct)).Commit);
    }

    [Fact]
    public async Task History_has_no_files_when_the_server_can_leave_them_out()
    {
        var source = _rig.Make("r");
        source.Git("config", "uploadpack.allowFilter", "true");
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(source.Folder, "large"), noise);
        source.Commit("a", "1", "v1.0.0");
        var commit = source.Commit("a", "2");

        Assert.Equal(["v1.0.0"], await source.Tain.TagsMergedAsync(commit, Ct));

        Assert.True(GitClone.SizeOf(source.History) < 100_000);
        Assert.False(Directory.Exists(source.Trees));
    }

    [Fact]
    public async Task A_history_that_is_here_brings_what_is_new_and_a_tag_that_is_new_alone_brings_nothing()
    {
        var source = _rig.Make("r");
        source.Git("config", "uploadpack.allowFilter", "true");
        source.Commit("a", "1", "v1.0.0");
        var first = source.Commit("a", "2");
        Assert.Equal(["v1.0.0"], await source.Tain.TagsMergedAsync(first, Ct));
        var second = source.Commit("a", "3", "v1.1.0");
        Assert.Equal(["v1.0.0", "v1.1.0"], await source.Tain.TagsMergedAsync(second, Ct));
        var before = _rig.Passages;

        source.Git("tag", "v1.0.1", first);
        Assert.Equal(["v1.0.0", "v1.0.1"], await source.Tain.TagsMergedAsync(first, Ct));
        source.Git("tag", "-d", "v1.0.0");
        Assert.Equal(["v1.0.1"], await source.Tain.TagsMergedAsync(first, Ct));

        // Two looks, no fetch.
        Assert.Equal(2, _rig.Passages - before);
    }

    [Fact]
    public async Task A_rewritten_branch_and_a_moved_tag_are_seen()
    {
        var source = _rig.Make("r");
        var old = source.Commit("a", "1", "v1.0.0");
        Assert.True(await source.Tain.DescendsFromAsync(old, "v1.0.0", Ct));
        Assert.Equal(["v1.0.0"], await source.Tain.TagsMergedAsync(old, Ct));
        source.Git("commit", "-q", "--amend", "-m", "rewritten");
        var commit = source.Commit("a", "2");
        source.Git("tag", "-f", "v1.0.0");

        Assert.False(await source.Tain.DescendsFromAsync(old, "v1.0.0", Ct));
        Assert.True(await source.Tain.DescendsFromAsync(commit, "v1.0.0", Ct));
        Assert.Empty(await source.Tain.TagsMergedAsync(old, Ct));
    }

    [Fact]
    public async Task An_unknown_commit_is_missing_and_a_repository_without_tags_asks_nothing_more()
    {
        var source = _rig.Make("r");
        source.Git("config", "uploadpack.allowFilter", "true");
        var commit = source.Commit("a", "1");
        Assert.Empty(await source.Tain.TagsMergedAsync(commit, Ct));
        Assert.False(await source.Tain.DescendsFromAsync(commit, "v1.0.0", Ct));
        Assert.Equal(2, _rig.Passages);

        source.Git("tag", "v1.0.0");
        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.TagsMergedAsync(new string('0', 39) + "1", Ct));
        Assert.Equal((FaultKind.NotFound, true), (failed.Fault, failed.Reached));
        failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync(new string('0', 39) + "1", TimeSpan.Zero, Ct));
        Assert.Equal((FaultKind.NotFound, true), (failed.Fault, failed.Reached));
    }

    [Fact]
    public void A_beginning_that_two_tips_share_is_ambiguous()
    {
        var one = "abcdef1" + new string('1', 33);
        var two = "abcdef1" + new string('2', 33);
        var refs = new GitRefs(new Dictionary<string, string> { ["refs/heads/b"] = one, ["refs/heads/a"] = one, ["refs/tags/c"] = two }, DateTimeOffset.UnixEpoch);

        Assert.Contains("ambiguous revision abcdef1", Assert.Throws<RepositoryException>(() => refs.FindOrNull("abcdef1")).Message, StringComparison.Ordinal);
        Assert.Null(refs.FindOrNull("abcdef2"));
        Assert.Equal((one, "refs/heads/a"), refs.FindOrNull("abcdef11"));
    }

    private Source Branched()
    {
        var source = _rig.Make("r");
        source.Git("config", "uploadpack.allowFilter", "true");
        source.Commit("a", "1", "v1.0.0", "sub/v0.1.0");
        source.Commit("a", "2");
        source.Git("checkout", "-q", "-b", "side");
        source.Commit("b", "1", "v1.1.0-side");
        source.Git("checkout", "-q", "main");
        source.Commit("a", "3", "v1.1.0");
        source.Git("merge", "-q", "-m", "merge", "side");
        source.Git("tag", "-a", "-m", "annotated", "v1.2.0");
        source.Git("checkout", "-q", "--orphan", "apart");
        source.Commit("c", "1", "v5.0.0");
        source.Git("checkout", "-q", "main");
        source.Commit("a", "4");
        return source;
    }
}
