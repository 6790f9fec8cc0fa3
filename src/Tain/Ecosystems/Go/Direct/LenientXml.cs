using System.Text;

namespace Tain.Ecosystems.Go.Direct;

internal enum XmlTokenKind
{
    /// <summary>Text, a comment, a directive or a processing instruction.</summary>
    Other,
    Start,
    End,
}

/// <param name="Name">Of an element, without its prefix.</param>
/// <param name="Attributes">Of a start, names without prefixes, in their order.</param>
internal readonly record struct XmlToken(XmlTokenKind Kind, string Name, IReadOnlyList<(string Name, string Value)> Attributes);

/// <summary>The tokens of a page as Go's <c>encoding/xml</c> gives them with <c>Strict</c> off (xml.go, <c>rawToken</c>), its faults included: whether a
/// host's page can be read is what the go command makes of it. One pass, no recursion; takes as much memory as the page.</summary>
internal sealed partial class LenientXml(byte[] text)
{
    private static readonly XmlToken Nothing = new(XmlTokenKind.Other, "", []);

    // What is copied is never longer than what it was made of.
    private readonly byte[] buffer = new byte[text.Length + 1];
    private int length;
    private int at;
    private string? toClose;

    /// <summary>What ended the page before its end; null when nothing did.</summary>
    public string? Error { get; private set; }

    private ReadOnlySpan<byte> Buffer => buffer.AsSpan(0, length);

    /// <summary>Null at the end, or when the rest can't be read: see <see cref="Error"/>.</summary>
    public XmlToken? Next()
    {
        if (Error is not null)
            return null;
        if (toClose is { } name)
        {
            toClose = null;
            return new XmlToken(XmlTokenKind.End, name, []);
        }
        if (at >= text.Length)
            return null;
        if (text[at] != '<')
            return ReadText(-1, cdata: false) ? Nothing : null;
        at++;
        var b = Must();
        switch (b)
        {
            case < 0:
                return null;
            case '/':
                return ReadEnd();
            case '?':
                return ReadInstruction() ? Nothing : null;
            case '!':
                return ReadMarkup() ? Nothing : null;
            default:
                at--;
                return ReadStart();
        }
    }

    private XmlToken? ReadEnd()
    {
        if (ReadLocalName("an element's name after </") is not { } name)
            return null;
        Space();
        var b = Must();
        if (b >= 0 && b != '>')
            Fail("characters between </NAME and >");
        return b == '>' ? new XmlToken(XmlTokenKind.End, name, []) : null;
    }

    private XmlToken? ReadStart()
    {
        if (ReadLocalName("an element's name after <") is not { } name)
            return null;
        var attributes = new List<(string Name, string Value)>();
        while (true)
        {
            Space();
            var b = Must();
            if (b < 0)
                return null;
            if (b == '/')
            {
                b = Must();
                if (b >= 0 && b != '>')
                    Fail("no > after the / of an element");
                if (b != '>')
                    return null;
                toClose = name;
                break;
            }
            if (b == '>')
                break;
            at--;
            if (ReadLocalName("an attribute's name") is not { } attribute)
                return null;
            Space();
            b = Must();
            if (b < 0)
                return null;
            if (b != '=')
            {
                at--;
                attributes.Add((attribute, attribute));
                continue;
            }
            Space();
            if (!ReadValue())
                return null;
            attributes.Add((attribute, Encoding.UTF8.GetString(Buffer)));
        }
        return new XmlToken(XmlTokenKind.Start, name, attributes);
    }

    private bool ReadValue()
    {
        var b = Must();
        if (b < 0)
            return false;
        if (b is '"' or '\'')
            return ReadText(b, cdata: false);
        at--;
        length = 0;
        while ((b = Must()) >= 0)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ('_' or ':' or '-'))
            {
                at--;
                return true;
            }
            Write(b);
        }
        return false;
    }

    private bool ReadInstruction()
    {
        length = 0;
        if (!ReadNameBytes())
            return Error is null && Fail("no target after <?");
        if (!IsName(Buffer))
            return Fail("an illegal name");
        var isXml = Buffer.SequenceEqual("xml"u8);
        Space();
        length = 0;
        var before = 0;
        while (true)
        {
            var b = Must();
            if (b < 0)
                return false;
            Write(b);
            if (before == '?' && b == '>')
                break;
            before = b;
        }
        length -= 2;
        if (!isXml)
            return true;
        var content = Encoding.Latin1.GetString(Buffer);
        if (Parameter("version", content) is not ("" or "1.0"))
            return Fail("an XML version other than 1.0");
        // Latin-1 keeps the bytes; İ, whose lower case is i in Go, is two of them.
        var charset = Parameter("encoding", content).Replace("\u00c4\u00b0", "i", StringComparison.Ordinal).ToLowerInvariant();
        return charset is "" or "utf-8" or "ascii" || Fail("a charset other than UTF-8");
    }

    // xml.go, procInst, which is lame by its own word.
    private static string Parameter(string name, string content)
    {
        name += "=";
        var i = 0;
        var quote = '\0';
        while (i < content.Length)
        {
            var k = content.IndexOf(name, i, StringComparison.Ordinal);
            if (k < 0 || k + name.Length >= content.Length)
                return "";
            i = k + name.Length + 1;
            if (content[i - 1] is '\'' or '"')
            {
                quote = content[i - 1];
                break;
            }
        }
        var end = quote == '\0' ? -1 : content.IndexOf(quote, i);
        return end < 0 ? "" : content[i..end];
    }

    /// <summary>After <c>&lt;!</c>: a comment, CDATA or a directive.</summary>
    private bool ReadMarkup()
    {
        var b = Must();
        switch (b)
        {
            case < 0:
                return false;
            case '-':
                b = Must();
                return b >= 0 && (b == '-' ? SkipComment(isStrict: true) : Fail("<!- that begins no comment"));
            case '[':
                foreach (var wanted in "CDATA["u8)
                {
                    b = Must();
                    if (b < 0 || b != wanted)
                        return b >= 0 && Fail("<![ that begins no CDATA");
                }
                return ReadText(-1, cdata: true);
            default:
                return SkipDirective();
        }
    }

    private bool SkipComment(bool isStrict)
    {
        var (before, last) = (0, 0);
        while (true)
        {
            var b = Must();
            if (b < 0)
                return false;
            if (before == '-' && last == '-')
            {
                if (b == '>')
                    return true;
                if (isStrict)
                    return Fail("-- inside a comment");
            }
            (before, last) = (last, b);
        }
    }

    private bool SkipDirective()
    {
        var quote = 0;
        var depth = 0;
        while (true)
        {
            var b = Must();
            if (b < 0)
                return false;
            if (quote == 0 && b == '>' && depth == 0)
                return true;
            // Again with the byte that ended a "<!--" that was none.
            for (var again = true; again;)
            {
                again = false;
                if (b == quote)
                {
                    quote = 0;
                }
                else if (quote == 0 && b is '\'' or '"')
                {
                    quote = b;
                }
                else if (quote == 0 && b == '>')
                {
                    depth--;
                }
                else if (quote == 0 && b == '<')
                {
                    foreach (var wanted in "!--"u8)
                    {
                        b = Must();
                        if (b < 0)
                            return false;
                        if (b != wanted)
                        {
                            depth++;
                            again = true;
                            break;
                        }
                    }
                    if (!again && !SkipComment(isStrict: false))
                        return false;
                }
            }
        }
    }

    private void Space()
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t')
            at++;
    }

    /// <summary>The next byte; -1, with the error, at the end.</summary>
    private int Must()
    {
        if (at < text.Length)
            return text[at++];
        Fail("its end where more has to come");
        return -1;
    }

    private void Write(int b) => buffer[length++] = (byte)b;

    private bool Fail(string what)
    {
        Error ??= what;
        return false;
    }
}
