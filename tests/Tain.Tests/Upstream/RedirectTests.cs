using System.Net;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

/// <summary>SSRF by redirects; insecure fallback.</summary>
public sealed class RedirectTests
{
    private static readonly IReadOnlyList<IPNetwork> Outside = [IPNetwork.Parse("127.0.0.2/32")];

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("302 Found")]
    [InlineData("303 See Other")]
    [InlineData("307 Temporary Redirect")]
    [InlineData("308 Permanent Redirect")]
    public async Task A_redirect_within_the_source_is_followed_at_any_address(string status)
    {
        await using var server = new HostileServer(InTurn(RedirectTo("../there?sig=1", status), Ok("x")));
        using var rig = new Rig();
        Assert.Equal("x", Rig.Text((await rig.GetAsync(server)).Body));
        Assert.Equal("/m/there?sig=1", server.Requests[1].Target);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0/")]
    [InlineData("http://localhost/")]
    [InlineData("http://localhost./")]
    [InlineData("http://a.localhost/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://172.31.0.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[::ffff:a00:1]/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("//10.0.0.1/")]
    public async Task SSRF_by_a_redirect_to_a_literal_private_address_is_refused(string location)
    {
        await using var server = new HostileServer(RedirectTo(location));
        using var rig = new Rig(resolve: (_, _) => throw new InvalidOperationException("The resolver must not be asked."));
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.RedirectRefused, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Contains("redirected to http://", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.Contains("is not a public address (allow it in upstream.private-networks)", answer.Attempt.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SSRF_by_a_name_that_resolves_to_a_private_address_is_refused_when_dialled()
    {
        await using var inside = new HostileServer(Ok("secret"));
        await using var server = new HostileServer(RedirectTo($"http://metadata.test:{inside.Port}/"));
        using var rig = new Rig(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.RedirectRefused, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Equal($"redirected to http://metadata.test:{inside.Port}/: refused, metadata.test is at 127.0.0.1, which is not public (allow it in upstream.private-networks)", answer.Attempt.Said);
        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task SSRF_by_a_name_that_resolves_differently_the_second_time_is_refused()
    {
        // 127.0.0.2 stands for the outside, where nobody answers; from the second look-up on, the name leads inside.
        await using var inside = new HostileServer(Ok("secret"));
        await using var server = new HostileServer(RedirectTo($"http://rebinding.test:{inside.Port}/"));
        var lookups = 0;
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Outside },
            resolve: (_, _) => Task.FromResult<IPAddress[]>(Interlocked.Increment(ref lookups) == 1 ? [IPAddress.Parse("127.0.0.2")] : [IPAddress.Loopback]));
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.RedirectRefused, 2), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task A_name_with_public_and_private_addresses_is_never_dialled_at_the_private_one()
    {
        await using var inside = new HostileServer(Ok("secret"));
        await using var server = new HostileServer(RedirectTo($"http://mixed.test:{inside.Port}/"));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Outside, Tries = 1 },
            resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]));
        Assert.Equal(FaultKind.Unreachable, (await rig.GetAsync(server)).Attempt.Fault);
        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task A_pooled_connection_to_a_source_is_not_reused_for_a_redirect_to_it()
    {
        // b is itself a configured source: its connection stands in the pool of sources. A redirect from a must not ride on it.
        await using var b = new HostileServer(Ok("secret"));
        await using var a = new HostileServer(RedirectTo(b.Url + "/inside"));
        using var rig = new Rig();
        await rig.GetAsync(b);
        Assert.Equal(FaultKind.RedirectRefused, (await rig.GetAsync(a)).Attempt.Fault);
        Assert.Single(b.Requests);
    }

    [Fact]
    public async Task Private_networks_allow_what_they_name()
    {
        await using var inside = new HostileServer(Ok("x"));
        await using var server = new HostileServer(RedirectTo($"http://store.test:{inside.Port}/blob"));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Rig.Loopback }, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        Assert.Equal("x", Rig.Text((await rig.GetAsync(server)).Body));
        using var other = new Rig(Rig.Quick with { PrivateNetworks = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::/0")] }, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        Assert.Equal(FaultKind.RedirectRefused, (await other.GetAsync(server)).Attempt.Fault);
    }

    [Fact]
    public async Task Whoever_leads_back_to_the_source_is_not_trusted_with_it()
    {
        HostileServer? source = null;
        await using var back = new HostileServer(exchange => exchange.AnswerAsync("302 Found", "", $"Location: {source!.Url}/admin"), at: IPAddress.Parse("127.0.0.2"));
        await using var server = source = new HostileServer(InTurn(RedirectTo(back.Url + "/"), Ok("inside")));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = [IPNetwork.Parse("127.0.0.2/32")] });
        Assert.Equal(FaultKind.RedirectRefused, (await rig.GetAsync(server)).Attempt.Fault);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Insecure_fallback_https_may_not_become_http()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var plain = new HostileServer(Ok("x"));
        await using var server = new HostileServer(RedirectTo(plain.Url + "/x"), certificate);
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath, PrivateNetworks = Rig.Loopback });
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.RedirectRefused, $"redirected to {plain.Url}/x: refused, https may not become http"), (answer.Attempt.Fault, answer.Attempt.Said));
        Assert.Equal(0, plain.Connections);
    }

    [Fact]
    public async Task Insecure_fallback_not_even_by_way_of_a_source_that_is_http_itself()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var plain = new HostileServer(Ok("x"));
        await using var secure = new HostileServer(RedirectTo(plain.Url + "/x"), certificate);
        await using var server = new HostileServer(RedirectTo(secure.Url + "/x"));
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath, PrivateNetworks = Rig.Loopback });
        var answer = await rig.GetAsync(server);
        Assert.Equal(FaultKind.RedirectRefused, answer.Attempt.Fault);
        Assert.Single(secure.Requests);
        Assert.Equal(0, plain.Connections);
    }

    [Fact]
    public async Task An_http_source_may_redirect_to_https()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var secure = new HostileServer(Ok("x"), certificate);
        await using var server = new HostileServer(RedirectTo(secure.Url + "/x"));
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath, PrivateNetworks = Rig.Loopback });
        Assert.Equal("x", Rig.Text((await rig.GetAsync(server)).Body));
    }

    [Theory]
    [InlineData("ftp://a.example/x", "only https is followed")]
    [InlineData("file:///etc/passwd", "only https is followed")]
    [InlineData("gopher://10.0.0.1/", "only https is followed")]
    [InlineData("javascript:alert(1)", "only https is followed")]
    [InlineData("http://user:hunter2@a.example/", "with a password in the URL: refused")]
    [InlineData("http://", "not a URL")]
    [InlineData("", "redirected without a Location")]
    public async Task A_redirect_to_anything_but_http_is_refused(string location, string said)
    {
        await using var server = new HostileServer(RedirectTo(location));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.RedirectRefused, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Contains(said, answer.Attempt.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", answer.Attempt.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_in_a_loop_is_noticed_on_its_second_turn()
    {
        await using var self = new HostileServer(RedirectTo("/m/@v/v1.0.0.info"));
        await using var pair = new HostileServer(exchange => exchange.AnswerAsync("302 Found", "", "Location: " + (exchange.Request.Target == "/a" ? "/b" : "/a")));
        using var rig = new Rig();
        Assert.Equal($"redirected in a loop, back to {self.Url}/m/@v/v1.0.0.info", (await rig.GetAsync(self)).Attempt.Said);
        Assert.Single(self.Requests);
        Assert.Equal(FaultKind.RedirectRefused, (await rig.GetAsync(pair)).Attempt.Fault);
        Assert.Equal(3, pair.Requests.Count);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public async Task Ten_redirects_are_followed_and_no_more(int hops, bool followed)
    {
        await using var server = new HostileServer(exchange => exchange.Request.Number <= hops
            ? exchange.AnswerAsync("302 Found", "", $"Location: /hop{exchange.Request.Number}") : exchange.AnswerAsync("200 OK", "x"));
        using var rig = new Rig();
        var answer = await rig.GetAsync(server);
        Assert.Equal(followed, answer.Body is not null);
        Assert.Equal(11, server.Requests.Count);
        if (!followed)
            Assert.Equal((FaultKind.RedirectRefused, $"redirected more than 10 times, last to {server.Url}/hop11"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task A_fault_after_a_redirect_names_the_hop_without_its_query()
    {
        await using var store = new HostileServer(Status("403 Forbidden", "expired"));
        await using var server = new HostileServer(RedirectTo(store.Url + "/blob?X-Signature=s3cret"));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Rig.Loopback });
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Refused, $"redirected to {store.Url}/blob?…: HTTP 403 Forbidden: expired"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task A_proxied_redirect_to_a_literal_private_address_is_refused_before_the_proxy_hears_of_it()
    {
        await using var proxy = new HostileServer(InTurn(RedirectTo("http://169.254.169.254/latest"), Ok("secret")));
        using var rig = new Rig(variable: name => name == "HTTP_PROXY" ? proxy.Url : null);
        var answer = await rig.GetAsync("http://mods.example");
        Assert.Equal(FaultKind.RedirectRefused, answer.Attempt.Fault);
        Assert.Equal("http://mods.example/m/@v/v1.0.0.info", Assert.Single(proxy.Requests).Target);
    }

    [Fact]
    public async Task A_proxy_at_a_private_address_dials_redirects_too()
    {
        await using var proxy = new HostileServer(InTurn(RedirectTo("http://store.example/x"), Ok("x")));
        using var rig = new Rig(variable: name => name == "http_proxy" ? proxy.Url : null);
        Assert.Equal("x", Rig.Text((await rig.GetAsync("http://mods.example")).Body));
        Assert.Equal("http://store.example/x", proxy.Requests[1].Target);
    }
}
