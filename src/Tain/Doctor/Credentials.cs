using System.Buffers;
using System.Text;
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

    private static readonly SearchValues<char> EndsEntry = SearchValues.Create("\"'`=,|;([{<>，、；：｜（");

    public static IReadOnlyList<Credentials> Find(string text)
    {
        var found = new List<Credentials>();
        if (!text.Contains('@', StringComparison.Ordinal))
            return found;
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0;)
        {
            var start = at + 3;
            // Where a URL ends that has no @ need not be known, and each look costs time.
            var mayHave = text.AsSpan(start, Math.Min(MaxUrl, text.Length - start)).Contains('@');
            var url = mayHave ? text.AsSpan(start, EndOfUrl(text, at) - start) : default;
            var last = HasCredentials(url) ? url.LastIndexOf('@') : -1;
            if (last >= 0)
                found.Add(new(start, start + last, HasScheme: true));
            at = text.IndexOf("://", last >= 0 ? start + last : start, StringComparison.Ordinal);
        }
        var (schemed, next) = (found.Count, 0);
        foreach (Match bare in Bare().Matches(text))
        {
            while (next < schemed && found[next].End < bare.Index)
                next++;
            if (next == schemed || found[next].Start > bare.Index + bare.Length)
                found.Add(new(bare.Index, bare.Index + bare.Length, HasScheme: false));
        }
        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    /// <summary>Credentials in the value of a setting that is an address or a list of them, such as GOPROXY. There an @ has no other meaning, whatever
    /// stands before it, and the host may be one word; only <c>git@host:path</c> and the digest of an image have none.</summary>
    public static IReadOnlyList<Credentials> FindInValue(string value)
    {
        var found = new List<Credentials>();
        for (var start = value.Contains('@', StringComparison.Ordinal) ? 0 : value.Length; start < value.Length;)
        {
            var end = NextInValue().Match(value, start) is { Success: true } next ? next.Index + 1 : value.Length;
            if (LastAtOrNull(value, start, end) is { } at)
            {
                var scheme = value.IndexOf("://", start, at - start, StringComparison.Ordinal);
                if (UserOrNull(value, start, scheme >= 0 ? scheme : at) is { } user)
                    found.Add(new(user, at, HasScheme: false));
                else if (scheme >= 0)
                    found.Add(new(scheme + 3, at, HasScheme: true));
            }
            start = end;
        }
        return found;
    }

    public static string Mask(string text) => Mask(text, Find(text));

    /// <summary>The value of a setting that is an address or a list of them, as people may see it.</summary>
    public static string MaskValue(string value) => Mask(Mask(value, FindInValue(value)));

    private static string Mask(string text, IReadOnlyList<Credentials> found)
    {
        if (found.Count == 0)
            return text;
        var masked = new StringBuilder();
        var at = 0;
        foreach (var one in found.Where(f => f.Start >= at))
        {
            masked.Append(text, at, one.Start - at).Append("***");
            at = one.End;
        }
        return masked.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The last @ that may end credentials: not that of an address which git takes, behind another entry, and not a digest's.</summary>
    private static int? LastAtOrNull(string value, int start, int end)
    {
        for (var at = end; at > start && (at = value.LastIndexOf('@', at - 1, at - start)) >= 0;)
        {
            var before = value.AsSpan(start, at - start);
            var isGit = before is [.., var c, 'g', 'i', 't'] && (char.IsWhiteSpace(c) || c is ',' or ';' or '|');
            if (!isGit && !value.AsSpan(at + 1).StartsWith("sha256:"))
                return at;
        }
        return null;
    }

    /// <summary>Where a user begins whose password follows: at the beginning of an entry, up to a colon that is no scheme's.</summary>
    private static int? UserOrNull(string value, int start, int end)
    {
        var (word, isHost) = (start, false);
        for (var i = start; i < end; i++)
        {
            if (value[i] == '@')
                isHost = true;
            else if (char.IsWhiteSpace(value[i]) || EndsEntry.Contains(value[i]))
                (word, isHost) = (i + 1, false);
            else if (value[i] == ':' && i > word && !isHost)
                return value.AsSpan(word, i - word) is "npm" ? null : word;
        }
        return null;
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

    [GeneratedRegex(@"[,|;\s，、；｜][A-Za-z][A-Za-z0-9+.-]{1,20}://")]
    private static partial Regex NextInValue();

    [GeneratedRegex("@(?:" + Host + ")")]
    private static partial Regex AtHost();

    // Not git@github.com:acme/x, not golang:1.24@sha256:…, not npm:x@1.2.0.
    [GeneratedRegex("""(?<![^\s"'`=,|;(\[{<>，、；：｜（])[^\s"'`=,|;:@/(){}\[\]<>，、；：｜（]{1,100}:(?!//)[^\s"'`<>]{1,400}(?=@(?:""" + Host + "))")]
    private static partial Regex Bare();

    private const string Host = @"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9_-]|\.[A-Za-z0-9])|localhost\b|(?:\d{1,3}\.){3}\d{1,3}(?![\d.])";
}
