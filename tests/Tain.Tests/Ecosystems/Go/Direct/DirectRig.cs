using System.Diagnostics;
using Tain.Ecosystems.Go;
using Tain.GitHosting;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>The whole server with <c>direct</c>, and every host of the internet that a test wants.</summary>
internal sealed class DirectRig : IAsyncDisposable
{
    private readonly string _repositories;
    private readonly Func<string, Func<GoOptions, GoOptions>?, Task<RunningTain>> _start;

    private DirectRig(string repositories, GitServer hosts, RunningTain tain, Func<string, Func<GoOptions, GoOptions>?, Task<RunningTain>> start)
        => (_repositories, Hosts, Tain, _start) = (repositories, hosts, tain, start);

    public GitServer Hosts { get; }

    public RunningTain Tain { get; private set; }

    /// <param name="data">The data folder, which is then not the rig's to delete.</param>
    public static async Task<DirectRig> StartAsync(Func<GoOptions, GoOptions>? go = null, string upstream = "direct", string? netrc = null,
        Func<GitServer, IReadOnlyDictionary<string, string>>? environment = null, Stream? log = null, Func<UpstreamOptions, UpstreamOptions>? upstreams = null, string? data = null)
    {
        var repositories = Directory.CreateTempSubdirectory("tain-hosts-").FullName;
        var hosts = await GitServer.StartAsync(repositories);
        var variables = environment?.Invoke(hosts) ?? hosts.Environment;
        return new(repositories, hosts, await StartTainAsync(data ?? Directory.CreateTempSubdirectory("tain-test-").FullName, go), StartTainAsync) { _hasOwnData = data is null };

        Task<RunningTain> StartTainAsync(string folder, Func<GoOptions, GoOptions>? other) => RunningTain.StartAsync(folder, upstream,
            options => (other ?? (o => o))(options with { Git = options.Git with { RefsTtl = TimeSpan.Zero } }),
            options => (upstreams ?? (o => o))(options with { CaBundle = hosts.CaBundle, Netrc = netrc, Tries = 1 }), environment: name => variables.GetValueOrDefault(name), log: log);
    }

    private bool _hasOwnData = true;

    /// <summary>A repository at https://<paramref name="address"/>, whose go-import page says so.</summary>
    public GitRepository Repository(string address)
    {
        Hosts.SetImports(address, $"{address} git https://{address}");
        return new GitRepository(_repositories, address);
    }

    /// <summary>A repository is at another address from now on, where no page speaks of it.</summary>
    public void Move(string address, string to)
    {
        var folder = Path.Combine(_repositories, to + ".git");
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Directory.Move(Path.Combine(_repositories, address + ".git"), folder);
    }

    /// <summary>The same repository at another address too.</summary>
    public void Copy(string address, string to)
    {
        Hosts.SetImports(to, $"{to} git https://{to}");
        var (from, into) = (Path.Combine(_repositories, address + ".git"), Path.Combine(_repositories, to + ".git"));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(into, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Another server with the same data, and the same settings but for those of <paramref name="go"/>. Its clock is not set forward.</summary>
    public async Task RestartAsync(Func<GoOptions, GoOptions>? go = null)
    {
        await Tain.StopAsync();
        // A process that the hosts start at this moment has our descriptors, and so the data's lock, until it is git.
        for (var waiting = Stopwatch.StartNew(); ;)
        {
            try
            {
                Tain = await _start(Tain.Data, go);
                return;
            }
            catch (StorageException) when (waiting.Elapsed < TimeSpan.FromSeconds(5))
            {
                await Task.Delay(10);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_hasOwnData)
            await Tain.DisposeAsync();
        else
            await Tain.StopAsync();
        await Hosts.DisposeAsync();
        Directory.Delete(_repositories, recursive: true);
        if (Directory.Exists(_repositories + ".work"))
            Directory.Delete(_repositories + ".work", recursive: true);
    }
}
