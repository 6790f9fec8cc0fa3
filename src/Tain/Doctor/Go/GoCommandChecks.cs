using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>Which go command runs where, and whether it is fit to.</summary>
internal static partial class GoCommandChecks
{
    /// <summary>The last fixes of the three: releases of 2026-08-13 (golang/go#79070, #80744, #80745). Go 1.27 came after them.</summary>
    private const string FixedIn125 = "1.25.13";
    private const string FixedIn126 = "1.26.6";

    /// <summary>Characters of a line before and after an image's name.</summary>
    private const int MaxAround = 300;

    /// <summary>Of one file; each is held against each version that stands there.</summary>
    private const int MaxToolchains = 100;

    public static void Run(Scene scene, GoEnvironment settings, IReadOnlyList<MainModule> modules)
    {
        if (settings.GoVersion is { } version && settings.VersionFile is { } file)
        {
            Check(scene, file.AtLine(1), version, settings["GOTOOLCHAIN"]?.Value, ModulesHere(scene, modules), new($"this machine's is Go {version}", $"本机是 Go {version}"));
        }
        foreach (var workplace in scene.Workplaces.Where(s => s.File is not null))
            CheckInstalled(scene, workplace, workplace.File!, modules);
        foreach (var pin in scene.Named(".go-version", ".tool-versions"))
        {
            foreach (Match match in Pins().Matches(pin.Text))
                Check(scene, pin.At(match.Index), match.Groups["tag"].Value, null, [], new("", ""));
        }
    }

    private static void CheckInstalled(Scene scene, Workplace workplace, TextFile file, IReadOnlyList<MainModule> modules)
    {
        var own = ModulesOf(file, modules);
        var sections = Sections.Of(workplace);
        var toolchains = workplace.Of("GOTOOLCHAIN").TakeLast(MaxToolchains).ToList();
        // The golang images set GOTOOLCHAIN=local, and so does setup-go from its version 6 on (actions/setup-go#460).
        var ofSetupGo = SetupGo().IsMatch(file.Text) ? "local" : null;
        Dictionary<string, string>? variables = null;
        foreach (Match match in Installed().Matches(file.Text))
        {
            var at = file.At(match.Index);
            if (file.Line(at.Line).TrimStart() is ['#', ..] or ['/', '/', ..] || !IsMeant(file, at.Line, match) || VersionOrNull(match) is not { } tag)
                continue;
            var toolchain = toolchains.FindLast(a => sections.CountsAt(a.Place.Line, at.Line))?.Value ?? (match.Groups["image"].Success ? "local" : ofSetupGo);
            Check(scene, at, tag, toolchain, own, new($"this is Go {tag}", $"这里是 Go {tag}"));
        }

        string? VersionOrNull(Match match)
        {
            if (match.Groups["file"].Success)
                return own is [{ WantedGo.Version: { } wanted }] ? wanted : null;
            if (match.Groups["name"].Success)
            {
                variables ??= Variables().Matches(file.Text).DistinctBy(v => v.Groups["name"].Value).ToDictionary(v => v.Groups["name"].Value, v => v.Groups["tag"].Value, StringComparer.Ordinal);
                return variables.GetValueOrDefault(match.Groups["name"].Value);
            }
            var tag = match.Groups["tag"].Value;
            // ~1.24.4 is the newest of 1.24.
            return match.Groups["newest"].Success ? string.Join('.', tag.Split('.').Take(2)) : tag;
        }
    }

    /// <summary>Whether an image's name stands where one is meant, and not in a sentence.</summary>
    private static bool IsMeant(TextFile file, int number, Match match)
    {
        if (!match.Groups["image"].Success)
            return true;
        var line = file.Line(number);
        var start = match.Index - file.StartOf(number);
        var end = Math.Min(start + match.Length, line.Length);
        // So much of it tells.
        var before = line[Math.Max(0, start - MaxAround)..start].ToString();
        var after = line[end..Math.Min(end + MaxAround, line.Length)].ToString();
        return RunsImage().IsMatch(before) || (NamesImage().IsMatch(before) && EndsImage().IsMatch(after));
    }

    /// <summary>The newest Go that may run: the one of a GOTOOLCHAIN that fetches no other; null where any may be fetched.</summary>
    private static string? LimitOrNull(string? toolchain, string own) => toolchain switch
    {
        // Nobody knows which ones lie in the PATH; the images have none there.
        "local" or "path" => own,
        ['g', 'o', '1', '.', ..] when !toolchain.Contains('+', StringComparison.Ordinal) => toolchain[2..],
        _ => null,
    };

    /// <summary>The module at the folder's root; of a repository with one module, that one.</summary>
    private static IReadOnlyList<MainModule> ModulesHere(Scene scene, IReadOnlyList<MainModule> modules)
        => modules.FirstOrDefault(m => m.Folder.TrimEnd('/') == scene.Folder.TrimEnd('/')) is { } here ? [here] : modules.Count == 1 ? modules : [];

    /// <summary>The module that a Dockerfile builds: the nearest above it; of a repository with one module, that one.</summary>
    private static IReadOnlyList<MainModule> ModulesOf(TextFile file, IReadOnlyList<MainModule> modules)
        => modules.Where(m => Folders.IsBelow(file.Path, m.Folder)).MaxBy(m => m.Folder.Length) is { } own ? [own] : modules.Count == 1 ? modules : [];

    private static void Check(Scene scene, Place place, string version, string? toolchain, IReadOnlyList<MainModule> modules, Words have)
    {
        if (!GoVersion.IsValid(version))
            return;
        var newest = Newest(version);
        if (IsOld(newest))
            scene.Add(new Finding(GoPitfalls.CommandOld, place, new("version", version), new Fact("fixed", GoVersion.Compare(newest, "1.26") >= 0 ? FixedIn126 : FixedIn125)));
        if (LimitOrNull(toolchain, version) is { } limit && GoVersion.IsValid(limit) && modules.Select(m => m.NeededGo).FirstOrDefault(n => n is not null && GoVersion.Compare(Newest(limit), n.Version) < 0) is { } needed)
            scene.Add(new Finding(GoPitfalls.ToolchainTooOld, place, new("file", needed.File.Shown), new Fact("wanted", needed.Version), new Fact("have", have), new Fact("toolchain", toolchain!)));
    }

    /// <summary>"1.25" of an image's tag or of setup-go is its newest release.</summary>
    private static string Newest(string version)
        => version.Count(c => c == '.') < 2 && !version.Contains("rc", StringComparison.Ordinal) && !version.Contains("beta", StringComparison.Ordinal) ? version + ".999" : version;

    private static bool IsOld(string version) => GoVersion.Compare(version, FixedIn125) < 0 || (GoVersion.Compare(version, "1.26rc1") >= 0 && GoVersion.Compare(version, FixedIn126) < 0)
        || version is "1.27rc1" or "1.27rc2";

    // FROM golang:1.24.4-alpine    image: golang:${GO_VERSION}    go-version: '1.24.x'    go-version: ~1.24.4    go-version-file: go.mod
    [GeneratedRegex("""(?<image>(?<![\w.-])(?:golang|cimg/go):)(?:(?<tag>1\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?![\w.])|\$\{?(?<name>[A-Za-z_]\w*))|\bgo-version:\s*(?:\[[^\]\r\n]{0,200}?)?['"]?(?<newest>~)?(?<tag>1\.\d+(?:\.\d+)?)(?=['"\s,\]]|\.x)|\bgo-version-file:\s*['"]?(?<file>[\w./-]*\bgo\.(?:mod|work))\b""")]
    private static partial Regex Installed();

    // FROM --platform=x    image:    - name:    container:    ARG BASE=    docker.image('    - (of a list), with a registry's name or none
    [GeneratedRegex("""(?:^\s*(?:FROM(?:\s+--\S+)*|-)|\b(?:ARG\s+)?\w*(?:image|name|container|docker|default|from|base|builder)\w*\b["']?\s*[:=(]?)\s*["']?(?:docker://)?(?:[\w.-]+(?::\d+)?/)*$""", RegexOptions.IgnoreCase)]
    private static partial Regex NamesImage();

    [GeneratedRegex("""^[}\w.@:/$-]*["']?\s*(?:$|[,\]}):#]|AS\s|\\$)""", RegexOptions.IgnoreCase)]
    private static partial Regex EndsImage();

    [GeneratedRegex("""\b(?:docker|podman|nerdctl)\s+(?:run|pull|create)\b[^"']*$""")]
    private static partial Regex RunsImage();

    // ARG GO_VERSION=1.24.4    GO_VERSION: "1.24"
    [GeneratedRegex("""\b(?<name>[A-Za-z_]\w*)[ \t]*[:=][ \t]*["']?(?<tag>1\.\d+(?:\.\d+)?(?:rc\d+)?)(?![\w.])""")]
    private static partial Regex Variables();

    [GeneratedRegex(@"\bactions/setup-go@(?:[0-9a-f]{40}[ \t]*#[ \t]*)?v(?:[6-9]|\d\d)")]
    private static partial Regex SetupGo();

    // .go-version has the version, .tool-versions a line of it (asdf, goenv, mise).
    [GeneratedRegex(@"^(?:go(?:lang)?[ \t]+)?(?<tag>1\.\d+(?:\.\d+)?(?:rc\d+)?)[ \t]*\r?$", RegexOptions.Multiline)]
    private static partial Regex Pins();
}
