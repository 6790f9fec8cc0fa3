using System.Diagnostics;
using System.Net;
using Tain.Ecosystems.Go.Git;
using Tain.Tests.Upstream;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>A repository, the transports, and the real git between them.</summary>
internal sealed class GitRig : IAsyncDisposable
{
    private const string Author = "Tain <tain@example.com> 1700000000 +0000";
    private readonly GitAccess access;

    public GitRig(GitOptions? git = null, UpstreamOptions? upstream = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeProvider? time = null)
    {
        git ??= new GitOptions();
        upstream ??= Rig.Quick;
        git = git with { Transports = ["https", "http", "ssh", "file", "git"] };
        Web = new StrangerClient(upstream, TimeProvider.System, resolve ?? ((host, ct) => Dns.GetHostAddressesAsync(host, ct)), _ => null);
        access = new GitAccess(git, upstream, Web, time ?? TimeProvider.System);
        Gateway = new GitGateway(Web, access, git, TimeProvider.System);
        Transports = new GitTransports(git, upstream, Web, Gateway);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("tain-git-").FullName;

    public StrangerClient Web { get; }

    public GitAccess Access => access;

    public GitGateway Gateway { get; }

    public GitTransports Transports { get; }

    /// <summary>The folder that a <see cref="GitServer"/> serves; it holds a.git.</summary>
    public string Root => Path.Combine(Folder, "root");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static RemoteUrl Url(string text) => RemoteUrl.TryParse(text, out var url, out var error) ? url : throw new ArgumentException(error);

    /// <summary>Makes a.git: <paramref name="commits"/> commits, a branch for each, main at the last, with <paramref name="bytes"/> bytes of noise in it.</summary>
    public async Task<string> CreateAsync(int commits = 1, int bytes = 100)
    {
        var repository = Path.Combine(Root, "a.git");
        Directory.CreateDirectory(repository);
        await RunAsync(null, "init", "-q", "--bare", "-b", "main", repository);
        await RunAsync(null, "-C", repository, "config", "http.receivepack", "true");
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        using var import = new MemoryStream();
        for (var i = 1; i <= commits; i++)
        {
            Write($"commit refs/heads/b{i}\ncommitter {Author}\ndata 1\nx\nM 100644 inline n\ndata {i.ToString(System.Globalization.CultureInfo.InvariantCulture).Length}\n{i}\n");
            if (i == commits)
            {
                Write($"M 100644 inline noise\ndata {bytes}\n");
                import.Write(noise);
                Write("\n");
            }
        }

        Write($"reset refs/heads/main\nfrom refs/heads/b{commits}\n\ndone\n");
        var (code, output) = await RunAsync(null, import.ToArray(), "-C", repository, "fast-import", "--quiet", "--done");
        Assert.True(code == 0, output);
        await RunAsync(null, "-C", repository, "update-server-info");
        return (await RunAsync(null, "-C", repository, "rev-parse", "main")).Output.Trim();

        void Write(string text) => import.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public async Task<(GitPassage Passage, int Code, string Output)> GitAsync(string url, bool isPrivate, params string[] arguments)
    {
        var passage = await Transports.OpenAsync(Url(url), isPrivate, Token);
        var (code, output) = await RunAsync(passage, [.. arguments.Select(a => a == "URL" ? passage.Url : a)]);
        return (passage, code, output);
    }

    public Task<(GitPassage Passage, int Code, string Output)> ListAsync(string url, bool isPrivate = true) => GitAsync(url, isPrivate, "ls-remote", "URL");

    public Task<(GitPassage Passage, int Code, string Output)> CloneAsync(string url, string name, params string[] before) =>
        GitAsync(url, true, [.. before, "clone", "-q", "--mirror", "URL", Path.Combine(Folder, name)]);

    public static Task<(int Code, string Output)> RunAsync(GitPassage? passage, params string[] arguments) => RunAsync(passage, [], arguments);

    public static async Task<(int Code, string Output)> RunAsync(GitPassage? passage, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/git") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = "/nonexistent";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        // A proxy that isn't there: git must not use it for its way to the gateway.
        start.Environment["http_proxy"] = "http://127.0.0.1:1";
        if (passage is not null)
        {
            start.Environment["GIT_ALLOW_PROTOCOL"] = passage.Protocol;
            start.Environment["GIT_CONFIG_COUNT"] = passage.Config.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            for (var i = 0; i < passage.Config.Count; i++)
                (start.Environment[$"GIT_CONFIG_KEY_{i}"], start.Environment[$"GIT_CONFIG_VALUE_{i}"]) = (passage.Config[i].Key, passage.Config[i].Value);
            foreach (var (name, value) in passage.Environment)
                start.Environment[name] = value;
        }

        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEndAsync(Token);
        var error = git.StandardError.ReadToEndAsync(Token);
        try
        {
            await git.StandardInput.BaseStream.WriteAsync(input, Token);
            git.StandardInput.Close();
            await git.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
        catch
        {
            git.Kill(entireProcessTree: true);
            throw;
        }

        return (git.ExitCode, await output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        Web.Dispose();
        Directory.Delete(Folder, true);
    }
}
