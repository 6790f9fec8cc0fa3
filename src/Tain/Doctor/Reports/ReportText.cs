using System.Globalization;
using System.Text;
using Tain.Doctor.Files;
using Tain.Doctor.Probes;

namespace Tain.Doctor.Reports;

/// <summary>The diagnosis for people: what, where, why, and what to do; the worst first.</summary>
internal static class ReportText
{
    private static readonly Words Fixable = new("--fix does it", "--fix 可自动完成");
    private static readonly Words Nothing = new("nothing wrong was found", "没有发现问题");
    private static readonly Words MirrorsTitle = new("Mirrors that were asked, the fastest first:", "已询问的镜像站（由快到慢）：");
    private static readonly Words SilentTitle = new("Mirrors that were asked; none answered:", "已询问的镜像站（均无应答）：");
    private static readonly Words PassedOverTitle = new("Skipped:", "已跳过：");

    public static string Write(Diagnosis diagnosis, ReportStyle style)
    {
        var text = new StringBuilder();
        foreach (var finding in diagnosis.Findings)
            Add(text, finding, style);
        AddMirrors(text, diagnosis, style);
        if (diagnosis.PassedOver.Count > 0)
        {
            text.Append(PassedOverTitle.In(style.Language)).Append('\n');
            foreach (var file in diagnosis.PassedOver)
                text.Append("  ").Append(file.Shown).Append(style.Language is Language.Chinese ? "：" : ": ").Append(file.Why.In(style.Language)).Append('\n');
            text.Append('\n');
        }
        text.Append(Summary(diagnosis, style.Language)).Append('\n');
        if (style.HasAnnotations)
            AddAnnotations(text, diagnosis, style.Language);
        return Redaction.Clean(text.ToString());
    }

    /// <summary>Such as <c>2 errors, 1 warning in 14 files, 31 ms</c>.</summary>
    public static string Summary(Diagnosis diagnosis, Language language)
    {
        var (errors, warnings, notes) = (diagnosis.Count(Severity.Error), diagnosis.Count(Severity.Warning), diagnosis.Count(Severity.Note));
        var fixes = diagnosis.Findings.Count(f => f.Fix is not null);
        var time = Milliseconds(diagnosis.Elapsed);
        if (language is Language.Chinese)
        {
            var found = diagnosis.Findings.Count == 0 ? Nothing.Chinese : string.Join("，", new[] { (errors, "个错误"), (warnings, "个警告"), (notes, "个提示") }.Where(p => p.Item1 > 0).Select(p => $"{p.Item1} {p.Item2}"));
            return $"{found}（{diagnosis.Files} 个文件，{time}）{(fixes > 0 ? $"；其中 {fixes} 个可由 --fix 自动修复" : "")}{(diagnosis.Ignored > 0 ? $"；忽略 {diagnosis.Ignored} 个" : "")}";
        }
        var what = diagnosis.Findings.Count == 0 ? Nothing.English : string.Join(", ", new[] { Plural(errors, "error"), Plural(warnings, "warning"), Plural(notes, "note") }.Where(p => p.Length > 0));
        return $"{what} ({Plural(diagnosis.Files, "file")}, {time}){(fixes > 0 ? $"; --fix puts {fixes} of them right" : "")}{(diagnosis.Ignored > 0 ? $"; {diagnosis.Ignored} ignored" : "")}";
    }

    private static void Add(StringBuilder text, Finding finding, ReportStyle style)
    {
        var language = style.Language;
        var severity = SeverityWord(finding.Severity).In(language);
        var color = finding.Severity switch { Severity.Error => "31;1", Severity.Warning => "33;1", _ => "36;1" };
        text.Append(Painted(severity, color, style)).Append(' ').Append(Painted(finding.Place.ToString(), "1", style)).Append("  ").Append(Painted($"[{finding.Pitfall.Id}]", "2", style)).Append('\n');
        text.Append("  ").Append(finding.Reason(language)).Append('\n');
        text.Append("  → ").Append(finding.Remedy(language));
        if (finding.Fix is not null)
            text.Append(language is Language.Chinese ? "（" : " (").Append(Fixable.In(language)).Append(language is Language.Chinese ? "）" : ")");
        text.Append("\n\n");
    }

    public static Words SeverityWord(Severity severity) => severity switch
    {
        Severity.Error => new("error", "错误"),
        Severity.Warning => new("warning", "警告"),
        _ => new("note", "提示"),
    };

    private static void AddMirrors(StringBuilder text, Diagnosis diagnosis, ReportStyle style)
    {
        if (diagnosis.Mirrors.Count == 0)
            return;
        var language = style.Language;
        text.Append((diagnosis.Mirrors.Any(m => m.Latency is not null) ? MirrorsTitle : SilentTitle).In(language)).Append('\n');
        var width = diagnosis.Mirrors.Max(m => m.Mirror.Length);
        foreach (var mirror in diagnosis.Mirrors)
        {
            text.Append("  ").Append(mirror.Kind.PadRight(4)).Append(mirror.Mirror.PadRight(width)).Append("  ");
            if (mirror.Latency is { } latency)
                text.Append(Milliseconds(latency)).Append(", ").Append(NetworkText.Name(mirror.Class!.Value).In(language));
            if (mirror is { Fetched: { } fetched, FetchTime: { } time })
                text.Append(language is Language.Chinese ? $"；{fetched} 用时 {Milliseconds(time)}" : $"; {fetched} in {Milliseconds(time)}");
            if (mirror.Said is { } said)
                text.Append(mirror.Latency is null ? "" : language is Language.Chinese ? "；" : "; ").Append(said);
            text.Append('\n');
        }
        foreach (var kind in diagnosis.Mirrors.Where(m => m.Class is not null).GroupBy(m => (m.Kind, m.Class!.Value)))
        {
            if (NetworkText.AdviceOrNull(kind.Key.Kind, kind.Key.Value) is { } advice)
                text.Append("  → ").Append(advice.In(language)).Append('\n');
        }
        text.Append('\n');
    }

    /// <summary>Workflow commands (docs.github.com, "Workflow commands"): a finding stands beside its line in the pull request.</summary>
    private static void AddAnnotations(StringBuilder text, Diagnosis diagnosis, Language language)
    {
        foreach (var finding in diagnosis.Findings)
        {
            var kind = finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "notice" };
            var properties = new List<string>();
            if (finding.Place.File is { } file && Folders.IsBelow(file.Path, diagnosis.Folder))
            {
                properties.Add("file=" + Property(file.Shown));
                if (finding.Place.Line > 0)
                    properties.Add(string.Create(CultureInfo.InvariantCulture, $"line={finding.Place.Line}"));
            }
            properties.Add("title=" + Property(finding.Pitfall.Id));
            text.Append("::").Append(kind).Append(' ').AppendJoin(',', properties).Append("::").Append(Message($"{(properties.Count > 1 ? "" : finding.Place + ": ")}{finding.Reason(language)} → {finding.Remedy(language)}")).Append('\n');
        }

        static string Message(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
        static string Property(string text) => Message(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
    }

    private static string Painted(string text, string color, ReportStyle style) => style.HasColor ? $"\u001b[{color}m{text}\u001b[0m" : text;

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(time.TotalMilliseconds < 10 ? time.TotalMilliseconds.ToString("0.#", CultureInfo.InvariantCulture) : time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture))} ms");

    private static string Plural(int count, string noun) => count == 0 ? "" : count == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");
}
