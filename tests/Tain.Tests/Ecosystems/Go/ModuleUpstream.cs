using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Tain.Tests.Upstream;

namespace Tain.Tests.Ecosystems.Go;

/// <summary>A GOPROXY on loopback: what it is given by path, else 404. Any path can be given a script instead.</summary>
internal sealed class ModuleUpstream : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HostileExchange, Task>> _pages = new(StringComparer.Ordinal);
    private readonly HostileServer _server;

    public ModuleUpstream() => _server = new HostileServer(exchange => _pages.TryGetValue(exchange.Request.Target, out var page)
        ? page(exchange)
        : exchange.AnswerAsync("404 Not Found", "not found: no such page here", "Content-Type: text/plain; charset=utf-8"));

    public string Url => _server.Url;

    /// <summary>The targets asked for, in order.</summary>
    public IReadOnlyList<string> Asked => [.. _server.Requests.Select(r => r.Target)];

    public IReadOnlyList<HostileRequest> Requests => _server.Requests;

    public int CountOf(string path) => Asked.Count(t => t == "/" + path);

    public void Set(string path, string body) => Set(path, HostileServer.Ok(body));

    public void Set(string path, byte[] body) => Set(path, async exchange =>
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
        await exchange.SendAsync(body);
    });

    public void Set(string path, Func<HostileExchange, Task> script) => _pages["/" + path] = script;

    public void Remove(string path) => _pages.TryRemove("/" + path, out _);

    /// <summary>A whole legal version: .info, .mod and .zip.</summary>
    public byte[] Add(string module, string version, int size = 1000)
    {
        var zip = ZipOf(module, version, size);
        Set($"{module}/@v/{version}.info", $$"""{"Version":"{{version}}","Time":"2024-02-03T04:05:06Z"}""");
        Set($"{module}/@v/{version}.mod", $"module {module}\n");
        Set($"{module}/@v/{version}.zip", zip);
        return zip;
    }

    /// <summary>A legal module zip with one file of <paramref name="size"/> bytes that do not compress.</summary>
    public static byte[] ZipOf(string module, string version, int size = 1000, int seed = 1)
    {
        var noise = new byte[size];
        new Random(seed).NextBytes(noise);
        return ZipOf(($"{module}@{version}/go.mod", Encoding.UTF8.GetBytes($"module {module}\n")), ($"{module}@{version}/data.bin", noise));
    }

    public static byte[] ZipOf(params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var added = zip.CreateEntry(name);
                // The same bytes whenever it is made: a zip has the clock in it, in steps of two seconds.
                added.LastWriteTime = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var entry = added.Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
