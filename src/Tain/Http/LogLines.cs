using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tain.Http;

/// <summary>Entries as lines: one JSON object each, or compact text for a terminal. Used by one thread.</summary>
/// <remarks>Whatever a client sends stays inside its field: control characters are escaped, paths are bounded, and query
/// strings, headers and credentials are never written.</remarks>
internal sealed class LogLines(bool json) : IDisposable
{
    /// <summary>Characters of a path that are written; longer ones end in an ellipsis.</summary>
    public const int MaxPathLength = 512;

    /// <summary>Characters of a message or of an exception that are written.</summary>
    public const int MaxMessageLength = 8192;

    // RFC 3339 in UTC.
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private static readonly SearchValues<char> PathChars = SearchValues.Create(
        "/%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@");

    private readonly ArrayBufferWriter<byte> buffer = new(64 * 1024);
    // Relaxed, for "+" in versions; control characters, quotes and backslashes are escaped all the same.
    private readonly Utf8JsonWriter writer = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public void Dispose() => writer.Dispose();

    public void Clear() => buffer.ResetWrittenCount();

    public void Add(in LogEntry entry)
    {
        if (json)
            AddJson(entry);
        else
            AddText(entry);
    }

    /// <summary>The path of a raw target, without query and without the authority of an absolute form; anything but the characters of a path is escaped.</summary>
    internal static string PathOf(string target)
    {
        var path = target.AsSpan();
        if (!path.StartsWith("/") && path.IndexOf("://") is >= 0 and var scheme)
        {
            // An authority may hold a password: what cannot be told apart is dropped.
            var rest = path[(scheme + 3)..];
            var slash = rest.IndexOf('/');
            path = slash < 0 ? "/" : rest[slash..];
        }
        if (path.IndexOfAny('?', '#') is >= 0 and var mark)
            path = path[..mark];

        var whole = path.Length <= MaxPathLength;
        if (!whole)
            path = path[..MaxPathLength];
        if (whole && !path.ContainsAnyExcept(PathChars))
            return path.Length == target.Length ? target : path.ToString();

        var safe = new StringBuilder(path.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune.IsAscii && PathChars.Contains((char)rune.Value))
            {
                safe.Append((char)rune.Value);
                continue;
            }
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                safe.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
        if (safe.Length > MaxPathLength)
            safe.Length = MaxPathLength;
        else if (whole)
            return safe.ToString();
        return safe.Append('…').ToString();
    }

    private void AddJson(in LogEntry entry)
    {
        writer.Reset(buffer);
        writer.WriteStartObject();
        Span<char> time = stackalloc char[32];
        entry.Time.UtcDateTime.TryFormat(time, out var length, TimeFormat, CultureInfo.InvariantCulture);
        writer.WriteString("time", time[..length]);
        writer.WriteString("level", LevelOf(entry.Level));
        if (entry.Method is { } method)
        {
            writer.WriteString("msg", "request");
            writer.WriteString("method", Bounded(method, 32));
            writer.WriteString("path", PathOf(entry.Target ?? ""));
            writer.WriteNumber("status", entry.Status);
            writer.WriteNumber("bytes", entry.Bytes);
            writer.WriteNumber("ms", Math.Round(entry.Duration.TotalMilliseconds, 3));
            if (entry.Cache is { } cache)
                writer.WriteString("cache", cache.AsSpan(cache.StartsWith("tain; ", StringComparison.Ordinal) ? 6 : 0));
            if (entry.Client is { } client)
            {
                Span<char> address = stackalloc char[65];
                Plain(client).TryFormat(address, out length);
                writer.WriteString("client", address[..length]);
            }
            if (entry.Reason is { } reason)
                writer.WriteString("reason", OneLine(reason));
            if (entry.Aborted)
                writer.WriteBoolean("aborted", true);
        }
        else
        {
            writer.WriteString("msg", Bounded(entry.Message ?? "", MaxMessageLength));
            if (entry.Category is { } category)
                writer.WriteString("category", category);
            if (entry.Exception is { } exception)
                writer.WriteString("exception", Bounded(exception.ToString(), MaxMessageLength));
        }
        if (entry.TraceId is { } trace)
            writer.WriteString("trace", trace);
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);
    }

    private void AddText(in LogEntry entry)
    {
        var text = new StringBuilder(160);
        text.Append(CultureInfo.InvariantCulture, $"{entry.Time.ToLocalTime():HH:mm:ss.fff} ");
        if (entry.Method is { } method)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Status} {ErrorBody.Clean(Bounded(method, 32))} {PathOf(entry.Target ?? "")} {entry.Bytes} B {entry.Duration.TotalMilliseconds:0.0} ms");
            if (entry.Cache is { } cache)
                text.Append(" [").Append(cache.AsSpan(cache.StartsWith("tain; ", StringComparison.Ordinal) ? 6 : 0)).Append(']');
            if (entry.Client is { } client)
                text.Append(CultureInfo.InvariantCulture, $" {Plain(client)}");
            if (entry.Aborted)
                text.Append(" aborted");
            if (entry.Reason is { } reason)
                text.Append(": ").Append(OneLine(reason));
        }
        else
        {
            text.Append(LevelOf(entry.Level)).Append(": ").Append(ErrorBody.Clean(Bounded(entry.Message ?? "", MaxMessageLength)));
            if (entry.TraceId is { } trace)
                text.Append(" trace ").Append(trace);
            if (entry.Exception is { } exception)
            {
                // Indented, so that no line of a message can pass for an entry.
                foreach (var line in Bounded(exception.ToString(), MaxMessageLength).Split('\n'))
                    text.Append("\n    ").Append(ErrorBody.Clean(line));
            }
        }
        text.Append('\n');
        var chars = text.ToString();
        buffer.Advance(Encoding.UTF8.GetBytes(chars, buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(chars.Length))));
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>An error body as one line.</summary>
    private static string OneLine(string body) => ErrorBody.Clean(Bounded(body.TrimEnd('\n').Replace("\n", "; ", StringComparison.Ordinal), ErrorBody.MaxBytes));

    private static string Bounded(string text, int length) => text.Length <= length ? text : text[..length] + "…";

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Critical => "critical",
        _ => "error",
    };
}
