using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>x/mod's own tables and txtar cases, read where they are installed.</summary>
public sealed class TableTests
{
    private const string Module = "module/module_test.go";
    private const string Pseudo = "module/pseudo_test.go";

    [Fact]
    public void Paths_of_CheckPath()
    {
        foreach (var row in GoTables.Table(Module, "var checkPathTests = []", 90))
        {
            var path = row[0];
            Assert.True(ModulePath.TryParse(path, out _, out var error) == (row[1] == "true"), $"{path}: {error}");
            Assert.True(ModulePath.CheckImportPath(path) == null == (row[2] == "true"), path);
            Assert.True(ModulePath.CheckFilePath(path) == null == (row[3] == "true"), path);
            if (row[1] == "false") Assert.False(ModulePath.TryUnescape(path, out _, out _), path);
        }
    }

    [Fact]
    public void Paths_and_versions_of_Check()
    {
        foreach (var row in GoTables.Table(Module, "var checkTests = []", 25))
        {
            var ok = ModulePath.TryParse(row[0], out var path, out _) && ModuleVersion.Check(path, row[1], out _);
            Assert.True(ok == (row[2] == "true"), $"{row[0]} {row[1]}");
        }
    }

    [Fact]
    public void Paths_of_SplitPathVersion()
    {
        foreach (var row in GoTables.Table(Module, "var splitPathVersionTests = []", 8))
        {
            var path = ZipFiles.Parse(row[0] + row[1]);
            Assert.Equal((row[0], row[1]), (path.Prefix, path.PathMajor));
        }
    }

    [Fact]
    public void Paths_of_EscapePath_and_UnescapePath()
    {
        foreach (var row in GoTables.Table(Module, "var escapeTests = []", 2))
        {
            var path = ZipFiles.Parse(row[0]);
            Assert.Equal(row.Length > 1 ? row[1] : row[0], path.Escaped);
            Assert.True(ModulePath.TryUnescape(path.Escaped, out var back, out _));
            Assert.Equal(path, back);
        }
        foreach (var bad in GoTables.Table(Module, "var badUnescape = []string", 1).Single())
            Assert.False(ModulePath.TryUnescape(bad, out _, out _), bad);
    }

    [Fact]
    public void Versions_of_MatchPathMajor()
    {
        foreach (var row in GoTables.Table(Module, "func TestMatchPathMajor(t *testing.T) {\n\tfor _, test := range []", 11))
            Assert.True(ModuleVersion.MatchesPathMajor(row[0], row[1]) == (row[2] == "true"), string.Join(' ', row));
    }

    [Fact]
    public void Patterns_of_MatchPrefixPatterns()
    {
        foreach (var row in GoTables.Table(Module, "func TestMatchPrefixPatterns(t *testing.T) {\n\tfor _, test := range []", 26))
        {
            Assert.True(ModulePatterns.TryParse(row[0], out var patterns, out var error), error);
            Assert.True(patterns.Matches(row[1]) == (row[2] == "true"), string.Join(' ', row));
        }
    }

    [Fact]
    public void Versions_of_semver()
    {
        var rows = GoTables.Table("semver/semver_test.go", "var tests = []", 32).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            var (text, canonical) = (rows[i][0], rows[i][1]);
            Assert.Equal(canonical, Semver.Canonical(text));
            Assert.Equal(canonical.Length > 0, Semver.IsValid(text));
            // The table is in order: equal are those with the same canonical form.
            for (var j = 0; j < rows.Length; j++)
                Assert.Equal(canonical == rows[j][1] ? 0 : i.CompareTo(j), Semver.Compare(text, rows[j][0]));
        }
    }

    [Fact]
    public void Versions_of_PseudoVersion()
    {
        foreach (var row in GoTables.Table(Pseudo, "var pseudoTests = []", 13))
        {
            Assert.True(PseudoVersion.TryParse(row[2], out var parts, out var error), error);
            Assert.Equal((row[1], "hash", Semver.Build(row[2])), (parts.Base, parts.Revision, parts.Build));
            Assert.Equal(new DateTimeOffset(2006, 1, 2, 15, 4, 5, TimeSpan.Zero), parts.Time);
            Assert.Equal(row[2], PseudoVersion.Make(row[0], row[1], parts.Time, "hash"));
            Assert.False(PseudoVersion.IsPseudo(row[1]), row[1]);
            Assert.False(PseudoVersion.IsZero(row[2]), row[2]);
        }
        foreach (var bad in GoTables.Table(Pseudo, "range []string", 1).Single())
        {
            Assert.False(PseudoVersion.TryGetBase(bad, out _, out _), bad);
            Assert.False(PseudoVersion.TryParse(bad, out _, out _), bad);
        }
    }

    public static TheoryData<string> TxtarCases() =>
        [.. Txtar.Cases("check_zip", "unzip", "create")];

    /// <summary>Of the cases for making zips, too, the files are packed as they are: Go's own CheckZip says what to expect
    /// where the case speaks of what Create leaves out.</summary>
    [Theory, MemberData(nameof(TxtarCases))]
    public async Task Txtar_cases_of_zip(string name)
    {
        var (fields, files) = Txtar.Read(name);
        using var oracle = new Oracle();
        var zip = oracle.MakeZip([.. files.Where(f => f.Name != "want").Select(f => (name.StartsWith("create/", StringComparison.Ordinal) ? $"{fields["path"]}@{fields["version"]}/{f.Name}" : f.Name, f.Content))]);
        var invalid = files.Where(f => f.Name == "want").Select(f => Encoding.UTF8.GetString(f.Content)).SingleOrDefault()?.Split("invalid:\n")[1].Trim();
        var unzip = name.StartsWith("unzip/", StringComparison.Ordinal);

        string? h1 = null, refused = null;
        if (ModulePath.TryParse(fields["path"], out var path, out refused))
        {
            try
            {
                h1 = (await ModuleZip.VerifyAsync(new MemoryStream(zip), path, fields["version"], TestContext.Current.CancellationToken)).H1;
            }
            catch (ModuleZipException e)
            {
                refused = e.Message;
            }
        }

        if (unzip || name.StartsWith("check_zip/", StringComparison.Ordinal))
        {
            var legal = unzip ? !fields.ContainsKey("wantErr") : invalid == "";
            Assert.True(legal == (h1 != null), $"{name}: {refused}");
            if (fields.TryGetValue("hash", out var hash)) Assert.Equal(hash, h1);
        }
        else
        {
            var go = Encoding.UTF8.GetString(oracle.Ask('Z', [Encoding.UTF8.GetBytes(fields["path"]), Encoding.UTF8.GetBytes(fields["version"]), zip], 1)[0]);
            Assert.True(go == (h1 == null ? "bad" : "good " + h1), $"{name}: Go says {go}, Tain {h1 ?? refused}");
        }
    }
}
