using System.Text.RegularExpressions;

namespace Tain.Doctor;

/// <summary>Credentials in a text: what stands between a scheme and the host, or <c>user:password</c> before a host without one.</summary>
/// <param name="Start">Where they begin.</param>
/// <param name="End">Where the @ stands behind them.</param>
/// <remarks>A password may have in it what ends a host or an entry of a list (<c>/ # , |</c>), and another @: in doubt all up to the last @
/// is one, since to hide too much is the lesser harm.</remarks>
internal sealed partial record Credentials(int Start, int End, bool HasScheme)
{
    /// <summary>Characters of a URL that are looked through for its @.</summary>
    private const int MaxUrl = 4000;

    public static IReadOnlyList<Credentials> Find(string text)
    {
        var found = new List<Credentials>();
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0;)
        {
            var start = at + 3;
            var url = text.AsSpan(start, EndOfUrl(text, at) - start);
            var last = HasCredentials(url) ? url.LastIndexOf('@') : -1;
            if (last >= 0)
                found.Add(new(start, start + last, HasScheme: true));
            at = text.IndexOf("://", last >= 0 ? start + last : start, StringComparison.Ordinal);
        }
        if (text.Contains('@', StringComparison.Ordinal))
            found.AddRange(Bare().Matches(text).Select(m => new Credentials(m.Index, m.Index + m.Length, HasScheme: false)).Where(bare => !found.Exists(f => f.Start <= bare.End && bare.Start <= f.End)));
        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    public static string Mask(string text)
    {
        var found = Find(text);
        for (var i = found.Count - 1; i >= 0; i--)
            text = string.Concat(text.AsSpan(0, found[i].Start), "***", text.AsSpan(found[i].End));
        return text;
    }

    /// <summary>A space ends it, the quotation mark that it began with, and the next URL of a list.</summary>
    private static int EndOfUrl(string text, int at)
    {
        var scheme = at;
        while (scheme > 0 && (char.IsAsciiLetterOrDigit(text[scheme - 1]) || text[scheme - 1] is '+' or '.' or '-'))
            scheme--;
        var quote = scheme > 0 && text[scheme - 1] is '"' or '\'' or '`' ? text[scheme - 1] : '\0';
        var start = at + 3;
        var end = start;
        while (end < text.Length && end - start < MaxUrl && !char.IsWhiteSpace(text[end]) && (quote == '\0' || text[end] != quote))
            end++;
        return NextUrl().Match(text, start, end - start) is { Success: true } next ? next.Index : end;
    }

    /// <summary>Whether an @ is the end of credentials, and not a part of the path (<c>/@v/list</c>, <c>x@v1.2.0</c>, <c>/@scope/x</c>).</summary>
    private static bool HasCredentials(ReadOnlySpan<char> url)
    {
        if (!url.Contains('@'))
            return false;
        var authority = url.IndexOf('/') is >= 0 and var slash ? url[..slash] : url;
        if (authority.Contains('@'))
            return true;
        var colon = authority.IndexOf(':');
        var isHost = colon < 0 || authority[0] == '[' || (authority.Length - colon is > 1 and <= 6 && authority[(colon + 1)..].IndexOfAnyExceptInRange('0', '9') < 0);
        return !isHost || AtHost().IsMatch(url);
    }

    [GeneratedRegex("[,|;，、；｜][a-z][a-z0-9+.-]{1,20}://")]
    private static partial Regex NextUrl();

    [GeneratedRegex("@(?:" + Host + ")")]
    private static partial Regex AtHost();

    // Not git@github.com:acme/x, not golang:1.24@sha256:…, not npm:x@1.2.0.
    [GeneratedRegex("""(?<![^\s"'`=,|;(\[{<>，、；：｜（])[^\s"'`=,|;:@/(){}\[\]<>，、；：｜（]{1,100}:(?!//)[^\s"'`<>]{1,400}(?=@(?:""" + Host + "))")]
    private static partial Regex Bare();

    private const string Host = @"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])|localhost\b|(?:\d{1,3}\.){3}\d{1,3}(?![\d.])";
}
