using System.Net;
using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.GoModules;
using Tain.Http;
using Tain.Tests.Ecosystems.Go;

namespace Tain.Tests.Ecosystems.Setup;

/// <summary><c>/setup/go.sh</c>, <c>.env</c> and <c>.ps1</c>: exact, from the configuration only, and loud when they can't be.</summary>
public sealed class SetupScriptsTests
{
    private static readonly Uri Public = new("https://tain.corp.example/");
    private static readonly string[] Paths = ["setup", "setup/", "setup/go.sh", "setup/go.env", "setup/go.ps1"];

    [Fact]
    public async Task They_are_the_variables_of_the_public_url_and_nothing_more()
    {
        await using var tain = await RunningTain.StartAsync("off", go => Private(go, "corp.example,*.corp.example"), publicUrl: Public);
        Assert.Equal((200, """
            export GOPROXY='https://tain.corp.example/go'
            export GONOPROXY='none'
            export GONOSUMDB='corp.example,*.corp.example'
            export GOSUMDB='off'
            # Tain: what the go command needs to get its modules from https://tain.corp.example

            """), await tain.ReadAsync("setup/go.sh"));
        Assert.Equal((200, "GOPROXY=https://tain.corp.example/go\nGONOPROXY=none\nGONOSUMDB=corp.example,*.corp.example\nGOSUMDB=off\n"), await tain.ReadAsync("setup/go.env"));
        Assert.Equal((200, """
            # Tain: what the go command needs to get its modules from https://tain.corp.example
            $env:GOPROXY = 'https://tain.corp.example/go'
            $env:GONOPROXY = 'none'
            $env:GONOSUMDB = 'corp.example,*.corp.example'
            $env:GOSUMDB = 'off'

            """), await tain.ReadAsync("setup/go.ps1"));
    }

    [Fact]
    public async Task A_request_s_Host_changes_nothing()
    {
        await using var configured = await RunningTain.StartAsync("off", publicUrl: Public);
        await using var bare = await RunningTain.StartAsync("off");
        foreach (var tain in new[] { configured, bare })
            foreach (var path in Paths)
            {
                var evil = await tain.ReadAsync(path, ("Host", "evil.example"), ("X-HTTP-Host-Override", "evil.example"));
                Assert.Equal(await tain.ReadAsync(path), evil);
                Assert.DoesNotContain("evil", evil.Body, StringComparison.Ordinal);
            }
    }

    [Theory]
    [InlineData("/bin/sh", "eval \"$1\"")]
    [InlineData("/bin/bash", "eval \"$1\"")]
    // Without the quotes, the script is one line.
    [InlineData("/bin/sh", "set -f; eval $1")]
    [InlineData("/bin/bash", "set -f; eval $1")]
    public async Task A_real_shell_that_evaluates_the_script_has_these_variables(string shell, string evaluation)
    {
        const string patterns = "it's,$(echo broken >&2),`false`,\"q\",*,#x,corp.example/~";
        await using var tain = await RunningTain.StartAsync("off", go => Private(go, patterns), publicUrl: Public);
        var (_, script) = await tain.ReadAsync("setup/go.sh");
        var (code, output, errors) = await Shell.RunAsync(shell, evaluation + " && env", script);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(["GONOPROXY=none", "GONOSUMDB=" + patterns, "GOPROXY=https://tain.corp.example/go", "GOSUMDB=off"],
            output.Split('\n').Where(line => line.StartsWith("GO", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task They_answer_HEAD_and_are_plain_text_that_nobody_keeps()
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        foreach (var path in Paths)
        {
            using var head = await tain.SendAsync(HttpMethod.Head, path);
            using var get = await tain.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
            Assert.Equal("no-cache", head.Headers.CacheControl!.ToString());
            Assert.Equal(path.Contains('.', StringComparison.Ordinal) ? "text/plain; charset=utf-8" : "text/html; charset=utf-8", head.Content.Headers.ContentType!.ToString());
            Assert.Equal(["nosniff"], head.Headers.GetValues("X-Content-Type-Options"));
        }
    }

    [Theory]
    [InlineData("setup/npm.sh", "not found: this server does not speak npm yet; there is")]
    [InlineData("setup/docker.env", "not found: this server does not speak docker yet; there is")]
    [InlineData("setup/containerd.sh", "not found: this server does not speak containerd yet; there is")]
    [InlineData("setup/go", "not found: no such settings; there is")]
    [InlineData("setup/go.sh/", "not found: no such settings; there is")]
    [InlineData("setup/frame.html", "not found: no such settings; there is")]
    public async Task What_is_not_there_is_404_and_tells_what_is(string path, string first)
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        var (status, body) = await tain.ReadAsync(path);
        Assert.Equal(404, status);
        Assert.Equal(first + "\n/setup (for people)\n/setup/go.sh\n/setup/go.env\n/setup/go.ps1\n", body);
        Assert.Equal(404, (await tain.ReadAsync("setups")).Status);
    }

    [Fact]
    public async Task Without_a_public_url_on_loopback_it_is_the_address_it_listens_on_and_says_for_whom()
    {
        await using var tain = await RunningTain.StartAsync("off");
        var here = tain.Client.BaseAddress!.ToString().TrimEnd('/');
        var (_, script) = await tain.ReadAsync("setup/go.sh");
        Assert.StartsWith($"export GOPROXY='{here}/go'\n", script, StringComparison.Ordinal);
        Assert.EndsWith($"# Tain: what the go command needs to get its modules from {here}, on this machine only: public-url is not set in tain.yaml\n", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    public async Task Through_a_reverse_proxy_that_loopback_address_is_nobody_s(string header)
    {
        await using var tain = await RunningTain.StartAsync("off");
        var (status, script) = await tain.ReadAsync("setup/go.sh", (header, "1.1 for=192.0.2.1"));
        Assert.Equal(200, status);
        Assert.DoesNotContain("export", script, StringComparison.Ordinal);
        // With a public-url, every client gets that one.
        await using var configured = await RunningTain.StartAsync("off", publicUrl: Public);
        Assert.Contains("export", (await configured.ReadAsync("setup/go.sh", (header, "1.1 for=192.0.2.1"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_evaluating_the_script_fails_and_says_why()
    {
        await using var tain = await RunningTain.StartAsync("off");
        (string, string) proxied = ("X-Forwarded-For", "192.0.2.1");
        var (status, script) = await tain.ReadAsync("setup/go.sh", proxied);
        Assert.Equal(200, status);
        foreach (var evaluation in new[] { "eval \"$1\"", "eval $1" })
            foreach (var shell in new[] { "/bin/sh", "/bin/bash" })
            {
                var (code, output, errors) = await Shell.RunAsync(shell, $"set -e; {evaluation}; echo went on", script);
                Assert.Equal((1, ""), (code, output));
                Assert.StartsWith("tain: this server has no public-url", errors, StringComparison.Ordinal);
                Assert.Contains("set public-url in tain.yaml", errors, StringComparison.Ordinal);
            }

        Assert.StartsWith("throw 'tain: this server has no public-url", (await tain.ReadAsync("setup/go.ps1", proxied)).Body, StringComparison.Ordinal);
        var (missing, why) = await tain.ReadAsync("setup/go.env", proxied);
        Assert.Equal(404, missing);
        Assert.StartsWith("tain: this server has no public-url", why, StringComparison.Ordinal);
        Assert.Contains("set public-url in tain.yaml", why, StringComparison.Ordinal);
        var (page, html) = await tain.ReadAsync("setup", proxied);
        Assert.Equal(200, page);
        Assert.Contains("public-url: https://tain.corp.example", html, StringComparison.Ordinal);
        Assert.DoesNotContain("GOPROXY", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:0", null, null)]
    [InlineData("*:0", null, null)]
    [InlineData("[::]:0", null, null)]
    [InlineData("192.0.2.1:8080", null, null)]
    [InlineData("0.0.0.0:0", "https://tain.corp.example/mirror/", "https://tain.corp.example/mirror")]
    public async Task A_server_that_others_reach_is_not_given_a_guessed_name(string listen, string? publicUrl, string? expected)
    {
        var data = Directory.CreateTempSubdirectory("tain-test-").FullName;
        var options = new TainOptions { Listen = listen, Data = data, PublicUrl = publicUrl is null ? null : new Uri(publicUrl) };
        // Not started: it listens nowhere.
        await using (var server = new TainServer(options, log: new LogWriter(Stream.Null, json: true, TimeProvider.System)))
            Assert.Equal(expected, server.ClientAddress.Url);
        Directory.Delete(data, recursive: true);
    }

    private static GoOptions Private(GoOptions go, string patterns)
        => ModulePatterns.TryParse(patterns, out var parsed, out var error) ? go with { Private = parsed, PrivateText = patterns } : throw new FormatException(error);
}
