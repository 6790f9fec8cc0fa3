using CsCheck;
using Tain.Ecosystems.Setup;

namespace Tain.Tests.Ecosystems.Setup;

/// <summary>A value stays one word of the language it is written into.</summary>
public sealed class QuotingTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("it's $(here) `x` \\ \"y\"", "'it'\\''s $(here) `x` \\ \"y\"'")]
    public void Sh(string value, string quoted) => Assert.Equal(quoted, Quoting.Shell(value));

    [Theory]
    [InlineData("https://tain.corp.example/setup/go.sh", "https://tain.corp.example/setup/go.sh")]
    [InlineData("http://[::1]:8080/setup/go.sh", "'http://[::1]:8080/setup/go.sh'")]
    [InlineData("https://h.example/a;b", "'https://h.example/a;b'")]
    [InlineData("https://h.example/$(x)", "'https://h.example/$(x)'")]
    [InlineData("", "''")]
    public void A_word_of_sh_is_bare_where_nothing_in_it_has_a_meaning(string value, string word) => Assert.Equal(word, Quoting.ShellWord(value));

    [Theory]
    [InlineData("it's $x", "'it''s $x'")]
    // PowerShell ends the string at these as well.
    [InlineData("a\u2018b\u2019c\u201ad\u201be", "'a\u2018\u2018b\u2019\u2019c\u201a\u201ad\u201b\u201be'")]
    public void PowerShell(string value, string quoted) => Assert.Equal(quoted, Quoting.PowerShell(value));

    [Theory]
    [InlineData("a b", "\"a b\"")]
    [InlineData("$HOME \"q\" \\ it's", "\"\\$HOME \\\"q\\\" \\\\ it's\"")]
    public void A_Dockerfile_s_ENV(string value, string quoted) => Assert.Equal(quoted, Quoting.Dockerfile(value));

    [Fact]
    public Task Whatever_is_quoted_for_sh_comes_back_from_a_real_one()
        => Gen.String[Gen.Char[' ', '~'], 0, 40].Array[1, 200].SampleAsync(async values =>
        {
            var script = string.Concat(values.Select(v => $"printf '%s\\n' {Quoting.Shell(v)} {Quoting.ShellWord(v)}\n"));
            var (code, output, errors) = await Shell.RunAsync("/bin/sh", script);
            Assert.True(code == 0, errors);
            Assert.Equal(string.Concat(values.Select(v => $"{v}\n{v}\n")), output);
        }, iter: 20);
}
