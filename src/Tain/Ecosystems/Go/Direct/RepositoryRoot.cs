using Tain.Ecosystems.Go.Git;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>Where a module's code is.</summary>
/// <param name="Vcs">git, hg, svn, fossil, bzr, or mod for a module proxy.</param>
/// <param name="Root">The import path of the repository's root.</param>
/// <param name="Url">The repository, or the proxy. After <c>go.git.instead-of</c> it may be another than <paramref name="Origin"/>.</param>
/// <param name="Origin">What the go command would call it: shown in <c>.info</c>.</param>
/// <param name="Subdirectory">The fourth field of go-import (go 1.25): where in the repository the root path's code is. "" for its root.</param>
internal sealed record RepositoryRoot(string Vcs, string Root, RemoteUrl Url, string Origin, string Subdirectory)
{
    /// <summary>A page of the path's own host told it, so that <see cref="Discovery.Forget"/> and time may change it.</summary>
    public bool IsFromPage { get; init; }

    /// <summary>What led here, for explanations: <c>go.repositories</c>, the path alone, or which page's tag.</summary>
    public string By { get; init; } = "";

    /// <summary>What to say first when this repository turns out not to exist or to be closed; null when there is nothing to say.</summary>
    /// <remarks>To who is not logged in, GitLab names the first two elements of any path that is not a public repository's, so that it does not
    /// tell which private ones exist: group/subgroup, where group/subgroup/repository was meant.</remarks>
    public string? HintWhenMissing(string module)
    {
        if (Url.IsAnonymous)
            return $"no credentials are sent to a host that another host's page names; if {Root} is your own, add it to go.private";
        var elements = Root.Split('/');
        if (!IsFromPage || elements.Length != 3 || module.Split('/').Length <= elements.Length)
            return null;
        // What is said has 200 characters, with the reason after it.
        return $"GitLab names two elements of what it does not show: give {elements[0]} credentials in go.git.hosts, or set go.repositories";
    }
}
