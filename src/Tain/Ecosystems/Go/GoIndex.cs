using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Http;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary><c>/go/index?since=&amp;limit=</c>: the versions first seen here, oldest first, one JSON object a line. Private names are never in it.</summary>
internal sealed class GoIndex(Catalog catalog, GoRouting routing)
{
    /// <summary>As at the public index: both the default and the most.</summary>
    public const int MaxLimit = 2000;

    /// <summary>Microseconds: what the catalog keeps, so that <c>since</c> of the last line finds that line again.</summary>
    public const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.ffffffZ";

    public async Task HandleAsync(HttpContext context, RawTarget target)
    {
        var since = DateTimeOffset.UnixEpoch;
        if (target.TryGetQuery("since", out var text) && text.Length > 0
            && (text is not [_, _, _, _, '-', _, _, '-', _, _, 'T' or 't', ..] || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out since)))
        {
            await ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorBody.Format($"bad request: since={text} is not an RFC 3339 time such as 2026-01-31T12:00:00Z", []));
            return;
        }
        var limit = MaxLimit;
        if (target.TryGetQuery("limit", out text) && text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1))
        {
            await ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorBody.Format($"bad request: limit={text} is not a number from 1 to {MaxLimit}", []));
            return;
        }
        var versions = catalog.VersionsSince(GoMirror.Ecosystem, since, Math.Min(limit, MaxLimit), name => !routing.IsPrivate(name));
        using var body = new MemoryStream();
        foreach (var version in versions)
        {
            using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteString("Path", version.Name);
                json.WriteString("Version", version.Version);
                json.WriteString("Timestamp", version.FirstSeen.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }
            body.WriteByte((byte)'\n');
        }
        await JsonBody.WriteAsync(context, body, "no-cache");
    }
}
