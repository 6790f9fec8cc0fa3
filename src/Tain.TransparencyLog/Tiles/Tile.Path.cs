using System.Globalization;

namespace Tain.TransparencyLog;

/// <summary>How tiles are named: <c>tile/8/0/x001/x234/067.p/5</c>.</summary>
public readonly partial record struct Tile
{
    /// <summary>The most characters of a tile's path: 64. The longest legal one has 59.</summary>
    public const int MaxPath = 64;

    /// <summary>The numbers of a folder: each part of a path has three digits (x/mod <c>tlog.Tile.Path</c>).</summary>
    private const int Base = 1000;

    /// <summary>The path below the log's address, without a slash in front: <c>tile/8/0/x001/x234/067</c> is tile 1234067 of
    /// level 0, and <c>.p/5</c> behind it the one of width 5 (x/mod <c>tlog.Tile.Path</c>).</summary>
    public string Path
    {
        get
        {
            var number = (Number % Base).ToString("000", CultureInfo.InvariantCulture);
            for (var rest = Number / Base; rest > 0; rest /= Base)
                number = string.Create(CultureInfo.InvariantCulture, $"x{rest % Base:000}/{number}");
            var level = IsData ? "data" : Level.ToString(CultureInfo.InvariantCulture);
            var part = IsFull ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{Width}");
            return string.Create(CultureInfo.InvariantCulture, $"tile/{Height}/{level}/{number}{part}");
        }
    }

    /// <summary>Parses what <see cref="Path"/> gives, and nothing else (x/mod <c>tlog.ParseTilePath</c>). Stricter than x/mod in
    /// one thing: no level is above <see cref="MaxLevel"/>.</summary>
    public static bool TryParse(string path, out Tile tile)
    {
        ArgumentNullException.ThrowIfNull(path);
        tile = default;
        if (path.Length > MaxPath) return false;
        var parts = path.Split('/');
        if (parts.Length < 4 || parts[0] != "tile" || !TryNumber(parts[1], MaxHeight, out var height) || height < 1) return false;
        var level = DataLevel;
        if (parts[2] != "data" && !TryNumber(parts[2], MaxLevel, out level)) return false;

        var (end, width) = (parts.Length, 1 << height);
        var last = parts[^1];
        if (parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!TryNumber(last, width - 1, out width) || width == 0) return false;
            last = parts[--end - 1][..^2];
        }
        if (end < 4) return false;

        Int128 number = 0;
        for (var i = 3; i < end; i++)
        {
            var part = i == end - 1 ? last : parts[i].StartsWith('x') ? parts[i][1..] : "";
            if (part.Length != 3 || !part.All(char.IsAsciiDigit)) return false;
            number = number * Base + int.Parse(part, CultureInfo.InvariantCulture);
            if (number > long.MaxValue) return false;
        }
        var parsed = new Tile(height, level, (long)number, width);
        // What has zeros in front, say, is another name for the same tile.
        if (parsed.Path != path) return false;
        tile = parsed;
        return true;
    }

    private static bool TryNumber(string text, int max, out int number)
    {
        var ok = CanonicalDecimal.TryParse(text, out var value) && value <= max;
        number = ok ? (int)value : 0;
        return ok;
    }

    /// <inheritdoc />
    public override string ToString() => Path;
}
