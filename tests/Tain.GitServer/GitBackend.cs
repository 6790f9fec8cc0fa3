using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tain.GitHosting;

/// <summary>The system's <c>git http-backend</c>, by the common gateway interface: one process a request.</summary>
internal static class GitBackend
{
    // Process.Start would look in this program's own folder first.
    private static readonly string Git = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':')
        .Select(folder => Path.Combine(folder, "git")).FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("there is no git in PATH");

    /// <summary>Starts it; what it answers stands in <see cref="GitAnswer"/> as soon as its head is there.</summary>
    /// <param name="body">The request's body, which is fed to it while it answers.</param>
    public static async Task<GitAnswer> StartAsync(HttpContext context, string root, string path, string user, bool withoutProtocol2, Stream body)
    {
        var request = context.Request;
        var start = new ProcessStartInfo(Git, ["http-backend"])
        {
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH"),
            ["HOME"] = "/nonexistent",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "safe.directory",
            ["GIT_CONFIG_VALUE_0"] = "*",
            ["GIT_PROJECT_ROOT"] = root,
            ["GIT_HTTP_EXPORT_ALL"] = "1",
            ["PATH_INFO"] = path,
            ["REQUEST_METHOD"] = request.Method,
            ["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?'),
            ["CONTENT_TYPE"] = request.ContentType,
            ["CONTENT_LENGTH"] = request.ContentLength?.ToString(CultureInfo.InvariantCulture),
            ["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding,
            ["GIT_PROTOCOL"] = withoutProtocol2 ? null : (string?)request.Headers["Git-Protocol"],
            ["REMOTE_USER"] = user,
            ["REMOTE_ADDR"] = "127.0.0.1",
        })
        {
            if (!string.IsNullOrEmpty(value))
                start.Environment[name] = value;
        }
        var process = new Process { StartInfo = start };
        process.Start();
        var answer = new GitAnswer(process);
        try
        {
            answer.Feed(body, context.RequestAborted);
            await answer.ReadHeadAsync(context.RequestAborted);
            return answer;
        }
        catch
        {
            await answer.DisposeAsync();
            throw;
        }
    }
}

/// <summary>What <c>git http-backend</c> says.</summary>
internal sealed class GitAnswer(Process process) : IAsyncDisposable
{
    private readonly Task<string> _errors = process.StandardError.ReadToEndAsync();
    private Task _feeding = Task.CompletedTask;

    public int Status { get; private set; } = 200;

    public IList<(string Name, string Value)> Headers { get; } = [];

    /// <summary>What follows the head.</summary>
    public Stream Body { get; private set; } = Stream.Null;

    public void Feed(Stream body, CancellationToken cancel)
    {
        _feeding = Task.Run(async () =>
        {
            try
            {
                await using var input = process.StandardInput.BaseStream;
                await body.CopyToAsync(input, cancel);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
            {
                // It has read enough, or the client went away.
            }
        }, CancellationToken.None);
    }

    public async Task ReadHeadAsync(CancellationToken cancel)
    {
        var output = new BufferedStream(process.StandardOutput.BaseStream, 64 * 1024);
        while (await ReadLineAsync(output, cancel) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == "Status")
                Status = int.Parse(value[..3], CultureInfo.InvariantCulture);
            else
                Headers.Add((name, value));
        }
        if (Headers.Count == 0)
            throw new IOException("git http-backend: " + await _errors);
        Body = output;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing its output ends git and what it started: they die of SIGPIPE.
        process.StandardOutput.Close();
        await _feeding;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        await _errors;
        process.Dispose();
    }

    private static async Task<string?> ReadLineAsync(Stream from, CancellationToken cancel)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await from.ReadAsync(one, cancel) == 1)
        {
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        return null;
    }
}
