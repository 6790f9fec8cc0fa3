using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>git's only way to the network over http(s): a listener on this machine's loopback that forwards what git may read to the real server by
/// <see cref="StrangerClient"/>. So trust, addresses, redirects, credentials, deadlines and bounds are Tain's own, and git knows none of them.
/// A request needs its passage's id and secret. Listens from the first passage on.</summary>
internal sealed class GitGateway : IAsyncDisposable
{
    /// <summary>What git may send to ask for a pack, in bytes: 50 for each commit it names.</summary>
    private const long MaxQuestion = 64 << 20;

    /// <summary>Connections at once, for a few hundred git commands.</summary>
    private const int MaxConnections = 1024;

    private readonly ConcurrentDictionary<string, HttpPassage> passages = new(StringComparer.Ordinal);
    private readonly StrangerClient web;
    private readonly GitAccess access;
    private readonly GitOptions options;
    private readonly Advertisements advertisements;
    private readonly Lock gate = new();
    private Task<WebApplication>? listening;
    private bool disposed;

    public GitGateway(StrangerClient web, GitAccess access, GitOptions options, TimeProvider time)
    {
        advertisements = new Advertisements(time);
        this.web = web;
        this.access = access;
        this.options = options;
    }

    /// <summary>Passages that are open.</summary>
    internal int Open => passages.Count;

    /// <summary>Throws <see cref="RepositoryException"/> when the host's credentials cannot be had.</summary>
    public async ValueTask<GitPassage> OpenAsync(RemoteUrl remote, bool isPrivate, CancellationToken ct)
    {
        var credentials = remote.IsAnonymous ? null : await access.CredentialsAsync(remote.Uri, ct).ConfigureAwait(false);
        Task<WebApplication> start;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (listening is null or { IsFaulted: true })
                listening = ListenAsync();
            start = listening;
        }

        var server = await start.WaitAsync(ct).ConfigureAwait(false);
        var url = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var passage = new HttpPassage(remote, isPrivate, credentials, url, web, access, advertisements, options, gone => passages.TryRemove(gone.Id, out _));
        passages[passage.Id] = passage;
        return passage;
    }

    /// <summary>Ends what is in flight at once: git's commands are to have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<WebApplication>? started;
        lock (gate)
        {
            disposed = true;
            started = listening;
        }
        advertisements.Dispose();

        if (started is null)
            return;
        try
        {
            var server = await started.ConfigureAwait(false);
            await server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }

    private async Task<WebApplication> ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static server =>
        {
            server.AddServerHeader = false;
            server.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            var limits = server.Limits;
            limits.MaxRequestBodySize = MaxQuestion;
            limits.MaxRequestHeadersTotalSize = 16 << 10;
            limits.MaxConcurrentConnections = MaxConnections;
            limits.MaxConcurrentUpgradedConnections = 0;
            // git thinks while it asks and while it reads; its own deadline (go.git.timeout) ends it, and the connection with it.
            limits.MinRequestBodyDataRate = null;
            limits.MinResponseDataRate = null;
        });
        // The process's signals are the server's alone.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        var app = builder.Build();
        app.Run(HandleAsync);
        try
        {
            await app.StartAsync(CancellationToken.None).ConfigureAwait(false);
            return app;
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (GatewayRequest.ParseOrNull(context.Request.Method, target) is { } request
            && passages.TryGetValue(request.Id, out var passage) && passage.Knows(context.Request.Headers[HttpPassage.SecretHeader]))
            return passage.ForwardAsync(context, request);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
