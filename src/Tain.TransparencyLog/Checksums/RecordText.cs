using System.Text.Unicode;

namespace Tain.TransparencyLog;

/// <summary>What a checksum database's record may say: lines of UTF-8, each ended by LF, without control characters and
/// without a blank line behind another one (x/mod <c>tlog.FormatRecord</c>).</summary>
public static class RecordText
{
    /// <summary>The most bytes of a record: 65,535. x/mod has no limit; this is the longest that C2SP tlog-tiles can say, and
    /// real ones have some 250.</summary>
    public const int MaxLength = 65_535;

    /// <summary>Whether it is a legal record of at most <see cref="MaxLength"/> bytes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > MaxLength || text[^1] != '\n' || text.IndexOf("\n\n"u8) >= 0) return false;
        foreach (var b in text)
            if (b < 0x20 && b != '\n')
                return false;
        return Utf8.IsValid(text);
    }
}
