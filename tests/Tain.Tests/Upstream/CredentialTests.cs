using System.Net;
using System.Text;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

/// <summary>Credentials leaking on redirect; secrets in logs.</summary>
public sealed class CredentialTests : IDisposable
{
    private const string Secret = "hunter2-Ω";
    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret));
    private readonly string netrc = Path.GetTempFileName();

    public void Dispose() => File.Delete(netrc);

    [Fact]
    public async Task A_URL_s_password_goes_to_its_origin()
    {
        await using var server = new HostileServer(Ok("x"));
        using var rig = new Rig();
        await rig.GetAsync(WithPassword(server));
        Assert.Equal(Basic, server.Requests[0]["Authorization"]);
    }

    [Fact]
    public async Task A_redirect_within_the_origin_keeps_the_password()
    {
        await using var server = new HostileServer(InTurn(RedirectTo("/there"), Ok("x")));
        using var rig = new Rig();
        await rig.GetAsync(WithPassword(server));
        Assert.Equal(Basic, server.Requests[1]["Authorization"]);
    }

    [Theory]
    [InlineData("127.0.0.1")] // same host, another port
    [InlineData("127.0.0.2")]
    public async Task Credentials_never_cross_a_redirect_to_another_origin(string address)
    {
        await File.WriteAllTextAsync(netrc, $"machine 127.0.0.1 login me password {Secret}\nmachine 127.0.0.2 login me password {Secret}", TestContext.Current.CancellationToken);
        await using var other = new HostileServer(Ok("x"), at: IPAddress.Parse(address));
        await using var server = new HostileServer(RedirectTo(other.Url + "/x"));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Rig.Loopback, Netrc = netrc });
        Assert.Equal("x", Rig.Text((await rig.GetAsync(WithPassword(server))).Body));
        Assert.Equal(Basic, server.Requests[0]["Authorization"]);
        Assert.Null(Assert.Single(other.Requests)["Authorization"]);
    }

    [Fact]
    public async Task Credentials_are_not_sent_when_a_stranger_leads_back()
    {
        HostileServer? source = null;
        await using var back = new HostileServer(exchange => exchange.AnswerAsync("302 Found", "", $"Location: {source!.Url}/admin"), at: IPAddress.Parse("127.0.0.2"));
        await using var server = source = new HostileServer(InTurn(RedirectTo(back.Url + "/"), Ok("x")));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Rig.Loopback });
        await rig.GetAsync(WithPassword(server));
        Assert.Equal([Basic, null], server.Requests.Select(r => r["Authorization"]));
    }

    [Fact]
    public async Task Credentials_do_not_follow_from_http_to_https_of_the_same_host()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var secure = new HostileServer(Ok("x"), certificate);
        await using var server = new HostileServer(RedirectTo(secure.Url + "/x"));
        using var rig = new Rig(Rig.Quick with { PrivateNetworks = Rig.Loopback, CaBundle = authority.PemPath });
        await rig.GetAsync(WithPassword(server));
        Assert.Null(Assert.Single(secure.Requests)["Authorization"]);
    }

    [Fact]
    public async Task A_netrc_file_serves_its_host_and_a_URL_s_own_password_wins()
    {
        await File.WriteAllTextAsync(netrc, $"machine 127.0.0.1\n  login me\n  password {Secret}\ndefault login x password y\n", TestContext.Current.CancellationToken);
        await using var server = new HostileServer(Ok("x"));
        await using var other = new HostileServer(Ok("x"), at: IPAddress.Parse("127.0.0.2"));
        using var rig = new Rig(Rig.Quick with { Netrc = netrc });
        await rig.GetAsync(server);
        await rig.GetAsync($"http://url:own@127.0.0.1:{server.Port}");
        await rig.GetAsync(other);
        Assert.Equal(Basic, server.Requests[0]["Authorization"]);
        Assert.Equal("Basic " + Convert.ToBase64String("url:own"u8), server.Requests[1]["Authorization"]);
        Assert.Null(other.Requests[0]["Authorization"]);
    }

    [Fact]
    public async Task Credentials_never_leave_the_machine_in_the_clear()
    {
        await File.WriteAllTextAsync(netrc, $"machine mods.test login me password {Secret}", TestContext.Current.CancellationToken);
        await using var server = new HostileServer(Status("401 Unauthorized", "who?"));
        using var rig = new Rig(Rig.Quick with { Netrc = netrc }, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var answer = await rig.GetAsync($"http://mods.test:{server.Port}");
        var direct = await rig.Client.GetSmallAsync(Rig.Source($"http://mods.test:{server.Port}") with { UserInfo = "me:" + Secret }, "x", 10, null, TestContext.Current.CancellationToken);
        Assert.Equal(FaultKind.Refused, direct.Attempt.Fault);
        Assert.All(server.Requests, r => Assert.Null(r["Authorization"]));
        Assert.Equal("HTTP 401 Unauthorized: upstream.netrc has a password for it, which is not sent over http", answer.Attempt.Said);
    }

    [Theory]
    [InlineData("you sent {0}")]
    [InlineData("password {1} is wrong")]
    [InlineData("bad {2}")]
    public async Task A_server_that_repeats_our_secrets_does_not_get_them_into_a_message(string echo)
    {
        var body = string.Format(System.Globalization.CultureInfo.InvariantCulture, echo, Basic, Secret, "me:" + Secret);
        await using var server = new HostileServer(Status("403 Forbidden", body));
        using var rig = new Rig();
        var answer = await rig.GetAsync(WithPassword(server));
        Assert.Contains("***", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", answer.Attempt.Said, StringComparison.Ordinal);
        Assert.DoesNotContain(Basic[6..], answer.Attempt.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", answer.Attempt.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", rig.Health.States()[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("machine a.x login u password p", "u:p")]
    [InlineData("machine a.x\n\tlogin u\n\tpassword p\n\taccount q\n", "u:p")]
    [InlineData("machine b.x login u password q machine a.x login u password p", "u:p")]
    [InlineData("machine a.x login u password p\nmachine a.x login u password second", "u:p")]
    [InlineData("# comment\nmachine A.X password p login u # comment", "u:p")]
    [InlineData("machine a.x login u password #p#", "u:#p#")]
    [InlineData("machine a.x login u password \"p \\\" q\"", "u:p \" q")]
    [InlineData("macdef init\ncd x\nmachine a.x login m password m\n\nmachine a.x login u password p", "u:p")]
    [InlineData("machine a.x login u\nmachine b.x password p", null)]
    [InlineData("default login u password p", null)]
    [InlineData("machine aa.x login u password p", null)]
    [InlineData("", null)]
    [InlineData("machine a.x\r\nlogin u\r\npassword p\r\n", "u:p")]
    [InlineData("machine a.x login machine password default", "machine:default")]
    public void A_netrc_file_is_read_as_others_read_it(string text, string? credentials)
    {
        Assert.True(Netrc.TryParse(text, out var parsed, out var error), error);
        Assert.Equal(credentials, parsed.ForHost("a.x"));
    }

    [Theory]
    [InlineData("machine a.x login u password correct horse", "line 1: a word that is none of")]
    [InlineData("login u password p", "line 1: login stands before any machine")]
    [InlineData("machine a.x\nlogin", "line 2: login has no value")]
    [InlineData("machine", "line 1: machine has no name")]
    [InlineData("machine a.x\nlogin u\npassword \"horse", "line 3: password has no value")]
    public void A_bad_netrc_file_is_refused_without_repeating_it(string text, string said)
    {
        Assert.False(Netrc.TryParse(text, out _, out var error));
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_netrc_file_that_is_not_there_names_the_setting()
    {
        var error = Assert.Throws<InvalidDataException>(() => new Rig(Rig.Quick with { Netrc = netrc + ".missing" }));
        Assert.StartsWith("upstream.netrc: ", error.Message, StringComparison.Ordinal);
    }

    private static string WithPassword(HostileServer server) => server.Url.Replace("://", "://me:" + Uri.EscapeDataString(Secret) + "@", StringComparison.Ordinal);
}
