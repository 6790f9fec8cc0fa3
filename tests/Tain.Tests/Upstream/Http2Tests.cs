using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Tain.Upstream;

namespace Tain.Tests.Upstream;

/// <summary>What real sources speak: HTTP/2 over TLS.</summary>
public sealed class Http2Tests : IAsyncLifetime
{
    private readonly TestAuthority authority = new();
    private readonly List<string> connections = [];
    private WebApplication app = null!;

    private string Url { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(authority.Issue());
        }));
        app = builder.Build();
        app.Run(async context =>
        {
            lock (connections)
                connections.Add(context.Connection.Id);
            switch (context.Request.Path.Value)
            {
                case "/cut":
                    context.Response.ContentLength = 100;
                    await context.Response.WriteAsync("abc");
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(200);
                    context.Abort();
                    break;
                case "/reset":
                    context.Features.Get<IHttpResetFeature>()!.Reset(2);
                    break;
                case "/stall":
                    context.Response.ContentLength = 100;
                    await context.Response.WriteAsync("abc");
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    break;
                case "/wait":
                    await Task.Delay(300);
                    await context.Response.WriteAsync(context.Request.Protocol);
                    break;
                default:
                    await context.Response.WriteAsync(context.Request.Protocol);
                    break;
            }
        });
        await app.StartAsync();
        Url = app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        authority.Dispose();
    }

    [Fact]
    public async Task Requests_share_one_connection()
    {
        using var rig = Rig();
        Assert.Equal("HTTP/2", Upstream.Rig.Text((await rig.GetAsync(Url, "x")).Body));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.GetAsync(Url, "wait")));
        Assert.All(answers, a => Assert.Null(a.Attempt.Fault));
        Assert.Single(connections.Distinct());
    }

    [Fact]
    public async Task A_stream_that_is_reset_in_its_body_is_Cut()
    {
        using var rig = Rig();
        var answer = await rig.GetAsync(Url, "cut");
        Assert.Equal((FaultKind.Cut, "the connection broke after 3 of 100 bytes (2 tries)"), (answer.Attempt.Fault, answer.Attempt.Said));
    }

    [Fact]
    public async Task A_stream_that_is_reset_before_its_headers_is_Unreachable_and_asked_again()
    {
        using var rig = Rig();
        var answer = await rig.GetAsync(Url, "reset");
        Assert.Equal((FaultKind.Unreachable, 2), (answer.Attempt.Fault, answer.Attempt.Tries));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_Timeout_and_its_neighbours_live_on()
    {
        using var rig = Rig();
        var stalled = rig.GetAsync(Url, "stall");
        Assert.Null((await rig.GetAsync(Url, "wait")).Attempt.Fault);
        Assert.Equal(FaultKind.Timeout, (await stalled).Attempt.Fault);
        Assert.Null((await rig.GetAsync(Url, "x")).Attempt.Fault);
    }

    private Rig Rig() => new(Upstream.Rig.Quick with { CaBundle = authority.PemPath, Tries = 2, StallTimeout = TimeSpan.FromMilliseconds(500) });
}
