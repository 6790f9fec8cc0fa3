using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tain.Bench;

/// <summary>Measures a relay with clients and a server of its own, in one process.</summary>
internal static class SelfCheck
{
    // One millisecond of the timers', one of the scheduler's on a busy machine, for each direction.
    private static readonly TimeSpan LateBy = TimeSpan.FromMilliseconds(4);
    private const double RateOffBy = 0.02;

    public static async Task<bool> RunAsync(NetworkConditions conditions)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(512);
        _ = Task.Run(() => ServeAsync(server));
        await using var relay = NetworkRelay.Start(new IPEndPoint(IPAddress.Loopback, 0), (IPEndPoint)server.LocalEndPoint!, conditions with { ResetOneIn = 0 });
        var good = true;

        var opening = new List<double>();
        var warm = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var clock = Stopwatch.StartNew();
            using var client = Connect(relay);
            Ask(client, 1);
            if (i > 0) opening.Add(clock.Elapsed.TotalMilliseconds); // The first one compiles.
            for (var j = 0; j < 4; j++)
            {
                clock.Restart();
                Ask(client, 1);
                warm.Add(clock.Elapsed.TotalMilliseconds);
            }
        }
        var roundTrip = conditions.RoundTrip.TotalMilliseconds;
        good &= Print("first byte, new connection", Median(opening), 2 * roundTrip, LateBy.TotalMilliseconds * 2, "ms");
        good &= Print("first byte, warm connection", Median(warm), roundTrip, LateBy.TotalMilliseconds, "ms");

        var rates = new List<double>();
        var size = (int)Math.Min(conditions.BytesPerSecond > 0 ? conditions.BytesPerSecond * 2 : 1 << 30, 1 << 30);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var running = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
        {
            using var client = Connect(relay);
            Ask(client, 1);
            var clock = Stopwatch.StartNew();
            Ask(client, size);
            rates.Add(size / (clock.Elapsed.TotalSeconds - roundTrip / 1000) / 1e6);
        }
        var busy = (Process.GetCurrentProcess().TotalProcessorTime - before) / running.Elapsed;
        var rate = conditions.BytesPerSecond / 1e6;
        good &= Print("rate of one connection", Median(rates), rate, rate * RateOffBy, "MB/s");
        Console.WriteLine($"{"processor time, both ends included",-36} {busy,9:P1}");

        const int Connections = 300, OneIn = 10;
        relay.Conditions = new NetworkConditions { ResetOneIn = OneIn, ResetWithin = 100_000, Seed = conditions.Seed };
        var (cut, wrong) = (0, 0);
        for (var i = 0; i < Connections; i++)
        {
            using var client = Connect(relay);
            try
            {
                if (Ask(client, 100_000) != 100_000) wrong++; // An end where a reset should be.
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                cut++;
            }
        }
        good &= Print($"resets of {Connections} connections", cut, Connections / OneIn, 0, "");
        good &= Print("cut without a reset", wrong, 0, 0, "");
        return good;
    }

    private static bool Print(string what, double measured, double wanted, double offBy, string unit)
    {
        var good = wanted == 0 && offBy == 0 && unit.Length > 0 || Math.Abs(measured - wanted) <= offBy;
        Console.WriteLine($"{what,-36} {measured,9:F2} {unit,-4} wanted {wanted:F2} ± {offBy:F2}  {(good ? "ok" : "OFF")}");
        return good;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static Socket Connect(NetworkRelay relay)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(relay.EndPoint);
        return client;
    }

    // Sends four bytes, the size of the answer that is wanted; returns how much came.
    private static int Ask(Socket client, int size)
    {
        var buffer = new byte[256 * 1024];
        BitConverter.TryWriteBytes(buffer, size);
        client.Send(buffer.AsSpan(0, 4));
        var got = 0;
        while (got < size && client.Receive(buffer) is > 0 and var count) got += count;
        return got;
    }

    private static async Task ServeAsync(Socket server)
    {
        while (true)
        {
            var client = await server.AcceptAsync();
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    client.NoDelay = true;
                    var buffer = new byte[256 * 1024];
                    try
                    {
                        while (await client.ReceiveAsync(buffer.AsMemory(0, 4), SocketFlags.None) == 4)
                        {
                            for (var left = BitConverter.ToInt32(buffer); left > 0;) left -= await client.SendAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), SocketFlags.None);
                        }
                    }
                    catch (SocketException)
                    {
                        // Reset by the relay.
                    }
                }
            });
        }
    }
}
