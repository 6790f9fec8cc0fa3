using System.Globalization;
using System.Net;

namespace Tain.Bench;

/// <summary>Command lines of the form <c>--name value --name value</c>; a name may be given more than once where a list is read.</summary>
public sealed class Arguments
{
    private readonly List<(string Name, string Value)> _given = [];
    private readonly HashSet<string> _asked = [];

    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) throw new ArgumentException($"'{args[i]}' is not an option: options are '--name value'");
            if (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal)) _given.Add((args[i], "true"));
            else _given.Add((args[i], args[++i]));
        }
    }

    public IEnumerable<string> All(string name)
    {
        _asked.Add(name);
        return _given.Where(g => g.Name == name).Select(g => g.Value);
    }

    public string? Text(string name) => All(name).LastOrDefault();

    public string Required(string name) => Text(name) ?? throw new ArgumentException($"{name} is missing");

    public bool Flag(string name) => Text(name) is "true";

    /// <summary>A number with an optional unit: B, KB, MB, GB (powers of 1,000) or KiB, MiB, GiB (of 1,024).</summary>
    public long Bytes(string name, long otherwise) =>
        Scaled(name, [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1)]) is { } value ? (long)value : otherwise;

    /// <summary>A number with a unit: ms, s or min.</summary>
    public TimeSpan Time(string name, TimeSpan otherwise) =>
        Scaled(name, [("ms", 1), ("s", 1000), ("min", 60_000)]) is { } value ? TimeSpan.FromMilliseconds(value) : otherwise;

    public long Number(string name, long otherwise) => Scaled(name, [("", 1)]) is { } value ? (long)value : otherwise;

    public IPEndPoint EndPoint(string name) =>
        IPEndPoint.TryParse(Required(name), out var endPoint) && endPoint.Port >= 0
            ? endPoint
            : throw new ArgumentException($"{name} '{Text(name)}' is not ADDRESS:PORT, as in 127.0.0.1:8080");

    /// <summary>Throws when an option was given that nothing asked for.</summary>
    public void Finish()
    {
        var unknown = _given.Select(g => g.Name).Where(n => !_asked.Contains(n)).Distinct().ToArray();
        if (unknown.Length > 0) throw new ArgumentException($"unknown: {string.Join(", ", unknown)}; known: {string.Join(", ", _asked)}");
    }

    private double? Scaled(string name, ReadOnlySpan<(string Unit, long Factor)> units)
    {
        if (Text(name) is not { } text) return null;
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return value * factor;
        }
        throw new ArgumentException($"{name} '{text}' is not a number{(units.Length > 1 ? $" with a unit ({string.Join(", ", units.ToArray().Select(u => u.Unit).Where(u => u.Length > 0))})" : "")}");
    }
}
