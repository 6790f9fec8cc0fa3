using System.Text;
using System.Text.RegularExpressions;
using DiffPlex.Renderer;
using Tain.Doctor.Reports;

namespace Tain.Doctor.Fixes;

/// <summary>A change as a unified diff, without context, and of the lines that are changed only the setting: what else stands there (a
/// login, a header with a token) is nobody's business.</summary>
internal static partial class DiffText
{
    private const char Ellipsis = '…';

    /// <param name="made">The edits that led from one text to the other: of their values it is known where credentials stand in them.</param>
    public static string Of(string before, string after, string shown, IReadOnlyList<Edit>? made = null)
    {
        var secrets = (made ?? []).SelectMany(e => e.Secrets()).Select(Cleaned).Where(s => s.Length > 0).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length).ToList();
        var whole = (made ?? []).Where(e => e.IsWholeLine).Select(e => Masked(Cleaned(e.Text))).ToHashSet(StringComparer.Ordinal);
        // What nobody sees would make two lines look the same.
        if (before.AsSpan().Count('\r') != after.AsSpan().Count('\r'))
            (before, after) = (before.Replace('\r', '␍'), after.Replace('\r', '␍'));
        if (before.StartsWith('\ufeff') && !after.StartsWith('\ufeff'))
            before = "<U+FEFF>" + before[1..];
        // The renderer takes the end of the last line for a line of its own. Control characters of the file are left out: some steer terminals.
        // Credentials go while the line is whole: of a part nobody could tell.
        var lines = UnidiffRenderer.GenerateUnidiff(WithoutEnd(before), WithoutEnd(after), shown, shown, ignoreWhitespace: false, ignoreCase: false, contextLines: 0)
            .Split('\n').Select(Cleaned).Select(l => l.Length == 0 ? l : l[0] + Masked(l[1..])).ToList();
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count;)
        {
            var removed = Run(lines, i, '-');
            var added = Run(lines, i + removed, '+');
            // The file's own two lines begin with three of them.
            if (removed == 0 || removed != added || lines[i].StartsWith("--- ", StringComparison.Ordinal))
            {
                text.Append(lines[i++]).Append('\n');
                continue;
            }
            var pairs = Enumerable.Range(i, removed).Select(n => Pair(lines[n][1..], lines[n + removed][1..])).ToList();
            foreach (var (old, _) in pairs)
                text.Append('-').Append(old).Append('\n');
            foreach (var (_, @new) in pairs)
                text.Append('+').Append(@new).Append('\n');
            i += removed + added;
        }
        return text.ToString().TrimEnd('\n') + "\n";

        // What is nothing but a setting is shown whole.
        (string Old, string New) Pair(string old, string @new) => whole.Contains(@new) ? (old, @new) : Setting(old, @new);

        string Masked(string line)
        {
            foreach (var secret in secrets)
                line = line.Replace(secret + "@", "***@", StringComparison.Ordinal);
            return Redaction.Clean(line);
        }
    }

    private static string Cleaned(string line) => string.Concat(line.Where(c => !char.IsControl(c) || c == '\t'));

    private static string WithoutEnd(string text) => text.EndsWith('\n') ? text[..^1] : text;

    private static int Run(List<string> lines, int from, char sign)
    {
        var count = 0;
        while (from + count < lines.Count && lines[from + count].StartsWith(sign))
            count++;
        return count;
    }

    /// <summary>Both lines with the setting alone: its name, its value, and a sign where more stands beside it.</summary>
    internal static (string Old, string New) Setting(string old, string @new)
    {
        var start = 0;
        while (start < old.Length && start < @new.Length && old[start] == @new[start])
            start++;
        var end = 0;
        while (end < old.Length - start && end < @new.Length - start && old[^(end + 1)] == @new[^(end + 1)])
            end++;
        // To the borders of the value.
        while (start > 0 && !IsBorder(old[start - 1]))
            start--;
        while (end > 0 && !IsBorder(old[^end]))
            end--;
        var (before, behind) = (old[..start], old[(old.Length - end)..]);
        var name = Name().Match(before).Value;
        var rest = before[..(before.Length - name.Length)];
        var head = Harmless().IsMatch(rest) ? before : Ellipsis + " " + name;
        var tail = behind.Length > 0 && behind[0] is '"' or '\'' ? behind[..1] : "";
        if (!string.IsNullOrWhiteSpace(behind[tail.Length..]))
            tail += " " + Ellipsis;
        return (head + old[start..(old.Length - end)] + tail, head + @new[start..(@new.Length - end)] + tail);
    }

    private static bool IsBorder(char c) => char.IsWhiteSpace(c) || c is '"' or '\'' or '=';

    // GOPROXY=   "GOPROXY": "   GOPROXY ?=   --registry=
    [GeneratedRegex("""["']?[A-Za-z_@./-][\w@:./-]{0,200}["']?\s*(?:[:?]{0,2}=|:|\s)\s*["']?$""")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s*(?:(?:export|ENV|ARG|RUN|-|- name:)\s+)?$")]
    private static partial Regex Harmless();
}
