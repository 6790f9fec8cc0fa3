using System.Globalization;
using System.Text;
using System.Text.Json;
using Tain.Ecosystems.Go.Git;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>Modules in hg, svn, fossil and bzr, by the go command that <c>go.toolchain</c> names: those systems are too rare to be driven here.
/// Each question gets a module cache of its own, which is deleted with it. The go command dials by itself: it obeys the outgoing proxy's variables,
/// but not <c>upstream.private-networks</c>; therefore it is off unless named.</summary>
internal sealed class ToolchainModules : IDisposable
{
    /// <summary>go commands at once: each may clone a repository.</summary>
    private const int AtOnce = 2;

    /// <summary>What one may print, in bytes.</summary>
    private const int MaxOutput = 16 << 20;

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly CancellationTokenSource _ended = new();
    private readonly DirectOptions options;
    private readonly GitOptions git;
    private readonly UpstreamOptions upstream;
    private readonly string folder;
    private readonly TimeProvider time;
    private readonly Func<string, string?> variable;

    /// <param name="folder">For the caches, made when needed; what a crash left in it is deleted now.</param>
    /// <param name="variable">The environment, for outgoing proxies.</param>
    public ToolchainModules(DirectOptions options, GitOptions git, UpstreamOptions upstream, string folder, TimeProvider time, Func<string, string?> variable)
    {
        (this.options, this.git, this.upstream, this.folder, this.time, this.variable) = (options, git, upstream, Path.GetFullPath(folder), time, variable);
        Delete(folder);
    }

    /// <summary>Throws <see cref="RepositoryException"/>, not found, when no go command is named.</summary>
    public IModuleOrigin Open(RepositoryRoot root, bool isPrivate) => options.Toolchain is null
        ? throw new RepositoryException(FaultKind.NotFound, $"{root.Root} is kept in {root.Vcs}; only git is fetched here, unless go.toolchain names a go command that may fetch the others")
        : new Module(this, root, isPrivate);

    public void Dispose()
    {
        _ended.Cancel();
        Delete(folder);
    }

    private sealed class Module(ToolchainModules toolchain, RepositoryRoot root, bool isPrivate) : IModuleOrigin
    {
        public Task<byte[]> ReadAsync(GoAddress address, CancellationToken ct) => address.Resource switch
        {
            GoResource.List => toolchain.AskAsync(root, isPrivate, ["list", "-m", "-versions", "-json", address.Module.Value], (json, _) => Task.FromResult(ListOf(json)), ct),
            GoResource.Latest => toolchain.AskAsync(root, isPrivate, ["list", "-m", "-json", address.Module.Value + "@latest"], (json, _) => Task.FromResult(InfoOf(json)), ct),
            _ => toolchain.AskAsync(root, isPrivate, Download(address), (json, token) => File.ReadAllBytesAsync(PathOf(json, "Info"), token), ct),
        };

        public Task<byte[]?> WriteAsync(GoAddress address, Stream output, CancellationToken ct) => toolchain.AskAsync<byte[]?>(root, isPrivate, Download(address), async (json, token) =>
        {
            await using (var file = File.OpenRead(PathOf(json, address.Resource is GoResource.Zip ? "Zip" : "GoMod")))
                await file.CopyToAsync(output, 128 << 10, token);
            return await File.ReadAllBytesAsync(PathOf(json, "Info"), token);
        }, ct);

        private static string[] Download(GoAddress address) => ["mod", "download", "-json", $"{address.Module}@{address.Version}"];

        private static string PathOf(JsonElement json, string name) => json.GetProperty(name).GetString()!;

        private static byte[] ListOf(JsonElement json) => json.TryGetProperty("Versions", out var versions)
            ? Encoding.UTF8.GetBytes(string.Concat(versions.EnumerateArray().Select(v => v.GetString() + "\n"))) : [];

        private static byte[] InfoOf(JsonElement json) => Encoding.UTF8.GetBytes(
            $$"""{"Version":"{{json.GetProperty("Version").GetString()}}","Time":"{{json.GetProperty("Time").GetString()}}"}""");
    }

    private async Task<T> AskAsync<T>(RepositoryRoot root, bool isPrivate, string[] arguments, Func<JsonElement, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(git.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token, _ended.Token);
        var work = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        try
        {
            await _places.WaitAsync(limit.Token);
            try
            {
                Directory.CreateDirectory(Path.Combine(work, "home"));
                var (code, output, error) = await RunAsync(root, arguments, work, isPrivate, limit.Token);
                using var json = ParseOrNull(output);
                var said = json is not null && json.RootElement.TryGetProperty("Error", out var reason) ? reason.ToString() : code == 0 && json is not null ? null : LastLine(error);
                // The folder is gone by the time that it is read, and would push the reason out of the line.
                return said is null ? await read(json!.RootElement, limit.Token) : throw Failed(root, said.Replace(work, "", StringComparison.Ordinal));
            }
            finally
            {
                _places.Release();
                Delete(work);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RepositoryException(FaultKind.Timeout, string.Create(CultureInfo.InvariantCulture, $"the go command did not answer within {git.Timeout.TotalSeconds:0.#} s (go.git.timeout)"));
        }
    }

    private async Task<(int Code, byte[] Output, string Error)> RunAsync(RepositoryRoot root, string[] arguments, string work, bool isPrivate, CancellationToken ct)
    {
        ProcessGroup go;
        try
        {
            go = ProcessGroup.Start(options.Toolchain!, arguments, Environment(root, work, isPrivate), work);
        }
        catch (IOException e)
        {
            throw new RepositoryException(FaultKind.Down, $"can't start the go command of go.toolchain: {e.Message}", inner: e);
        }
        await using var started = go;
        await using var killed = ct.Register(go.Kill);
        await go.Input.DisposeAsync();
        try
        {
            var error = ReadAsync(go.Error, ct);
            var output = await ReadAsync(go.Output, ct);
            var said = Encoding.UTF8.GetString(await error);
            return (await go.EndAsync().WaitAsync(ct), output, said);
        }
        catch (IOException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
    }

    /// <summary>Nothing of this process's own but what says how to get out.</summary>
    private IEnumerable<string> Environment(RepositoryRoot root, string work, bool isPrivate)
    {
        yield return $"PATH={Path.GetDirectoryName(options.Toolchain)}:/usr/local/bin:/usr/bin:/bin";
        yield return $"HOME={work}/home";
        yield return $"GOPATH={work}/go";
        yield return $"GOCACHE={work}/cache";
        yield return "GOFLAGS=-modcacherw -mod=mod";
        yield return "GOENV=off";
        yield return "GOTOOLCHAIN=local";
        yield return "GOPROXY=direct";
        yield return "GOSUMDB=off";
        // It looks for the repository by itself: what it finds must be of the kind that we found.
        yield return "GOVCS=*:" + root.Vcs;
        yield return "GO111MODULE=on";
        yield return "HGPLAIN=1";
        yield return "HGRCPATH=";
        yield return "GIT_TERMINAL_PROMPT=0";
        yield return "LC_ALL=C";
        if (upstream.CaBundle is { } bundle)
            yield return "SSL_CERT_FILE=" + Path.GetFullPath(bundle);
        if (isPrivate && upstream.Netrc is { } netrc)
            yield return "NETRC=" + Path.GetFullPath(netrc);
        foreach (var name in new[] { "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "no_proxy" })
        {
            if (variable(name) is { Length: > 0 } value)
                yield return $"{name}={value}";
        }
        // hg and fossil know this one only, and take it for https too.
        string[] names = ["http_proxy", "https_proxy", "HTTPS_PROXY"];
        if (names.Select(variable).FirstOrDefault(v => v is { Length: > 0 }) is { } proxy)
            yield return "http_proxy=" + proxy;
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken ct)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            if (all.Length + read > MaxOutput)
                throw new RepositoryException(FaultKind.TooLarge, $"the go command printed more than {MaxOutput:N0} bytes");
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    private static JsonDocument? ParseOrNull(byte[] output)
    {
        try
        {
            return output.Length == 0 ? null : JsonDocument.Parse(output);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string LastLine(string error) =>
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "the go command failed without a word";

    // Its words are all there is: what it doesn't clearly say of the repository's content counts as a failure, never as an absence.
    private static RepositoryException Failed(RepositoryRoot root, string said)
    {
        string[] absences = ["unknown revision", "no matching versions", "invalid version: unknown"];
        return absences.Any(a => said.Contains(a, StringComparison.Ordinal))
            ? RepositoryException.Missing(said)
            : new(FaultKind.ServerError, $"{root.Vcs} by the go command: {said}");
    }

    private static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
        }
    }
}
