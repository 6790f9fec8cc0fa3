using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>What revisions name: cmd/go codehost, stat, on a clone that is empty at first.</summary>
public sealed class StatTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_tag_names_its_commit_its_time_and_all_tags_there()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1", "v1.0.0");
        var commit = source.Commit("a", "2", "v1.1.0", "sub/v0.1.0", "other");
        source.Git("tag", "-a", "-m", "annotated", "v1.1.0-rc.1");
        source.Commit("a", "3");

        var found = await source.Tain.StatAsync("v1.1.0", TimeSpan.Zero, Ct);

        Assert.Equal(commit, found.Commit);
        Assert.Equal(commit[..12], found.Short);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(long.Parse(source.Git("log", "-1", "--format=%ct", commit), null)), found.Time);
        Assert.Equal(TimeSpan.Zero, found.Time.Offset);
        Assert.Equal(["other", "sub/v0.1.0", "v1.1.0", "v1.1.0-rc.1"], found.Tags);
        Assert.Equal("v1.1.0", found.Version);
        Assert.Equal("refs/tags/v1.1.0", found.Ref);
    }

    [Fact]
    public async Task An_annotated_tag_names_the_commit_behind_it()
    {
        var source = _rig.Make("r");
        var commit = source.Commit("a", "1");
        source.Git("tag", "-a", "-m", "one", "v1.0.0");
        source.Git("tag", "-a", "-m", "two", "v2.0.0", "v1.0.0");

        Assert.Equal(commit, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(commit, (await source.Tain.StatAsync("v2.0.0", TimeSpan.Zero, Ct)).Commit);
    }

    [Fact]
    public async Task A_tag_wins_over_a_branch_and_a_branch_over_a_hash()
    {
        var source = _rig.Make("r");
        var first = source.Commit("a", "1", "x");
        var second = source.Commit("a", "2");
        source.Git("branch", "x");
        source.Git("branch", first[..8]);

        var tag = await source.Tain.StatAsync("x", TimeSpan.Zero, Ct);
        var branch = await source.Tain.StatAsync(first[..8], TimeSpan.Zero, Ct);

        Assert.Equal((first, "refs/tags/x", "x"), (tag.Commit, tag.Ref, tag.Version));
        Assert.Equal((second, "refs/heads/" + first[..8], second), (branch.Commit, branch.Ref, branch.Version));
    }

    [Fact]
    public async Task HEAD_names_the_tip_and_its_hash_does_not_name_HEAD()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        source.Git("branch", "old");
        var tip = source.Commit("a", "2");

        var head = await source.Tain.StatAsync("HEAD", TimeSpan.Zero, Ct);
        var hash = await source.Tain.StatAsync(tip, TimeSpan.Zero, Ct);
        var old = await source.Tain.StatAsync(source.Git("rev-parse", "old"), TimeSpan.Zero, Ct);

        Assert.Equal((tip, "HEAD", tip), (head.Commit, head.Ref, head.Version));
        Assert.Equal((tip, null, tip), (hash.Commit, hash.Ref, hash.Version));
        Assert.Equal("refs/heads/old", old.Ref);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(40)]
    public async Task A_commit_at_no_ref_is_found_by_its_first_digits(int digits)
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        var middle = source.Commit("a", "2");
        source.Commit("a", "3", "v1.0.0");

        var found = await source.Tain.StatAsync(middle[..digits], TimeSpan.Zero, Ct);

        Assert.Equal((middle, middle, null), (found.Commit, found.Version, found.Ref));
        Assert.Equal("2", Text(await source.Tain.ReadFileAsync(middle, "a", 10, Ct)));
    }

    [Theory]
    [InlineData("v9.9.9")]
    [InlineData("abcdef")]
    [InlineData("0123456789")]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("DEADBEEF0")]
    [InlineData("-x")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("main~0")]
    [InlineData("HEAD@{0}")]
    [InlineData("")]
    [InlineData("a\nb")]
    public async Task What_names_nothing_is_missing(string revision)
    {
        var source = _rig.Make("r");
        source.Commit("a", "1", "v1.0.0");

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync(revision, TimeSpan.Zero, Ct));

        Assert.Equal((FaultKind.NotFound, true), (failed.Fault, failed.Reached));
        Assert.StartsWith("unknown revision", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_no_ref_leads_to_is_unknown_though_the_server_would_give_it()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        source.Git("checkout", "-q", "--detach");
        var hidden = source.Commit("a", "2");
        source.Git("update-ref", "refs/pull/1/head", hidden);
        source.Git("checkout", "-q", "main");

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync(hidden, TimeSpan.Zero, Ct));

        Assert.Equal(FaultKind.NotFound, failed.Fault);
    }

    [Fact]
    public async Task An_empty_repository_has_no_commits()
    {
        var source = _rig.Make("r");

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync("HEAD", TimeSpan.Zero, Ct));

        Assert.Equal((FaultKind.NotFound, true, "no commits"), (failed.Fault, failed.Reached, failed.Message));
        Assert.Empty((await source.Tain.RefsAsync(TimeSpan.Zero, Ct)).Commits);
    }

    [Fact]
    public async Task A_moved_tag_is_the_new_commit_and_the_old_one_stays_readable()
    {
        var source = _rig.Make("r");
        var old = source.Commit("a", "1", "v1.0.0");
        Assert.Equal(old, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        source.Git("commit", "-q", "--amend", "-m", "rewritten");
        var moved = source.Commit("a", "2");
        source.Git("tag", "-f", "v1.0.0");

        Assert.Equal(moved, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal("1", Text(await source.Tain.ReadFileAsync(old, "a", 10, Ct)));
        Assert.Equal("2", Text(await source.Tain.ReadFileAsync(moved, "a", 10, Ct)));
    }

    [Fact]
    public async Task Old_refs_decide_only_while_what_they_name_is_there()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1", "v1.0.0");
        await source.Tain.RefsAsync(TimeSpan.Zero, Ct);
        source.Git("tag", "-d", "v1.0.0");
        source.Git("commit", "-q", "--amend", "-m", "rewritten");
        var moved = source.Git("rev-parse", "HEAD");
        source.Git("tag", "v1.0.0");
        source.Git("tag", "v1.0.1");
        source.Git("reflog", "expire", "--expire=now", "--all");
        source.Git("gc", "-q", "--prune=now");

        Assert.Equal(moved, (await source.Tain.StatAsync("v1.0.0", TimeSpan.FromHours(1), Ct)).Commit);
        Assert.Equal(moved, (await source.Tain.StatAsync("v1.0.1", TimeSpan.FromHours(1), Ct)).Commit);
    }

    [Fact]
    public async Task A_date_after_9999_is_refused_in_words_and_a_date_that_is_none_too()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        foreach (var (tag, committer) in ((string, string)[])[("late", "c <c@x> 999999999999 +0000"), ("none", "c <c@x>")])
        {
            var file = Path.Combine(_rig.Folder, tag);
            File.WriteAllText(file, $"tree {source.Git("rev-parse", "HEAD^{tree}")}\nauthor a <a@x> 1 +0000\ncommitter {committer}\n\nm\n");
            source.Git("tag", tag, source.Git("hash-object", "--literally", "-t", "commit", "-w", file));
        }

        foreach (var tag in (string[])["late", "none"])
        {
            var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync(tag, TimeSpan.Zero, Ct));
            Assert.Equal((FaultKind.Malformed, true), (failed.Fault, failed.Reached));
        }
    }

    [Fact]
    public async Task A_tag_on_a_tree_is_no_revision()
    {
        var source = _rig.Make("r");
        source.Commit("a", "1");
        source.Git("tag", "tree", source.Git("rev-parse", "HEAD^{tree}"));

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.StatAsync("tree", TimeSpan.Zero, Ct));

        Assert.Equal(FaultKind.NotFound, failed.Fault);
    }

    [Fact]
    public async Task A_SHA_256_repository_is_read_as_any_other()
    {
        var source = _rig.Make("r", "sha256");
        var first = source.Commit("a", "1");
        var commit = source.Commit("a", "2", "v1.0.0");

        Assert.Equal(64, commit.Length);
        Assert.Equal(commit, (await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(first, (await source.Tain.StatAsync(first[..12], TimeSpan.Zero, Ct)).Commit);
        Assert.Equal("2", Text(await source.Tain.ReadFileAsync(commit, "a", 10, Ct)));
    }

    private static string Text(byte[]? content) => System.Text.Encoding.UTF8.GetString(content!);
}
