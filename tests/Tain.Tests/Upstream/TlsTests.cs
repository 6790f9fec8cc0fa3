using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Upstream;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority authority = new();

    public void Dispose() => authority.Dispose();

    [Fact]
    public async Task A_company_s_root_is_trusted_beside_the_system_s()
    {
        using var certificate = authority.Issue();
        await using var server = new HostileServer(Ok("x"), certificate);
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath });
        Assert.Equal("x", Rig.Text((await rig.GetAsync(server)).Body));
    }

    [Fact]
    public async Task An_unknown_root_is_Tls_and_says_what_to_do_and_is_not_asked_again()
    {
        using var certificate = authority.Issue();
        await using var server = new HostileServer(Ok("x"), certificate);
        using var rig = new Rig();
        await Refused(rig, server, "TLS: the certificate of 127.0.0.1 is not trusted (");
        using var other = new TestAuthority();
        using var wrong = new Rig(Rig.Quick with { CaBundle = other.PemPath });
        await Refused(wrong, server, "if your company issues it, name its root in upstream.ca-bundle");
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Another_name_is_refused_whoever_issued_it()
    {
        using var certificate = authority.Issue("mods.example");
        await using var server = new HostileServer(Ok("x"), certificate);
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath });
        await Refused(rig, server, "TLS: the certificate is not for 127.0.0.1 but for mods.example");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        using var certificate = authority.Issue(isExpired: true);
        await using var server = new HostileServer(Ok("x"), certificate);
        using var rig = new Rig(Rig.Quick with { CaBundle = authority.PemPath });
        await Refused(rig, server, "NotTimeValid");
    }

    [Fact]
    public async Task A_server_that_does_not_speak_TLS_is_Tls()
    {
        await using var server = new HostileServer(Ok("x"));
        using var rig = new Rig(Rig.Quick with { Tries = 1 });
        var answer = await rig.GetAsync(server.Url.Replace("http:", "https:", StringComparison.Ordinal));
        Assert.Equal(FaultKind.Tls, answer.Attempt.Fault);
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read")]
    public void A_bundle_that_is_none_stops_the_start(string text, string said)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            var error = Assert.Throws<InvalidDataException>(() => new Rig(Rig.Quick with { CaBundle = path }));
            Assert.Contains("upstream.ca-bundle: " + path, error.Message, StringComparison.Ordinal);
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task Refused(Rig rig, HostileServer server, string said)
    {
        var answer = await rig.GetAsync(server);
        Assert.Equal((FaultKind.Tls, 1), (answer.Attempt.Fault, answer.Attempt.Tries));
        Assert.Contains(said, answer.Attempt.Said, StringComparison.Ordinal);
    }
}
