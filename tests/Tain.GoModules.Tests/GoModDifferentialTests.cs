using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tain.GoModules.Tests;

/// <summary>The reading of go.mod, versions of Go and the making of pseudo-versions against Go's own code, as
/// <see cref="DifferentialTests"/> does it.</summary>
public sealed partial class GoModDifferentialTests
{
    private static readonly string[] s_parts =
    [
        " ", "\t", "\n", "\n\n", "\r", "\r\n", "(", ")", "(\n", ")\n", "()", "( )\n", "[", "]", ",", "{", "}", "=>", " => ", "//", "// ", "//\n", "//\n//\n", "/*", "/", "\"", "`", "'", "\\",
        "// indirect\n", "//indirect; x", "// indirect;", " // Deprecated: x\n", "// Deprecated: y\n//\n", "// why\n", "\"\\\n\"", "x \"\\\n\" // z\n", "\"a b\"", "\"\\x41\"", "\"\\u00e9\\t\"", "\"\\377\"", "\"\\400\"", "\"\\U0010ffff\"", "\"\\'\"", "`a`",
        "module ", "module m\n", "module (\n", "go ", "go 1.21\n", "go 1.21.0", "1.2rc1", "v1.2.beta1", "1.02", "toolchain ", "toolchain go1.21.0\n", "default", "godebug ", "godebug a=b\n", "=", "require ", "require a.b/c v1.0.0\n", "require (\n",
        "exclude ", "exclude a.b/c v1.2.3\n", "replace ", "replace a.b/c => ../c\n", "replace a.b/c v1.0.0 => d.e/f v1.1.0\n", "../", "./x", "C:\\x", "..\\", "@", "retract ", "retract v1.0.0 // bad\n", "retract [v1.0.0, v1.1.0]\n", "retract (\n",
        "[v1.0.0, v1.1.0]", "tool ", "tool a.b/c\n", "tool (\n", "unknown x\n", "v1", "v1.2", "v2.0.0", "v1.0.0", "v2.0.0+incompatible", "v1.0.0+meta", "v0.0.0-20060102150405-abcdefabcdef", "/v2", "gopkg.in/x.v1", ".v3", "\0", "\u00a0", "\u2003", "\u0085", "\v", "\ud800", "é", "世", "\U00010400", "\ufffd", "\u0378",
    ];

    private static readonly string[] s_goVersions =
    [
        .. GoTables.Strings(Path.Combine(GoTools.GoSource, "internal", "gover", "gover_test.go")), "1.21rc2", "1.20rc1", "1.20", "1.20.0", "1.21", "1.21.0", "1.24alpha", "1", "1.0", "2.0.3",
    ];

    private static readonly string[] s_goVersionParts = [".", "0", "1", "2", "9", "20", "21", "22", "rc", "beta", "alpha", "rc1", "a", "z", "-", "+", "v", "go", " ", "99999999999999999999", "A", "é"];

    [Fact]
    public void Go_mods_are_read_as_Go_does() => GoMods(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_go_mods_are_read_as_Go_does() => GoMods(DifferentialTests.Many);

    private static void GoMods(int count) => DifferentialTests.Compare('M', count, 1, random =>
        // This Go does not know ignore; the next test has it.
        [new Mutator(random, GoModFiles.All, s_parts).Next().Replace("ignore", "pass", StringComparison.Ordinal)],
    input => Read(Mutator.ToBytes(input[0])));

    private static string Read(byte[] content)
    {
        _ = GoModFile.TryParse(content, out var strict, out var strictError);
        _ = GoModFile.TryParseLax(content, out var lax, out var laxError);
        return string.Join("\n==\n", GoModFiles.Show(strict, strictError), GoModFiles.Show(lax, laxError), GoModFile.ModulePathOf(content), GoModFile.GoVersionOf(content));
    }

    [Fact]
    public void Go_works_are_read_as_Go_does() => GoWorks(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_go_works_are_read_as_Go_does() => GoWorks(DifferentialTests.Many);

    private static void GoWorks(int count)
    {
        string[] seeds = [.. GoModFiles.Works, "go 1.21\nuse ./a\nuse (\n\t./b // c\n\t\"./d e\"\n)\ntoolchain go1.22.0\ngodebug (\n\ta=b\n)\nreplace a.b/c => ../c\nreplace (\n\ta.b/d v1.0.0 => d.e/f v1.1.0\n)\n"];
        DifferentialTests.Compare('W', count, 1, random => [new Mutator(random, seeds, [.. s_parts, "use ", "use ./x\n", "use (\n"]).Next()], input =>
        {
            _ = GoWorkFile.TryParse(Mutator.ToBytes(input[0]), out var file, out var error);
            return GoModFiles.Show(file, error);
        });
    }

    [Fact]
    public void Quoted_paths_are_read_as_Go_does() => QuotedPaths(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_quoted_paths_are_read_as_Go_does() => QuotedPaths(DifferentialTests.Many);

    private static void QuotedPaths(int count)
    {
        // Each character is a byte here, so that sequences of UTF-8 may be cut short.
        string[] parts = ["\\", "\\\\", "\\n", "\\a", "\\e", "\\'", "\\\"", "\\x4", "\\xe4", "\\xb8\\x96", "\\377", "\\400", "\\18", "\\0", "\\u00e9", "\\ud800", "\\u12", "\\U0001f600", "\\U00110000", "\\UFFFFFFFF", "\\Xff", "é", "\u00c3", "\u00f0\u009f", "\u00f0\u009f\u0098\u0080", "\u00e4\u00b8\u0096", "\u00ff", "\r", "\"", "`", "'", "//", "a", "7", "g", "F"];
        DifferentialTests.Compare('M', count, 1, random =>
        {
            var quote = random.Next(4) == 0 ? "`" : "\"";
            return ["module " + quote + new Mutator(random, ["", "a.b/c", "a\\tb", "\u00c3\u00a9"], parts).Next() + quote + (random.Next(9) == 0 ? "\r\n" : "")];
        }, input => Read(Encoding.Latin1.GetBytes(input[0])), input => [Encoding.Latin1.GetBytes(input[0])]);
    }

    [Fact]
    public void Ignore_directives_are_read_as_Go_reads_tool_directives()
    {
        string[] seeds = [.. GoModFiles.All.Where(f => f.Contains("tool", StringComparison.Ordinal)), "ignore ./a\nignore (\n\t./b // c\n\t\"./d e\"\n)\n"];
        DifferentialTests.Compare('N', DifferentialTests.Sample, 1,
            random => [Tool().Replace(new Mutator(random, seeds, s_parts).Next(), "ignore").Replace("ignorechain", "", StringComparison.Ordinal)],
            input =>
            {
                _ = GoModFile.TryParse(Mutator.ToBytes(input[0]), out var file, out var error);
                return AsTool(GoModFiles.Show(file, error));
            },
            input => [Mutator.ToBytes(AsTool(input[0]))]);

        static string AsTool(string text) => text.Replace("ignore", "tool", StringComparison.Ordinal);
    }

    [GeneratedRegex("tool(?!chain)")]
    private static partial Regex Tool();

    [Fact]
    public void Words_are_quoted_as_Go_does() => Words(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_words_are_quoted_as_Go_does() => Words(DifferentialTests.Many);

    private static void Words(int count) =>
        DifferentialTests.Compare('Q', count, 1, DifferentialTests.One(["a.b/c", "", "../x", "a b", "(", ",", "日本", "\x7f"], [.. s_parts, "\a\b\f", "\x1b", "\u200b", "\U000e0001", "\ue000"]),
            input => Encoding.UTF8.GetString(Mutator.ToBytes(GoModFile.Quote(input[0]))));

    [Fact]
    public void Quoted_words_are_read_back_as_they_were() => CsCheck.Check.Sample(CsCheck.Gen.String, text =>
    {
        // As in x/mod, a parenthesis by itself is not quoted; at the end of the line it opens a block.
        if (text == "(" || text.Any(char.IsSurrogate)) return;
        var content = Encoding.UTF8.GetBytes($"module {GoModFile.Quote(text)}\n");
        Assert.True(GoModFile.TryParse(content, out var file, out var error), error);
        Assert.Equal(text, file.ModulePath);
    });

    [Fact]
    public void Versions_of_Go_are_ordered_as_Go_does() => GoVersions(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_versions_of_Go_are_ordered_as_Go_does() => GoVersions(DifferentialTests.Many);

    private static void GoVersions(int count) => DifferentialTests.Compare('V', count, 2, random =>
    {
        var first = new Mutator(random, s_goVersions, s_goVersionParts).Next();
        return [first, new Mutator(random, random.Next(3) == 0 ? s_goVersions : [first], s_goVersionParts).Next()];
    }, input => $"{(GoVersion.IsValid(input[0]) ? "true" : "false")}|{(GoVersion.IsValid(input[1]) ? "true" : "false")}|{GoVersion.Compare(input[0], input[1])}");

    [Fact]
    public void Pseudo_versions_are_made_as_Go_does() => MadePseudoVersions(DifferentialTests.Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_pseudo_versions_are_made_as_Go_does() => MadePseudoVersions(DifferentialTests.Many);

    private static void MadePseudoVersions(int count)
    {
        string[] majors = ["", "v0", "v1", "v2", "v10"];
        string[] zeros = ["v0.0.0-00010101000000-000000000000", "v2.0.0-00010101000000-000000000000", "v1.0.1-0.00010101000000-000000000000"];
        // The years 1 to 9999, which are all that either side has a form for.
        const long first = -62_135_596_800, last = 253_402_300_799;
        DifferentialTests.Compare('k', count, 5, random =>
        [
            majors[random.Next(majors.Length)],
            new Mutator(random, DifferentialTests.s_versions, [.. DifferentialTests.s_versionParts, "99", "09"]).Next(),
            random.NextInt64(first, last + 1).ToString(CultureInfo.InvariantCulture),
            random.Next(4) == 0 ? "hash" : random.NextInt64(1L << 48).ToString("x12", CultureInfo.InvariantCulture),
            random.Next(2) == 0 ? zeros[random.Next(zeros.Length)] : new Mutator(random, zeros, ["0", "1", "v", "+incompatible"]).Next(),
        ], input =>
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(input[2], CultureInfo.InvariantCulture));
            var made = PseudoVersion.Make(input[0], input[1], time.ToOffset(TimeSpan.FromMinutes(time > DateTimeOffset.MinValue.AddDays(1) && time < DateTimeOffset.MaxValue.AddDays(-1) ? 330 : 0)), input[3]);
            return $"{made}|{PseudoVersion.Zero(input[0])}|{(PseudoVersion.IsZero(input[4]) ? "true" : "false")}";
        });
    }
}
