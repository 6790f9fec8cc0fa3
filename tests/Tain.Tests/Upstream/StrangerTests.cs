using System.Net;
using System.Net.Sockets;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

/// <summary>Hosts that what we fetch names: SSRF, credentials, and pages of any status.</summary>
public sealed class StrangerTests
{
    private const string Secret = "hunter2-Ω";
    private static readonly string Basic = Secrets.Basic("me:" + Secret);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("200 OK")]
    [InlineData("404 Not Found")]
    [InlineData("401 Unauthorized")]
    [InlineData("403 Forbidden")]
    [InlineData("410 Gone")]
    public async Task A_page_of_any_status_is_an_answer_at_once(string status)
    {
        await using var server = new HostileServer(Status(status, "<meta>"));
        using var client = Client();
        var page = await PageAsync(client, server.Url + "/m?go-get=1");
        Assert.Equal((int.Parse(status[..3], System.Globalization.CultureInfo.InvariantCulture), "<meta>", null, true), (page.Status, Rig.Text(page.Body), page.Fault, page.IsWhole));
        Assert.Equal("/m?go-get=1", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task A_page_that_fails_for_a_moment_is_asked_for_again()
    {
        await using var server = new HostileServer(InTurn(Status("503 Service Unavailable"), ResetInBody("<me", 10), Ok("<meta>")));
        using var client = Client();
        Assert.Equal("<meta>", Rig.Text((await PageAsync(client, server.Url + "/m")).Body));
    }

    [Fact]
    public async Task A_page_that_keeps_failing_is_shown_as_it_is()
    {
        await using var server = new HostileServer(Status("503 Service Unavailable", "<meta>"));
        using var client = Client();
        var page = await PageAsync(client, server.Url + "/m");
        Assert.Equal((503, "<meta>", null, 3), (page.Status, Rig.Text(page.Body), page.Fault, server.Requests.Count));
    }

    [Fact]
    public async Task A_page_without_a_told_end_says_that_it_may_be_cut()
    {
        await using var server = new HostileServer(Raw("HTTP/1.1 200 OK\r\n\r\n<meta>"));
        using var client = Client();
        var page = await PageAsync(client, server.Url + "/m");
        Assert.Equal(("<meta>", false), (Rig.Text(page.Body), page.IsWhole));
    }

    [Fact]
    public async Task A_page_over_its_bound_is_refused_announced_or_not()
    {
        await using var announced = new HostileServer(Ok(new string('x', 101)));
        await using var endless = new HostileServer(Endless());
        using var client = Client();
        foreach (var server in new[] { announced, endless })
        {
            var page = await PageAsync(client, server.Url + "/m", maxBytes: 100);
            Assert.Equal((0, FaultKind.TooLarge), (page.Status, page.Fault));
            Assert.Single(server.Requests);
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("169.254.169.254")]
    [InlineData("[::1]")]
    [InlineData("2130706433")]
    [InlineData("name.test")]
    public async Task SSRF_by_a_stranger_s_own_host_at_a_private_address_is_refused(string host)
    {
        await using var inside = new HostileServer(Ok("secret"));
        using var client = Client(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var page = await PageAsync(client, $"http://{host}:{inside.Port}/", mayBePrivate: false);
        Assert.Equal((0, FaultKind.NotPublic, 0), (page.Status, page.Fault, inside.Connections));
        Assert.Contains("not public", page.Said.Replace("not a public", "not public", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SSRF_by_an_outgoing_proxy_that_would_dial_a_private_address_is_refused()
    {
        await using var proxy = new HostileServer(Ok("secret"));
        using var client = new StrangerClient(Rig.Quick, TimeProvider.System, (_, _) => throw new InvalidOperationException(), name => name == "HTTP_PROXY" ? proxy.Url : null);
        Assert.Equal(FaultKind.NotPublic, (await PageAsync(client, "http://169.254.169.254/", mayBePrivate: false)).Fault);
        Assert.Equal(0, proxy.Connections);
    }

    [Fact]
    public async Task SSRF_by_a_redirect_of_a_stranger_to_itself_is_refused()
    {
        // Allowed at 127.0.0.2 only: the redirect stays within the origin, whose name now leads inside.
        await using var server = new HostileServer(RedirectTo("http://127.0.0.1:1/"), at: IPAddress.Parse("127.0.0.2"));
        using var client = Client(Rig.Quick with { PrivateNetworks = [IPNetwork.Parse("127.0.0.2/32")] });
        Assert.Equal(FaultKind.RedirectRefused, (await PageAsync(client, server.Url + "/", mayBePrivate: false)).Fault);
    }

    [Fact]
    public async Task A_private_host_may_not_lead_to_another_private_one()
    {
        await using var inside = new HostileServer(Ok("secret"));
        await using var server = new HostileServer(RedirectTo(inside.Url + "/"));
        using var client = Client();
        var page = await PageAsync(client, server.Url + "/");
        Assert.Equal((FaultKind.RedirectRefused, 0), (page.Fault, inside.Connections));
    }

    [Fact]
    public async Task Credentials_go_to_the_page_s_own_origin_only()
    {
        await using var other = new HostileServer(Ok("x"), at: IPAddress.Parse("127.0.0.2"));
        await using var server = new HostileServer(InTurn(RedirectTo("/there"), RedirectTo(other.Url + "/x")));
        using var client = Client(Rig.Quick with { PrivateNetworks = Rig.Loopback });
        var page = await client.GetPageAsync(new Uri(server.Url + "/m"), true, "me:" + Secret, 100, Token);
        Assert.Equal(new Uri(other.Url + "/x"), page.Final);
        Assert.Equal([Basic, Basic], server.Requests.Select(r => r["Authorization"]));
        Assert.Null(Assert.Single(other.Requests)["Authorization"]);
    }

    [Fact]
    public async Task Credentials_are_not_sent_in_the_clear()
    {
        await using var server = new HostileServer(Ok("x"));
        using var client = Client(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        await client.GetPageAsync(new Uri($"http://name.test:{server.Port}/"), true, "me:" + Secret, 100, Token);
        Assert.Null(Assert.Single(server.Requests)["Authorization"]);
    }

    [Fact]
    public async Task Secrets_that_a_server_repeats_are_not_shown()
    {
        await using var server = new HostileServer(exchange => exchange.AnswerAsync("503 Busy", $"no {Basic} me:{Secret} {Secret}", "Retry-After: 60", "Content-Type: text/plain"));
        using var client = Client();
        var page = await client.GetPageAsync(new Uri(server.Url + "/"), true, "me:" + Secret, 100, Token);
        Assert.Equal((503, "HTTP 503 Busy: no Basic *** *** ***"), (page.Status, page.Said));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, nameof(FaultKind.NoSuchHost))]
    [InlineData(SocketError.NoData, nameof(FaultKind.NoSuchHost))]
    [InlineData(SocketError.TryAgain, nameof(FaultKind.Unreachable))]
    public async Task A_name_that_does_not_exist_differs_from_a_resolver_that_fails(SocketError error, string kind)
    {
        using var client = Client(resolve: (_, _) => throw new SocketException((int)error));
        Assert.Equal(kind, (await PageAsync(client, "https://name.test/")).Fault.ToString());
    }

    [Fact]
    public async Task An_untrusted_certificate_is_a_TLS_fault()
    {
        using var authority = new TestAuthority();
        await using var server = new HostileServer(Ok("x"), authority.Issue());
        using var client = Client();
        Assert.Equal(FaultKind.Tls, (await PageAsync(client, server.Url + "/")).Fault);
        using var trusting = Client(Rig.Quick with { CaBundle = authority.PemPath });
        Assert.Equal(200, (await PageAsync(trusting, server.Url + "/")).Status);
    }

    [Fact]
    public async Task A_silent_host_is_asked_once()
    {
        await using var server = new HostileServer(Stall());
        using var client = Client(Rig.Quick with { ResponseTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(FaultKind.Timeout, (await PageAsync(client, server.Url + "/")).Fault);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Only_a_GET_follows_a_redirect()
    {
        await using var server = new HostileServer(InTurn(RedirectTo("/there"), Ok("x")));
        using var client = Client();
        var page = await client.AskAsync(new Ask(new Uri(server.Url + "/")) { IsTrusted = true, Method = HttpMethod.Post, Content = _ => new ByteArrayContent([1]) }, 100, Token);
        Assert.Equal((FaultKind.RedirectRefused, 1), (page.Fault, server.Requests.Count));
    }

    [Fact]
    public async Task Whoever_asks_may_leave_at_any_time()
    {
        await using var server = new HostileServer(Stall());
        using var client = Client();
        using var leave = new CancellationTokenSource();
        var page = client.GetPageAsync(new Uri(server.Url + "/"), true, null, 100, leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => page);
    }

    private static StrangerClient Client(UpstreamOptions? options = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        new(options ?? Rig.Quick, TimeProvider.System, resolve ?? ((host, ct) => Dns.GetHostAddressesAsync(host, ct)), _ => null);

    private static Task<PageAnswer> PageAsync(StrangerClient client, string url, bool mayBePrivate = true, int maxBytes = 1 << 20) =>
        client.GetPageAsync(new Uri(url), mayBePrivate, null, maxBytes, Token);
}
