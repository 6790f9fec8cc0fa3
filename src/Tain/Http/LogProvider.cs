namespace Tain.Http;

/// <summary>Sends what the server's own parts log through <see cref="ILogger"/> (start, stop, faults) to the same <see cref="LogWriter"/>.</summary>
internal sealed class LogProvider(LogWriter writer) : ILoggerProvider
{
    /// <summary>Makes this the only provider, with what a person who runs the server wants to read.</summary>
    public static void Use(ILoggingBuilder logging, LogWriter writer)
    {
        logging.ClearProviders();
        logging.AddProvider(new LogProvider(writer));
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // Enabled at any level, it makes an activity and a scope for each request; the access log replaces it.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // A start that fails is worded by the command.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, writer);

    public void Dispose()
    {
        // The writer outlives the host, which logs until its end.
    }

    private sealed class Logger(string category, LogWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            writer.Write(new LogEntry
            {
                Time = writer.Time.GetUtcNow(),
                Level = logLevel,
                Category = category,
                Message = formatter(state, exception),
                Exception = exception,
            });
        }
    }
}
