using System.IO.Compression;
using System.Text;
using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Files of commits: one, all, and as an archive has them.</summary>
public sealed class ContentTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly RepositoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_file_is_read_and_what_is_none_is_null()
    {
        var source = _rig.Make("r");
        File.CreateSymbolicLink(Path.Combine(source.Folder, "link"), "../outside");
        var commit = source.Commit(new Dictionary<string, string> { ["go.mod"] = "module x\n", ["sub/deep/go.mod"] = "module y\n", ["empty"] = "" });
        var tain = source.Tain;

        Assert.Equal("module x\n", await ReadAsync(tain, commit, "go.mod"));
        Assert.Equal("module y\n", await ReadAsync(tain, commit, "sub/deep/go.mod"));
        Assert.Equal("", await ReadAsync(tain, commit, "empty"));
        // As git cat-file gives it to the go command: the link's own text.
        Assert.Equal("../outside", await ReadAsync(tain, commit, "link"));
        foreach (var none in (string[])["nothing", "sub", "sub/deep", "go.mod/x", "link/x", "sub/../go.mod", "./go.mod", "/go.mod", "sub//deep", ":(glob)*", "GO.MOD", "a\nb"])
            Assert.Null(await ReadAsync(tain, commit, none));
    }

    [Fact]
    public async Task A_file_larger_than_the_bound_is_too_large_and_says_both()
    {
        var source = _rig.Make("r");
        var commit = source.Commit("go.mod", new string('x', 101));

        Assert.Equal(101, (await source.Tain.ReadFileAsync(commit, "go.mod", 101, Ct))!.Length);
        var failed = await Assert.ThrowsAsync<RepositoryException>(() => source.Tain.ReadFileAsync(commit, "go.mod", 100, Ct));
        Assert.Equal(FaultKind.TooLarge, failed.Fault);
        Assert.Contains("101 bytes, more than 100", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_is_listed_whole_with_modes_sizes_and_names_below_the_directory()
    {
        var source = _rig.Make("r");
        File.CreateSymbolicLink(Path.Combine(source.Folder, "link"), "a");
        source.Commit(new Dictionary<string, string> { ["a"] = "12", ["s/x.go"] = "123", ["s/y/z é\t.go"] = "", ["s2/q"] = "q" });
        source.Git("update-index", "--chmod=+x", "a");
        source.Git("update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,module");
        source.Git("commit", "-q", "-m", "modes");
        var commit = source.Git("rev-parse", "HEAD");

        var all = await source.Tain.ListTreeAsync(commit, "", Ct);
        var below = await source.Tain.ListTreeAsync(commit, "s", Ct);

        Assert.Equal([("a", "100755", 2), ("link", "120000", 1), ("module", "160000", 0), ("s/x.go", "100644", 3), ("s/y/z é\t.go", "100644", 0), ("s2/q", "100644", 1)],
            all.Select(e => (e.Name, e.Mode, e.Size)));
        Assert.Equal(["x.go", "y/z é\t.go"], below.Select(e => e.Name));
        Assert.Equal(source.Git("rev-parse", "HEAD:s/x.go"), below[0].Hash);
        foreach (var none in (string[])["nothing", "a", "link", "module", "s/", "S", ".."])
            Assert.Empty(await source.Tain.ListTreeAsync(commit, none, Ct));
    }

    [Fact]
    public async Task An_archive_has_byte_for_byte_what_the_go_command_s_has()
    {
        var source = _rig.Make("r");
        var long1 = "s/" + string.Join('/', Enumerable.Repeat("directory", 14)) + "/file";
        var long2 = "s/" + new string('n', 150) + "é";
        source.Commit(new Dictionary<string, string>
        {
            [".gitattributes"] = "*.crlf eol=crlf\n*.id ident\n*.utf16 working-tree-encoding=UTF-16LE\n*.sub export-subst\n*.gone export-ignore\n*.lfs filter=lfs\n",
            ["s/.gitattributes"] = "*.auto text=auto\n*.text text eol=lf\n",
            ["s/a.crlf"] = "one\ntwo\n",
            ["s/a.id"] = "$Id$\n",
            ["s/a.utf16"] = "",
            ["s/a.sub"] = "$Format:%H$\n",
            ["s/a.gone"] = "here\n",
            ["s/a.lfs"] = "version https://git-lfs\n",
            ["s/a.auto"] = "x\n",
            ["s/empty"] = "",
            ["s/block"] = new string('b', 512),
            ["s/large"] = new string('l', 300_000),
            [long1] = "long path",
            [long2] = "long name",
            ["top"] = "t",
        });
        File.WriteAllBytes(Path.Combine(source.Folder, "s/a.utf16"), Encoding.Unicode.GetBytes("ä\n"));
        File.WriteAllBytes(Path.Combine(source.Folder, "s/raw"), [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. "\r\n"u8]);
        File.CreateSymbolicLink(Path.Combine(source.Folder, "s/link"), new string('x', 120));
        source.Git("add", "-A");
        source.Git("update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,s/module");
        var commit = source.Commit("s/last", "z");

        foreach (var directory in (string[])["", "s"])
        {
            var expected = GoArchive(source, commit, directory);
            var seen = await ArchiveAsync(source.Tain, commit, directory);
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), seen.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected, e => Assert.True(e.Value.AsSpan().SequenceEqual(seen[e.Key]), e.Key));
        }
        Assert.Equal("one\r\ntwo\r\n", Encoding.UTF8.GetString((await ArchiveAsync(source.Tain, commit, "s"))["a.crlf"]));
        foreach (var none in (string[])["nothing", "top", "s/link", "s/module"])
            Assert.Empty(await ArchiveAsync(source.Tain, commit, none));
    }

    [Fact]
    public async Task What_a_reader_of_an_archive_leaves_is_skipped_and_what_it_throws_comes_through()
    {
        var source = _rig.Make("r");
        var commit = source.Commit(new Dictionary<string, string> { ["a"] = new string('a', 200_000), ["b"] = "bee", ["c"] = new string('c', 3000) });
        var read = new List<string>();

        await source.Tain.ArchiveAsync(commit, "", async (name, content, token) =>
        {
            read.Add(name);
            if (name == "b")
                Assert.Equal("bee", await new StreamReader(content).ReadToEndAsync(token));
        }, Ct);
        Assert.Equal(["a", "b", "c"], read);

        await Assert.ThrowsAsync<InvalidDataException>(() => source.Tain.ArchiveAsync(commit, "", (_, _, _) => throw new InvalidDataException(), Ct));
        Assert.Equal("bee", await ReadAsync(source.Tain, commit, "b"));
    }

    [Fact]
    public async Task Hostile_trees_are_listed_as_they_are_and_touch_nothing()
    {
        var source = _rig.Make("r");
        var blob = source.Git("hash-object", "-w", "-t", "blob", "/dev/null");
        var tree = HandMadeTree(source, ("100644", "..", blob), ("100644", ".git", blob), ("100644", "a/../../b", blob), ("120000", "link", blob), ("100644", "bad\xff", blob));
        var commit = source.Git("commit-tree", "-m", "m", tree);
        source.Git("tag", "v1.0.0", commit);

        await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        var names = (await source.Tain.ListTreeAsync(commit, "", Ct)).Select(e => e.Name).ToList();
        // Git itself refuses to archive it, so the go command has no such version either.
        var failed = await Assert.ThrowsAsync<RepositoryException>(() => ArchiveAsync(source.Tain, commit, ""));
        var passages = _rig.Passages;
        await Assert.ThrowsAsync<RepositoryException>(() => ArchiveAsync(source.Tain, commit, ""));

        Assert.Contains("..", names);
        Assert.Contains(".git", names);
        Assert.Contains("bad\uFFFD", names);
        Assert.Equal(FaultKind.Malformed, failed.Fault);
        // It is not the clone's fault.
        Assert.Equal(passages, _rig.Passages);
        Assert.Equal(["home", "waste"], Directory.EnumerateDirectories(_rig.Data).Select(Path.GetFileName).Where(n => n!.Length != 32).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pack_of_a_second_version_has_only_what_is_new()
    {
        var source = _rig.Make("r");
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(source.Folder, "large"), noise);
        source.Commit("a", "1", "v1.0.0");
        source.Commit("a", "2");
        source.Commit("a", "3", "v1.1.0");

        await source.Tain.StatAsync("v1.0.0", TimeSpan.Zero, Ct);
        var before = GitClone.SizeOf(source.Trees);
        await source.Tain.StatAsync("v1.1.0", TimeSpan.Zero, Ct);

        Assert.True(before > 1 << 20);
        Assert.True(GitClone.SizeOf(source.Trees) - before < 20_000, $"{GitClone.SizeOf(source.Trees) - before} bytes more");
    }

    private static string HandMadeTree(Source source, params (string Mode, string Name, string Hash)[] entries)
    {
        var file = Path.Combine(source.Folder, "..", "tree");
        File.WriteAllBytes(file, [.. entries.SelectMany(e => (byte[])[.. Encoding.Latin1.GetBytes($"{e.Mode} {e.Name}\0"), .. Convert.FromHexString(e.Hash)])]);
        return source.Git("hash-object", "-t", "tree", "-w", "--literally", file);
    }

    /// <summary>What cmd/go codehost's ReadZip runs, without links and folders.</summary>
    private Dictionary<string, byte[]> GoArchive(Source source, string commit, string directory)
    {
        var clone = Path.Combine(_rig.Folder, "go");
        if (!Directory.Exists(clone))
        {
            _rig.Git(_rig.Folder, "clone", "-q", "--bare", "file://" + source.Folder, clone);
            File.AppendAllText(Path.Combine(clone, "info/attributes"), "\n* -export-subst -export-ignore\n");
        }
        var zip = _rig.GitBytes(clone, ["-c", "core.autocrlf=input", "-c", "core.eol=lf", "archive", "--format=zip", "--prefix=prefix/", commit, .. directory.Length > 0 ? (string[])["--", directory] : []]);
        using var archive = new ZipArchive(new MemoryStream(zip));
        var prefix = "prefix/" + (directory.Length > 0 ? directory + "/" : "");
        return archive.Entries.Where(e => !e.FullName.EndsWith('/') && (e.ExternalAttributes >> 16 & 0xF000) != 0xA000).ToDictionary(e => e.FullName[prefix.Length..], e =>
        {
            using var content = e.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static async Task<Dictionary<string, byte[]>> ArchiveAsync(GitRepository tain, string commit, string directory)
    {
        var files = new Dictionary<string, byte[]>();
        await tain.ArchiveAsync(commit, directory, async (name, content, token) =>
        {
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, token);
            files.Add(name, bytes.ToArray());
        }, Ct);
        return files;
    }

    private static async Task<string?> ReadAsync(GitRepository tain, string commit, string path) =>
        await tain.ReadFileAsync(commit, path, 1 << 20, Ct) is { } content ? Encoding.UTF8.GetString(content) : null;
}
