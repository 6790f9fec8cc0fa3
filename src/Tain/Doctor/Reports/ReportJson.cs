using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tain.Doctor.Reports;

/// <summary>The diagnosis for scripts. Members are only ever added.</summary>
internal static class ReportJson
{
    public static string Write(Diagnosis diagnosis, Language language)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("folder", Redaction.Clean(diagnosis.Folder));
            json.WriteStartObject("summary");
            json.WriteNumber("errors", diagnosis.Count(Severity.Error));
            json.WriteNumber("warnings", diagnosis.Count(Severity.Warning));
            json.WriteNumber("notes", diagnosis.Count(Severity.Note));
            json.WriteNumber("ignored", diagnosis.Ignored);
            json.WriteNumber("files", diagnosis.Files);
            json.WriteNumber("milliseconds", Math.Round(diagnosis.Elapsed.TotalMilliseconds, 1));
            json.WriteEndObject();

            json.WriteStartArray("findings");
            foreach (var finding in diagnosis.Findings)
            {
                json.WriteStartObject();
                json.WriteString("id", finding.Pitfall.Id);
                json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
                if (finding.Place.File is { } file)
                {
                    json.WriteString("file", Redaction.Clean(file.Shown));
                    json.WriteString("path", Redaction.Clean(file.Path));
                    if (finding.Place.Line > 0)
                        json.WriteNumber("line", finding.Place.Line);
                }
                else
                    json.WriteString("variable", finding.Place.Variable);
                json.WriteString("title", finding.Pitfall.Title.In(language));
                json.WriteString("reason", Redaction.Clean(finding.Reason(language)));
                json.WriteString("remedy", Redaction.Clean(finding.Remedy(language)));
                json.WriteBoolean("fixable", finding.Fix is not null);
                json.WriteEndObject();
            }
            json.WriteEndArray();

            json.WriteStartArray("mirrors");
            foreach (var mirror in diagnosis.Mirrors)
            {
                json.WriteStartObject();
                json.WriteString("kind", mirror.Kind);
                json.WriteString("mirror", Redaction.Clean(mirror.Mirror));
                if (mirror.Latency is { } latency)
                {
                    json.WriteNumber("latencyMilliseconds", Math.Round(latency.TotalMilliseconds, 1));
                    json.WriteString("network", mirror.Class!.Value.ToString().ToLowerInvariant());
                }
                if (mirror is { Fetched: { } fetched, FetchTime: { } time })
                {
                    json.WriteString("fetched", fetched);
                    json.WriteNumber("fetchMilliseconds", Math.Round(time.TotalMilliseconds, 1));
                }
                if (mirror.Said is { } said)
                    json.WriteString("said", Redaction.Clean(said));
                json.WriteEndObject();
            }
            json.WriteEndArray();

            json.WriteStartArray("skipped");
            foreach (var file in diagnosis.PassedOver)
            {
                json.WriteStartObject();
                json.WriteString("file", Redaction.Clean(file.Shown));
                json.WriteString("why", Redaction.Clean(file.Why.In(language)));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
