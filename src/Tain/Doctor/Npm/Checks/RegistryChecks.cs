using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Npm.Checks;

/// <summary>Registries that are no more. npm.taobao.org also has mirrors of binaries, which settings such as <c>sass_binary_site</c> name.</summary>
internal static partial class RegistryChecks
{
    public static void Run(NpmScene npm)
    {
        // Lockfiles, settings and scripts alike: the name means nothing else.
        foreach (var file in Texts(npm))
        {
            if (!file.Text.Contains("npm.taobao.org", StringComparison.Ordinal))
                continue;
            var isLockfile = NpmFiles.IsLockfile(file.Name);
            var told = 0;
            var matches = Retired().Matches(file.Text).Where(m => isLockfile || !IsInComment(file, m.Index)).ToList();
            foreach (var match in matches)
            {
                if (isLockfile && told > 0)
                    break;
                npm.Scene.Add(Make(file.At(match.Index), match.Value, matches.Count, isLockfile ? null : new(file, match.Index, match.Length, Replacement(match.Value))));
                told++;
            }
        }
        foreach (var setting in npm.MachineAll().Where(s => s.Place.File is null))
        {
            if (Retired().Match(setting.Value) is { Success: true } match)
                npm.Scene.Add(Make(setting.Place, match.Value, 1, null));
        }
    }

    private static Finding Make(Place place, string old, int count, Edit? fix)
        => new(NpmPitfalls.RegistryRetired, place, new Fact("old", old), new Fact("new", Replacement(old)), new Fact("error", count > 1 ? new Words($"CERT_HAS_EXPIRED (places in this file: {count})", $"CERT_HAS_EXPIRED（本文件中共 {count} 处）") : new Words("CERT_HAS_EXPIRED", "CERT_HAS_EXPIRED"))) { Fix = fix, IsSelfEvident = true };

    private static IEnumerable<TextFile> Texts(NpmScene npm)
    {
        var files = npm.Files.Keys.Order(StringComparer.Ordinal).Select(npm.Scene.Files.ReadOrNull).OfType<TextFile>()
            .Concat(npm.Packages.Select(p => p.File))
            .Concat(npm.Projects.SelectMany(p => p.Lockfiles).Select(l => l.File))
            .Concat(npm.Workplaces.Select(s => s.File))
            .Concat(npm.MachineAll().Select(s => s.Place.File).OfType<TextFile>());
        return files.DistinctBy(f => f.Path);
    }

    // aliyun's notice of 2021 (developer.aliyun.com/article/801032) and github.com/cnpm/cnpm issues 438 and 441.
    private static string Replacement(string old)
    {
        var scheme = old.Contains("://", StringComparison.Ordinal) ? "https://" : "";
        return old switch
        {
            _ when old.EndsWith("registry.npm.taobao.org", StringComparison.Ordinal) => scheme + "registry.npmmirror.com",
            _ when old.EndsWith("cdn.npm.taobao.org/dist", StringComparison.Ordinal) => scheme + "cdn.npmmirror.com/binaries",
            // Node's own releases, which node-gyp takes its headers from.
            _ when old.EndsWith("/dist", StringComparison.Ordinal) => scheme + "npmmirror.com/mirrors/node",
            _ when old.EndsWith("/mirrors", StringComparison.Ordinal) => scheme + "npmmirror.com/mirrors",
            _ when old.EndsWith("cdn.npm.taobao.org", StringComparison.Ordinal) => scheme + "cdn.npmmirror.com",
            _ => scheme + "npmmirror.com",
        };
    }

    private static bool IsInComment(TextFile file, int offset)
    {
        var start = offset == 0 ? 0 : file.Text.LastIndexOf('\n', offset - 1) + 1;
        var line = file.Text.AsSpan(start, offset - start);
        return line.TrimStart() is ['#' or ';', ..] || line.TrimStart().StartsWith("//") || line.Contains(" # ", StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?:https?://)?(?<![\w-])(?:(?:registry|cdn)\.)?npm\.taobao\.org(?:/mirrors|/dist)?(?![\w-])""", RegexOptions.CultureInvariant)]
    private static partial Regex Retired();
}
