using System.Text.RegularExpressions;

namespace Tain.Tests;

/// <summary>The shape of src/Tain, read from its sources: ARCHITECTURE.md in a form that fails.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>What each room may use. Arrows go one way: no two rooms use each other.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Storage"] = [],
        ["Upstream"] = [],
        ["Http"] = [],
        ["Mirror"] = ["Storage", "Upstream", "Http"],
        ["Ecosystems"] = ["Mirror", "Storage", "Upstream", "Http", "GoModules"],
        ["Config"] = ["Upstream", "Http", "Ecosystems", "GoModules"],
        ["Doctor"] = ["Config", "Upstream", "Ecosystems", "GoModules"],
        ["Commands"] = ["Doctor", "Config", "Ecosystems", "Mirror", "Storage", "Upstream", "Http"],
    };

    /// <summary>What these of the doctor's own rooms may use of its ecosystems. Whose image a build of Go's stands on, only the containers' lists know.</summary>
    private static readonly Dictionary<string, string[]> DoctorArrows = new()
    {
        ["Files"] = [],
        ["Workplaces"] = [],
        ["Npm"] = [],
        ["Containers"] = [],
        ["Go"] = ["Containers"],
    };

    [Fact]
    public void Arrows_between_the_rooms_go_one_way()
    {
        var broken = from file in Sources()
                     let room = file.Room
                     where room.Length > 0
                     from used in UsedRooms(file.Text)
                     where used != room && !Arrows[room].Contains(used)
                     select $"{file.Path} uses Tain.{used}";
        Assert.Empty(broken);
        // A use that is written out instead of imported counts, and this test sees the ones that are there.
        Assert.Contains(Sources(), f => f.Room == "Mirror" && UsedRooms(f.Text).Contains("Storage"));
    }

    [Fact]
    public void Each_ecosystem_of_the_doctor_is_by_itself()
    {
        var broken = from file in Sources()
                     where file.Room == "Doctor"
                     let room = file.Path.Split('/')[1]
                     from used in UsedEcosystems(file.Text)
                     where used != room && DoctorArrows.TryGetValue(room, out var uses) && !uses.Contains(used)
                     select $"{file.Path} uses Tain.Doctor.{used}";
        Assert.Empty(broken);
        Assert.Contains(Sources(), f => f.Path == "Doctor/Go/GoJobs.cs" && UsedEcosystems(f.Text).Contains("Containers"));
        Assert.Contains(Sources(), f => f.Path == "Doctor/Checkup.cs" && UsedEcosystems(f.Text).Count() == 3);
    }

    [Fact]
    public void Every_room_is_in_the_table_and_the_table_has_no_circle()
    {
        Assert.Equal(Arrows.Keys.Order(), Sources().Select(f => f.Room).Where(r => r.Length > 0).Distinct().Order());
        // Each room uses only what stands above it: then there is no way round.
        var above = new HashSet<string> { "GoModules" };
        foreach (var (room, uses) in Arrows)
        {
            Assert.All(uses, used => Assert.Contains(used, above));
            above.Add(room);
        }
    }

    [Fact]
    public void The_heart_names_no_ecosystem()
        => Assert.DoesNotContain(Sources(), f => f.Room is "Mirror" or "Storage" or "Upstream" && EcosystemName().IsMatch(WithoutComments(f.Text)));

    [Fact]
    public void Git_knows_no_modules()
        => Assert.DoesNotContain(Sources(), f => f.Path.StartsWith("Ecosystems/Go/Git/", StringComparison.Ordinal)
            && (UsedRooms(f.Text).Contains("GoModules") || WithoutComments(f.Text).Contains("Go.Direct", StringComparison.Ordinal)));

    [Fact]
    public void A_database_is_named_in_Storage_only()
        => Assert.All(Sources().Where(f => f.Text.Contains("Microsoft.Data.Sqlite", StringComparison.Ordinal)), f => Assert.Equal("Storage", f.Room));

    [Fact]
    public void No_file_outgrows_one_head()
        => Assert.DoesNotContain(Sources().Select(f => (f.Path, Lines: f.Text.Count(c => c == '\n'))), f => f.Lines > 450);

    [Fact]
    public void ARCHITECTURE_names_every_room_and_every_file_it_names_is_there()
    {
        var text = File.ReadAllText(Path.Combine(Root, "ARCHITECTURE.md"));
        Assert.All(Arrows.Keys, room => Assert.Contains($"{room}/", text, StringComparison.Ordinal));
        var files = new[] { "src", "tests", "bench", "docs" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root)).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        Assert.All(FileName().Matches(text).Select(m => m.Value), name => Assert.True(files.Contains(name), $"ARCHITECTURE.md names {name}"));
    }

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tain.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static List<(string Path, string Room, string Text)> Sources()
    {
        var folder = Path.Combine(Root, "src", "Tain");
        return [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(folder, path), Text: File.ReadAllText(path)))
            .Where(f => !f.Path.StartsWith("obj/", StringComparison.Ordinal) && !f.Path.StartsWith("bin/", StringComparison.Ordinal))
            .Select(f => (f.Path, Path.GetDirectoryName(f.Path)!.Split('/')[0], f.Text))];
    }

    private static IEnumerable<string> UsedRooms(string text)
        => TainName().Matches(WithoutComments(text)).Select(m => m.Groups[1].Value).Where(r => r is "GoModules" || Arrows.ContainsKey(r)).Distinct();

    private static IEnumerable<string> UsedEcosystems(string text) => DoctorName().Matches(WithoutComments(text)).Select(m => m.Groups[1].Value).Distinct();

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"\bTain\.([A-Z]\w*)")]
    private static partial Regex TainName();

    // As it is written out, imported, or named from within Tain.Doctor.
    [GeneratedRegex(@"(?<![\w.])(?:(?:Tain\.)?Doctor\.)?(Go|Npm|Containers)[.;]")]
    private static partial Regex DoctorName();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(Go[A-Z]\w*|[Nn]pm|[Oo]ci|go\.(mod|private|sources|upstream|routes)|\.zip|\.info)\b")]
    private static partial Regex EcosystemName();

    [GeneratedRegex(@"\b[A-Z]\w+\.(cs|md)\b")]
    private static partial Regex FileName();
}
