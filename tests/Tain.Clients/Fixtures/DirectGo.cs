using System.Text.Json;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>What the go command knows of one version, once it has downloaded it.</summary>
/// <param name="Info">The .info file as it stands in the module cache.</param>
/// <param name="Sum">The zip's <c>h1:</c>.</param>
internal sealed record DirectVersion(string Version, JsonElement Info, byte[] GoMod, string Sum, string GoModSum);

/// <summary>The real go command without a proxy: what the repositories of a <see cref="GitServer"/> say to it.</summary>
internal sealed class DirectGo(GitServer server) : IDisposable
{
    private readonly GoCommand _go = GoCommand.Direct(server);

    /// <summary>The versions that <c>go list -m -versions</c> shows: those of the list, without retracted ones.</summary>
    public async Task<string[]> VersionsAsync(string module)
    {
        var found = Json((await _go.RunAsync("list", "-m", "-json", "-versions", module)).Succeeded());
        return found.TryGetProperty("Versions", out var versions) ? [.. versions.EnumerateArray().Select(v => v.GetString()!)] : [];
    }

    /// <summary>The version that a query such as <c>latest</c>, a branch or a commit stands for.</summary>
    public async Task<string> ResolveAsync(string module, string query) =>
        Json((await _go.RunAsync("list", "-m", "-json", $"{module}@{query}")).Succeeded()).GetProperty("Version").GetString()!;

    /// <summary>All of a version.</summary>
    public async Task<DirectVersion> DownloadAsync(string module, string version)
    {
        var found = Json((await _go.RunAsync("mod", "download", "-json", $"{module}@{version}")).Succeeded());
        return new(
            found.GetProperty("Version").GetString()!,
            JsonDocument.Parse(await File.ReadAllBytesAsync(found.GetProperty("Info").GetString()!)).RootElement,
            await File.ReadAllBytesAsync(found.GetProperty("GoMod").GetString()!),
            found.GetProperty("Sum").GetString()!,
            found.GetProperty("GoModSum").GetString()!);
    }

    /// <summary>What is said when a query does not resolve.</summary>
    public async Task<string> ErrorAsync(string module, string query) =>
        (await _go.RunAsync("list", "-m", $"{module}@{query}")).Failed().Output.Trim();

    /// <summary>Empties the module cache, repositories included.</summary>
    public void Forget() => _go.Forget();

    public void Dispose() => _go.Dispose();

    /// <summary>The one object printed, whatever stands before it on standard error.</summary>
    private static JsonElement Json(GoResult result) =>
        JsonDocument.Parse(result.Output[result.Output.IndexOf('{', StringComparison.Ordinal)..(result.Output.LastIndexOf('}') + 1)]).RootElement;
}
