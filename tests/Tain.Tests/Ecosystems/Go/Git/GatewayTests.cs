using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tain.Ecosystems.Go.Git;
using Tain.Tests.Upstream;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>The real git over http(s), by the gateway.</summary>
public sealed class GatewayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("protocol.version=2")]
    [InlineData("protocol.version=1")]
    [InlineData("protocol.version=0")]
    public async Task Git_lists_and_clones_through_the_gateway(string version)
    {
        await using var rig = new GitRig();
        var head = await rig.CreateAsync(commits: 3, bytes: 300_000);
        await using var server = await GitServer.StartAsync(rig.Root);
        var (passage, code, output) = await rig.GitAsync(server.Url + "/a.git", true, "-c", version, "ls-remote", "URL");
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.Contains($"{head}\trefs/heads/main", output, StringComparison.Ordinal);

        (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git", "-c", version);
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.Equal(head, (await GitRig.RunAsync(null, "-C", Path.Combine(rig.Folder, "clone.git"), "rev-parse", "main")).Output.Trim());
        Assert.Equal("", (await GitRig.RunAsync(null, "-C", Path.Combine(rig.Folder, "clone.git"), "fsck", "--full")).Output);
    }

    [Fact]
    public async Task Git_clones_from_a_server_that_has_only_files()
    {
        await using var rig = new GitRig();
        var head = await rig.CreateAsync(commits: 3);
        await using var server = await GitServer.StartAsync(rig.Root, isDumb: true);
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.Equal(head, (await GitRig.RunAsync(null, "-C", Path.Combine(rig.Folder, "clone.git"), "rev-parse", "main")).Output.Trim());
        Assert.Contains(server.Requests, r => r.Contains("/objects/pack/pack-", StringComparison.Ordinal) || r.Contains("/objects/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http.postBuffer=1048576", "gzip")]
    [InlineData("http.postBuffer=65536", "chunked")]
    public async Task Long_questions_arrive_packed_or_in_pieces(string setting, string encoding)
    {
        await using var rig = new GitRig();
        await rig.CreateAsync(commits: 2000);
        await using var server = await GitServer.StartAsync(rig.Root);
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git", "-c", setting);
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.Contains(encoding, server.Encodings);
        Assert.Equal("2001", (await GitRig.RunAsync(null, "-C", Path.Combine(rig.Folder, "clone.git"), "for-each-ref", "--format=x")).Output.Count(c => c == 'x').ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_reset_before_the_answer_is_tried_again()
    {
        var first = new HashSet<string>();
        await using var rig = new GitRig();
        await rig.CreateAsync();
        await using var server = await GitServer.StartAsync(rig.Root, context =>
        {
            if (!first.Add(context.Request.Path))
                return Task.FromResult(false);
            context.Abort();
            return Task.FromResult(true);
        });
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.True(code == 0 && passage.Fault is null, output);
    }

    [Theory]
    [InlineData("right", null, null)]
    [InlineData("wrong", nameof(FaultKind.Refused), "the credentials for HOST were refused: HTTP 401 Unauthorized")]
    [InlineData(null, nameof(FaultKind.NotFound), "HOST asks for a password, none is configured for HOST (upstream.netrc, go.git.hosts)")]
    public async Task A_token_opens_a_private_repository(string? token, string? fault, string? said)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, token + "\nnot this\n", Token);
        var basic = Secrets.Basic("x-access-token:right");
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var server = await GitServer.StartAsync(made.Root, Asks(basic));
        var host = server.Url["http://".Length..];
        await using var rig = new GitRig(new GitOptions { Hosts = token is null ? [] : [new GitHost(host) { TokenFile = file }] });
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.Equal(fault is null, code == 0);
        Assert.Equal((fault, said?.Replace("HOST", host, StringComparison.Ordinal), false), (passage.Fault?.Fault.ToString(), passage.Fault?.Message, passage.Fault?.Reached ?? false));
        Assert.DoesNotContain("Username", output, StringComparison.Ordinal);
        // git itself knows neither.
        Assert.DoesNotContain(passage.Config, c => c.Value.Contains("right", StringComparison.Ordinal) || c.Value.Contains(basic, StringComparison.Ordinal));

        // A token that was replaced is used at once.
        await File.WriteAllTextAsync(file, "right", Token);
        if (token is not null)
            Assert.Equal(0, (await rig.ListAsync(server.Url + "/a.git")).Code);
        File.Delete(file);
    }

    [Fact]
    public async Task A_netrc_opens_exactly_its_host_and_port()
    {
        var file = Path.GetTempFileName();
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var server = await GitServer.StartAsync(made.Root, Asks(Secrets.Basic("me:secret")));
        var host = server.Url["http://".Length..];
        await File.WriteAllTextAsync(file, $"machine {host} login me password secret", Token);
        await using (var rig = new GitRig(upstream: Rig.Quick with { Netrc = file }))
            Assert.Equal(0, (await rig.ListAsync(server.Url + "/a.git")).Code);
        await File.WriteAllTextAsync(file, "machine 127.0.0.1 login me password secret", Token);
        await using (var rig = new GitRig(upstream: Rig.Quick with { Netrc = file }))
            Assert.Equal(FaultKind.NotFound, (await rig.ListAsync(server.Url + "/a.git")).Passage.Fault!.Fault);
        Assert.Equal("", server.Authorizations.Last());
        File.Delete(file);
    }

    [Theory]
    [InlineData("https://corp.test/a", "me:secret")]
    [InlineData("https://CORP.test:443/a", "me:secret")]
    [InlineData("https://corp.test:8443/a", null)]
    [InlineData("http://corp.test/a", null)]
    [InlineData("http://corp.test:443/a", null)]
    [InlineData("https://sub.corp.test/a", null)]
    [InlineData("https://corp.test.evil.test/a", null)]
    [InlineData("https://token.test:8443/a", "x-access-token:t")]
    [InlineData("https://token.test/a", null)]
    [InlineData("http://token.test:8443/a", null)]
    public async Task Credentials_are_bound_to_their_origin(string url, string? expected)
    {
        var (netrc, token) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllTextAsync(netrc, "machine corp.test login me password secret", Token);
        await File.WriteAllTextAsync(token, "t", Token);
        await using var rig = new GitRig(new GitOptions { Hosts = [new GitHost("token.test:8443") { TokenFile = token }] }, Rig.Quick with { Netrc = netrc });
        Assert.Equal(expected, await rig.Access.CredentialsAsync(new Uri(url), Token));
        File.Delete(netrc);
        File.Delete(token);
    }

    [Fact]
    public async Task A_redirect_within_the_origin_keeps_token_and_trust_for_what_follows()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "right", Token);
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var server = await GitServer.StartAsync(made.Root, context => Redirects(context, "/old.git", "/a.git"));
        await using var rig = new GitRig(new GitOptions { Hosts = [new GitHost(server.Url["http://".Length..]) { TokenFile = file }] });
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/old.git", "clone.git");
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.DoesNotContain("POST /old.git/git-upload-pack", server.Requests);
        Assert.All(server.Authorizations, a => Assert.Equal(Secrets.Basic("x-access-token:right"), a));
        File.Delete(file);
    }

    [Fact]
    public async Task Credentials_never_cross_a_redirect_to_another_host()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "right", Token);
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var other = await GitServer.StartAsync(made.Root, at: IPAddress.Parse("127.0.0.2"));
        await using var server = await GitServer.StartAsync(made.Root, context => Redirects(context, "/a.git", other.Url + "/a.git"));
        await using var rig = new GitRig(
            new GitOptions { Hosts = [new GitHost(server.Url["http://".Length..]) { TokenFile = file }, new GitHost(other.Url["http://".Length..]) { TokenFile = file }] },
            Rig.Quick with { PrivateNetworks = [IPNetwork.Parse("127.0.0.2/32")] });
        var (passage, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.True(code == 0 && passage.Fault is null, output);
        Assert.Single(server.Requests);
        Assert.Contains("POST /a.git/git-upload-pack", other.Requests);
        Assert.All(other.Authorizations, a => Assert.Equal("", a));
        File.Delete(file);
    }

    [Fact]
    public async Task SSRF_by_a_name_that_resolves_differently_after_a_redirect_is_refused()
    {
        // 127.0.0.2 stands for the outside; from the second look-up on, the other host's name leads inside.
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var inside = await GitServer.StartAsync(made.Root);
        var port = new Uri(inside.Url).Port;
        await using var outside = new HostileServer(HostileServer.Ok("001e# service=git-upload-pack\n0000000eversion 2\n000cls-refs\n0012fetch=shallow\n0017object-format=sha1\n0000", "Content-Type: application/x-git-upload-pack-advertisement", "Connection: close"), at: IPAddress.Parse("127.0.0.2"), port: port);
        await using var server = await GitServer.StartAsync(made.Root, context => Redirects(context, "/a.git", $"http://rebinding.test:{port}/a.git"));
        var lookups = 0;
        await using var rig = new GitRig(upstream: Rig.Quick with { PrivateNetworks = [IPNetwork.Parse("127.0.0.2/32")] },
            resolve: (_, _) => Task.FromResult<IPAddress[]>(Interlocked.Increment(ref lookups) == 1 ? [IPAddress.Parse("127.0.0.2")] : [IPAddress.Loopback]));
        var (passage, code, _) = await rig.ListAsync(server.Url + "/a.git");
        Assert.NotEqual(0, code);
        Assert.Empty(inside.Requests);
        Assert.Equal((FaultKind.Refused, true), (passage.Fault?.Fault, passage.Fault?.Reached));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest", "is not a public address")]
    [InlineData("http://127.0.0.2:1/a.git/info/refs?service=git-upload-pack", "is not a public address")]
    [InlineData("ftp://example.com/a.git/info/refs?service=git-upload-pack", "only https is followed")]
    [InlineData("/login?then=a.git", "which is not the same page of a repository")]
    public async Task A_redirect_to_where_no_repository_should_be_is_refused(string location, string said)
    {
        await using var rig = new GitRig();
        await rig.CreateAsync();
        await using var server = await GitServer.StartAsync(rig.Root, context =>
        {
            if (context.Request.Path == "/login")
                return Task.FromResult(true);
            context.Response.Redirect(location);
            return Task.FromResult(true);
        });
        var (passage, code, _) = await rig.ListAsync(server.Url + "/a.git");
        Assert.NotEqual(0, code);
        Assert.Equal(FaultKind.RedirectRefused, passage.Fault!.Fault);
        Assert.Contains(said, passage.Fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, nameof(FaultKind.NotFound), "no such repository at HOST: HTTP 404 Not Found")]
    [InlineData(410, nameof(FaultKind.NotFound), "no such repository at HOST: HTTP 410 Gone")]
    [InlineData(403, nameof(FaultKind.Refused), "HTTP 403 Forbidden")]
    [InlineData(500, nameof(FaultKind.ServerError), "HTTP 500 Internal Server Error")]
    [InlineData(429, nameof(FaultKind.RateLimited), "HTTP 429 Too Many Requests")]
    [InlineData(302, nameof(FaultKind.RedirectRefused), "redirected without a Location")]
    public async Task A_status_is_what_it_is(int status, string fault, string said)
    {
        await using var rig = new GitRig();
        await using var server = await GitServer.StartAsync(rig.Root, context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        });
        var (passage, code, _) = await rig.ListAsync(server.Url + "/a.git");
        Assert.NotEqual(0, code);
        Assert.Equal((fault, said.Replace("HOST", server.Url["http://".Length..], StringComparison.Ordinal), false), (passage.Fault!.Fault.ToString(), passage.Fault.Message, passage.Fault.Reached));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, nameof(FaultKind.NotFound), "no such host git.test (DNS)")]
    [InlineData(SocketError.TryAgain, nameof(FaultKind.Unreachable), "the resolver failed for git.test (SERVFAIL or no answer; the name may exist)")]
    public async Task A_host_that_does_not_exist_is_an_absence_and_a_resolver_that_fails_is_not(SocketError error, string fault, string said)
    {
        await using var rig = new GitRig(resolve: (_, _) => throw new SocketException((int)error));
        var (passage, code, _) = await rig.ListAsync("https://git.test/a");
        Assert.NotEqual(0, code);
        Assert.Equal((fault, said), (passage.Fault!.Fault.ToString(), passage.Fault.Message));
    }

    [Fact]
    public async Task SSRF_by_a_repository_at_a_private_address_is_refused_unless_its_module_is_private()
    {
        await using var rig = new GitRig(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        await rig.CreateAsync();
        await using var server = await GitServer.StartAsync(rig.Root);
        foreach (var url in new[] { server.Url + "/a.git", server.Url.Replace("127.0.0.1", "git.test", StringComparison.Ordinal) + "/a.git" })
        {
            var (passage, code, _) = await rig.ListAsync(url, isPrivate: false);
            Assert.NotEqual(0, code);
            Assert.Equal(FaultKind.Refused, passage.Fault!.Fault);
            Assert.Contains("public", passage.Fault.Message, StringComparison.Ordinal);
            Assert.Empty(server.Requests);
        }

        Assert.Equal(0, (await rig.ListAsync(server.Url.Replace("127.0.0.1", "git.test", StringComparison.Ordinal) + "/a.git")).Code);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_a_TLS_fault_and_the_company_s_own_is_trusted()
    {
        using var authority = new TestAuthority();
        await using var made = new GitRig();
        await made.CreateAsync();
        await using var server = await GitServer.StartAsync(made.Root, certificate: authority.Issue());
        Assert.Equal(FaultKind.Tls, (await made.ListAsync(server.Url + "/a.git")).Passage.Fault!.Fault);
        Assert.Empty(server.Requests);
        await using var rig = new GitRig(upstream: Rig.Quick with { CaBundle = authority.PemPath });
        var (_, code, output) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task More_than_one_fetch_may_bring_ends_it()
    {
        await using var rig = new GitRig(new GitOptions { MaxFetch = 200_000 });
        await rig.CreateAsync(bytes: 300_000);
        await using var server = await GitServer.StartAsync(rig.Root);
        Assert.Equal(0, (await rig.ListAsync(server.Url + "/a.git")).Code);
        var (passage, code, _) = await rig.CloneAsync(server.Url + "/a.git", "clone.git");
        Assert.NotEqual(0, code);
        Assert.Equal((FaultKind.TooLarge, "127.0.0.1"), (passage.Fault!.Fault, passage.Fault.Message[..9]));
        Assert.Contains("more than 200,000 bytes (go.git.max-fetch)", passage.Fault.Message, StringComparison.Ordinal);
        Assert.True(passage.Fault.Reached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pack_that_ends_early_or_stalls_is_a_fault_of_the_way(bool stalls)
    {
        await using var rig = new GitRig(upstream: Rig.Quick with { StallTimeout = TimeSpan.FromMilliseconds(300) });
        await rig.CreateAsync();
        using var stop = new CancellationTokenSource();
        await using var server = await GitServer.StartAsync(rig.Root, async context =>
        {
            if (context.Request.Method != "POST")
                return false;
            context.Response.ContentType = "application/x-git-upload-pack-result";
            await context.Response.WriteAsync("0014", stop.Token);
            await context.Response.Body.FlushAsync(stop.Token);
            if (stalls)
                await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            context.Abort();
            return true;
        });
        var (passage, code, _) = await rig.ListAsync(server.Url + "/a.git");
        await stop.CancelAsync();
        Assert.NotEqual(0, code);
        // A reset may overtake what was sent before it.
        Assert.Contains(passage.Fault?.Fault, stalls ? [FaultKind.Timeout] : new FaultKind?[] { FaultKind.Cut, FaultKind.Unreachable });
        Assert.True(passage.Fault!.Reached);
    }

    [Fact]
    public async Task The_gateway_serves_its_own_git_only_and_only_what_reading_needs()
    {
        await using var rig = new GitRig();
        await rig.CreateAsync();
        await using var server = await GitServer.StartAsync(rig.Root);
        using var passage = await rig.Transports.OpenAsync(GitRig.Url(server.Url + "/a.git"), true, Token);
        var secret = passage.Config.Single(c => c.Key == "http.extraHeader").Value.Split(": ")[1];
        var id = new Uri(passage.Url).AbsolutePath.Split('/')[1];
        Assert.DoesNotContain(secret, passage.Url, StringComparison.Ordinal);
        const string refs = "/info/refs?service=git-upload-pack";

        Assert.Equal(200, await StatusAsync(passage.Url + refs, secret));
        Assert.Equal(404, await StatusAsync(passage.Url + refs, null));
        Assert.Equal(404, await StatusAsync(passage.Url + refs, RandomNumberGenerator.GetHexString(32, lowercase: true)));
        Assert.Equal(404, await StatusAsync(passage.Url + refs, secret[..30]));
        Assert.Equal(404, await StatusAsync(passage.Url + refs, secret + "00"));
        Assert.Equal(404, await StatusAsync(passage.Url.Replace(id, new string('0', 16), StringComparison.Ordinal) + refs, secret));
        Assert.Equal(200, await StatusAsync(passage.Url + "/HEAD", secret));
        var asked = server.Requests.Count;
        foreach (var path in new[]
                 {
                     "/info/refs?service=git-receive-pack", "/info/refs?service=git-upload-pack&x=1", "/info/refs?", "/git-receive-pack", "/git-upload-pack", "/config", "/",
                     "", "/../b.git/HEAD", "/%48EAD", "/HEAD?x", "//HEAD", "/objects/info/alternates", "/objects/info/http-alternates", "/objects/../HEAD",
                     "/objects/00/" + new string('0', 37), "/objects/pack/pack-x.pack", "/objects/pack/pack-" + new string('0', 40) + ".rev", "/hooks/post-update",
                 })
            Assert.Equal((path, 404), (path, await StatusAsync(passage.Url + path, secret)));
        Assert.Equal(404, await StatusAsync(passage.Url + "/git-receive-pack", secret, HttpMethod.Post));
        Assert.Equal(404, await StatusAsync(passage.Url + "/HEAD", secret, HttpMethod.Put));
        Assert.Equal(asked, server.Requests.Count);

        // Nothing is left of it when its command has ended.
        passage.Dispose();
        Assert.Equal(404, await StatusAsync(passage.Url + refs, secret));
        Assert.Equal(0, rig.Gateway.Open);
    }

    [Fact]
    public async Task Git_cannot_push_through_the_gateway()
    {
        await using var rig = new GitRig();
        await rig.CreateAsync();
        await using var server = await GitServer.StartAsync(rig.Root);
        Assert.Equal(0, (await rig.CloneAsync(server.Url + "/a.git", "clone.git")).Code);
        var asked = server.Requests.Count;
        Assert.NotEqual(0, (await rig.GitAsync(server.Url + "/a.git", true, "-C", Path.Combine(rig.Folder, "clone.git"), "push", "URL", "main:refs/heads/new")).Code);
        Assert.Equal(asked, server.Requests.Count);
    }

    [Theory]
    [InlineData("ssh://git@git.test/a", "no ssh key is configured for git.test: set ssh-key and known-hosts of it in go.git.hosts")]
    [InlineData("http://git.test/a", "http is not among the transports that are allowed: https, ssh (go.git.transports)")]
    [InlineData("file:///a", "file is not among the transports that are allowed: https, ssh (go.git.transports)")]
    [InlineData("git://git.test/a", "git is not among the transports that are allowed: https, ssh (go.git.transports)")]
    public async Task A_way_that_is_not_configured_is_refused_with_the_remedy(string url, string said)
    {
        await using var rig = new GitRig();
        var transports = new GitTransports(new GitOptions(), Rig.Quick, rig.Web, rig.Gateway);
        var refused = await Assert.ThrowsAsync<RepositoryException>(async () => await transports.OpenAsync(GitRig.Url(url), true, Token));
        Assert.Equal((FaultKind.Refused, said), (refused.Fault, refused.Message));
    }

    [Fact]
    public async Task The_git_protocol_dials_the_address_that_was_checked()
    {
        await using var rig = new GitRig(resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        using var passage = await rig.Transports.OpenAsync(GitRig.Url("git://git.test/a"), true, Token);
        Assert.Equal(("git://127.0.0.1:9418/a", "git"), (passage.Url, passage.Protocol));
        var refused = await Assert.ThrowsAsync<RepositoryException>(async () => await rig.Transports.OpenAsync(GitRig.Url("git://git.test/a"), false, Token));
        Assert.Equal(FaultKind.Refused, refused.Fault);
    }

    private static Func<HttpContext, Task<bool>> Asks(string authorization) => context =>
    {
        if (context.Request.Headers.Authorization == authorization)
            return Task.FromResult(false);
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
        return Task.FromResult(true);
    };

    private static Task<bool> Redirects(HttpContext context, string from, string to)
    {
        if (!context.Request.Path.StartsWithSegments(from, StringComparison.Ordinal, out var rest))
            return Task.FromResult(false);
        context.Response.Redirect(to + rest + context.Request.QueryString);
        return Task.FromResult(true);
    }

    /// <summary>As raw as it stands: HttpClient would straighten the path.</summary>
    private static async Task<int> StatusAsync(string url, string? secret, HttpMethod? method = null)
    {
        var start = url.IndexOf('/', "http://".Length);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPEndPoint.Parse(url["http://".Length..start]), Token);
        var head = $"{method ?? HttpMethod.Get} {url[start..]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n{(secret is null ? "" : HttpPassage.SecretHeader + ": " + secret + "\r\n")}\r\n";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Token);
        using var reader = new StreamReader(tcp.GetStream());
        return int.Parse((await reader.ReadLineAsync(Token))!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
