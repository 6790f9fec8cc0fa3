using System.Text;
using Tain.Ecosystems.Go.Git;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>A module in a git repository: what the protocol asks for, in terms of <see cref="ModuleRepository"/>.</summary>
internal sealed class GitModule(ModuleRepository module, GitRepository git, ModulePlace place, BoundVersions bound) : IModuleOrigin
{
    public async Task<byte[]> ReadAsync(GoAddress address, CancellationToken ct) => address.Resource switch
    {
        GoResource.List => Encoding.UTF8.GetBytes(string.Concat((await module.VersionsAsync(ct)).Select(version => version + "\n"))),
        GoResource.Latest => GoInfo.Write(await module.LatestAsync(ct)),
        _ when address.IsCanonical => GoInfo.Write(await BindAsync(address, ct)),
        _ => GoInfo.Write(await module.StatAsync(address.Version, ct)),
    };

    public async Task<byte[]?> WriteAsync(GoAddress address, Stream output, CancellationToken ct)
    {
        var info = await BindAsync(address, ct);
        if (address.Resource is GoResource.Mod)
            await output.WriteAsync(await module.GoModAsync(info.Commit, info.Version, ct), ct);
        else
            await module.WriteZipAsync(info.Commit, info.Version, output, ct);
        return GoInfo.Write(info);
    }

    private async Task<ModuleInfo> BindAsync(GoAddress address, CancellationToken ct)
    {
        if (bound.FindOrNull(address, place) is { } known)
        {
            await bound.WatchAsync(address, known, git.KnownRefs);
            return known;
        }
        var info = await module.StatAsync(address.Version, ct);
        return info.Version == address.Version ? bound.Bind(address, info)
            : throw RepositoryException.Missing($"{address.Version} resolves to {info.Version}: ask for that");
    }
}
