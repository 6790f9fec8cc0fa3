using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>The <c>direct</c> of a chain: modules from where their authors keep them. The one place where what a repository does becomes an <see cref="Attempt"/>.</summary>
internal sealed class DirectSource(Discovery discovery, GitRepositories repositories, BoundVersions bound, StrangerClient strangers, GitAccess access, ToolchainModules toolchain,
    Catalog catalog, GoOptions options, TimeSpan fetchTimeout, TimeProvider time)
{
    /// <summary>How sources are named that are not proxies.</summary>
    public const string Name = "direct";

    /// <summary>A list, latest or .info; null with a fault in the attempt.</summary>
    public async Task<(Attempt Attempt, byte[]? Body)> GetDocumentAsync(GoAddress address, bool isPrivate, CancellationToken ct)
    {
        byte[]? body = null;
        var attempt = await AskAsync(address, isPrivate, async origin => body = await origin.ReadAsync(address, ct), ct);
        return (attempt, attempt.Fault is null ? body : null);
    }

    /// <summary>Writes a .mod or .zip into <paramref name="output"/>.</summary>
    public async Task<Produced> ProduceAsync(GoAddress address, bool isPrivate, Stream output, CancellationToken ct)
    {
        byte[]? info = null;
        var attempt = await AskAsync(address, isPrivate, async origin => info = await origin.WriteAsync(address, output, ct), ct);
        var key = BoundVersions.KeyOf(address);
        if (attempt.Fault is not null || info is null || catalog.FindDocumentOrNull(key) is not null)
            return new(attempt);
        return new(attempt) { Documents = [new(key, info, null, null, time.GetUtcNow(), attempt.Source)] };
    }

    /// <summary>Where the module is, for explanations; null when that can't be told now.</summary>
    public async Task<RepositoryRoot?> FindOrNullAsync(ModulePath module, bool isPrivate, CancellationToken ct)
    {
        try
        {
            return await discovery.FindAsync(module, isPrivate, ct);
        }
        catch (RepositoryException)
        {
            return null;
        }
    }

    private async Task<Attempt> AskAsync(GoAddress address, bool isPrivate, Func<IModuleOrigin, Task> ask, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        var source = Name;
        RepositoryRoot? root = null;
        try
        {
            root = await discovery.FindAsync(address.Module, isPrivate, ct);
            source = $"{Name} {root.Origin}";
            await ask(OriginOf(address, root, isPrivate));
            return Attempt(null, "answered");
        }
        catch (RepositoryException e)
        {
            var hint = e.Fault is FaultKind.NotFound && !e.Reached ? root?.HintWhenMissing(address.Module.Value) : null;
            return Attempt(e.Fault, hint is null ? e.Message : $"{hint}; {e.Message}") with { HasLastWord = e.Reached };
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException and not StorageException and not UpstreamFaultException))
        {
            // This machine's disk, or what is left of its descriptors: a failure like any other, to be told and not to end the walk.
            if (e is IOException io && Posix.IsFull(io))
                throw new StorageFullException(e.Message, e);
            return Attempt(FaultKind.Down, $"this server could not work on its clone: {e.Message}");
        }

        Attempt Attempt(FaultKind? fault, string said) => new(source, fault, null, said, time.GetUtcNow() - at, 1, at);
    }

    private IModuleOrigin OriginOf(GoAddress address, RepositoryRoot root, bool isPrivate)
    {
        switch (root.Vcs)
        {
            case "git":
                var git = repositories.Get(root.Url, isPrivate);
                var place = ModulePlace.Of(address.Module, root);
                return new GitModule(new ModuleRepository(git, place, options.Git.RefsTtl), git, place, bound);
            case "mod":
                return new ProxiedModule(root.Url, isPrivate, strangers, access, fetchTimeout);
            default:
                return toolchain.Open(root, isPrivate);
        }
    }
}
