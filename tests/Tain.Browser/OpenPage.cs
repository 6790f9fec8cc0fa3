using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Tain.Browser;

/// <summary>A page, and whatever it did that it must not do. At its end there must have been nothing of that.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _faults = new();

    public OpenPage(IPage page, string origin)
    {
        Page = page;
        // Chromium reports what the policy blocked, and what failed to load, in the console.
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, "script: " + error);
        page.Request += (_, request) =>
        {
            Requests.Enqueue(request.Url);
            Note(!request.Url.StartsWith(origin + "/", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal), $"asked for {request.Url}");
        };
        page.Response += (_, response) => Note(response.Status >= 400, $"{response.Status} {response.Url}");
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Requests { get; } = new();

    public ILocator ByRole(AriaRole role, string name) => Page.GetByRole(role, new() { Name = name, Exact = true });

    public Task<string> ClipboardAsync(string clipboard = "navigator.clipboard") => Page.EvaluateAsync<string>($"() => {clipboard}.readText()");

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(_faults);
    }

    private void Note(bool isFault, string what)
    {
        if (isFault)
            _faults.Enqueue(what);
    }
}
