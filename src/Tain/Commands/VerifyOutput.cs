using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Mirror;

namespace Tain.Commands;

/// <summary>What <c>tain verify</c> prints: findings as they come, and the sum of them. Nothing is kept.</summary>
internal sealed class VerifyOutput : IDisposable
{
    private readonly VerifyProgress _progress;
    private readonly Stream? _stream;
    private readonly Utf8JsonWriter? _json;

    public VerifyOutput(bool json, bool repair, string data, VerifyProgress progress)
    {
        _progress = progress;
        if (!json)
            return;
        _stream = Console.OpenStandardOutput();
        _json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("data", data);
        _json.WriteBoolean("repair", repair);
        _json.WriteStartArray("findings");
    }

    public async ValueTask AddAsync(Finding finding)
    {
        if (_json is null)
        {
            _progress.WriteLine(finding.ToString());
            return;
        }
        _json.WriteStartObject();
        _json.WriteString("gravity", finding.Gravity.ToString().ToLowerInvariant());
        _json.WriteString("kind", finding.Kind);
        _json.WriteString("where", finding.Where);
        _json.WriteString("expected", finding.Expected);
        _json.WriteString("found", finding.Found);
        _json.WriteString("remedy", finding.Remedy);
        if (finding.Repaired is { } repaired)
        {
            _json.WriteBoolean("repaired", repaired);
            _json.WriteString("left", finding.Left);
        }
        _json.WriteEndObject();
        await _json.FlushAsync();
    }

    /// <param name="progress">Null when it did not come to its end.</param>
    /// <param name="error">Why it did not.</param>
    public void End(ExaminationProgress? progress, string? error)
    {
        if (error is not null)
            Console.Error.WriteLine("tain: " + error);
        if (_json is null)
        {
            if (progress is not null)
                _progress.WriteLine(Summary(progress));
            return;
        }
        _json.WriteEndArray();
        if (progress is not null)
        {
            _json.WriteNumber("artifacts", progress.Artifacts);
            _json.WriteNumber("bytes", progress.Bytes);
            _json.WriteNumber("documents", progress.Documents);
            _json.WriteNumber("faults", progress.Faults);
            _json.WriteNumber("repaired", progress.Repaired);
            _json.WriteNumber("left", progress.Left);
            _json.WriteNumber("warnings", progress.Warnings);
            _json.WriteNumber("harmless", progress.Harmless);
        }
        if (error is not null)
            _json.WriteString("error", error);
        _json.WriteBoolean("sound", progress is { Left: 0 });
        _json.WriteEndObject();
        _json.Flush();
        _stream!.WriteByte((byte)'\n');
    }

    internal static string Summary(ExaminationProgress p)
    {
        var faults = p.Faults == 0 ? "no faults" : Count(p.Faults, "fault") + (p.Repaired > 0 ? $", {p.Repaired} of them repaired" : "");
        return string.Create(CultureInfo.InvariantCulture,
            $"{(p.Left == 0 ? "sound" : "not sound")}: {Count(p.Artifacts, "artifact")} ({VerifyProgress.Bytes(p.Bytes)}) and {Count(p.Documents, "document")} looked at: {faults}, {Count(p.Warnings, "warning")}, {p.Harmless} harmless");
    }

    private static string Count(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");

    public void Dispose()
    {
        _json?.Dispose();
        _stream?.Dispose();
    }
}
