using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.SumDbHosting;

namespace Tain.Tests.Ecosystems.Go.SumDb;

/// <summary>The whole server, an upstream, and x/mod's own checksum database, which knows what that upstream had when it was first asked.</summary>
internal sealed class SumDbRig : IAsyncDisposable
{
    public const string Module = "example.com/m";

    private SumDbRig(ModuleUpstream upstream, SumDbServer database, RunningTain tain) => (Upstream, Database, Tain) = (upstream, database, tain);

    public ModuleUpstream Upstream { get; }

    public SumDbServer Database { get; }

    public RunningTain Tain { get; }

    /// <summary>Where it serves the database.</summary>
    public string Proxied => $"go/sumdb/{Database.Name}";

    public static async Task<SumDbRig> StartAsync(Func<GoOptions, GoOptions>? go = null, int records = 0, string name = "sum.test", Stream? log = null)
    {
        var upstream = new ModuleUpstream();
        var database = await SumDbServer.StartAsync(records, upstream.Url, name);
        // One try: what is down is down.
        var tain = await RunningTain.StartAsync(upstream.Url, o =>
        {
            o = o with { SumDb = Of(database) };
            return go?.Invoke(o) ?? o;
        }, u => u with { Tries = 1, ResponseTimeout = TimeSpan.FromSeconds(2) }, log: log);
        return new(upstream, database, tain);
    }

    public static SumDbOptions Of(SumDbServer database) => SumDbOptions.TryParse(database.GoSumDb, out var options, out var error) ? options : throw new FormatException(error);

    public static ModulePatterns Patterns(string list) => ModulePatterns.TryParse(list, out var patterns, out var error) ? patterns : throw new FormatException(error);

    public Task<(int Status, string Body)> ZipAsync(string version = "v1.0.0", string module = Module) => Tain.ReadAsync($"go/{module}/@v/{version}.zip");

    public Task<(int Status, string Body)> ModAsync(string version = "v1.0.0", string module = Module) => Tain.ReadAsync($"go/{module}/@v/{version}.mod");

    /// <summary>What was asked of the database since the last time, its proxied pages apart.</summary>
    public async Task<string[]> AskedAsync() => [.. (await Database.RequestsAsync()).Where(r => !r.EndsWith("/supported", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await Tain.DisposeAsync();
        await Database.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
