using System.Text;
using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Clones that were damaged on disk: never a wrong answer, and the right one in the end.</summary>
[Trait("Speed", "slow")]
public sealed class BrokenCloneTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    private static readonly Dictionary<string, Action<string>> Damages = new()
    {
        ["the folder is gone"] = clone => Directory.Delete(clone, recursive: true),
        ["no HEAD"] = clone => File.Delete(Path.Combine(clone, "HEAD")),
        ["no config"] = clone => File.Delete(Path.Combine(clone, "config")),
        ["a config of nonsense"] = clone => File.WriteAllText(Path.Combine(clone, "config"), "[core\n"),
        ["no objects"] = clone => Directory.Delete(Path.Combine(clone, "objects"), recursive: true),
        ["no packs"] = clone => Each(clone, "*.pack", File.Delete),
        ["no indexes"] = clone => Each(clone, "*.idx", File.Delete),
        ["empty packs"] = clone => Each(clone, "*.pack", f => Write(f, [])),
        ["cut packs"] = clone => Each(clone, "*.pack", f => Write(f, File.ReadAllBytes(f)[..^30])),
        ["packs of zeros"] = clone => Each(clone, "*.pack", f => Write(f, new byte[new FileInfo(f).Length])),
        ["indexes of zeros"] = clone => Each(clone, "*.idx", f => Write(f, new byte[new FileInfo(f).Length])),
        ["a flipped byte in the packs"] = clone => Each(clone, "*.pack", Flip),
        ["no shallow file"] = clone => File.Delete(Path.Combine(clone, "shallow")),
        ["locks that a killed git left"] = clone =>
        {
            foreach (var name in (string[])["shallow.lock", "packed-refs.lock", "config.lock", "HEAD.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(clone, name))!);
                File.WriteAllText(Path.Combine(clone, name), "");
            }
        },
        ["a ref to nothing"] = clone =>
        {
            Directory.CreateDirectory(Path.Combine(clone, "refs/tain"));
            File.WriteAllText(Path.Combine(clone, "refs/tain", new string('1', 40)), new string('1', 40) + "\n");
        },
        ["refs of nonsense"] = clone =>
        {
            File.WriteAllText(Path.Combine(clone, "packed-refs"), "nonsense\n");
        },
    };

    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in Damages.Keys)
        {
            cases.Add(name, true);
            cases.Add(name, false);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_broken_clone_is_made_anew_and_answers_right(string damage, bool isRestarted)
    {
        var (source, old, commit) = Made();
        await CheckAsync(source, old, commit);
        Damages[damage](source.Trees);
        if (isRestarted)
            _rig.Open();

        await CheckAsync(source, old, commit);
        // And nothing of it stays behind.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_rig.Data, "waste")));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_broken_history_is_made_anew_and_answers_right(string damage, bool isRestarted)
    {
        if (damage == "no shallow file")
            return;
        var (source, old, commit) = Made();
        await CheckAsync(source, old, commit);
        Damages[damage](source.History);
        // Nothing may be answered from the other clone.
        Directory.Delete(source.Trees, recursive: true);
        if (isRestarted)
            _rig.Open();

        await CheckAsync(source, old, commit);
    }

    [Fact]
    public async Task A_new_version_comes_into_a_clone_whose_packs_are_broken()
    {
        var (source, old, commit) = Made();
        await CheckAsync(source, old, commit);
        Each(source.Trees, "*.pack", Flip);
        Each(source.History, "*.pack", Flip);
        var next = source.Commit("a", "4", "v1.2.0");

        Assert.Equal(next, (await source.Tain.StatAsync("v1.2.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(["v1.0.0", "v1.1.0", "v1.2.0"], await source.Tain.TagsMergedAsync(next, Ct));
        await CheckAsync(source, old, commit);
    }

    [Fact]
    public async Task An_archive_that_breaks_in_the_middle_says_so_and_can_be_asked_again()
    {
        var source = _rig.Make("r");
        var random = new Random(1);
        for (var i = 0; i < 8; i++)
        {
            var noise = new byte[300_000];
            random.NextBytes(noise);
            File.WriteAllBytes(Path.Combine(source.Folder, $"f{i}"), noise);
        }
        var commit = source.Commit("a", "1", "v1.0.0");
        Assert.Equal(9, (await source.Tain.ListTreeAsync(commit, "", Ct)).Count);
        // The largest file of the pack is damaged where its last files are.
        Each(source.Trees, "*.pack", f =>
        {
            var bytes = File.ReadAllBytes(f);
            for (var at = bytes.Length / 2; at < bytes.Length / 2 + 2000; at++)
                bytes[at] ^= 0x55;
            Write(f, bytes);
        });
        var files = new List<string>();

        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.ArchiveAsync(commit, "", (name, _, _) =>
        {
            files.Add(name);
            return Task.CompletedTask;
        }, Ct));
        Assert.Equal(FaultKind.Cut, failed.Fault);
        Assert.NotEmpty(files);
        files.Clear();
        await source.Tain.ArchiveAsync(commit, "", (name, _, _) =>
        {
            files.Add(name);
            return Task.CompletedTask;
        }, Ct);
        Assert.Equal(9, files.Count);
    }

    private (Source Source, string Old, string Commit) Made()
    {
        var source = _rig.Make("r");
        source.Git("config", "uploadpack.allowFilter", "true");
        source.Commit(new Dictionary<string, string> { ["a"] = "1", ["s/x"] = "x", ["s/y"] = "y" }, "v1.0.0");
        var old = source.Commit("a", "2");
        var commit = source.Commit("a", "3", "v1.1.0");
        return (source, old, commit);
    }

    private static async Task CheckAsync(Source source, string old, string commit)
    {
        var tain = source.Tain;
        Assert.Equal(commit, (await tain.StatAsync("v1.1.0", TimeSpan.Zero, Ct)).Commit);
        Assert.Equal("3", Encoding.ASCII.GetString((await tain.ReadFileAsync(commit, "a", 10, Ct))!));
        Assert.Equal("x", Encoding.ASCII.GetString((await tain.ReadFileAsync(commit, "s/x", 10, Ct))!));
        Assert.Null(await tain.ReadFileAsync(commit, "s/none", 10, Ct));
        Assert.Equal(["a", "s/x", "s/y"], (await tain.ListTreeAsync(commit, "", Ct)).Select(e => e.Name));
        var files = new List<string>();
        await tain.ArchiveAsync(commit, "", async (name, content, token) => files.Add($"{name}={await new StreamReader(content).ReadToEndAsync(token)}"), Ct);
        Assert.Equal(["a=3", "s/x=x", "s/y=y"], files);
        Assert.Equal(old, (await tain.StatAsync(old[..12], TimeSpan.Zero, Ct)).Commit);
        Assert.Equal(["v1.0.0"], await tain.TagsMergedAsync(old, Ct));
        Assert.True(await tain.DescendsFromAsync(commit, "v1.0.0", Ct));
    }

    private static void Each(string clone, string pattern, Action<string> damage)
    {
        foreach (var file in Directory.EnumerateFiles(clone, pattern, SearchOption.AllDirectories))
            damage(file);
    }

    private static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        for (var at = 12; at < bytes.Length - 20; at += 7)
            bytes[at] ^= 0xFF;
        Write(file, bytes);
    }

    /// <summary>Git's packs are read-only.</summary>
    private static void Write(string file, byte[] bytes)
    {
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
    }
}
