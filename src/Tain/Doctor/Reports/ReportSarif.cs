using System.Buffers;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Doctor.Files;

namespace Tain.Doctor.Reports;

/// <summary>The diagnosis for code scanning: SARIF 2.1.0 (OASIS), with what GitHub asks of it beside: a rule for each result, a location
/// with a relative path, a fingerprint that survives other lines' changes.</summary>
internal static class ReportSarif
{
    public static string Write(Diagnosis diagnosis, Language language)
    {
        var rules = diagnosis.Findings.Select(f => f.Pitfall).Distinct().OrderBy(p => p.Id, StringComparer.Ordinal).ToList();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules, language);
            json.WriteStartArray("results");
            foreach (var finding in diagnosis.Findings)
                WriteResult(json, diagnosis, finding, rules.IndexOf(finding.Pitfall), language);
            json.WriteEndArray();
            json.WriteStartArray("invocations");
            json.WriteStartObject();
            json.WriteBoolean("executionSuccessful", true);
            json.WriteStartArray("toolExecutionNotifications");
            foreach (var file in diagnosis.PassedOver)
            {
                json.WriteStartObject();
                json.WriteString("level", "note");
                WriteMessage(json, "message", $"{file.Shown}: {file.Why.In(language)}");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, List<Pitfall> rules, Language language)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "tain doctor");
        var version = (Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
        json.WriteString("version", version);
        json.WriteString("semanticVersion", version);
        json.WriteString("language", language is Language.Chinese ? "zh-CN" : "en-US");
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteMessage(json, "shortDescription", rule.Title.In(language));
            // The reason has facts of a case, which a rule has none of.
            WriteMessage(json, "fullDescription", rule.Title.In(language));
            // Our own page, as --explain prints it: to clean it would only spoil its examples.
            var section = PitfallText.Explain(rule.Id, language);
            json.WriteStartObject("help");
            json.WriteString("text", PitfallText.WithoutMarkup(section));
            json.WriteString("markdown", section);
            json.WriteEndObject();
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", Level(rule.Severity));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, Diagnosis diagnosis, Finding finding, int rule, Language language)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Pitfall.Id);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", Level(finding.Severity));
        WriteMessage(json, "message", $"{finding.Reason(language)} → {finding.Remedy(language)}");
        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (finding.Place.File is { } file)
        {
            var isInside = Folders.IsBelow(file.Path, diagnosis.Folder);
            json.WriteStartObject("physicalLocation");
            json.WriteStartObject("artifactLocation");
            json.WriteString("uri", isInside ? Uri.EscapeDataString(file.Shown).Replace("%2F", "/", StringComparison.Ordinal) : new Uri(file.Path).AbsoluteUri);
            if (isInside)
                json.WriteString("uriBaseId", "%SRCROOT%");
            json.WriteEndObject();
            if (finding.Place.Line > 0)
            {
                json.WriteStartObject("region");
                json.WriteNumber("startLine", finding.Place.Line);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", finding.Place.ToString());
            json.WriteString("kind", "variable");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        // Not the line: what stands above it may grow.
        json.WriteString("taindoctor/v1", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{finding.Pitfall.Id}\n{finding.Place.File?.Shown ?? finding.Place.Variable}\n{Redaction.Clean(finding.Reason(Language.English))}")))[..32]);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", Redaction.Clean(text));
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "note" };
}
