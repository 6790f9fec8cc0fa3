using System.Globalization;
using System.Text;

namespace Tain.Http;

/// <summary>Bodies of errors that the go command shows to its user.</summary>
/// <remarks>
/// The go command (1.24, cmd/go/internal/web) shows at most 8 lines and 648 bytes of a text/plain body in UTF-8, drops the
/// line that crosses the limit, cuts at a blank line and drops the whole body for one character that is not graphic.
/// So each of these is kept here, with some room, and lines are shortened rather than lost.
/// </remarks>
internal static class ErrorBody
{
    public const int MaxLines = 8;
    /// <summary>Bytes of the whole body, its last newline included.</summary>
    public const int MaxBytes = 600;
    /// <summary>Bytes of the first line, without its newline: fewer than 200.</summary>
    public const int MaxFirstLineBytes = 199;

    private const string Ellipsis = "…";
    private const int EllipsisBytes = 3;

    /// <summary>The body: the first line, then as many of the lines as there is room for, each on one line and shortened if it must be;
    /// the last says how many were left out. Empty lines are dropped.</summary>
    public static string Format(string firstLine, IEnumerable<string> lines)
    {
        var first = Shorten(Clean(firstLine), MaxFirstLineBytes);
        if (first.Length == 0)
            first = "error: no reason was given";

        var kept = new List<string>(MaxLines - 1);
        var left = 0;
        foreach (var line in lines)
        {
            // One more than fits is needed to know; the rest is counted only.
            if (kept.Count >= MaxLines - 1)
            {
                left++;
                continue;
            }
            var clean = Clean(line);
            if (clean.Length > 0)
                kept.Add(clean);
        }
        if (left > 0)
        {
            kept[^1] = string.Create(CultureInfo.InvariantCulture, $"{Ellipsis} and {left + 1} more");
        }

        // Long lines give way to short ones: the largest common bound at which all of them fit.
        var room = MaxBytes - Encoding.UTF8.GetByteCount(first) - 1 - kept.Count;
        var bound = room;
        while (kept.Sum(line => Math.Min(Encoding.UTF8.GetByteCount(line), bound)) > room)
            bound--;

        var body = new StringBuilder(MaxBytes).Append(first).Append('\n');
        foreach (var line in kept)
            body.Append(Shorten(line, bound)).Append('\n');
        return body.ToString();
    }

    /// <summary>Keeps an error's words for the log: of one that is sent, or of one that can only be a reset.</summary>
    public static void Note(HttpContext context, string body) => context.Items[typeof(ErrorBody)] = body;

    /// <summary>What was noted.</summary>
    public static string? NotedOrNull(HttpContext context) => context.Items.TryGetValue(typeof(ErrorBody), out var body) ? (string?)body : null;

    /// <summary>Answers with this body. Does nothing but reset the connection when the response has already begun.</summary>
    /// <param name="cacheControl">The default keeps errors out of every cache between here and the client.</param>
    public static Task WriteAsync(HttpContext context, int status, string body, string cacheControl = "no-store")
    {
        var response = context.Response;
        if (status >= 400)
            Note(context, body);
        if (response.HasStarted)
        {
            // A client must never take an error for the rest of a file.
            context.Abort();
            return Task.CompletedTask;
        }

        var bytes = Encoding.UTF8.GetBytes(body);
        var headers = response.Headers;
        headers.ETag = default;
        headers.LastModified = default;
        headers.ContentRange = default;
        headers.ContentEncoding = default;
        headers.AcceptRanges = default;
        headers.CacheControl = cacheControl;
        headers.ContentType = "text/plain; charset=utf-8";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentLength = bytes.Length;
        response.StatusCode = status;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, 0, bytes.Length, context.RequestAborted);
    }

    /// <summary>One line of graphic characters: spaces of all kinds become one space each, what is not graphic a question mark.</summary>
    internal static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
                clean.Append(rune.Value is >= 0x20 and < 0x7f ? (char)rune.Value : rune.Value is '\t' or '\n' or '\r' or '\v' or '\f' ? ' ' : '?');
            else if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                clean.Append(' ');
            else if (rune == Rune.ReplacementChar || !IsGraphic(rune))
                clean.Append('?');
            else
                clean.Append(rune.ToString());
        }
        return clean.ToString().Trim(' ');
    }

    // Go's unicode.IsGraphic: letters, marks, numbers, punctuation, symbols and spaces (Zs).
    private static bool IsGraphic(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>At most this many bytes of UTF-8, cut between characters and marked with an ellipsis.</summary>
    internal static string Shorten(string line, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(line) <= maxBytes)
            return line;
        var bytes = 0;
        var chars = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maxBytes - EllipsisBytes)
                break;
            bytes += rune.Utf8SequenceLength;
            chars += rune.Utf16SequenceLength;
        }
        return line[..chars].TrimEnd(' ') + Ellipsis;
    }
}
