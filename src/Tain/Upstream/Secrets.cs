using System.Globalization;
using System.Text;

namespace Tain.Upstream;

/// <summary>What people are shown of URLs and of other servers' words: one line, no control characters, no secrets.</summary>
internal static class Secrets
{
    /// <summary>The go command drops a line that crosses byte 648 whole, and an error names several sources (docs/go-protocol.md, 6).</summary>
    public const int MaxSaid = 200;

    /// <summary>Hides whatever may be credentials, also in what does not parse as a URL: all up to the last @.</summary>
    public static string MaskUrl(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        var at = text.LastIndexOf('@');
        var masked = at >= start ? string.Concat(text.AsSpan(0, start), "***", text.AsSpan(at)) : text;
        return OneLine(masked, MaxSaid);
    }

    /// <summary>A URL without user info, query and fragment: signed URLs carry their secret in the query.</summary>
    public static string Show(Uri uri) =>
        OneLine(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) + (uri.Query.Length > 0 ? "?…" : ""), 120);

    /// <summary><paramref name="said"/> without what an Authorization header carries: whole, decoded, and the password by itself.</summary>
    public static string Without(string said, string? authorization)
    {
        if (authorization is null)
            return said;
        var token = authorization[(authorization.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        said = said.Replace(token, "***", StringComparison.Ordinal);
        if (!authorization.StartsWith("Basic ", StringComparison.Ordinal))
            return said;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(token));
        said = said.Replace(pair, "***", StringComparison.Ordinal);
        var password = pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return password.Length > 0 ? said.Replace(password, "***", StringComparison.Ordinal) : said;
    }

    /// <summary>The Authorization header's value for user:password (RFC 7617, in UTF-8).</summary>
    public static string Basic(string credentials) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    public static string OfStatus(int status) => status switch
    {
        200 => "HTTP 200 OK",
        206 => "HTTP 206 Partial Content",
        304 => "HTTP 304 Not Modified",
        _ => $"HTTP {status}",
    };

    /// <summary>The printable characters of <paramref name="text"/> as one line of at most <paramref name="max"/> characters.</summary>
    public static string OneLine(string text, int max)
    {
        var line = new StringBuilder(Math.Min(text.Length, max));
        var gap = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                gap = line.Length > 0;
                continue;
            }

            // Control, format (bidirectional overrides), surrogate and private characters confuse terminals and drop the whole message in the go command.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || rune == Rune.ReplacementChar)
                continue;
            if (line.Length + (gap ? 1 : 0) + rune.Utf16SequenceLength > max - 1)
            {
                line.Append('…');
                break;
            }

            if (gap)
                line.Append(' ');
            gap = false;
            line.Append(rune.ToString());
        }

        return line.ToString();
    }
}
