using System.Buffers;
using System.Diagnostics;

namespace Tain.Http;

/// <summary>The W3C trace id of a request: the client's, when its <c>traceparent</c> is well formed, else a new one.</summary>
internal static class TraceId
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Of(string? traceparent) => ReadOrNull(traceparent) ?? ActivityTraceId.CreateRandom().ToHexString();

    // W3C Trace Context 3.2: version "-" 32 hex "-" 16 hex "-" 2 hex, all lower case; later versions may go on after another dash.
    private static string? ReadOrNull(string? traceparent)
    {
        if (traceparent is not { Length: >= 55 and <= 256 })
            return null;
        var text = traceparent.AsSpan();
        var wellFormed = text[2] == '-' && text[35] == '-' && text[52] == '-'
            && (text.Length == 55 || (text[..2] is not "00" && text[55] == '-'))
            && text[..2] is not "ff"
            && !text[..2].ContainsAnyExcept(LowerHex)
            && !text[3..35].ContainsAnyExcept(LowerHex)
            && !text[36..52].ContainsAnyExcept(LowerHex)
            && !text[53..55].ContainsAnyExcept(LowerHex)
            && text[3..35].ContainsAnyExcept('0')
            && text[36..52].ContainsAnyExcept('0');
        return wellFormed ? text[3..35].ToString() : null;
    }
}
