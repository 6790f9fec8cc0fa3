using System.Diagnostics;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>x/mod's own tables for go.mod, read where they are installed, and what they leave out.</summary>
public sealed class GoModTests
{
    private const string Read = "modfile/read_test.go";
    private const string Rule = "modfile/rule_test.go";

    private static GoModFile Parse(string content)
    {
        Assert.True(GoModFile.TryParse(Encoding.UTF8.GetBytes(content), out var file, out var error), error);
        return file;
    }

    private static GoModFile ParseLax(string content)
    {
        Assert.True(GoModFile.TryParseLax(Encoding.UTF8.GetBytes(content), out var file, out var error), error);
        return file;
    }

    private static string Error(string content)
    {
        Assert.False(GoModFile.TryParse(Encoding.UTF8.GetBytes(content), out _, out var error));
        return error;
    }

    [Fact]
    public void Paths_of_ModulePath()
    {
        // Each row has the word byte first, for []byte.
        foreach (var row in GoTables.Table(Read, "var modulePathTests = []", 27))
            Assert.Equal(row[2], GoModFile.ModulePathOf(Encoding.UTF8.GetBytes(row[1])));
    }

    [Fact]
    public void Versions_of_ParseVersions()
    {
        foreach (var row in GoTables.Table(Read, "func TestParseVersions(t *testing.T) {\n\ttests := []", 22))
        {
            var content = Encoding.UTF8.GetBytes(row[1]);
            Assert.True(GoModFile.TryParse(content, out _, out _) == (row[2] == "true"), row[1]);
            // The last word says what may be read laxly, not what has to be: v1.2 is not.
            var lax = GoModFile.TryParseLax(content, out _, out _);
            Assert.True(lax ? row.Skip(2).Contains("true") : row[2] == "false", row[1]);
        }
    }

    [Fact]
    public void Words_of_ParsePunctuation()
    {
        foreach (var row in GoTables.Table(Read, "func TestParsePunctuation(t *testing.T) {\n\tfor _, test := range []", 5))
        {
            var content = Encoding.UTF8.GetBytes(row[1]);
            var lexer = new GoModLexer(content);
            var words = new List<string>();
            while (lexer.Current.Kind != GoModTokenKind.End)
                if (lexer.Take() is { Kind: not GoModTokenKind.Newline } word)
                    words.Add(row[1].Substring(word.Start, word.Length));
            Assert.Equal(row[2], string.Join(' ', words));
        }
    }

    [Fact]
    public void The_file_of_ParseLax()
    {
        var source = File.ReadAllText(Path.Combine(GoTools.XMod, Read));
        var content = source.Split("badFile := []byte(`")[1].Split('`')[0];
        var file = ParseLax(content);
        Assert.Equal("m", file.ModulePath);
        Assert.Equal([new GoModRequirement("good", "v1.0.0", false)], file.Require);
        Assert.Equal("v1.2.3", Assert.Single(file.Retract).Low);
        Assert.Contains("unknown directive", Error(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Rationales_of_RetractRationale()
    {
        foreach (var row in GoTables.Table(Rule, "var retractRationaleTests = []", 7))
            Assert.Equal(row[2], Assert.Single(Parse(row[1]).Retract).Rationale);
    }

    [Fact]
    public void Messages_of_ModuleDeprecated()
    {
        foreach (var row in GoTables.Table(Rule, "var moduleDeprecatedTests = []", 15))
            Assert.Equal(row[2], Parse(row[1]).Deprecated);
    }

    [Fact]
    public void Files_of_testdata_mean_the_same_before_and_after_formatting()
    {
        var files = Directory.GetFiles(Path.Combine(GoTools.XMod, "modfile", "testdata"), "*.in");
        Assert.True(files.Length >= 8);
        var read = 0;
        foreach (var file in files)
        {
            var before = GoModFile.TryParse(File.ReadAllBytes(file), out var one, out var oneError);
            var after = GoModFile.TryParse(File.ReadAllBytes(Path.ChangeExtension(file, ".golden")), out var two, out var twoError);
            // Of these two only the syntax is right.
            Assert.True(before == (Path.GetFileName(file) is not ("block.in" or "comment.in")), $"{file}: {oneError}");
            Assert.Equal(before, after);
            if (before) Assert.Equal(GoModFiles.Show(one, oneError), GoModFiles.Show(two, twoError));
            if (one?.Require.Count + one?.Replace.Count + one?.Retract.Count > 0) read++;
        }
        Assert.True(read >= 3);
    }

    [Fact]
    public void Versions_of_Go_of_gover()
    {
        var file = Path.Combine(GoTools.GoSource, "internal", "gover", "gover_test.go");
        foreach (var row in GoTables.Table(file, "var compareTests = ", 25))
        {
            var order = int.Parse(row[2], null);
            Assert.True(order == GoVersion.Compare(row[0], row[1]), string.Join(' ', row));
            Assert.True(-order == GoVersion.Compare(row[1], row[0]), string.Join(' ', row));
        }
        foreach (var row in GoTables.Table(file, "var isValidTests = ", 14))
            Assert.True(GoVersion.IsValid(row[0]) == (row[1] == "true"), row[0]);
    }

    [Fact]
    public void Every_directive_is_read()
    {
        var file = Parse("""
            // Deprecated: use other.example/m
            module "example.com/m"
            go 1.25.0
            toolchain go1.25.1
            godebug (
                default=go1.21
                panicnil=1
            )
            require example.com/a v1.2.3
            require (
                example.com/b/v2 v2.0.0 // indirect
                example.com/c v2.0.0+incompatible // indirect; for tests
            )
            exclude example.com/a v1.2.4
            replace (
                example.com/a => ../a
                example.com/b/v2 v2.0.0 => "other.example/b/v3" v3.1.0
            )
            retract [v1.0.0, v1.1.0] // too early
            tool example.com/a/cmd
            ignore (
                ./node_modules
                "static files"
            )
            """);
        Assert.Equal(("example.com/m", "use other.example/m", "1.25.0", "go1.25.1"), (file.ModulePath, file.Deprecated, file.GoVersion, file.Toolchain));
        Assert.Equal([new("default", "go1.21"), new("panicnil", "1")], file.Godebug);
        Assert.Equal([new("example.com/a", "v1.2.3", false), new("example.com/b/v2", "v2.0.0", true), new("example.com/c", "v2.0.0+incompatible", true)], file.Require);
        Assert.Equal([new("example.com/a", "v1.2.4")], file.Exclude);
        Assert.Equal([new("example.com/a", "", "../a", ""), new("example.com/b/v2", "v2.0.0", "other.example/b/v3", "v3.1.0")], file.Replace);
        Assert.Equal([new("v1.0.0", "v1.1.0", "too early")], file.Retract);
        Assert.Equal(["example.com/a/cmd"], file.Tool);
        Assert.Equal(["./node_modules", "static files"], file.Ignore);
    }

    // x/mod since 0.25: newer than the one that the other tests compare with.
    [Fact]
    public void Dependencies_are_read_with_their_ignore_directives()
    {
        Assert.Equal(["./a", "./b"], ParseLax("module m\nignore ./a\nignore (\n\t./b\n)\ntool x y\n").Ignore);
        Assert.False(GoModFile.TryParseLax("module m\nignore a b\n"u8, out _, out var error));
        Assert.Equal("go.mod:2: ignore directive expects exactly one argument", error);
    }

    [Fact]
    public void A_file_without_directives_has_none()
    {
        var file = Parse("// nothing\n");
        Assert.Null(file.ModulePath);
        Assert.Null(file.GoVersion);
        Assert.Null(file.Toolchain);
        Assert.Equal("", file.Deprecated);
        Assert.Empty(file.Require);
    }

    [Theory]
    [InlineData("module a\n\nmodule b\n", "go.mod:3: repeated module statement")]
    [InlineData("surprise\nrequire (\n", "go.mod:3: syntax error (unterminated block started at line 2)")]
    [InlineData("module m\nrequire a.b/c v2.0.0\n", "go.mod:2: require \"a.b/c\": version \"v2.0.0\" invalid: should be \"v0 or v1\"")]
    [InlineData("module m\nrequire a.b/c latest\n", "go.mod:2: require \"a.b/c\": version \"latest\" invalid: must be of the form v1.2.3")]
    [InlineData("module `m`\n", "go.mod:1: invalid quoted string: unquoted string cannot contain quote")]
    [InlineData("module m\r\n/* no */\r\n", "go.mod:2: mod files must use // comments (not /* */ comments)")]
    [InlineData("module m\u2028\n", "go.mod:1: unexpected input character U+2028")]
    public void Errors_name_the_line_and_the_rule(string content, string error) => Assert.Equal(error, Error(content));

    [Fact]
    public void Errors_are_one_printable_line_of_bounded_length()
    {
        var path = "a.b/" + new string('x', 5_000) + "\u0007";
        foreach (var content in (string[])[$"require {GoModFile.Quote(path)} v2.0.0\n", $"require {GoModFile.Quote(path)} nothing{path}\n".Replace("\u0007", "", StringComparison.Ordinal), $"{GoModFile.Quote(path)} (\n)\n",
            $"go {new string('x', 5_000)}\n", $"require a.b/v{new string('9', 5_000)} v{new string('8', 5_000)}\n", $"retract v1 {new string('[', 5_000)}\n"])
        {
            var error = Error(content);
            Assert.InRange(error.Length, 20, 450);
            Assert.DoesNotContain(error, char.IsControl);
        }
    }

    [Fact]
    public void A_missing_go_mod_has_the_module_line_and_nothing_else() =>
        Assert.Equal("module gopkg.in/yaml.v3\n", Encoding.UTF8.GetString(GoModFile.Missing(ZipFiles.Parse("gopkg.in/yaml.v3"))));

    [Theory]
    [InlineData("module m\n\ngo 1.24\n", "1.24")]
    [InlineData("go\t1.21rc2 // comment\r\n", "1.21rc2")]
    [InlineData("golang 1\n go  \n go 1.2 1.3", "1.2 1.3")]
    [InlineData("// go 1.2\n", "")]
    public void The_go_line_is_found_without_reading_the_rest(string content, string version) =>
        Assert.Equal(version, GoModFile.GoVersionOf(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Lines_of_one_block_share_its_rationale()
    {
        var file = Parse("// all of them\nretract (\nv1.0.0\nv1.1.0\n)\n");
        Assert.Equal("all of them", file.Retract[0].Rationale);
        Assert.Same(file.Retract[0].Rationale, file.Retract[1].Rationale);
    }

    // As x/mod has it: what begins on another line than it ends on takes no comment.
    [Theory]
    [InlineData("retract v1.0.0\n\"\\\n\" // late\n", "late")]
    [InlineData("retract v1.0.0 // why\n\"\\\n\" // late\n\"\\\n\" // later\n", "why\nlate\nlater")]
    [InlineData("retract v1.0.0\n// between\n\n\"\\\n\" // late\n", "")]
    [InlineData("retract v1.0.0\n// above\n\"\\\n\" // late\n", "late")]
    [InlineData("retract v1.0.0\nx ( // open\n\"\\\n\" // late\n)\n", "")]
    [InlineData("retract v1.0.0\nx ( )\n\"\\\n\" // late\n", "")]
    [InlineData("// block\nretract (\nv1.0.0\n\"\\\n\" // late\n)\n", "late")]
    public void Comments_behind_a_string_with_a_newline_belong_to_what_was_before(string content, string rationale) =>
        Assert.Equal(rationale, Assert.Single(ParseLax(content).Retract).Rationale);

    public static TheoryData<string, string, string> HugeFiles() => new()
    {
        { "comments", "module m\n", "// c\n" },
        { "words of one line", "x", " y" },
        { "parentheses", "x", " (" },
        { "one string", "module \"\xff", "a" },
        { "escapes", "module \"", "\\n" },
        { "requirements", "require (\n", "a v0\n" },
        { "retractions", "retract (\n", "v0\n" },
        { "comments of one retraction", "retract v1.0.0", " // c\nx \"\\\n\"" },
        { "empty lines in a block", "require (\na v0", "\n" },
        { "blocks", "", "x(\n)\n" },
        { "spaces", "module m", " " },
        { "module lines without a path", "", "module \n" },
    };

    [Theory, MemberData(nameof(HugeFiles))]
    public void Huge_files_are_read_in_time_that_grows_with_their_length(string what, string head, string repeated)
    {
        // A quarter of what the go command takes. What is quadratic takes minutes.
        var content = new byte[4 << 20];
        var unit = Encoding.Latin1.GetBytes(repeated);
        Encoding.Latin1.GetBytes(head, content);
        for (var at = head.Length; at < content.Length; at += unit.Length)
            unit.AsSpan(0, Math.Min(unit.Length, content.Length - at)).CopyTo(content.AsSpan(at));
        var clock = Stopwatch.StartNew();
        _ = GoModFile.TryParse(content, out _, out _);
        _ = GoModFile.TryParseLax(content, out _, out _);
        _ = GoModFile.ModulePathOf(content);
        _ = GoModFile.GoVersionOf(content);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{what}: {clock.Elapsed}");
    }
}
