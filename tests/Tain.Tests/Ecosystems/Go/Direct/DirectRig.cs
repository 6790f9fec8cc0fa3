using Tain.Ecosystems.Go;
using Tain.GitHosting;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>The whole server with <c>direct</c>, and every host of the internet that a test wants.</summary>
internal sealed class DirectRig : IAsyncDisposable
{
    private readonly string _repositories;

    private DirectRig(string repositories, GitServer hosts, RunningTain tain) => (_repositories, Hosts, Tain) = (repositories, hosts, tain);

    public GitServer Hosts { get; }

    public RunningTain Tain { get; private set; }

    public static async Task<DirectRig> StartAsync(Func<GoOptions, GoOptions>? go = null, string upstream = "direct", string? netrc = null,
        Func<GitServer, IReadOnlyDictionary<string, string>>? environment = null, Stream? log = null)
    {
        var repositories = Directory.CreateTempSubdirectory("tain-hosts-").FullName;
        var hosts = await GitServer.StartAsync(repositories);
        var variables = environment?.Invoke(hosts) ?? hosts.Environment;
        var tain = await RunningTain.StartAsync(upstream, options => (go ?? (o => o))(options with { Git = options.Git with { RefsTtl = TimeSpan.Zero } }),
            options => options with { CaBundle = hosts.CaBundle, Netrc = netrc, Tries = 1 }, environment: name => variables.GetValueOrDefault(name), log: log);
        return new(repositories, hosts, tain);
    }

    /// <summary>A repository at https://<paramref name="address"/>, whose go-import page says so.</summary>
    public GitRepository Repository(string address)
    {
        Hosts.SetImports(address, $"{address} git https://{address}");
        return new GitRepository(_repositories, address);
    }

    /// <summary>Another server with the same data.</summary>
    public async Task RestartAsync(Func<GoOptions, GoOptions>? go = null)
    {
        await Tain.StopAsync();
        Tain = await RunningTain.StartAsync(Tain.Data, "direct", go, options => options with { CaBundle = Hosts.CaBundle, Tries = 1 },
            environment: name => Hosts.Environment.GetValueOrDefault(name));
    }

    public async ValueTask DisposeAsync()
    {
        await Tain.DisposeAsync();
        await Hosts.DisposeAsync();
        Directory.Delete(_repositories, recursive: true);
        if (Directory.Exists(_repositories + ".work"))
            Directory.Delete(_repositories + ".work", recursive: true);
    }
}
