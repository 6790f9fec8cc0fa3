using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Tain.Http;

namespace Tain.Tests.Http;

public sealed class ErrorBodyTests
{
    [Fact]
    public void A_short_body_is_its_lines() =>
        Assert.Equal("not found: no source has it\nhttps://a.example: 404\ndirect: not built yet\n",
            ErrorBody.Format("not found: no source has it", ["https://a.example: 404", "", "direct: not built yet"]));

    [Fact]
    public void Newlines_and_control_characters_cannot_make_a_line() =>
        Assert.Equal("not found: a b?c\nd e\n", ErrorBody.Format("not found: a\nb\0c", ["\r\nd\te\n\n"]));

    [Fact]
    public void More_lines_than_fit_are_counted() =>
        Assert.Equal("x\n1\n2\n3\n4\n5\n6\n… and 14 more\n", ErrorBody.Format("x", Enumerable.Range(1, 20).Select(i => i.ToString(CultureInfo.InvariantCulture))));

    [Fact]
    public void Long_lines_are_shortened_and_short_ones_kept()
    {
        var lines = ErrorBody.Format("bad gateway", [new string('a', 900), "https://b.example: 503", new string('c', 900)]).Split('\n');
        Assert.Equal("https://b.example: 503", lines[2]);
        Assert.EndsWith("…", lines[1], StringComparison.Ordinal);
        Assert.True(lines[1].Length > 200 && lines[3].Length > 200);
    }

    [Fact]
    public void Any_input_gives_a_body_that_the_go_command_shows_whole()
    {
        var text = Gen.OneOf(Gen.String[Gen.Char, 0, 300], Gen.String[Gen.OneOf('a', 'é', '…', '\n', ' ', '\t', '\ud83d', '\ude00', '\u2028', '\u00a0', '\u202e', '\0'), 0, 700], Gen.String.AlphaNumeric);
        Gen.Select(text, text.Array[0, 14]).Sample((first, lines) =>
        {
            var body = ErrorBody.Format(first, lines);
            Assert.True(Encoding.UTF8.GetByteCount(body) <= 600);
            Assert.EndsWith("\n", body, StringComparison.Ordinal);
            var got = body[..^1].Split('\n');
            Assert.True(got.Length <= 8);
            Assert.True(Encoding.UTF8.GetByteCount(got[0]) < 200);
            Assert.All(got, line => Assert.False(string.IsNullOrWhiteSpace(line)));
            // Go's unicode.IsGraphic.
            Assert.All(got, line => Assert.All(line.EnumerateRunes(), rune => Assert.True(
                Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                    or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                && rune != Rune.ReplacementChar)));
        }, iter: 20_000);
    }

    [Fact]
    public async Task An_error_forgets_what_was_said_of_the_body_that_failed()
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.Response.Headers.ETag = "\"x\"";
        context.Response.Headers.CacheControl = "public, immutable";
        context.Response.ContentLength = 5_000_000;
        await ErrorBody.WriteAsync(context, 502, "bad gateway\n");
        Assert.Equal(502, context.Response.StatusCode);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);
        Assert.Equal("text/plain; charset=utf-8", context.Response.ContentType);
        Assert.Equal(12, context.Response.ContentLength);
        Assert.Equal("", context.Response.Headers.ETag.ToString());
        Assert.Equal(12, context.Response.Body.Length);
    }

    [Fact]
    public async Task A_head_request_gets_the_length_and_no_body()
    {
        var context = new DefaultHttpContext { Request = { Method = "HEAD" }, Response = { Body = new MemoryStream() } };
        await ErrorBody.WriteAsync(context, 404, "not found\n");
        Assert.Equal(10, context.Response.ContentLength);
        Assert.Equal(0, context.Response.Body.Length);
    }
}
