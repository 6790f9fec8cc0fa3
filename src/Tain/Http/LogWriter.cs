using System.Globalization;
using System.Threading.Channels;

namespace Tain.Http;

/// <summary>All that the server logs, in order, to one stream. A request only enqueues: when the stream blocks and the queue is
/// full, entries are dropped, and their number is logged as soon as it goes on. Thread-safe.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>Entries that wait while the stream blocks: about a second of a busy server.</summary>
    public const int QueueLength = 8192;

    /// <summary>How long <see cref="Dispose"/> waits for a stream that blocks.</summary>
    public static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(2);

    private const int FlushBytes = 32 * 1024;

    private readonly Channel<LogEntry> queue;
    private readonly LogLines lines;
    private readonly Stream stream;
    private readonly TimeProvider time;
    private readonly Thread thread;
    private long dropped;

    public LogWriter(Stream stream, bool json, TimeProvider time, int queueLength = QueueLength)
    {
        this.stream = stream;
        this.time = time;
        lines = new LogLines(json);
        // Not DropWrite: it would not tell that it dropped.
        queue = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(queueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        // A thread of its own: a blocked pipe must not hold one of the pool's.
        thread = new Thread(Drain) { IsBackground = true, Name = "log" };
        thread.Start();
    }

    /// <summary>To standard output; <see cref="LogFormat.Auto"/> is text on a terminal, else JSON.</summary>
    public static LogWriter ToStandardOutput(LogFormat format, TimeProvider time) =>
        new(Console.OpenStandardOutput(), format == LogFormat.Json || (format == LogFormat.Auto && Console.IsOutputRedirected), time);

    public TimeProvider Time => time;

    /// <summary>Never blocks and never throws.</summary>
    public void Write(in LogEntry entry)
    {
        if (!queue.Writer.TryWrite(entry))
            Interlocked.Increment(ref dropped);
    }

    /// <summary>Writes what is queued, for at most <see cref="DisposeTimeout"/>.</summary>
    public void Dispose()
    {
        queue.Writer.TryComplete();
        if (thread != Thread.CurrentThread)
            thread.Join(DisposeTimeout);
    }

    private void Drain()
    {
        var reader = queue.Reader;
        bool more;
        do
        {
            // Blocks this thread, which is for nothing else.
            more = reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
            while (reader.TryRead(out var entry))
            {
                lines.Add(entry);
                if (lines.Written.Length >= FlushBytes)
                    Flush();
            }
            if (Interlocked.Exchange(ref dropped, 0) is > 0 and var count)
            {
                lines.Add(new LogEntry
                {
                    Time = time.GetUtcNow(),
                    Level = LogLevel.Warning,
                    Category = nameof(LogWriter),
                    Message = string.Create(CultureInfo.InvariantCulture, $"{count} log lines were dropped: the output did not take them fast enough"),
                });
            }
            Flush();
        }
        while (more);
        lines.Dispose();
    }

    private void Flush()
    {
        try
        {
            stream.Write(lines.Written);
            stream.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // The reader of the log is gone. That is no reason to stop serving, and there is nowhere to tell it.
        }
        lines.Clear();
    }
}
