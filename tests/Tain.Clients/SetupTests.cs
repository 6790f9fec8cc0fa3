namespace Tain.Clients;

/// <summary>The one line that sets a client up, on a machine whose settings so far lead past the mirror.</summary>
public sealed class SetupTests
{
    // What a developer may have written with "go env -w" long ago.
    private const string BadSettings = "GOPROXY=direct\nGOPRIVATE=*\nGONOPROXY=rsc.io\nGONOSUMDB=*\nGOSUMDB=off\n";

    [Fact]
    public async Task After_the_line_everything_comes_through_Tain_whatever_the_go_env_file_says()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", HermeticProxy.SumDbKey);
        using var machine = new Machine(BadSettings);

        // As it was, this machine asks rsc.io itself.
        var before = await machine.RunAsync("go mod download -x rsc.io/quote@v1.5.2");
        Assert.NotEqual(0, before.Code);
        Assert.DoesNotContain(tain.Url, before.Output, StringComparison.Ordinal);

        var (code, output) = await machine.RunAsync($"eval \"$(curl -fsS {tain.Url}/setup/go.sh)\"\ngo mod download -x rsc.io/quote@v1.5.2");
        Assert.True(code == 0, output);
        var asked = AskedFor(output);
        Assert.Contains($"{tain.GoProxy}/rsc.io/quote/@v/v1.5.2.zip", asked);
        Assert.Contains(asked, url => url.StartsWith($"{tain.GoProxy}/sumdb/{HermeticProxy.SumDbName}/lookup/", StringComparison.Ordinal));
        Assert.All(asked, url => Assert.StartsWith(tain.GoProxy + "/", url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_private_module_comes_through_Tain_and_the_database_never_hears_of_it()
    {
        await using var upstream = await HermeticProxy.StartAsync();
        await using var tain = await TainProcess.StartAsync(upstream.Url, null, "--go-sumdb", HermeticProxy.SumDbKey, "--go-private", "rsc.io", "--go-sources", upstream.Url + " private");
        using var machine = new Machine(BadSettings);
        var (code, output) = await machine.RunAsync($"eval \"$(curl -fsS {tain.Url}/setup/go.sh)\"\ngo mod download -x rsc.io/quote@v1.5.2");
        Assert.True(code == 0, output);
        var asked = AskedFor(output);
        Assert.Contains($"{tain.GoProxy}/rsc.io/quote/@v/v1.5.2.zip", asked);
        Assert.All(asked, url => Assert.StartsWith(tain.GoProxy + "/rsc.io/", url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lines_for_good_and_the_env_file_set_the_same()
    {
        await using var tain = await TainProcess.StartAsync("off", null, "--go-sumdb", "sum.golang.org https://sumdb.corp.example", "--go-private", "corp.example,*.corp.example", "--public-url", "https://tain.corp.example");
        const string show = "go env GOPROXY GONOPROXY GONOSUMDB GOSUMDB";
        const string expected = "https://tain.corp.example/go\nnone\ncorp.example,*.corp.example\nsum.golang.org\n";
        using var machine = new Machine(BadSettings);

        Assert.Equal((0, expected), await machine.RunAsync($"eval \"$(curl -fsS {tain.Url}/setup/go.sh)\"\n{show}"));
        Assert.Equal((0, expected), await machine.RunAsync($"curl -fsS {tain.Url}/setup/go.env > env\nenv $(cat env) {show}"));
        // The page's own text, taken out of it as a reader would.
        const string permanent = "sed -n '/<code id=\"permanent\">/,/<\\/code>/p' | sed -e 's/.*<code id=\"permanent\">//' -e 's/<\\/code>.*//' -e \"s/&#39;/'/g\"";
        Assert.Equal((0, expected), await machine.RunAsync($"curl -fsS {tain.Url}/setup | {permanent} > permanent\n. ./permanent\n{show}"));
        // Kept: another shell has it too.
        Assert.Equal((0, expected), await machine.RunAsync(show));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_leaves_a_word_on_the_terminal()
    {
        using var machine = new Machine("");
        var (_, output) = await machine.RunAsync($"eval \"$(curl -fsS http://127.0.0.1:{Loopback.FreePort()}/setup/go.sh)\"");
        Assert.Contains("curl: (7)", output, StringComparison.Ordinal);
    }

    /// <summary>Every URL that <c>-x</c> shows the go command begin with; lines are <c># get URL</c>.</summary>
    private static List<string> AskedFor(string output)
        => [.. output.Split('\n').Where(line => line.StartsWith("# get ", StringComparison.Ordinal)).Select(line => line["# get ".Length..].Split(": ")[0]).Distinct()];

    /// <summary>A home with a go env file, nothing in the environment, and a shell.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly TempFolder _folder = new();

        public Machine(string settings)
        {
            File.WriteAllText(Path.Combine(_folder["home/.config/go"], "env"), settings);
            File.WriteAllText(Path.Combine(_folder["module"], "go.mod"), "module example.com/hello\n\ngo 1.21\n");
        }

        public async Task<(int Code, string Output)> RunAsync(string script)
        {
            await using var shell = ChildProcess.Start("/bin/sh", ["-ec", script], _folder["module"], new Dictionary<string, string>
            {
                ["PATH"] = $"{Path.GetDirectoryName(Repository.Go)}:/usr/bin:/bin",
                ["HOME"] = _folder["home"],
                ["GOPATH"] = _folder["gopath"],
                ["GOFLAGS"] = "-modcacherw",
                ["GOTOOLCHAIN"] = "local",
                ["GOTELEMETRY"] = "off",
                // What would go past Tain gets no further than this.
                ["HTTPS_PROXY"] = "http://127.0.0.1:9",
                ["HTTP_PROXY"] = "http://127.0.0.1:9",
                ["GOVCS"] = "*:off",
            });
            var code = await shell.WaitAsync(TimeSpan.FromMinutes(2));
            return (code, shell.Output);
        }

        public void Dispose() => _folder.Dispose();
    }
}
