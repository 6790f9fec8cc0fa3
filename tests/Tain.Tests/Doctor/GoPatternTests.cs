using Tain.Doctor.Go;

namespace Tain.Tests.Doctor;

/// <summary>What people write into GOPRIVATE, and what they meant.</summary>
public sealed class GoPatternTests
{
    [Theory]
    [InlineData("https://git.corp.example/", "git.corp.example")]
    [InlineData("git@git.corp.example:shop", "git.corp.example/shop")]
    [InlineData("git.corp.example:8443", "git.corp.example")]
    [InlineData(".corp.example", "*.corp.example")]
    [InlineData("gitlab.corp.example/...", "gitlab.corp.example")]
    [InlineData("github.com/acme, git.corp.example", "github.com/acme,git.corp.example")]
    [InlineData("github.com:acme", "github.com/acme")]
    [InlineData("github.com:acme/lib.git", "github.com/acme/lib")]
    [InlineData("ssh://git@github.com:22/acme/lib.git", "github.com/acme/lib")]
    [InlineData("git.corp.example:8443/shop", "git.corp.example")]
    [InlineData("oauth2:a;b@git.corp.example", "git.corp.example")]
    [InlineData("oauth2:a,b@git.corp.example,x.example", "git.corp.example,x.example")]
    [InlineData("\"git.corp.example\"", "git.corp.example")]
    [InlineData("'git.corp.example','github.com/acme'", "git.corp.example,github.com/acme")]
    [InlineData("github.com/{a,b}", "github.com/a,github.com/b")]
    [InlineData("x.example,github.com/acme-{a,b}/x", "x.example,github.com/acme-a/x,github.com/acme-b/x")]
    [InlineData("GitHub.com/Acme", "github.com/Acme")]
    [InlineData(@".*\.corp\.example", "*.corp.example")]
    [InlineData(@"^git\.corp\.example/.*", "git.corp.example")]
    [InlineData("git.corp.example\n", "git.corp.example")]
    [InlineData("off,x.example", "x.example")]
    [InlineData("x.example, ,y.example", "x.example,y.example")]
    public void What_matches_nothing_is_replaced_by_what_was_meant(string written, string meant)
    {
        Assert.Contains(GoPatternList.Parse(written), p => p.Problem is PatternProblem.MatchesNothing);
        Assert.Equal(meant, GoPatternList.Mended(written, []));
        Assert.DoesNotContain(GoPatternList.Parse(meant), p => p.Problem is PatternProblem.MatchesNothing);
    }

    [Theory]
    [InlineData("github.com:8443/acme")]
    [InlineData("https://github.com/")]
    [InlineData("acme")]
    [InlineData("git.corp.example/a b")]
    [InlineData("github.com/{acme")]
    [InlineData("git.公司.cn")]
    [InlineData("git.corp.example//x")]
    public void What_nobody_can_tell_is_left_as_it_is(string written)
    {
        var pattern = Assert.Single(GoPatternList.Parse(written));
        Assert.Equal((PatternProblem.MatchesNothing, ""), (pattern.Problem, pattern.Example));
        Assert.Equal(written, GoPatternList.Mended(written, []));
    }

    [Theory]
    [InlineData("git.corp.example/")]
    [InlineData("*.corp.example,git.corp.example/shop/lib.git")]
    [InlineData("[a-z]*.corp.example")]
    [InlineData("github.com/Acme/*")]
    [InlineData(@"git\.corp\.example")]
    [InlineData("none")]
    public void What_can_match_is_no_mistake(string written)
    {
        Assert.All(GoPatternList.Parse(written), p => Assert.Equal(PatternProblem.None, p.Problem));
        Assert.Equal(written is "none" ? "" : written, GoPatternList.Mended(written, []));
    }

    [Theory]
    [InlineData("git.corp.example/shop/lib.git", "git.corp.example/shop/lib", "git.corp.example/shop/lib.git,git.corp.example/shop/lib")]
    [InlineData("git.corp.example/shop/lib.git", "git.corp.example/shop/lib.git/v2", null)]
    [InlineData("git.corp.example/shop/lib.git", "git.corp.example/shop/other", null)]
    [InlineData("git.corp.example/shop/lib.git,git.corp.example/shop", "git.corp.example/shop/lib", null)]
    public void A_pattern_that_ends_in_git_is_kept_and_gets_a_twin_where_a_module_wants_it(string written, string module, string? both)
        => Assert.Equal(both, GoPatternList.WithoutGitOrNull(written, GoPatternList.Parse(written)[0], [module]));
}
