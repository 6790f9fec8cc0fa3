using Tain.Upstream;

namespace Tain.Doctor.Npm;

/// <summary>What a registry's URL tells.</summary>
internal static class RegistryUrl
{
    public const string Default = "https://registry.npmjs.org/";

    /// <summary>Two names of one registry: yarn's is an alias of npm's.</summary>
    private static readonly string[] Npmjs = ["registry.npmjs.org", "registry.npmjs.com", "registry.yarnpkg.com"];

    private static readonly string[] Npmmirror = ["registry.npmmirror.com", "cdn.npmmirror.com", "registry-direct.npmmirror.com", "registry.npm.taobao.org", "npm.taobao.org", "r.cnpmjs.org", "registry.cnpmjs.org"];

    /// <summary>Others that serve all of npmjs.org to anyone, and ask it for the names that they don't know.</summary>
    private static readonly string[] OtherPublic = ["mirrors.cloud.tencent.com", "mirrors.tencent.com", "repo.huaweicloud.com", "mirrors.huaweicloud.com", "npm.jsr.io", "skimdb.npmjs.com", "registry.npmjs.eu"];

    /// <summary>Vendors' own: a scope that is mapped to one is the vendor's, not this company's.</summary>
    private static readonly string[] Vendors = ["npm.fontawesome.com", "npm.greensock.com", "buf.build", "npm.jsr.io", "registry.tiptap.dev", "npm.syncfusion.com", "npm.devexpress.com", "registry.npmjs.cf"];

    /// <summary>The host in lower case, without a port; null when the text is no http URL.</summary>
    public static string? HostOrNull(string url)
    {
        var text = url.AsSpan().Trim();
        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            text = text[8..];
        else if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            text = text[7..];
        else
            return null;
        var end = text.IndexOfAny('/', '?', '#');
        text = end < 0 ? text : text[..end];
        text = text[(text.LastIndexOf('@') + 1)..];
        if (text.StartsWith("["))
            return text.IndexOf(']') is > 0 and var close ? text[..(close + 1)].ToString().ToLowerInvariant() : null;
        var colon = text.IndexOf(':');
        text = colon < 0 ? text : text[..colon];
        return text.IsEmpty ? null : text.ToString().ToLowerInvariant();
    }

    /// <summary>Whether anyone may put a package there. GitHub's and GitLab's registries are not such: an owner's names are its own.</summary>
    public static bool IsPublic(string host) => Npmjs.Contains(host) || Npmmirror.Contains(host) || OtherPublic.Contains(host);

    public static bool IsNpmjs(string host) => Npmjs.Contains(host);

    public static bool IsVendors(string host) => Vendors.Contains(host);

    /// <summary>Whether two hosts are one registry.</summary>
    public static bool IsSame(string a, string b) => a == b || (Npmjs.Contains(a) && Npmjs.Contains(b)) || (Npmmirror.Contains(a) && Npmmirror.Contains(b));

    /// <summary>Whether a tarball's URL has a registry's form, rather than that of a file which somebody put somewhere. GitLab has its archives of branches and tags below <c>/-/archive/</c>.</summary>
    public static bool IsTarball(string url)
        => url.StartsWith("http", StringComparison.OrdinalIgnoreCase) && ((url.Contains("/-/", StringComparison.Ordinal) && !url.Contains("/-/archive/", StringComparison.Ordinal)) || (url.Contains("/download/", StringComparison.Ordinal) && HostOrNull(url) is { } host && (IsPublic(host) || host == "npm.pkg.github.com")));

    /// <summary>The registry that a tarball is from: all before the package's name; null when the name is not there.</summary>
    public static string? BaseOrNull(string tarball, string name)
    {
        foreach (var form in (string[])[$"/{name}/", $"/{name.Replace("/", "%2f", StringComparison.Ordinal)}/", $"/{name.Replace("/", "%2F", StringComparison.Ordinal)}/"])
        {
            if (tarball.IndexOf(form, StringComparison.Ordinal) is > 8 and var at)
                return tarball[..(at + 1)].Replace("/download/", "/", StringComparison.Ordinal);
        }
        return null;
    }

    /// <summary>What npm's settings have in front of a registry's login: <c>//host:port/path/</c>.</summary>
    public static string LoginOf(string url)
    {
        url = url.IndexOfAny(['?', '#']) is >= 0 and var cut ? url[..cut] : url;
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0)..].Trim();
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var user = (slash < 0 ? rest : rest[..slash]).LastIndexOf('@');
        return "//" + rest[(user + 1)..].TrimEnd('/') + "/";
    }

    /// <summary>Whether user and password stand in the URL, as they are and not as variables.</summary>
    public static bool HasPassword(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return false;
        var authority = url.AsSpan(start + 3);
        var end = authority.IndexOfAny('/', '?', '#');
        authority = end < 0 ? authority : authority[..end];
        var at = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':');
        return at > 0 && colon >= 0 && colon < at - 1 && NpmSecret.IsLiteral(authority[(colon + 1)..at].ToString());
    }

    /// <summary>Whether it means the same in every file and shell that it may be written into.</summary>
    public static bool IsPlain(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '/' or '.' or '-' or '_' or '~' or '@' or '+');

    /// <summary>As people may see it.</summary>
    public static string Show(string url)
    {
        // First: a password may have in it what ends a path.
        url = Credentials.MaskValue(url);
        return Secrets.MaskUrl(url.IndexOfAny(['?', '#']) is >= 0 and var cut ? url[..cut] : url);
    }
}
