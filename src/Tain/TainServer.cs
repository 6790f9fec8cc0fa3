using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.Git;
using Tain.Ecosystems.Go.SumDb;
using Tain.Ecosystems.Setup;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;
using Tain.Upstream;

namespace Tain;

/// <summary>The server put together: which part gets which. Everything that runs is made here, by hand, in the order of its dependencies.</summary>
internal sealed class TainServer : IAsyncDisposable
{
    private readonly LogWriter _log;
    private readonly ILogger _events;
    private readonly WebApplication _web;
    private readonly BlobStore _blobs;
    private readonly Catalog _catalog;
    private readonly UpstreamClient _upstream;
    private readonly StrangerClient _strangers;
    private readonly GitGateway _gateway;
    private readonly GitRepositories _repositories;
    private readonly ToolchainModules _toolchain;
    private readonly Discovery _discovery;
    private readonly BoundVersions _bound;
    private readonly PushHooks _hooks;
    private readonly SumDatabase? _sumDb;
    private readonly Documents _documents;
    private readonly Artifacts _artifacts;
    private readonly KnownFailures _failures;
    private readonly Stories _stories;
    private readonly ServerLife _life = new();
    private readonly Health _health;
    private readonly Ecosystems.Ecosystems _ecosystems;
    private readonly Scrub _scrub;
    private readonly PendingProofs _pending;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TainOptions _options;
    private readonly TimeProvider _time;
    private Task _background = Task.CompletedTask;
    private bool _isBackgroundEnded;

    /// <summary>Opens the store and binds nothing yet. Throws <see cref="StorageException"/> with the remedy.</summary>
    /// <param name="steps">For tests that stop the process at a named step of a write.</param>
    /// <param name="log">Where the log goes; standard output by default. Disposed with the server.</param>
    /// <param name="environment">The variables of outgoing proxies; this process's own by default.</param>
    /// <param name="resolve">The resolver; the system's by default.</param>
    public TainServer(TainOptions options, TimeProvider? time = null, WriteSteps? steps = null, LogWriter? log = null, Func<string, string?>? environment = null,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        // Empty: appsettings.json and ASPNETCORE_ variables are no part of Tain's configuration.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        _log = log ?? LogWriter.ToStandardOutput(options.LogFormat, _time);
        LogProvider.Use(builder.Logging, _log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(ServerLimits.Apply);
        builder.WebHost.UseUrls("http://" + options.Listen);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        _web = builder.Build();
        var logs = _web.Services.GetRequiredService<ILoggerFactory>();
        _events = logs.CreateLogger<TainServer>();
        foreach (var warning in options.Warnings)
            _events.LogWarning("{Warning}", warning);

        _blobs = BlobStore.Open(options.Data, steps);
        _catalog = Catalog.Open(options.Data, _time, steps);

        var sources = new SourceHealth(_time);
        environment ??= Environment.GetEnvironmentVariable;
        resolve ??= Dns.GetHostAddressesAsync;
        _upstream = new UpstreamClient(options.Upstream, sources, _time, resolve, environment);
        _strangers = new StrangerClient(options.Upstream, _time, resolve, environment);

        _failures = new KnownFailures(_time);
        _stories = new Stories();
        var flights = new Flights<DocumentAnswer>(_life, options.Upstream.FetchTimeout);
        _documents = new Documents(_catalog, flights, _failures, _stories, _life, options.Upstream.FetchTimeout, _time, logs.CreateLogger<Documents>());
        var fetch = new ArtifactFetch(_blobs, _catalog, _upstream, sources, _failures, _stories, options.Upstream, _life, _time, logs.CreateLogger<ArtifactFetch>());
        var proofs = new StoredProofs(_catalog, new Flights<Proved>(_life, options.Upstream.FetchTimeout), logs.CreateLogger<StoredProofs>());
        var unproved = new Bell();
        _artifacts = new Artifacts(_catalog, _blobs, fetch, proofs, unproved, _failures, _life, _time, logs.CreateLogger<Artifacts>());

        var access = new GitAccess(options.Go.Git, options.Upstream, _strangers, _time);
        _gateway = new GitGateway(_strangers, access, options.Go.Git, _time);
        var transports = new GitTransports(options.Go.Git, options.Upstream, _strangers, _gateway);
        _repositories = new GitRepositories(Path.Combine(options.Data, "git"), options.Go.Git, transports, _time);
        _discovery = new Discovery(options.Go.Direct, options.Go.Git, _strangers, access, _life, _time);
        _toolchain = new ToolchainModules(options.Go.Direct, options.Go.Git, options.Upstream, Path.Combine(options.Data, "toolchain"), _time, environment);
        _bound = new BoundVersions(_catalog);
        var direct = new DirectSource(_discovery, _repositories, _bound, _strangers, access, _toolchain, _catalog, options.Go, options.Upstream.FetchTimeout, _time);

        var routing = new GoRouting(options.Go);
        if (options.Go.SumDb is { } database)
            _sumDb = new SumDatabase(database, options.Go, _upstream, options.Upstream.FetchTimeout, _catalog, _failures, _stories, _life, _time, logs.CreateLogger<SumDatabase>());
        var kept = options.Go.SumDb is { } configured ? new KeptLog(configured, _catalog) : null;
        var requests = new GoRequests(routing, options.Go, direct, _sumDb, kept);
        var go = new GoMirror(_documents, _artifacts, _catalog, _upstream, sources, _failures, direct, requests, routing, options.Go, _time);
        _ecosystems = new Ecosystems.Ecosystems(
            new GoEndpoints(go, new GoIndex(_catalog, routing), new SumDbEndpoints(_sumDb, routing, options.Go, _time), routing, _time),
            new GoExplain(go, direct, _sumDb, routing, _catalog, sources, _stories),
            new GoResolve(go),
            new GoAlarms(_catalog, routing),
            _hooks = new PushHooks(new PushRefresh(go, routing, _discovery, _repositories, _catalog), options.Go.Direct.HookSecretFile),
            new SetupPages(() => ClientAddress, new GoSetup(options.Go).Clients));

        Examination = TainVerifier.ExaminationOf(_catalog, _blobs, requests, kept,
            artifacts => new(new(_catalog, _blobs, _documents, _time), new(_catalog, _blobs, _artifacts, artifacts, _time)),
            _sumDb is not null && kept is not null ? new SumDbRepair(_sumDb, kept, _catalog, _blobs.Quarantine, _time) : null, go.FetchDocumentAsync);
        _scrub = new Scrub(Examination, _life, options.ScrubRate, options.ScrubInterval, _time, logs.CreateLogger<Scrub>());
        _pending = new PendingProofs(_catalog, _artifacts, requests.ForOrNull, unproved, _time, logs.CreateLogger<PendingProofs>());

        _health = new Health(() => File.Exists(Path.Combine(options.Data, Catalog.FileName)) ? null : $"{Path.GetFullPath(options.Data)} is gone or can't be read");
        var accessLog = new AccessLog(_log);
        _web.Run(context => accessLog.InvokeAsync(context, HandleAsync));
    }

    /// <summary>Where it listens, once started.</summary>
    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>How clients reach it: <c>public-url</c>, else the address it listens on, with this machine's name for every address.</summary>
    public string PublicUrl => _options.PublicUrl?.ToString().TrimEnd('/')
        ?? Url.Replace("//[::]:", $"//{Environment.MachineName}:", StringComparison.Ordinal).Replace("//0.0.0.0:", $"//{Environment.MachineName}:", StringComparison.Ordinal);

    /// <summary>What clients are told, who would not notice a wrong guess: <c>public-url</c>; without one, the address it listens on if only this machine can reach that.</summary>
    public SetupAddress ClientAddress => _options.PublicUrl is { } url ? new(url.AbsoluteUri.TrimEnd('/'), IsThisMachineOnly: false)
        : IPEndPoint.TryParse(_options.Listen, out var listen) && IPAddress.IsLoopback(listen.Address) ? new(Url, IsThisMachineOnly: true)
        : default;

    /// <summary>Looks at all that is stored here, and mends it.</summary>
    public Examination Examination { get; }

    public async Task StartAsync(CancellationToken ct)
    {
        await _web.StartAsync(ct);
        _background = Task.WhenAll(Task.Run(() => _pending.RunAsync(_stopping.Token), CancellationToken.None), Task.Run(() => _scrub.RunAsync(_stopping.Token), CancellationToken.None));
        _events.LogInformation("serving {Url}/go, listening on {Listen}, data in {Data}, upstream {Upstream}, checksum database {SumDb}", PublicUrl, Url, Path.GetFullPath(_options.Data), _options.Go.Upstream.ToString(),
            _options.Go.SumDb is { } database ? $"{database.Name} ({(_options.Go.SumDbUnavailable is WhenUnavailable.Refuse ? "refuse" : "serve-unverified")} while it is out of reach)" : "off");
    }

    /// <summary>Takes nothing new, finishes what is in flight within <c>stop-timeout</c>, then ends the rest.</summary>
    public async Task StopAsync()
    {
        _health.Stop();
        await EndBackgroundAsync();
        _events.LogInformation("stopping: what is in flight is finished, for at most {StopTimeout} (stop-timeout)", _options.StopTimeout);
        // Fetches end a little before the connections, so that whoever waits for one is told.
        using var patience = new CancellationTokenSource(_options.StopTimeout, _time);
        var web = _web.StopAsync(patience.Token);
        await _life.EndAsync(_options.StopTimeout * 0.9, _time);
        await web;
        await _life.EndAsync(TimeSpan.Zero, _time);
        _events.LogInformation("stopped");
    }

    /// <summary>:: The life of a request, step 1.</summary>
    private Task HandleAsync(HttpContext context)
    {
        var isPlain = RawTarget.TryRead(context, out var target);
        if (ServerLimits.RefuseOrNull(context, isPlain && Ecosystems.Ecosystems.MayPost(target)) is { } refused)
            return refused;
        if (Hop.IsMine(context.Request.Headers.Via))
            return ErrorBody.WriteAsync(context, StatusCodes.Status508LoopDetected, ErrorBody.Format("loop: this server was asked by itself: a source of go.upstream or go.routes leads back here", []));
        if (!isPlain)
            return GoErrors.WriteMalformedAsync(context, "the path is not a plain one: it is decoded once, and holds visible ASCII, no %, no empty or dot segments");
        return target.Path switch
        {
            "/" or "/go" or "/go/" => ErrorBody.WriteAsync(context, StatusCodes.Status200OK, Welcome()),
            "/healthz" => Health.HandleHealthAsync(context),
            "/readyz" => _health.HandleReadyAsync(context),
            _ => _ecosystems.HandleOrNull(context, target)
                ?? GoErrors.WriteMalformedAsync(context, "no such page; Go modules are under /go/"),
        };
    }

    private string Welcome()
    {
        var url = _options.PublicUrl is null ? "<this server>" : PublicUrl;
        return $"Tain, a mirror for Go modules.\nGOPROXY={url}/go\nHow to set up a client: {url}/setup\nWhy an answer is what it is: {url}/api/v1/explain/go/<module>@<version>\nNewly seen versions: {url}/go/index\n";
    }

    private async Task EndBackgroundAsync()
    {
        if (_isBackgroundEnded)
            return;
        _isBackgroundEnded = true;
        await _stopping.CancelAsync();
        await _background;
    }

    public async ValueTask DisposeAsync()
    {
        await EndBackgroundAsync();
        _stopping.Dispose();
        await _web.DisposeAsync();
        // git first: what it would still ask for goes through the rest.
        _repositories.Dispose();
        _toolchain.Dispose();
        await _gateway.DisposeAsync();
        _hooks.Dispose();
        _discovery.Dispose();
        _bound.Dispose();
        _strangers.Dispose();
        _upstream.Dispose();
        _artifacts.Dispose();
        _sumDb?.Dispose();
        _documents.Dispose();
        _failures.Dispose();
        _stories.Dispose();
        await _catalog.DisposeAsync();
        _blobs.Dispose();
        _life.Dispose();
        _log.Dispose();
    }
}
