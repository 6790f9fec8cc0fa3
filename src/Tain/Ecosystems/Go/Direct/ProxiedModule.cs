using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>A module that its author serves by a proxy of his own: a go-import tag of <c>mod</c> (go.dev/ref/mod, "Finding a repository").
/// The URL is an outsider's word, so its host is dialled at public addresses only.</summary>
internal sealed class ProxiedModule(RemoteUrl proxy, StrangerClient strangers, TimeSpan timeout) : IModuleOrigin
{
    public async Task<byte[]> ReadAsync(GoAddress address, CancellationToken ct)
    {
        var isList = address.Resource is GoResource.List;
        var body = await GetAsync(address, isList ? GoContent.MaxList : GoContent.MaxInfo, ct);
        return (isList ? GoContent.CheckList(body) : GoContent.CheckInfo(address, body)) is { } illegal ? throw new RepositoryException(FaultKind.Malformed, illegal) : body;
    }

    private async Task<byte[]> GetAsync(GoAddress address, int maxBytes, CancellationToken ct)
    {
        var page = await strangers.GetPageAsync(UriOf(address), mayBePrivate: false, null, maxBytes, ct);
        if (page.Fault is { } fault)
            throw new RepositoryException(fault is FaultKind.NoSuchHost ? FaultKind.NotFound : fault, page.Said);
        if (page.Status != 200)
            throw OfStatus(page.Status, page.Said);
        return page.IsWhole ? page.Body
            : throw new RepositoryException(FaultKind.Malformed, "sent neither Content-Length nor chunks, so that its end cannot be told from a cut");
    }

    public async Task<byte[]?> WriteAsync(GoAddress address, Stream output, CancellationToken ct)
    {
        if (address.Resource is GoResource.Mod)
        {
            await output.WriteAsync(await GetAsync(address, (int)ModuleZip.MaxGoMod, ct), ct);
            return null;
        }
        var answer = await strangers.OpenAsync(new Ask(UriOf(address)), isRepeatable: true, timeout, "upstream.fetch-timeout", ct);
        if (answer.Problem is { } problem)
            throw problem.Status is { } status ? OfStatus(status, problem.Said) : new RepositoryException(problem.Fault is FaultKind.NoSuchHost ? FaultKind.NotFound : problem.Fault, problem.Said);
        await using var body = answer.Body!;
        // A zip shows by itself whether it is whole.
        await body.CopyToAsync(output, 128 << 10, ct);
        return null;
    }

    private Uri UriOf(GoAddress address) => new(proxy.Text.TrimEnd('/') + "/" + address.UpstreamPath, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static RepositoryException OfStatus(int status, string said) => status switch
    {
        404 or 410 => RepositoryException.Missing(said),
        401 or 403 => new(FaultKind.Refused, said),
        _ => new(FaultKind.ServerError, said),
    };
}
