using System.Net;
using System.Text;
using CsCheck;
using Tain.Commands;
using Tain.Config;
using Tain.Upstream;

namespace Tain.Tests.Config;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tain-config-").FullName;
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Configuration Load(string? yaml = null, params string[] flags)
    {
        if (yaml is not null)
            File.WriteAllText(Path.Combine(folder, "tain.yaml"), yaml, new UTF8Encoding(false));
        return Configuration.Load(CommandLine.Parse(["serve", .. flags], environment, folder).Settings);
    }

    private static TainOptions Options(Configuration configuration)
    {
        Assert.Empty(configuration.Problems);
        Assert.NotNull(configuration.Options);
        return configuration.Options;
    }

    [Fact]
    public void Without_any_configuration_the_defaults_hold()
    {
        var loaded = Load();
        var options = Options(loaded);
        Assert.Equal("127.0.0.1:8080", options.Listen);
        Assert.Equal("./tain-data", options.Data);
        Assert.Equal("https://proxy.golang.org,direct", options.Go.Upstream.ToString());
        Assert.Equal(TimeSpan.FromMinutes(1), options.Go.ListTtl);
        Assert.Empty(options.Warnings);
        Assert.All(loaded.Values, v => Assert.Equal("default", v.Origin));
    }

    [Fact]
    public void The_tables_defaults_are_the_options_defaults()
    {
        foreach (var setting in Settings.All)
        {
            Assert.Equal(setting.Default, setting.Format(new TainOptions()));
            var options = new TainOptions();
            if (setting.Default.Length == 0)
                continue;
            Assert.True(setting.TryApply(ref options, setting.Default, out var error), error);
            Assert.Equal(setting.Default, setting.Format(options));
        }
    }

    [Fact]
    public void A_key_has_one_name_in_each_place()
    {
        var setting = Settings.FindOrNull("go.stale-while-revalidate")!;
        Assert.Equal("TAIN_GO_STALE_WHILE_REVALIDATE", setting.Variable);
        Assert.Equal("--go-stale-while-revalidate", setting.Flag);
        Assert.All(Settings.All, s => Assert.Matches("^[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*){0,2}$", s.Key));
        Assert.Equal(Settings.All.Count, Settings.All.Select(s => s.Flag).Distinct().Count());
        Assert.All(Settings.All, s => Assert.Contains(s.Group, Settings.Groups.Select(g => g.Group)));
    }

    [Fact]
    public void A_flag_goes_before_a_variable_and_a_variable_before_the_file()
    {
        environment["TAIN_GO_LIST_TTL"] = "2m";
        environment["TAIN_GO_QUERY_TTL"] = "2m";
        var loaded = Load("go:\n  list-ttl: 1h\n  query-ttl: 1h\n  absence-ttl: 1h\n", "--go-list-ttl", "3m");
        var go = Options(loaded).Go;
        Assert.Equal(TimeSpan.FromMinutes(3), go.ListTtl);
        Assert.Equal(TimeSpan.FromMinutes(2), go.QueryTtl);
        Assert.Equal(TimeSpan.FromHours(1), go.AbsenceTtl);
        string OriginOf(string key) => loaded.Values.Single(v => v.Setting.Key == key).Origin;
        Assert.Equal("--go-list-ttl", OriginOf("go.list-ttl"));
        Assert.Equal("TAIN_GO_QUERY_TTL", OriginOf("go.query-ttl"));
        Assert.Equal("tain.yaml:4", OriginOf("go.absence-ttl"));
        Assert.Equal("default", OriginOf("go.latest-ttl"));
    }

    [Fact]
    public void Nested_and_dotted_keys_and_sequences_are_the_same()
    {
        var nested = Options(Load("go:\n  private: [corp.example, '*.corp.example']\n  upstream:\n    - https://a.example\n    - direct\n")).Go;
        var dotted = Options(Load("go.private: corp.example,*.corp.example\ngo.upstream: https://a.example,direct\n")).Go;
        Assert.Equal(dotted.PrivateText, nested.PrivateText);
        Assert.Equal(dotted.Upstream.ToString(), nested.Upstream.ToString());
        Assert.True(nested.Private.Matches("git.corp.example/x"));
    }

    [Fact]
    public void A_file_of_comments_and_empty_groups_is_fine()
    {
        Options(Load(""));
        Options(Load("# nothing\n"));
        Options(Load("go:\n  # list-ttl: 1m\nlog:\n"));
    }

    [Fact]
    public void Routes_and_sources_meet_in_the_chains()
    {
        var go = Options(Load("""
            go:
              upstream: https://proxy.example|https://other.example,direct
              routes:
                - corp.example/*,github.com/acme https://goproxy.corp.example/go/,direct
                - x.example off
              sources:
                - https://goproxy.corp.example/go private response-timeout=5s
                - https://other.example response-timeout=500ms
            """)).Go;
        Assert.Equal(2, go.Routes.Count);
        Assert.Equal("corp.example/*,github.com/acme", go.Routes[0].PatternText);
        Assert.True(go.Routes[0].Patterns.Matches("github.com/acme/x"));
        var corp = go.Routes[0].Chain.Links[0].Source!;
        Assert.True(corp.Private);
        Assert.Equal(TimeSpan.FromSeconds(5), corp.ResponseTimeout);
        Assert.Equal(LinkKind.Off, go.Routes[1].Chain.Links[0].Kind);
        Assert.False(go.Upstream.Links[0].Source!.Private);
        Assert.True(go.Upstream.Links[0].FallsThroughOnAnyFault);
        Assert.Null(go.Upstream.Links[0].Source!.ResponseTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(500), go.Upstream.Links[1].Source!.ResponseTimeout);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_and_in_order()
    {
        environment["TAIN_GO_ABSENCE_TTL"] = "-1";
        environment["TAIN_GO_LISTTTL"] = "2m";
        environment["TAIN_WHATEVER"] = "secret";
        var problems = Load("""
            listen: 8080
            go:
              list-ttl: 5 minutes
              latest_ttl: 3m
              list-ttl: 4m
              private:
              sources: {a: b}
            upstream: 3
            colour: [a, b]
            go.sumdb: sum.example
            """, "--upstream-tries", "200", "--go-lst-ttl", "5m", "--data").Problems;
        Assert.Collection(problems,
            p => Assert.StartsWith("tain.yaml:1: listen: '8080' has no port", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:3: go.list-ttl: '5 minutes' is not a duration", p, StringComparison.Ordinal),
            p => Assert.Equal("tain.yaml:4: go.latest_ttl: unknown setting; did you mean go.latest-ttl?", p),
            p => Assert.StartsWith("tain.yaml:5: go.list-ttl: is already set on line 3", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:6: go.private: has no value", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:7: go.sources: takes a value or a list of values", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:8: upstream: is a group", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:9: colour: unknown setting", p, StringComparison.Ordinal),
            p => Assert.StartsWith("tain.yaml:10: go.sumdb: 'sum.example' has no key: only sum.golang.org", p, StringComparison.Ordinal),
            p => Assert.StartsWith("TAIN_GO_ABSENCE_TTL: go.absence-ttl: '-1' is not a duration", p, StringComparison.Ordinal),
            p => Assert.Equal("TAIN_GO_LISTTTL: unknown variable; did you mean TAIN_GO_LIST_TTL?", p),
            p => Assert.StartsWith("TAIN_WHATEVER: unknown variable", p, StringComparison.Ordinal),
            p => Assert.Equal("--upstream-tries: upstream.tries: '200' is not a whole number from 1 to 20; remove it for the default, 4", p),
            p => Assert.StartsWith("--data: has no value", p, StringComparison.Ordinal),
            p => Assert.Equal("--go-lst-ttl: unknown flag; did you mean --go-list-ttl?", p));
        Assert.DoesNotContain(problems, p => p.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a: [", "is not well-formed YAML")]
    [InlineData("- a\n", "is not a mapping")]
    [InlineData("...\nlisten", "is not well-formed YAML")]
    [InlineData("x: 1\n---\ny: 2\n", "second document")]
    [InlineData("listen: &a ':1'\ndata: *a\n", "aliases are not understood")]
    [InlineData("go:\n  ? [a]\n  : 1\n", "a key that is not a word")]
    [InlineData("go:\n  private: [a, '']\n", "an empty item")]
    [InlineData("go:\n  private: [a, [b]]\n", "an item must be a single value")]
    [InlineData("listen: [a]\n", "takes a single value")]
    public void A_file_that_is_not_understood_is_refused_with_its_line(string yaml, string said)
    {
        var problems = Load(yaml).Problems;
        Assert.Contains(problems, p => p.StartsWith("tain.yaml", StringComparison.Ordinal) && p.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_was_named_must_be_there()
    {
        Assert.Contains("does not exist", Assert.Single(Load(null, "--config", "other.yaml").Problems), StringComparison.Ordinal);
        environment["TAIN_CONFIG"] = "third.yaml";
        Assert.StartsWith("third.yaml:", Assert.Single(Load().Problems), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "third.yaml"), "listen: ':1'\n");
        Assert.Equal("*:1", Options(Load()).Listen);
        Assert.StartsWith("other.yaml:", Assert.Single(Load(null, "--config=other.yaml").Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    [InlineData(":8080", "*:8080")]
    [InlineData("*:80", "*:80")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("8080", null)]
    [InlineData("localhost", null)]
    [InlineData("127.0.0.1:", null)]
    [InlineData("127.0.0.1:65536", null)]
    [InlineData("127.0.0.1:+1", null)]
    [InlineData("127.1:80", null)]
    [InlineData("::1:8080", null)]
    [InlineData("tain.example:8080", null)]
    [InlineData("http://127.0.0.1:80", null)]
    public void Listen_takes_an_address_and_a_port(string text, string? listen)
    {
        var loaded = Load(null, "--listen", text);
        Assert.Equal(listen, loaded.Options?.Listen);
        Assert.Equal(listen is null ? 1 : 0, loaded.Problems.Count);
    }

    [Theory]
    [InlineData("https://tain.corp.example", true)]
    [InlineData("http://tain.corp.example:8080/mirror", true)]
    [InlineData("", true)]
    [InlineData("tain.corp.example", false)]
    [InlineData("ftp://tain.corp.example", false)]
    [InlineData("https://tain.corp.example/?a", false)]
    [InlineData("https://tain.corp.example/#a", false)]
    [InlineData("https://user:pw@tain.corp.example", false)]
    [InlineData("https://tain.corp.example/a,b", false)]
    [InlineData("https://tain.corp.example/a|b", false)]
    public void A_public_url_is_absolute_and_bare(string text, bool allowed) =>
        Assert.Equal(allowed ? 0 : 1, Load(null, "--public-url", text).Problems.Count);

    [Theory]
    [InlineData("--go-private", "corp.example,a\u0001b")]
    [InlineData("--go-no-sumdb", "corp.example,a\nb")]
    [InlineData("--go-private", "a\u009bb")]
    [InlineData("--go-sumdb", "\u001bb+525cac3e+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6")]
    public void What_clients_get_as_a_script_has_no_control_characters(string flag, string value) =>
        Assert.Contains("control character", Assert.Single(Load(null, flag, value).Problems), StringComparison.Ordinal);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("90m", 5_400_000)]
    [InlineData("", null)]
    [InlineData("30", null)]
    [InlineData("-1s", null)]
    [InlineData("1.5s", null)]
    [InlineData("1 s", null)]
    [InlineData("s", null)]
    [InlineData("1d", null)]
    [InlineData("1m1h", null)]
    [InlineData("1s1s", null)]
    [InlineData("99999999999999999999h", null)]
    [InlineData("999999999999h", null)]
    public void Durations_are_whole_numbers_with_units(string text, int? milliseconds)
    {
        Assert.Equal(milliseconds is not null, Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds ?? 0, duration.TotalMilliseconds);
        Assert.True(Duration.TryParse(Duration.Format(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Fact]
    public void Networks_are_cidr_or_single_addresses()
    {
        var networks = Options(Load(null, "--upstream-private-networks", "10.0.0.0/8, fd00::/8,192.0.2.1")).Upstream.PrivateNetworks;
        Assert.Equal(["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"], networks.Select(n => n.ToString()));
        Assert.True(networks[2].Contains(IPAddress.Parse("192.0.2.1")));
        Assert.Contains("'10.0.0.1/8'", Assert.Single(Load(null, "--upstream-private-networks", "10.0.0.1/8,nowhere").Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_must_be_there_and_be_what_they_are_for()
    {
        Assert.Contains("does not exist", Assert.Single(Load(null, "--upstream-netrc", Path.Combine(folder, "none")).Problems), StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Single(Load(null, "--upstream-netrc", folder).Problems), StringComparison.Ordinal);
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "hello");
        Assert.Contains("holds no certificate", Assert.Single(Load(null, "--upstream-ca-bundle", file).Problems), StringComparison.Ordinal);
        Assert.Contains("is a file", Assert.Single(Load(null, "--data", file).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_netrc_that_everyone_can_read_is_a_warning()
    {
        if (OperatingSystem.IsWindows())
            return;
        var file = Path.Combine(folder, "netrc");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Empty(Options(Load(null, "--upstream-netrc", file)).Warnings);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Single(Options(Load(null, "--upstream-netrc", file)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_pattern_that_nothing_may_serve_is_a_warning()
    {
        Assert.Empty(Options(Load("go: {private: corp.example}")).Warnings);
        Assert.Contains("'corp.example'", Assert.Single(Options(Load("go: {private: corp.example, upstream: https://a.example}")).Warnings), StringComparison.Ordinal);
        Assert.Empty(Options(Load("go: {private: corp.example, upstream: https://a.example, sources: https://a.example private}")).Warnings);
        Assert.Empty(Options(Load("go: {private: corp.example, upstream: https://a.example, routes: 'corp.example direct'}")).Warnings);
        Assert.Contains("its route", Assert.Single(Options(Load("go: {private: corp.example/x, routes: 'corp.example https://b.example'}")).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_source_that_no_chain_names_are_refused()
    {
        var problem = Assert.Single(Load("go:\n  upstream: https://goproxy.example\n  sources: https://goprxy.example private\n").Problems);
        Assert.StartsWith("tain.yaml:3: go.sources:", problem, StringComparison.Ordinal);
        Assert.Contains("did you mean https://goproxy.example?", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.example privat")]
    [InlineData("https://a.example private private")]
    [InlineData("https://a.example response-timeout=5")]
    [InlineData("https://a.example response-timeout=0")]
    [InlineData("https://a.example,https://b.example private")]
    [InlineData("direct private")]
    [InlineData("private")]
    [InlineData("https://a.example; https://a.example/ private")]
    [InlineData("https://u:p@a.example private")]
    public void A_source_entry_that_is_not_understood_is_refused(string entry) =>
        Assert.Single(Load(null, "--go-upstream", "https://a.example", "--go-sources", entry).Problems);

    [Fact]
    public void No_password_is_ever_shown()
    {
        const string chain = "https://user:s3cret@a.example,direct";
        var loaded = Load(null, "--go-upstream", chain, "--go-routes", "x.example https://:s3cret@b.example");
        Options(loaded);
        Assert.DoesNotContain("s3cret", ConfigCommand.ToYaml(loaded), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", ConfigCommand.ToJson(loaded), StringComparison.Ordinal);
        foreach (var bad in new[] { "https://user:s3cret@a.example?x", "https://u:a|s3cret@a.example", "user:s3cret@a.example:x", "https://b.example,http://u:s3cret@a.example", "https://u:s3cret/x@a.example#", "x.example https://u:s3cret@a.example?" })
        {
            foreach (var flag in new[] { "--go-upstream", "--go-routes", "--go-sources", "--public-url" })
                Assert.DoesNotContain("s3cret", string.Join('\n', Load(null, flag, bad).Problems), StringComparison.Ordinal);
        }
        Assert.Contains("masked password", Assert.Single(Load(null, "--go-upstream", "https://user:***@a.example").Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_printed_is_a_configuration_that_means_the_same()
    {
        var first = Load("""
            listen: "[::]:0"
            data: "/tmp/a b: #c \"d\" é"
            public-url: https://tain.corp.example/x
            log.format: text
            upstream: {tries: 7, private-networks: [10.0.0.0/8, "fd00::/8"], stall-timeout: 1m1s500ms}
            go:
              upstream: "https://a.example|https://b.example,direct"
              private: "*.corp.example,x.example/y"
              routes: ["corp.example/* https://c.example,direct", "d.example off"]
              sources: ["https://c.example private", "https://b.example response-timeout=5s"]
              order: latency
              stale-while-revalidate: 0
              repositories: ["gitlab.corp.example/*/*/* https://{root}.git", "x.example git@git.corp.example:{path}"]
              git:
                transports: [https, ssh, file]
                disk: 1TiB
                instead-of: ["https://github.com/acme/ git@github.com:acme/", "https://a.example/ file:///srv/git/"]
            """);
        Options(first);
        var yaml = ConfigCommand.ToYaml(first);
        var second = Load(yaml);
        Options(second);
        Assert.Equal(first.Values.Select(v => (v.Setting.Key, v.Text)), second.Values.Select(v => (v.Setting.Key, v.Text)));
    }

    [Fact]
    public void The_variables_of_a_kubernetes_service_named_tain_are_not_settings()
    {
        environment["TAIN_SERVICE_HOST"] = "10.0.0.1";
        environment["TAIN_SERVICE_PORT"] = "80";
        environment["TAIN_SERVICE_PORT_HTTP"] = "80";
        environment["TAIN_PORT"] = "tcp://10.0.0.1:80";
        environment["TAIN_PORT_80_TCP"] = "tcp://10.0.0.1:80";
        environment["TAIN_PORT_80_TCP_ADDR"] = "10.0.0.1";
        environment["TAIN_METRICS_SERVICE_HOST"] = "10.0.0.1";
        Assert.Equal(7, Load().Problems.Count);
        environment["KUBERNETES_SERVICE_HOST"] = "10.0.0.2";
        Options(Load());
        environment["TAIN_PORT"] = "8080";
        Assert.StartsWith("TAIN_PORT:", Assert.Single(Load().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_file_gives_options_or_problems_and_never_an_exception()
    {
        var keys = Settings.All.Select(s => s.Key).Append("go").Append("upstream").Append("colour").ToArray();
        var piece = Gen.OneOf(
            Gen.OneOf<string>(keys),
            Gen.OneOf<string>(": ", ":\n  ", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "\"", "'", "&a ", "*a", "!!str ", "? ", "| ", "> ", "# ", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "\t", "~", "\0", "\ud800"),
            Gen.OneOf<string>("5m", "0", "off", "direct", "https://a.example", "https://u:p@b.example|off", "corp.example https://c.example", "10.0.0.0/8", ":0", "json"),
            Gen.Char.Select(c => c.ToString()));
        piece.Array[0, 14].Sample(pieces =>
        {
            var loaded = Load(string.Concat(pieces));
            Assert.Equal(loaded.Options is null, loaded.Problems.Count > 0);
            Assert.All(loaded.Problems, p => Assert.DoesNotContain(p, char.IsControl));
        }, iter: 3_000, threads: 1);
    }

    [Fact]
    public void Deep_nesting_does_no_harm()
    {
        foreach (var open in new[] { "[", "{a: ", "go:\n - - " })
            Assert.NotEmpty(Load("listen: " + string.Concat(Enumerable.Repeat(open, 20_000))).Problems);
    }

    [Fact]
    public void A_file_too_large_to_be_one_is_refused() =>
        Assert.Contains("is larger than 1024 KiB", Assert.Single(Load(new string('#', ConfigFile.MaxBytes + 1)).Problems), StringComparison.Ordinal);

    [Fact]
    public void The_documentation_is_the_tables()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Tain.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("no Tain.slnx above the tests");
        var path = Path.Combine(root, "docs", "configuration.md");
        var wanted = ConfigurationDoc.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, wanted);
        }
        Assert.True(File.Exists(path) && File.ReadAllText(path) == wanted, "docs/configuration.md is not what the table says: run this test with UPDATE_DOCS=1 and commit the file");
    }
}
