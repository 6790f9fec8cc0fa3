using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Storage;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>Asks a repository anew for the lists of all its modules that are known here.</summary>
internal sealed class PushRefresh(GoMirror mirror, GoRouting routing, Discovery discovery, GitRepositories repositories, Catalog catalog)
{
    /// <summary>Modules refreshed for one push; further ones wait for their TTL.</summary>
    private const int MaxModules = 1_000;

    /// <summary>Of these at once: they share one look at the refs.</summary>
    private const int AtOnce = 8;

    /// <param name="urls">The repository by any of its URLs, as its host sends them.</param>
    /// <returns>How many modules were refreshed.</returns>
    public async Task<int> RunAsync(IEnumerable<string> urls, CancellationToken ct)
    {
        var sources = urls.SelectMany(Spellings).Distinct(StringComparer.Ordinal).Select(url => $"{DirectSource.Name} {url}").ToList();
        var modules = sources.SelectMany(source => catalog.NamesBySource(GoMirror.Ecosystem, source, MaxModules)).Distinct(StringComparer.Ordinal).Take(MaxModules)
            .Select(name => ModulePath.TryParse(name, out var module, out _) ? module : null).OfType<ModulePath>().ToList();
        foreach (var module in modules)
        {
            try
            {
                var isPrivate = routing.IsPrivate(module.Value);
                repositories.Get((await discovery.FindAsync(module, isPrivate, ct)).Url, isPrivate).Forget();
            }
            catch (RepositoryException)
            {
                // The refresh below says why.
            }
        }
        await Parallel.ForEachAsync(modules, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (module, token) => await mirror.RefreshAsync(module, token));
        return modules.Count;
    }

    /// <summary>A host names its repository in one way, a go-import tag perhaps in another: with and without <c>.git</c>, by https or ssh.</summary>
    internal static IEnumerable<string> Spellings(string url)
    {
        if (!RemoteUrl.TryParse(url, out var remote, out _))
            return [];
        var path = remote.Uri.AbsolutePath.TrimEnd('/');
        path = path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path;
        var host = remote.Uri.Host;
        string[] ends = ["", ".git", "/"];
        string[] begins = [$"https://{host}", $"https://{remote.Uri.Authority}", $"http://{remote.Uri.Authority}", $"ssh://git@{host}", $"ssh://{host}"];
        return [url, .. begins.SelectMany(begin => ends.Select(end => begin + path + end))];
    }
}
