using System.Net;
using System.Net.Sockets;

namespace Tain.Clients;

/// <summary>Ports and readiness of the servers that tests start, all of them on 127.0.0.1.</summary>
internal static class Loopback
{
    public static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
    })
    { Timeout = TimeSpan.FromSeconds(120) };

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until the URL answers 200, or the process ends, or the time is over.</summary>
    public static async Task WaitForAsync(string url, ChildProcess process, TimeSpan limit)
    {
        var deadline = DateTime.UtcNow + limit;
        var last = "nothing";
        while (DateTime.UtcNow < deadline && !process.HasExited)
        {
            try
            {
                using var response = await Http.GetAsync(url, TestContext.Current.CancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
            }
            catch (HttpRequestException refused)
            {
                last = refused.Message;
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Fail($"{url} said {last}; the server printed:\n{process.Output}");
    }
}
