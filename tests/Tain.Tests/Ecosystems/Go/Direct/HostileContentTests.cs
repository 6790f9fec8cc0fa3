using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Repositories of people who mean harm, or who don't know better: refused with the limit and the value, or served without what may not be in a module.</summary>
public sealed class HostileContentTests
{
    private const string Module = "corp.example/lib";
    private const string Mod = $"module {Module}\n";
    private const int TwentyMiB = 20 << 20;

    [Theory]
    [InlineData("names that differ in case", "v1.0.0.zip", 502, "case-insensitive file name collision")]
    [InlineData("a file and a folder that differ in case", "v1.0.0.zip", 502, "case-insensitive file name collision")]
    [InlineData("a name of Windows' devices", "v1.0.0.zip", 502, "\"aux\" disallowed as path element component on Windows")]
    [InlineData("a name with a colon", "v1.0.0.zip", 502, "a:b")]
    [InlineData("a name that is no text", "v1.0.0.zip", 502, "invalid")]
    [InlineData("a folder named ..", "v1.0.0.zip", 502, "..")]
    [InlineData("too much together", "v1.0.0.zip", 502, "524288000")]
    [InlineData("a large license", "v1.0.0.zip", 502, "16777216")]
    [InlineData("a large go.mod", "v1.0.0.info", 502, "16777216")]
    public async Task What_may_not_be_in_a_zip_is_refused_in_words_and_the_next_version_is_served(string what, string page, int expected, string words)
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var large = Encoding.ASCII.GetBytes(new string('x', TwentyMiB));
        Dictionary<string, byte[]> files = what switch
        {
            "names that differ in case" => new() { ["Readme"] = [1], ["README"] = [2] },
            "a file and a folder that differ in case" => new() { ["doc/a"] = [1], ["DOC"] = [2] },
            "a name of Windows' devices" => new() { ["aux"] = [1] },
            "a name with a colon" => new() { ["a:b"] = [1] },
            "a name that is no text" => new() { ["\"a\\377b\""] = [1] },
            "a folder named .." => [],
            // One blob under many names.
            "too much together" => Enumerable.Range(0, 26).ToDictionary(i => $"f{i}", _ => large),
            "a large license" => new() { ["LICENSE"] = large },
            _ => new() { ["go.mod"] = [.. Encoding.ASCII.GetBytes(Mod + "// "), .. large] },
        };
        files.TryAdd("go.mod", Encoding.ASCII.GetBytes(Mod));
        Import(repository, "v1.0.0", files);
        if (what == "a folder named ..")
            repository.Run("update-ref", "refs/tags/v1.0.0", WithParentFolder(repository));
        Import(repository, "v1.0.1", new() { ["go.mod"] = Encoding.ASCII.GetBytes(Mod) });

        for (var time = 0; time < 2; time++)
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/{page}");
            Assert.True(status == expected, $"{status} {body}");
            Assert.Contains(words, body, StringComparison.Ordinal);
        }
        Assert.Empty(rig.Tain.StoredFiles());
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));
        Assert.Single((await DirectTests.ZipAsync(rig, Module, "v1.0.1")).Files);
    }

    [Fact]
    public async Task Two_go_mod_files_of_one_module_are_none()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}/v2\n"), ("v2/go.mod", $"module {Module}/v2\n"));
        repository.Tag("v2.0.0");
        foreach (var page in (string[])["info", "mod", "zip"])
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/v2/@v/v2.0.0.{page}");
            Assert.Equal(404, status);
            Assert.Contains("go.mod and v2/go.mod both have …/v2 module paths", body, StringComparison.Ordinal);
        }
        repository.Commit(("go.mod", Mod), ("v2/go.mod", $"module {Module}/v2\n"));
        repository.Tag("v2.0.1");
        Assert.Equal((200, $"module {Module}/v2\n"), await rig.Tain.ReadAsync($"go/{Module}/v2/@v/v2.0.1.mod"));
    }

    [Fact]
    public async Task Symlinks_and_submodules_stay_outside_and_lead_nowhere()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        Import(repository, "v1.0.0", new()
        {
            ["go.mod"] = Encoding.ASCII.GetBytes(Mod),
            ["120000 passwd"] = "/etc/passwd"u8.ToArray(),
            ["120000 LICENSE"] = "../../../../etc/passwd"u8.ToArray(),
            ["120000 loop"] = "loop"u8.ToArray(),
            [".gitmodules"] = "[submodule \"s\"]\n\tpath = s\n\turl = https://other.example/stolen\n"u8.ToArray(),
            ["160000 s"] = Encoding.ASCII.GetBytes(new string('1', 40)),
            ["x.go"] = "package x\n"u8.ToArray(),
        });
        Assert.Equal([".gitmodules", "go.mod", "x.go"], (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(rig.Hosts.Connections.Keys, host => host.StartsWith("other.example", StringComparison.Ordinal));

        // A go.mod that is a link is the text that it holds, as it is to the go command.
        Import(repository, "v1.1.0", new() { ["120000 go.mod"] = "/etc/passwd"u8.ToArray() });
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Status);
    }

    [Fact]
    public async Task Hostile_refs_are_neither_versions_nor_words_of_a_command()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var commit = repository.Commit(("go.mod", Mod));
        repository.Tag("v1.0.0");
        var planted = Path.Combine(Path.GetTempPath(), $"tain-planted-{Guid.NewGuid():N}");
        string[] hostile =
        [
            $"--upload-pack=touch\u00a0{planted}", $"-c", "v1.0.0;touch", "v1.0.1-$(id)", "v1.0.2`id`", "v1.0.3'", "v1.0.4\"", "v1.0.5|x", "v1.0.6&x", "v1.0.7<x>", "v9.9.9\u202e", "v1.0.8\n".TrimEnd(),
            "v1.0.9+incompatible", "v2.0.0", "v01.0.0", "v1.0", "v99999999999999999999.0.0", "v1.0.0-20240101120100-" + commit[..12], new string('a', 200), "sub/v1.0.0", "v1.0.0-é",
        ];
        foreach (var name in hostile)
        {
            repository.Run("update-ref", "refs/tags/" + name, commit);
            repository.Run("update-ref", "refs/heads/" + name, commit);
        }

        Assert.Equal((200, "v1.0.0\nv1.0.8\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        foreach (var query in (string[])["--upload-pack=touch", "-c", "-h", "v1.0.0;touch", "v1.0.1-$(id)", "v1.0.2`id`", "..", "@{-1}", "HEAD~1", "v1.0.0^{tree}", ":/x", "refs/heads/main"])
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/{Uri.EscapeDataString(query)}.info");
            Assert.True(status is 404 || (status is 200 && body.Contains(commit, StringComparison.Ordinal)), $"{query}: {status} {body}");
        }
        Assert.Single((await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files);
        Assert.False(File.Exists(planted));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public async Task A_file_that_is_too_large_is_refused_by_its_listed_size_before_a_byte_of_it_is_packed()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        var zeros = new byte[1 << 20];
        const int MiB = 501;
        repository.Feed(input =>
        {
            void Say(string text) => input.Write(Encoding.UTF8.GetBytes(text));
            Say($"commit refs/tags/v1.0.0\ncommitter T <t@e> 1704110400 +0000\ndata 1\nx\nM 100644 inline go.mod\ndata {Mod.Length}\n{Mod}\nM 100644 inline huge.bin\ndata {(long)MiB << 20}\n");
            for (var i = 0; i < MiB; i++)
                input.Write(zeros);
            Say("\n");
        }, "-c", "core.bigFileThreshold=1m", "fast-import", "--quiet");

        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        var clock = Stopwatch.StartNew();
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip");
        Assert.Equal(502, status);
        Assert.Contains("524288000", body, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
        await rig.Tain.NothingPartialAsync();
    }

    [Fact]
    [Trait("Speed", "slow")]
    public async Task A_million_files_are_refused_with_the_limit_in_bounded_memory_and_time()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        // Three objects: a thousand names of one blob, and a thousand names of that folder.
        var blob = Object("hash-object", ["-w", "-t", "blob", "--stdin"], "x\n");
        var goMod = Object("hash-object", ["-w", "-t", "blob", "--stdin"], Mod);
        var folder = Object("mktree", [], string.Concat(Enumerable.Range(0, 1000).Select(i => $"100644 blob {blob}\tf{i:000}\n")));
        var root = Object("mktree", [], $"100644 blob {goMod}\tgo.mod\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"040000 tree {folder}\td{i:000}\n")));
        var commit = repository.Run("commit-tree", "-m", "x", root).Trim();
        repository.Run("update-ref", "refs/heads/main", commit);
        repository.Tag("v1.0.0", commit);
        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (clock, most) = (Stopwatch.StartNew(), 0L);
        var asking = rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip");
        while (!asking.IsCompleted)
        {
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - before);
            await Task.WhenAny(asking, Task.Delay(10, TestContext.Current.CancellationToken));
        }
        var (status, body) = await asking;
        TestContext.Current.TestOutputHelper!.WriteLine($"{clock.Elapsed}, {most:N0} bytes");
        Assert.Equal(502, status);
        Assert.Contains("more than 1000000 files", body, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
        Assert.True(most < 600 << 20, $"{most:N0} bytes");
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));

        string Object(string command, string[] arguments, string content) => repository.Feed(input => input.Write(Encoding.UTF8.GetBytes(content)), [command, .. arguments]).Trim();
    }

    /// <summary>A commit of these files, by fast-import, which takes what a work tree does not; the name may begin with a mode.</summary>
    private static void Import(GitRepository repository, string tag, Dictionary<string, byte[]> files) => repository.Feed(input =>
    {
        void Say(string text) => input.Write(Encoding.UTF8.GetBytes(text));
        var marks = new Dictionary<byte[], int>(ReferenceEqualityComparer.Instance);
        foreach (var (name, content) in files.Where(f => !f.Key.StartsWith("160000 ", StringComparison.Ordinal)))
        {
            if (!marks.TryAdd(content, marks.Count + 1))
                continue;
            Say(string.Create(CultureInfo.InvariantCulture, $"blob\nmark :{marks.Count}\ndata {content.Length}\n"));
            input.Write(content);
            Say("\n");
        }
        Say($"commit refs/tags/{tag}\ncommitter T <t@e> 1704110400 +0000\ndata 1\nx\n");
        foreach (var (name, content) in files)
        {
            var (mode, path) = name.Length > 7 && name[6] == ' ' ? (name[..6], name[7..]) : ("100644", name);
            Say($"M {mode} {(mode == "160000" ? Encoding.ASCII.GetString(content) : string.Create(CultureInfo.InvariantCulture, $":{marks[content]}"))} {path}\n");
        }
        Say("\n");
    }, "fast-import", "--quiet", "--force");

    /// <summary>A tree that no git command would make.</summary>
    private static string WithParentFolder(GitRepository repository)
    {
        var blob = repository.Feed(input => input.Write(Encoding.UTF8.GetBytes(Mod)), "hash-object", "-w", "--stdin").Trim();
        string Tree(params (string Mode, string Name, string Hash)[] entries) => repository.Feed(input =>
        {
            foreach (var (mode, name, hash) in entries)
            {
                input.Write(Encoding.ASCII.GetBytes($"{mode} {name}\0"));
                input.Write(Convert.FromHexString(hash));
            }
        }, "hash-object", "-w", "-t", "tree", "--literally", "--stdin").Trim();
        return repository.Run("commit-tree", "-m", "x", Tree(("40000", "..", Tree(("100644", "evil", blob))), ("100644", "go.mod", blob))).Trim();
    }
}
