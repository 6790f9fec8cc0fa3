using System.Globalization;

namespace Tain.Config;

/// <summary>Sizes as people write them, whole and with a unit of 1024: <c>512KiB</c>, <c>100MiB</c>, <c>20GiB</c>, <c>1TiB</c>.</summary>
internal static class Size
{
    // Only these: "GB" is 10^9 to some and 2^30 to others, and a bare number is bytes to some and megabytes to others.
    private static readonly (string Unit, int Shift)[] Units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        foreach (var (unit, shift) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (!long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
                return false;
            bytes = number << shift;
            return true;
        }
        return false;
    }

    /// <summary>The shortest text that parses to this; whole kibibytes.</summary>
    public static string Format(long bytes)
    {
        foreach (var (unit, shift) in Units)
        {
            if (bytes > 0 && (bytes & ((1L << shift) - 1)) == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}KiB");
    }
}
