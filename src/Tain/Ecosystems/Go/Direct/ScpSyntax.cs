namespace Tain.Ecosystems.Go.Direct;

/// <summary>Repository URLs as people write them in settings: with a scheme, or as ssh's <c>user@host:path</c>.</summary>
internal static class ScpSyntax
{
    /// <summary><c>git@host:path</c> as <c>ssh://git@host/path</c>; anything else as it is. A relative path begins at the user's home, where
    /// git hosts have their repositories; both forms lead to the same one there.</summary>
    public static string ToUrl(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // "ext::…" names a program to git, never a host.
        if (colon <= 0 || text.AsSpan(0, colon).Contains('/') || text.AsSpan(colon).StartsWith("://") || text.AsSpan(colon).StartsWith("::"))
            return text;
        return $"ssh://{text[..colon]}/{text[(colon + 1)..].TrimStart('/')}";
    }

    /// <summary>What is wrong with a URL, to follow its name; null when nothing is. A prefix of a URL passes too.</summary>
    public static string? WhyNot(string url)
    {
        var end = url.IndexOf("://", StringComparison.Ordinal);
        if (end < 0 || url[..end] is not ("https" or "ssh" or "http" or "git" or "file") || url.AsSpan().ContainsAnyExceptInRange('!', '~') || url.AsSpan().ContainsAny("\\'\"`"))
            return "is not a URL that begins with https://, ssh://, http://, git:// or file://";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Host.Length == 0) != (uri.Scheme == "file") || uri.Host.StartsWith('-'))
            return "has no host that can be understood";
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            return "has a query or a fragment";
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal) || (uri.UserInfo.Length > 0 && uri.Scheme != "ssh") || uri.UserInfo.StartsWith('-'))
            return "has credentials: they belong in files, see go.git.hosts and upstream.netrc";
        return null;
    }
}
