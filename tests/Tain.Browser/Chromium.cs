using Microsoft.Playwright;

namespace Tain.Browser;

/// <summary>Debian's Chromium without a window, and the published server: one of each for a class of tests, every page in a profile of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>The public URL of the configured server: a host that does not exist, so that a page that goes there fails.</summary>
    public const string PublicUrl = "https://tain.corp.example";

    // The rest keeps it from asking its makers for anything.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright _driver = null!;
    private IBrowser _browser = null!;
    private TainProcess _configured = null!;
    private TainProcess _bare = null!;

    /// <summary>The page of a server with a public URL and private patterns.</summary>
    public string Configured => _configured.Url + "/setup";

    /// <summary>The page of one without, which is right on its own machine.</summary>
    public string Bare => _bare.Url + "/setup";

    public async ValueTask InitializeAsync()
    {
        _configured = await TainProcess.StartAsync("off", null, "--public-url", PublicUrl, "--go-private", "corp.example,*.corp.example,github.com/acme-with-a-rather-long-name/*", "--go-sumdb", "sum.golang.org");
        _bare = await TainProcess.StartAsync("off");
        _driver = await Playwright.CreateAsync();
        _browser = await _driver.Chromium.LaunchAsync(new() { ExecutablePath = Repository.Existing("/usr/bin/chromium", "tests/tools/install all"), Args = Flags });
    }

    /// <summary>Opens a page in a new profile.</summary>
    public async Task<OpenPage> OpenAsync(string url, Action<BrowserNewContextOptions>? with = null, string? script = null)
    {
        var options = new BrowserNewContextOptions { Locale = "en-US", Permissions = ["clipboard-read", "clipboard-write"] };
        with?.Invoke(options);
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        if (script is not null)
            await context.AddInitScriptAsync(script);
        var page = new OpenPage(await context.NewPageAsync(), new Uri(url).GetLeftPart(UriPartial.Authority));
        await page.Page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _driver.Dispose();
        await _bare.DisposeAsync();
        await _configured.DisposeAsync();
    }
}
