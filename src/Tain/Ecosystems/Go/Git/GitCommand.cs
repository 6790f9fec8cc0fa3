using System.Globalization;

namespace Tain.Ecosystems.Go.Git;

/// <summary>One git command: what it is told, beside what <see cref="GitProgram"/> tells all.</summary>
/// <param name="Arguments">Never a URL: those come by configuration, which other users of the machine can't read. What comes from outside is checked
/// (<see cref="RefGrammar"/>) and stands after <c>--end-of-options</c>, <c>--</c> or within a refspec.</param>
/// <param name="Folder">The repository, or null for none.</param>
internal sealed record GitCommand(IReadOnlyList<string> Arguments, string? Folder = null)
{
    /// <summary>The way to the remote; null for a command that must not reach any.</summary>
    public GitPassage? Passage { get; init; }

    /// <summary>Who is at the passage's other end: one host must not keep others waiting.</summary>
    public string? Host { get; init; }

    /// <summary>What it is called in messages: <c>git fetch</c>.</summary>
    public string Name => "git " + Arguments[0];

    /// <summary>What holds for every command. It wins over a repository's own configuration, not over the passage's.</summary>
    private static readonly (string Key, string Value)[] Always =
    [
        ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("core.askPass", ""), ("credential.helper", ""),
        // Work after a fetch would outlive it; TreesClone packs when it is time. One file for each fetch, not one for each object.
        ("gc.auto", "0"), ("maintenance.auto", "false"), ("fetch.writeCommitGraph", "false"), ("fetch.unpackLimit", "1"),
        ("fetch.recurseSubmodules", "no"), ("submodule.recurse", "false"), ("transfer.bundleURI", "false"),
        ("safe.directory", "*"), ("protocol.version", "2"), ("log.showSignature", "false"), ("core.logAllRefUpdates", "false"),
        // As the go command's ReadZip (cmd/go/internal/modfetch/codehost/git.go).
        ("core.autocrlf", "input"), ("core.eol", "lf"), ("core.attributesFile", "/dev/null"),
    ];

    /// <summary>All of the environment: nothing of this process's own.</summary>
    /// <param name="home">An empty folder.</param>
    public IEnumerable<string> Environment(string home, string path)
    {
        yield return "PATH=" + path;
        yield return "HOME=" + home;
        yield return "XDG_CONFIG_HOME=" + home;
        yield return "LC_ALL=C";
        yield return "GIT_CONFIG_NOSYSTEM=1";
        yield return "GIT_CONFIG_GLOBAL=/dev/null";
        yield return "GIT_ATTR_NOSYSTEM=1";
        yield return "GIT_TERMINAL_PROMPT=0";
        yield return "GIT_ASKPASS=/bin/false";
        yield return "SSH_ASKPASS=/bin/false";
        yield return "GIT_OPTIONAL_LOCKS=0";
        yield return "GIT_NO_REPLACE_OBJECTS=1";
        yield return "GIT_NO_LAZY_FETCH=1";
        yield return "GIT_LITERAL_PATHSPECS=1";
        // The data folder may lie in somebody's checkout.
        yield return "GIT_CEILING_DIRECTORIES=" + Path.GetDirectoryName(home);
        // Empty: no protocol. That also ends what a partial clone would like to fetch by itself (GIT_NO_LAZY_FETCH is of git 2.45).
        yield return "GIT_ALLOW_PROTOCOL=" + Passage?.Protocol;
        if (Folder is not null)
            yield return "GIT_DIR=" + Folder;
        foreach (var (name, value) in Passage?.Environment ?? [])
            yield return $"{name}={value}";

        var number = 0;
        foreach (var (key, value) in Always.Concat(Passage is null ? [] : Passage.Config.Prepend(("remote.origin.url", Passage.Url))))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_KEY_{number}={key}");
            yield return string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_VALUE_{number}={value}");
            number++;
        }
        yield return string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_COUNT={number}");
    }
}

/// <summary>How a git command ended.</summary>
/// <param name="Code">Its exit code; above 128 a signal's number and 128 (128 itself is what git calls fatal).</param>
/// <param name="Error">The end of what it wrote to standard error, without secrets.</param>
internal sealed record GitExit(int Code, string Error)
{
    public bool Succeeded => Code == 0;

    /// <summary>The out-of-memory killer, or somebody by hand: says nothing about the repository.</summary>
    public bool WasKilled => Code is 128 + 9 or 128 + 15;

    /// <summary>Of ENOSPC and EDQUOT by the C library, in the C locale.</summary>
    public bool IsDiskFull => Error.Contains("No space left on device", StringComparison.Ordinal) || Error.Contains("Disk quota exceeded", StringComparison.Ordinal);

    /// <summary>What people are told: git's last fatal line, else its last line.</summary>
    public string Said
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var said = lines.LastOrDefault(l => l.StartsWith("fatal: ", StringComparison.Ordinal) || l.StartsWith("ERROR: ", StringComparison.Ordinal))
                ?? lines.LastOrDefault(l => l.StartsWith("error: ", StringComparison.Ordinal)) ?? lines.LastOrDefault();
            return said ?? string.Create(CultureInfo.InvariantCulture, $"exit code {Code}");
        }
    }
}
