using System.Text.Json;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Repositories that move, lose tags, or whose history is written anew: what was said once holds, and is never other content.</summary>
public sealed class RewrittenRepositoryTests
{
    private const string Module = "corp.example/lib";
    private const string Mod = $"module {Module}\n";

    [Fact]
    public async Task A_renamed_repository_is_followed_and_goes_on_under_its_name()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib\n"));
        repository.Tag("v1.0.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        var commit = repository.Commit(("go.mod", Mod), ("lib.go", "package lib // newer\n"));
        repository.Tag("v1.1.0");
        rig.Move(Module, "new.example/team/renamed");
        rig.Hosts.Add(new(Module) { Only = RequestKind.Refs, RedirectTo = "https://new.example/team/renamed/info/refs?service=git-upload-pack" });
        rig.Hosts.ForgetRequests();
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        var (_, info) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info");
        var origin = JsonDocument.Parse(info).RootElement.GetProperty("Origin");
        Assert.Equal(($"https://{Module}", commit), (origin.GetProperty("URL").GetString(), origin.GetProperty("Hash").GetString()));
        Assert.Equal(2, (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Count);
        Assert.Equal(2, (await DirectTests.ZipAsync(rig, Module, "v1.1.0")).Files.Count);
        Assert.NotEqual(0, rig.Hosts.Count(RequestKind.Fetch, "new.example/team/renamed"));
    }

    [Fact]
    public async Task A_repository_that_moved_without_a_word_is_404_and_what_is_here_stays()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod));
        repository.Tag("v1.0.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        rig.Move(Module, "new.example/renamed");
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info");
        Assert.Equal(404, status);
        Assert.Contains("no such repository", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_version_whose_commit_was_forced_away_before_it_was_fetched_is_refused_and_never_other_content(bool isRestarted)
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var first = repository.Commit(("go.mod", Mod), ("lib.go", "package lib // first\n"));
        repository.Tag("v1.0.0");
        repository.Run("clone", "-q", "--bare", repository.Folder, repository.Folder + ".backup");
        Assert.Contains(first, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Body, StringComparison.Ordinal);

        // :: Another history takes its place, in the repository and, as there is no clone any more, for us.
        repository.Run("checkout", "-q", "--orphan", "other");
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib // second\n"));
        repository.Run("branch", "-f", "main");
        repository.Run("tag", "-f", "v1.0.0");
        repository.Run("symbolic-ref", "HEAD", "refs/heads/main");
        repository.Run("branch", "-q", "-D", "other");
        repository.Run("reflog", "expire", "--expire=now", "--all");
        repository.Run("gc", "-q", "--prune=now");
        foreach (var clone in Directory.GetDirectories(Path.Combine(rig.Tain.Data, "git"), "*.git", SearchOption.AllDirectories))
            Directory.Delete(clone, recursive: true);
        if (isRestarted)
            await rig.RestartAsync();

        foreach (var page in (string[])["zip", "mod"])
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.{page}");
            // A go.mod that was read may still be known.
            if (page == "mod" && !isRestarted && (status, body) == (200, Mod))
                continue;
            Assert.Equal(502, status);
            Assert.Contains($"no longer has commit {first}", body, StringComparison.Ordinal);
        }
        await Task.WhenAll(rig.Tain.StoredFiles().Select(async file => Assert.Equal(Mod, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));
        Assert.Contains(first, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Body, StringComparison.Ordinal);
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));

        // :: Somebody brings it back, by any name.
        repository.Run("fetch", "-q", repository.Folder + ".backup", "main:refs/heads/restored");
        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        Assert.Equal("package lib // first\n".Length, (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Single(f => f.Name == "lib.go").Size);
    }

    [Fact]
    public async Task A_forced_branch_costs_other_versions_no_history()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib // first\n"));
        repository.Tag("v1.0.0");
        await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info");
        repository.Run("checkout", "-q", "--orphan", "other");
        for (var i = 0; i < 5; i++)
            repository.Commit(("go.mod", Mod), ("lib.go", $"package lib // {i}\n"));
        repository.Run("branch", "-f", "main");
        repository.Run("tag", "-d", "v1.0.0");
        repository.Run("reflog", "expire", "--expire=now", "--all");
        repository.Run("gc", "-q", "--prune=now");
        foreach (var clone in Directory.GetDirectories(Path.Combine(rig.Tain.Data, "git"), "*.git", SearchOption.AllDirectories))
            Directory.Delete(clone, recursive: true);
        Assert.Equal(502, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip")).Status);

        // A commit that no ref of the last look leads to: by its hash alone, or with everything.
        var next = repository.Commit(("go.mod", Mod), ("lib.go", "package lib // next\n"));
        repository.Tag("v1.1.0");
        Assert.Contains(next, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Body, StringComparison.Ordinal);
        var shallow = Directory.GetFiles(Path.Combine(rig.Tain.Data, "git"), "shallow", SearchOption.AllDirectories).Single();
        Assert.Contains(next, await File.ReadAllTextAsync(shallow, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_deleted_leaves_the_list_and_its_version_stays()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod));
        repository.Tag("v1.0.0");
        repository.Tag("v1.1.0");
        repository.Tag("v1.2.0");
        Assert.Equal((200, "v1.0.0\nv1.1.0\nv1.2.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        var (_, info) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info");
        repository.Run("tag", "-d", "v1.1.0", "v1.2.0");
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal((200, info), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info"));
        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.mod"));
        await DirectTests.ZipAsync(rig, Module, "v1.1.0");
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.2.0.info")).Status);
    }

    [Fact]
    public async Task A_repository_that_becomes_empty_keeps_its_versions_and_a_new_one_is_listed_when_it_comes()
    {
        await using var rig = await DirectRig.StartAsync(go => go with { AbsenceTtl = TimeSpan.Zero });
        var repository = rig.Repository(Module);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@latest")).Status);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        Assert.Equal((200, ""), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        repository.Commit(("go.mod", Mod));
        repository.Tag("v1.0.0");
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");

        repository.Run("tag", "-d", "v1.0.0");
        repository.Run("update-ref", "-d", "refs/heads/main");
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Status);
    }
}
