using System.Globalization;
using System.Text;

namespace Tain.Config;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>0</c>.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;

        // Like Go's time.ParseDuration without fractions; each unit once, the larger first, so that there is one way to read it.
        long total = 0;
        var smallest = long.MaxValue;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 12)
                return false;
            var number = long.Parse(rest[..digits], CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var next = rest.IndexOfAnyInRange('0', '9');
            var unit = next < 0 ? rest : rest[..next];
            long ticks = unit switch
            {
                "ms" => TimeSpan.TicksPerMillisecond,
                "s" => TimeSpan.TicksPerSecond,
                "m" => TimeSpan.TicksPerMinute,
                "h" => TimeSpan.TicksPerHour,
                _ => 0,
            };
            if (ticks == 0 || ticks >= smallest || number > (long.MaxValue - total) / ticks)
                return false;
            smallest = ticks;
            total += number * ticks;
            rest = next < 0 ? default : rest[next..];
        }
        duration = TimeSpan.FromTicks(total);
        return true;
    }

    /// <summary>The shortest text that parses to this; whole milliseconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = new StringBuilder();
        Append((long)duration.TotalHours, "h");
        Append(duration.Minutes, "m");
        Append(duration.Seconds, "s");
        Append(duration.Milliseconds, "ms");
        return text.Length == 0 ? "0" : text.ToString();

        void Append(long number, string unit)
        {
            if (number > 0)
                text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
        }
    }
}
