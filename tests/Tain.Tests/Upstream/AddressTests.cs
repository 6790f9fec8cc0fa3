using System.Net;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

public sealed class AddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.0")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.0")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("3fff::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Not_public(string address)
    {
        Assert.False(PublicAddress.IsAllowed(IPAddress.Parse(address), []));
        Assert.True(PublicAddress.IsAllowed(IPAddress.Parse(address), [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450:4001:80b::2011")]
    public void Public(string address) => Assert.True(PublicAddress.IsAllowed(IPAddress.Parse(address), []));

    [Fact]
    public void An_exception_speaks_of_mapped_addresses_too() =>
        Assert.True(PublicAddress.IsAllowed(IPAddress.Parse("::ffff:10.1.2.3"), [IPNetwork.Parse("10.0.0.0/8")]));

    [Fact]
    public async Task When_one_address_refuses_the_next_is_dialled()
    {
        await using var server = new HostileServer(Ok("x"));
        using var rig = new Rig(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.3"), IPAddress.IPv6Loopback, IPAddress.Loopback]));
        var answer = await rig.GetAsync($"http://mods.test:{server.Port}");
        Assert.Equal("x", Rig.Text(answer.Body));
        Assert.Equal(1, answer.Attempt.Tries);
    }

    [Theory]
    [InlineData("", "http://a.example/", true)]
    [InlineData("a.example", "http://a.example/", false)]
    [InlineData("a.example", "http://b.a.example/", false)]
    [InlineData("a.example", "http://ba.example/", true)]
    [InlineData(".a.example", "http://a.example/", true)]
    [InlineData(".a.example", "http://b.a.example/", false)]
    [InlineData("*.a.example", "http://b.a.example/", false)]
    [InlineData("x, A.Example ,y", "http://a.example/", false)]
    [InlineData("a.example:8080", "http://a.example:8080/", false)]
    [InlineData("a.example:8080", "http://a.example/", true)]
    [InlineData("*", "http://a.example/", false)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3/", false)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3/", true)]
    [InlineData("10.1.2.3", "http://10.1.2.3:99/", false)]
    [InlineData("10.1.2.3:98", "http://10.1.2.3:99/", true)]
    [InlineData("fd00::/8", "http://[fd00::1]/", false)]
    [InlineData("[fd00::1]:99", "http://[fd00::1]:99/", false)]
    [InlineData("fd00::1", "http://[fd00::1]/", false)]
    [InlineData("", "http://localhost/", false)]
    [InlineData("", "http://127.0.0.1/", false)]
    [InlineData("", "http://[::1]/", false)]
    public void NO_PROXY_means_what_it_means_to_the_go_command(string noProxy, string url, bool proxied)
    {
        var proxy = new EnvironmentProxy(name => name switch { "HTTP_PROXY" => "proxy.example:3128", "NO_PROXY" => noProxy, _ => null });
        Assert.Equal(proxied ? new Uri("http://proxy.example:3128") : null, proxy.GetProxy(new Uri(url)));
        Assert.Null(proxy.GetProxy(new Uri(url.Replace("http:", "https:", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_proxy_that_is_no_URL_is_refused_without_its_password()
    {
        var error = Assert.Throws<InvalidDataException>(() => new EnvironmentProxy(name => name == "HTTPS_PROXY" ? "ftp://me:hunter2@proxy" : null));
        Assert.StartsWith("HTTPS_PROXY=ftp://***@proxy is not a proxy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_s_Proxy_header_in_CGI_is_not_believed() =>
        Assert.True(new EnvironmentProxy(name => name switch { "HTTP_PROXY" => "http://evil", "REQUEST_METHOD" => "GET", _ => null }).IsNone);

    [Fact]
    public async Task A_proxy_that_asks_for_its_password_gets_it_and_the_source_does_not()
    {
        await using var proxy = new HostileServer(exchange => exchange.Request["Proxy-Authorization"] is null
            ? exchange.AnswerAsync("407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic realm=\"p\"") : exchange.AnswerAsync("200 OK", "x"));
        using var rig = new Rig(variable: name => name == "HTTP_PROXY" ? proxy.Url.Replace("://", "://me:pw@", StringComparison.Ordinal) : null);
        Assert.Equal("x", Rig.Text((await rig.GetAsync("http://mods.example")).Body));
        Assert.Equal("Basic " + Convert.ToBase64String("me:pw"u8), proxy.Requests[^1]["Proxy-Authorization"]);
        Assert.All(proxy.Requests, r => Assert.Null(r["Authorization"]));
    }

    [Fact]
    public async Task A_proxy_that_refuses_a_tunnel_is_named()
    {
        await using var proxy = new HostileServer(Status("403 Forbidden", "policy"));
        using var rig = new Rig(Rig.Quick with { Tries = 1 }, variable: name => name == "HTTPS_PROXY" ? proxy.Url.Replace("://", "://me:hunter2@", StringComparison.Ordinal) : null);
        var answer = await rig.GetAsync("https://mods.example");
        Assert.Equal(FaultKind.Unreachable, answer.Attempt.Fault);
        Assert.StartsWith("the outgoing proxy (HTTPS_PROXY) did not connect", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.Equal(("CONNECT", "mods.example:443"), (proxy.Requests[0].Method, proxy.Requests[0].Target));
    }
}
