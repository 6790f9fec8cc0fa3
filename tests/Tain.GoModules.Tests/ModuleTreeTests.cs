using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Which files of a tree belong into a module's zip: each rule by name, and the bounds. Go's own code has its say in
/// <see cref="TreeDifferentialTests"/>.</summary>
public sealed class ModuleTreeTests
{
    private static TreeFile File(string name, long size = 10) => new(name, size, TreeFileKind.Regular);

    private static TreeFile Link(string name) => new(name, 10, TreeFileKind.Symlink);

    private static ModuleTree Check(string? goVersion, params TreeFile[] files) => ModuleTree.Check(files, ZipFiles.Path, "v1.0.0", goVersion);

    private static string[] Valid(string? goVersion, params string[] names) =>
        [.. Check(goVersion, [.. names.Select(n => File(n))]).Valid.Select(f => f.Name)];

    public static TheoryData<string> CheckCases() => [.. Txtar.Cases("check_files")];

    [Theory, MemberData(nameof(CheckCases))]
    public void Txtar_cases_of_CheckFiles(string name)
    {
        var (_, files) = Txtar.Read(name);
        var want = Encoding.UTF8.GetString(files.Single(f => f.Name == "want").Content).ReplaceLineEndings("\n");
        var tree = Check(null, [.. files.Where(f => f.Name != "want").Select(f => File(f.Name, f.Content.Length))]);
        var said = new StringBuilder("valid:\n");
        foreach (var file in tree.Valid) said.Append(file.Name).Append('\n');
        said.Append("\nomitted:\n");
        foreach (var (file, reason) in tree.Omitted) said.Append(file).Append(": ").Append(reason).Append('\n');
        said.Append("\ninvalid:\n");
        foreach (var (file, reason) in tree.Invalid) said.Append(file).Append(": ").Append(reason).Append('\n');
        // Go repeats the name in this one, and has other quotes.
        Assert.Equal(want.Replace("malformed file path \"invalid.go'\": invalid char '\\''", "malformed file path: invalid char \"'\"", StringComparison.Ordinal), said.ToString());
        Assert.Equal(tree.Invalid.Count == 0, tree.Error == null);
    }

    /// <summary>Those for a directory, too, but one: version control's own directories are left out only there.</summary>
    public static TheoryData<string> CreateCases() => [.. Txtar.Cases("create", "create_from_dir").Where(c => c != "create_from_dir/exclude_vcs.txt")];

    [Theory, MemberData(nameof(CreateCases))]
    public async Task Txtar_cases_of_Create(string name)
    {
        var (fields, files) = Txtar.Read(name);
        string? h1 = null;
        if (ModulePath.TryParse(fields["path"], out var path, out var error))
        {
            var tree = ModuleTree.Check(files.Select(f => File(f.Name, f.Content.Length)), path, fields["version"], files.Any(f => f.Name == "go.mod") ? "1.13" : null);
            if ((error = tree.Error) == null)
            {
                var zip = new MemoryStream();
                await using var writer = new ModuleZipWriter(zip, path, fields["version"]);
                foreach (var (file, content) in files)
                    if (tree.Contains(file))
                        await writer.AddAsync(file, new MemoryStream(content), TestContext.Current.CancellationToken);
                await writer.FinishAsync(TestContext.Current.CancellationToken);
                h1 = (await ModuleZip.VerifyAsync(new MemoryStream(zip.ToArray()), path, fields["version"], TestContext.Current.CancellationToken)).H1;
            }
        }
        Assert.Equal(fields.GetValueOrDefault("hash"), h1);
        // The rule is what comes last, up to its first detail. A byte that is no UTF-8 has another rule in a string.
        if (fields.TryGetValue("wantErr", out var wanted) && !name.EndsWith("/invalid_utf8_mod_path.txt", StringComparison.Ordinal))
            Assert.Contains(wanted.Split(':')[^1].Split('"', '\'')[0].Trim(), error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_go_directive_below_1_24_has_the_old_vendor_rule()
    {
        string[] names = ["go.mod", "vendor/modules.txt", "vendor/x/y.go", "pkg/vendor/v.go", "pkg/vendor/x/y.go", "vendored/z"];
        foreach (var old in new[] { null, "", "1.9", "1.23", "1.23.99", "1.24.1rc1", "1.24.x", "v1.24", "go1.24" })
            Assert.Equal(["go.mod", "vendor/modules.txt", "vendored/z"], Valid(old, names));
        foreach (var @new in new[] { "1.24", "1.24rc1", "1.24.0", "1.25", "1.100", "2", "10.0" })
            Assert.Equal(["go.mod", "pkg/vendor/v.go", "vendored/z"], Valid(@new, names));
    }

    [Fact]
    public void A_go_directive_without_a_regular_go_mod_does_not_count()
    {
        Assert.Equal(["vendor/modules.txt"], Valid("1.24", "vendor/modules.txt"));
        Assert.Equal("vendor/modules.txt", Assert.Single(Check("1.24", Link("go.mod"), File("vendor/modules.txt")).Valid).Name);
    }

    [Fact]
    public void A_directory_with_a_go_mod_of_any_case_is_another_module() =>
        Assert.Equal(["a.go", "subx/d.go", "go.mod"], Valid(null, "a.go", "sub/b.go", "sub/deep/c.go", "subx/d.go", "sub/Go.MOD", "other/x.go", "other/go.mod", "go.mod"));

    [Fact]
    public void A_go_mod_that_is_a_directory_a_link_or_a_submodule_makes_no_module()
    {
        var tree = Check(null, File("a/go.mod/x.go"), Link("b/go.mod"), File("b/x.go"), new TreeFile("c/go.mod", 0, TreeFileKind.Other), File("c/x.go"));
        Assert.Equal(["a/go.mod/x.go", "b/x.go", "c/x.go"], tree.Valid.Select(f => f.Name));
        Assert.Null(tree.Error);
    }

    [Fact]
    public void Links_stay_outside_but_their_names_collide()
    {
        Assert.Equal(("l", "file is a symbolic link"), Assert.Single(Check(null, Link("l"), File("x")).Omitted));
        Assert.Contains("case-insensitive", Check(null, Link("readme"), File("README")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Submodules_stay_outside_and_collide_with_nothing()
    {
        var tree = Check(null, new TreeFile("lib", -1, TreeFileKind.Other), File("LIB/x.go"), new TreeFile("bad'", -1, TreeFileKind.Other));
        Assert.Null(tree.Error);
        Assert.Equal("LIB/x.go", Assert.Single(tree.Valid).Name);
        Assert.False(tree.Contains("lib"));
    }

    [Fact]
    public void A_license_is_needed_unless_there_is_a_file_or_a_link_of_that_name()
    {
        Assert.True(Check(null, File("license"), File("sub/LICENSE")).NeedsLicense);
        Assert.False(Check(null, File("LICENSE")).NeedsLicense);
        Assert.False(Check(null, Link("LICENSE")).NeedsLicense);
        Assert.True(Check(null, File("LICENSE/MIT")).NeedsLicense);
        Assert.True(Check(null, new TreeFile("LICENSE", 0, TreeFileKind.Other)).NeedsLicense);
    }

    [Fact]
    public void The_license_of_the_root_comes_last_where_it_is_needed()
    {
        ModuleTree WithLicense(long size, params TreeFile[] files) => ModuleTree.Check(files, ZipFiles.Path, "v1.0.0", null, size);
        Assert.Equal([File("x"), File("LICENSE", 5)], WithLicense(5, File("x")).Valid);
        Assert.Equal([File("LICENSE"), File("x")], WithLicense(5, File("LICENSE"), File("x")).Valid);
        Assert.Equal([File("x")], WithLicense(5, Link("LICENSE"), File("x")).Valid);
        Assert.Contains("both a file and a directory", WithLicense(5, File("LICENSE/MIT")).Error, StringComparison.Ordinal);
        Assert.Contains("16777217 bytes; the limit is 16777216", WithLicense(ModuleZip.MaxLicense + 1, File("x")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_say_which_limit_and_which_value()
    {
        Assert.Contains("524288001 bytes in all; the limit is 524288000", Check(null, File("a", ModuleZip.MaxZipFile), File("b", 1)).Error, StringComparison.Ordinal);
        Assert.Null(Check(null, File("a", ModuleZip.MaxZipFile)).Error);
        Assert.Null(Check(null, File("a", ModuleZip.MaxZipFile), Link("b"), File("vendor/x/y", 1)).Error);
        Assert.Contains("\"go.mod\": go.mod file has 16777217 bytes; the limit is 16777216", Check(null, File("go.mod", ModuleZip.MaxGoMod + 1)).Error, StringComparison.Ordinal);
        Assert.Contains("has 4097 bytes; the limit is 4096", Check(null, File(new string('x', 4097 - ZipFiles.Prefix.Length))).Error, StringComparison.Ordinal);
        Assert.Null(Check(null, File(new string('x', 4096 - ZipFiles.Prefix.Length))).Error);
        Assert.Contains("\"bad'\": malformed file path", Check(null, File("a"), File("bad'"), File("worse'")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_is_illegal_for_the_path_is_an_error() =>
        Assert.Contains("should be v0 or v1", ModuleTree.Check([File("x")], ZipFiles.Path, "v2.0.0", null).Error, StringComparison.Ordinal);

    [Fact]
    public void More_files_than_a_zip_may_have_are_refused_with_their_number()
    {
        var files = Enumerable.Range(0, ModuleZip.MaxEntries + 1).Select(i => File($"f{i}")).ToArray();
        Assert.Contains("250001 files for the zip; the limit is 250000", Check(null, files).Error, StringComparison.Ordinal);
        Assert.Null(Check(null, files[1..]).Error);
    }

    [Fact]
    public void More_directories_than_the_limit_are_refused() =>
        Assert.Contains("more than 500000 files and directories", Check(null, [.. Enumerable.Range(0, 5_000).Select(i => File($"d{i}/" + string.Concat(Enumerable.Repeat("a/", 100)) + "x"))]).Error, StringComparison.Ordinal);

    [Fact]
    public void A_tree_without_end_is_not_read_to_its_end()
    {
        IEnumerable<TreeFile> Endless(string stem)
        {
            for (var i = 0; ; i++) yield return File($"vendor/{stem}/{i}");
        }
        Assert.Contains("more than 1000000 files", ModuleTree.Check(Endless("x"), ZipFiles.Path, "v1.0.0", null).Error, StringComparison.Ordinal);
        Assert.Contains("more than 134217728 characters", ModuleTree.Check(Endless(new string('x', 3_000)), ZipFiles.Path, "v1.0.0", null).Error, StringComparison.Ordinal);
    }

    [Fact, Trait("Speed", "slow")]
    public void A_million_files_of_other_modules_are_checked()
    {
        var files = Enumerable.Range(0, 1_000_000 - 51).Select(i => File($"apps/team{i % 50}/service{i % 5_000}/internal/file{i}.go"))
            .Concat(Enumerable.Range(0, 50).Select(i => File($"apps/team{i}/go.mod"))).Append(File("apps/main.go"));
        var tree = ModuleTree.Check(files, ZipFiles.Path, "v1.0.0", null);
        Assert.Null(tree.Error);
        Assert.Equal("apps/main.go", Assert.Single(tree.Valid).Name);
        Assert.Equal(999_999, tree.Omitted.Count);
    }

    /// <summary>Looking up each of a name's directories by itself would take minutes here.</summary>
    [Fact, Trait("Speed", "slow")]
    public void Names_of_two_thousand_directories_take_a_time_that_grows_with_their_length()
    {
        var deep = string.Concat(Enumerable.Repeat("a/", 2_000));
        var files = Enumerable.Range(0, 10_000).Select(i => File($"{deep}{i}/x")).Append(File(deep + "b/go.mod"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Null(ModuleTree.Check(files, ZipFiles.Path, "v1.0.0", null).Error);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }
}
