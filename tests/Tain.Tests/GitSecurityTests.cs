using Tain.Ecosystems.Go;
using Tain.GitHosting;
using Tain.Tests.Ecosystems.Go.Direct;
using Tain.Tests.Ecosystems.Go.Git;

namespace Tain.Tests;

/// <summary>Attacks by repositories, by those who name them and by those who ask for them, against the whole server with real git; each named
/// after the kind of attack and a product that fell to it. Their parts have tests of their own beside what they test.</summary>
[Trait("Speed", "slow")]
public sealed partial class GitSecurityTests : IDisposable
{
    private const string Module = "corp.example/lib";
    private readonly WatchedGit _git = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("tain-attack-").FullName;

    /// <summary>Is there as soon as an attack ran what it wanted to run.</summary>
    private string Owned => Path.Combine(_folder, "owned");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _git.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string> HostileUrls =>
    [
        "ext::sh%20-c%20touch%20OWNED", "ext::touch\tOWNED", "ext://touch/OWNED", "transport::ext::touch/OWNED", "--upload-pack=touch${IFS}OWNED", "-uOWNED",
        "ssh://-oProxyCommand=touch${IFS}OWNED/x", "ssh://a@-oProxyCommand=touch${IFS}OWNED/x", "ssh://-la@corp.example/x", "git@-oProxyCommand=touch:x",
        "https://-x.example/lib", "https://corp.example/--upload-pack=touch", "https://corp.example/a/../../lib", "https://corp.example/lib%0a--upload-pack=x",
        "https://corp.example/%2e%2e/x", "https://corp.example/lib?service=git-receive-pack", "https://corp.example/lib#x", "https://me:secret@corp.example/lib",
        "https://corp.example:99999/lib", "https://corp.example\\@evil.example/lib", "file:///etc", "FILE:///etc", "/etc", "../../etc",
        "git://corp.example/lib", "http://corp.example/lib", "ftp://corp.example/lib", "rsync://corp.example/lib", "fd::17/foo",
    ];

    [Theory]
    [MemberData(nameof(HostileUrls))]
    public async Task Git_argument_injection_by_a_go_import_URL_starts_no_git_gitea_2022_42968(string url)
    {
        await using var rig = await StartAsync();
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Hosts.SetImports(Module, $"{Module} git {url.Replace("OWNED", Owned, StringComparison.Ordinal)}");

        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip", "@v/main.info" })
            Assert.True((await rig.Tain.ReadAsync($"go/{Module}/{page}")).Status is 404 or 403);

        Assert.Empty(_git.Ids);
        Assert.Equal(["corp.example:443"], rig.Hosts.Connections.Keys);
        Assert.All(rig.Hosts.Requests, r => Assert.Equal(RequestKind.GoGet, r.Kind));
    }

    [Theory]
    [InlineData("corp.example/lib git https://corp.example/lib --upload-pack=touch")]
    [InlineData("corp.example/lib git https://corp.example/lib ../../etc")]
    [InlineData("corp.example/lib git https://corp.example/lib /etc")]
    [InlineData("corp.example/lib --upload-pack=x https://corp.example/lib")]
    [InlineData("corp.example/lib git --upload-pack=touch https://corp.example/lib")]
    public async Task Git_argument_injection_by_other_fields_of_go_import_starts_no_git_gitea_2022_42968(string tag)
    {
        await using var rig = await StartAsync();
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Hosts.SetImports(Module, tag);

        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/list")).Status);
        Assert.Empty(_git.Ids);
    }

    [Theory]
    [InlineData("--upload-pack=touch")]
    [InlineData("-n")]
    [InlineData("--")]
    [InlineData("+refs")]
    [InlineData("^main")]
    [InlineData(":main")]
    [InlineData("main:x")]
    [InlineData("main~1")]
    [InlineData("main@{1}")]
    [InlineData("@{-1}")]
    [InlineData("HEAD^{commit}")]
    [InlineData("v1.0.0;touch")]
    [InlineData("$(touch)")]
    [InlineData("v1.0.0 --exec")]
    [InlineData("main..other")]
    [InlineData(":/message")]
    [InlineData("v1.0.0-0.20240101120100---upload-pa")]
    public async Task Git_argument_injection_by_a_version_or_ref_reaches_no_command_line_go_git_2025_21613(string query)
    {
        await using var rig = await StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");

        foreach (var kind in new[] { "info", "mod", "zip" })
            Assert.StartsWith("HTTP/1.1 404 ", await rig.Tain.RawAsync($"/go/{Module}/@v/{Uri.EscapeDataString(query)}.{kind}"), StringComparison.Ordinal);
        Assert.Equal(404, (await rig.Tain.ReadAsync($"api/v1/go/resolve?module={Module}&ref={Uri.EscapeDataString(query)}")).Status);

        Assert.DoesNotContain(_git.Arguments, a => a.Contains(query, StringComparison.Ordinal) && query.Length > 2);
        AssertPlain(_git.Arguments);
    }

    [Fact]
    public async Task Git_argument_injection_by_names_of_branches_and_tags_is_none_go_git_2025_21613()
    {
        await using var rig = await StartAsync();
        var repository = rig.Repository(Module);
        var commit = repository.Commit(("go.mod", $"module {Module}\n"));
        // Git itself makes no branch of such a name; a hostile server's list of refs need not be made by git.
        var refs = Path.Combine(repository.Folder, "refs");
        foreach (var name in new[] { "heads/--upload-pack=touch${IFS}x", "heads/-x", "tags/--exec=touch", "tags/v1.0.0", "tags/v1.0.1;touch" })
            await File.WriteAllTextAsync(Path.Combine(refs, name), commit + "\n", Token);
        await File.WriteAllTextAsync(Path.Combine(repository.Folder, "HEAD"), "ref: refs/heads/--upload-pack=touch${IFS}x\n", Token);

        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@latest")).Status);
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/{commit}.info")).Status);
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        AssertPlain(_git.Arguments);
    }

    [Theory]
    [InlineData("ext::sh -c touch% OWNED ")]
    [InlineData("--upload-pack=touch")]
    [InlineData("file:///etc/")]
    [InlineData("git://corp.example/")]
    public async Task Git_argument_injection_by_instead_of_starts_no_git_gitea_2022_42968(string replacement)
    {
        await using var rig = await StartAsync(go => go with { Git = go.Git with { InsteadOf = [("https://corp.example/", replacement)] } });
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));

        Assert.True((await rig.Tain.ReadAsync($"go/{Module}/@v/list")).Status is 404 or 403);
        Assert.Empty(_git.Ids);
    }

    [Fact]
    public async Task VCS_config_attributes_submodules_and_symlinks_of_a_repository_do_nothing_cmd_go_2025_4674()
    {
        await using var rig = await StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(Hostile($"module {Module}\n"));
        // A link where go looks for a file, and links that lead out.
        Link(repository, "sub/go.mod", "/etc/passwd");
        Link(repository, "LICENSE", "/etc/passwd");
        Link(repository, "etc", "/etc");
        Link(repository, "sub2", "../../../../etc");
        repository.Run("commit", "-q", "-m", "links");
        repository.Tag("v1.0.0");
        repository.Tag("sub/v1.0.0");
        repository.Tag("sub2/v1.0.0");

        var zip = await DirectTests.ZipAsync(rig, Module, "v1.0.0");

        // As git has them: no substitution, no filter, no line ends changed, nothing left out, and no links.
        var bytes = await rig.Tain.Client.GetByteArrayAsync($"go/{Module}/@v/v1.0.0.zip", Token);
        Assert.Equal("$Format:%H$ $Id$\n", Entry(bytes, "subst.txt"));
        Assert.Equal("x\n", Entry(bytes, "ignored.txt"));
        Assert.Equal("plain\n", Entry(bytes, "crlf.txt"));
        Assert.DoesNotContain(zip.Files, f => f.Name is "LICENSE" or "etc" or "sub2" || f.Name.StartsWith("sub/", StringComparison.Ordinal));
        foreach (var sub in new[] { "sub", "sub2" })
        {
            foreach (var kind in new[] { "info", "mod", "zip" })
            {
                var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/{sub}/@v/v1.0.0.{kind}");
                Assert.Equal(404, status);
                Assert.DoesNotContain("root:", body, StringComparison.Ordinal);
            }
        }
        Assert.False(File.Exists(Owned));
        Assert.Equal(["corp.example:443"], rig.Hosts.Connections.Keys);
    }

    [Fact]
    public async Task VCS_checkout_there_is_never_one_on_disk_cmd_go_2025_68119()
    {
        await using var rig = await StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(Hostile($"module {Module}\n"));
        repository.Tag("v1.0.0");
        repository.Commit(Hostile($"module {Module}\n\ngo 1.21\n"));
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip", "@v/main.info" })
            Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/{page}")).Status);

        var clones = Path.Combine(rig.Tain.Data, "git");
        var names = Directory.GetFileSystemEntries(clones, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)).ToHashSet();
        Assert.Contains("trees.git", names);
        Assert.Empty(names.Intersect(["go.mod", "lib.go", ".gitmodules", ".gitattributes", ".git", "index", "hooks", "modules"]));
        Assert.DoesNotContain(_git.Arguments, a => a is "checkout" or "clone" or "submodule" or "worktree" or "reset");
    }

    private Task<DirectRig> StartAsync(Func<GoOptions, GoOptions>? go = null, string upstream = "direct", string? netrc = null, Func<GitHosting.GitServer, IReadOnlyDictionary<string, string>>? environment = null, Stream? log = null) =>
        DirectRig.StartAsync(o => (go ?? (x => x))(o with { Git = o.Git with { Command = _git.Command } }), upstream, netrc, environment, log);

    /// <summary>Files that make git do things when it checks them out or archives them.</summary>
    private (string, string)[] Hostile(string goMod) =>
    [
        ("go.mod", goMod), ("lib.go", "package lib\n"), ("subst.txt", "$Format:%H$ $Id$\n"), ("ignored.txt", "x\n"), ("crlf.txt", "plain\n"),
        (".gitattributes", "* filter=evil diff=evil merge=evil\nsubst.txt export-subst\nignored.txt export-ignore\ncrlf.txt -text\n"),
        (".gitmodules", $"[submodule \"--upload-pack=touch {Owned}\"]\n\tpath = a\n\turl = ext::sh -c touch% {Owned}\n\tupdate = !touch {Owned}\n[submodule \"b\"]\n\tpath = b\n\turl = https://other.example/b\n"),
        (".gitconfig", $"[core]\n\tfsmonitor = touch {Owned}\n"), ("hooks/post-checkout", $"#!/bin/sh\ntouch {Owned}\n"), (".lfsconfig", "[lfs]\n\turl = https://other.example/lfs\n"),
    ];

    private void Link(GitRepository repository, string path, string target)
    {
        var file = Path.Combine(_folder, "target");
        File.WriteAllText(file, target);
        var hash = repository.Run("hash-object", "-w", file).Trim();
        repository.Run("update-index", "--add", "--cacheinfo", $"120000,{hash},{path}");
    }

    private static string Entry(byte[] zip, string name)
    {
        using var archive = new System.IO.Compression.ZipArchive(new MemoryStream(zip));
        using var reader = new StreamReader(archive.GetEntry($"{Module}@v1.0.0/{name}")!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>What looks like an option is one of those that Tain uses.</summary>
    private static void AssertPlain(IEnumerable<string> arguments) => Assert.All(arguments, a => Assert.True(
        !a.Contains("touch", StringComparison.Ordinal) && !a.Contains("--exec", StringComparison.Ordinal) && !a.Contains("upload-pack", StringComparison.Ordinal) && a is not ("-n" or "-x"), a));
}
