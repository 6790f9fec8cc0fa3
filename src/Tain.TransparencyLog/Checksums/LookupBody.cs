using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tain.TransparencyLog;

/// <summary>What <c>/lookup/module@version</c> answers: <c>id</c>, the record's text, a blank line, and the signed note of a
/// tree head (x/mod <c>tlog.ParseRecord</c>). Nothing of it is authenticated yet.</summary>
/// <param name="Id">The record's number in the log, from 0 on.</param>
/// <param name="Text">The record, legal by <see cref="RecordText.IsValid"/>.</param>
/// <param name="Note">The signed note; it may be empty here.</param>
public sealed record LookupBody(long Id, string Text, ReadOnlyMemory<byte> Note)
{
    /// <summary>The most bytes: 1,065,556. 19 digits, a record, a note, and two newlines.</summary>
    public const int MaxLength = 19 + 1 + RecordText.MaxLength + 1 + SignedNote.MaxLength;

    /// <summary>Parses a body. Stricter than x/mod in one thing: the id is written in the one way, and not negative.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out LookupBody? body)
    {
        body = null;
        var span = bytes.Span;
        var line = span.IndexOf((byte)'\n');
        if (bytes.Length > MaxLength || line is < 1 or > 19) return false;
        if (!CanonicalDecimal.TryParse(Encoding.Latin1.GetString(span[..line]), out var id)) return false;
        var blank = span[(line + 1)..].IndexOf("\n\n"u8);
        if (blank < 0) return false;
        var text = span.Slice(line + 1, blank + 1);
        if (!RecordText.IsValid(text)) return false;
        body = new LookupBody(id, Encoding.UTF8.GetString(text), bytes[(line + 1 + blank + 2)..]);
        return true;
    }

    /// <summary>The bytes to serve.</summary>
    /// <exception cref="ArgumentException">The id is negative, or the text is no legal record.</exception>
    public static byte[] Format(long id, string text, ReadOnlySpan<byte> note)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        var record = Encoding.UTF8.GetBytes(text);
        if (!RecordText.IsValid(record)) throw new ArgumentException("this is no legal record", nameof(text));
        return [.. Encoding.ASCII.GetBytes(id.ToString(CultureInfo.InvariantCulture)), (byte)'\n', .. record, (byte)'\n', .. note];
    }
}
