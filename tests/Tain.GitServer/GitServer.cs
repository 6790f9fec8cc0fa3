using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tain.GitHosting;

/// <summary>
/// Every host of the internet that a test wants, on loopback: git repositories by smart HTTP over
/// TLS, go-import pages, module proxies. Clients reach it through <see cref="ProxyUrl"/> and trust
/// <see cref="CaBundle"/>; <see cref="Environment"/> has both for go and git.
///
/// The repository https://HOST/PATH is the folder HOST/PATH.git (or HOST/PATH) of the folder given.
/// </summary>
public sealed class GitServer : IAsyncDisposable
{
    private readonly Authority _authority = new();
    private readonly Rules _rules = new();
    private readonly GoImports _imports = new();
    private readonly ConcurrentDictionary<string, string> _folders = new();
    private readonly ConcurrentDictionary<string, Forwarding> _forwarded = new();
    private readonly StallCount _stalls = new();
    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly string _repositories, _temp = Directory.CreateTempSubdirectory("tain-gitserver-").FullName;
    private readonly WebApplication _server;
    private ConnectProxy? _proxy;
    private int _answering;

    private GitServer(string repositories)
    {
        _repositories = Path.GetFullPath(repositories);
        CaBundle = Path.Combine(_temp, "ca.pem");
        File.WriteAllText(CaBundle, _authority.Pem);
        if (File.Exists(Path.Combine(_repositories, "go-import")))
            _imports.Read(Path.Combine(_repositories, "go-import"));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            // Tests that throttle are slower than any default.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
                https.ServerCertificateSelector = (_, host) => _authority.For(host ?? "localhost", _rules.CertificateFaultOf(host ?? ""))));
        });
        _server = builder.Build();
        _server.Run(ServeAsync);
    }

    /// <summary>For HTTPS_PROXY.</summary>
    public string ProxyUrl => $"http://127.0.0.1:{_proxy!.Port}";

    /// <summary>A PEM file with the one root to trust.</summary>
    public string CaBundle { get; }

    /// <summary>What go, git and Tain need to reach this server and no other.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["HTTPS_PROXY"] = ProxyUrl,
        ["https_proxy"] = ProxyUrl,
        ["NO_PROXY"] = "",
        ["SSL_CERT_FILE"] = CaBundle,
        ["GIT_SSL_CAINFO"] = CaBundle,
    };

    /// <summary>What was asked, in the order in which it was answered.</summary>
    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>How many requests are being answered and are not among <see cref="Requests"/> yet: a client may have its answer before.</summary>
    public int Answering => Volatile.Read(ref _answering);

    /// <summary>How often the proxy was asked for each <c>HOST:PORT</c>.</summary>
    public IReadOnlyDictionary<string, int> Connections => _proxy!.Connections;

    /// <summary>Each <c>HOST:PORT</c> that the proxy was asked for, in that order, whether or not there is such a host.</summary>
    public IReadOnlyList<string> Targets => _proxy!.Targets;

    /// <param name="repositories">Its file go-import, if any, has lines <c>PREFIX VCS URL [SUBDIRECTORY]</c> for the pages.</param>
    public static async Task<GitServer> StartAsync(string repositories)
    {
        var server = new GitServer(repositories);
        await server._server.StartAsync();
        var address = new Uri(server._server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        server._proxy = new ConnectProxy(new IPEndPoint(IPAddress.Loopback, address.Port), server.FaultOf);
        return server;
    }

    /// <summary>How many requests hang now, by a rule's will.</summary>
    public int Stalled => _stalls.Now;

    public void Add(Rule rule) => _rules.Add(rule);

    public void Remove(Rule rule) => _rules.Remove(rule);

    public void ClearRules() => _rules.Clear();

    public void ForgetRequests()
    {
        _requests.Clear();
        _proxy!.ForgetTargets();
    }

    public int Count(RequestKind kind, string? repository = null) => _requests.Count(r => r.Kind == kind && (repository is null || r.Repository == repository));

    /// <summary>The page for an import path and all below it, with go-import tags <c>PREFIX VCS URL [SUBDIRECTORY]</c>.</summary>
    public void SetImports(string path, params string[] tags) => _imports.Set(path, GoImports.Page(tags));

    /// <summary>The page for an import path and all below it, as hostile as one likes.</summary>
    public void SetPage(string path, GoGetPage page) => _imports.Set(path, page);

    /// <summary>Serves files, such as a static module proxy, at a host or below a path on it.</summary>
    public void ServeFiles(string path, string folder) => _folders[path] = folder;

    /// <summary>Passes the requests for a host, or a path on it and all below, on to another server; what follows the path is added to the URL.</summary>
    public void Forward(string path, Uri to) => _forwarded[path] = new(to);

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        using (var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200)))
            await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_temp, recursive: true);
    }

    private HostFault FaultOf(string host)
    {
        var fault = _rules.HostFaultOf(host);
        return fault != HostFault.None || IsKnown(host) ? fault : HostFault.Unknown;
    }

    private bool IsKnown(string host) =>
        Directory.Exists(Path.Combine(_repositories, host)) || _imports.HasHost(host)
        || _folders.Keys.Concat(_forwarded.Keys).Any(f => f.Split('/')[0] == host);

    private async Task ServeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _answering);
        try
        {
            await AnswerAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _answering);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Host.Host + context.Request.Path.Value!.TrimEnd('/');
        var (repository, folder) = FindRepository(path);
        var body = await PeekedBody.OfAsync(context.Request);
        var kind = KindOf(context.Request, body, folder);
        var rule = _rules.For(path, kind);
        var user = UserOf(context.Request);
        var exchange = new Exchange(context, rule, _stalls);
        try
        {
            await exchange.WaitAsync();
            if (rule.Password is not null && user != rule.Password)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"tain\"";
                await exchange.TextAsync(401, "who are you?\n");
            }
            else if (rule.RedirectTo is not null)
            {
                context.Response.Headers.Location = rule.RedirectTo.Replace("{path}", context.Request.Path + context.Request.QueryString, StringComparison.Ordinal);
                await exchange.TextAsync(302, "");
            }
            else if (rule.Status is { } status)
                await exchange.TextAsync(status, rule.Body);
            else if (_forwarded.Keys.FirstOrDefault(f => path == f || path.StartsWith(f + "/", StringComparison.Ordinal)) is { } prefix)
                await _forwarded[prefix].ServeAsync(context, (context.Request.Host.Host + context.Request.Path)[prefix.Length..], body, exchange);
            else if (kind == RequestKind.GoGet)
                await ServePageAsync(path, exchange);
            else if (folder is not null)
                await ServeRepositoryAsync(context, repository, folder, user.Split(':')[0], body, exchange);
            else
                await ServeFileAsync(path, exchange);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
        finally
        {
            _requests.Enqueue(new(kind, context.Request.Method, path, repository, user.Split(':')[0], context.Request.Headers["Git-Protocol"].ToString(), context.Response.StatusCode, exchange.Sent));
        }
    }

    private Task ServePageAsync(string path, Exchange exchange) => _imports.For(path) is { } page
        ? exchange.TextAsync(page.Status, page.Html, page.ContentType)
        : exchange.TextAsync(404, "no such page\n");

    private static async Task ServeRepositoryAsync(HttpContext context, string repository, string folder, string user, Stream body, Exchange exchange)
    {
        var path = (context.Request.Host.Host + context.Request.Path.Value)[repository.Length..];
        path = path.StartsWith(".git", StringComparison.Ordinal) ? path[4..] : path;
        await using var answer = await GitBackend.StartAsync(
            context, Path.GetDirectoryName(folder)!, "/" + Path.GetFileName(folder) + path, user, exchange.Rule.WithoutProtocol2, body);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers.Append(name, value);
        await exchange.SendAsync(answer.Body);
    }

    private async Task ServeFileAsync(string path, Exchange exchange)
    {
        var at = _folders.FirstOrDefault(f => path.StartsWith(f.Key + "/", StringComparison.Ordinal));
        var file = at.Key is null ? null : Path.GetFullPath(Path.Combine(at.Value, path[(at.Key.Length + 1)..]));
        if (file is null || !File.Exists(file))
        {
            await exchange.TextAsync(404, "no such file\n");
            return;
        }
        await using var content = File.OpenRead(file);
        await exchange.SendAsync(content);
    }

    /// <summary>The repository whose address begins the path, and its folder.</summary>
    private (string Repository, string? Folder) FindRepository(string path)
    {
        var parts = path.Split('/');
        if (parts.Any(p => p is "" or "." or ".."))
            return ("", null);
        for (var i = parts.Length; i > 1; i--)
        {
            var address = string.Join('/', parts[..i]);
            var bare = address.EndsWith(".git", StringComparison.Ordinal) ? address[..^4] : address;
            foreach (var folder in (string[])[Path.Combine(_repositories, bare + ".git"), Path.Combine(_repositories, bare)])
                if (File.Exists(Path.Combine(folder, "HEAD")))
                    return (bare, folder);
        }
        return ("", null);
    }

    private static RequestKind KindOf(HttpRequest request, PeekedBody body, string? folder) =>
        request.Query["go-get"] == "1" ? RequestKind.GoGet
        : folder is null && !request.Path.Value!.Contains("git-upload-pack", StringComparison.Ordinal) && request.Query["service"].Count == 0 ? RequestKind.Other
        : request.Path.Value!.EndsWith("/info/refs", StringComparison.Ordinal) ? RequestKind.Refs
        : !request.Path.Value.EndsWith("/git-upload-pack", StringComparison.Ordinal) ? RequestKind.Other
        : body.Contains("command=ls-refs"u8) ? RequestKind.ListRefs
        : RequestKind.Fetch;

    private static string UserOf(HttpRequest request)
    {
        var given = request.Headers.Authorization.ToString();
        if (!given.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return given.Length > 0 ? "?" : "";
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(given["Basic ".Length..]));
        }
        catch (FormatException)
        {
            return "?";
        }
    }
}
