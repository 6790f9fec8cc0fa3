using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tain.Ecosystems.Go;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>Pushes that are told to the server, and branches that only its API can name.</summary>
public sealed class PushTests : IDisposable
{
    private const string Module = "corp.example/lib";
    private const string Secret = "a secret";
    private readonly string _secretFile = Path.GetTempFileName();

    public PushTests() => File.WriteAllText(_secretFile, Secret + "\n");

    public void Dispose() => File.Delete(_secretFile);

    [Theory]
    [InlineData("github")]
    [InlineData("gitlab")]
    [InlineData("gitea")]
    public async Task A_push_makes_the_lists_of_the_repositorys_modules_new_at_once(string host)
    {
        await using var rig = await DirectRig.StartAsync(Hooked);
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"), ("sub/go.mod", $"module {Module}/sub\n"));
        repository.Tag("v1.0.0");
        repository.Tag("sub/v1.0.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/sub/@v/list"));
        Assert.Equal(404, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Status);
        repository.Tag("v1.1.0");
        repository.Tag("sub/v1.2.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));

        var (status, body) = await PushAsync(rig, host, Secret);
        Assert.Equal((200, "refreshed: 2 modules\n"), (status, body));
        Assert.Equal((200, "v1.0.0\nv1.1.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        Assert.Equal((200, "v1.0.0\nv1.2.0\n"), await rig.Tain.ReadAsync($"go/{Module}/sub/@v/list"));
        Assert.Equal(200, (await rig.Tain.ReadAsync($"go/{Module}/@v/v1.1.0.info")).Status);
    }

    [Theory]
    [InlineData("github")]
    [InlineData("gitlab")]
    [InlineData("gitea")]
    public async Task A_push_without_the_secret_is_refused_and_refreshes_nothing(string host)
    {
        await using var rig = await DirectRig.StartAsync(Hooked);
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Tag("v1.0.0");
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
        repository.Tag("v1.1.0");
        rig.Hosts.ForgetRequests();
        Assert.Equal(403, (await PushAsync(rig, host, "another")).Status);
        Assert.Empty(rig.Hosts.Requests);
        Assert.Equal((200, "v1.0.0\n"), await rig.Tain.ReadAsync($"go/{Module}/@v/list"));
    }

    [Fact]
    public async Task Hooks_without_a_secret_and_other_requests_to_them_are_refused()
    {
        await using var rig = await DirectRig.StartAsync();
        Assert.Equal(403, (await PushAsync(rig, "github", Secret)).Status);
        Assert.Equal(404, (await PushAsync(rig, "other", Secret)).Status);
        Assert.Equal(405, (await rig.Tain.ReadAsync("api/v1/hooks/github")).Status);
        using var elsewhere = await rig.Tain.Client.PostAsync(new Uri("go/x", UriKind.Relative), new StringContent("{}"));
        Assert.Equal(405, (int)elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_branch_with_a_slash_resolves_by_the_api()
    {
        await using var rig = await DirectRig.StartAsync();
        var repository = rig.Repository(Module);
        repository.Commit(("go.mod", $"module {Module}\n"));
        repository.Run("checkout", "-q", "-b", "feature/x");
        var commit = repository.Commit(("go.mod", $"module {Module}\n"), ("x", "x"));
        var (status, body) = await rig.Tain.ReadAsync($"api/v1/go/resolve?module={Module}&ref=feature/x");
        Assert.True(status == 200, body);
        var info = JsonDocument.Parse(body).RootElement;
        Assert.Equal($"v0.0.0-20240101120200-{commit[..12]}", info.GetProperty("Version").GetString());
        Assert.Equal("refs/heads/feature/x", info.GetProperty("Origin").GetProperty("Ref").GetString());
        Assert.Equal(404, (await rig.Tain.ReadAsync($"api/v1/go/resolve?module={Module}&ref=feature/none")).Status);
    }

    [Theory]
    [InlineData("module=corp.example/lib")]
    [InlineData("ref=main")]
    [InlineData("module=Corp&ref=main")]
    [InlineData("module=corp.example/lib&ref=--upload-pack=x")]
    [InlineData("module=corp.example/lib&ref=a..b")]
    [InlineData("module=corp.example/lib&ref=a//b")]
    [InlineData("module=corp.example/lib&ref=a.lock")]
    [InlineData("module=corp.example/lib&ref=a:b")]
    [InlineData("module=corp.example/lib&ref=latest")]
    public async Task What_is_no_module_or_ref_asks_nobody(string query)
    {
        await using var rig = await DirectRig.StartAsync();
        rig.Repository(Module);
        Assert.Equal(404, (await rig.Tain.ReadAsync("api/v1/go/resolve?" + query)).Status);
        Assert.Empty(rig.Hosts.Requests);
    }

    private GoOptions Hooked(GoOptions go) => go with { Direct = go.Direct with { HookSecretFile = _secretFile } };

    private static async Task<(int Status, string Body)> PushAsync(DirectRig rig, string host, string secret)
    {
        var body = host == "gitlab"
            ? $$$"""{"object_kind":"tag_push","project":{"git_http_url":"https://{{{Module}}}.git","git_ssh_url":"git@corp.example:lib.git"}}"""
            : $$$"""{"ref":"refs/tags/v1.1.0","repository":{"full_name":"lib","clone_url":"https://{{{Module}}}.git","ssh_url":"git@corp.example:lib.git"}}""";
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/hooks/" + host) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var (name, value) = host switch
        {
            "gitlab" => ("X-Gitlab-Token", secret),
            "gitea" => ("X-Gitea-Signature", mac),
            _ => ("X-Hub-Signature-256", "sha256=" + mac),
        };
        request.Headers.Add(name, value);
        using var response = await rig.Tain.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
