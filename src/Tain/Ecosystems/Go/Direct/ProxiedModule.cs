using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>A module that its author serves by a proxy of his own: a go-import tag of <c>mod</c> (go.dev/ref/mod, "Finding a repository").
/// For a public module the URL is an outsider's word, so its host is dialled at public addresses only.</summary>
internal sealed class ProxiedModule(RemoteUrl proxy, bool isPrivate, StrangerClient strangers, GitAccess access, TimeSpan timeout) : IModuleOrigin
{
    public async Task<byte[]> ReadAsync(GoAddress address, CancellationToken ct)
    {
        var isList = address.Resource is GoResource.List;
        var body = await GetAsync(address, isList ? GoContent.MaxList : GoContent.MaxInfo, ct);
        return (isList ? GoContent.CheckList(body) : GoContent.CheckInfo(address, body)) is { } illegal ? throw new RepositoryException(FaultKind.Malformed, illegal) : body;
    }

    private async Task<byte[]> GetAsync(GoAddress address, int maxBytes, CancellationToken ct)
    {
        var uri = UriOf(address);
        var basic = await CredentialsAsync(uri, ct);
        var page = await strangers.GetPageAsync(uri, isPrivate, basic, maxBytes, ct);
        if (page.Fault is not null || page.Status != 200)
            throw Meaning(page.Fault, page.Status, page.Said, basic is not null);
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
        var uri = UriOf(address);
        var basic = await CredentialsAsync(uri, ct);
        var ask = new Ask(uri) { IsTrusted = isPrivate, Authorization = basic is null ? null : Secrets.Basic(basic) };
        var answer = await strangers.OpenAsync(ask, isRepeatable: true, timeout, "upstream.fetch-timeout", ct);
        if (answer.Problem is { } problem)
            throw Meaning(problem.Status is null ? problem.Fault : null, problem.Status ?? 0, problem.Said, basic is not null);
        await using var body = answer.Body!;
        try
        {
            // A zip shows by itself whether it is whole.
            await body.CopyToAsync(output, 128 << 10, ct);
        }
        catch (UpstreamFaultException e)
        {
            throw new RepositoryException(e.Fault, $"{proxy.HostAndPort}: {e.Message}", inner: e);
        }
        return null;
    }

    private async ValueTask<string?> CredentialsAsync(Uri uri, CancellationToken ct) => proxy.IsAnonymous ? null : await access.CredentialsAsync(uri, ct);

    private Uri UriOf(GoAddress address) => new(proxy.Text.TrimEnd('/') + "/" + address.UpstreamPath, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private RepositoryException Meaning(FaultKind? fault, int status, string said, bool hadCredentials) => (fault, status) switch
    {
        (FaultKind.NoSuchHost, _) => new(FaultKind.NotFound, said),
        (FaultKind.NotPublic, _) => new(FaultKind.Refused, "not asked: " + said),
        ({ } other, _) => new(other, said),
        (_, 404 or 410) => RepositoryException.Missing(said),
        (_, 401) when !hadCredentials => new(FaultKind.NotFound, $"{proxy.HostAndPort} asks for a password, none is configured for {proxy.HostAndPort} (upstream.netrc, go.git.hosts)"),
        (_, 401 or 403) => new(FaultKind.Refused, said),
        _ => new(FaultKind.ServerError, said),
    };
}
