using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>Which go command runs where, and whether it is fit to.</summary>
internal static partial class GoCommandChecks
{
    /// <summary>The last fixes of the three: releases of 2026-08-13 (golang/go#79070, #80744, #80745). Go 1.27 came after them.</summary>
    private const string FixedIn125 = "1.25.13";
    private const string FixedIn126 = "1.26.6";

    public static void Run(Scene scene, GoEnvironment settings, IReadOnlyList<MainModule> modules)
    {
        if (settings.GoVersion is { } version && settings.VersionFile is { } file)
        {
            var isLocal = settings["GOTOOLCHAIN"]?.Value is "local";
            Check(scene, file.AtLine(1), version, isLocal, ModulesHere(scene, modules), new($"this machine's is Go {version}", $"本机是 Go {version}"));
        }
        foreach (var workplace in scene.Workplaces.Where(s => s.File is not null))
        {
            foreach (Match match in Images().Matches(workplace.File!.Text))
            {
                var at = workplace.File.At(match.Index);
                if (workplace.File.Line(at.Line).TrimStart() is ['#', ..] or ['/', '/', ..])
                    continue;
                // The golang images set GOTOOLCHAIN=local; setup-go installs what it is told and leaves it at auto.
                var tag = match.Groups["tag"].Value;
                var auto = workplace.Assignments.Any(a => a is { Name: "GOTOOLCHAIN", Value: not "local" });
                Check(scene, at, tag, match.Groups["image"].Success && !auto, ModulesOf(workplace.File, modules), new($"this is Go {tag}", $"这里是 Go {tag}"));
            }
        }
    }

    /// <summary>The module at the folder's root; of a repository with one module, that one.</summary>
    private static IReadOnlyList<MainModule> ModulesHere(Scene scene, IReadOnlyList<MainModule> modules)
        => modules.FirstOrDefault(m => m.Folder.TrimEnd('/') == scene.Folder.TrimEnd('/')) is { } here ? [here] : modules.Count == 1 ? modules : [];

    /// <summary>The module that a Dockerfile builds: the nearest above it; of a repository with one module, that one.</summary>
    private static IReadOnlyList<MainModule> ModulesOf(TextFile file, IReadOnlyList<MainModule> modules)
        => modules.Where(m => Folders.IsBelow(file.Path, m.Folder)).MaxBy(m => m.Folder.Length) is { } own ? [own] : modules.Count == 1 ? modules : [];

    private static void Check(Scene scene, Place place, string version, bool isLocal, IReadOnlyList<MainModule> modules, Words have)
    {
        if (!GoVersion.IsValid(version))
            return;
        // "1.25" of an image's tag or of setup-go is its newest release.
        var isLine = version.Count(c => c == '.') < 2 && !version.Contains("rc", StringComparison.Ordinal) && !version.Contains("beta", StringComparison.Ordinal);
        var newest = isLine ? version + ".999" : version;
        if (IsOld(newest))
            scene.Add(new Finding(GoPitfalls.CommandOld, place, new("version", version), new Fact("fixed", GoVersion.Compare(newest, "1.26") >= 0 ? FixedIn126 : FixedIn125)));
        if (isLocal && modules.FirstOrDefault(m => m.Content.GoVersion is { } wanted && GoVersion.Compare(newest, wanted) < 0) is { } module)
        {
            scene.Add(new Finding(GoPitfalls.ToolchainTooOld, place, new("file", module.File.Shown), new Fact("wanted", module.Content.GoVersion!), new Fact("have", have)));
        }
    }

    private static bool IsOld(string version) => GoVersion.Compare(version, FixedIn125) < 0 || (GoVersion.Compare(version, "1.26rc1") >= 0 && GoVersion.Compare(version, FixedIn126) < 0)
        || version is "1.27rc1" or "1.27rc2";

    // FROM golang:1.24.4-alpine    image: golang:1.24    go-version: '1.24.x'    GO_VERSION is nobody's word.
    [GeneratedRegex("""(?<image>(?<![\w.-])(?:golang|cimg/go):)(?<tag>1\.\d+(?:\.\d+)?)(?![\d.])|\bgo-version:\s*(?:\[[^\]\r\n]{0,200}?)?['"]?[~^]?(?<tag>1\.\d+(?:\.\d+)?)(?=['"\s,\]]|\.x)""")]
    private static partial Regex Images();
}
