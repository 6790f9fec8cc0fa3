using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Http;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary><c>GET /api/v1/alarms?after=&amp;limit=</c>: who offered what that can't be right, with both sides' evidence, in the order of their first time.
/// JSON lines, as the index; private names are in no list.</summary>
internal sealed class GoAlarms(Catalog catalog, GoRouting routing)
{
    /// <summary>Alarms in one answer: by default, and at most.</summary>
    public const int MaxAlarms = 1000;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task HandleAsync(HttpContext context, RawTarget target)
    {
        long after = 0;
        var limit = MaxAlarms;
        if ((target.TryGetQuery("after", out var text) && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            || (target.TryGetQuery("limit", out text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is 0 or > MaxAlarms)))
        {
            await ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest,
                ErrorBody.Format($"bad request: after is the number of an alarm, limit is 1 to {MaxAlarms}; \"{text}\" is neither", []), "no-store");
            return;
        }
        using var body = new MemoryStream();
        foreach (var alarm in catalog.AlarmsAfter(after, limit).Where(a => !routing.IsPrivate(a.Key.Name)))
        {
            using (var json = new Utf8JsonWriter(body, Relaxed))
                Write(json, alarm);
            body.WriteByte((byte)'\n');
        }
        await JsonBody.WriteAsync(context, body, "no-store");
    }

    /// <summary>One alarm as an object.</summary>
    public static void Write(Utf8JsonWriter json, Alarm alarm)
    {
        json.WriteStartObject();
        json.WriteNumber("number", alarm.Number);
        json.WriteString("name", alarm.Key.Name);
        if (alarm.Key.Version.Length > 0)
            json.WriteString("version", alarm.Key.Version);
        json.WriteString("kind", alarm.Key.Kind);
        json.WriteString("stands", alarm.StoredIdentity);
        json.WriteString("offered", alarm.OfferedIdentity);
        json.WriteString("source", alarm.Source);
        json.WriteString("at", Time(alarm.At));
        json.WriteNumber("count", alarm.Count);
        json.WriteString("lastAt", Time(alarm.LastAt));
        if (alarm.Evidence.Length > 0)
            json.WriteString("evidence", alarm.Evidence);
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(GoIndex.TimeFormat, CultureInfo.InvariantCulture);
}
