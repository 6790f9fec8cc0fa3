using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Clones that break under the server, and git commands that are killed in the middle: no wrong byte, and the right ones when asked again.</summary>
[Trait("Speed", "slow")]
public sealed class BrokenServerCloneTests : IDisposable
{
    private const string Module = "corp.example/lib";
    private const string Mod = $"module {Module}\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("tain-git-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static MatrixTheoryData<string, bool> Damages => new(
        ["cut packs", "no packs", "no indexes", "no objects", "no clone", "packs of zeros", "a lock", "a config of nonsense"], [false, true]);

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_clone_that_breaks_between_two_versions_is_made_anew(string damage, bool isRestarted)
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib // first\n"));
        repository.Tag("v1.0.0");
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        // Known, and not fetched yet: from the old clone or not at all.
        repository.Commit(("go.mod", Mod), ("lib.go", "package lib // second\n"));
        repository.Tag("v1.1.0");
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Status);
        var commit = repository.Commit(("go.mod", Mod), ("lib.go", "package lib // third one\n"));
        repository.Tag("v1.2.0");
        foreach (var clone in Directory.GetDirectories(Path.Combine(rig.Tain.Data, "git"), "*.git", SearchOption.AllDirectories))
            Damage(clone, damage);
        if (isRestarted)
            await rig.RestartAsync();

        Assert.Equal("package lib // second\n".Length, await SizeAsync(rig, "v1.1.0"));
        Assert.Equal("package lib // third one\n".Length, await SizeAsync(rig, "v1.2.0"));
        Assert.Contains($"v1.2.0", (await rig.Tain.ReadAsync($"go/{Module}/@v/{commit}.info")).Body, StringComparison.Ordinal);
        await DirectTests.ZipAsync(rig, Module, "v1.0.0");
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));
    }

    [Theory]
    [InlineData("archive", 3_000_000)]
    [InlineData("archive", 1_000)]
    public async Task A_git_that_is_killed_while_clients_read_its_zip_resets_them_and_the_next_one_gets_all(string command, int after)
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { Command = KilledGit(command, after) } });
        var repository = rig.Repository(Module);
        var random = new Random(1);
        repository.Commit([("go.mod", Mod), .. Enumerable.Range(0, 20).Select(i =>
        {
            var noise = new byte[150_000];
            random.NextBytes(noise);
            return ($"f{i}.txt", Convert.ToHexString(noise));
        })]);
        repository.Tag("v1.0.0");
        Assert.Equal((200, Mod), await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.mod"));
        await rig.Tain.EventuallyStoredAsync(Module, "v1.0.0");

        File.WriteAllText(Path.Combine(_folder, "kill"), "");
        var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TryReadAsync(rig)));
        foreach (var (status, length, wasCut, body) in clients)
        {
            // Whoever had nothing yet is told why; whoever had bytes never gets an end.
            Assert.True(wasCut ? status == 200 && length > 0 : status == 502, $"{status} {length} {wasCut} {body}");
            if (!wasCut)
                Assert.Contains("git was killed", body, StringComparison.Ordinal);
        }
        if (after > 1_000_000)
            Assert.Contains(clients, c => c.WasCut);
        Assert.Single(rig.Tain.StoredFiles());
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));

        File.Delete(Path.Combine(_folder, "kill"));
        // The reason is told for a moment to those whose connection was reset.
        rig.Tain.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(21, (await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files.Count);
        Assert.Equal(1, rig.Hosts.Count(RequestKind.Fetch));
    }

    [Theory]
    [InlineData("ls-remote")]
    [InlineData("fetch")]
    [InlineData("cat-file")]
    [InlineData("ls-tree")]
    [InlineData("init")]
    public async Task A_git_that_is_killed_at_any_other_work_is_no_absence_and_the_next_one_gets_all(string command)
    {
        await using var rig = await DirectRig.StartAsync(go => go with { Git = go.Git with { Command = KilledGit(command, 0) } });
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", Mod));
        repository.Tag("v1.0.0");
        File.WriteAllText(Path.Combine(_folder, "kill"), "");
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip");
        Assert.True(status == 502, $"{status} {body}");
        Assert.Empty(rig.Tain.StoredFiles());

        File.Delete(Path.Combine(_folder, "kill"));
        Assert.Single((await DirectTests.ZipAsync(rig, Module, "v1.0.0")).Files);
        Assert.Empty(await GitRemains.OfAsync(rig.Tain.Data));
    }

    /// <summary>A git that, as long as the file kill is there, dies of SIGKILL after so many bytes of output, its helpers with it.</summary>
    private string KilledGit(string command, int after)
    {
        var script = Path.Combine(_folder, "git");
        File.WriteAllText(script, $$"""
            #!/bin/sh
            if [ "$1" = {{command}} ] && [ -e '{{_folder}}/kill' ]; then
                [ {{after}} = 0 ] || git "$@" | head -c {{after}}
                kill -9 $$
            fi
            exec git "$@"

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return script;
    }

    private static async Task<(int Status, long Length, bool WasCut, string Body)> TryReadAsync(DirectRig rig)
    {
        using var response = await rig.Tain.GetAsync($"go/{Module}/@v/v1.0.0.zip");
        using var all = new MemoryStream();
        try
        {
            await (await response.Content.ReadAsStreamAsync()).CopyToAsync(all);
            return ((int)response.StatusCode, all.Length, false, response.IsSuccessStatusCode ? "" : System.Text.Encoding.UTF8.GetString(all.ToArray()));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ((int)response.StatusCode, all.Length, true, "");
        }
    }

    private static async Task<long> SizeAsync(DirectRig rig, string version) =>
        (await DirectTests.ZipAsync(rig, Module, version)).Files.Single(f => f.Name == "lib.go").Size;

    private static void Damage(string clone, string damage)
    {
        switch (damage)
        {
            case "cut packs":
                Each("*.pack", f => Replace(f, File.ReadAllBytes(f)[..^30]));
                break;
            case "packs of zeros":
                Each("*.pack", f => Replace(f, new byte[new FileInfo(f).Length]));
                break;
            case "no packs":
                Each("*.pack", File.Delete);
                break;
            case "no indexes":
                Each("*.idx", File.Delete);
                break;
            case "no objects":
                Directory.Delete(Path.Combine(clone, "objects"), recursive: true);
                break;
            case "no clone":
                Directory.Delete(clone, recursive: true);
                break;
            case "a lock":
                File.WriteAllText(Path.Combine(clone, "shallow.lock"), "");
                break;
            default:
                File.WriteAllText(Path.Combine(clone, "config"), "[core\n");
                break;
        }

        void Each(string pattern, Action<string> change)
        {
            foreach (var file in Directory.GetFiles(clone, pattern, SearchOption.AllDirectories))
                change(file);
        }

        // Git's packs are read-only.
        static void Replace(string file, byte[] bytes)
        {
            File.Delete(file);
            File.WriteAllBytes(file, bytes);
        }
    }
}
