using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tain.Bench;

const string Usage = """
    relay --to ADDRESS:PORT [--listen 127.0.0.1:0]   relays until it is stopped; says where it listens, and at the end what it counted
          [--rtt 100ms] [--rate 20MB]                round-trip time; bytes a second for each connection and direction
          [--reset-one-in 10] [--reset-within 1MiB]  resets one connection in so many, within so many bytes of the upstream's
          [--seed 1] [--stats FILE]                  keeps the counts in FILE, renewed on SIGHUP
    relay --self-check [--rtt …] [--rate …]          measures itself; exits 1 when a figure is off by more than its limit
    """;

try
{
    var arguments = new Arguments(args);
    if (arguments.Flag("--help"))
    {
        Console.WriteLine(Usage);
        return 0;
    }
    var selfCheck = arguments.Flag("--self-check");
    var conditions = new NetworkConditions
    {
        RoundTrip = arguments.Time("--rtt", selfCheck ? TimeSpan.FromMilliseconds(100) : TimeSpan.Zero),
        BytesPerSecond = arguments.Bytes("--rate", selfCheck ? 20_000_000 : 0),
        ResetOneIn = (int)arguments.Number("--reset-one-in", 0),
        ResetWithin = arguments.Bytes("--reset-within", 1 << 20),
        Seed = (ulong)arguments.Number("--seed", 1),
    };
    if (selfCheck)
    {
        arguments.Finish();
        return await SelfCheck.RunAsync(conditions) ? 0 : 1;
    }

    var listen = arguments.Text("--listen") is null ? new IPEndPoint(IPAddress.Loopback, 0) : arguments.EndPoint("--listen");
    var to = arguments.EndPoint("--to");
    var stats = arguments.Text("--stats");
    arguments.Finish();

    await using var relay = NetworkRelay.Start(listen, to, conditions);
    Console.WriteLine($"listening {relay.EndPoint}");
    var stopped = new TaskCompletionSource();
    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stopped.TrySetResult();
    }
    void Report(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (stats is null) return;
        File.WriteAllText(stats + ".new", JsonSerializer.Serialize(relay.Counts) + "\n");
        File.Move(stats + ".new", stats, overwrite: true);
    }
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var asked = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Report);
    await stopped.Task;
    Console.WriteLine(JsonSerializer.Serialize(relay.Counts));
    return 0;
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"relay: {e.Message}\n{Usage}");
    return 2;
}
