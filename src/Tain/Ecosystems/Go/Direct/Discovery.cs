using Tain.Ecosystems.Go.Git;
using Tain.GoModules;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>Where a module's code is.</summary>
/// <param name="Vcs">git, hg, svn, fossil, bzr, or mod for a module proxy.</param>
/// <param name="Root">The import path of the repository's root.</param>
/// <param name="Url">The repository, or the proxy. After <c>go.git.instead-of</c> it may be another than <paramref name="Origin"/>.</param>
/// <param name="Origin">What the go command would call it: shown in <c>.info</c>.</param>
/// <param name="Subdirectory">The fourth field of go-import (go 1.25): where in the repository the root path's code is. "" for its root.</param>
internal sealed record RepositoryRoot(string Vcs, string Root, RemoteUrl Url, string Origin, string Subdirectory);

/// <summary>From a module path to its repository: overrides of the configuration, the well-known hosts' rules, then the go-import meta tags of
/// the path's own host (cmd/go/internal/vcs). What was found is kept; one look-up at a time for each path.</summary>
internal sealed class Discovery
{
    /// <summary>Throws <see cref="RepositoryException"/>: not found (no tag, no such host), or why the host gave no answer.</summary>
    public Task<RepositoryRoot> FindAsync(ModulePath module, bool isPrivate, CancellationToken ct) => throw new NotImplementedException();
}
