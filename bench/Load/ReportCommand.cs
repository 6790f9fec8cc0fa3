using System.Globalization;
using System.Text.Json.Nodes;

namespace Tain.Bench;

/// <summary><c>load report</c>: medians, spreads and ratios of the samples that <c>bench/run</c> collected.</summary>
internal static class ReportCommand
{
    public const string Usage = """
        load report --samples FILE [--json]           the table (or JSON) of a file of samples
        """;

    // The targets: measure and metric of any server but the reference, against the reference.
    private static readonly Target[] Targets =
    [
        new("info", "totalMs", "info", "direct", Ratio: 1.2),
        new("mod", "totalMs", "mod", "direct", Ratio: 1.2),
        new("zip", "totalMs", "zip", "direct", Ratio: 1.1),
        new("zip", "firstByteMs", "zip", "direct", Above: 30),
        new("zip-50", "totalMs", "zip", null, Ratio: 1.2),
        new("zip-50", "downloads", null, null, AtMost: 1),
        new("zip-400mb", "aboveIdleMb", null, null, AtMost: 64),
        new("zip-400mb-slow", "aboveIdleMb", null, null, AtMost: 64),
        new("info-new", "totalMs", "info-new", "direct"),
        new("zip-new", "totalMs", "zip-new", "direct"),
        new("warm-info", "requestsPerSecond", "warm-info", "nginx"),
        new("warm-zip", "requestsPerSecond", "warm-zip", "nginx"),
        new("sumdb-zip", "totalMs", "sumdb-zip", "off", Ratio: 1.05),
        new("sumdb-mod", "totalMs", "sumdb-mod", "off", Ratio: 1.05),
        new("sumdb-zip-cold", "totalMs", "sumdb-zip", "off"),
        new("sumdb-mod-cold", "totalMs", "sumdb-mod", "off"),
        new("warm-lookup", "requestsPerSecond", "warm-info", null, AtLeast: 0.9),
        new("warm-tile", "requestsPerSecond", "warm-info", null, AtLeast: 0.9),
    ];

    private static readonly (string Name, string Title)[] Measures =
    [
        ("info", "cold .info"), ("mod", "cold .mod"), ("zip", "cold zip"), ("zip-50", "cold zip, 50 clients"),
        ("info-new", "cold .info, new connections"), ("zip-new", "cold zip, new connections"),
        ("zip-400mb", "cold 400 MB zip"), ("zip-400mb-slow", "same, unlimited upstream, 1 fast and 1 slow client"),
        ("sumdb-zip", "cold zip, its look-up warm"), ("sumdb-mod", "cold .mod, its look-up warm"),
        ("sumdb-zip-cold", "cold zip, its look-up cold"), ("sumdb-mod-cold", "cold .mod, its look-up cold"),
        ("warm-info", "warm .info"), ("warm-zip", "warm small zip"), ("warm-lookup", "warm look-up"), ("warm-tile", "warm tile"),
    ];

    // Only: in the table, these measures alone; JSON has them all.
    private static readonly (string Name, string Unit, string? Only)[] Metrics =
    [
        ("firstByteMs", "ms to first byte", "zip"), ("totalMs", "ms in all", null), ("downloads", "upstream downloads", null),
        ("slowMs", "ms in all, the slow client", null), ("cpuMs", "ms of processor", "zip"),
        ("idleMb", "MiB idle", "zip-"), ("aboveIdleMb", "MiB above idle", "zip-"), ("requestsPerSecond", "requests/s", null),
    ];

    /// <param name="Of">The reference's measure; null when the figure stands alone.</param>
    /// <param name="By">The reference's server; null is the same server.</param>
    private sealed record Target(string Measure, string Metric, string? Of, string? By, double? Ratio = null, double? Above = null, double? AtMost = null, double? AtLeast = null);

    private sealed record Row(string Measure, string Server, string Metric, double[] Values)
    {
        public double Median => Values.Length % 2 == 1 ? Values[Values.Length / 2] : (Values[Values.Length / 2 - 1] + Values[Values.Length / 2]) / 2;
    }

    public static int Run(Arguments arguments)
    {
        var samples = File.ReadLines(arguments.Required("--samples")).Select(l => JsonNode.Parse(l)!.AsObject()).ToArray();
        var json = arguments.Flag("--json");
        arguments.Finish();

        var rows = (
            from sample in samples
            from metric in Metrics
            where sample[metric.Name] is not null
            group sample[metric.Name]!.GetValue<double>() by ((string)sample["measure"]!, (string)sample["server"]!, metric.Name) into values
            select new Row(values.Key.Item1, values.Key.Item2, values.Key.Item3, [.. values.Order()])).ToArray();

        var figures = new JsonArray();
        if (!json) Console.WriteLine($"{"",-52}{"median",10}{"min–max",20}{"n",4}  against the reference");
        foreach (var (measure, title) in Measures)
        {
            var said = false;
            foreach (var (metric, unit, _) in Metrics.Where(m => json || m.Only is null || measure.StartsWith(m.Only, StringComparison.Ordinal)))
            {
                foreach (var row in rows.Where(r => r.Measure == measure && r.Metric == metric))
                {
                    var (verdict, figure) = Judge(row, rows);
                    if (json)
                    {
                        figures.Add(figure);
                        continue;
                    }
                    if (!said) Console.WriteLine(title);
                    said = true;
                    Console.WriteLine($"  {row.Server,-10} {unit,-39}{Text(row.Median),10}{Text(row.Values[0]) + "–" + Text(row.Values[^1]),20}{row.Values.Length,4}  {verdict}");
                }
            }
        }
        if (json) Console.WriteLine(figures.ToJsonString());
        return 0;
    }

    private static (string Verdict, JsonObject Figure) Judge(Row row, Row[] rows)
    {
        var figure = new JsonObject
        {
            ["measure"] = row.Measure,
            ["server"] = row.Server,
            ["metric"] = row.Metric,
            ["n"] = row.Values.Length,
            ["median"] = row.Median,
            ["min"] = row.Values[0],
            ["max"] = row.Values[^1],
        };
        var verdicts = new List<string>();
        foreach (var target in Targets.Where(t => t.Measure == row.Measure && t.Metric == row.Metric && (t.By is null || t.By != row.Server)))
        {
            var reference = target.Of is null ? null : rows.FirstOrDefault(r => r.Measure == target.Of && r.Server == (target.By ?? row.Server) && r.Metric == row.Metric);
            bool? met = null;
            if (reference is not null)
            {
                var ratio = row.Median / reference.Median;
                figure["ratio"] = Math.Round(ratio, 3);
                figure["difference"] = Math.Round(row.Median - reference.Median, 2);
                if (target.Above is { } above)
                {
                    met = row.Median - reference.Median <= above;
                    verdicts.Add($"{row.Median - reference.Median:+0.0;-0.0} (target +{above})");
                }
                else if (target.AtLeast is { } least)
                {
                    met = ratio >= least;
                    verdicts.Add($"{ratio:0.00}× (target at least {least}×)");
                }
                else
                {
                    met = target.Ratio is { } limit ? ratio <= limit : null;
                    verdicts.Add($"{ratio:0.00}×{(target.Ratio is { } most ? $" (target {most}×)" : "")}");
                }
            }
            if (target.AtMost is { } bound)
            {
                met = row.Values[^1] <= bound;
                verdicts.Add($"(target {bound})");
            }
            if (met is null) continue;
            figure["met"] = met;
            verdicts.Add(met.Value ? "ok" : "MISSED");
        }
        return (string.Join(' ', verdicts), figure);
    }

    private static string Text(double value) => value.ToString(value >= 1000 ? "0" : "0.0", CultureInfo.InvariantCulture);
}
