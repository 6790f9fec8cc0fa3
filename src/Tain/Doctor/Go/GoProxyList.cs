using System.Buffers;
using System.Text.RegularExpressions;
using Tain.Doctor.Workplaces;
using Tain.Upstream;

namespace Tain.Doctor.Go;

internal enum ProxyKind
{
    /// <summary>The word direct.</summary>
    Direct,

    /// <summary>The word off.</summary>
    Off,

    /// <summary>A public proxy.</summary>
    Public,

    /// <summary>Any other server: a company's mirror.</summary>
    Company,

    /// <summary>direct or off, written as a URL.</summary>
    WordAsUrl,

    /// <summary>A folder (file://).</summary>
    Folder,

    /// <summary>What the go command refuses.</summary>
    Broken,

    /// <summary>Variables stand in it.</summary>
    Computed,
}

/// <param name="Text">As it was written, without spaces around it.</param>
/// <param name="Host">The server's host with its port, lower case; empty where there is none.</param>
/// <param name="Url">The whole URL; null where there is none.</param>
/// <param name="Separator">What stands behind it: <c>,</c> or <c>|</c>; <c>\0</c> at the end.</param>
internal sealed record ProxyElement(ProxyKind Kind, string Text, string Host, Uri? Url, char Separator)
{
    /// <summary>What is wrong with it, with its text masked; null where nothing is.</summary>
    public Words? Problem { get; init; }

    /// <summary>It runs on this machine, or beside whoever asks it: no network is between them.</summary>
    public bool IsHere { get; init; }
}

/// <summary>A GOPROXY value as people write it, mistakes included. What it means is the go command's proxyList
/// (cmd/go/internal/modfetch/proxy.go); <see cref="SourceChain"/> reads right ones.</summary>
internal sealed partial class GoProxyList
{
    private static readonly SearchValues<char> EndsHost = SearchValues.Create(",|/#?");
    private static readonly SearchValues<char> NeverInUserInfo = SearchValues.Create(" \t\"'<>\\^`{}[]");

    private GoProxyList(string text, IReadOnlyList<ProxyElement> elements, string? misused)
    {
        Text = text;
        Elements = elements;
        MisusedSeparator = misused;
    }

    public string Text { get; }

    /// <summary>What was meant: wrong separators separate too.</summary>
    public IReadOnlyList<ProxyElement> Elements { get; }

    /// <summary>The wrong separator, or null.</summary>
    public string? MisusedSeparator { get; }

    public bool HasComputed => Elements.Any(e => e.Kind is ProxyKind.Computed);

    public bool HasCompany => Elements.Any(e => e.Kind is ProxyKind.Company);

    public bool HasPublic => Elements.Any(e => e.Kind is ProxyKind.Public);

    /// <summary>The public hosts that are asked, as far as the list is followed.</summary>
    public IEnumerable<string> PublicHosts => Asked.Where(e => e.Kind is ProxyKind.Public).Select(e => e.Host);

    /// <summary>The elements up to the first direct or off: what follows is never asked.</summary>
    public IEnumerable<ProxyElement> Asked
    {
        get
        {
            foreach (var element in Elements)
            {
                yield return element;
                if (element.Kind is ProxyKind.Direct or ProxyKind.Off)
                    yield break;
            }
        }
    }

    public static GoProxyList Of(Assignment assignment) => Parse(assignment.Value, assignment.Place.File is { } file && WorkplaceNames.IsCompose(file.Name));

    /// <param name="isCompose">Whether a compose file says it, whose services are each other's hosts.</param>
    public static GoProxyList Parse(string text, bool isCompose = false)
    {
        var elements = new List<ProxyElement>();
        string? misused = null;
        var (start, passed, list) = (0, 0, text.Trim());
        var credentials = Credentials.FindInValue(list);
        var next = 0;
        foreach (Match match in Separators().Matches(list))
        {
            // A comma in ${X:-a,b} separates nothing here; one in a password does for the go command, but what that makes of the parts holds a secret.
            for (; passed < match.Index; passed++)
                passed = Math.Max(passed, Expression.Skip(list, passed) - 1);
            while (next < credentials.Count && credentials[next].End <= match.Index)
                next++;
            if (passed > match.Index || (next < credentials.Count && credentials[next].Start <= match.Index))
                continue;
            // Spaces beside a comma are trimmed by the go command, and no mistake.
            var c = match.Groups[1].Success ? match.Groups[1].ValueSpan[0] : ' ';
            if (c is not (',' or '|'))
                misused ??= c.ToString();
            Add(list[start..match.Index], c is '|' or '｜' ? '|' : ',');
            start = match.Index + match.Length;
        }
        Add(list[start..], '\0');
        return new(text, elements, misused);

        void Add(string element, char separator)
        {
            if (element.Length > 0)
            {
                var read = Read(element, separator);
                elements.Add(read with { IsHere = read.Url is { } url && (Hosts.IsHere(url.Host) || (isCompose && !url.Host.Contains('.', StringComparison.Ordinal) && !url.Host.Contains(':', StringComparison.Ordinal))) });
            }
        }
    }

    // What people separate entries with, and the go command takes for a part of the URL.
    [GeneratedRegex(@"\s*([,|;，、；｜])\s*|\s+")]
    private static partial Regex Separators();

    /// <summary>The value that was meant: right separators and words, <c>direct</c> or <c>off</c> at the end of a list of public proxies,
    /// nothing behind a company's mirror that would go past it. The same as the text when nothing is wrong.</summary>
    public string Mended()
    {
        // A space before an @ is a password's.
        if (HasComputed || Elements.Count == 0 || SpacedCredentials().IsMatch(Text) || Elements.Any(e => e.Kind is ProxyKind.Broken))
            return Text;
        var kept = Elements.Where(e => !KnownProxies.IsRetired(e.Host)).Select(e => e.Kind is ProxyKind.WordAsUrl ? e with { Kind = Word(e) is "off" ? ProxyKind.Off : ProxyKind.Direct, Text = Word(e) } : e).ToList();
        var servers = kept.Where(e => e.Kind is not (ProxyKind.Direct or ProxyKind.Off)).ToList();
        var ending = kept.FirstOrDefault(e => e.Kind is ProxyKind.Direct or ProxyKind.Off);
        if (servers.Exists(e => e is { Kind: ProxyKind.Company, IsHere: false }))
        {
            servers.RemoveAll(e => e.Kind is ProxyKind.Public);
            ending = ending?.Kind is ProxyKind.Off ? ending : null;
        }
        else if (ending is null)
            ending = new(ProxyKind.Direct, "direct", "", null, '\0');
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < servers.Count; i++)
        {
            text.Append(servers[i].Text);
            if (i + 1 < servers.Count || ending is not null)
                text.Append(servers[i].Separator == '|' && i + 1 < servers.Count || servers[i] is { Separator: '|', Kind: ProxyKind.Public or ProxyKind.Folder } ? '|' : ',');
        }
        var mended = text.Append(ending?.Text).ToString();
        return mended == string.Concat(Text.Where(c => c != ' ')) ? Text : mended;
    }

    private static string Word(ProxyElement element) => element.Host is "off" ? "off" : "direct";

    private static ProxyElement Read(string text, char separator)
    {
        if (text is "direct" or "off")
            return new(text == "off" ? ProxyKind.Off : ProxyKind.Direct, text, "", null, separator);
        if (Expression.IsIn(text))
            return new(ProxyKind.Computed, text, "", null, separator);
        if (ProblemOrNull(text) is { } problem)
            return new(ProxyKind.Broken, text, "", null, separator) { Problem = problem };
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            return new(ProxyKind.Folder, text, "", null, separator);
        var uri = UrlOrNull(text)!;
        var host = (uri.IsDefaultPort ? uri.Host : uri.Authority[(uri.Authority.LastIndexOf('@') + 1)..]).ToLowerInvariant();
        if (host is "direct" or "off")
            return new(ProxyKind.WordAsUrl, text, host, uri, separator);
        return new(KnownProxies.IsPublic(host) ? ProxyKind.Public : ProxyKind.Company, text, host, uri, separator);
    }

    /// <summary>Why the go command refuses an entry that has no variable in it; null when it does not.</summary>
    private static Words? ProblemOrNull(string text)
    {
        var shown = GoProxyChecks.Shown(text);
        var credentials = Credentials.FindInValue(text);
        if (credentials.Any(c => text.AsSpan(c.Start, c.End - c.Start).ContainsAny(EndsHost)))
            return new($"the password in {shown} has a character that ends the host or the entry (%2C is a comma, %7C a |, %2F a /, %23 a #)", $"{shown} 的密码中有会使主机或条目提前结束的字符（逗号应写作 %2C，| 写作 %7C，/ 写作 %2F，# 写作 %23）");
        if (credentials.Any(c => text.AsSpan(c.Start, c.End - c.Start).ContainsAny(NeverInUserInfo)))
            return new($"the credentials in {shown} have a character that must be written as an escape such as %20", $"{shown} 的凭据中有必须转义的字符（例如空格写作 %20）");
        if (LoneEscape().IsMatch(text))
            return new($"{shown} has a % that begins no escape (%25 is one)", $"{shown} 中的 % 不是合法的转义（% 本身写作 %25）");
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            return FolderUrl().IsMatch(text) ? null : new($"{shown} has more than a path behind file:// (a path begins with a third slash)", $"{shown} 在 file:// 之后不只有路径（路径以第三个斜杠开头）");
        return UrlOrNull(text) is null ? new($"{shown} is neither direct, off nor a URL", $"{shown} 既不是 direct、off，也不是 URL") : null;
    }

    private static Uri? UrlOrNull(string text)
    {
        // As the go command does: what looks like a host gets https.
        var url = text.IndexOfAny(['.', ':', '/']) >= 0 && !text.Contains(":/", StringComparison.Ordinal) && text[0] != '/' ? "https://" + text : text;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 ? uri : null;
    }

    [GeneratedRegex(@"\s[^,|/\s]*@")]
    private static partial Regex SpacedCredentials();

    // Of a query, url.Parse reads no escapes.
    [GeneratedRegex(@"^[^?]*%(?![0-9A-Fa-f]{2})")]
    private static partial Regex LoneEscape();

    [GeneratedRegex(@"^file:///[^?#]*$", RegexOptions.IgnoreCase)]
    private static partial Regex FolderUrl();
}
