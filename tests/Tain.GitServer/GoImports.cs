using System.Collections.Concurrent;
using System.Net;

namespace Tain.GitHosting;

/// <summary>A page that the go command asks for with <c>?go-get=1</c>.</summary>
public sealed record GoGetPage(string Html, int Status = 200, string ContentType = "text/html; charset=utf-8");

/// <summary>The pages by import path. The one for the longest prefix of a path answers for it.</summary>
internal sealed class GoImports
{
    private readonly ConcurrentDictionary<string, GoGetPage> _pages = new();

    public bool HasHost(string host) => _pages.Keys.Any(p => p == host || p.StartsWith(host + "/", StringComparison.Ordinal));

    public void Set(string path, GoGetPage page) => _pages[path] = page;

    /// <summary>A page with go-import tags, each <c>PREFIX VCS URL [SUBDIRECTORY]</c>.</summary>
    public static GoGetPage Page(params IEnumerable<string> tags) => new(
        "<!DOCTYPE html>\n<html><head>\n"
        + string.Concat(tags.Select(tag => $"<meta name=\"go-import\" content=\"{WebUtility.HtmlEncode(tag)}\">\n"))
        + "</head><body>Nothing to see here.</body></html>\n");

    public GoGetPage? For(string path)
    {
        while (path.Length > 0)
        {
            if (_pages.TryGetValue(path, out var page))
                return page;
            path = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";
        }
        return null;
    }

    /// <summary>Reads lines <c>PREFIX VCS URL [SUBDIRECTORY]</c>; lines with one prefix make one page.</summary>
    public void Read(string file)
    {
        foreach (var page in File.ReadLines(file).Where(l => l.Length > 0 && l[0] != '#').GroupBy(l => l[..l.IndexOf(' ', StringComparison.Ordinal)]))
            Set(page.Key, Page(page));
    }
}
