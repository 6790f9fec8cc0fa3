using System.Globalization;
using System.Text.RegularExpressions;

namespace Tain.TransparencyLog.Tests;

/// <summary>The string literals of x/mod's own tests, read where they are installed.</summary>
internal static partial class GoLiterals
{
    [GeneratedRegex("""//[^\n]*|'(?:\\.|[^'\\])+'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`""", RegexOptions.Singleline)]
    private static partial Regex Literal();

    [GeneratedRegex("""\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)""")]
    private static partial Regex EscapeSequence();

    /// <summary>All strings of a file below x/mod's root, in order.</summary>
    public static string[] Of(string file)
    {
        var source = File.ReadAllText(Path.Combine(GoTools.XMod, file));
        string[] strings = [.. Literal().Matches(source).Where(m => m.Groups[1].Success || m.Groups[2].Success).Select(m => m.Groups[2].Success ? m.Groups[2].Value : Unescape(m.Groups[1].Value))];
        Assert.True(strings.Length > 10, $"{file} has only {strings.Length} strings");
        return strings;
    }

    /// <summary>A byte that is no UTF-8 by itself is a lone surrogate here, which <see cref="Mutator.ToBytes"/> makes invalid again.</summary>
    private static string Unescape(string text) => EscapeSequence().Replace(text, m => m.Value[1] switch
    {
        'x' => int.Parse(m.Value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is < 0x80 and var value ? ((char)value).ToString() : "\udc80",
        'u' => ((char)int.Parse(m.Value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        var other => other.ToString(),
    });
}
