using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Where a repository is: a URL of strict grammar, so that nothing in it can be taken for an option, a command or another protocol
/// (<c>ext::</c>). Immutable, equal by its text.</summary>
internal sealed record RemoteUrl
{
    /// <summary>The longest URL, in characters.</summary>
    public const int MaxLength = 2048;

    private static readonly string[] Schemes = ["https", "ssh", "http", "git", "file"];

    private static readonly SearchValues<char> UserChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> LabelChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly SearchValues<char> HexChars = SearchValues.Create("0123456789abcdef");

    /// <summary>RFC 3986, 3.3 (pchar), without the percent sign.</summary>
    private static readonly SearchValues<char> PathChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@");

    private RemoteUrl(string text, Uri uri) => (Text, Uri) = (text, uri);

    /// <summary>Scheme and host in lower case, without credentials, without the scheme's own port, the path as given: what <c>.info</c>'s Origin
    /// shows, and the key of its clone.</summary>
    public string Text { get; }

    public Uri Uri { get; }

    /// <summary>A stranger named it for a public module: it gets no credentials, so that nobody reads by ours, under a name of his own, what he may not.</summary>
    public bool IsAnonymous { get; init; }

    public string Scheme => Uri.Scheme;

    /// <summary>For ssh: who logs in; null when not told.</summary>
    public string? User => Uri.UserInfo.Length > 0 ? Uri.UserInfo : null;

    /// <summary>The one in the URL, else the scheme's own; -1 for file.</summary>
    public int Port => Uri.Port < 0 ? DefaultPort(Scheme) : Uri.Port;

    /// <summary>As in <see cref="GitHost.Host"/>: with <c>:port</c> when it is not the scheme's own.</summary>
    public string HostAndPort => HostOf(Uri);

    /// <summary>Parses <c>scheme://[user@]host[:port]/path</c> with scheme https, ssh (git+ssh), http, git or file, and <c>user@host:path</c>, which becomes
    /// ssh://user@host/path. A user is allowed for ssh only, a password never. No query, no fragment; no element of the path is empty (but the last), a
    /// dot, two dots, or begins with a minus sign. Percent escapes in http and https only, and of what needs them only. No drive letter after file:///.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RemoteUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        if (text.Length > MaxLength)
            return Fail(out error, "", $"it has {text.Length} characters, more than {MaxLength}");
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Fail(out error, text, "it holds a space, a control character or one outside ASCII");

        string scheme, authority, path;
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon >= 0)
        {
            scheme = text[..colon].ToLowerInvariant();
            scheme = scheme is "git+ssh" or "ssh+git" ? "ssh" : scheme;
            var rest = text[(colon + 3)..];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
        }
        else
        {
            // As scp has it: user@host:path.
            colon = text.IndexOf(':', StringComparison.Ordinal);
            var at = text.IndexOf('@', StringComparison.Ordinal);
            if (colon < 0 || at < 0 || at > colon)
                return Fail(out error, text, "it has no scheme: write https://HOST/PATH");
            (scheme, authority, path) = ("ssh", text[..colon], text[(colon + 1)..]);
            path = path.StartsWith('/') ? path : "/" + path;
        }

        if (!Schemes.Contains(scheme))
            return Fail(out error, text, "its scheme is none of https, ssh, http, git, file");
        if (WhyNotPath(path, scheme) is { } wrong)
            return Fail(out error, text, wrong);
        if (scheme == "file")
            return authority.Length == 0 ? Make("file://" + path, out url, out error) : Fail(out error, text, "a file URL has no host: write file:///PATH");

        var user = "";
        var sign = authority.LastIndexOf('@');
        if (sign >= 0)
        {
            user = authority[..sign];
            authority = authority[(sign + 1)..];
            if (user.Contains(':', StringComparison.Ordinal))
                return Fail(out error, text, "it holds a password: those belong in go.git.hosts or upstream.netrc");
            if (scheme != "ssh")
                return Fail(out error, text, "it holds a user: that is for ssh only");
            if (user.Length == 0 || user[0] == '-' || user.AsSpan().ContainsAnyExcept(UserChars))
                return Fail(out error, text, "its user is not made of letters, digits, dot, underscore and minus");
            user += "@";
        }

        if (!TryHost(authority.ToLowerInvariant(), scheme, out var host, out wrong))
            return Fail(out error, text, wrong);
        return Make($"{scheme}://{user}{host}{path}", out url, out error);
    }

    public bool Equals(RemoteUrl? other) => other is not null && Text == other.Text && IsAnonymous == other.IsAnonymous;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <summary>host, or host:port when the port is not the scheme's own.</summary>
    internal static string HostOf(Uri uri) =>
        uri.Port < 0 || uri.Port == DefaultPort(uri.Scheme) ? uri.Host : string.Create(CultureInfo.InvariantCulture, $"{uri.Host}:{uri.Port}");

    private static bool Make(string text, [NotNullWhen(true)] out RemoteUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        // The path is what was checked: nothing may be unescaped or shortened any more.
        var hasPath = text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3) >= 0;
        if (!Uri.TryCreate(hasPath ? text : text + "/", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri))
            return Fail(out error, text, "it is not a URL");
        url = new RemoteUrl(text, uri);
        error = null;
        return true;
    }

    private static string? WhyNotPath(string path, string scheme)
    {
        if (path.Length < 2)
            return scheme is "https" or "http" ? null : "it has no path";
        // A drive to Windows and to .NET, a folder to git elsewhere.
        if (scheme == "file" && path.Length > 2 && path[2] == ':' && char.IsAsciiLetter(path[1]))
            return "its path begins with a drive letter, which not everybody reads the same";
        var elements = path[1..].Split('/');
        for (var i = 0; i < elements.Length; i++)
        {
            var element = elements[i];
            if (element.Length == 0 && i == elements.Length - 1 && i > 0)
                return null;
            if (element is "" or "." or "..")
                return "its path has an empty element or one of dots";
            if (element[0] == '-')
                return "an element of its path begins with a minus sign";
            for (var at = 0; at < element.Length; at++)
            {
                if (PathChars.Contains(element[at]))
                    continue;
                if (element[at] != '%')
                    return "its path holds a character that does not belong there";
                if (scheme is not ("https" or "http"))
                    return "its path has a percent escape, which is for https only";
                if (at + 2 >= element.Length || !byte.TryParse(element.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
                    return "its path has a percent sign without two hexadecimal digits";
                // What may stand by itself would be another spelling of the same, and the rest another meaning to somebody on the way.
                if (escaped is < 0x20 or 0x7f || "/\\%?#".Contains((char)escaped) || PathChars.Contains((char)escaped))
                    return "its path escapes a character that must not be escaped";
                at += 2;
            }
        }

        return null;
    }

    private static bool TryHost(string authority, string scheme, out string host, [NotNullWhen(false)] out string? wrong)
    {
        host = "";
        wrong = "its host is not a name or an address";
        var end = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) + 1 : authority.IndexOf(':', StringComparison.Ordinal);
        end = end < 0 ? authority.Length : end;
        var name = authority[..end];
        var port = authority[end..];
        if (name.StartsWith('['))
        {
            if (name.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(name, out var six) || six.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            name = $"[{six}]";
        }
        else if (!IsName(name))
        {
            return false;
        }

        if (port.Length > 0)
        {
            if (!ushort.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0 || port[1] == '0')
            {
                wrong = "its port is not a number from 1 to 65535";
                return false;
            }

            port = number == DefaultPort(scheme) ? "" : port;
        }

        host = name + port;
        wrong = null;
        return true;
    }

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > 253)
            return false;
        var labels = name.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-' || label.AsSpan().ContainsAnyExcept(LabelChars))
                return false;
        }

        // What ends with a number is an address to some, in shapes that others read otherwise (WHATWG URL, "ends in a number"): the plain one only.
        var last = labels[^1];
        var isNumber = last.All(char.IsAsciiDigit) || (last.StartsWith("0x", StringComparison.Ordinal) && !last.AsSpan(2).ContainsAnyExcept(HexChars));
        return !isNumber || (labels.Length == 4 && labels.All(l => byte.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (l.Length == 1 || l[0] != '0')));
    }

    private static int DefaultPort(string scheme) => scheme switch
    {
        "https" => 443,
        "http" => 80,
        "ssh" => 22,
        "git" => 9418,
        _ => -1,
    };

    private static bool Fail(out string error, string text, string why)
    {
        error = text.Length == 0 ? "not the URL of a repository: " + why : $"'{Secrets.OneLine(Secrets.MaskUrl(text), 100)}' is not the URL of a repository: {why}";
        return false;
    }
}
