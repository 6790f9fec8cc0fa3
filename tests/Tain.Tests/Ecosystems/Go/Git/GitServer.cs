using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Git's own server program, git http-backend, behind HTTP on loopback; what stands in front of it can be replaced.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string root;

    private GitServer(string root, Func<HttpContext, Task<bool>>? first, bool isDumb, IPAddress? at, X509Certificate2? certificate)
    {
        this.root = root;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(at ?? IPAddress.Loopback, 0, endpoint =>
        {
            if (certificate is not null)
                endpoint.UseHttps(certificate);
        }));
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        app = builder.Build();
        app.Run(async context =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
            Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
            Encodings.Enqueue($"{context.Request.Headers.ContentEncoding}{context.Request.Headers.TransferEncoding}");
            if (first is not null && await first(context))
                return;
            if (isDumb)
                await SendFileAsync(context);
            else
                await BackendAsync(context);
        });
    }

    public ConcurrentQueue<string> Requests { get; } = [];

    public ConcurrentQueue<string> Authorizations { get; } = [];

    public ConcurrentQueue<string> Encodings { get; } = [];

    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="root">The folder of the repositories.</param>
    /// <param name="first">Answers instead when it returns true.</param>
    /// <param name="isDumb">Files only, as any web server has them.</param>
    public static async Task<GitServer> StartAsync(string root, Func<HttpContext, Task<bool>>? first = null, bool isDumb = false, IPAddress? at = null, X509Certificate2? certificate = null)
    {
        var server = new GitServer(root, first, isDumb, at, certificate);
        await server.app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task SendFileAsync(HttpContext context)
    {
        var path = root + context.Request.Path;
        if (context.Request.QueryString.HasValue && !path.EndsWith("/info/refs", StringComparison.Ordinal) || !File.Exists(path))
        {
            context.Response.StatusCode = 404;
            return;
        }

        await context.Response.Body.WriteAsync(await File.ReadAllBytesAsync(path));
    }

    private async Task BackendAsync(HttpContext context)
    {
        var request = context.Request;
        var start = new ProcessStartInfo("/usr/bin/git") { ArgumentList = { "http-backend" }, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["GIT_PROJECT_ROOT"] = root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["PATH_INFO"] = request.Path;
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "";
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        if (request.ContentLength is { } length)
            start.Environment["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        using var backend = Process.Start(start)!;
        await request.Body.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        var output = backend.StandardOutput.BaseStream;
        while (await LineAsync(output) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..].Trim();
            if (line[..colon] == "Status")
                context.Response.StatusCode = int.Parse(value.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            else
                context.Response.Headers[line[..colon]] = value;
        }

        await output.CopyToAsync(context.Response.Body);
        await backend.WaitForExitAsync();
    }

    private static async Task<string> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
    }
}
