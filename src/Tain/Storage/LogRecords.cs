namespace Tain.Storage;

/// <summary>What was newly authenticated of another's transparency log, kept so that it can be proved again without asking. Heads only grow.</summary>
/// <param name="Log">The log's name.</param>
internal sealed record LogGrowth(string Log)
{
    /// <summary>Becomes the newest head, if <see cref="Before"/> still is.</summary>
    public LogHead? Head { get; init; }

    /// <summary>The newest head that <see cref="Head"/> was checked against; null for none.</summary>
    public LogHead? Before { get; init; }

    public IReadOnlyList<LogTile> Tiles { get; init; } = [];

    public LogEntry? Entry { get; init; }
}

/// <summary>A signed tree head as it came.</summary>
internal sealed record LogHead(long Size, byte[] Note)
{
    public DateTimeOffset At { get; init; }
}

/// <summary>A tile, of which the widest seen is kept: the beginning of a wide one is each narrow one.</summary>
/// <param name="Level">-1 for records.</param>
internal sealed record LogTile(int Level, long Number, int Width, byte[] Body);

/// <summary>A record of the log that is about one version.</summary>
internal sealed record LogEntry(string Name, string Version, long Id, string Text);

/// <summary>What is kept of a log and was found wrong. Each is removed only while it is still what was looked at.</summary>
internal sealed record LogLoss(string Log)
{
    public IReadOnlyList<LogHead> Heads { get; init; } = [];

    public IReadOnlyList<LogTile> Tiles { get; init; } = [];

    public IReadOnlyList<LogEntry> Entries { get; init; } = [];
}
