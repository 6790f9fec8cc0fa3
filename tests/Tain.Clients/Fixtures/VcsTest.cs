using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>One row of a table in the go command's coderepo_test.go, fields named as there.</summary>
internal sealed record CodeRepoRow
{
    public string Vcs { get; init; } = "";
    public string Path { get; init; } = "";
    public string Rev { get; init; } = "";
    [JsonPropertyName("err")]
    public string? Error { get; init; }
    public string Version { get; init; } = "";
    public string Name { get; init; } = "";
    public string Short { get; init; } = "";
    public DateTimeOffset Time { get; init; }
    public string? GoMod { get; init; }
    public string? GoModErr { get; init; }
    public string[]? Zip { get; init; }
    public string? ZipErr { get; init; }
    public string? ZipSum { get; init; }
    public string Prefix { get; init; } = "";
    public JsonElement Versions { get; init; }

    public override string ToString() => $"{Path}@{Rev}";
}

/// <summary>
/// The hosts of the go command's own tests: vcs-test.golang.org, which its vcweb generates from
/// scripts, and github.com/rsc/vgotest1, which is one of these too.
/// </summary>
internal sealed class VcsTest : IAsyncDisposable
{
    private static readonly JsonSerializerOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private readonly TempFolder _folder = new();
    private readonly ChildProcess _vcweb;

    private VcsTest(GitServer server, int port)
    {
        Server = server;
        _vcweb = ChildProcess.Start(Repository.GoOracle, ["vcweb", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"], _folder.Path, Environment(_folder.Path));
    }

    public GitServer Server { get; }

    public static async Task<VcsTest> StartAsync()
    {
        var port = Loopback.FreePort();
        using var nothing = new TempFolder();
        var vcs = new VcsTest(await GitServer.StartAsync(nothing.Path), port);
        var url = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        vcs.Server.Forward("vcs-test.golang.org", new Uri(url));
        vcs.Server.Forward("github.com/rsc/vgotest1", new Uri(url + "/git/vgotest1"));
        await Loopback.WaitForAsync(url + "/help", vcs._vcweb, TimeSpan.FromSeconds(20));
        return vcs;
    }

    /// <summary>The rows of a table that can be asked here: of git, and of these hosts.</summary>
    /// <param name="table">codeRepoTests, codeRepoVersionsTests or latestTests.</param>
    public static async Task<IReadOnlyList<CodeRepoRow>> RowsAsync(string table)
    {
        using var folder = new TempFolder();
        await using var process = ChildProcess.Start(Repository.GoOracle, ["tables"], folder.Path, Environment(folder.Path));
        Assert.Equal(0, await process.WaitAsync(TimeSpan.FromSeconds(30)));
        var rows = JsonDocument.Parse(process.Output).RootElement.GetProperty(table).Deserialize<CodeRepoRow[]>(AnyCase)!;
        return [.. rows.Where(r => r.Vcs == "git" && (r.Path.StartsWith("vcs-test.golang.org/", StringComparison.Ordinal) || r.Path.StartsWith("github.com/rsc/vgotest1", StringComparison.Ordinal)))];
    }

    public async ValueTask DisposeAsync()
    {
        await _vcweb.DisposeAsync();
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private static Dictionary<string, string> Environment(string folder) => new() { ["GOROOT"] = Repository.GoRoot, ["HOME"] = folder, ["TMPDIR"] = folder };
}
