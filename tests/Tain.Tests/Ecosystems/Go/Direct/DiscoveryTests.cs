using System.Text;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>From a path to its repository: who is asked, what is believed, and what is said when there is none.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private readonly Dictionary<string, Func<PageAnswer>> pages = [];
    private readonly List<(string Path, bool MayBePrivate, string? Credentials)> asked = [];
    private readonly Dictionary<string, string> credentials = [];
    private readonly List<Uri> refusedBy = [];
    private readonly ServerLife life = new();
    private readonly FakeTime time = new();
    private DirectOptions direct = new();
    private GitOptions git = new();
    private Discovery? discovery;
    private TaskCompletionSource? gate;

    public void Dispose()
    {
        discovery?.Dispose();
        life.Dispose();
    }

    private sealed class FakeTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private Task<RepositoryRoot> FindAsync(string path, bool isPrivate = false)
    {
        discovery ??= new Discovery(direct, git, GetAsync, (uri, _) => ValueTask.FromResult(credentials.GetValueOrDefault(uri.Authority)), refusedBy.Add, life, time);
        Assert.True(ModulePath.TryParse(path, out var module, out var error), error);
        return discovery.FindAsync(module, isPrivate, TestContext.Current.CancellationToken);
    }

    private async Task<PageAnswer> GetAsync(Uri uri, bool mayBePrivate, string? basic, int maxBytes, CancellationToken ct)
    {
        Assert.Equal("https", uri.Scheme);
        Assert.Equal("?go-get=1", uri.Query);
        var path = uri.Host + uri.AbsolutePath;
        lock (asked)
            asked.Add((path, mayBePrivate, basic));
        if (gate is not null)
            await gate.Task.WaitAsync(ct);
        var page = pages.GetValueOrDefault(path.TrimEnd('/'))?.Invoke() ?? new PageAnswer(404, "<html>no"u8.ToArray(), uri, null, "HTTP 404");
        return page with { Final = page.Final.Host == "same.invalid" ? uri : page.Final };
    }

    private static readonly Uri Same = new("https://same.invalid/");

    private static PageAnswer Html(string html, int status = 200) => new(status, Encoding.UTF8.GetBytes(html), Same, null, $"HTTP {status}");

    private static PageAnswer Failing(FaultKind fault, string said) => new(0, [], Same, fault, said);

    private void Tag(string path, params string[] contents) =>
        pages[path] = () => Html("<head>" + string.Concat(contents.Select(c => $"<meta name=\"go-import\" content=\"{c}\">")) + "</head>");

    private async Task<RepositoryException> RefusedAsync(string path, bool isPrivate = false) =>
        await Assert.ThrowsAsync<RepositoryException>(() => FindAsync(path, isPrivate));

    private static string Show(RepositoryRoot root) => $"{root.Vcs} {root.Root} {root.Url}{(root.Subdirectory.Length > 0 ? " " + root.Subdirectory : "")}";

    [Theory]
    [InlineData("github.com/a/b/c/v2", "git github.com/a/b https://github.com/a/b")]
    [InlineData("gopkg.in/yaml.v3", "git gopkg.in/yaml.v3 https://gopkg.in/yaml.v3")]
    [InlineData("git.corp.example/g/s/r.git/v2", "git git.corp.example/g/s/r.git https://git.corp.example/g/s/r")]
    [InlineData("git.corp.example/r.hg/x", "hg git.corp.example/r.hg https://git.corp.example/r")]
    public async Task What_the_path_tells_is_not_asked(string path, string found)
    {
        Assert.Equal(found, Show(await FindAsync(path)));
        Assert.Empty(asked);
    }

    [Fact]
    public async Task Rules_of_the_configuration_go_first_and_ask_nobody()
    {
        Assert.True(RepositoryRule.TryParse("gitlab.corp.example/*/*/*", "https://{root}.git", out var three, out _));
        Assert.True(RepositoryRule.TryParse("gitlab.corp.example/*/*", "ssh://git@git.corp.example:2222/{path}.git", out var two, out _));
        Assert.True(RepositoryRule.TryParse("github.com/acme/tool", "https://git.corp.example/mirror/tool", out var one, out _));
        direct = direct with { Repositories = [three, two, one] };
        Assert.Equal("git gitlab.corp.example/a/b/c https://gitlab.corp.example/a/b/c.git", Show(await FindAsync("gitlab.corp.example/a/b/c/d/v2")));
        Assert.Equal("git gitlab.corp.example/a/b/c.git https://gitlab.corp.example/a/b/c.git", Show(await FindAsync("gitlab.corp.example/a/b/c.git")));
        Assert.Equal("git gitlab.corp.example/a/b ssh://git@git.corp.example:2222/a/b.git", Show(await FindAsync("gitlab.corp.example/a/b/v2")));
        Assert.Equal("git github.com/acme/tool https://git.corp.example/mirror/tool", Show(await FindAsync("github.com/acme/tool/cmd")));
        Assert.Equal("git github.com/acme/tools https://github.com/acme/tools", Show(await FindAsync("github.com/acme/tools")));
        Assert.Empty(asked);
        await RefusedAsync("gitlab.corp.example/a");
    }

    [Fact]
    public async Task A_page_tells_and_its_own_path_needs_no_second_one()
    {
        Tag("go.example/x", "go.example/x git https://git.example/x.git");
        var root = await FindAsync("go.example/x");
        Assert.Equal("git go.example/x https://git.example/x.git", Show(root));
        Assert.Equal("https://git.example/x.git", root.Origin);
        Assert.Equal([("go.example/x", false, null)], asked);
    }

    [Fact]
    public async Task The_page_of_the_root_must_agree()
    {
        Tag("go.example/x/y", "go.example/x git https://git.example/x.git");
        Assert.Contains("no go-import meta tags on https://go.example/x?go-get=1 (HTTP 404)", (await RefusedAsync("go.example/x/y")).Message, StringComparison.Ordinal);
        Tag("go.example/x", "go.example/x git https://git.example/other.git");
        var refused = await RefusedAsync("go.example/x/y");
        Assert.Equal(FaultKind.NotFound, refused.Fault);
        Assert.Contains("disagree about go-import for go.example/x", refused.Message, StringComparison.Ordinal);
        Tag("go.example/x", "go.example/x git https://git.example/x.git", "go.example/z git https://git.example/z.git");
        Assert.Equal("git go.example/x https://git.example/x.git", Show(await FindAsync("go.example/x/y")));
        // Its own tag for the longer path makes two.
        discovery!.Forget("go.example/x");
        Tag("go.example/x", "go.example/x git https://git.example/x.git", "go.example/x/q git https://git.example/q.git");
        Tag("go.example/x/q", "go.example/x git https://git.example/x.git");
        Assert.Contains("disagree", (await RefusedAsync("go.example/x/q")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_below_a_known_root_may_name_another_repository()
    {
        Tag("go.example", "go.example git https://git.example/root");
        Tag("go.example/x", "go.example/x git https://git.example/x");
        Assert.Equal("git go.example https://git.example/root", Show(await FindAsync("go.example")));
        Assert.Equal("git go.example/x https://git.example/x", Show(await FindAsync("go.example/x")));
    }

    [Fact]
    public async Task Twenty_modules_of_one_repository_at_once_ask_for_the_root_once_and_not_again_for_an_hour()
    {
        Tag("go.example/x", "go.example/x git https://git.example/x");
        var paths = Enumerable.Range(0, 20).Select(i => $"go.example/x/m{i}").ToList();
        paths.ForEach(p => Tag(p, "go.example/x git https://git.example/x"));
        gate = new TaskCompletionSource();
        var finding = paths.Concat(paths).Select(p => FindAsync(p)).ToList();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        gate.SetResult();
        foreach (var root in await Task.WhenAll(finding))
            Assert.Equal("git go.example/x https://git.example/x", Show(root));
        Assert.Single(asked, a => a.Path == "go.example/x");
        Assert.Equal(20, asked.Count(a => a.Path != "go.example/x"));
        asked.Clear();
        time.Now += direct.DiscoveryTtl - TimeSpan.FromTicks(1);
        foreach (var path in paths)
            await FindAsync(path);
        Assert.Empty(asked);
        time.Now += TimeSpan.FromTicks(1);
        await FindAsync(paths[0]);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task Without_a_ttl_each_look_up_asks()
    {
        direct = direct with { DiscoveryTtl = TimeSpan.Zero };
        Tag("go.example/x", "go.example/x git https://git.example/x");
        await FindAsync("go.example/x");
        await FindAsync("go.example/x");
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task Absences_and_faults_are_not_kept_here()
    {
        await RefusedAsync("go.example/x");
        pages["go.example/x"] = () => Failing(FaultKind.Timeout, "no answer");
        Assert.Equal(FaultKind.Timeout, (await RefusedAsync("go.example/x")).Fault);
        Tag("go.example/x", "go.example/other git https://git.example/x");
        await RefusedAsync("go.example/x");
        Tag("go.example/x", "go.example/x git https://git.example/x");
        await FindAsync("go.example/x");
    }

    [Fact]
    public async Task What_is_forgotten_is_asked_again_with_all_below_it()
    {
        foreach (var path in new[] { "go.example/x", "go.example/x/y", "go.example/xy" })
            Tag(path, $"{(path.EndsWith("xy", StringComparison.Ordinal) ? path : "go.example/x")} git https://git.example/x");
        foreach (var path in pages.Keys)
            await FindAsync(path);
        asked.Clear();
        discovery!.Forget("go.example/x");
        foreach (var path in pages.Keys)
            await FindAsync(path);
        Assert.Equal(["go.example/x", "go.example/x/y"], asked.Select(a => a.Path));
    }

    [Fact]
    public async Task A_repository_that_moved_is_found_though_old_pages_are_kept()
    {
        Tag("go.example/x", "go.example/x git https://old.example/x");
        Tag("go.example/x/y", "go.example/x git https://old.example/x");
        Tag("go.example/x/z", "go.example/x git https://new.example/x");
        await FindAsync("go.example/x/y");
        // The root's old page is kept, and z's new one contradicts it.
        Tag("go.example/x", "go.example/x git https://new.example/x");
        Tag("go.example/x/y", "go.example/x git https://new.example/x");
        Assert.Equal("https://new.example/x", (await FindAsync("go.example/x/z")).Url.Text);
        Assert.Equal("https://new.example/x", (await FindAsync("go.example/x")).Url.Text);
        Assert.Equal("https://new.example/x", (await FindAsync("go.example/x/y")).Url.Text);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Tags_on_the_page_of_an_error_count(int status)
    {
        pages["go.example/x"] = () => Html("<meta name=\"go-import\" content=\"go.example/x git https://git.example/x\">", status);
        await FindAsync("go.example/x");
    }

    [Theory]
    [InlineData(200, false, nameof(FaultKind.NotFound), "no go-import meta tags on https://go.example/x?go-get=1 (HTTP 200)")]
    [InlineData(404, false, nameof(FaultKind.NotFound), "no go-import meta tags on https://go.example/x?go-get=1 (HTTP 404)")]
    [InlineData(410, false, nameof(FaultKind.NotFound), "(HTTP 410)")]
    [InlineData(400, false, nameof(FaultKind.NotFound), "(HTTP 400)")]
    [InlineData(401, false, nameof(FaultKind.NotFound), "there are no credentials for go.example")]
    [InlineData(403, false, nameof(FaultKind.NotFound), "there are no credentials for go.example")]
    [InlineData(401, true, nameof(FaultKind.Refused), "are refused")]
    [InlineData(403, true, nameof(FaultKind.Refused), "are refused")]
    [InlineData(404, true, nameof(FaultKind.NotFound), "(HTTP 404)")]
    [InlineData(408, false, nameof(FaultKind.ServerError), "HTTP 408")]
    [InlineData(429, false, nameof(FaultKind.RateLimited), "HTTP 429")]
    [InlineData(500, false, nameof(FaultKind.ServerError), "HTTP 500")]
    [InlineData(503, false, nameof(FaultKind.ServerError), "HTTP 503")]
    public async Task A_page_without_tags_is_an_absence_only_when_the_host_meant_it(int status, bool hasCredentials, string fault, string said)
    {
        pages["go.example/x"] = () => Html("<html><p>", status);
        if (hasCredentials)
            credentials["go.example"] = "me:s3cret";
        var refused = await RefusedAsync("go.example/x");
        Assert.Equal(fault, refused.Fault.ToString());
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Fault == FaultKind.NotFound, refused.Message.StartsWith("unrecognized import path: ", StringComparison.Ordinal));
        Assert.False(refused.Reached);
        Assert.Equal(refused.Fault == FaultKind.Refused ? 1 : 0, refusedBy.Count);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(FaultKind.NoSuchHost), nameof(FaultKind.NotFound))]
    [InlineData(nameof(FaultKind.Unreachable), nameof(FaultKind.Unreachable))]
    [InlineData(nameof(FaultKind.Timeout), nameof(FaultKind.Timeout))]
    [InlineData(nameof(FaultKind.Tls), nameof(FaultKind.Tls))]
    [InlineData(nameof(FaultKind.RedirectRefused), nameof(FaultKind.RedirectRefused))]
    [InlineData(nameof(FaultKind.NotPublic), nameof(FaultKind.Refused))]
    [InlineData(nameof(FaultKind.TooLarge), nameof(FaultKind.TooLarge))]
    public async Task Only_a_host_that_does_not_exist_makes_an_absence(string fault, string told)
    {
        pages["go.example/x"] = () => Failing(Enum.Parse<FaultKind>(fault), "because");
        var refused = await RefusedAsync("go.example/x");
        Assert.Equal(told, refused.Fault.ToString());
        Assert.Contains("because", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_was_cut_is_no_absence()
    {
        pages["go.example/x"] = () => Html("<head><title>x</title><meta na") with { IsWhole = false };
        Assert.Equal(FaultKind.Cut, (await RefusedAsync("go.example/x")).Fault);
        pages["go.example/x"] = () => Html("<head><title>x</title>") with { IsWhole = false };
        Assert.Equal(FaultKind.Cut, (await RefusedAsync("go.example/x")).Fault);
        pages["go.example/x"] = () => Html("no", 404) with { IsWhole = false };
        Assert.Equal(FaultKind.NotFound, (await RefusedAsync("go.example/x")).Fault);
        pages["go.example/x"] = () => Html("<title>x</title></head>") with { IsWhole = false };
        Assert.Equal(FaultKind.NotFound, (await RefusedAsync("go.example/x")).Fault);
        pages["go.example/x"] = () => Html("<head><title>x</title><meta na");
        Assert.Equal(FaultKind.NotFound, (await RefusedAsync("go.example/x")).Fault);
    }

    [Theory]
    [InlineData("go.example/x git ext::sh", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git ext::sh%20-c://x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git file:///etc", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git FILE:///etc", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git /etc/passwd", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git git@git.example:x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://u:p@git.example/x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git ssh://-oProxyCommand=x/y", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git ssh://git@-oProxyCommand=x/y", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/--upload-pack=x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/a/../b", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git --upload-pack=x://", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x cvs https://git.example/x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x GIT https://git.example/x", nameof(FaultKind.NotFound))]
    [InlineData("other.example git https://git.example/x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/xy git https://git.example/x", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/x ../up", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/x a/../../b", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/x /abs", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git https://git.example/x -o", nameof(FaultKind.NotFound))]
    [InlineData("go.example/x git http://git.example/x", nameof(FaultKind.Refused))]
    [InlineData("go.example/x git git://git.example/x", nameof(FaultKind.Refused))]
    [InlineData("go.example/x mod http://proxy.example/", nameof(FaultKind.Refused))]
    [InlineData("go.example/x mod ssh://proxy.example/x", nameof(FaultKind.Refused))]
    [InlineData("go.example/x svn https://svn.example/x", nameof(FaultKind.Refused))]
    [InlineData("go.example/x bzr https://bzr.example/x", nameof(FaultKind.Refused))]
    public async Task What_a_hostile_page_says_is_refused(string content, string fault)
    {
        Tag("go.example/x", content);
        var refused = await RefusedAsync("go.example/x");
        Assert.Equal(fault, refused.Fault.ToString());
        Assert.DoesNotContain("u:p", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("go.example/x git ssh://git@git.example:2222/x.git", "git go.example/x ssh://git@git.example:2222/x.git")]
    [InlineData("go.example/x hg https://hg.example/x", "hg go.example/x https://hg.example/x")]
    [InlineData("go.example/x mod https://proxy.example/go", "mod go.example/x https://proxy.example/go")]
    [InlineData("go.example/x git https://git.example/x sub/dir", "git go.example/x https://git.example/x sub/dir")]
    [InlineData("go.example/x git https://git.example/x sub/", "git go.example/x https://git.example/x sub")]
    public async Task What_a_good_page_says_is_taken(string content, string found)
    {
        Tag("go.example/x", content);
        Assert.Equal(found, Show(await FindAsync("go.example/x")));
    }

    [Fact]
    public async Task A_proxy_is_preferred_and_two_repositories_are_none()
    {
        Tag("go.example/x", "go.example/x git https://git.example/x", "go.example/x mod https://proxy.example/");
        Assert.Equal("mod go.example/x https://proxy.example/", Show(await FindAsync("go.example/x")));
        Tag("go.example/y", "go.example/y git https://git.example/x", "go.example/y git https://git.example/y");
        Assert.Contains("several", (await RefusedAsync("go.example/y")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_of_tags_are_read_and_beyond_the_bound_none()
    {
        var own = "go.example/x git https://git.example/x";
        Tag("go.example/x", [.. Enumerable.Range(0, 5_000).Select(i => $"go.example/y{i} git https://git.example/{i}"), own]);
        await FindAsync("go.example/x");
        await FindAsync("go.example/x");
        // Too large to be kept.
        Assert.Equal(2, asked.Count);
        Tag("go.example/x", [.. Enumerable.Repeat(own, GoImport.MaxTags + 1)]);
        Assert.Contains("more than 10,000", (await RefusedAsync("go.example/x")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1/x")]
    [InlineData("10.1.2.3/x")]
    [InlineData("1.2/x")]
    [InlineData("0x7f.1/x")]
    [InlineData("app.localhost/x")]
    [InlineData("localhost.localdomain/x")]
    [InlineData("a..b/x")]
    public async Task Hosts_that_no_public_module_has_are_not_asked(string path)
    {
        Assert.Equal(FaultKind.NotFound, (await RefusedAsync(path)).Fault);
        Assert.Empty(asked);
    }

    [Fact]
    public async Task Only_a_private_modules_own_host_may_be_private_and_gets_its_credentials()
    {
        credentials["git.corp.example"] = "x:s3cret";
        Tag("git.corp.example/x/y", "git.corp.example/x git https://git.corp.example/x.git");
        Tag("git.corp.example/x", "git.corp.example/x git https://git.corp.example/x.git");
        Tag("10.1.2.3/x", "10.1.2.3/x svn https://10.1.2.3/x");
        await FindAsync("git.corp.example/x/y", isPrivate: true);
        await FindAsync("10.1.2.3/x", isPrivate: true);
        await RefusedAsync("go.example/x");
        Assert.Equal([("git.corp.example/x/y", true, "x:s3cret"), ("git.corp.example/x", true, "x:s3cret"), ("10.1.2.3/x", true, null), ("go.example/x", false, null)], asked);
        // What was found with a private module's rights is not shown to another.
        asked.Clear();
        await FindAsync("git.corp.example/x");
        Assert.Equal([("git.corp.example/x", false, "x:s3cret")], asked);
    }

    [Fact]
    public async Task Instead_of_changes_where_is_asked_and_not_what_is_shown()
    {
        git = git with { InsteadOf = [("https://github.com/", "https://mirror.example/gh/"), ("https://github.com/acme/", "git@git.corp.example:acme/"), ("https://git.example/", "ext::")] };
        var acme = await FindAsync("github.com/acme/tool");
        Assert.Equal(("ssh://git@git.corp.example/acme/tool", "https://github.com/acme/tool"), (acme.Url.Text, acme.Origin));
        var other = await FindAsync("github.com/b/c");
        Assert.Equal(("https://mirror.example/gh/b/c", "https://github.com/b/c"), (other.Url.Text, other.Origin));
        Tag("go.example/x", "go.example/x git https://git.example/x");
        Assert.Contains("instead-of", (await RefusedAsync("go.example/x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_a_key_and_no_token_is_reached_by_ssh()
    {
        git = git with { Hosts = [new GitHost("github.com") { SshKey = "k", KnownHosts = "h" }, new GitHost("git.corp.example:2222") { SshKey = "k", KnownHosts = "h" }, new GitHost("t.example") { TokenFile = "t" }] };
        var root = await FindAsync("github.com/a/b");
        Assert.Equal(("ssh://git@github.com/a/b", "https://github.com/a/b"), (root.Url.Text, root.Origin));
        Assert.Equal("ssh://git@git.corp.example:2222/x", (await FindAsync("git.corp.example/x.git/y")).Url.Text);
        Assert.Equal("https://t.example/x", (await FindAsync("t.example/x.git")).Url.Text);
        Assert.Equal("https://git.corp.example/x", (await FindAsync("git.corp.example/x.hg")).Url.Text);
    }

    [Fact]
    public async Task Without_https_among_the_transports_ssh_is_taken_where_the_path_leaves_the_choice()
    {
        git = git with { Transports = ["ssh"] };
        Assert.Equal("ssh://git@github.com/a/b", (await FindAsync("github.com/a/b")).Url.Text);
        Tag("go.example/x", "go.example/x git https://git.example/x");
        Assert.Contains("https is not in go.git.transports (ssh)", (await RefusedAsync("go.example/x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_of_two_elements_below_a_longer_path_comes_with_the_hint_about_GitLab()
    {
        Tag("gitlab.example/g/s", "gitlab.example/g/s git https://gitlab.example/g/s.git");
        Tag("gitlab.example/g/s/r", "gitlab.example/g/s git https://gitlab.example/g/s.git");
        var root = await FindAsync("gitlab.example/g/s/r");
        Assert.Contains("go.repositories", root.HintWhenMissing("gitlab.example/g/s/r"), StringComparison.Ordinal);
        Assert.Contains("give gitlab.example credentials", root.HintWhenMissing("gitlab.example/g/s/r"), StringComparison.Ordinal);
        Assert.Null(root.HintWhenMissing("gitlab.example/g/s"));
        Assert.Null((await FindAsync("github.com/a/b/c")).HintWhenMissing("github.com/a/b/c"));
    }

    [Fact]
    public async Task A_wait_that_is_given_up_leaves_the_others_waiting()
    {
        Tag("go.example/x", "go.example/x git https://git.example/x");
        gate = new TaskCompletionSource();
        var first = FindAsync("go.example/x");
        Assert.True(ModulePath.TryParse("go.example/x", out var module, out _));
        using var left = new CancellationTokenSource();
        var second = discovery!.FindAsync(module, isPrivate: false, left.Token);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        await first;
        Assert.Single(asked);
    }
}
