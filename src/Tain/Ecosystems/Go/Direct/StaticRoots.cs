using System.Text.RegularExpressions;

namespace Tain.Ecosystems.Go.Direct;

/// <summary>What the go command knows of repositories without asking anybody (cmd/go/internal/vcs, <c>vcsPaths</c> of go 1.24).</summary>
internal static partial class StaticRoots
{
    private static readonly string[] Systems = ["git", "hg", "svn", "bzr", "fossil"];

    private static readonly (string Prefix, string Vcs, Regex Path, bool RefusesSuffix)[] Hosts =
    [
        ("github.com", "git", GitHub(), true),
        ("bitbucket.org", "git", Bitbucket(), true),
        ("hub.jazz.net/git", "git", JazzHub(), true),
        ("git.apache.org", "git", Apache(), false),
        ("git.openstack.org", "git", OpenStack(), false),
        ("chiselapp.com", "fossil", Chisel(), false),
    ];

    /// <param name="Repository">Its URL without the scheme.</param>
    internal sealed record Found(string Vcs, string Root, string Repository);

    /// <summary>Null when the host has to be asked; with an error when there can be no such module.</summary>
    public static Found? FindOrNull(string path, out string? error)
    {
        error = null;
        // As the go command: so that a name that its own tests and all examples use is never asked for.
        if (GoImport.IsPrefix("example.net", path) || path == "rsc.io")
        {
            error = $"no modules on {path}";
            return null;
        }
        foreach (var (prefix, vcs, pattern, refusesSuffix) in Hosts)
        {
            if (!GoImport.IsPrefix(prefix, path))
                continue;
            var match = pattern.Match(path);
            var root = match.Groups[1].Value;
            if (!match.Success)
                error = $"no repository of {prefix} has this path";
            else if (refusesSuffix && Systems.Any(s => root.EndsWith("." + s, StringComparison.Ordinal)))
                error = $"paths of {prefix} have no suffix such as .git";
            return error is null ? new Found(vcs, root, root) : null;
        }
        if (GopkgIn().Match(path) is { Success: true })
            return new Found("git", path, path);
        return General(path, out error);
    }

    /// <summary>The syntax for any server: <c>host/path.VCS/directory</c>.</summary>
    private static Found? General(string path, out string? error)
    {
        error = null;
        var elements = path.Split('/');
        // :: The regular expression is not anchored at its start: it takes the first place from which the rest of the path fits.
        for (var i = 0; i < elements.Length - 1; i++)
        {
            if (!EndsWithHost(elements[i], isWhole: i == 0))
                continue;
            var rest = elements.AsSpan(i + 1);
            var root = -1;
            for (var j = 0; j < rest.Length; j++)
            {
                if (!IsElement(rest[j]))
                {
                    root = -1;
                    break;
                }
                // The last that has a suffix: the expression takes whole elements as long as it can.
                if (SystemOf(rest[j]) is not null)
                    root = i + 1 + j;
            }
            if (root < 0)
                continue;
            // In the middle of the path: the go command finds it, and then that the module isn't below it.
            if (i > 0)
            {
                error = $"what looks like a repository, {string.Join('/', elements[i..(root + 1)])}, is in the middle of the path";
                return null;
            }
            var vcs = SystemOf(elements[root])!;
            var whole = string.Join('/', elements[..(root + 1)]);
            return new Found(vcs, whole, whole[..^(vcs.Length + 1)]);
        }
        return null;
    }

    /// <summary>Hand-written: as a regular expression it takes exponential time on many dots.</summary>
    private static bool EndsWithHost(string element, bool isWhole)
    {
        var start = element.Length;
        while (start > 0 && (char.IsAsciiLetterLower(element[start - 1]) || char.IsAsciiDigit(element[start - 1]) || element[start - 1] is '.' or '-'))
            start--;
        return (start == 0 || !isWhole) && element.Length - start > 2 && element.AsSpan(start + 1, element.Length - start - 2).Contains('.');
    }

    private static string? SystemOf(string element) =>
        Array.Find(Systems, s => element.EndsWith("." + s, StringComparison.Ordinal) && IsElement(element[..^(s.Length + 1)]));

    private static bool IsElement(string element)
    {
        var name = element.StartsWith('~') ? element.AsSpan(1) : element;
        if (name.IsEmpty)
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        }
        return true;
    }

    [GeneratedRegex(@"^(github\.com/[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+)(?:/[A-Za-z0-9_.\-]+)*\z")]
    private static partial Regex GitHub();

    [GeneratedRegex(@"^(bitbucket\.org/[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+)(?:/[A-Za-z0-9_.\-]+)*\z")]
    private static partial Regex Bitbucket();

    [GeneratedRegex(@"^(hub\.jazz\.net/git/[a-z0-9]+/[A-Za-z0-9_.\-]+)(?:/[A-Za-z0-9_.\-]+)*\z")]
    private static partial Regex JazzHub();

    [GeneratedRegex(@"^(git\.apache\.org/[a-z0-9_.\-]+\.git)(?:/[A-Za-z0-9_.\-]+)*\z")]
    private static partial Regex Apache();

    [GeneratedRegex(@"^(git\.openstack\.org/[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+)(?:/[A-Za-z0-9_.\-]+)*\z")]
    private static partial Regex OpenStack();

    [GeneratedRegex(@"^(chiselapp\.com/user/[A-Za-z0-9]+/repository/[A-Za-z0-9_.\-]+)\z")]
    private static partial Regex Chisel();

    // What its pages say, of every path that can be a module's: not in the go command's table, which asks each time.
    [GeneratedRegex(@"^gopkg\.in/(?:[a-zA-Z0-9][-a-zA-Z0-9]+/)?[a-zA-Z][-.a-zA-Z0-9]*\.v(?:0|[1-9][0-9]*)(?:-unstable)?\z")]
    private static partial Regex GopkgIn();
}
