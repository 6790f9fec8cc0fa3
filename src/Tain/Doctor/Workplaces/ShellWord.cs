using System.Buffers;
using System.Text;

namespace Tain.Doctor.Workplaces;

/// <summary>A word as a shell or a Dockerfile reads it: quotes hold it together and a backslash takes away the meaning of what follows.</summary>
/// <param name="Value">What it stands for.</param>
/// <param name="End">The place behind it.</param>
internal readonly record struct ShellWord(string Value, int End)
{
    /// <summary>What ends a shell's word, but no Dockerfile's.</summary>
    private const string Operators = ";|&()<>";

    private static readonly SearchValues<char> AfterElements = SearchValues.Create(" \t\r\n;|&,\"'\\)");

    /// <param name="isShell">Whether operators end it.</param>
    /// <param name="isInString">Whether it stands in another language's string, whose quotes and backslashes end it.</param>
    public static ShellWord Read(string text, int start, int end, bool isShell, bool isInString)
    {
        var value = new StringBuilder();
        var span = text.AsSpan(0, end);
        var quote = '\0';
        var isClosed = true;
        var at = start;
        while (at < end)
        {
            var c = text[at];
            var behind = isClosed && quote != '\'' ? Expression.Skip(span, at) : at;
            isClosed = behind >= 0;
            if (behind > at)
            {
                value.Append(span[at..behind]);
                at = behind;
                continue;
            }
            if (c is '\r' or '\n' || (isInString && c is '\\' or '"' or '\''))
                break;
            if (c == '\\' && quote != '\'')
            {
                if (at + 1 >= end || text[at + 1] is '\r' or '\n')
                    break;
                value.Append(text[++at]);
            }
            else if (c is '"' or '\'' && (quote == '\0' || quote == c))
                quote = quote == '\0' ? c : '\0';
            else if (quote == '\0' && (c is ' ' or '\t' || (isShell && Operators.Contains(c, StringComparison.Ordinal) && !(c is ';' or '|' && IsListElement(span[(at + 1)..])))))
                break;
            else
                value.Append(c);
            at++;
        }
        return new(value.ToString(), at);
    }

    /// <summary>Whether a list goes on here in the mind of who wrote it, where a shell sees another command: <c>https://a;direct</c>.</summary>
    private static bool IsListElement(ReadOnlySpan<char> rest)
    {
        var word = rest[..(rest.IndexOfAny(AfterElements) is >= 0 and var end ? end : rest.Length)];
        return word is "direct" or "off" || word.IndexOf("://") is > 0;
    }

    /// <summary>Whether the word that ends at <paramref name="at"/> is complete: nothing of it follows.</summary>
    public static bool IsEnd(string text, int at, int end) => at >= end || text[at] is ' ' or '\t' or '\r' or '\n' || Operators.Contains(text[at], StringComparison.Ordinal);
}
