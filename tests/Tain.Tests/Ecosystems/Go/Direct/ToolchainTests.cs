using System.Diagnostics;
using System.Text.Json;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Modules in Mercurial, with the real go command and the real hg on both sides; their answers are those of the go command by itself.</summary>
[Trait("Speed", "slow")]
public sealed class ToolchainTests : IDisposable
{
    private const string Module = "hg.example/lib";
    private readonly string _folder = Directory.CreateTempSubdirectory("tain-hg-").FullName;
    private readonly List<Process> _serving = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Bin { get; } = Path.Combine(Root(), "out", "tools", "bin");

    private static string Go => Path.Combine(Bin, "go");

    public void Dispose()
    {
        foreach (var process in _serving)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Without_a_go_command_a_module_in_hg_is_404_with_what_to_set()
    {
        await using var rig = await DirectRig.StartAsync();
        rig.Hosts.SetImports(Module, $"{Module} hg https://hg.example/repo");
        foreach (var page in new[] { "@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.zip" })
        {
            var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/{page}");
            Assert.Equal(status, page == "@v/list" ? status : 404);
            Assert.Contains("kept in hg; only git is fetched here, unless go.toolchain names a go command", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_module_in_hg_is_what_the_go_command_says_it_is()
    {
        await using var rig = await StartAsync();
        await ServeAsync(rig);

        var versions = (await OracleAsync(rig, "list", "-m", "-versions", "-json", Module)).GetProperty("Versions").EnumerateArray().Select(v => v.GetString() + "\n");
        Assert.Equal((200, string.Concat(versions)), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        var latest = await OracleAsync(rig, "list", "-m", "-json", Module + "@latest");
        var (_, ours) = await rig.Tain.ReadAsync($"go/{Module}/@latest");
        Assert.Equal((latest.GetProperty("Version").GetString(), latest.GetProperty("Time").GetString()),
            (JsonDocument.Parse(ours).RootElement.GetProperty("Version").GetString(), JsonDocument.Parse(ours).RootElement.GetProperty("Time").GetString()));
        foreach (var query in new[] { "v1.0.0", "v1.1.0", "default" })
        {
            var expected = await OracleAsync(rig, "mod", "download", "-json", $"{Module}@{query}");
            var version = expected.GetProperty("Version").GetString()!;
            var info = await File.ReadAllTextAsync(expected.GetProperty("Info").GetString()!, Token);
            Assert.Equal((200, info), await rig.Tain.ReadAsync($"go/{Module}/@v/{query}.info"));
            Assert.Equal((200, await File.ReadAllTextAsync(expected.GetProperty("GoMod").GetString()!, Token)), await rig.Tain.ReadAsync($"go/{Module}/@v/{version}.mod"));
            Assert.Equal(expected.GetProperty("Sum").GetString(), "h1:" + (await DirectTests.ZipAsync(rig, Module, version)).H1.Replace("h1:", "", StringComparison.Ordinal));
        }
        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/v1.9.9.info");
        Assert.Equal(404, status);
        Assert.Contains("unknown revision", body, StringComparison.Ordinal);
        Assert.Empty(Caches(rig));
    }

    [Fact]
    public async Task A_repository_that_fails_is_no_absence()
    {
        await using var rig = await StartAsync();
        await ServeAsync(rig);
        rig.Hosts.Add(new Rule("hg.example/repo") { Status = 500 });
        Assert.Equal(502, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        Assert.Empty(Caches(rig));
    }

    [Fact]
    public async Task The_deadline_ends_the_go_command_with_its_children_and_deletes_its_cache()
    {
        await using var rig = await StartAsync(timeout: TimeSpan.FromSeconds(8));
        await ServeAsync(rig);
        rig.Hosts.Add(new Rule("hg.example/repo") { Stall = true });
        var asking = rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip");
        var began = Stopwatch.StartNew();
        while (!Running(rig).Any(c => c.Contains("/hg", StringComparison.Ordinal)))
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(8), "hg never ran");
            await Task.Delay(50, Token);
        }

        var (status, body) = await asking;

        Assert.Equal(504, status);
        Assert.Contains("go.git.timeout", body, StringComparison.Ordinal);
        Assert.Empty(Running(rig));
        Assert.Empty(Caches(rig));
    }

    [Fact]
    public async Task The_go_command_sees_nothing_of_the_server_s_surroundings_and_speaks_no_other_system()
    {
        var seen = Path.Combine(_folder, "seen");
        var script = Path.Combine(_folder, "go");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nenv > '{seen}'\nexit 1\n", Token);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var rig = await StartAsync(go: script);
        rig.Hosts.SetImports(Module, $"{Module} hg https://hg.example/repo");
        Assert.Equal(502, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.info")).Status);
        var names = await File.ReadAllLinesAsync(seen, Token);
        Assert.Contains("GOVCS=*:hg", names);
        Assert.Contains("HGRCPATH=", names);
        Assert.Contains("GOENV=off", names);
        Assert.Contains(names, n => n.StartsWith($"HOME={rig.Tain.Data}/toolchain/", StringComparison.Ordinal));
        Assert.DoesNotContain(names, n => n.StartsWith("NETRC=", StringComparison.Ordinal) || n.StartsWith("DOTNET", StringComparison.Ordinal));
    }

    private static Task<DirectRig> StartAsync(string? go = null, TimeSpan? timeout = null)
    {
        Assert.True(File.Exists(Go) && File.Exists(Path.Combine(Bin, "hg")), $"{Bin} has no go and hg: run tests/tools/install");
        return DirectRig.StartAsync(options => options with
        {
            Direct = options.Direct with { Toolchain = go ?? Go },
            Git = options.Git with { Timeout = timeout ?? TimeSpan.FromMinutes(2) },
        });
    }

    /// <summary>A repository with two versions and a commit after them.</summary>
    private async Task ServeAsync(DirectRig rig)
    {
        var repository = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        Hg(repository, "init");
        for (var i = 0; i < 3; i++)
        {
            File.WriteAllText(Path.Combine(repository, "go.mod"), $"module {Module}\n\ngo 1.2{i}\n");
            File.WriteAllText(Path.Combine(repository, "lib.go"), $"package lib // {i}\n");
            Hg(repository, "commit", "-q", "-A", "-m", "change", "-u", "test", "-d", $"{1_700_000_000 + (60 * i)} 0");
            if (i < 2)
                Hg(repository, "tag", "-u", "test", "-d", $"{1_700_000_001 + (60 * i)} 0", $"v1.{i}.0");
        }
        var serve = Start(repository, "serve", "-a", "127.0.0.1", "-p", "0");
        _serving.Add(serve);
        var line = await serve.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException("hg serve ended");
        var port = line.Split("(bound to ")[1].Split(':')[1].TrimEnd(')');
        rig.Hosts.SetImports(Module, $"{Module} hg https://hg.example/repo");
        rig.Hosts.Forward("hg.example/repo", new Uri($"http://127.0.0.1:{port}/"));
    }

    private static void Hg(string repository, params string[] arguments)
    {
        using var hg = Start(repository, arguments);
        hg.WaitForExit();
        Assert.Equal(0, hg.ExitCode);
    }

    private static Process Start(string repository, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Bin, "hg"), arguments) { WorkingDirectory = repository, RedirectStandardOutput = true };
        start.Environment["HGRCPATH"] = "";
        start.Environment["PYTHONUNBUFFERED"] = "1";
        return Process.Start(start)!;
    }

    /// <summary>The go command by itself.</summary>
    private async Task<JsonElement> OracleAsync(DirectRig rig, params string[] arguments)
    {
        var start = new ProcessStartInfo(Go, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in rig.Hosts.Environment)
            start.Environment[name] = value;
        foreach (var (name, value) in new[]
        {
            ("PATH", $"{Bin}:/usr/bin:/bin"), ("HOME", _folder), ("GOPATH", Path.Combine(_folder, "go")), ("GOFLAGS", "-modcacherw -mod=mod"), ("GOPROXY", "direct"), ("GOSUMDB", "off"),
            ("GOVCS", "*:all"), ("GOTOOLCHAIN", "local"), ("HGRCPATH", ""), ("http_proxy", rig.Hosts.ProxyUrl),
        })
            start.Environment[name] = value;
        using var go = Process.Start(start)!;
        var error = go.StandardError.ReadToEndAsync(Token);
        var output = await go.StandardOutput.ReadToEndAsync(Token);
        await go.WaitForExitAsync(Token);
        Assert.True(go.ExitCode == 0, await error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string[] Caches(DirectRig rig) =>
        Directory.Exists(Path.Combine(rig.Tain.Data, "toolchain")) ? Directory.GetFileSystemEntries(Path.Combine(rig.Tain.Data, "toolchain")) : [];

    /// <summary>Command lines of what runs with a home below the server's data.</summary>
    private static List<string> Running(DirectRig rig) => [.. Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(d =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(d, "environ")).Contains(rig.Tain.Data + "/toolchain", StringComparison.Ordinal) ? File.ReadAllText(Path.Combine(d, "cmdline")) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }).Where(c => c.Length > 0)];

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Tain.slnx")))
            at = at.Parent!;
        return at.FullName;
    }
}
