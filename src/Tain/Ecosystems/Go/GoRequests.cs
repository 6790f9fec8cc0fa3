using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary>How .mod and .zip are fetched, verified and proved.</summary>
/// <param name="direct">Null where nothing is fetched.</param>
/// <param name="sumDb">The database as it is asked; null where there is none, and where nobody is asked.</param>
/// <param name="kept">What is kept of the database; null where there is none.</param>
internal sealed class GoRequests(GoRouting routing, GoOptions options, DirectSource? direct, SumDatabase? sumDb, KeptLog? kept)
{
    public ArtifactRequest For(GoAddress address, bool cachedOnly)
    {
        var zip = address.Resource is GoResource.Zip;
        var route = routing.For(address.Module);
        var exempt = routing.IsExempt(address.Module.Value);
        return new()
        {
            Key = new(GoMirror.Ecosystem, address.Module.Value, address.Version, zip ? GoMirror.ZipKind : GoMirror.ModKind),
            Address = address.Text,
            Chain = route.Chain,
            Order = options.Order,
            NobodyToAsk = GoRouting.NobodyToAsk,
            Path = address.UpstreamPath,
            MaxBytes = zip ? ModuleZip.MaxZipFile : ModuleZip.MaxGoMod,
            Produce = direct is null ? null : (output, ct) => direct.ProduceAsync(address, route.Private, output, ct),
            AbsenceTtl = options.AbsenceTtl,
            CachedOnly = cachedOnly,
            Verify = zip ? (body, ct) => GoContent.VerifyZipAsync(address, body, ct) : GoContent.VerifyModAsync,
            Testify = sumDb is null || exempt ? null : ct => sumDb.TestifyAsync(address.Module, address.Version, goMod: !zip, ct),
            Recall = kept is null || exempt ? null : ct => kept.RecallAsync(address.Module, address.Version, goMod: !zip, ct),
            ServeUnproved = options.SumDbUnavailable is WhenUnavailable.ServeUnverified,
        };
    }

    /// <summary>True when it may be served before anybody vouches for it, though somebody could.</summary>
    public bool MayBeUnproved(ModulePath module) => sumDb is not null && options.SumDbUnavailable is WhenUnavailable.ServeUnverified && !routing.IsExempt(module.Value);

    /// <summary>Of what is stored under a key; null when the key is not one of ours.</summary>
    public ArtifactRequest? ForOrNull(ArtifactKey key)
        => GoStored.AddressOrNull(key) is { } address ? For(address, cachedOnly: false) : null;
}
