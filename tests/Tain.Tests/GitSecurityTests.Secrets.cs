using System.Diagnostics;
using System.Text;
using Tain.Ecosystems.Go.Git;
using Tain.GitHosting;

namespace Tain.Tests;

// Credentials, questions to nobody, and processes that must end.
public sealed partial class GitSecurityTests
{
    private const string Secret = "hunter2hunter2";

    private static readonly string[] Forms = [Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret)), Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + Secret))];

    [Theory]
    [InlineData("redirect")]
    [InlineData("go-import")]
    [InlineData("instead-of")]
    [InlineData("page redirect")]
    [InlineData("mod")]
    public async Task Credentials_leaking_to_another_host_they_are_not_sent_GOAUTH_2024_45340(string way)
    {
        await using var rig = await StartAsync(go => way == "instead-of" ? go with { Git = go.Git with { InsteadOf = [("https://corp.example/", "https://other.example/")] } } : go, netrc: Netrc("corp.example"));
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Repository("other.example/lib").Commit(("go.mod", $"module {Module}\n"));
        switch (way)
        {
            case "redirect":
                rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Refs, RedirectTo = "https://other.example{path}" });
                break;
            case "page redirect":
                rig.Hosts.Add(new Rule(Module) { Only = RequestKind.GoGet, RedirectTo = "https://other.example{path}" });
                rig.Hosts.SetImports("other.example/lib", $"{Module} git https://other.example/lib");
                break;
            case "go-import" or "mod":
                rig.Hosts.SetImports(Module, $"{Module} {(way == "mod" ? "mod" : "git")} https://other.example/lib");
                break;
            default:
                break;
        }

        await rig.Tain.ReadAsync($"go/{Module}/@v/list");
        await rig.Tain.ReadAsync($"go/{Module}/@latest");

        Assert.All(rig.Hosts.Requests, r => Assert.Equal(r.Path.StartsWith("corp.example", StringComparison.Ordinal) ? "me" : "", r.User));
        Assert.Contains(rig.Hosts.Requests, r => r.Path.StartsWith("other.example", StringComparison.Ordinal));
    }

    [Theory, Trait("Speed", "slow")]
    [InlineData("netrc")]
    [InlineData("token-file")]
    public async Task Credentials_leaking_there_are_none_in_process_list_disk_log_or_answers_zot_2025_48374(string kind)
    {
        using var log = new MemoryStream();
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, Secret + "\n", Token);
        await using var rig = await StartAsync(go => go with { Git = go.Git with { Timeout = TimeSpan.FromSeconds(4), Hosts = kind == "netrc" ? [] : [new GitHost("corp.example") { TokenFile = token }] } },
            netrc: kind == "netrc" ? Netrc("corp.example") : null, log: log);
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"), ("noise", new string('x', 100_000)));
        repository.Tag("v1.0.0");
        rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Refs, Password = $"{(kind == "netrc" ? "me" : "x-access-token")}:{Secret}" });
        var stall = new Rule(Module) { Only = RequestKind.Fetch, Stall = true, Times = 1 };
        rig.Hosts.Add(stall);
        var said = new StringBuilder();

        // While git waits for its pack, anybody on the machine may look.
        var slow = rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip");
        while (!_git.Arguments.Contains("fetch"))
            await Task.Delay(20, Token);
        await Task.Delay(200, Token);
        var seen = CommandLines();
        Assert.Contains(seen, c => c.Contains("git", StringComparison.Ordinal) && c.Contains("fetch", StringComparison.Ordinal) && c.Contains("origin", StringComparison.Ordinal));
        Assert.Contains(seen, c => c.Contains("remote-http", StringComparison.Ordinal));
        var (timeout, late) = await slow;
        Assert.Equal(504, timeout);
        said.Append(late).AppendJoin('\n', seen).AppendJoin('\n', _git.Arguments);

        // A host that repeats what it was sent, while it refuses it.
        rig.Hosts.ClearRules();
        rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Refs, Status = 403, Body = $"{Secret} {(kind == "netrc" ? Forms[1] : Forms[2])} is not welcome" });
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        foreach (var page in new[] { $"go/{Module}/@v/list", $"go/{Module}/@v/v1.0.1.info", $"api/v1/go/resolve?module={Module}&ref=main", $"api/v1/explain/go/{Module}@v1.0.2" })
        {
            var (status, body) = await rig.Tain.ReadAsync(page);
            Assert.True(status is 403 || page.StartsWith("api/v1/explain", StringComparison.Ordinal), $"{status} {body}");
            said.Append(body);
        }
        rig.Hosts.ClearRules();
        rig.Tain.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.0.0.zip")).Status);
        // All but the file that nobody else may open.
        foreach (var file in Directory.GetFiles(rig.Tain.Data, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock"))
            said.Append(Encoding.Latin1.GetString(Shared(file)));
        said.Append(Encoding.UTF8.GetString(log.ToArray()));

        Assert.Contains("refused", said.ToString(), StringComparison.Ordinal);
        Assert.All(Forms, form => Assert.DoesNotContain(form, said.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prompts_a_server_that_asks_for_a_password_is_answered_by_nobody_go_issue_44904()
    {
        await using var rig = await StartAsync();
        rig.Repository(Module).Commit(("go.mod", $"module {Module}\n"));
        rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Refs, Password = "somebody:else" });
        var began = Stopwatch.StartNew();

        var (status, body) = await rig.Tain.ReadAsync($"go/{Module}/@v/list");

        Assert.Equal(404, status);
        Assert.Contains("corp.example asks for a password, none is configured", body, StringComparison.Ordinal);
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(20), $"{began.Elapsed}");
        Assert.Empty(_git.Left());
    }

    [Fact]
    public async Task VCS_config_of_the_server_s_own_surroundings_does_nothing_cmd_go_2025_68119()
    {
        var repositories = Directory.CreateTempSubdirectory("tain-hosts-").FullName;
        await using var hosts = await GitServer.StartAsync(repositories);
        hosts.SetImports(Module, $"{Module} git https://{Module}");
        var repository = new GitHosting.GitRepository(repositories, Module);
        repository.Commit(Hostile($"module {Module}\n"));
        repository.Tag("v1.0.0");
        repository.Commit(Hostile($"module {Module}\n\ngo 1.21\n"));
        hosts.Add(new Rule("corp.example/closed") { Password = "me:secret" });
        hosts.SetImports("corp.example/closed", "corp.example/closed git https://corp.example/closed");

        using var tain = Process.Start(Surroundings(hosts))!;
        try
        {
            var error = tain.StandardError.ReadToEndAsync(Token);
            var line = "";
            while (!line.Contains("listening on http://", StringComparison.Ordinal))
                line = await tain.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException("it did not start: " + await error);
            _ = tain.StandardOutput.ReadToEndAsync(Token);
            var url = line[(line.IndexOf("listening on ", StringComparison.Ordinal) + 13)..];
            using var client = new HttpClient { BaseAddress = new Uri(url[..url.IndexOf(',', StringComparison.Ordinal)] + "/") };

            Assert.Equal("v1.0.0\n", await client.GetStringAsync($"go/{Module}/@v/list", Token));
            foreach (var page in new[] { "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/main.info" })
                Assert.NotEmpty(await client.GetStringAsync($"go/{Module}/{page}", Token));
            Assert.Equal("$Format:%H$ $Id$\n", Entry(await client.GetByteArrayAsync($"go/{Module}/@v/v1.0.0.zip", Token), "subst.txt"));
            using var closed = await client.GetAsync("go/corp.example/closed/@v/list", Token);
            Assert.Equal(404, (int)closed.StatusCode);
        }
        finally
        {
            tain.Kill(entireProcessTree: true);
            await tain.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(repositories, recursive: true);
            Directory.Delete(repositories + ".work", recursive: true);
        }
        Assert.False(File.Exists(Owned), File.Exists(Owned) ? File.ReadAllText(Owned) : "");
    }

    [Theory, Trait("Speed", "slow")]
    [InlineData("deadline")]
    [InlineData("stop")]
    [InlineData("client")]
    public async Task Children_end_with_their_deadline_and_none_is_left_athens_1155(string how)
    {
        var timeout = how == "stop" ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(3);
        await using var rig = await StartAsync(go => go with { Git = go.Git with { Timeout = timeout } });
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        rig.Hosts.Add(new Rule(Module) { Only = RequestKind.Fetch, Stall = true });
        using var client = new CancellationTokenSource();

        var asking = rig.Tain.Client.GetAsync(new Uri($"go/{Module}/@v/v1.0.0.zip", UriKind.Relative), client.Token);
        while (!_git.Left().Any(s => s.Contains("remote-http", StringComparison.Ordinal)) || !_git.Arguments.Contains("fetch"))
            await Task.Delay(20, Token);
        if (how == "stop")
            await rig.Tain.StopAsync();
        else if (how == "client")
            await client.CancelAsync();

        if (how == "deadline")
        {
            using var response = await asking;
            Assert.Equal(504, (int)response.StatusCode);
            Assert.Contains("go.git.timeout", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
        else
        {
            await Record.ExceptionAsync(() => asking);
        }
        await _git.NoneIsLeftAsync(TimeSpan.FromSeconds(10));
        if (how == "stop")
            await rig.RestartAsync();
    }

    /// <summary>The built server, with everything in its environment and its home that makes git run a program or go elsewhere.</summary>
    private ProcessStartInfo Surroundings(GitServer hosts)
    {
        var evil = Path.Combine(_folder, "evil");
        File.WriteAllText(evil, $"#!/bin/sh\necho \"$0 $@\" >>'{Owned}'\necho hunter2\n");
        var hooks = Directory.CreateDirectory(Path.Combine(_folder, "template", "hooks")).FullName;
        var exec = Directory.CreateDirectory(Path.Combine(_folder, "exec")).FullName;
        foreach (var copy in new[] { "hooks/post-checkout", "hooks/reference-transaction", "hooks/post-index-change", "hooks/pre-auto-gc" }.Select(h => Path.Combine(_folder, "template", h))
            .Concat(new[] { "git-remote-http", "git-remote-https", "git-upload-pack", "git-index-pack", "git-fetch" }.Select(p => Path.Combine(exec, p))).Append(evil).ToList())
        {
            if (copy != evil)
                File.Copy(evil, copy);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        var config = $"""
            [core]
                hooksPath = {hooks}
                fsmonitor = {evil}
                sshCommand = {evil}
                gitProxy = {evil}
                askPass = {evil}
                pager = {evil}
                alternateRefsCommand = {evil}
                attributesFile = {_folder}/attributes
            [protocol]
                allow = always
            [url "ext::{evil} "]
                insteadOf = http://
                insteadOf = https://
            [credential]
                helper = {evil}
            [uploadpack]
                packObjectsHook = {evil}
            [filter "evil"]
                smudge = {evil}
                clean = {evil}
                process = {evil}
                required = true
            [diff "evil"]
                textconv = {evil}
                command = {evil}
            [init]
                templateDir = {_folder}/template
            [remote "origin"]
                vcs = evil
                uploadpack = {evil}
            [gc]
                auto = 1
            [maintenance]
                auto = true
            [http]
                proxy = http://127.0.0.1:1
                extraHeader = "X-Evil: yes"
            [tar "tar"]
                command = {evil}

            """;
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home", ".config", "git")).FullName;
        File.WriteAllText(Path.Combine(_folder, "home", ".gitconfig"), config);
        File.WriteAllText(Path.Combine(home, "config"), config);
        File.WriteAllText(Path.Combine(_folder, "attributes"), "* filter=evil export-subst ident\n");

        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "tain"),
            ["serve", "--listen", "127.0.0.1:0", "--data", Path.Combine(_folder, "data"), "--go-upstream", "direct", "--go-sumdb", "off", "--upstream-ca-bundle", hosts.CaBundle, "--log-format", "text"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        (string, string)[] variables =
        [
            ("HOME", Path.Combine(_folder, "home")), ("XDG_CONFIG_HOME", Path.Combine(_folder, "home", ".config")), ("GIT_CONFIG_GLOBAL", Path.Combine(home, "config")),
            ("GIT_CONFIG_SYSTEM", Path.Combine(home, "config")), ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.hooksPath"), ("GIT_CONFIG_VALUE_0", hooks),
            ("GIT_CONFIG_PARAMETERS", $"'core.fsmonitor'='{evil}'"), ("GIT_SSH_COMMAND", evil), ("GIT_SSH", evil), ("GIT_PROXY_COMMAND", evil), ("GIT_ASKPASS", evil), ("SSH_ASKPASS", evil),
            ("DISPLAY", ":0"), ("GIT_EXEC_PATH", exec), ("GIT_TEMPLATE_DIR", Path.Combine(_folder, "template")), ("GIT_DIR", Path.Combine(_folder, "elsewhere")),
            ("GIT_WORK_TREE", _folder), ("GIT_INDEX_FILE", Owned), ("GIT_EXTERNAL_DIFF", evil), ("GIT_PAGER", evil), ("PAGER", evil), ("GIT_EDITOR", evil), ("EDITOR", evil),
            ("GIT_TRACE", Owned), ("GIT_TRACE2", Owned), ("GIT_TRACE_CURL", Owned), ("GIT_TRACE_PACKET", Owned), ("GIT_SSL_NO_VERIFY", "1"), ("GIT_ALLOW_PROTOCOL", "ext:file:http:https:ssh:git"),
            ("GIT_OBJECT_DIRECTORY", Path.Combine(_folder, "objects")), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/"), ("GIT_NAMESPACE", "evil"), ("GIT_TERMINAL_PROMPT", "1"),
            ("HTTPS_PROXY", hosts.ProxyUrl), ("https_proxy", hosts.ProxyUrl), ("NO_PROXY", ""), ("no_proxy", ""),
        ];
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return start;
    }

    private string Netrc(string host)
    {
        var file = Path.Combine(_folder, "netrc");
        File.WriteAllText(file, $"machine {host} login me password {Secret}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static List<string> CommandLines() => [.. Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(d =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(d, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    })];

    private static byte[] Shared(string file)
    {
        // What was being written when the files were listed may be gone: it was seen where it went.
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
