using Tain.Doctor;

namespace Tain.Tests.Doctor;

public sealed class HostsTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("LocalHost", true)]
    [InlineData("127.3.2.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("::1/128", true)]
    [InlineData("a.localhost", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("0.0.0.0:5000", true)]
    [InlineData("host.docker.internal", true)]
    [InlineData("Host.Docker.Internal:3000", true)]
    [InlineData("gateway.docker.internal", true)]
    [InlineData("host.containers.internal:5000", true)]
    [InlineData("0.0.0.0/0", false)]
    [InlineData("127.0.0.0/1", false)]
    [InlineData("localhost.corp.example", false)]
    [InlineData("127.0.0.1.corp.example", false)]
    [InlineData("nexus.docker.internal", false)]
    [InlineData("10.0.0.1:5000", false)]
    [InlineData("", false)]
    public void This_machine_is_no_network(string host, bool isHere) => Assert.Equal(isHere, Hosts.IsHere(host));

    [Theory]
    [InlineData("git.acme.internal", true)]
    [InlineData("git.acme.Internal:8443", true)]
    [InlineData("forge.lan", true)]
    [InlineData("nas.home.arpa", true)]
    [InlineData("svc.cluster.local", true)]
    [InlineData("internal", false)]
    [InlineData("internal.acme.example", false)]
    [InlineData("", false)]
    public void Some_names_are_known_inside_only(string host, bool isInternal) => Assert.Equal(isInternal, Hosts.IsInternal(host));

    [Theory]
    [InlineData("acme.example:8443", "acme.example")]
    [InlineData("acme.example", "acme.example")]
    [InlineData("[::1]:5000", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("::1", "::1")]
    [InlineData("", "")]
    public void A_port_is_no_part_of_the_name(string host, string name) => Assert.Equal(name, Hosts.WithoutPort(host));

    [Theory]
    [InlineData("proxy.golang.org", true, false)]
    [InlineData("proxy.golang.org:443", true, false)]
    [InlineData("gocenter.io", true, true)]
    [InlineData("gocenter.io:8443", true, true)]
    [InlineData("goproxy.corp.example:8443", false, false)]
    public void A_public_proxy_is_one_on_any_port(string host, bool isPublic, bool isRetired)
    {
        Assert.Equal(isPublic, Tain.Doctor.Go.KnownProxies.IsPublic(host));
        Assert.Equal(isRetired, Tain.Doctor.Go.KnownProxies.IsRetired(host));
    }
}
