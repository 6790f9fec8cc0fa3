using System.Text.RegularExpressions;
using Tain.Ecosystems.Go.Direct;
using Tain.GoModules;

namespace Tain.Tests.Ecosystems.Go.Direct;

/// <summary>What is known without asking, against the go command's own table and code.</summary>
public sealed partial class StaticRootsTests
{
    private static readonly string[] Seeds =
    [
        "github.com/a/b", "github.com/a/b/c/v2", "github.com/a", "github.com/a/b.git", "github.com/a/~b", "bitbucket.org/a/b/c", "bitbucket.org/a/b.hg/c", "hub.jazz.net/git/user1/p", "hub.jazz.net/git/user.1/p",
        "git.apache.org/a.git/b", "git.apache.org/a/b", "git.openstack.org/a/b.git/c", "git.openstack.org/a", "chiselapp.com/user/k/repository/f", "chiselapp.com/user/k/f", "a.b/c.git", "a.b/c/d.hg/e", "a.b/~c/d.svn", "a.b/c~d/e.f/g.git",
        "a.b/c.git/d.bzr", "a.b/.git", "a.b/c/x.y.fossil/v3", "gitlab.com/g/s/r.git/v2", "example.net/x", "rsc.io", "rsc.io/quote", "launchpad.net/p/s", "a.b", "a-.b--c.d/e.git.git/f.svn",
    ];

    private static readonly string[] Parts = ["/", ".", "-", "_", "~", ".git", ".hg", ".svn", ".bzr", ".fossil", "git", "a", "B", "0", "/v2", "x.y", "~a", "github.com/", "a.b/", "hub.jazz.net/git/", "%", " ", "é", ":8080"];

    private static string Ours(string path) =>
        StaticRoots.FindOrNull(path, out var error) is { } found ? $"{found.Vcs} {found.Root} https://{found.Repository}" : error is null ? "ask" : "error";

    [Fact]
    public void The_go_commands_own_table_holds()
    {
        var source = VcsOracle.Source("vcs_test.go");
        source = source[source.IndexOf("func TestRepoRootForImportPath", StringComparison.Ordinal)..source.IndexOf("func TestFromDir", StringComparison.Ordinal)];
        var known = 0;
        foreach (Match entry in Entry().Matches(source))
        {
            var found = StaticRoots.FindOrNull(entry.Groups["path"].Value, out _);
            Assert.Equal((entry.Groups["vcs"].Value.ToLowerInvariant(), entry.Groups["repo"].Value), found is null ? ("", "") : (found.Vcs, "https://" + found.Repository));
            known += found is null ? 0 : 1;
        }
        Assert.True(known >= 10, $"{known} entries were found in vcs_test.go");
    }

    [Fact]
    public void Paths_are_found_as_the_go_command_finds_them() => Compare(20_000, 20261122);

    [Fact, Trait("Speed", "slow")]
    public void Half_a_million_paths_are_found_as_the_go_command_finds_them() => Compare(500_000, Environment.TickCount);

    private static void Compare(int count, int seed)
    {
        using var oracle = new VcsOracle();
        var random = new Random(seed);
        var seen = new Dictionary<string, int>();
        for (var done = 0; done < count;)
        {
            var paths = Enumerable.Range(0, 2_000).Select(_ => Mutated(random)).Where(p => ModulePath.TryParse(p, out _, out var _)).ToList();
            var answers = oracle.Ask('f', paths);
            for (var i = 0; i < paths.Count; i++)
            {
                Assert.True(answers[i] == Ours(paths[i]), $"seed {seed}: {paths[i]}\n  Go:   {answers[i]}\n  Tain: {Ours(paths[i])}");
                var kind = answers[i].Split(' ')[0];
                seen[kind] = seen.GetValueOrDefault(kind) + 1;
            }
            done += 2_000;
        }
        Assert.All(["git", "hg", "svn", "bzr", "fossil", "ask", "error"], kind => Assert.True(seen.GetValueOrDefault(kind) > 20, $"{kind}: {seen.GetValueOrDefault(kind)}"));
    }

    private static string Mutated(Random random)
    {
        var path = Seeds[random.Next(Seeds.Length)];
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(path.Length + 1);
            path = random.Next(4) == 0
                ? path.Remove(at, Math.Min(random.Next(1, 4), path.Length - at))
                : path.Insert(at, Parts[random.Next(Parts.Length)]);
        }
        return path;
    }

    [Theory]
    [InlineData("gopkg.in/yaml.v3", true)]
    [InlineData("gopkg.in/src-d/go-git.v4", true)]
    [InlineData("gopkg.in/check.v1-unstable", true)]
    [InlineData("gopkg.in/a/b/c.v1", false)]
    [InlineData("gopkg.in/-a/b.v1", false)]
    [InlineData("gopkg.in/yaml", false)]
    [InlineData("gopkg.in/yaml.v01", false)]
    public void Gopkg_in_needs_not_be_asked(string path, bool known) =>
        Assert.Equal(known ? $"git {path} https://{path}" : "ask", Ours(path));

    [Fact]
    public void Long_paths_take_no_time()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var path in new[] { string.Concat(Enumerable.Repeat("a.", 50_000)) + "b/c", "a.b" + string.Concat(Enumerable.Repeat("/c.git~", 20_000)), "github.com" + string.Concat(Enumerable.Repeat("/a", 20_000)) + "~" })
            StaticRoots.FindOrNull(path, out _);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [GeneratedRegex("""^\t\t\t"(?<path>[^"]+)",\n\t\t\t(?:nil|&RepoRoot\{\s*VCS:\s*vcs(?<vcs>\w+),\s*Repo:\s*"(?<repo>[^"]*)",)""", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
