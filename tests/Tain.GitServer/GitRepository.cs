using System.Diagnostics;
using System.Globalization;

namespace Tain.GitHosting;

/// <summary>
/// A small repository for a <see cref="GitServer"/>, made by git itself. The same calls make the
/// same hashes: authors are fixed, and each commit is a minute later than the one before.
/// </summary>
public sealed class GitRepository
{
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string _work;
    private int _minutes;

    /// <param name="repositories">The folder given to the server.</param>
    /// <param name="address">Host and path, such as <c>github.com/pkg/errors</c>.</param>
    public GitRepository(string repositories, string address)
    {
        Folder = Path.Combine(repositories, address + ".git");
        // Not below the repositories, but beside them: the server must not find it.
        _work = Path.Combine(repositories + ".work", address);
        Directory.CreateDirectory(_work);
        Git("init", "-q", "--bare", "-b", "main", Folder);
        Git("--git-dir", Folder, "config", "uploadpack.allowFilter", "true");
        Git("--git-dir", Folder, "config", "uploadpack.allowAnySHA1InWant", "true");
    }

    /// <summary>The bare repository.</summary>
    public string Folder { get; }

    /// <summary>Makes the given files the only ones of the next commit, on the branch that is checked out. Its hash.</summary>
    public string Commit(params (string Name, string Content)[] files)
    {
        foreach (var old in Directory.EnumerateFiles(_work, "*", SearchOption.AllDirectories))
            File.Delete(old);
        foreach (var (name, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_work, name))!);
            File.WriteAllText(Path.Combine(_work, name), content);
        }
        Run("add", "--all");
        _minutes++;
        Run("commit", "-q", "--allow-empty", "-m", $"commit {_minutes}");
        return Run("rev-parse", "HEAD").Trim();
    }

    /// <summary>A lightweight tag at the last commit, or at another.</summary>
    public void Tag(string name, string at = "HEAD") => Run("tag", name, at);

    /// <summary>Any git command, with the repository and its work tree. What it printed.</summary>
    public string Run(params string[] arguments) => Git(["--git-dir", Folder, "--work-tree", _work, "-c", "core.bare=false", .. arguments]);

    /// <summary>A git command that reads <paramref name="input"/>: <c>fast-import</c>, <c>mktree</c>. What it printed.</summary>
    public string Feed(Action<Stream> input, params string[] arguments) => Git(["--git-dir", Folder, .. arguments], input);

    /// <summary>A setting of the served repository, such as <c>uploadpack.allowFilter</c>.</summary>
    public void Configure(string key, string value) => Run("config", key, value);

    private string Git(params string[] arguments) => Git(arguments, null);

    private string Git(string[] arguments, Action<Stream>? input)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardInput = input is not null, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _work };
        var date = Start.AddMinutes(_minutes).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        foreach (var (name, value) in ((string, string)[])[
            ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "Test"), ("GIT_AUTHOR_EMAIL", "test@example.com"), ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "Test"), ("GIT_COMMITTER_EMAIL", "test@example.com"), ("GIT_COMMITTER_DATE", date)])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            using var to = process.StandardInput.BaseStream;
            input(to);
        }
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {errors.Result}");
    }
}
