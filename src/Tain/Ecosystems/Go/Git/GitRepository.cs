namespace Tain.Ecosystems.Go.Git;

/// <summary>One remote repository and what is kept of it on disk. Shared by all its modules and versions; safe for concurrent use.
/// All operations throw <see cref="RepositoryException"/> for what the remote does, and end with their token.</summary>
internal sealed class GitRepository
{
    public RemoteUrl Url => throw new NotImplementedException();

    /// <summary>HEAD, branches and tags, not older than <paramref name="maxAge"/>; concurrent callers share one <c>git ls-remote</c>.</summary>
    public Task<GitRefs> RefsAsync(TimeSpan maxAge, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>What a revision names, as the go command's codehost (git.go, stat): a tag, a branch, HEAD, a commit by 7 to 40 hexadecimal digits.
    /// The commit is in the clone afterwards. Unknown: <see cref="RepositoryException.Missing"/>.</summary>
    /// <param name="maxAge">How old the refs may be that decide; a name that is not among them is looked for once more in fresh ones.</param>
    public Task<GitRevision> StatAsync(string revision, TimeSpan maxAge, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>A file of a commit, or null when the commit has none there (or it is no file). Fetches the commit if it is not here yet.</summary>
    /// <param name="maxBytes">A larger one is <see cref="Upstream.FaultKind.TooLarge"/>.</param>
    public Task<byte[]?> ReadFileAsync(string commit, string path, int maxBytes, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Names of all tags that point at the commit or at one of its ancestors. Needs history: commits only, without trees, where the server can.</summary>
    public Task<IReadOnlyList<string>> TagsMergedAsync(string commit, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Whether the tag's commit is the commit or an ancestor of it.</summary>
    public Task<bool> DescendsFromAsync(string commit, string tag, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>All files below <paramref name="directory"/> ("" for the root) of a commit, recursively, names relative to it. Empty when there is no such directory.</summary>
    public Task<IReadOnlyList<GitTreeEntry>> ListTreeAsync(string commit, string directory, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Streams the contents of the directory's files in tree order, converted as the go command's <c>git archive</c> does
    /// (core.autocrlf=input, core.eol=lf, neither export-subst nor export-ignore; docs/go-protocol.md, 27). Symlinks and submodules are left out.</summary>
    /// <param name="onFile">Gets the name relative to the directory and its content, in turn; what it does not read is skipped.</param>
    public Task ArchiveAsync(string commit, string directory, Func<string, Stream, CancellationToken, Task> onFile, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>The refs of a repository as its server listed them: <c>HEAD</c>, <c>refs/heads/…</c>, <c>refs/tags/…</c>; tags by the commit they point at.</summary>
internal sealed record GitRefs(IReadOnlyDictionary<string, string> Commits, DateTimeOffset At);

/// <param name="Commit">40 hexadecimal digits (64 in a SHA-256 repository).</param>
/// <param name="Time">The committer's, in UTC, to the second.</param>
/// <param name="Tags">Names of all tags at the commit, sorted bytewise.</param>
/// <param name="Version">The tag that was asked for, or the commit.</param>
/// <param name="Ref">The full name of the ref that led there; null for a commit given by its hash where no ref has it.</param>
internal sealed record GitRevision(string Commit, DateTimeOffset Time, IReadOnlyList<string> Tags, string Version, string? Ref)
{
    /// <summary>The first 12 digits (codehost.ShortenSHA1).</summary>
    public string Short => Commit[..12];
}

/// <param name="Mode">100644, 100755, 120000 (symlink) or 160000 (submodule).</param>
internal sealed record GitTreeEntry(string Name, string Mode, long Size, string Hash);

/// <summary>All repositories, their clones below <c>data/git</c>: bounded in size, the least recently used go first.</summary>
internal sealed class GitRepositories : IDisposable
{
    public GitRepository Get(RemoteUrl url, bool isPrivate) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
