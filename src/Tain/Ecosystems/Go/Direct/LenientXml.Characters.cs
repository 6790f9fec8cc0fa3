using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;

namespace Tain.Ecosystems.Go.Direct;

// Text, values, entities and names.
internal sealed partial class LenientXml
{
    /// <summary>Text into the buffer, up to <paramref name="quote"/> if that is not negative, up to its end in CDATA, else up to a &lt;.</summary>
    private bool ReadText(int quote, bool cdata)
    {
        var (before, last) = (0, 0);
        length = 0;
        while (true)
        {
            if (at >= text.Length)
            {
                if (cdata)
                    return Fail("its end inside CDATA");
                break;
            }
            int b = text[at++];
            if (quote < 0 && before == ']' && last == ']' && b == '>')
            {
                if (!cdata)
                    return Fail("]]> outside CDATA");
                length -= 2;
                break;
            }
            if (b == '<' && !cdata)
            {
                if (quote >= 0)
                    return Fail("< inside a quoted value");
                at--;
                break;
            }
            if (quote >= 0 && b == quote)
                break;
            if (b == '&' && !cdata)
            {
                if (!ReadEntity())
                    return false;
                (before, last) = (0, 0);
                continue;
            }
            if (b == '\r')
                Write('\n');
            else if (!(last == '\r' && b == '\n'))
                Write(b);
            (before, last) = (last, b);
        }
        return HasLegalCharacters(Buffer) || Fail("an illegal character, or one that is not UTF-8");
    }

    /// <summary>After &amp;: what it stands for, or itself when it stands for nothing.</summary>
    private bool ReadEntity()
    {
        var start = length;
        Write('&');
        var b = Must();
        if (b < 0)
            return false;
        Rune? meant = null;
        if (b == '#')
        {
            Write(b);
            if ((b = Must()) < 0)
                return false;
            var isHex = b == 'x';
            if (isHex)
            {
                Write(b);
                if ((b = Must()) < 0)
                    return false;
            }
            var digits = length;
            while (isHex ? char.IsAsciiHexDigit((char)b) : char.IsAsciiDigit((char)b))
            {
                Write(b);
                if ((b = Must()) < 0)
                    return false;
            }
            if (b == ';')
            {
                meant = CharacterOrNull(buffer.AsSpan(digits, length - digits), isHex);
                Write(b);
            }
            else
            {
                at--;
            }
        }
        else
        {
            at--;
            var name = length;
            if (!ReadNameBytes() && Error is not null)
                return false;
            if ((b = Must()) < 0)
                return false;
            if (b == ';')
            {
                meant = buffer.AsSpan(name, length - name) switch
                {
                    var n when n.SequenceEqual("lt"u8) => new Rune('<'),
                    var n when n.SequenceEqual("gt"u8) => new Rune('>'),
                    var n when n.SequenceEqual("amp"u8) => new Rune('&'),
                    var n when n.SequenceEqual("apos"u8) => new Rune('\''),
                    var n when n.SequenceEqual("quot"u8) => new Rune('"'),
                    _ => null,
                };
                Write(b);
            }
            else
            {
                at--;
            }
        }
        if (meant is { } rune)
            length = start + rune.EncodeToUtf8(buffer.AsSpan(start));
        return true;
    }

    private static Rune? CharacterOrNull(ReadOnlySpan<byte> digits, bool isHex)
    {
        var digitsOnly = digits.TrimStart((byte)'0');
        if (digits.IsEmpty || digitsOnly.Length > 8)
            return null;
        var number = digitsOnly.IsEmpty ? 0 : long.Parse(digitsOnly, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
        return number > 0x10ffff ? null : Rune.IsValid((int)number) ? new Rune((int)number) : Rune.ReplacementChar;
    }

    private static bool HasLegalCharacters(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var size) != OperationStatus.Done)
                return false;
            if (rune.Value is < 0x20 and not (0x09 or 0x0a or 0x0d) or 0xfffe or 0xffff)
                return false;
            bytes = bytes[size..];
        }
        return true;
    }

    /// <summary>A name without its prefix; null, with the error, when there is none.</summary>
    private string? ReadLocalName(string wanted)
    {
        length = 0;
        if (!ReadNameBytes())
        {
            if (Error is null)
                Fail("no " + wanted[(wanted.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            return null;
        }
        if (!IsName(Buffer))
        {
            Fail("an illegal name");
            return null;
        }
        var name = Encoding.UTF8.GetString(Buffer);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && name.IndexOf(':', colon + 1) >= 0)
        {
            Fail("a name with two colons");
            return null;
        }
        return colon <= 0 || colon == name.Length - 1 ? name : name[(colon + 1)..];
    }

    /// <summary>Bytes of a name into the buffer; any that is not ASCII is taken at first. False when there is none, or at the end of the page.</summary>
    private bool ReadNameBytes()
    {
        var start = length;
        while (true)
        {
            var b = Must();
            if (b < 0)
                return false;
            if (b < 0x80 && !char.IsAsciiLetterOrDigit((char)b) && b is not ('_' or ':' or '.' or '-'))
            {
                at--;
                return length > start;
            }
            Write(b);
        }
    }

    // XML 1.0's appendix B, in Go and in .NET.
    private static bool IsName(ReadOnlySpan<byte> bytes)
    {
        for (var isFirst = true; !bytes.IsEmpty; isFirst = false)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var size) != OperationStatus.Done || !rune.IsBmp)
                return false;
            var c = (char)rune.Value;
            if (c != ':' && !(isFirst ? XmlConvert.IsStartNCNameChar(c) : XmlConvert.IsNCNameChar(c)))
                return false;
            bytes = bytes[size..];
        }
        return true;
    }
}
