
namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>What clones take, and what a stop in the middle leaves.</summary>
public sealed class DiskTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task The_least_recently_used_clone_goes_when_all_take_too_much()
    {
        _rig.Options = new() { Disk = 700_000 };
        _rig.Open();
        var sources = Enumerable.Range(0, 4).Select(i => WithNoise($"r{i}", 300_000)).ToList();
        foreach (var source in sources)
        {
            await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
            if (source != sources[0])
                Assert.NotNull(await sources[0].Tain.ReadFileAsync(sources[0].Git("rev-parse", "HEAD"), "a", 10, Ct));
        }

        Assert.InRange(_rig.Repositories.Disk, 300_000, 700_000);
        Assert.Equal(["https://git.example/r0", "https://git.example/r3"], Kept().Order(StringComparer.Ordinal));
        // What went comes back.
        Assert.NotNull(await sources[1].Tain.ReadFileAsync(sources[1].Git("rev-parse", "HEAD"), "a", 10, Ct));
    }

    [Fact]
    public async Task A_clone_in_use_is_never_deleted()
    {
        _rig.Options = new() { Disk = 400_000 };
        _rig.Open();
        var (one, two) = (WithNoise("r1", 300_000), WithNoise("r2", 300_000));
        var commit = one.Git("rev-parse", "HEAD");
        var files = new List<string>();

        await one.Tain.ArchiveAsync(commit, "", async (name, _, token) =>
        {
            if (files.Count == 0)
                await two.Tain.StatAsync("v1.0.0", TimeSpan.Zero, token);
            // An open file would survive its deletion; a name does not.
            Assert.Contains(one.Url.Text, Kept());
            files.Add(name);
        }, Ct);

        Assert.Equal(["a", "noise"], files);
        Assert.Single(Kept());
    }

    [Fact]
    public async Task A_clone_that_somebody_deleted_by_hand_takes_nothing_any_more()
    {
        _rig.Options = new() { Disk = 400_000 };
        _rig.Open();
        var (one, two) = (WithNoise("r1", 300_000), WithNoise("r2", 300_000));
        await one.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        Directory.Delete(one.Clones, recursive: true);

        await two.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        await two.Tain.StatAsync("main", TimeSpan.Zero, Ct);

        Assert.Equal(["https://git.example/r2"], Kept());
        Assert.InRange(_rig.Repositories.Disk, 300_000, 400_000);
    }

    [Fact]
    public async Task A_folder_that_could_not_be_made_at_first_is_deleted_like_others_later()
    {
        _rig.Options = new() { Disk = 400_000 };
        _rig.Open();
        var (one, two) = (WithNoise("r1", 300_000), WithNoise("r2", 300_000));
        // As when the disk is full: the folder is there, but not what should be in it.
        var inTheWay = Path.Combine(_rig.Data, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(one.Url.Text)))[..32]);
        File.WriteAllText(inTheWay, "");
        await Assert.ThrowsAnyAsync<IOException>(() => one.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct));
        File.Delete(inTheWay);

        await one.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        await two.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);

        Assert.Equal(["https://git.example/r2"], Kept());
    }

    [Fact]
    public async Task Clones_of_an_earlier_process_are_used_and_counted_and_what_it_was_deleting_is_gone()
    {
        var source = WithNoise("r", 300_000);
        var found = await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        var before = _rig.Repositories.Disk;
        Directory.CreateDirectory(Path.Combine(_rig.Data, "waste", "half", "deleted"));
        _rig.Open();

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_rig.Data, "waste")));
        Assert.InRange(_rig.Repositories.Disk, before - 1000, before + 1000);
        var passages = _rig.Passages;
        Assert.NotNull(await source.Tain.ReadFileAsync(found.Commit, "a", 10, Ct));
        Assert.Equal(passages, _rig.Passages);
    }

    [Fact]
    public async Task Many_versions_leave_few_packs()
    {
        var source = _rig.Make("r");
        for (var i = 0; i < 40; i++)
        {
            var commit = source.Commit("a", $"{i}");
            Assert.NotNull(await source.Tain.ReadFileAsync(commit, "a", 10, Ct));
        }

        Assert.InRange(Directory.EnumerateFiles(source.Trees, "*.pack", SearchOption.AllDirectories).Count(), 1, 20);
        foreach (var commit in source.Git("rev-list", "--all").Split('\n'))
            Assert.NotNull(await source.Tain.ReadFileAsync(commit, "a", 10, Ct));
        Assert.Equal(40, _rig.Passages);
    }

    [Fact]
    public async Task A_public_and_a_private_repository_of_one_URL_share_nothing()
    {
        var source = WithNoise("r", 10);
        var other = _rig.Repositories.Get(source.Url, isPrivate: true);
        var commit = source.Git("rev-parse", "HEAD");

        Assert.NotSame(source.Tain, other);
        Assert.Same(other, _rig.Repositories.Get(source.Url, isPrivate: true));
        await source.Tain.ReadFileAsync(commit, "a", 10, Ct);
        await other.ReadFileAsync(commit, "a", 10, Ct);
        Assert.Equal(2, _rig.Passages);
    }

    private Source WithNoise(string name, int bytes)
    {
        var source = _rig.Make(name);
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(source.Folder, "noise"), noise);
        source.Commit("a", "1", "v1.0.0");
        return source;
    }

    private IEnumerable<string> Kept() => Directory.EnumerateFiles(_rig.Data, "url", SearchOption.AllDirectories).Select(f => File.ReadAllText(f).Trim());
}
