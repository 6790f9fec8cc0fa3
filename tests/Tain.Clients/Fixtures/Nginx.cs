using System.Globalization;

namespace Tain.Clients;

/// <summary>nginx in front of a folder: an upstream that can be stopped, slowed down, and that tells who asked for what.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = Loopback.FreePort();
    private ChildProcess? _process;

    private Nginx()
    {
    }

    public string Url => $"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The paths asked for, in order, each with its status: <c>200 /example.com/a/@v/list</c>.</summary>
    public string[] Requests
    {
        get
        {
            // It logs after it has answered, in its one thread: when it answers again, that is done.
            if (_process is not null)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, Url + "/-/ready");
                using var response = Loopback.Http.Send(request);
            }
            return File.ReadAllLines(AccessLog);
        }
    }

    private string AccessLog => Path.Combine(_folder.Path, "access.log");

    /// <param name="content">The folder served.</param>
    /// <param name="directives">More of nginx's directives for the one location, such as <c>limit_rate 500k;</c>.</param>
    public static async Task<Nginx> StartAsync(string content, string directives = "")
    {
        var nginx = new Nginx();
        await File.WriteAllTextAsync(Path.Combine(nginx._folder.Path, "nginx.conf"), nginx.Configuration(content, directives), TestContext.Current.CancellationToken);
        await nginx.StartAgainAsync();
        return nginx;
    }

    /// <summary>After <see cref="StopAsync"/>, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        _process = ChildProcess.Start(Repository.Nginx, ["-p", _folder.Path, "-e", "error.log", "-c", "nginx.conf"], _folder.Path);
        await Loopback.WaitForAsync(Url + "/-/ready", _process, TimeSpan.FromSeconds(10));
    }

    /// <summary>Its port refuses connections from now on.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
            return;
        await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private string Configuration(string content, string directives) => $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        events {}
        http {
            log_format asked '$status $request_uri';
            access_log off;
            default_type application/octet-stream;
            types { application/json info; text/plain mod; application/zip zip; }
            client_body_temp_path temp;
            proxy_temp_path temp;
            fastcgi_temp_path temp;
            uwsgi_temp_path temp;
            scgi_temp_path temp;
            server {
                listen 127.0.0.1:{{_port}};
                location = /-/ready { return 200; }
                location / {
                    access_log access.log asked;
                    root {{content}};
                    {{directives}}
                }
            }
        }
        """;
}
