using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tain.Ecosystems.Setup;
using Tain.GoModules;
using Tain.Tests.Ecosystems.Go;

namespace Tain.Tests.Ecosystems.Setup;

/// <summary><c>/setup</c> as a browser gets it. tests/Tain.Browser has one look at it.</summary>
public sealed partial class SetupPageTests
{
    private static readonly Uri Public = new("https://tain.corp.example");

    [Fact]
    public async Task It_shows_the_line_and_every_snippet_and_value()
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        var html = WebUtility.HtmlDecode((await tain.ReadAsync("setup")).Body);
        var setup = new Tain.Ecosystems.Go.GoSetup(new() { SumDb = null }).Clients;
        foreach (var (name, value) in setup.PageValuesFor("https://tain.corp.example"))
            Assert.True(html.Contains(value, StringComparison.Ordinal), $"{name}: {value}");
        Assert.Contains("tain doctor", html, StringComparison.Ordinal);
        Assert.Contains("go env GOPROXY", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotContain("on the server’s own machine only", html, StringComparison.Ordinal);
        Assert.Equal(html, WebUtility.HtmlDecode((await tain.ReadAsync("setup/")).Body));
    }

    [Fact]
    public async Task On_loopback_without_a_public_url_it_says_for_whom_it_is_right()
    {
        await using var tain = await RunningTain.StartAsync("off");
        Assert.Contains("on the server’s own machine only", (await tain.ReadAsync("setup")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_configuration_says_is_text_and_never_markup()
    {
        const string patterns = "<script>alert(1)</script>,\"q\",{{script}},a&amp;b";
        Assert.True(ModulePatterns.TryParse(patterns, out var parsed, out _));
        await using var tain = await RunningTain.StartAsync("off", go => go with { Private = parsed, PrivateText = patterns }, publicUrl: Public);
        var (_, html) = await tain.ReadAsync("setup");
        Assert.Single(Regex.Matches(html, "<script>"));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;,&quot;q&quot;,{{script}},a&amp;amp;b", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_what_is_in_it_may_run_load_or_frame_it()
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        using var response = await tain.GetAsync("setup");
        var html = await response.Content.ReadAsStringAsync();
        string Header(string name) => Assert.Single(response.Headers.GetValues(name));
        Assert.Equal($"default-src 'none'; style-src '{HashOf(Between(html, "style"))}'; script-src '{HashOf(Between(html, "script"))}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            Header("Content-Security-Policy"));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("no-cache", Header("Cache-Control"));
        Assert.False(response.Headers.Contains("Set-Cookie"));
        // What the policy would block must not be there in the first place.
        Assert.DoesNotMatch("""<[^>]+\s(style|on[a-z]+)=""", html);
        Assert.DoesNotMatch("""(src|srcset|action)=""", html);
        Assert.All(Href().Matches(html).Select(m => m.Groups[1].Value), url => Assert.Matches("^(#main|data:image/svg.*|[?]lang=(en|zh)|https://tain[.]corp[.]example/setup/go[.](sh|env))$", url));
    }

    [Theory]
    [InlineData("", "", "en")]
    [InlineData("", "de-DE, fr;q=0.8", "en")]
    [InlineData("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans")]
    [InlineData("", "de, zh-TW;q=0.5", "zh-Hans")]
    [InlineData("", "en;q=0.4, ZH;q=0.5", "zh-Hans")]
    [InlineData("", "en-GB, zh;q=0.9", "en")]
    [InlineData("", "zh;q=0, en;q=0.1", "en")]
    [InlineData("", ";;q=,", "en")]
    [InlineData("?lang=zh", "en", "zh-Hans")]
    [InlineData("?lang=en", "zh", "en")]
    [InlineData("?lang=de", "zh", "zh-Hans")]
    [InlineData("?lang=%ff", "zh", "zh-Hans")]
    [InlineData("?lang=%3Cscript%3E", "", "en")]
    public async Task Its_language_is_the_one_asked_for_else_the_browser_s(string query, string accepted, string expected)
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        using var response = await tain.GetAsync("setup" + query, ("Accept-Language", accepted));
        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains($"<html lang=\"{expected}\">", html, StringComparison.Ordinal);
        Assert.Contains(expected == "en" ? "<h1>Set up the go command</h1>" : "<h1>配置 go 命令</h1>", html, StringComparison.Ordinal);
        Assert.Contains(expected == "en" ? "href=\"?lang=zh\" lang=\"zh-Hans\"" : "href=\"?lang=en\" lang=\"en\"", html, StringComparison.Ordinal);
        Assert.Equal([expected], response.Content.Headers.ContentLanguage);
        Assert.Equal(["Accept-Language"], response.Headers.Vary);
    }

    [Fact]
    public void Both_languages_say_the_same_things_with_the_same_values()
    {
        Assert.Equal(SetupLanguage.English.Texts.Keys.Order(StringComparer.Ordinal), SetupLanguage.Chinese.Texts.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, english) in SetupLanguage.English.Texts)
            Assert.Equal(Placeholders(english), Placeholders(SetupLanguage.Chinese.Texts[key]));

        static IEnumerable<string> Placeholders(string text) => Regex.Matches(text, @"\{\{[^}]*\}\}|</?[a-z]+").Select(m => m.Value).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_welcome_leads_to_it()
    {
        await using var tain = await RunningTain.StartAsync("off", publicUrl: Public);
        Assert.Contains("https://tain.corp.example/setup\n", (await tain.ReadAsync("")).Body, StringComparison.Ordinal);
    }

    private static string Between(string html, string element) => Assert.Single(Regex.Matches(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline)).Groups[1].Value;

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Href();
}
