using Tain.Upstream;

namespace Tain.Tests.Upstream;

public sealed class SourceChainTests
{
    /// <summary>What the go command's proxyList makes of it (cmd/go/internal/modfetch/proxy.go, 1.24); an element is followed by | when any fault falls through.</summary>
    [Theory]
    [InlineData("https://proxy.golang.org,direct", "https://proxy.golang.org direct")]
    [InlineData("direct", "direct")]
    [InlineData("off", "off")]
    [InlineData("a.example|b.example,c.example", "https://a.example| https://b.example https://c.example")]
    [InlineData(" a.example ,\t| b.example |", "https://a.example https://b.example|")]
    [InlineData(",,a.example,,", "https://a.example")]
    [InlineData("a.example,direct,b.example", "https://a.example direct")]
    [InlineData("a.example|direct|b.example", "https://a.example| direct")]
    [InlineData("a.example|off,b.example", "https://a.example| off")]
    [InlineData("off,not a url at all,noproxy", "off")]
    [InlineData("direct|file:///x", "direct")]
    [InlineData("localhost:8080", "https://localhost:8080")]
    [InlineData("http://localhost:8080/go/", "http://localhost:8080/go")]
    [InlineData("HTTPS://A.Example/Path", "https://a.example/Path")]
    [InlineData("a.example/x/y", "https://a.example/x/y")]
    [InlineData("localhost/x", "https://localhost/x")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080")]
    [InlineData("https://a.example:443", "https://a.example")]
    public void A_list_means_what_it_means_to_the_go_command(string list, string links)
    {
        var chain = SourceChain.Parse(list);
        Assert.Equal(links, string.Join(' ', chain.Links.Select(l =>
            (l.Source?.Name ?? l.Kind.ToString().ToLowerInvariant()) + (l.FallsThroughOnAnyFault ? "|" : ""))));
        Assert.Equal(links, string.Join(' ', SourceChain.Parse(string.Join("", chain.Links.Select((l, i) =>
            (l.Source?.BaseUrl.ToString() ?? l.Kind.ToString().ToLowerInvariant()) + (l.FallsThroughOnAnyFault ? "|" : ",")))).Links.Select(l =>
            (l.Source?.Name ?? l.Kind.ToString().ToLowerInvariant()) + (l.FallsThroughOnAnyFault ? "|" : ""))));
    }

    [Theory]
    [InlineData("", "the list has no entries")]
    [InlineData(" , | ", "the list has no entries")]
    [InlineData("proxy", "'proxy' is not a URL: single words other than direct and off are reserved")]
    [InlineData("Direct", "'Direct' is not a URL")]
    [InlineData("noproxy", "'noproxy' is the go command's internal word")]
    [InlineData("a.example,noproxy", "'noproxy' is")]
    [InlineData("file:///srv/mods", "'file:///srv/mods' is a folder")]
    [InlineData("FILE:///srv/mods", "is a folder")]
    [InlineData("/srv/mods", "'/srv/mods' has no scheme")]
    [InlineData("ftp://a.example", "has the scheme ftp: only https and http")]
    [InlineData("c:/mods", "has the scheme c")]
    [InlineData("https:/a.example", "is not a valid URL")]
    [InlineData("https://", "is not a valid URL")]
    [InlineData("https:///x", "is not a valid URL")]
    [InlineData("https://a.example\\x", "is not a valid URL")]
    [InlineData("https://a.example:99999", "is not a valid URL")]
    [InlineData("https://a.example/?x=1", "has a query")]
    [InlineData("https://a.example?", "has a query")]
    [InlineData("https://a.example/#x", "has a fragment")]
    [InlineData("https://a example", "contains a space")]
    [InlineData("https://ä.example", "outside ASCII")]
    [InlineData("https://a.example/%zz", "has a % without")]
    [InlineData("https://a.example/%2", "has a % without")]
    [InlineData("https://u:hunter2%@a.example/", "has a % without")]
    [InlineData("http://user:hunter2@a.example", "would send its password in the clear: use https")]
    [InlineData("https://user:hunter2@a.example/?x", "has a query")]
    [InlineData("https://user:hun/ter2@a.example", "")]
    [InlineData("ftp://user:hunter2@a.example", "has the scheme ftp")]
    [InlineData("user:hunter2@a b.example", "contains a space")]
    public void A_bad_element_is_named_with_the_remedy_and_without_its_password(string list, string error)
    {
        Assert.False(SourceChain.TryParse(list, out var chain, out var said));
        Assert.Null(chain);
        Assert.Contains(error, said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
        Assert.DoesNotContain("ter2", said, StringComparison.Ordinal);
        Assert.Equal(said, Assert.Throws<FormatException>(() => SourceChain.Parse(list)).Message);
    }

    [Fact]
    public void Credentials_are_taken_off_the_URL_and_masked()
    {
        var chain = SourceChain.Parse("https://me:s%40crt@a.example/x|token@b.example,http://u:p@127.0.0.1:1,off");
        var source = chain.Links[0].Source!;
        Assert.Equal(("me:s@crt", "https://a.example/x", "https://a.example/x"), (source.UserInfo, source.Name, source.BaseUrl.AbsoluteUri));
        Assert.Equal("token", chain.Links[1].Source!.UserInfo);
        Assert.Equal("https://me:***@a.example/x|https://***@b.example,http://u:***@127.0.0.1:1,off", chain.ToString());
        Assert.Equal("https://me:***@a.example/x", source.ToString());
        Assert.DoesNotContain("s@crt", chain.Links[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Leaving_links_out_keeps_each_separator_with_what_it_follows()
    {
        var chain = SourceChain.Parse("a.example|b.example,c.example,direct");
        Assert.Equal("https://a.example|https://c.example,direct", chain.Where(l => l.Source?.Name != "https://b.example").ToString());
        Assert.Empty(chain.Where(_ => false).Links);
        Assert.Equal("", chain.Where(_ => false).ToString());
    }
}
