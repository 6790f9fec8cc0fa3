using System.Buffers.Binary;
using System.Text;
using Tain.GoModules.Paths;

namespace Tain.GoModules.Tests;

/// <summary>Every parser against Go's own code, on inputs generated and mutated: a sample in the fast run, more than a
/// million each in the slow one. A disagreement names the seed.</summary>
public sealed class DifferentialTests
{
    internal const int Sample = 30_000;
    internal const int Many = 1_500_000;
    internal const string Bad = "\0bad";

    private static readonly string[] s_paths =
    [
        .. GoTables.Strings("module/module_test.go"), "github.com/BurntSushi/toml", "gopkg.in/yaml.v3", "gopkg.in/check.v1-unstable",
        "golang.org/x/mod", "k8s.io/client-go", "example.com/a/v2", "example.com/v2/b", "a.b/con", "a.b/COM1.txt", "x.y/~1", "x.y/a~12.b",
    ];

    internal static readonly string[] s_versions =
    [
        .. GoTables.Strings("semver/semver_test.go"), .. GoTables.Strings("module/pseudo_test.go"), "v1.2.3", "v2.0.0+incompatible", "master",
        "v0.0.0-20191109021931-daa7c04131f5", "v1.2.4-0.20191109021931-daa7c04131f5", "v1.2.4-pre.0.20191109021931-daa7c04131f5+incompatible",
        "v0.0.1-go1.21.0.linux-amd64", "v1.0.0-20200230000000-abc", "v0.0.0-00000101000000-a", "v1.0.0-20160229235959-z",
    ];

    private static readonly string[] s_parts =
    [
        "/", ".", "..", "-", "~", "~1", "!", "!a", "!!", "v2", "/v2", "/v1", ".v1", ".v2", "-unstable", "gopkg.in/", "0", "1", "00", "9", "v", "+", "_",
        "con", "NUL.", "aux", "Com9", "lpt0", "LPT1", " ", "A", "Z", "é", "ſ", "K", "世", "\U00010400", "\ud800", "\udc00", "ﬀ", "²", "\u0301", "\n", "\0", "%2f", "@", "\\", ":",
    ];

    internal static readonly string[] s_versionParts =
    [
        "v", "v1", ".", ".0", "-", "+", "0", "1", "9", "10", "01", "-pre", "-0", ".0.", "-0.", "+incompatible", "+meta", "incompatible", "20060102150405", "20061302150405",
        "20060229000000", "00010101000000", "-20060102150405-hash", ".20060102150405-hash", "-hash", "alpha", ".1", ".2", ".11", "!", "A", "é", " ", "/", "/go.mod", "99999999999999999999",
    ];

    private static readonly string[] s_globs =
    [
        .. GoTables.Strings("module/module_test.go"), "*.corp.example", "corp.example/*", "git.corp.example/[a-c]?", "*", "a*b*c", "[^a]/b", "\\*", "a[", "[]a]", "[a-]",
    ];

    private static readonly string[] s_globParts =
    [
        "*", "?", "[", "]", "^", "-", "\\", "a", "b", "c", "/", ",", "[a-c]", "[^b]", "[a", "a-c]", "é", "[é-ü]", "**", "?*", "*?", "rsc.io", "quote", ".", " ", "\ud800",
    ];

    internal delegate string[] MakeInput(Random random);

    internal static void Compare(char question, int count, int fields, MakeInput make, Func<string[], string> ours, Func<string[], byte[][]>? encode = null)
    {
        const int batch = 5_000;
        var seed = count == Many ? Environment.TickCount : 20260101;
        var random = new Random(seed);
        using var oracle = new Oracle();
        var taken = 0;
        for (var done = 0; done < count; done += batch)
        {
            var inputs = new string[batch][];
            var raw = new List<byte[]>(batch * fields);
            for (var i = 0; i < batch; i++)
            {
                inputs[i] = make(random);
                raw.AddRange(encode?.Invoke(inputs[i]) ?? inputs[i].Select(Mutator.ToBytes));
            }
            var answers = oracle.Ask(question, raw, batch);
            for (var i = 0; i < batch; i++)
            {
                var go = Encoding.UTF8.GetString(answers[i]);
                var tain = ours(inputs[i]);
                if (!go.StartsWith(Bad, StringComparison.Ordinal) && !go.StartsWith("false", StringComparison.Ordinal)) taken++;
                if (go != tain)
                    Assert.Fail($"seed {seed}, input {done + i}: {string.Join(" , ", inputs[i].Select(t => Text.Quote(t)))}\n  Go:   {go}\n  Tain: {tain}");
            }
        }
        // Inputs that Go refuses one and all would show nothing.
        Assert.True(taken > count / 20, $"Go took only {taken} of {count} inputs");
    }

    internal static MakeInput One(string[] seeds, string[] parts) => random => [new Mutator(random, seeds, parts).Next()];

    private static string Go(bool value) => value ? "true" : "false";

    [Fact]
    public void Paths_are_judged_and_escaped_as_Go_does() => Paths(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_paths_are_judged_and_escaped_as_Go_does() => Paths(Many);

    private static void Paths(int count) => Compare('p', count, 1, One(s_paths, s_parts), input =>
    {
        var ok = ModulePath.TryParse(input[0], out var path, out _);
        return $"{Go(ok)} {Go(ModulePath.CheckImportPath(input[0]) == null)} {Go(ModulePath.CheckFilePath(input[0]) == null)} {path?.Escaped ?? Bad} {path?.PathMajor}";
    });

    [Fact]
    public void Paths_are_unescaped_as_Go_does() => UnescapedPaths(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_paths_are_unescaped_as_Go_does() => UnescapedPaths(Many);

    private static void UnescapedPaths(int count) => Compare('u', count, 1, One([.. s_paths, .. s_paths.Select(Escaping.Escape)], s_parts),
        input => ModulePath.TryUnescape(input[0], out var path, out _) ? path.Value : Bad);

    [Fact]
    public void Versions_are_escaped_and_unescaped_as_Go_does() => EscapedVersions(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_versions_are_escaped_and_unescaped_as_Go_does() => EscapedVersions(Many);

    private static void EscapedVersions(int count) => Compare('v', count, 1, One([.. s_versions, .. s_versions.Select(Escaping.Escape)], [.. s_versionParts, .. s_parts]),
        input => (ModuleVersion.TryUnescape(input[0], out var plain, out _) ? plain : Bad) + "|" + (ModuleVersion.TryEscape(input[0], out var escaped, out _) ? escaped : Bad));

    [Fact]
    public void Semantic_versions_are_parsed_and_ordered_as_Go_does() => SemanticVersions(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_semantic_versions_are_parsed_and_ordered_as_Go_does() => SemanticVersions(Many);

    private static void SemanticVersions(int count) => Compare('s', count, 2, random =>
    {
        var mutator = new Mutator(random, s_versions, s_versionParts);
        var first = mutator.Next();
        // Neighbours are what makes order hard.
        var second = random.Next(3) == 0 ? mutator.Next() : new Mutator(random, [first], s_versionParts).Next();
        return [first, second];
    }, input =>
    {
        var (v, w) = (input[0], input[1]);
        var list = new[] { v, w }.Order(Comparer<string>.Create(Semver.CompareForSort)).ToArray();
        var parts = new[] { Semver.Canonical(v), Semver.Major(v), Semver.MajorMinor(v), Semver.Prerelease(v), Semver.Build(v) };
        return $"{Go(Semver.IsValid(v))}|{string.Join('|', parts)}|{Semver.Compare(v, w)}|{Go(list[0] == v)}|{ModuleVersion.Canonical(v)}";
    });

    [Fact]
    public void Versions_are_legal_for_a_path_where_Go_says_so() => LegalVersions(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_versions_are_legal_for_a_path_where_Go_says_so() => LegalVersions(Many);

    private static void LegalVersions(int count)
    {
        string[] paths = ["example.com/m", "example.com/m/v2", "example.com/m/v3", "gopkg.in/m.v0", "gopkg.in/m.v1", "gopkg.in/m.v2", "gopkg.in/m.v1-unstable", "gopkg.in/m.v2-unstable", "gopkg.in/m.v-unstable", "m.c/v2x"];
        Compare('m', count, 2, random => [paths[random.Next(paths.Length)], new Mutator(random, s_versions, [.. s_versionParts, "v2", "v3"]).Next()],
            input => Go(ModulePath.TryParse(input[0], out var path, out _) && ModuleVersion.Check(path, input[1], out _)));
    }

    [Fact]
    public void Pseudo_versions_are_taken_apart_as_Go_does() => PseudoVersions(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_pseudo_versions_are_taken_apart_as_Go_does() => PseudoVersions(Many);

    private static void PseudoVersions(int count) => Compare('q', count, 1, One([.. s_versions.Where(v => PseudoVersion.IsPseudo(v)), .. s_versions.Take(10)], s_versionParts), input =>
    {
        var time = PseudoVersion.TryGetTime(input[0], out var at, out _) ? at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null) : Bad;
        var revision = PseudoVersion.TryGetRevision(input[0], out var r, out _) ? r : Bad;
        var @base = PseudoVersion.TryGetBase(input[0], out var b, out _) ? b : Bad;
        Assert.Equal(time != Bad && @base != Bad, PseudoVersion.TryParse(input[0], out _, out _));
        return $"{Go(PseudoVersion.IsPseudo(input[0]))}|{@base}|{time}|{revision}";
    });

    [Fact]
    public void Patterns_match_where_Go_matches() => Patterns(Sample);

    [Fact, Trait("Speed", "slow")]
    public void A_million_patterns_match_where_Go_matches() => Patterns(Many);

    private static void Patterns(int count) => Compare('g', count, 2, random =>
    {
        var globs = random.Next(3) == 0 ? Short(random, "ab*?[]^-\\/,") : new Mutator(random, s_globs, s_globParts).Next();
        var target = random.Next(4) switch
        {
            0 => new Mutator(random, s_paths, s_globParts).Next(),
            1 => Short(random, "aab/é"),
            2 => new Mutator(random, [Expand(random, globs)], s_globParts).Next(),
            _ => Expand(random, globs),
        };
        return [globs, target];
    }, input =>
    {
        var (globs, target) = (Mutator.ToBytes(input[0]), Mutator.ToBytes(input[1]));
        var matches = ModulePatterns.MatchPrefixPatterns(globs, target);
        if (ModulePatterns.TryParse(input[0], out var patterns, out _) && !input[1].Any(char.IsSurrogate))
            Assert.Equal(matches, patterns.Matches(input[1]));
        return $"{Go(matches)} {Go(Glob.Parse(globs) == null)}";
    });

    /// <summary>A name that the pattern is likely to match: each part of it becomes something that it stands for.</summary>
    private static string Expand(Random random, string globs)
    {
        var name = new StringBuilder();
        var elements = globs.Split(',');
        var glob = elements[random.Next(elements.Length)];
        for (var i = 0; i < glob.Length; i++)
        {
            switch (glob[i])
            {
                case '*':
                    name.Append(Short(random, "abé"));
                    break;
                case '?':
                    name.Append("ab\u00e9"[random.Next(3)]);
                    break;
                case '[':
                    var close = glob.IndexOf(']', i);
                    name.Append(random.Next(2) == 0 && close > i + 1 ? glob[random.Next(i + 1, close)] : 'b');
                    i = Math.Max(i, close);
                    break;
                case '\\' when i + 1 < glob.Length:
                    name.Append(glob[++i]);
                    break;
                default:
                    name.Append(glob[i]);
                    break;
            }
        }
        if (random.Next(2) == 0) name.Append("/x");
        return name.ToString();
    }

    private static string Short(Random random, string letters) =>
        new([.. Enumerable.Range(0, random.Next(9)).Select(_ => letters[random.Next(letters.Length)])]);

    [Fact]
    public void The_hash_of_a_go_mod_is_Gos() => Compare('h', 5_000, 1, One(s_paths, s_parts), input => ModuleHash.GoMod(Mutator.ToBytes(input[0])));

    [Fact]
    public void Letters_printables_and_folds_are_Gos_for_every_code_point()
    {
        using var oracle = new Oracle();
        var table = oracle.Ask('U', [], 1)[0];
        Assert.Equal(4 * 0x110000, table.Length);
        for (var c = 0; c < 0x110000; c++)
        {
            var go = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(4 * c));
            if (SimpleFold.Fold(c) != (int)(go & 0x3fffffff)) Assert.Fail($"U+{c:X4} folds to U+{SimpleFold.Fold(c):X4}, in Go to U+{go & 0x3fffffff:X4}");
            if (c >= 0x80 && UnicodeLetters.Contains(c) != go >> 31 > 0) Assert.Fail($"U+{c:X4} is a letter: {UnicodeLetters.Contains(c)}, in Go {go >> 31 > 0}");
            if (GoText.IsPrintable(c) != (go >> 30 & 1) > 0) Assert.Fail($"U+{c:X4} is printable: {GoText.IsPrintable(c)}, in Go {(go >> 30 & 1) > 0}");
        }
    }
}
