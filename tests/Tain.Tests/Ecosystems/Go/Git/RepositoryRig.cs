using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tain.Ecosystems.Go.Git;

namespace Tain.Tests.Ecosystems.Go.Git;

/// <summary>Repositories that real git made in a temporary folder, and Tain's own beside them, reached by file://.</summary>
internal sealed class RepositoryRig : IDisposable, IGitTransports
{
    private readonly List<GitRepositories> _opened = [];
    private int _commits;

    public RepositoryRig() => Open();

    public string Folder { get; } = Directory.CreateTempSubdirectory("tain-git-").FullName;

    public string Data => Path.Combine(Folder, "data");

    public GitOptions Options { get; set; } = new() { RefsTtl = TimeSpan.Zero };

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public GitRepositories Repositories => _opened[^1];

    /// <summary>How each command reaches its remote; by file:// unless a test has another way.</summary>
    public Func<RemoteUrl, GitPassage>? Way { get; set; }

    /// <summary>Ways opened: commands that reached a remote.</summary>
    public int Passages;

    /// <summary>Tain starts anew over the same folder.</summary>
    public void Open()
    {
        if (_opened.Count > 0)
            Repositories.Dispose();
        _opened.Add(new(Data, Options, this, Time));
    }

    /// <summary>An empty repository with a work tree.</summary>
    public Source Make(string name, string format = "sha1")
    {
        var folder = Path.Combine(Folder, "sources", name);
        Directory.CreateDirectory(folder);
        Git(folder, "init", "-q", "-b", "main", "--object-format=" + format);
        return new(this, name, folder);
    }

    public ValueTask<GitPassage> OpenAsync(RemoteUrl remote, bool isPrivate, CancellationToken ct)
    {
        Interlocked.Increment(ref Passages);
        return new(Way?.Invoke(remote) ?? new FilePassage(FileUrl(remote)));
    }

    public string FileUrl(RemoteUrl remote) => "file://" + Path.Combine(Folder, "sources") + remote.Uri.AbsolutePath;

    public string Git(string folder, params string[] arguments) => Encoding.UTF8.GetString(GitBytes(folder, arguments));

    public byte[] GitBytes(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        var date = string.Create(CultureInfo.InvariantCulture, $"{1_600_000_000 + _commits++} +0200");
        foreach (var (key, value) in ((string, string)[])[("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", Folder), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C"),
            ("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("GIT_COMMITTER_NAME", "c"), ("GIT_COMMITTER_EMAIL", "c@example.com"),
            ("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)])
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.Result}");
        return output.ToArray();
    }

    public void Dispose()
    {
        foreach (var opened in _opened)
            opened.Dispose();
        for (var attempt = 0; Directory.Exists(Folder); attempt++)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException) when (attempt < 100)
            {
                // A command that was just ended still lets go.
                Thread.Yield();
            }
        }
    }
}

/// <summary>A repository of the rig, as its owner sees it.</summary>
internal sealed class Source(RepositoryRig rig, string name, string folder)
{
    public string Folder => folder;

    public RemoteUrl Url { get; } = RemoteUrl.TryParse($"https://git.example/{name}", out var url, out var error) ? url : throw new ArgumentException(error);

    public GitRepository Tain => rig.Repositories.Get(Url, isPrivate: false);

    /// <summary>Where Tain keeps it.</summary>
    public string Clones => Directory.EnumerateDirectories(rig.Data).Single(d => File.Exists(Path.Combine(d, "url")) && File.ReadAllText(Path.Combine(d, "url")).Trim() == Url.Text);

    public string Trees => Path.Combine(Clones, "trees.git");

    public string History => Path.Combine(Clones, "history.git");

    public string Git(params string[] arguments) => rig.Git(folder, arguments).Trim();

    /// <summary>Writes files and commits them, with these tags. The commit.</summary>
    public string Commit(IReadOnlyDictionary<string, string> files, params string[] tags)
    {
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }
        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", "change");
        foreach (var tag in tags)
            Git("tag", tag);
        return Git("rev-parse", "HEAD");
    }

    public string Commit(string path, string content, params string[] tags) => Commit(new Dictionary<string, string> { [path] = content }, tags);
}

internal sealed class FilePassage(string url) : GitPassage
{
    public override string Url => url;

    public override string Protocol { get; } = new Uri(url).Scheme;

    public List<(string Key, string Value)> Settings { get; } = [];

    public RepositoryException? Failure { get; set; }

    public override IReadOnlyList<(string Key, string Value)> Config => Settings;

    public override RepositoryException? Fault => Failure;
}
