using Tain.Ecosystems.Go.Git;
using Tain.GoModules;

namespace Tain.Ecosystems.Go.Direct;

// Which directory of a commit is the module's (findDir).
internal sealed partial class ModuleRepository
{
    /// <param name="Directory">The module's root in the repository.</param>
    /// <param name="GoMod">Null when it has none, which is legal at the repository's root only.</param>
    public sealed record Location(string Directory, byte[]? GoMod);

    /// <summary>Finds the module at a commit. With a major version suffix it may be in <c>DIR</c> or in <c>DIR/vN</c>, not in both.</summary>
    public async Task<Location> FindAsync(string commit, string version, CancellationToken ct)
    {
        var first = Join(_place.Directory, "go.mod");
        var mod1 = await _git.ReadFileAsync(commit, first, (int)ModuleZip.MaxGoMod, ct);
        var path1 = mod1 is null ? "" : GoModFile.ModulePathOf(mod1);
        var found1 = mod1 is not null && (IsMajor(path1, _place.PathMajor)
            // An old bug let unversioned paths stand for gopkg.in's versioned ones (golang/go#34254).
            || (_place.PathMajor.Length == 0 && path1.StartsWith("gopkg.in/", StringComparison.Ordinal)));

        var hasSecond = _place.PathMajor.Length > 0 && _place.Root != _place.Module.Value && _place.PathMajor[0] != '.';
        if (hasSecond)
        {
            var directory2 = Join(_place.Directory, _place.PathMajor[1..]);
            var second = directory2 + "/go.mod";
            // Only the suffix is compared: forks keep the path of what they replace.
            if (await _git.ReadFileAsync(commit, second, (int)ModuleZip.MaxGoMod, ct) is { } mod2)
            {
                var path2 = GoModFile.ModulePathOf(mod2);
                if (IsMajor(path2, _place.PathMajor))
                {
                    return found1
                        ? throw NoModule($"{first} and {second} both have …{_place.PathMajor} module paths")
                        : new(directory2, mod2);
                }
                throw NoModule(path2.Length == 0 ? $"{second} has no module path" : $"{second} has the module path \"{path2}\", which does not end in {_place.PathMajor}");
            }
        }

        if (found1)
            return new(_place.Directory, mod1);
        var neither = hasSecond ? $" (and {Join(_place.Directory, _place.PathMajor[1..])}/go.mod does not exist)" : "";
        if (mod1 is not null)
        {
            throw NoModule(path1.Length == 0 ? $"{first} has no module path{neither}"
                : _place.PathMajor.Length > 0 ? $"{first} has the module path \"{path1}\", which does not end in {_place.PathMajor}{neither}"
                : !ModulePath.TryParse(path1, out _, out _) ? $"{first} has the malformed module path \"{path1}\""
                : $"{first} has the module path \"{path1}\", which is of another major version than {Semver.Major(version)}");
        }
        // A module without a go.mod is as large as its repository, and of no major version that would need a suffix.
        if (_place.Directory.Length == 0 && (_place.PathMajor.Length == 0 || _place.PathMajor[0] == '.'))
            return new("", null);
        throw NoModule(hasSecond ? $"neither {first} nor {Join(_place.Directory, _place.PathMajor[1..])}/go.mod exists" : $"{first} does not exist");

        RepositoryException NoModule(string why) => Invalid(version, $"{why} at {commit[..12]} of {_place.Origin}");
    }

    /// <summary>Whether a go.mod's path may have the major versions that the suffix stands for (isMajor).</summary>
    private static bool IsMajor(string path, string pathMajor)
    {
        if (path.Length == 0 || !TrySplitMajor(path, out var major))
            return false;
        if (pathMajor.Length == 0)
            return major.Length == 0 || PrefixOf(major) is "v0" or "v1";
        // The same rules hold for /v2 and .v2-unstable's modules only as far as their text is the same.
        return major.Length > 0 && pathMajor.AsSpan(1).SequenceEqual(major.AsSpan(1));
    }

    private static string PrefixOf(string major) => major[1..].Replace("-unstable", "", StringComparison.Ordinal);

    /// <summary>x/mod's SplitPathVersion, which takes paths that are not legal ones otherwise.</summary>
    private static bool TrySplitMajor(string path, out string major)
    {
        var split = ModulePath.TrySplitVersion(path, out _, out var found);
        major = split ? found : "";
        return split;
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
