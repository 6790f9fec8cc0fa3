using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>A <c>.info</c> with its Origin, as the go command writes it. TagSum and RepoSum are left out: they speak of the repository
/// at one moment, and a version's .info is for ever.</summary>
internal static class GoInfo
{
    public static byte[] Write(ModuleInfo info)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("Version", info.Version);
            json.WriteString("Time", info.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("Origin");
            json.WriteString("VCS", "git");
            json.WriteString("URL", info.Url);
            if (info.Directory.Length > 0)
                json.WriteString("Subdir", info.Directory);
            json.WriteString("Hash", info.Commit);
            if (info.Ref is not null)
                json.WriteString("Ref", info.Ref);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    /// <summary>False for an .info whose origin is not a commit of a git repository.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out ModuleInfo? info)
    {
        info = null;
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("Origin", out var origin) || origin.ValueKind is not JsonValueKind.Object
                || Text(origin, "VCS") != "git" || Text(root, "Version") is not { } version || Text(origin, "URL") is not { } url
                || Text(origin, "Hash") is not { Length: 40 or 64 } hash || !hash.All(char.IsAsciiHexDigitLower)
                || !root.TryGetProperty("Time", out var time) || !time.TryGetDateTimeOffset(out var at))
                return false;
            info = new(version, at, hash, Text(origin, "Ref"), url, Text(origin, "Subdir") ?? "");
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
