using Microsoft.Playwright;

namespace Tain.Browser;

/// <summary>The page of settings, as people use it.</summary>
[Trait("Speed", "slow")]
public sealed class SetupPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Line = $"eval \"$(curl -fsS {Chromium.PublicUrl}/setup/go.sh)\"";
    private static readonly string[] Tabs = ["For good", "PowerShell", "Dockerfile", "GitHub Actions", "GitLab CI"];

    [Fact]
    public async Task It_loads_by_one_request_without_an_error_and_shows_the_line()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured);
        Assert.Equal(Line, await open.Page.Locator("#shell").TextContentAsync());
        Assert.True(await open.ByRole(AriaRole.Heading, "Paste this into your shell").IsVisibleAsync());
        await open.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Equal([chromium.Configured], open.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_policy_blocks_what_somebody_adds()
    {
        // That nothing is reported elsewhere means something only if a violation would be.
        var open = await chromium.OpenAsync(chromium.Configured);
        await open.Page.EvaluateAsync("() => { const s = document.createElement('script'); s.textContent = 'window.added = 1'; document.body.append(s); }");
        Assert.True(await open.Page.EvaluateAsync<bool>("() => window.added === undefined"));
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(async () => await open.DisposeAsync());
    }

    [Fact]
    public async Task Copy_copies_the_line_says_so_and_what_was_copied_works_in_a_shell()
    {
        await using var open = await chromium.OpenAsync(chromium.Bare);
        var button = open.ByRole(AriaRole.Button, "Copy Paste this into your shell");
        await button.ClickAsync();
        await Assertions.Expect(open.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Copied");
        Assert.Equal("polite", await open.Page.GetByRole(AriaRole.Status).GetAttributeAsync("aria-live"));
        await Assertions.Expect(open.Page.Locator("#copy-shell")).ToHaveTextAsync("Copied");

        var line = await open.ClipboardAsync();
        Assert.Equal($"eval \"$(curl -fsS {chromium.Bare}/go.sh)\"", line);
        using var folder = new TempFolder();
        await using var shell = ChildProcess.Start("/bin/sh", ["-ec", line + "\necho \"$GOPROXY $GONOPROXY $GONOSUMDB $GOSUMDB\""], folder.Path);
        Assert.Equal(0, await shell.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(chromium.Bare.Replace("/setup", "/go", StringComparison.Ordinal) + " none none off\n", shell.Output);

        // Ready for another time.
        await Assertions.Expect(open.Page.Locator("#copy-shell")).ToHaveTextAsync("Copy");
        await Assertions.Expect(open.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Copy_works_on_plain_http_too_where_browsers_have_no_clipboard_for_scripts()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured, script:
            "window.kept = navigator.clipboard; Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });");
        Assert.True(await open.Page.EvaluateAsync<bool>("() => navigator.clipboard === undefined"));
        await open.Page.Locator("#copy-shell").ClickAsync();
        await Assertions.Expect(open.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Copied");
        Assert.Equal(Line, await open.ClipboardAsync("window.kept"));
    }

    [Fact]
    public async Task Every_tab_is_reached_by_keyboard_and_its_copy_copies_what_it_shows()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured);
        await open.Page.Locator("#copy-shell").FocusAsync();
        // The link in the text below the line, then the one tab that is in the tab order.
        await open.Page.Keyboard.PressAsync("Tab");
        await open.Page.Keyboard.PressAsync("Tab");
        foreach (var name in Tabs)
        {
            var tab = open.ByRole(AriaRole.Tab, name);
            await Assertions.Expect(tab).ToBeFocusedAsync();
            await Assertions.Expect(tab).ToHaveAttributeAsync("aria-selected", "true");
            var panel = open.ByRole(AriaRole.Tabpanel, name);
            await Assertions.Expect(panel).ToBeVisibleAsync();
            Assert.Equal(1, await open.Page.GetByRole(AriaRole.Tabpanel).CountAsync());

            await open.Page.Keyboard.PressAsync("Tab");
            await open.Page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(panel.GetByRole(AriaRole.Button)).ToHaveTextAsync("Copied");
            Assert.Equal(await panel.Locator("pre").TextContentAsync(), (await open.ClipboardAsync()).ReplaceLineEndings("\n"));
            await open.Page.Keyboard.PressAsync("Shift+Tab");
            await open.Page.Keyboard.PressAsync("ArrowRight");
        }
        // Round, and to the ends.
        await Assertions.Expect(open.ByRole(AriaRole.Tab, Tabs[0])).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(open.ByRole(AriaRole.Tab, Tabs[^1])).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(open.ByRole(AriaRole.Tab, Tabs[0])).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(open.ByRole(AriaRole.Tab, Tabs[^1])).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_first_key_leads_past_the_header()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured);
        await open.Page.Keyboard.PressAsync("Tab");
        var skip = open.ByRole(AriaRole.Link, "To the settings");
        await Assertions.Expect(skip).ToBeFocusedAsync();
        await Assertions.Expect(skip).ToBeInViewportAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await open.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(open.Page.Locator("#copy-shell")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_language_is_the_browser_s_and_a_link_switches_it()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured, o => o.Locale = "zh-CN");
        await Assertions.Expect(open.ByRole(AriaRole.Heading, "配置 go 命令")).ToBeVisibleAsync();
        Assert.Equal("zh-Hans", await open.Page.Locator("html").GetAttributeAsync("lang"));
        await open.Page.Locator("#copy-shell").ClickAsync();
        await Assertions.Expect(open.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("已复制");
        await open.ByRole(AriaRole.Link, "English").ClickAsync();
        await Assertions.Expect(open.ByRole(AriaRole.Heading, "Set up the go command")).ToBeVisibleAsync();
        await open.ByRole(AriaRole.Link, "中文").ClickAsync();
        await Assertions.Expect(open.ByRole(AriaRole.Heading, "配置 go 命令")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_text_has_a_contrast_of_4_5_or_more(ColorScheme scheme)
    {
        foreach (var url in new[] { chromium.Configured, chromium.Bare })
        {
            await using var open = await chromium.OpenAsync(url, o => o.ColorScheme = scheme);
            Assert.Equal(scheme == ColorScheme.Dark, await open.Page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches"));
            var texts = await open.Page.EvaluateAsync<string[]>(PageScripts.Contrasts);
            Assert.True(texts.Length > 40, $"{texts.Length} texts");
            Assert.DoesNotContain(texts, text => double.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) < 4.5);
        }
    }

    [Theory]
    [InlineData("en-US")]
    [InlineData("zh-CN")]
    public async Task On_a_telephone_nothing_is_wider_than_the_screen(string locale)
    {
        foreach (var url in new[] { chromium.Configured, chromium.Bare })
        {
            await using var open = await chromium.OpenAsync(url, o => (o.Locale, o.ViewportSize) = (locale, new ViewportSize { Width = 360, Height = 740 }));
            foreach (var tab in await open.Page.GetByRole(AriaRole.Tab).AllAsync())
            {
                await tab.ClickAsync();
                Assert.Equal(360, await open.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
                Assert.Empty(await open.Page.EvaluateAsync<string[]>(PageScripts.Overflowing));
            }
        }
    }

    [Fact]
    public async Task Without_scripts_it_shows_all_it_has()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured, o => o.JavaScriptEnabled = false);
        await Assertions.Expect(open.Page.Locator("#shell")).ToHaveTextAsync(Line);
        foreach (var name in Tabs)
            await Assertions.Expect(open.ByRole(AriaRole.Heading, name)).ToBeVisibleAsync();
        foreach (var code in await open.Page.Locator("pre").AllAsync())
            await Assertions.Expect(code).ToBeVisibleAsync();
        Assert.Equal(0, await open.Page.GetByRole(AriaRole.Button).CountAsync());
        await open.ByRole(AriaRole.Link, "中文").ClickAsync();
        await Assertions.Expect(open.ByRole(AriaRole.Heading, "粘贴到终端即可")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Headings_are_in_order_and_every_name_is_there_once()
    {
        await using var open = await chromium.OpenAsync(chromium.Configured, o => o.JavaScriptEnabled = false);
        Assert.Equal(["H1", "H2", "H2", "H3", "H3", "H3", "H3", "H3", "H2", "H2"], await open.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName)"));
        Assert.Empty(await open.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)"));
        Assert.Empty(await open.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('[aria-labelledby],[data-copy],[data-label]')]
                .flatMap(e => [e.getAttribute('aria-labelledby'), e.dataset.copy, e.dataset.label].filter(v => v).join(' ').split(' '))
                .filter(id => !document.getElementById(id))
            """));
    }

    [Fact]
    public async Task The_script_can_be_read_before_it_is_run()
    {
        await using var open = await chromium.OpenAsync(chromium.Bare);
        // Not clicked: for a text, a browser asks for an icon as well.
        var link = await open.ByRole(AriaRole.Link, "read them first").GetAttributeAsync("href");
        Assert.StartsWith("export GOPROXY='http://127.0.0.1:", await Loopback.Http.GetStringAsync(link, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
