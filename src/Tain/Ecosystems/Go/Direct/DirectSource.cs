using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>The <c>direct</c> of a chain: modules from their repositories. The one place where what a repository does becomes an <see cref="Attempt"/>.</summary>
/// <remarks>A version is bound to its commit when it is first resolved: <c>.info</c>, <c>.mod</c> and <c>.zip</c> all have that commit's content,
/// whatever its tag does later. What binds it is the stored <c>.info</c>; until that is stored, memory.</remarks>
internal sealed class DirectSource(Discovery discovery, GitRepositories repositories, Catalog catalog, GitOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How sources are named that are not proxies.</summary>
    public const string Name = "direct";

    /// <summary>Versions whose commit is remembered before their .info is stored.</summary>
    private const int MaxBound = 20_000;

    private readonly MemoryCache _bound = new(new MemoryCacheOptions { SizeLimit = MaxBound });

    /// <summary>A list, latest or .info; null with a fault in the attempt.</summary>
    public async Task<(Attempt Attempt, byte[]? Body)> GetDocumentAsync(GoAddress address, bool isPrivate, CancellationToken ct)
    {
        byte[]? body = null;
        var attempt = await AskAsync(address, isPrivate, async module => body = address.Resource switch
        {
            GoResource.List => ListOf(await module.Repository.VersionsAsync(ct)),
            GoResource.Latest => GoInfo.Write(await module.Repository.LatestAsync(ct)),
            _ when address.IsCanonical => GoInfo.Write(await BindAsync(module, address, ct)),
            _ => GoInfo.Write(await module.Repository.StatAsync(address.Version, ct)),
        }, ct);
        return (attempt, attempt.Fault is null ? body : null);
    }

    /// <summary>Writes a .mod or .zip into <paramref name="output"/>, the zip while it comes out of git.</summary>
    public async Task<Produced> ProduceAsync(GoAddress address, bool isPrivate, Stream output, CancellationToken ct)
    {
        ModuleInfo? info = null;
        var attempt = await AskAsync(address, isPrivate, async module =>
        {
            info = await BindAsync(module, address, ct);
            if (address.Resource is GoResource.Mod)
                await output.WriteAsync(await module.Repository.GoModAsync(info.Commit, info.Version, ct), ct);
            else
                await module.Repository.WriteZipAsync(info.Commit, info.Version, output, ct);
        }, ct);
        var key = new DocumentKey(GoMirror.Ecosystem, address.Module.Value, "info/" + address.Version);
        var documents = attempt.Fault is null && catalog.FindDocumentOrNull(key) is null
            ? new Document[] { new(key, GoInfo.Write(info!), null, null, time.GetUtcNow(), attempt.Source) } : [];
        return new(attempt) { Documents = documents };
    }

    public void Dispose() => _bound.Dispose();

    private sealed record Module(GitRepository Git, ModulePlace Place, ModuleRepository Repository);

    private async Task<Attempt> AskAsync(GoAddress address, bool isPrivate, Func<Module, Task> ask, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        var source = Name;
        try
        {
            var root = await discovery.FindAsync(address.Module, isPrivate, ct);
            source = $"{Name} {root.Origin}";
            if (root.Vcs != "git")
                throw new RepositoryException(FaultKind.NotFound, $"{root.Root} is kept in {root.Vcs}, which is not fetched here (go.toolchain can name a go command for it)");
            var git = repositories.Get(root.Url, isPrivate);
            var place = ModulePlace.Of(address.Module, root);
            await ask(new(git, place, new ModuleRepository(git, place, options.RefsTtl)));
            return Attempt(null, "answered");
        }
        catch (RepositoryException e)
        {
            return Attempt(e.Fault, e.Message) with { HasLastWord = e.Reached };
        }

        Attempt Attempt(FaultKind? fault, string said) => new(source, fault, null, said, time.GetUtcNow() - at, 1, at);
    }

    /// <summary>The commit of a version, the same for ever: from the stored .info, from memory, else by asking now.</summary>
    private async Task<ModuleInfo> BindAsync(Module module, GoAddress address, CancellationToken ct)
    {
        var key = new DocumentKey(GoMirror.Ecosystem, address.Module.Value, "info/" + address.Version);
        // A proxy's .info binds too, when it names this repository's commit.
        var bound = catalog.FindDocumentOrNull(key) is { } stored && GoInfo.TryRead(stored.Body, out var read)
                    && read.Url == module.Place.Origin && read.Directory == module.Place.Directory ? read
            : _bound.TryGetValue(key, out ModuleInfo? remembered) ? remembered : null;
        if (bound is not null)
        {
            await AlarmIfMovedAsync(module, bound, address);
            return bound;
        }
        var info = await module.Repository.StatAsync(address.Version, ct);
        if (info.Version != address.Version)
            throw RepositoryException.Missing($"{address.Version} resolves to {info.Version}: ask for that");
        // Whoever came first binds it.
        lock (_bound)
        {
            if (_bound.TryGetValue(key, out ModuleInfo? first))
                return first!;
            _bound.Set(key, info, new MemoryCacheEntryOptions { Size = 1 });
        }
        return info;
    }

    /// <summary>A tag that points elsewhere than when its version was first seen changes nothing, and is told.</summary>
    private async Task AlarmIfMovedAsync(Module module, ModuleInfo bound, GoAddress address)
    {
        if (bound.Ref is null || module.Git.KnownRefs is not { } refs || !refs.Commits.TryGetValue(bound.Ref, out var now) || now == bound.Commit)
            return;
        var drift = new Drift(new(GoMirror.Ecosystem, address.Module.Value, address.Version, "tag"), $"git:{bound.Commit}", $"git:{now}", $"{Name} {module.Place.Origin}");
        await catalog.CommitAsync(new() { Drifts = [drift] }, CancellationToken.None);
    }

    private static byte[] ListOf(IReadOnlyList<string> versions) => Encoding.UTF8.GetBytes(string.Concat(versions.Select(v => v + "\n")));
}
