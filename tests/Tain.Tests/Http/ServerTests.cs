using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Tain.Http;

namespace Tain.Tests.Http;

/// <summary>The pieces together behind a real Kestrel, spoken to in raw bytes.</summary>
public sealed class ServerTests : IAsyncDisposable
{
    private readonly MemoryStream output = new();
    private readonly LogWriter log;
    private readonly WebApplication app;
    private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Health health = new(() => null);

    public ServerTests()
    {
        log = new LogWriter(output, json: true, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        LogProvider.Use(builder.Logging, log);
        builder.WebHost.ConfigureKestrel(ServerLimits.Apply);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        var access = new AccessLog(log);
        RequestDelegate handler = HandleAsync;
        app.Run(context => access.InvokeAsync(context, handler));
    }

    private Task HandleAsync(HttpContext context)
    {
        if (ServerLimits.RefuseOrNull(context) is { } refused)
            return refused;
        if (!RawTarget.TryRead(context, out var target))
            return ErrorBody.WriteAsync(context, 404, ErrorBody.Format("not found: not a path", []));
        switch (target.Path)
        {
            case "/healthz":
                return Health.HandleHealthAsync(context);
            case "/readyz":
                return health.HandleReadyAsync(context);
            case "/throws":
                throw new InvalidOperationException("secret detail");
            case "/waits":
                return WaitsAsync(context);
            case "/half":
                return HalfAsync(context);
            default:
                CacheStatus.Hit.Apply(context.Response);
                return context.Response.WriteAsync("you asked " + target.Path, context.RequestAborted);
        }
    }

    private async Task WaitsAsync(HttpContext context)
    {
        waiting.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        finally
        {
            left.SetResult();
        }
    }

    private static async Task HalfAsync(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("half", context.RequestAborted);
        throw new InvalidOperationException("in the middle");
    }

    private async Task<string> SendAsync(string request)
    {
        if (!app.Lifetime.ApplicationStarted.IsCancellationRequested)
            await app.StartAsync(TestContext.Current.CancellationToken);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(app.Urls.First()).Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            answer.Write("[reset]"u8);
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private Task<string> GetAsync(string target, string headers = "", string method = "GET") =>
        SendAsync($"{method} {target} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n");

    private async Task<JsonElement[]> LogAsync()
    {
        await app.StopAsync(TestContext.Current.CancellationToken);
        log.Dispose();
        return [.. Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line))];
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        log.Dispose();
    }

    [Fact]
    public async Task A_request_is_answered_and_logged_with_its_trace()
    {
        var answer = await GetAsync("/go/x%21y?token=secret", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nAuthorization: Basic c2VjcmV0\r\n");
        Assert.EndsWith("you asked /go/x!y\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        var line = Assert.Single(await LogAsync(), e => e.GetProperty("msg").GetString() == "request");
        Assert.Equal("/go/x%21y", line.GetProperty("path").GetString());
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", line.GetProperty("trace").GetString());
        Assert.Equal(17, line.GetProperty("bytes").GetInt64());
        Assert.Equal("hit", line.GetProperty("cache").GetString());
        Assert.DoesNotContain("secret", line.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/go/a%2fb")]
    [InlineData("/go/../../etc/passwd")]
    [InlineData("/go/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/go/%252e%252e/etc/passwd")]
    public async Task A_path_that_does_not_parse_is_404(string target) =>
        Assert.StartsWith("HTTP/1.1 404 ", await GetAsync(target), StringComparison.Ordinal);

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("get")]
    public async Task Other_methods_are_405(string method)
    {
        var answer = await GetAsync("/go/x", method: method);
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("Allow: GET, HEAD\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_get_with_a_body_is_refused_and_its_body_is_not_taken_for_a_request()
    {
        var answer = await SendAsync("GET /go/x HTTP/1.1\r\nHost: t\r\nContent-Length: 37\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n..");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("smuggled", answer, StringComparison.Ordinal);
        var both = await SendAsync("GET /go/x HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", both, StringComparison.Ordinal);
        Assert.DoesNotContain("smuggled", both, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_of_a_refused_method_is_not_taken_for_a_request()
    {
        var answer = await SendAsync("POST /go/x HTTP/1.1\r\nHost: t\r\nContent-Length: 37\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n..");
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("smuggled", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_is_an_aborted_line_and_no_fault()
    {
        await app.StartAsync(TestContext.Current.CancellationToken);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", new Uri(app.Urls.First()).Port, TestContext.Current.CancellationToken);
            await socket.GetStream().WriteAsync("GET /waits HTTP/1.1\r\nHost: t\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await waiting.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var lines = await LogAsync();
        Assert.True(Assert.Single(lines, e => e.GetProperty("msg").GetString() == "request").GetProperty("aborted").GetBoolean());
        Assert.DoesNotContain(lines, e => e.GetProperty("level").GetString() == "error");
    }

    [Fact]
    public async Task Headers_beyond_the_bound_are_refused()
    {
        Assert.StartsWith("HTTP/1.1 414 ", await GetAsync("/" + new string('a', ServerLimits.RequestLineBytes)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await GetAsync("/" + new string('a', RawTarget.MaxLength)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await GetAsync("/", $"X: {new string('a', ServerLimits.RequestHeaderBytes)}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_server_is_500_with_the_trace_and_without_the_detail()
    {
        var answer = await GetAsync("/throws");
        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", answer, StringComparison.Ordinal);
        var lines = await LogAsync();
        var fault = Assert.Single(lines, e => e.GetProperty("level").GetString() == "error");
        Assert.Contains("secret detail", fault.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Contains(fault.GetProperty("trace").GetString()!, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_in_the_middle_of_a_body_resets_the_connection()
    {
        var answer = await GetAsync("/half");
        Assert.DoesNotContain("internal error", answer, StringComparison.Ordinal);
        var line = Assert.Single(await LogAsync(), e => e.GetProperty("msg").GetString() == "request");
        Assert.True(line.GetProperty("aborted").GetBoolean());
        Assert.Equal(4, line.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Readiness_ends_with_the_stop_and_health_does_not()
    {
        Assert.StartsWith("HTTP/1.1 200 ", await GetAsync("/readyz"), StringComparison.Ordinal);
        health.Stop();
        var stopping = await GetAsync("/readyz");
        Assert.StartsWith("HTTP/1.1 503 ", stopping, StringComparison.Ordinal);
        Assert.Contains("stopping", stopping, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await GetAsync("/healthz"), StringComparison.Ordinal);
    }
}
