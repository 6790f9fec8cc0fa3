using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Tain.Ecosystems.Go.Git;
using Tain.Mirror;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>GETs a page, whatever its status: <see cref="StrangerClient.GetPageAsync"/>.</summary>
internal delegate Task<PageAnswer> GetPage(Uri uri, bool mayBePrivate, string? basicCredentials, int maxBytes, CancellationToken ct);

/// <summary>user:password for a URL's origin, or null: <see cref="GitAccess.CredentialsAsync"/>.</summary>
internal delegate ValueTask<string?> CredentialsOf(Uri uri, CancellationToken ct);

/// <summary>What <c>https://PATH?go-get=1</c> said.</summary>
/// <param name="Shown">Where it was found, for messages.</param>
/// <param name="Imports">As <see cref="GoImport.PreferMod"/> orders them; never empty.</param>
/// <param name="Until">How long it is believed.</param>
internal sealed record ImportPage(string Path, string Shown, IReadOnlyList<GoImport> Imports, DateTimeOffset Until);

/// <summary>The go-import pages of hosts: one request at a time for each path, those with tags kept for <see cref="DirectOptions.DiscoveryTtl"/>.</summary>
/// <param name="refused">Told of credentials that the host did not take.</param>
/// <param name="deadline">For one page; shared by all who wait for it.</param>
internal sealed class ImportPages(GetPage getPage, CredentialsOf credentials, Action<Uri> refused, TimeSpan ttl, ServerLife life, TimeProvider time, TimeSpan deadline) : IDisposable
{
    /// <summary>Bytes of a page. Only its head matters, which is some kilobytes; but a page that is no answer can be anything.</summary>
    public const int MaxPage = 4 << 20;

    /// <summary>Characters of all kept pages together, each with 200 more for itself: some 20,000 of the usual, fewer of those with many tags.</summary>
    public const int MaxKept = 8 << 20;

    /// <summary>Characters of the tags of one page that is kept.</summary>
    private const int MaxTags = 64 << 10;

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MaxKept });
    private readonly Flights<ImportPage> flights = new(life, deadline);

    /// <summary>A page that is kept and not too old, or null.</summary>
    public ImportPage? FindOrNull(string path, bool isPrivate) =>
        kept.TryGetValue(KeyOf(path, isPrivate), out ImportPage? page) && time.GetUtcNow() < page!.Until ? page : null;

    /// <summary>Asks. Throws <see cref="RepositoryException"/> when there are no tags.</summary>
    public async Task<ImportPage> AskAsync(string path, bool isPrivate, CancellationToken ct)
    {
        try
        {
            return await flights.JoinAsync(KeyOf(path, isPrivate), token => FetchAsync(path, isPrivate, token), ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RepositoryException(FaultKind.Timeout, $"no answer from https://{path}?go-get=1 within {Deadline.Format(deadline)}");
        }
    }

    /// <summary>Forgets the pages of a path and of all below it.</summary>
    public void Forget(string root)
    {
        foreach (var key in kept.Keys.OfType<string>())
        {
            if (GoImport.IsPrefix(root, key[1..]))
                kept.Remove(key);
        }
    }

    /// <summary>Keeps these pages of a root that moved, and nothing else that was said of it and of what is below it.</summary>
    public void Replace(string root, IReadOnlyList<ImportPage> by, bool isPrivate)
    {
        Forget(root);
        foreach (var page in by)
            Keep(page, isPrivate);
    }

    public void Dispose() => kept.Dispose();

    private static string KeyOf(string path, bool isPrivate) => (isPrivate ? "!" : " ") + path;

    private void Keep(ImportPage page, bool isPrivate)
    {
        var size = page.Imports.Sum(i => (long)i.Prefix.Length + i.Vcs.Length + i.Url.Length + i.Subdirectory.Length);
        if (ttl > TimeSpan.Zero && size <= MaxTags)
            kept.Set(KeyOf(page.Path, isPrivate), page, new MemoryCacheEntryOptions { Size = size + page.Path.Length + page.Shown.Length + 200 });
    }

    private async Task<ImportPage> FetchAsync(string path, bool isPrivate, CancellationToken ct)
    {
        var uri = UriOf(path, isPrivate);
        var basic = await credentials(uri, ct).ConfigureAwait(false);
        var answer = await getPage(uri, isPrivate, basic, MaxPage, ct).ConfigureAwait(false);
        if (answer.Fault is { } fault)
            throw NoAnswer(fault, uri, answer.Said);
        var imports = GoImport.PreferMod(GoImport.Read(answer.Body, out var error));
        if (imports.Count == 0 && answer.Status is (401 or 403) && basic is not null)
            refused(uri);
        if (imports.Count == 0)
            throw NoTags(answer, uri, error, basic is not null);
        var page = new ImportPage(path, Secrets.Show(answer.Final), imports, time.GetUtcNow() + ttl);
        // Before the flight ends: who comes next finds it.
        Keep(page, isPrivate);
        return page;
    }

    private static Uri UriOf(string path, bool isPrivate)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? path : path[..slash];
        if (!Uri.TryCreate($"https://{path}?go-get=1", UriKind.Absolute, out var uri) || uri.Host != host)
            throw Unrecognized($"{host} is not the name of a host");
        var isLocal = uri.HostNameType != UriHostNameType.Dns || host.EndsWith(".localhost", StringComparison.Ordinal) || host.EndsWith(".localdomain", StringComparison.Ordinal);
        return !isLocal || isPrivate ? uri : throw Unrecognized($"{host} is not the name of a public host; for one of your own, add it to go.private");
    }

    private static RepositoryException NoAnswer(FaultKind fault, Uri uri, string said) => fault switch
    {
        FaultKind.NoSuchHost => Unrecognized(said),
        FaultKind.NotPublic => new RepositoryException(FaultKind.Refused, $"not asked: {said}; for a host of your own, add it to go.private"),
        _ => new RepositoryException(fault, $"{Page(uri)}: {said}"),
    };

    /// <summary>A page without tags is an absence when the host meant it; not when it failed, or did not let us.</summary>
    private static RepositoryException NoTags(PageAnswer answer, Uri uri, string? error, bool hadCredentials)
    {
        var page = answer.Final == uri ? Page(uri) : $"{Page(uri)} ({Secrets.Show(answer.Final)})";
        return answer.Status switch
        {
            401 or 403 when hadCredentials => new RepositoryException(FaultKind.Refused, $"{page}: {answer.Said}: the credentials that go.git.hosts or upstream.netrc have for {uri.Host} are refused"),
            // 403 too: it is what S3, where many keep their pages, says of a path that it has not.
            401 or 403 => Unrecognized($"{page}: {answer.Said}, and there are no credentials for {uri.Host} in go.git.hosts or upstream.netrc"),
            429 => new RepositoryException(FaultKind.RateLimited, $"{page}: {answer.Said}"),
            >= 500 or 408 or 425 => new RepositoryException(FaultKind.ServerError, $"{page}: {answer.Said}"),
            < 400 when !answer.IsWhole && !HasHead(answer.Body) => new RepositoryException(FaultKind.Cut, $"{page} ended before its head did"),
            _ => Unrecognized($"no go-import meta tags on {page} (HTTP {answer.Status}{(error is null || answer.Status >= 400 ? "" : "; not read beyond " + error)})"),
        };
    }

    private static bool HasHead(byte[] body)
    {
        var text = Encoding.Latin1.GetString(body);
        return text.Contains("</head", StringComparison.OrdinalIgnoreCase) || text.Contains("<body", StringComparison.OrdinalIgnoreCase);
    }

    private static string Page(Uri uri) => $"https://{uri.Authority}{uri.AbsolutePath}?go-get=1";

    /// <summary>The go command's word for a path that leads to no repository.</summary>
    public static RepositoryException Unrecognized(string why) => new(FaultKind.NotFound, "unrecognized import path: " + why);
}
