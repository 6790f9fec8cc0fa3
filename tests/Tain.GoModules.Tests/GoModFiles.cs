using System.Text;
using System.Text.RegularExpressions;

namespace Tain.GoModules.Tests;

/// <summary>The go.mod files that come with Go and x/mod: of modules, in txtar files, and in tables of tests.</summary>
internal static partial class GoModFiles
{
    public static string[] All { get; } = Find();

    /// <summary>The go.work files that come with Go.</summary>
    public static string[] Works { get; } = [.. Files(Path.Combine(GoTools.GoSource, "cmd", "go", "testdata"), "*.txt")
        .SelectMany(f => WorkSection().Matches(File.ReadAllText(f)).Select(m => m.Groups["content"].Value)).Where(f => f.Length < 4_000).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Find()
    {
        var found = new List<string>();
        foreach (var file in Files(GoTools.GoSource, "go.mod").Concat(Files(Path.Combine(GoTools.XMod, "modfile", "testdata"), "*.*")))
            found.Add(File.ReadAllText(file));
        foreach (var file in Files(Path.Combine(GoTools.GoSource, "cmd", "go", "testdata"), "*.txt"))
            found.AddRange(Section().Matches(File.ReadAllText(file)).Select(m => m.Groups["content"].Value));
        found.AddRange(GoTables.Strings("modfile/read_test.go").Concat(GoTables.Strings("modfile/rule_test.go")).Where(s => s.Contains(' ')));

        // No file of theirs has a string with a newline, which changes what comments belong to.
        foreach (var between in (string[])["", "// b\n", "// b\n\n", "x ( // b\n)\n", "x ()\n", "require a.b/c v1.0.0\n"])
            found.Add($"// a\nretract v1.0.0 // why\n{between}\"\\\n\" // late\nretract v1.1.0\nrequire d.e/f v1.0.0 // indirect\n");

        string[] files = [.. found.Where(f => f.Length < 4_000).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 1_000, $"only {files.Length} go.mod files");
        return files;
    }

    private static string[] Files(string folder, string pattern) => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories);

    [GeneratedRegex(@"^-- (.*/)?(go|\.|)\.?mod --\n(?<content>(?!-- )(.*\n)*?)(?=-- |\z)", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^-- (.*/)?go\.work --\n(?<content>(?!-- )(.*\n)*?)(?=-- |\z)", RegexOptions.Multiline)]
    private static partial Regex WorkSection();

    /// <summary>All that was read, as the oracle writes it.</summary>
    public static string Show(GoModFile? file, string? error)
    {
        if (file == null) return $"{DifferentialTests.Bad} {ErrorLine(error!)}";
        var text = new StringBuilder();
        void Line(params string[] words) => text.AppendJoin('\x1f', words).Append('\n');
        if (file.ModulePath != null) Line("module", file.ModulePath, file.Deprecated);
        if (file.GoVersion != null) Line("go", file.GoVersion);
        if (file.Toolchain != null) Line("toolchain", file.Toolchain);
        foreach (var g in file.Godebug) Line("godebug", g.Key, g.Value);
        foreach (var r in file.Require) Line("require", r.Path, r.Version, r.Indirect ? "true" : "false");
        foreach (var x in file.Exclude) Line("exclude", x.Path, x.Version);
        foreach (var r in file.Replace) Line("replace", r.OldPath, r.OldVersion, r.NewPath, r.NewVersion);
        foreach (var r in file.Retract) Line("retract", r.Low, r.High, r.Rationale);
        foreach (var t in file.Tool) Line("tool", t);
        foreach (var i in file.Ignore) Line("ignore", i);
        return text.ToString();
    }

    /// <summary>The same of a go.work.</summary>
    public static string Show(GoWorkFile? file, string? error)
    {
        if (file == null) return Show((GoModFile?)null, error);
        var same = new GoModFile { GoVersion = file.GoVersion, Toolchain = file.Toolchain, Godebug = file.Godebug, Replace = file.Replace, Require = [], Exclude = [], Retract = [], Tool = [], Ignore = [] };
        return Show(same, null) + string.Concat(file.Use.Select(u => $"use\x1f{u}\n"));
    }

    /// <summary>The line that an error names. Fails if it is not one printable line.</summary>
    private static string ErrorLine(string error)
    {
        var match = ErrorText().Match(error);
        Assert.True(match.Success && error.Length < 600, error);
        return match.Groups[1].Value;
    }

    [GeneratedRegex(@"\Ago\.(?:mod|work):([1-9][0-9]*): [^\p{C}\n]+\z")]
    private static partial Regex ErrorText();
}
