using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Tain.Doctor.Reports;

/// <summary>The checks and their stories. The stories are docs/pitfalls.md itself, which the program carries with it.</summary>
internal static partial class PitfallText
{
    /// <summary>One line a check.</summary>
    public static string List(Language language)
    {
        var text = new StringBuilder();
        var width = Pitfalls.All.Max(p => p.Id.Length);
        foreach (var pitfall in Pitfalls.All.OrderBy(p => p.Id, StringComparer.Ordinal))
            text.Append(pitfall.Id.PadRight(width)).Append("  ").Append(ReportText.SeverityWord(pitfall.Severity).In(language).PadRight(8)).Append(pitfall.Title.In(language)).Append('\n');
        return text.ToString();
    }

    /// <summary>The section of docs/pitfalls.md.</summary>
    public static string Explain(string id, Language language)
    {
        var pitfall = Pitfalls.OrNull(id) ?? throw new ArgumentException($"there is no check {id}", nameof(id));
        return SectionOrNull(id, language) ?? $"{id}: {pitfall.Title.In(language)}\n";
    }

    /// <summary>A section for readers that show no markdown; what stands in its blocks of code stays as it is.</summary>
    public static string WithoutMarkup(string section)
    {
        var text = new StringBuilder(section.Length);
        var isCode = false;
        foreach (var line in section.TrimEnd().Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else
                text.Append(isCode ? "    " + line : Bold().Replace(line, "$1").Replace("`", "", StringComparison.Ordinal)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The section under the heading <c>### ID</c>; null when there is none.</summary>
    internal static string? SectionOrNull(string id, Language language)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(language is Language.Chinese ? "pitfalls.zh-CN.md" : "pitfalls.md");
        if (stream is null)
            return null;
        var section = new StringBuilder();
        using var lines = new StreamReader(stream);
        while (lines.ReadLine() is { } line)
        {
            if (line == $"### {id}")
                section.Append(line[4..]).Append('\n');
            else if (section.Length > 0 && line.StartsWith('#'))
                break;
            else if (section.Length > 0)
                section.Append(line).Append('\n');
        }
        return section.Length == 0 ? null : section.ToString().TrimEnd() + "\n";
    }

    [GeneratedRegex(@"(?<!\*)\*\*([^*]+)\*\*(?!\*)")]
    private static partial Regex Bold();
}
