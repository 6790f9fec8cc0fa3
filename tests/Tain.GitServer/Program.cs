// Tain.GitServer REPOSITORIES [--ca FILE] [--requests FILE] [--forward PATH=URL] [--files PATH=FOLDER]
//
// Serves until it is stopped. Prints "proxy URL" and "ca FILE", then "ready". With --requests it
// writes what was asked to that file, a line each, when it gets SIGHUP and at its end.
using System.Runtime.InteropServices;
using Tain.GitHosting;

if (args.Length % 2 == 0)
{
    await Console.Error.WriteLineAsync("usage: Tain.GitServer REPOSITORIES [--ca FILE] [--requests FILE] [--forward PATH=URL] [--files PATH=FOLDER]");
    return 2;
}

await using var server = await GitServer.StartAsync(args[0]);
var (ca, requests) = (server.CaBundle, "");
for (var i = 1; i < args.Length; i += 2)
{
    var (name, value) = (args[i], args[i + 1]);
    var equals = value.IndexOf('=', StringComparison.Ordinal);
    switch (name)
    {
        case "--ca":
            File.Copy(server.CaBundle, ca = value, overwrite: true);
            break;
        case "--requests":
            requests = value;
            break;
        case "--forward":
            server.Forward(value[..equals], new Uri(value[(equals + 1)..]));
            break;
        case "--files":
            server.ServeFiles(value[..equals], value[(equals + 1)..]);
            break;
        default:
            await Console.Error.WriteLineAsync($"unknown option {name}");
            return 2;
    }
}

var stopped = new TaskCompletionSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var asked = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
{
    signal.Cancel = true;
    Report();
});
Console.WriteLine($"proxy {server.ProxyUrl}\nca {ca}\nready");
await stopped.Task;
Report();
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopped.TrySetResult();
}

void Report()
{
    if (requests.Length == 0)
        return;
    File.WriteAllLines(requests + ".new", server.Requests.Select(r => r.ToString()));
    File.Move(requests + ".new", requests, overwrite: true);
}
