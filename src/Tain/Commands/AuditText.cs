using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Ecosystems.Go.SumDb.Audit;

namespace Tain.Commands;

/// <summary>What <c>tain audit-log</c> prints.</summary>
internal static class AuditText
{
    /// <summary>For people: the verdict in the first line.</summary>
    /// <param name="data">The data folder whose heads were compared; null where there is none.</param>
    public static string ToText(AuditReport report, string? data)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Database}: {Verdict(report)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  walked at {report.Walked}: {report.Records:N0} records, {report.Tiles:N0} tiles, {report.Bytes / 1e6:N1} MB in {Progress.Words(report.Elapsed)}\n");
        if (report.Head is { } head)
            text.Append(CultureInfo.InvariantCulture, $"  its signed head: {head.Head.Size:N0} records, root {head.Head.Root}\n");
        // Those of the data folder may be thousands.
        foreach (var same in report.Heads.Skip(1).GroupBy(h => (h.From, h.Result, h.Said)))
        {
            var sizes = same.Select(h => h.Head.Head.Size).ToList();
            var what = sizes.Count == 1 ? $"the head of {sizes[0]:N0} records" : $"{sizes.Count:N0} heads of {sizes.Min():N0} to {sizes.Max():N0} records";
            var where = same.Key.From.Contains("://", StringComparison.Ordinal) ? $"of {same.Key.From}" : $"{same.Key.From}{(data is null ? "" : $", in {data}")}";
            text.Append(CultureInfo.InvariantCulture, $"  {what} {where}: {Words(same.Key.Result, sizes.Count > 1)}{(same.Key.Said is { } said ? ": " + said : "")}\n");
        }
        foreach (var remark in report.Remarks)
            text.Append(CultureInfo.InvariantCulture, $"  {remark}\n");
        foreach (var finding in report.Findings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Name(finding.Kind)}: {finding.Said}\n");
            if (finding.Evidence is { } evidence)
                text.Append(string.Concat(evidence.TrimEnd('\n').Split('\n').Select(l => $"    {l}".TrimEnd() + "\n")));
        }
        if (report.FindingCount > report.Findings.Count)
            text.Append(CultureInfo.InvariantCulture, $"and {report.FindingCount - report.Findings.Count:N0} more\n");
        if (report.Unread is { } unread && report.Verdict is AuditVerdict.Unsound)
            text.Append(CultureInfo.InvariantCulture, $"unread: {unread}\n");
        return text.ToString();
    }

    public static string ToJson(AuditReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("database", report.Database);
            json.WriteString("key", report.Key);
            json.WriteString("walked", report.Walked);
            json.WriteString("verdict", report.Verdict switch { AuditVerdict.Sound => "sound", AuditVerdict.Unsound => "unsound", _ => "unreadable" });
            json.WriteString("unread", report.Unread);
            json.WriteNumber("records", report.Records);
            json.WriteNumber("tiles", report.Tiles);
            json.WriteNumber("bytes", report.Bytes);
            json.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 3));
            json.WriteStartArray("heads");
            foreach (var head in report.Heads)
            {
                json.WriteStartObject();
                json.WriteString("from", head.From);
                json.WriteNumber("size", head.Head.Head.Size);
                json.WriteString("root", head.Head.Head.Root.ToString());
                json.WriteString("result", Name(head.Result));
                json.WriteString("said", head.Said);
                json.WriteString("note", Encoding.UTF8.GetString(head.Head.Note.Span));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("kind", Name(finding.Kind).Replace(' ', '-'));
                json.WriteString("said", finding.Said);
                json.WriteString("evidence", finding.Evidence);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("findingCount", report.FindingCount);
            json.WriteStartArray("remarks");
            foreach (var remark in report.Remarks)
                json.WriteStringValue(remark);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static string Verdict(AuditReport report) => report.Verdict switch
    {
        AuditVerdict.Sound => "the log is sound",
        AuditVerdict.Unsound => report.FindingCount == 1 ? "the log is NOT sound" : $"the log is NOT sound: {report.FindingCount.ToString("N0", CultureInfo.InvariantCulture)} things are wrong",
        _ => $"the log could not be read, so nothing is known of it: {report.Unread}",
    };

    private static string Words(HeadResult result, bool several) => result switch
    {
        HeadResult.Same => several ? "the same" : "the same tree",
        HeadResult.Beginning => several ? "the walked tree begins with each of them" : "the walked tree begins with it",
        HeadResult.Continuation => several ? "they go on from the walked tree" : "it goes on from the walked tree",
        HeadResult.Forked => several ? "ANOTHER HISTORY each" : "ANOTHER HISTORY",
        _ => "not compared",
    };

    private static string Name(HeadResult result) => result switch
    {
        HeadResult.Walked => "walked",
        HeadResult.Same => "same",
        HeadResult.Beginning => "beginning",
        HeadResult.Continuation => "continuation",
        HeadResult.Forked => "forked",
        _ => "unknown",
    };

    private static string Name(FindingKind kind) => kind switch
    {
        FindingKind.Fork => "fork",
        FindingKind.BadHead => "bad head",
        FindingKind.WrongRoot => "wrong root",
        FindingKind.WrongTile => "wrong tile",
        FindingKind.IllegalRecord => "illegal record",
        _ => "contradiction",
    };
}
