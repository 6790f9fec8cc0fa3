using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tain.Ecosystems.Go.Git;
using Tain.Tests.Upstream;
using Tain.Upstream;
using static Tain.Tests.Upstream.HostileServer;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Tokens of a GitHub App, from a server that does what a test says.</summary>
public sealed class GitHubAppTests : IDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly string file = Path.GetTempFileName();
    private readonly ManualTime time = new();

    public GitHubAppTests() => File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        key.Dispose();
        File.Delete(file);
    }

    [Fact]
    public async Task An_installation_s_token_is_asked_for_with_a_signed_statement()
    {
        await using var api = new HostileServer(Tokens());
        await using var rig = Rig(api);
        Assert.Equal("x-access-token:ghs_1", await rig.Access.CredentialsAsync(new Uri("https://corp.test/a"), Token));

        var request = Assert.Single(api.Requests);
        Assert.Equal(("POST", "/api/v3/app/installations/42/access_tokens", "application/vnd.github+json"), (request.Method, request.Target, request["Accept"]));
        var parts = request["Authorization"]!["Bearer ".Length..].Split('.');
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal("""{"alg":"RS256","typ":"JWT"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(("Iv1.a", now - 60, now + 540), (claims.RootElement.GetProperty("iss").GetString(), claims.RootElement.GetProperty("iat").GetInt64(), claims.RootElement.GetProperty("exp").GetInt64()));
    }

    [Fact]
    public async Task A_token_is_kept_until_five_minutes_before_its_end()
    {
        await using var api = new HostileServer(Tokens());
        await using var rig = Rig(api);
        Assert.Equal("ghs_1", await TokenAsync(rig));
        time.Advance(TimeSpan.FromMinutes(55) - TimeSpan.FromSeconds(1));
        Assert.Equal("ghs_1", await TokenAsync(rig));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("ghs_2", await TokenAsync(rig));
    }

    [Fact]
    public async Task Many_who_need_a_token_ask_for_one_and_who_leaves_takes_nobody_along()
    {
        var go = new TaskCompletionSource();
        var tokens = Tokens();
        await using var api = new HostileServer(async exchange =>
        {
            await go.Task.WaitAsync(exchange.Stopped);
            await tokens(exchange);
        });
        await using var rig = Rig(api);
        using var leaves = new CancellationTokenSource();
        var first = rig.Access.CredentialsAsync(new Uri("https://corp.test/a"), leaves.Token).AsTask();
        var others = Enumerable.Range(0, 20).Select(_ => TokenAsync(rig)).ToList();
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        go.SetResult();
        Assert.All(await Task.WhenAll(others), token => Assert.Equal("ghs_1", token));
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_not_used_again()
    {
        await using var api = new HostileServer(Tokens());
        await using var server = new HostileServer(Status("401 Unauthorized"));
        await using var rig = Rig(api, server.Url["http://".Length..]);
        for (var i = 1; i <= 2; i++)
        {
            var (passage, _, _) = await rig.ListAsync(server.Url + "/a");
            Assert.Equal(FaultKind.Refused, passage.Fault!.Fault);
            Assert.Equal(Secrets.Basic("x-access-token:ghs_" + i), server.Requests[^1]["Authorization"]);
        }
    }

    [Theory]
    [InlineData("401 Unauthorized", "", nameof(FaultKind.Refused), "was refused a token, HTTP 401: check app, installation, app-key, and this machine's clock")]
    [InlineData("404 Not Found", "", nameof(FaultKind.Refused), "was refused a token, HTTP 404")]
    [InlineData("503 Busy", "", nameof(FaultKind.ServerError), "got no token: HTTP 503")]
    [InlineData("201 Created", "{", nameof(FaultKind.Malformed), "got an answer without a token")]
    [InlineData("201 Created", "[]", nameof(FaultKind.Malformed), "got an answer without a token")]
    [InlineData("201 Created", """{"token":1,"expires_at":"2026-01-01T01:00:00Z"}""", nameof(FaultKind.Malformed), "got an answer without a token")]
    [InlineData("201 Created", """{"token":"x"}""", nameof(FaultKind.Malformed), "got an answer without a token")]
    public async Task No_token_is_told_in_clear_words_without_a_secret(string status, string body, string fault, string said)
    {
        await using var api = new HostileServer(exchange => exchange.AnswerAsync(status, body));
        await using var rig = Rig(api);
        var e = await Assert.ThrowsAsync<RepositoryException>(() => TokenAsync(rig));
        Assert.Equal(fault, e.Fault.ToString());
        Assert.StartsWith("the GitHub App Iv1.a of corp.test (go.git.hosts) " + said, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", e.Message, StringComparison.Ordinal);

        // The next one asks anew.
        await Assert.ThrowsAsync<RepositoryException>(() => TokenAsync(rig));
        Assert.True(api.Requests.Count >= 2);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_told_without_its_text()
    {
        await using var api = new HostileServer(Tokens());
        await using var rig = Rig(api);
        await File.WriteAllTextAsync(file, "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n", Token);
        var e = await Assert.ThrowsAsync<RepositoryException>(() => TokenAsync(rig));
        Assert.Equal(FaultKind.Refused, e.Fault);
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    private static async Task<string> TokenAsync(GitRig rig) =>
        (await rig.Access.CredentialsAsync(new Uri("https://corp.test/a"), Token) ?? throw new InvalidOperationException("There is none."))["x-access-token:".Length..];

    private Func<HostileExchange, Task> Tokens() => exchange => exchange.AnswerAsync("201 Created",
        string.Create(CultureInfo.InvariantCulture, $$"""{"token":"ghs_{{exchange.Request.Number}}","expires_at":"{{time.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}"""), "Content-Type: application/json");

    private GitRig Rig(HostileServer api, string host = "corp.test") => new(
        new GitOptions { Hosts = [new GitHost(host) { AppId = "Iv1.a", AppInstallation = "42", AppKey = file, AppApi = new Uri(api.Url + "/api/v3") }] }, Upstream.Rig.Quick, time: time);
}
