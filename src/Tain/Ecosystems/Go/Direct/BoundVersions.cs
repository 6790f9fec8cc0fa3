using Microsoft.Extensions.Caching.Memory;
using Tain.Ecosystems.Go.Git;
using Tain.Storage;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>Which commit a version is: that of its first answer, for <c>.info</c>, <c>.mod</c> and <c>.zip</c> alike, whatever its tag does later.
/// What binds it is the stored <c>.info</c>; until that is stored, memory.</summary>
internal sealed class BoundVersions(Catalog catalog) : IDisposable
{
    /// <summary>Versions whose commit is remembered before their .info is stored.</summary>
    private const int Limit = 20_000;

    private readonly MemoryCache _recent = new(new MemoryCacheOptions { SizeLimit = Limit });

    public static DocumentKey KeyOf(GoAddress address) => new(GoMirror.Ecosystem, address.Module.Value, "info/" + address.Version);

    /// <summary>The commit that binds, if any. A proxy's .info binds too, when it names this place.</summary>
    public ModuleInfo? FindOrNull(GoAddress address, ModulePlace place)
    {
        var key = KeyOf(address);
        if (catalog.FindDocumentOrNull(key) is { } stored && GoInfo.TryRead(stored.Body, out var read) && read.Url == place.Origin && read.Directory == place.Directory)
            return read;
        return RecentOrNull(key, place.Origin, place.Directory);
    }

    /// <summary>Binds the version; whoever came first wins.</summary>
    public ModuleInfo Bind(GoAddress address, ModuleInfo info)
    {
        lock (_recent)
        {
            if (RecentOrNull(KeyOf(address), info.Url, info.Directory) is { } first)
                return first;
            return _recent.Set(KeyOf(address), info, new MemoryCacheEntryOptions { Size = 1 });
        }
    }

    /// <summary>A module that has moved is bound anew: a commit of one repository is not to be asked of another.</summary>
    private ModuleInfo? RecentOrNull(DocumentKey key, string url, string directory) =>
        _recent.TryGetValue(key, out ModuleInfo? recent) && recent!.Url == url && recent.Directory == directory ? recent : null;

    /// <summary>Raises an alarm when the ref that once led to the version leads elsewhere now.</summary>
    public async Task WatchAsync(GoAddress address, ModuleInfo bound, GitRefs? refs)
    {
        if (bound.Ref is null || refs is null || !refs.Commits.TryGetValue(bound.Ref, out var now) || now == bound.Commit)
            return;
        var drift = new Drift(new(GoMirror.Ecosystem, address.Module.Value, address.Version, "tag"), $"git:{bound.Commit}", $"git:{now}", $"{DirectSource.Name} {bound.Url}");
        await catalog.CommitAsync(new() { Drifts = [drift] }, CancellationToken.None);
    }

    public void Dispose() => _recent.Dispose();
}
