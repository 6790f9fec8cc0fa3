using System.Net;

namespace Tain.Http;

/// <summary>One line of the log before it is formatted: a request when <see cref="Method"/> is set, else an event of the server.
/// A value of references to what exists anyway, so that a request pays no formatting.</summary>
internal readonly record struct LogEntry
{
    public required DateTimeOffset Time { get; init; }

    public LogLevel Level { get; init; }

    /// <summary>W3C trace id, 32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }

    // :: A request.

    public string? Method { get; init; }

    /// <summary>The raw target; only its path is written, see <see cref="LogLines.PathOf"/>.</summary>
    public string? Target { get; init; }

    public int Status { get; init; }

    /// <summary>Bytes of the body handed to the connection; on an aborted request not all of them arrived.</summary>
    public long Bytes { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>The response's Cache-Status.</summary>
    public string? Cache { get; init; }

    public IPAddress? Client { get; init; }

    /// <summary>What an error's body told the client, or would have told before a reset.</summary>
    public string? Reason { get; init; }

    /// <summary>The connection was reset, by the client or by us, before the response was whole.</summary>
    public bool Aborted { get; init; }

    // :: An event.

    public string? Category { get; init; }

    public string? Message { get; init; }

    public Exception? Exception { get; init; }
}
