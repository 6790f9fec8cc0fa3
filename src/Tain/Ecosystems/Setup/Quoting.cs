using System.Buffers;
using System.Text;

namespace Tain.Ecosystems.Setup;

/// <summary>One value as one word of somebody's language, whatever characters it has but control characters.</summary>
internal static class Quoting
{
    private static readonly SearchValues<char> PlainChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:@%+=");

    /// <summary>POSIX sh (2.2.2): between single quotes everything is itself but the single quote.</summary>
    public static string Shell(string value) => "'" + value.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    /// <summary>The same, bare where that is the same: a person reads it. Brackets are not bare, since zsh would look for files.</summary>
    public static string ShellWord(string value) => value.Length > 0 && !value.AsSpan().ContainsAnyExcept(PlainChars) ? value : Shell(value);

    /// <summary>PowerShell (about_Quoting_Rules): between single quotes, a single quote is doubled. It takes typographic ones for the same.</summary>
    public static string PowerShell(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('\'');
        foreach (var c in value)
        {
            text.Append(c);
            if (c is '\'' or (>= '\u2018' and <= '\u201b'))
                text.Append(c);
        }
        return text.Append('\'').ToString();
    }

    /// <summary>The same, bare where that is the same.</summary>
    public static string PowerShellWord(string value) => value.Length > 0 && !value.AsSpan().ContainsAnyExcept(PlainChars) && value[0] is not ('-' or '@') ? value : PowerShell(value);

    /// <summary>A value of ENV (docs.docker.com/reference/dockerfile, "Environment replacement"): between double quotes, a backslash takes the meaning of <c>\ " $</c>.</summary>
    public static string Dockerfile(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '\\' or '"' or '$')
                text.Append('\\');
            text.Append(c);
        }
        return text.Append('"').ToString();
    }
}
