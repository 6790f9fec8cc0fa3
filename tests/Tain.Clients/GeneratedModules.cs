using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tain.Clients;

/// <summary>A module proxy of as many modules as are asked for: <c>example.com/m0</c>, <c>m1</c>, …, each made of its number, so that what a client got can be
/// checked without keeping it. Most zips are a few KB, every tenth is some 100 KB, every fiftieth 1 MB; larger ones are sent in pieces with pauses.</summary>
internal sealed class GeneratedModules : IAsyncDisposable
{
    public const string Version = "v1.0.0";
    private const int PieceLength = 32 << 10;

    private readonly WebApplication _web;

    private GeneratedModules(WebApplication web) => _web = web;

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="keepAlive">False: each request on a connection of its own.</param>
    public static async Task<GeneratedModules> StartAsync(bool keepAlive = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var modules = new GeneratedModules(builder.Build());
        modules._web.Run(context =>
        {
            if (!keepAlive)
                context.Response.Headers.Connection = "close";
            return AnswerAsync(context);
        });
        await modules._web.StartAsync(TestContext.Current.CancellationToken);
        return modules;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    /// <summary>The three files of a module, as paths below the proxy's root.</summary>
    public static string[] PathsOf(int number) => [.. ((string[])["info", "mod", "zip"]).Select(kind => $"/{Name(number)}/@v/{Version}.{kind}")];

    /// <summary>What is at a path of <see cref="PathsOf"/>; null for any other.</summary>
    public static byte[]? BytesOrNull(string path)
    {
        const string prefix = "/example.com/m", middle = $"/@v/{Version}.";
        var at = path.IndexOf(middle, StringComparison.Ordinal);
        if (at < 0 || !path.StartsWith(prefix, StringComparison.Ordinal) || !int.TryParse(path.AsSpan(prefix.Length, at - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return path[(at + middle.Length)..] switch
        {
            "info" => Encoding.UTF8.GetBytes($$"""{"Version":"{{Version}}","Time":"2026-01-02T03:04:05Z"}"""),
            "mod" => GoMod(number),
            "zip" => Zip(number),
            _ => null,
        };
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"example.com/m{number}");

    private static byte[] GoMod(int number) => Encoding.UTF8.GetBytes($"module {Name(number)}\n\ngo 1.21\n");

    private static byte[] Zip(int number)
    {
        var random = new Random(number);
        var size = number % 50 == 49 ? 1_000_000 : number % 10 == 9 ? 100_000 : random.Next(100, 6000);
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("go.mod", GoMod(number));
            var data = new byte[size];
            random.NextBytes(data);
            Add("data.bin", data);
            Add("a.go", Encoding.UTF8.GetBytes($"package m{number}\n"));

            void Add(string name, byte[] content)
            {
                var entry = zip.CreateEntry($"{Name(number)}@{Version}/{name}", CompressionLevel.Fastest);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        return bytes.ToArray();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (BytesOrNull(context.Request.Path) is not { } bytes)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.ContentLength = bytes.Length;
        for (var at = 0; at < bytes.Length; at += PieceLength)
        {
            if (at > 0)
                await Task.Delay(1, context.RequestAborted);
            await context.Response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(PieceLength, bytes.Length - at)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
