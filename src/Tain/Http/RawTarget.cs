using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Tain.Http;

/// <summary>The target of a request, decoded once and strictly. What does not parse is 404: the go command would stop its
/// list at any other status.</summary>
/// <remarks>
/// Decoding once means that a doubly escaped path still holds a <c>%</c>, and no path may: so it is refused, as is every
/// escape that hides a separator or what is not visible ASCII. A path that parses holds nothing that a later layer could
/// read in two ways, and re-encoding it gives a target that parses to the same path.
/// </remarks>
internal readonly struct RawTarget
{
    /// <summary>The longest target, in characters. The longest path that the go command asks for is a module path and a version, each of some hundred.</summary>
    public const int MaxLength = 4096;

    // RFC 3986 3.3: pchar and "/", without "%".
    private static readonly SearchValues<char> PathChars = SearchValues.Create(
        "/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@");

    // RFC 3986 3.4, with "%"; the escapes of a query are decoded when a value is asked for.
    private static readonly SearchValues<char> QueryChars = SearchValues.Create(
        "/?%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@");

    // Nothing that could make two readers see two hosts.
    private static readonly SearchValues<char> NotInAuthority = SearchValues.Create("\\@#%");

    private RawTarget(string path, string query)
    {
        Path = path;
        Query = query;
    }

    /// <summary>Decoded: begins with a slash and has only the characters that RFC 3986 allows unescaped in a path; no empty segment except the last, no <c>.</c> or <c>..</c>.</summary>
    public string Path { get; }

    /// <summary>As sent, without the question mark; empty when there is none.</summary>
    public string Query { get; }

    /// <summary>The target of this request, as its client wrote it.</summary>
    public static bool TryRead(HttpContext context, out RawTarget target)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        target = default;
        return raw is not null && TryParse(raw, out target);
    }

    public static bool TryParse(string raw, out RawTarget target)
    {
        target = default;
        if (raw.Length is 0 or > MaxLength || !TryFindPath(raw, out var start))
            return false;

        var mark = raw.IndexOf('?', start);
        var end = mark < 0 ? raw.Length : mark;
        var query = mark < 0 ? "" : raw[(mark + 1)..];
        if (query.AsSpan().ContainsAnyExcept(QueryChars))
            return false;

        // RFC 9112 3.2.2: an absolute form may have no path at all.
        var span = raw.AsSpan(start, end - start);
        if (span.IsEmpty)
        {
            target = new RawTarget("/", query);
            return start > 0;
        }

        string? path;
        if (!span.ContainsAnyExcept(PathChars))
            path = span.Length == raw.Length ? raw : span.ToString();
        else if (!TryDecode(span, out path))
            return false;

        if (path[0] != '/' || !SegmentsAreClear(path))
            return false;
        target = new RawTarget(path, query);
        return true;
    }

    /// <summary>The first value of this name in the query, decoded (<c>+</c> is a space); false when it is not there or not well formed.</summary>
    public bool TryGetQuery(string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        foreach (var part in (Query ?? "").AsSpan().Split('&'))
        {
            var pair = Query.AsSpan()[part];
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            if (key.SequenceEqual(name))
                return TryDecodeQuery(equals < 0 ? [] : pair[(equals + 1)..], out value);
        }
        return false;
    }

    /// <summary>Escapes all that is not an unreserved character or a slash.</summary>
    public static string Encode(string path)
    {
        var text = new StringBuilder(path.Length + 8);
        foreach (var c in path)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.' or '_' or '~')
                text.Append(c);
            else
                text.Append('%').Append(((int)c).ToString("X2", null));
        }
        return text.ToString();
    }

    // RFC 9112 3.2: origin form, or absolute form of http and https; not the authority and asterisk forms.
    private static bool TryFindPath(string raw, out int start)
    {
        start = 0;
        if (raw[0] == '/')
            return true;
        var scheme = raw.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : raw.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : 0;
        if (scheme == 0)
            return false;
        var length = raw.AsSpan(scheme).IndexOfAny('/', '?');
        start = length < 0 ? raw.Length : scheme + length;
        var authority = raw.AsSpan(scheme, start - scheme);
        return !authority.IsEmpty && !authority.ContainsAnyExceptInRange('!', '~') && !authority.ContainsAny(NotInAuthority);
    }

    private static bool TryDecode(ReadOnlySpan<char> span, [NotNullWhen(true)] out string? path)
    {
        path = null;
        Span<char> decoded = stackalloc char[MaxLength];
        var length = 0;
        for (var i = 0; i < span.Length; i++)
        {
            var c = span[i];
            if (c == '%')
            {
                if (i + 2 >= span.Length || !char.IsAsciiHexDigit(span[i + 1]) || !char.IsAsciiHexDigit(span[i + 2]))
                    return false;
                // What may not stand unescaped may not stand escaped either, nor may a slash.
                c = (char)Convert.ToByte(span.Slice(i + 1, 2).ToString(), 16);
                if (c == '/' || !PathChars.Contains(c))
                    return false;
                i += 2;
            }
            else if (!PathChars.Contains(c))
            {
                return false;
            }
            decoded[length++] = c;
        }
        path = decoded[..length].ToString();
        return true;
    }

    private static bool SegmentsAreClear(string path)
    {
        // Most paths hold no such pair, so most are searched once.
        for (var i = path.AsSpan().IndexOf('/'); i >= 0;)
        {
            var rest = path.AsSpan(i + 1);
            var next = rest.IndexOf('/');
            var segment = next < 0 ? rest : rest[..next];
            if (segment is "." or ".." || (segment.IsEmpty && next >= 0))
                return false;
            if (next < 0)
                return true;
            i += next + 1;
        }
        return true;
    }

    private static bool TryDecodeQuery(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes[length++] = text[i] == '+' ? (byte)' ' : (byte)text[i];
                continue;
            }
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return false;
            bytes[length++] = Convert.ToByte(text.Slice(i + 1, 2).ToString(), 16);
            i += 2;
        }
        try
        {
            value = StrictUtf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
}
