using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>From a module path to its repository: overrides of the configuration, the well-known hosts' rules, then the go-import meta tags of
/// the path's own host (cmd/go/internal/vcs). What was found is kept; one look-up at a time for each path.</summary>
/// <remarks>Every path is asked for itself, also below a root that is known: another repository may stand there (gioui.org and gioui.org/x), and
/// only its own page tells. The root's page, which must agree, is asked once for all; so twenty modules of one repository need 21 small requests at
/// once and none for an hour. <c>go.repositories</c> needs none.</remarks>
internal sealed class Discovery : IDisposable
{
    private readonly DirectOptions direct;
    private readonly GitOptions git;
    private readonly ImportPages pages;

    public Discovery(DirectOptions direct, GitOptions git, StrangerClient web, GitAccess access, ServerLife life, TimeProvider time)
        : this(direct, git, web.GetPageAsync, access.CredentialsAsync, access.Refused, life, time)
    {
    }

    /// <summary>For tests: pages and credentials from anywhere.</summary>
    internal Discovery(DirectOptions direct, GitOptions git, GetPage getPage, CredentialsOf credentials, Action<Uri> refused, ServerLife life, TimeProvider time)
    {
        this.direct = direct;
        this.git = git;
        // The page's own limit comes first, with a better reason.
        pages = new ImportPages(getPage, credentials, refused, direct.DiscoveryTtl, life, time, StrangerClient.PageTimeout + TimeSpan.FromSeconds(10));
    }

    /// <summary>Throws <see cref="RepositoryException"/>: not found (no tag, no such host), or why the host gave no answer. A refusal of the
    /// configuration (a transport, GOVCS) is <see cref="FaultKind.Refused"/>: it must not look like an absence.</summary>
    public async Task<RepositoryRoot> FindAsync(ModulePath module, bool isPrivate, CancellationToken ct)
    {
        var path = module.Value;
        foreach (var rule in direct.Repositories)
        {
            if (rule.FindOrNull(path) is { } ruled)
                return Make("git", ruled.Root, ruled.Url, "", isPrivate, "go.repositories");
        }
        if (StaticRoots.FindOrNull(path, out var error) is { } known)
        {
            var url = "https://" + known.Repository;
            return Make(known.Vcs, known.Root, SchemeOf(known) ?? url, "", isPrivate, "the path") with { Origin = url, By = "the path alone: the go command knows this kind of path" };
        }
        if (error is not null)
            throw ImportPages.Unrecognized(error);
        var (import, page) = await AskAsync(path, isPrivate, ct).ConfigureAwait(false);
        return FromTag(import, page, isPrivate);
    }

    /// <summary>Forgets what pages said of a root and of all below it: the next look-up asks.</summary>
    public void Forget(string root) => pages.Forget(root);

    public void Dispose() => pages.Dispose();

    private async Task<(GoImport Import, ImportPage Page)> AskAsync(string path, bool isPrivate, CancellationToken ct)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            var keptPage = isAgain ? null : pages.FindOrNull(path, isPrivate);
            var page = keptPage ?? await pages.AskAsync(path, isPrivate, ct).ConfigureAwait(false);
            var import = GoImport.Match(page.Imports, path, out var error);
            // A kept page may be older than what it speaks of: only a new one is believed to say no.
            if (import is null && keptPage is not null)
                continue;
            if (import is null)
                throw ImportPages.Unrecognized($"no go-import meta tag for it on {page.Shown}: {error}");
            if (import.Prefix == path)
                return (import, page);

            // :: Anybody who has a page below a path could claim the path: its own page must say the same.
            var keptRoot = isAgain ? null : pages.FindOrNull(import.Prefix, isPrivate);
            var root = keptRoot ?? await pages.AskAsync(import.Prefix, isPrivate, ct).ConfigureAwait(false);
            if (GoImport.Match(root.Imports, path, out _) == import)
            {
                if (isAgain)
                    pages.Replace(import.Prefix, [page, root], isPrivate);
                return (import, page);
            }
            if (keptPage is null && keptRoot is null)
                throw ImportPages.Unrecognized($"{page.Shown} and {root.Shown} disagree about go-import for {import.Prefix}");
        }
    }

    private RepositoryRoot FromTag(GoImport import, ImportPage page, bool isPrivate)
    {
        if (import.Vcs is not ("git" or "hg" or "svn" or "bzr" or "fossil" or "mod"))
            throw ImportPages.Unrecognized($"{page.Shown}: unknown vcs '{Secrets.OneLine(import.Vcs, 20)}'");
        var scheme = import.Url.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || import.Url.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw ImportPages.Unrecognized($"{page.Shown}: invalid repo root '{Secrets.MaskUrl(import.Url)}': {(scheme <= 0 ? "no scheme" : "file scheme disallowed")}");
        // For go 1.25 it may not begin with a slash or a minus sign; here it is a plain relative path besides.
        var subdirectory = import.Subdirectory.TrimEnd('/');
        if (import.Subdirectory.StartsWith('-') || (import.Subdirectory.Length > 0 && ModulePath.CheckFilePath(subdirectory) is not null))
            throw ImportPages.Unrecognized($"{page.Shown}: invalid subdirectory '{Secrets.OneLine(import.Subdirectory, 60)}'");
        var root = Make(import.Vcs, import.Prefix.TrimEnd('/'), import.Url, subdirectory, isPrivate, page.Shown) with { IsFromPage = true, By = "a go-import tag on " + page.Shown };
        // :: Anybody can have a page that names any repository. Our credentials serve modules of our own, and hosts that speak of themselves;
        // and what go.git.instead-of leads to, an administrator named.
        var isStrangers = !isPrivate && root.Url.Uri.Host != root.Root.Split('/')[0] && RemoteUrl.TryParse(import.Url, out var named, out _) && named == root.Url;
        return isStrangers ? root with { Url = root.Url with { IsAnonymous = true } } : root;
    }

    /// <param name="by">Who names the URL.</param>
    private RepositoryRoot Make(string vcs, string root, string url, string subdirectory, bool isPrivate, string by)
    {
        // GOVCS's default: the others have been used in trusted surroundings only (golang.org/issue/41730).
        if (!isPrivate && vcs is not ("git" or "hg" or "mod"))
            throw new RepositoryException(FaultKind.Refused, $"GOVCS disallows using {vcs} for public {root}; for a module of your own, add it to go.private");
        if (!RemoteUrl.TryParse(url, out var origin, out var error))
            throw ImportPages.Unrecognized($"{by}: {error}");
        var remote = origin;
        if (vcs == "git" && !RemoteUrl.TryParse(InsteadOf.Apply(git.InsteadOf, url), out remote, out error))
            throw ImportPages.Unrecognized($"{by}, and then go.git.instead-of: {error}");
        var isMod = vcs == "mod";
        if (!(isMod && remote.Scheme == "https") && (!git.Transports.Contains(remote.Scheme) || (isMod && remote.Scheme != "http")))
            throw new RepositoryException(FaultKind.Refused, $"{by} leads to {Secrets.OneLine(remote.Text, 80)}: {(isMod ? "a proxy is reached by https" : $"{remote.Scheme} is not in go.git.transports ({string.Join(',', git.Transports)})")}");
        return new RepositoryRoot(vcs, root, remote, url, subdirectory) { By = by };
    }

    /// <summary>The URL where the path leaves the scheme open: ssh for a host that we only have a key for, https otherwise. The go command tries; we don't,
    /// since an outage of one would be taken for the word of the other.</summary>
    private string? SchemeOf(StaticRoots.Found found)
    {
        var host = found.Repository[..found.Repository.IndexOf('/', StringComparison.Ordinal)];
        var own = git.Hosts.FirstOrDefault(h => h.Host == host) ?? git.Hosts.FirstOrDefault(h => h.Host.StartsWith(host + ":", StringComparison.Ordinal) && h.SshKey is not null);
        var hasKey = own is { SshKey: not null, TokenFile: null, AppId: null };
        if (found.Vcs == "git" && git.Transports.Contains("ssh") && (hasKey || !git.Transports.Contains("https")))
            return $"ssh://git@{(hasKey ? own!.Host : host)}{found.Repository[host.Length..]}";
        return null;
    }
}
