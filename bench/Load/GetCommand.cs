using System.Text.Json.Nodes;

namespace Tain.Bench;

/// <summary><c>load get</c>: one sample. N clients ask for one URL at the same moment; prints one JSON line.</summary>
internal static class GetCommand
{
    public const string Usage = """
        load get --url http://127.0.0.1:PORT/PATH     one sample, as one line of JSON
             [--warm URL]…                            asked first, over the same connection
             [--new-connection]                       opening the connection is part of the time
             [--clients 1]                            so many at once
             [--slow 0] [--slow-rate 10MB]            and so many more that read no faster than this
             [--length N] [--sha256 HEX]              what must come; without --sha256 bodies are dropped in the kernel
             [--pid PID]                              memory and processor time of that process meanwhile
             [--label KEY=VALUE]…                     goes into the line
        """;

    public static int Run(Arguments arguments)
    {
        var url = new Uri(arguments.Required("--url"));
        var warm = arguments.All("--warm").Select(w => new Uri(w)).ToArray();
        var newConnection = arguments.Flag("--new-connection");
        var clients = (int)arguments.Number("--clients", 1);
        var slow = (int)arguments.Number("--slow", 0);
        var slowRate = arguments.Bytes("--slow-rate", 10_000_000);
        var length = arguments.Number("--length", -1);
        var sha256 = arguments.Text("--sha256");
        var pid = (int)arguments.Number("--pid", 0);
        var labels = arguments.All("--label").Select(l => l.Split('=', 2)).ToArray();
        arguments.Finish();

        var take = sha256 is null ? Take.Discard : Take.Hash;
        var server = HttpConnection.EndPointOf(url);
        var connections = Enumerable.Range(0, clients + slow).Select(_ => new HttpConnection(server)).ToArray();

        // Compiles what is measured, and makes the server and its connection to the upstream warm.
        foreach (var w in warm)
        {
            using var other = newConnection ? new HttpConnection(HttpConnection.EndPointOf(w)) : null;
            var answer = (other ?? connections[0]).Get(w.PathAndQuery, take);
            if (!answer.Good) return Fail($"{w}: {answer.Status} {answer.Fault} {answer.Text}");
        }
        if (!newConnection) foreach (var connection in connections) connection.Open();

        var watch = pid > 0 ? new ProcessWatch(pid) : null;
        var answers = new Answer[connections.Length];
        using var start = new Barrier(connections.Length);
        var threads = connections.Select((connection, i) => new Thread(() =>
        {
            start.SignalAndWait();
            answers[i] = connection.Get(url.PathAndQuery, take, i < clients ? 0 : slowRate);
        }, 256 * 1024)).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        var fast = answers[..clients];
        var line = new JsonObject();
        foreach (var label in labels) line[label[0]] = long.TryParse(label[1], out var number) ? number : label[1];
        line["firstByteMs"] = Ms(fast.Select(a => a.FirstByte).Order().ElementAt(clients / 2));
        line["totalMs"] = Ms(fast.Max(a => a.Total));
        line["bytes"] = answers[0].Bytes;
        if (clients > 1) line["fastestMs"] = Ms(fast.Min(a => a.Total));
        if (slow > 0) line["slowMs"] = Ms(answers[clients..].Max(a => a.Total));
        if (watch is not null)
        {
            line["idleMb"] = Math.Round(watch.IdleKib / 1024.0, 1);
            line["peakMb"] = Math.Round(watch.PeakKib() / 1024.0, 1);
            line["aboveIdleMb"] = Math.Round((watch.PeakKib() - watch.IdleKib) / 1024.0, 1);
            line["cpuMs"] = watch.CpuMillisecondsSince();
        }
        foreach (var connection in connections) connection.Dispose();
        Console.WriteLine(line.ToJsonString());

        foreach (var answer in answers)
        {
            if (!answer.Good) return Fail($"{url}: {answer.Status} {answer.Fault} {answer.Text}");
            if (length >= 0 && answer.Bytes != length) return Fail($"{url}: {answer.Bytes} bytes, not {length}");
            if (sha256 is not null && answer.Sha256 != sha256) return Fail($"{url}: SHA-256 is {answer.Sha256}, not {sha256}");
        }
        return 0;
    }

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 2);

    private static int Fail(string why)
    {
        Console.Error.WriteLine($"load: {why}");
        return 1;
    }
}
