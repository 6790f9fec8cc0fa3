using CsCheck;
using Tain.Http;

namespace Tain.Tests.Http;

public sealed class RawTargetTests
{
    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/go/", "/go/", "")]
    [InlineData("/go/github.com/!azure/x/@v/v1.0.0+incompatible.info", "/go/github.com/!azure/x/@v/v1.0.0+incompatible.info", "")]
    [InlineData("/go/github.com/%21azure/x/%40v/v1.0.0%2Bincompatible.info", "/go/github.com/!azure/x/@v/v1.0.0+incompatible.info", "")]
    [InlineData("/go/x%2dy", "/go/x-y", "")]
    [InlineData("/go/index?since=2020&limit=1", "/go/index", "since=2020&limit=1")]
    [InlineData("/go/index?", "/go/index", "")]
    [InlineData("/a?b?c%2f", "/a", "b?c%2f")]
    [InlineData("http://tain.example/go/x", "/go/x", "")]
    [InlineData("HTTPS://tain.example:8080/go/x?y=1", "/go/x", "y=1")]
    [InlineData("http://tain.example", "/", "")]
    [InlineData("http://[::1]:8080?x=1", "/", "x=1")]
    [InlineData("/go/..x/.y/z..", "/go/..x/.y/z..", "")]
    public void A_well_formed_target_is_decoded_once(string raw, string path, string query)
    {
        Assert.True(RawTarget.TryParse(raw, out var target));
        Assert.Equal(path, target.Path);
        Assert.Equal(query, target.Query);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("go/x")]
    [InlineData("tain.example:443")]
    [InlineData("ftp://tain.example/go/x")]
    [InlineData("http:///go/x")]
    [InlineData("http://user:pw@tain.example/go/x")]
    [InlineData("http://tain.example\\@other.example/x")]
    [InlineData("/go/a%2fb")]
    [InlineData("/go/a%2Fb")]
    [InlineData("/go/a%5cb")]
    [InlineData("/go/a\\b")]
    [InlineData("/go/%00")]
    [InlineData("/go/%0a")]
    [InlineData("/go/%7f")]
    [InlineData("/go/%3f")]
    [InlineData("/go/%23")]
    [InlineData("/go/%22")]
    [InlineData("/go/%20")]
    [InlineData("/go/\u0001")]
    [InlineData("/go/a b")]
    [InlineData("/go/é")]
    [InlineData("/go/%c3%a9")]
    [InlineData("/go/%")]
    [InlineData("/go/%4")]
    [InlineData("/go/%zz")]
    [InlineData("/go/%+1")]
    [InlineData("/go/%u0041")]
    [InlineData("/go/%252e%252e/x")]
    [InlineData("/go/%2541")]
    [InlineData("/go/../x")]
    [InlineData("/go/./x")]
    [InlineData("/go/..")]
    [InlineData("/go/.")]
    [InlineData("/..")]
    [InlineData("/go/%2e%2e/x")]
    [InlineData("/go/.%2e/x")]
    [InlineData("/go//x")]
    [InlineData("//go/x")]
    [InlineData("/go/x#y")]
    [InlineData("/go/x?y#z")]
    [InlineData("/go/x?y z")]
    [InlineData("/go/x?\u0000")]
    public void Anything_else_is_refused(string raw) => Assert.False(RawTarget.TryParse(raw, out _));

    [Fact]
    public void The_longest_target_is_taken_and_one_more_character_is_not()
    {
        var longest = "/" + new string('a', RawTarget.MaxLength - 1);
        Assert.True(RawTarget.TryParse(longest, out _));
        Assert.False(RawTarget.TryParse(longest + "a", out _));
    }

    [Fact]
    public void What_parses_is_clean_and_reencodes_to_the_same_path()
    {
        // Mostly characters that matter, so that a good part parses.
        var piece = Gen.OneOf(
            Gen.OneOf<string>("/", "/", ".", "..", "%2e", "%2E", "%2f", "%5C", "%25", "%41", "%7e", "%00", "%21", "!", "@v", "\\", "%", "?", "a", "B", "+", ":", "http://h", "é", "\n", "%c3", " ", "#"),
            Gen.Char.Select(c => c.ToString()),
            Gen.Byte.Select(b => $"%{b:X2}"));
        Gen.Select(piece.Array[0, 12], Gen.Bool).Sample((pieces, slash) =>
        {
            var raw = (slash ? "/" : "") + string.Concat(pieces);
            if (!RawTarget.TryParse(raw, out var target))
                return;
            Assert.StartsWith("/", target.Path, StringComparison.Ordinal);
            Assert.DoesNotContain(target.Path, c => c is <= ' ' or >= '\x7f' or '%' or '\\' or '?' or '#');
            Assert.DoesNotContain("//", target.Path, StringComparison.Ordinal);
            Assert.DoesNotContain(target.Path.Split('/'), s => s is "." or "..");
            Assert.True(RawTarget.TryParse(RawTarget.Encode(target.Path), out var again));
            Assert.Equal(target.Path, again.Path);
        }, iter: 200_000);
    }

    [Fact]
    public void No_input_makes_it_throw() => Gen.String[Gen.Char, 0, 60].Sample(raw =>
    {
        foreach (var text in new[] { raw, "/" + raw, "http://" + raw })
            _ = RawTarget.TryParse(text, out var target) && target.TryGetQuery("a", out _);
    }, iter: 100_000);

    [Theory]
    [InlineData("/i?since=2020-01-01T00%3A00%3A00Z&limit=5", "since", "2020-01-01T00:00:00Z")]
    [InlineData("/i?since=2020&limit=5", "limit", "5")]
    [InlineData("/i?a=b+c", "a", "b c")]
    [InlineData("/i?a=1&a=2", "a", "1")]
    [InlineData("/i?a", "a", "")]
    [InlineData("/i?a=%C3%A9", "a", "é")]
    [InlineData("/i?a=%C3", "a", null)]
    [InlineData("/i?a=%2", "a", null)]
    [InlineData("/i?ab=1", "a", null)]
    [InlineData("/i", "a", null)]
    public void A_query_value_is_decoded_when_it_is_asked_for(string raw, string name, string? value)
    {
        Assert.True(RawTarget.TryParse(raw, out var target));
        Assert.Equal(value is not null, target.TryGetQuery(name, out var got));
        Assert.Equal(value, got);
    }
}
