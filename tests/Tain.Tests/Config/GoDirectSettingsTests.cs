using System.Security.Cryptography;
using Tain.Commands;
using Tain.Config;
using Tain.Ecosystems.Go.Git;

namespace Tain.Tests.Config;

/// <summary>go.repositories and go.git.*: what they take, and that no secret is ever repeated.</summary>
public sealed class GoDirectSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tain-config-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Configuration Load(params string[] flags) => Configuration.Load(CommandLine.Parse(["serve", .. flags], new Dictionary<string, string>(), folder).Settings);

    private TainOptions Options(params string[] flags)
    {
        var loaded = Load(flags);
        Assert.Empty(loaded.Problems);
        return loaded.Options!;
    }

    private string ProblemOf(string flag, string value) => Assert.Single(Load(flag, value).Problems);

    private string FileOf(string name, string text, bool isOpen = false)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (isOpen ? UnixFileMode.OtherRead : 0));
        return path;
    }

    [Theory]
    [InlineData("1KiB", 1024L)]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("1536MiB", 1536L << 20)]
    [InlineData("8388607TiB", 8388607L << 40)]
    [InlineData("0KiB", 0L)]
    [InlineData("", null)]
    [InlineData("KiB", null)]
    [InlineData("20", null)]
    [InlineData("20GB", null)]
    [InlineData("20G", null)]
    [InlineData("20 GiB", null)]
    [InlineData("-1GiB", null)]
    [InlineData("1.5GiB", null)]
    [InlineData("8388608TiB", null)]
    [InlineData("99999999999999999999KiB", null)]
    public void Sizes_are_whole_numbers_with_units_of_1024(string text, long? bytes)
    {
        Assert.Equal(bytes is not null, Size.TryParse(text, out var size));
        Assert.Equal(bytes ?? 0, size);
        Assert.True(Size.TryParse(Size.Format(size), out var again));
        Assert.Equal(size, again);
    }

    [Fact]
    public void Sizes_have_bounds_and_one_fetch_should_fit_on_the_disk()
    {
        Assert.Contains("out of bounds: 64MiB to 1024TiB", ProblemOf("--go-git-disk", "1MiB"), StringComparison.Ordinal);
        Assert.Contains("is not a size", ProblemOf("--go-git-max-fetch", "4 gigabytes"), StringComparison.Ordinal);
        Assert.Empty(Options("--go-git-disk", "4GiB").Warnings);
        Assert.Contains("8GiB is more than go.git.disk, 4GiB", Assert.Single(Options("--go-git-disk", "4GiB", "--go-git-max-fetch", "8GiB").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_has_a_token_a_key_or_an_app()
    {
        var token = FileOf("token", "s3cret\n");
        var key = FileOf("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        var known = FileOf("known", "git.corp.example ssh-ed25519 AAAA\n");
        using var rsa = RSA.Create(2048);
        var pem = FileOf("app.pem", rsa.ExportRSAPrivateKeyPem());
        var text = $"GitHub.com token-file={token}; gitlab.corp.example:8443 token-file={token} user=oauth2; "
            + $"git.corp.example:22 ssh-key={key} known-hosts={known}; ghe.corp.example app=12 installation=Iv23.x app-key={pem} app-api=https://ghe.corp.example/api/v3; [::1]:3000 token-file={token}; localhost:443 token-file={token}";
        var options = Options("--go-git-hosts", text);
        Assert.All(options.Warnings, w => Assert.EndsWith("to go.private", w, StringComparison.Ordinal));
        Assert.Equal(
        [
            new GitHost("github.com") { TokenFile = token },
            new GitHost("gitlab.corp.example:8443") { TokenFile = token, User = "oauth2" },
            new GitHost("git.corp.example") { SshKey = key, KnownHosts = known },
            new GitHost("ghe.corp.example") { AppId = "12", AppInstallation = "Iv23.x", AppKey = pem, AppApi = new Uri("https://ghe.corp.example/api/v3") },
            new GitHost("[::1]:3000") { TokenFile = token },
            new GitHost("localhost") { TokenFile = token },
        ], options.Go.Git.Hosts);
        // What is printed is what was meant.
        var printed = Settings.FindOrNull("go.git.hosts")!.Format(options);
        Assert.Equal(options.Go.Git.Hosts, Options("--go-git-hosts", printed).Go.Git.Hosts);
    }

    [Theory]
    [InlineData("github.com", "has no credential")]
    [InlineData("github.com token-file={token}; github.com token-file={token}", "names github.com twice")]
    [InlineData("github.com token-file={token}; GitHub.com:443 token-file={token}", "names github.com twice")]
    [InlineData("github.com token-file={token} token-file={token}", "there twice")]
    [InlineData("github.com token-file=", "empty")]
    [InlineData("github.com token=s3cret", "unknown")]
    [InlineData("github.com s3cret", "unknown")]
    [InlineData("github.com token-file=s3cret", "does not exist")]
    [InlineData("github.com token-file={empty}", "has nothing in its first line")]
    [InlineData("github.com token-file={large}", "is larger than 64 KiB")]
    [InlineData("github.com token-file={folder}", "it is a folder")]
    [InlineData("github.com token-file=/dev/zero", "is larger than 64 KiB")]
    [InlineData("github.com token-file={token} ssh-key={key} known-hosts={known}", "beside token-file")]
    [InlineData("github.com user=x", "has user= beside no credential")]
    [InlineData("github.com token-file={token} user=a:b", "is not a user name")]
    [InlineData("github.com ssh-key={key}", "without known-hosts")]
    [InlineData("github.com ssh-key={token} known-hosts={known}", "is not a private key")]
    [InlineData("github.com ssh-key={key} known-hosts={blank}", "is empty")]
    [InlineData("github.com app=1 app-key={key}", "together")]
    [InlineData("github.com app=1 installation=2 app-key={key}", "is not a PEM file of one RSA private key")]
    [InlineData("github.com app=1/2 installation=2 app-key={pem}", "app of github.com is not an id")]
    [InlineData("github.com app=1 installation=2 app-key={pem} app-api=http://api.example", "is not an https URL")]
    [InlineData("github.com app=1 installation=2 app-key={pem} app-api=https://u:s3cret@api.example", "is not an https URL")]
    [InlineData("https://github.com token-file={token}", "is not a host")]
    [InlineData("github.com/acme token-file={token}", "is not a host")]
    [InlineData("a@github.com token-file={token}", "is not a host")]
    [InlineData("github.com: token-file={token}", "is not a host")]
    [InlineData("s3cretghp_abcdefghijklmnop token-file={token}", "is not a host")]
    public void A_host_entry_that_is_not_understood_is_refused_without_repeating_a_secret(string entry, string said)
    {
        using var rsa = RSA.Create(2048);
        var text = entry.Replace("{token}", FileOf("token", "x"), StringComparison.Ordinal)
            .Replace("{empty}", FileOf("empty", "\nsecond"), StringComparison.Ordinal)
            .Replace("{blank}", FileOf("blank", " \n"), StringComparison.Ordinal)
            .Replace("{large}", FileOf("large", new string('x', 70_000)), StringComparison.Ordinal)
            .Replace("{folder}", folder, StringComparison.Ordinal)
            .Replace("{key}", FileOf("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"), StringComparison.Ordinal)
            .Replace("{known}", FileOf("known", "host key"), StringComparison.Ordinal)
            .Replace("{pem}", FileOf("pem", rsa.ExportRSAPrivateKeyPem()), StringComparison.Ordinal);
        var problem = ProblemOf("--go-git-hosts", text);
        Assert.Contains(said, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_secrets_that_others_can_read_are_warnings()
    {
        if (OperatingSystem.IsWindows())
            return;
        var token = FileOf("token", "s3cret", isOpen: true);
        var key = FileOf("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var known = FileOf("known", "host key", isOpen: true);
        Assert.Collection(Options("--go-private", "*.example", "--go-hook-secret-file", token, "--go-git-hosts", $"a.example token-file={token}; b.example ssh-key={key} known-hosts={known}").Warnings,
            w => Assert.Equal($"go.hook-secret-file: every user of this machine can read {token}: chmod 600 it", w),
            w => Assert.Equal($"go.git.hosts: every user of this machine can read {token}: chmod 600 it", w),
            w => Assert.StartsWith($"go.git.hosts: ssh ignores {key}", w, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("git.corp.example", true)]
    [InlineData("*.corp.example/team,x.example", true)]
    [InlineData("corp.example", false)]
    [InlineData("", false)]
    public void Credentials_for_a_host_without_a_private_module_are_a_warning(string patterns, bool isPrivate)
    {
        var warnings = Options("--go-private", patterns, "--go-git-hosts", $"git.corp.example:8443 token-file={FileOf("token", "x")}").Warnings;
        Assert.Equal(!isPrivate, warnings.Any(w => w.EndsWith("Add git.corp.example to go.private", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--go-private", "x.example,https://git.corp.example")]
    [InlineData("--go-routes", "git.corp.example:8443 off")]
    public void Patterns_that_are_URLs_are_refused(string flag, string value) => Assert.Contains("no module's path can match", ProblemOf(flag, value), StringComparison.Ordinal);

    [Fact]
    public void Every_entry_that_is_wrong_is_told()
    {
        var entries = Enumerable.Range(1, 9).Select(i => $"git{i}.corp.example ssh-key={FileOf("key", "-----BEGIN OPENSSH PRIVATE KEY-----\n")}");
        Assert.Contains("git9.corp.example has an ssh-key without", ProblemOf("--go-git-hosts", string.Join("; ", entries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_of_hooks_is_in_a_file()
    {
        Assert.Equal(FileOf("secret", "x"), Options("--go-hook-secret-file", Path.Combine(folder, "secret")).Go.Direct.HookSecretFile);
        var problem = ProblemOf("--go-hook-secret-file", "s3cretWrittenHere");
        Assert.Contains("does not exist", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
        Assert.Contains("has nothing in its first line", ProblemOf("--go-hook-secret-file", FileOf("empty", "")), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_must_be_there_and_be_programs()
    {
        Assert.Equal("git-2.47", Options("--go-git-command", "git-2.47").Go.Git.Command);
        Assert.Contains("does not exist", ProblemOf("--go-git-command", "/nowhere/git"), StringComparison.Ordinal);
        Assert.Contains("is not the name", ProblemOf("--go-git-command", "--upload-pack=x"), StringComparison.Ordinal);
        Assert.Contains("is not the name", ProblemOf("--go-git-command", ""), StringComparison.Ordinal);
        if (OperatingSystem.IsWindows())
            return;
        var file = FileOf("go", "#!/bin/sh\n");
        Assert.Contains("nobody may execute it", ProblemOf("--go-toolchain", file), StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(file, Options("--go-toolchain", file).Go.Direct.Toolchain);
        Assert.Contains("does not exist", ProblemOf("--go-toolchain", "go"), StringComparison.Ordinal);
    }

    [Fact]
    public void Transports_are_a_list_of_known_schemes_and_bare_ones_are_warnings()
    {
        Assert.Equal(["ssh"], Options("--go-git-transports", "ssh").Go.Git.Transports);
        Assert.Contains("go.git.transports: http is neither", Assert.Single(Options("--go-git-transports", "https, http,file").Warnings), StringComparison.Ordinal);
        foreach (var bad in new[] { "", ",", "ext", "https,HTTP", "https;ssh" })
            ProblemOf("--go-git-transports", bad);
    }

    [Theory]
    [InlineData("gitlab.corp.example/*/*/* https://{root}.git", true)]
    [InlineData("a.example/*/x https://git.example/{path}; b.example git@git.example:one.git", true)]
    [InlineData("a.example/* ssh://git@git.example:2222/{path}", true)]
    [InlineData("a.example/*", false)]
    [InlineData("a.example/* https://b.example", false)]
    [InlineData("* https://{root}", false)]
    [InlineData("*.example/x https://{root}", false)]
    [InlineData("example/* https://{root}", false)]
    [InlineData("a.example/lib* https://{root}", false)]
    [InlineData("a.example/* https://{host}/{path}", false)]
    [InlineData("a.example/* https://u:s3cret@b.example/{path}", false)]
    [InlineData("a.example/* ext::sh -c{path}", false)]
    [InlineData("a.example/* ext::{path}", false)]
    [InlineData("a.example/* ssh://-oProxyCommand=x/{path}", false)]
    [InlineData("a.example/* ssh://-x@b.example/{path}", false)]
    [InlineData("a.example/* /srv/git/{path}", false)]
    [InlineData("a.example/* file:///srv/git/{path}", false)]
    [InlineData("a.example/* http://b.example/{path}", false)]
    public void Repositories_are_patterns_with_urls(string text, bool allowed)
    {
        var problems = Load("--go-repositories", text).Problems;
        Assert.Equal(allowed ? 0 : 1, problems.Count);
        Assert.DoesNotContain(problems, p => p.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://github.com/ ssh://git@github.com/", true)]
    [InlineData("https://github.com/acme git@github.com:acme", true)]
    [InlineData("https://github.com/a https://b.example/a; https://github.com/b https://b.example/b", true)]
    [InlineData("https://github.com/a https://b.example/; https://github.com/a https://c.example/", false)]
    [InlineData("https://github.com https://b.example", false)]
    [InlineData("github.com/ https://b.example/", false)]
    [InlineData("https://github.com/", false)]
    [InlineData("https://github.com/ https://u:s3cret@b.example/", false)]
    [InlineData("https://u:s3cret@github.com/ https://b.example/", false)]
    [InlineData("https://github.com/ /srv/git/", false)]
    [InlineData("https://github.com/ file:///srv/git/", false)]
    [InlineData("https://github.com/ -oProxyCommand=x:y", false)]
    public void What_is_replaced_ends_after_a_host(string text, bool allowed)
    {
        var problems = Load("--go-git-instead-of", text).Problems;
        Assert.Equal(allowed ? 0 : 1, problems.Count);
        Assert.DoesNotContain(problems, p => p.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_url_needs_its_transport()
    {
        Assert.Contains("by file, which is not in go.git.transports (https,ssh)", ProblemOf("--go-git-instead-of", "https://a.example/ file:///srv/"), StringComparison.Ordinal);
        Options("--go-git-instead-of", "https://a.example/ file:///srv/", "--go-git-transports", "https,file");
        Assert.Contains("by ssh", Assert.Single(Load("--go-repositories", "a.example git@b.example:c", "--go-git-transports", "https").Problems), StringComparison.Ordinal);
    }
}
