using Tain.Doctor.Npm;

namespace Tain.Tests.Doctor.Npm;

public sealed class NpmSecretTests
{
    [Theory]
    [InlineData("npm_S3CR3Tcanary0000", true)]
    [InlineData("UzNDUjNUY2FuYXJ5MDAwMA==", true)]
    [InlineData("00000000-0000-0000-0000-000000000001", true)]
    [InlineData("${NPM_TOKEN}", false)]
    [InlineData("$NPM_TOKEN", false)]
    [InlineData("%NPM_TOKEN%", false)]
    [InlineData("<TOKEN>", false)]
    [InlineData("NPM_TOKEN", false)]
    [InlineData("xxxxxxxxxxxx", false)]
    [InlineData("your-token-here", false)]
    [InlineData("__TOKEN__", false)]
    [InlineData("", false)]
    public void A_placeholder_is_no_secret(string value, bool isSecret) => Assert.Equal(isSecret, NpmSecret.IsLiteral(value));

    [Theory]
    [InlineData("https://ci:hunter2secret@npm.acme.example/", true)]
    [InlineData("https://ci:$TOKEN@npm.acme.example/", false)]
    [InlineData("https://ci@npm.acme.example/", false)]
    [InlineData("https://npm.acme.example/@acme/ui", false)]
    public void A_password_in_an_address_is_one(string url, bool hasPassword) => Assert.Equal(hasPassword, RegistryUrl.HasPassword(url));

    [Theory]
    [InlineData("https://NPM.acme.example:8443/x", "npm.acme.example")]
    [InlineData("http://u:p@npm.acme.example", "npm.acme.example")]
    [InlineData("http://[::1]:4873/", "[::1]")]
    [InlineData("git+ssh://git@github.com/a/b", null)]
    [InlineData("https://", null)]
    public void A_host_is_read_from_an_address(string url, string? host) => Assert.Equal(host, RegistryUrl.HostOrNull(url));
}
