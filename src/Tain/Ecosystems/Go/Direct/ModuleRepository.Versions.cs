using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

// From a revision to the version that stands for it (convert, validatePseudoVersion).
internal sealed partial class ModuleRepository
{
    /// <param name="query">What was asked; empty for latest.</param>
    private async Task<ModuleInfo> ConvertAsync(GitRevision revision, string query, CancellationToken ct)
    {
        var conversion = new Conversion(this, revision, query, ct);
        // :: A pseudo-version: its place first, which is cheap; then what it claims, which may need history.
        if (PseudoVersion.IsPseudo(query))
        {
            var info = await conversion.CheckAsync(query);
            await ValidatePseudoAsync(revision, query, ct);
            return info;
        }

        // :: The tag that was asked for.
        var (asked, isCanonical) = VersionOf(revision.Version);
        if (isCanonical && await conversion.TryCheckAsync(asked) is { } tagged)
            return tagged;

        // :: The tags at the commit: the one that is asked for in another form, else the highest that is not retracted.
        string highest = "", pseudoBase = "";
        foreach (var tag in revision.Tags)
        {
            var (version, canonical) = VersionOf(tag);
            if (query.Length > 0 && Semver.Compare(version, query) == 0)
            {
                if (canonical)
                    return await conversion.CheckAsync(version);
                // v1.0.0+a and v1.0.0+b may be two commits: neither is v1.0.0, but a base.
                pseudoBase = version;
            }
            if (canonical && Semver.Compare(highest, version) < 0 && !(await RetractionsAsync(ct)).Contains(version)
                && (ModuleVersion.MatchesPathMajor(version, _place.PathMajor) || await conversion.MayBeIncompatibleAsync(version)))
                highest = version;
        }
        if (highest.Length > 0)
            return await conversion.CheckAsync(highest);

        // :: A pseudo-version on the highest tag of its ancestors.
        if (pseudoBase.Length == 0)
            pseudoBase = await HighestBeforeAsync(revision, conversion, ct);
        var major = _place.PathMajor.Length == 0 ? "" : PrefixOf(_place.PathMajor);
        return await conversion.CheckAsync(PseudoVersion.Make(major, pseudoBase, revision.Time, revision.Short));
    }

    /// <summary>RecentTag: the base of a pseudo-version; empty when no tag precedes it.</summary>
    private async Task<string> HighestBeforeAsync(GitRevision revision, Conversion conversion, CancellationToken ct)
    {
        // Without a tag of ours there is no need for history.
        var refs = await _git.RefsAsync(TimeSpan.MaxValue, ct);
        if (!refs.Commits.Keys.Any(name => name.StartsWith("refs/tags/" + _place.TagPrefix + "v", StringComparison.Ordinal)))
            return "";
        var highest = "";
        foreach (var tag in await _git.TagsMergedAsync(revision.Commit, ct))
        {
            var (version, _) = VersionOf(tag);
            if (version.Length == 0 || Semver.Compare(tag[_place.TagPrefix.Length..], highest) <= 0)
                continue;
            if ((ModuleVersion.MatchesPathMajor(version, _place.PathMajor) || await conversion.MayBeIncompatibleAsync(version))
                && !(await RetractionsAsync(ct)).Contains(version))
                highest = tag[_place.TagPrefix.Length..];
        }
        return highest.Length == 0 ? "" : VersionOf(_place.TagPrefix + highest).Version;
    }

    /// <summary>The version that a tag of this module stands for, or empty; whether the tag is that version's own (tagToVersion).</summary>
    private (string Version, bool IsCanonical) VersionOf(string tag)
    {
        if (!tag.StartsWith(_place.TagPrefix, StringComparison.Ordinal) || PseudoVersion.IsPseudo(tag))
            return ("", false);
        var trimmed = tag[_place.TagPrefix.Length..];
        // Not +incompatible: that is no tag's to say. And not v1 or v1.2, which are incomplete.
        var version = Semver.Canonical(trimmed);
        return version.Length > 0 && trimmed.StartsWith(version, StringComparison.Ordinal) ? (version, version == trimmed) : ("", false);
    }

    private Retractions? _retractions;

    /// <summary>What the latest release's go.mod retracts (retractedVersions); nothing when that can't be told.</summary>
    private async Task<Retractions> RetractionsAsync(CancellationToken ct) => _retractions ??= await ReadRetractionsAsync(ct);

    private async Task<Retractions> ReadRetractionsAsync(CancellationToken ct)
    {
        try
        {
            var versions = (await VersionsAsync(ct)).TakeWhile(v => !v.EndsWith(Incompatible, StringComparison.Ordinal)).ToList();
            if (versions.Count == 0)
                return new([]);
            var latest = versions.FindLast(v => Semver.Prerelease(v).Length == 0) ?? versions[^1];
            var commit = (await _git.StatAsync(_place.TagPrefix + latest, _maxAge, ct)).Commit;
            return GoModFile.TryParseLax(await GoModAsync(commit, latest, ct), out var mod, out _) ? new(mod.Retract) : new([]);
        }
        catch (RepositoryException)
        {
            // As the go command: what can't be read retracts nothing.
            return new([]);
        }
    }

    private sealed class Retractions(IReadOnlyList<GoModRetraction> ranges)
    {
        public bool Contains(string version) => ranges.Any(r => Semver.Compare(r.Low, version) <= 0 && Semver.Compare(version, r.High) <= 0);
    }

    /// <summary>Whether the pseudo-version says the truth of its commit: its short name, its time, and a base among its ancestors.
    /// Otherwise anyone could name a commit as high as he likes (validatePseudoVersion).</summary>
    private async Task ValidatePseudoAsync(GitRevision revision, string version, CancellationToken ct)
    {
        if (!PseudoVersion.TryParse(WithoutIncompatible(version), out var parts, out var error))
            throw Invalid(version, error);
        if (parts.Revision != revision.Short)
        {
            throw Invalid(version, parts.Revision.StartsWith(revision.Short, StringComparison.Ordinal) ? $"revision is longer than canonical (expected {revision.Short})"
                : revision.Short.StartsWith(parts.Revision, StringComparison.Ordinal) ? $"revision is shorter than canonical (expected {revision.Short})"
                : $"does not match short name of revision (expected {revision.Short})");
        }
        if (parts.Time != revision.Time)
            throw Invalid(version, $"does not match version-control timestamp (expected {revision.Time.UtcDateTime:yyyyMMddHHmmss})");
        if (parts.Base.Length == 0)
        {
            if (_place.PathMajor.Length == 0 && Semver.Major(version) == "v1")
                throw Invalid(version, "major version without preceding tag must be v0, not v1");
            return;
        }
        if (revision.Tags.FirstOrDefault(tag => WithoutPrefix(tag) == parts.Base) is { } own)
            throw Invalid(version, $"tag ({own}) found on revision {parts.Revision} is already canonical, so should not be replaced with a pseudo-version derived from that tag");

        var refs = await _git.RefsAsync(TimeSpan.MaxValue, ct);
        var bases = refs.Commits.Keys
            .Where(name => name.StartsWith("refs/tags/" + _place.TagPrefix + parts.Base, StringComparison.Ordinal))
            .Select(name => name["refs/tags/".Length..])
            .Where(tag => Semver.Compare(WithoutPrefix(tag), parts.Base) == 0)
            .Order(StringComparer.Ordinal).ToList();
        if (bases.Count == 0)
            throw Invalid(version, $"preceding tag ({parts.Base}) not found");
        foreach (var tag in bases)
        {
            if (await _git.DescendsFromAsync(revision.Commit, tag, ct))
                return;
        }
        throw Invalid(version, $"revision {parts.Revision} is not a descendent of preceding tag ({bases[^1]})");
    }

    private string WithoutPrefix(string tag) => tag.StartsWith(_place.TagPrefix, StringComparison.Ordinal) ? tag[_place.TagPrefix.Length..] : tag;

    private static string WithoutIncompatible(string version)
        => version.EndsWith(Incompatible, StringComparison.Ordinal) ? version[..^Incompatible.Length] : version;

    /// <summary>What one conversion remembers of its commit.</summary>
    private sealed class Conversion(ModuleRepository module, GitRevision revision, string query, CancellationToken ct)
    {
        private readonly Dictionary<string, bool> _hasGoMod = [];

        public async Task<ModuleInfo?> TryCheckAsync(string version)
        {
            try
            {
                return await CheckAsync(version);
            }
            catch (RepositoryException e) when (e is { Reached: true, Fault: FaultKind.NotFound })
            {
                return null;
            }
        }

        /// <summary>Whether the canonical version may stand for the commit; adds <c>+incompatible</c> where it belongs (checkCanonical).</summary>
        public async Task<ModuleInfo> CheckAsync(string version)
        {
            // Where there is no module, there is no version, whatever its tag.
            await module.FindAsync(revision.Commit, version, ct);
            if (version == WithoutIncompatible(query))
                version = query;
            var stem = WithoutIncompatible(version);
            string? wrong = null;
            if (!ModuleVersion.MatchesPathMajor(stem, module._place.PathMajor))
            {
                if (await MayBeIncompatibleAsync(stem))
                    version = stem + Incompatible;
                else
                    wrong = module._place.PathMajor.Length > 0 ? "module path includes a major version suffix, so major version must match"
                        : $"module contains a go.mod file, so module path must match major version (\"{module._place.PathPrefix}/{Semver.Major(version)}\")";
            }
            else if (version.EndsWith(Incompatible, StringComparison.Ordinal))
            {
                wrong = $"+incompatible suffix not allowed: major version {Semver.Major(version)} is compatible";
            }
            // A canonical query is itself, or nothing.
            if (query.Length > 0 && ModuleVersion.Canonical(query) == query && WithoutIncompatible(query) is var asked && asked != stem)
                throw Invalid(query, $"resolves to version {version} ({asked} is not a tag)");
            return wrong is null ? module.InfoOf(revision, version) : throw Invalid(version, wrong);
        }

        /// <summary>Only the repository's root may, without a go.mod there, and without one in vN unless it is asked for by its full name (canUseIncompatible).</summary>
        public async Task<bool> MayBeIncompatibleAsync(string version)
        {
            if (module._place.Directory.Length > 0 || module._place.PathMajor.Length > 0 || await HasAsync("go.mod"))
                return false;
            return query.EndsWith(Incompatible, StringComparison.Ordinal) || !await HasAsync(Semver.Major(version) + "/go.mod");
        }

        private async Task<bool> HasAsync(string file)
        {
            if (!_hasGoMod.TryGetValue(file, out var has))
                _hasGoMod[file] = has = await module._git.ReadFileAsync(revision.Commit, file, (int)ModuleZip.MaxGoMod, ct) is not null;
            return has;
        }
    }
}
