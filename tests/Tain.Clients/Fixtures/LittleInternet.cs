using System.IO.Compression;
using Tain.GitHosting;
using Tain.SumDbHosting;

namespace Tain.Clients;

/// <summary>
/// The internet and a company's network, as far as the doctor's cases reach: public proxies, the checksum database, the company's mirrors,
/// code hosts. All of it answers over TLS on loopback, and remembers who was asked for what. A name that is not here does not exist.
/// </summary>
internal sealed class LittleInternet : IAsyncDisposable
{
    /// <summary>Anybody's, and every public proxy has it.</summary>
    public const string Errors = "github.com/pkg/errors@v0.9.1";

    /// <summary>Anybody's, but no public proxy has it: only its own host does, and the company's second mirror.</summary>
    public const string Retry = "go.acme.example/retry@v1.2.0";

    /// <summary>Anybody's, and the company's mirrors refuse it: some answer 404, some 403.</summary>
    public const string Refused = "go.other.example/pdf@v1.0.0";

    /// <summary>Anybody's, but what public proxies send is not what the checksum database has recorded.</summary>
    public const string Altered = "go.other.example/altered@v1.0.0";

    /// <summary>The company's own, on its own hosts and on GitHub, where only ssh gets it.</summary>
    public const string Lib = "git.corp.example/shop/lib@v1.2.0", Tool = "gitlab.corp.example/team/tool@v1.0.0", Secret = "github.com/acme/secret@v0.1.0";

    private static readonly string[] Own = [Lib, Tool, Secret];
    private static readonly string[] PublicHosts = ["proxy.golang.org", "goproxy.cn", "goproxy.io", "sum.golang.org"];
    private readonly TempFolder _folder = new();
    private readonly GitServer _server;
    private readonly SumDbServer _database;

    private LittleInternet(TempFolder folder, GitServer server, SumDbServer database)
    {
        (_folder, _server, _database) = (folder, server, database);
        foreach (var module in (string[])[Errors, Retry, Refused, Altered, Lib, Tool])
            MakeRepository(module);
        MakeRepository(Secret);
        foreach (var module in (string[])[Retry, Refused, Altered, Lib, Tool])
            _server.SetImports(Path(module), $"{Path(module)} git https://{Path(module)}");
        // To whoever does not log in, GitHub says that there is no such repository.
        _server.Add(new Rule(Path(Secret)) { Status = 404 });

        Proxy("proxy.golang.org", [Errors, Refused], passesOnDatabase: false);
        Proxy("goproxy.cn", [Errors, Refused]);
        Proxy("goproxy.io", [Errors, Refused]);
        foreach (var mirror in (string[])["goproxy.corp.example", "athens.corp.example", "a.goproxy.corp.example", "b.goproxy.corp.example"])
            Proxy(mirror, [Errors, Lib]);
        Proxy("goproxy2.corp.example", [Retry]);
        foreach (var mirror in (string[])["a.goproxy.corp.example", "b.goproxy.corp.example"])
            _server.Add(new Rule($"{mirror}/{Path(Refused)}") { Status = 403, Body = "forbidden: release 1.0.0 was hijacked\n" });
        _server.Forward("sum.golang.org", new Uri(_database.Url));

        // What git runs in place of ssh: the options, the host, and what to run there.
        File.WriteAllText(Ssh, $$"""
            #!/bin/sh
            for run; do :; done
            echo ssh://github.com >>'{{SshLog}}'
            path=${run#*\'}
            exec git-upload-pack "{{_folder["git"]}}/github.com${path%\'}"
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>The value of GOSUMDB that stands for <c>sum.golang.org</c>: its name, with a key of ours, since nobody has its own.</summary>
    public string GoSumDb => _database.Key;

    /// <summary>What go and git need to be in this internet and in no other.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(_server.Environment)
    {
        ["HTTP_PROXY"] = _server.ProxyUrl,
        ["http_proxy"] = _server.ProxyUrl,
        ["GIT_SSH_COMMAND"] = $"'{Ssh}'",
        ["GIT_SSH_VARIANT"] = "ssh",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
    };

    /// <summary>The hosts that were asked anything, in the order in which each was asked first, those included that do not exist.</summary>
    public IReadOnlyList<string> Asked =>
        [.. _server.Targets.Select(t => t.Replace(":443", "", StringComparison.Ordinal)).Concat(File.Exists(SshLog) ? File.ReadLines(SshLog) : []).Distinct()];

    /// <summary>Whether the checksum database was asked for a module, by itself or through a proxy.</summary>
    public bool LookedUp => _server.Requests.Any(r => r.Path.Contains("/lookup/", StringComparison.Ordinal));

    /// <summary>The public servers that were told the name of a module of the company's own.</summary>
    public IReadOnlyList<string> Told =>
        [.. _server.Requests.Where(r => Own.Any(m => r.Path.Contains("/" + Path(m), StringComparison.Ordinal)))
            .Select(r => r.Path.Contains("/sumdb/", StringComparison.Ordinal) ? r.Path.Split("/sumdb/")[1].Split('/')[0] : r.Path.Split('/')[0])
            .Where(PublicHosts.Contains).Distinct()];

    private string Ssh => System.IO.Path.Combine(_folder.Path, "ssh");

    private string SshLog => System.IO.Path.Combine(_folder.Path, "ssh.log");

    public static async Task<LittleInternet> StartAsync()
    {
        var folder = new TempFolder();
        var all = folder["all"];
        foreach (var module in (string[])[Errors, Retry, Refused, Altered])
            Publish(all, module, Content(module));
        return new(folder, await GitServer.StartAsync(folder["git"]), await SumDbServer.StartAsync(modules: all, name: "sum.golang.org"));
    }

    /// <summary>As if nothing had been asked yet, by anybody.</summary>
    public void Forget()
    {
        _server.ForgetRequests();
        File.Delete(SshLog);
    }

    /// <summary>Waits until all that was answered is known here too.</summary>
    public async Task SettleAsync()
    {
        while (_server.Answering > 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    /// <summary>Whoever answers at this host from now on has a certificate that is not its own, and another repository for its modules.</summary>
    public void Impersonate(string host)
    {
        _server.Add(new Rule(host) { Certificate = CertificateFault.UnknownAuthority });
        foreach (var module in Own.Where(m => m.StartsWith(host + "/", StringComparison.Ordinal)))
        {
            MakeRepository(module, "code.impostor.example/lib");
            _server.SetImports(Path(module), $"{Path(module)} git https://code.impostor.example/lib");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private void Proxy(string host, string[] modules, bool passesOnDatabase = true)
    {
        foreach (var module in modules)
            Publish(_folder[host], module, Content(module));
        if (modules.Contains(Refused) && PublicHosts.Contains(host))
            Publish(_folder[host], Altered, [.. Content(Altered), ("init.go", "package altered\n\nfunc init() {}\n")]);
        _server.ServeFiles(host, _folder[host]);
        if (passesOnDatabase)
            _server.Forward(host + "/sumdb/sum.golang.org", new Uri(_database.Url + "/sumdb/sum.golang.org"));
    }

    private void MakeRepository(string module, string? address = null)
    {
        var repository = new GitRepository(_folder["git"], address ?? Path(module));
        repository.Commit(Content(module));
        repository.Tag(Version(module));
    }

    /// <summary>Writes a module into the folder of a static module proxy.</summary>
    private static void Publish(string proxy, string module, (string Name, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(proxy, Path(module), "@v")).FullName;
        var version = Version(module);
        File.WriteAllText(System.IO.Path.Combine(folder, "list"), version + "\n");
        File.WriteAllText(System.IO.Path.Combine(folder, version + ".info"), $$"""{"Version":"{{version}}","Time":"2024-01-01T12:01:00Z"}""");
        File.WriteAllText(System.IO.Path.Combine(folder, version + ".mod"), files.Single(f => f.Name == "go.mod").Text);
        using var zip = ZipFile.Open(System.IO.Path.Combine(folder, version + ".zip"), ZipArchiveMode.Create);
        foreach (var (name, text) in files)
        {
            using var entry = zip.CreateEntry($"{module}/{name}").Open();
            entry.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    private static (string Name, string Text)[] Content(string module) =>
        [("go.mod", $"module {Path(module)}\n\ngo 1.20\n"), ("code.go", $"package {Path(module).Split('/')[^1]}\n")];

    private static string Path(string module) => module.Split('@')[0];

    private static string Version(string module) => module.Split('@')[1];
}
