using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Tain.Bench;

/// <summary><c>load check</c>: asks for each file of a list once and compares every body; prints one JSON line.</summary>
internal static class CheckCommand
{
    public const string Usage = """
        load check --base http://127.0.0.1:PORT/PREFIX --list FILE    lines 'SHA256 LENGTH PATH'; each is asked once, in a seeded order
             [--clients 8] [--count N] [--seed 1]
        """;

    private enum Outcome { Right, Wrong, Refused, Cut }

    public static int Run(Arguments arguments)
    {
        var prefix = new Uri(arguments.Required("--base").TrimEnd('/'));
        var clients = (int)arguments.Number("--clients", 8);
        var seed = (int)arguments.Number("--seed", 1);
        var lines = File.ReadAllLines(arguments.Required("--list"));
        var count = (int)arguments.Number("--count", lines.Length);
        arguments.Finish();

        if (lines.Length < count) throw new ArgumentException($"--list holds {lines.Length} files, fewer than --count {count}");
        new Random(seed).Shuffle(lines);
        var wanted = new ConcurrentQueue<string>(lines[..count]);
        var results = new ConcurrentBag<(Outcome Outcome, TimeSpan Total, string Story)>();
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, clients).Select(_ => new Thread(() =>
        {
            using var connection = new HttpConnection(HttpConnection.EndPointOf(prefix));
            while (wanted.TryDequeue(out var line))
            {
                var parts = line.Split(' ', 3);
                var path = prefix.AbsolutePath.TrimEnd('/') + "/" + parts[2];
                var answer = connection.Get(path, Take.Hash);
                var outcome = answer switch
                {
                    { Fault: not null } => Outcome.Cut,
                    { Status: not 200 } => Outcome.Refused,
                    _ => answer.Sha256 == parts[0] ? Outcome.Right : Outcome.Wrong,
                };
                results.Add((outcome, answer.Total, $"{outcome}: {path}: {answer.Status}, {answer.Bytes} of {parts[1]} bytes, {answer.Fault} {answer.Text}"));
            }
        }, 256 * 1024)).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        var times = results.Select(r => r.Total.TotalMilliseconds).Order().ToArray();
        var line = new JsonObject { ["asked"] = count };
        foreach (var outcome in Enum.GetValues<Outcome>()) line[outcome.ToString().ToLowerInvariant()] = results.Count(r => r.Outcome == outcome);
        line["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1);
        line["medianMs"] = Math.Round(times[times.Length / 2], 1);
        line["p99Ms"] = Math.Round(times[times.Length * 99 / 100], 1);
        line["maxMs"] = Math.Round(times[^1], 1);
        Console.WriteLine(line.ToJsonString());
        foreach (var result in results.Where(r => r.Outcome != Outcome.Right).Take(20)) Console.Error.WriteLine(result.Story);
        return results.All(r => r.Outcome == Outcome.Right) ? 0 : 1;
    }
}
