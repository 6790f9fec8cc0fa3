using Tain.Ecosystems.Go.Git;
using Tain.GoModules;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>One module as seen in its repository: the go command's own rules from tags, branches and commits to versions
/// (cmd/go/internal/modfetch/coderepo.go, whose names are given with each rule).</summary>
internal sealed partial class ModuleRepository
{
    private const string Incompatible = "+incompatible";
    private readonly GitRepository _git;
    private readonly ModulePlace _place;
    private readonly TimeSpan _maxAge;

    /// <param name="git">The repository.</param>
    /// <param name="place">Where in it the module is.</param>
    /// <param name="maxAge">How old the refs may be that decide.</param>
    public ModuleRepository(GitRepository git, ModulePlace place, TimeSpan maxAge) => (_git, _place, _maxAge) = (git, place, maxAge);

    /// <summary>The versions that <c>@v/list</c> names, in semantic order (Versions, appendIncompatibleVersions).</summary>
    public async Task<IReadOnlyList<string>> VersionsAsync(CancellationToken ct)
    {
        // They are tagged like the stable ones, whose tags are not theirs.
        if (_place.Module.Value.StartsWith("gopkg.in/", StringComparison.Ordinal) && _place.Module.Value.EndsWith("-unstable", StringComparison.Ordinal))
            return [];
        var refs = await _git.RefsAsync(_maxAge, ct);
        List<string> compatible = [], incompatible = [];
        foreach (var name in refs.Commits.Keys)
        {
            if (!name.StartsWith("refs/tags/" + _place.TagPrefix, StringComparison.Ordinal))
                continue;
            var version = name[("refs/tags/".Length + _place.TagPrefix.Length)..];
            // Other forms become pseudo-versions when asked for; tags that look like those mean nothing.
            if (version.Length == 0 || Semver.Canonical(version) != version || PseudoVersion.IsPseudo(version))
                continue;
            if (ModuleVersion.MatchesPathMajor(version, _place.PathMajor))
                compatible.Add(version);
            else if (_place.Directory.Length == 0 && _place.PathMajor.Length == 0 && IsAfterV1(version))
                incompatible.Add(version);
        }
        compatible.Sort(ModuleVersion.Compare);
        incompatible.Sort(ModuleVersion.Compare);
        if (incompatible.Count == 0 || _place.PathMajor.Length > 0)
            return compatible;

        // With a go.mod in the latest v0 or v1, the author's later majors are other modules (golang/go#34189).
        if (compatible.Count > 0 && await TagHasGoModAsync(refs, compatible[^1], ct))
            return compatible;
        foreach (var major in incompatible.GroupBy(Semver.Major).ToList())
        {
            if (!await TagHasGoModAsync(refs, major.Last(), ct))
                compatible.AddRange(major.Select(v => v + Incompatible));
        }
        return compatible;
    }

    /// <summary>The version of the default branch's newest commit: the one to use when no listed version suits (go.dev/ref/mod, "@latest").</summary>
    public async Task<ModuleInfo> LatestAsync(CancellationToken ct)
    {
        var revision = await _git.StatAsync("HEAD", _maxAge, ct);
        return await ConvertAsync(revision with { Ref = "HEAD" }, "", ct);
    }

    /// <summary>The version that a query names: itself if it is canonical, else that of the tag, branch or commit (Stat).</summary>
    public async Task<ModuleInfo> StatAsync(string query, CancellationToken ct) =>
        await ConvertAsync(await _git.StatAsync(RevisionOf(query), _maxAge, ct), query, ct);

    /// <summary>The module's go.mod at a commit, as it is; what stands for a missing one otherwise (GoMod).</summary>
    public async Task<byte[]> GoModAsync(string commit, string version, CancellationToken ct)
        => (await FindAsync(commit, version, ct)).GoMod ?? GoModFile.Missing(_place.Module);

    /// <summary>Which revision a version or query is (revToRev).</summary>
    private string RevisionOf(string query)
    {
        if (!Semver.IsValid(query))
            return query;
        if (PseudoVersion.TryGetRevision(query, out var revision, out _))
            return revision;
        return _place.TagPrefix + (Semver.Build(query) == Incompatible ? query[..^Incompatible.Length] : query);
    }

    private async Task<bool> TagHasGoModAsync(GitRefs refs, string tag, CancellationToken ct)
        => await _git.ReadFileAsync(refs.Commits["refs/tags/" + tag], "go.mod", (int)ModuleZip.MaxGoMod, ct) is not null;

    private static bool IsAfterV1(string version) => Semver.Major(version) is not ("v0" or "v1");

    private ModuleInfo InfoOf(GitRevision revision, string version) => new(version, revision.Time, revision.Commit, revision.Ref, _place.Origin, _place.Directory);

    private static RepositoryException Invalid(string version, string why) => RepositoryException.Missing($"{version}: invalid version: {why}");
}

/// <summary>Where a module is: the parts of its path against the root of its repository (newCodeRepo).</summary>
internal sealed record ModulePlace
{
    private ModulePlace() { }

    public required ModulePath Module { get; init; }

    /// <summary>The import path of the repository's root.</summary>
    public required string Root { get; init; }

    /// <summary>What the go command calls the repository, for <c>Origin</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Where in the repository the module is expected, "" for its root; with a <see cref="PathMajor"/> also one folder below it.</summary>
    public required string Directory { get; init; }

    /// <summary><c>/v2</c>, or <c>.v2</c> for gopkg.in; empty for v0 and v1.</summary>
    public string PathMajor => Module.PathMajor;

    /// <summary>What precedes the version in the module's tags.</summary>
    public string TagPrefix => Directory.Length == 0 ? "" : Directory + "/";

    /// <summary>The path without its major version; the whole path where the repository's root carries it (nanomsg.org/go/mangos/v2).</summary>
    public string PathPrefix => Root == Module.Value ? Module.Value : Module.Prefix;

    /// <summary>Throws <see cref="RepositoryException"/> when the root is no prefix of the module's path.</summary>
    public static ModulePlace Of(ModulePath module, RepositoryRoot root)
    {
        var directory = "";
        if (root.Root != module.Value)
        {
            if (!HasPrefix(module.Prefix, root.Root))
                throw RepositoryException.Missing($"the repository rooted at {root.Root} can't contain {module}");
            directory = module.Prefix[root.Root.Length..].Trim('/');
        }
        // In the go command's order (go 1.25, newCodeRepo): with "go", the module root/bar is in bar/go.
        if (root.Subdirectory.Length > 0)
            directory = directory.Length == 0 ? root.Subdirectory : directory + "/" + root.Subdirectory;
        return new() { Module = module, Root = root.Root, Origin = root.Origin, Directory = directory };
    }

    private static bool HasPrefix(string path, string root)
        => path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}

/// <summary>What a version is: its <c>.info</c>.</summary>
/// <param name="Commit">Whose content it has.</param>
/// <param name="Ref">The ref that led there; null for none.</param>
/// <param name="Url">The repository as the go command names it.</param>
/// <param name="Directory">The module's place in it.</param>
internal sealed record ModuleInfo(string Version, DateTimeOffset Time, string Commit, string? Ref, string Url, string Directory);
