using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.Ecosystems.Setup;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go;

/// <summary>Which variables a go command needs to come here and nowhere else.</summary>
public sealed class GoSetupTests
{
    // The key of the go command's own test database (cmd/go/proxy_test.go).
    private const string CorpKey = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6";

    [Fact]
    public void With_the_default_configuration_nothing_goes_past_the_mirror_and_its_database_is_the_public_one()
        => Assert.Equal(
            [
                new("GOPROXY", "https://tain.corp.example/go"),
                new("GONOPROXY", "none"),
                new("GONOSUMDB", "none"),
                new("GOSUMDB", "sum.golang.org"),
            ],
            new GoSetup(new GoOptions()).VariablesFor("https://tain.corp.example"));

    [Theory]
    [InlineData("", "", "none")]
    [InlineData("corp.example,*.corp.example", "", "corp.example,*.corp.example")]
    [InlineData("", "example.com/unlisted", "example.com/unlisted")]
    [InlineData("b.example,a.example", "c.example,a.example,b.example", "b.example,a.example,c.example")]
    [InlineData(",corp.example,,corp.example,", ",", "corp.example")]
    public void GONOSUMDB_is_what_the_server_does_not_ask_the_database_either(string isPrivate, string unlisted, string expected)
        => Assert.Equal(expected, Value(new GoOptions { PrivateText = isPrivate, NoSumDbText = unlisted }, "GONOSUMDB"));

    [Theory]
    [InlineData("sum.golang.org", "sum.golang.org")]
    // With a URL, and with the alias that is one, the go command would go there past the mirror.
    [InlineData("sum.golang.org https://sumdb.corp.example", "sum.golang.org")]
    [InlineData("sum.golang.google.cn", "sum.golang.org")]
    [InlineData(SumDbOptions.PublicKey, "sum.golang.org")]
    [InlineData(CorpKey, CorpKey)]
    [InlineData(CorpKey + " https://elsewhere.example/sumdb", CorpKey)]
    public void GOSUMDB_is_the_configured_database_without_a_URL(string configured, string expected)
    {
        Assert.True(SumDbOptions.TryParse(configured, out var database, out var error), error);
        Assert.Equal(expected, Value(new GoOptions { SumDb = database }, "GOSUMDB"));
    }

    [Fact]
    public void GOSUMDB_is_off_where_the_server_has_none()
        => Assert.Equal("off", Value(new GoOptions { SumDb = null }, "GOSUMDB"));

    [Fact]
    public void GOPROXY_has_no_second_entry_whatever_the_server_s_own_list_is()
        => Assert.Equal("https://h.example/mirror/go", Value(new GoOptions { Upstream = SourceChain.Parse("https://a.example|https://b.example,direct") }, "GOPROXY", "https://h.example/mirror"));

    [Fact]
    public void Each_snippet_is_one_that_can_be_pasted_as_it_is()
    {
        ClientVariable[] variables = [new("GOPROXY", "https://h.example/go"), new("GONOSUMDB", "*.corp.example")];
        var snippets = new GoSnippets("https://h.example", variables);
        Assert.Equal("eval \"$(curl -fsS https://h.example/setup/go.sh)\"", snippets.Shell);
        Assert.Equal("go env -w 'GOPROXY=https://h.example/go' \\\n  'GONOSUMDB=*.corp.example'", snippets.Permanent);
        Assert.Equal("irm https://h.example/setup/go.ps1 | iex", snippets.PowerShell);
        Assert.Equal("ENV GOPROXY=\"https://h.example/go\" \\\n    GONOSUMDB=\"*.corp.example\"", snippets.Dockerfile);
        Assert.Equal("- name: Go modules come from Tain\n  run: curl -fsS https://h.example/setup/go.env >> \"$GITHUB_ENV\"", snippets.GitHubActions);
        Assert.Equal("default:\n  before_script:\n    - eval \"$(curl -fsS https://h.example/setup/go.sh || echo false)\"", snippets.GitLabCi);
        Assert.Equal("curl -fsS https://h.example/api/v1/explain/go/github.com/pkg/errors@v0.9.1", snippets.Explain);
        // zsh would look for files by this name.
        Assert.Equal("eval \"$(curl -fsS 'http://[::1]:8080/setup/go.sh')\"", new GoSnippets("http://[::1]:8080", variables).Shell);
    }

    private static string Value(GoOptions options, string name, string url = "https://h.example")
        => new GoSetup(options).VariablesFor(url).Single(v => v.Name == name).Value;
}
