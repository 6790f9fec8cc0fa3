using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>One remote repository and what is kept of it on disk. Shared by all its modules and versions; safe for concurrent use.
/// All operations throw <see cref="RepositoryException"/> for what the remote does, <see cref="Storage.StorageFullException"/> for a full disk, and end with their
/// token; work that others share goes on without it.</summary>
/// <remarks>A commit is fetched by its hash if the clone does not have it: give only commits that <see cref="StatAsync"/> gave, because servers hand out others too
/// (those of pull requests, of forks).</remarks>
internal sealed class GitRepository
{
    /// <summary>Files of one commit. 1,000,000.</summary>
    private const int MaxFiles = 1_000_000;

    /// <summary>The bytes of their names and all, as git lists them. 256 MiB.</summary>
    private const int MaxList = 256 << 20;

    /// <summary>Digits from which a hash is taken for the only one of its beginning among commits that are here: what pseudo-versions have. 12.</summary>
    private const int SureDigits = 12;

    /// <summary>A file that is read before it is asked for, in bytes: a larger one waits until it is.</summary>
    private const int EarlyFile = 64 << 10;

    private readonly GitProgram _git;
    private readonly GitOptions _options;
    private readonly CommitFacts _facts;
    private readonly CloneFolder _folder;
    private readonly RemoteRefs _refs;
    private readonly TreesClone _trees;
    private readonly HistoryClone _history;

    internal GitRepository(RemoteUrl url, bool isPrivate, CloneFolder folder, GitProgram git, IGitTransports transports, CommitFacts facts, GitOptions options, TimeProvider time)
    {
        (Url, _folder, _git, _facts, _options) = (url, folder, git, facts, options);
        var remote = new GitRemote(url, isPrivate, transports, git, time);
        _refs = new(remote, options.RefsTtl, time, git.Ended);
        _trees = new(git, new(git, Path.Combine(folder.Path, "trees.git"), folder.Waste), remote, c => _refs.Last?.RefAtOrNull(c), Grow);
        _history = new(git, new(git, Path.Combine(folder.Path, "history.git"), folder.Waste), remote, Grow);
        // Weak: the folders of all clones are kept, their repositories need not be.
        var self = new WeakReference<GitRepository>(this);
        folder.Deleted = () =>
        {
            if (!self.TryGetTarget(out var repository))
                return;
            repository._trees.Reset();
            repository._history.Reset();
        };
    }

    public RemoteUrl Url { get; }

    /// <summary>HEAD, branches and tags, not older than <paramref name="maxAge"/>; concurrent callers share one <c>git ls-remote</c>.
    /// A failure serves others too, for at most <see cref="GitOptions.RefsTtl"/>.</summary>
    public Task<GitRefs> RefsAsync(TimeSpan maxAge, CancellationToken ct) => _refs.GetAsync(maxAge, ct);

    /// <summary>The refs that were seen last, however old; null when none were.</summary>
    public GitRefs? KnownRefs => _refs.Last;

    /// <summary>The repository is said to have changed: from now on its server is asked anew.</summary>
    public void Forget() => _refs.Forget();

    /// <summary>What a revision names, as the go command's codehost (git.go, stat): a tag, a branch, HEAD, a commit by 7 to 40 hexadecimal digits.
    /// The commit is in the clone afterwards. Unknown: <see cref="RepositoryException.Missing"/>.</summary>
    /// <param name="maxAge">How old the refs may be that decide; a name that is not among them is looked for once more in fresh ones.</param>
    public async Task<GitRevision> StatAsync(string revision, TimeSpan maxAge, CancellationToken ct)
    {
        using var used = Use();
        var refs = await RefsAsync(maxAge, ct);
        try
        {
            return await ResolveAsync(revision, refs, ct);
        }
        catch (RepositoryException e) when (e is { Fault: FaultKind.NotFound, Reached: true })
        {
            // Not there yet, or moved since we looked.
            var fresh = await RefsAsync(_refs.Last == refs && refs.FindOrNull(revision) is null ? _options.RefsTtl : TimeSpan.Zero, ct);
            if (fresh == refs)
                throw;
            return await ResolveAsync(revision, fresh, ct);
        }
    }

    private async Task<GitRevision> ResolveAsync(string revision, GitRefs refs, CancellationToken ct)
    {
        if (refs.Commits.Count == 0 || (revision == "HEAD" && !refs.Commits.ContainsKey(revision)))
            throw RepositoryException.Missing("no commits");
        var found = refs.FindOrNull(revision);
        var commit = found?.Commit ?? (GitRefs.IsHashOrPrefix(revision) ? await FindPastAsync(revision, refs, ct) : null)
            ?? throw RepositoryException.Missing($"unknown revision {Secrets.OneLine(revision, 100)}");
        var time = await TimeAsync(commit, ct);
        var tags = refs.TagsAt(commit);
        var version = tags.Contains(revision, StringComparer.Ordinal) && !commit.StartsWith(revision, StringComparison.Ordinal) ? revision : commit;
        // A hash at HEAD alone is not shown as HEAD (git.go: "ref = hash").
        return new(commit, time, tags, version, found?.Ref is "HEAD" && revision != "HEAD" ? null : found?.Ref);
    }

    /// <summary>Of a commit, which is fetched if it is not here; what a version's pages ask for next is read in the same conversation.</summary>
    private async Task<DateTimeOffset> TimeAsync(string commit, CancellationToken ct)
    {
        if (_facts.TimeOrNull(_folder.Path, commit) is { } known)
            return known;
        return await ReadObjectsAsync(commit, async (objects, token) =>
        {
            var time = await objects.TimeAsync(commit, token);
            _ = await PathAsync(objects, commit, "", token);
            _ = await FileAsync(objects, commit, "go.mod", int.MaxValue, token);
            _facts.Remember(_folder.Path, commit, time);
            return time;
        }, ct);
    }

    private async Task<(string Mode, string Hash)?> PathAsync(GitObjects objects, string commit, string path, CancellationToken ct)
    {
        if (_facts.TryGetPath(_folder.Path, commit, path, out var known))
            return known;
        var entry = await objects.FindPathAsync(commit, path, ct);
        _facts.Remember(_folder.Path, commit, path, entry);
        return entry;
    }

    /// <param name="maxBytes">Larger is <see cref="FaultKind.TooLarge"/>; with <see cref="int.MaxValue"/>, it is left for who asks for it.</param>
    private async Task<byte[]?> FileAsync(GitObjects objects, string commit, string path, int maxBytes, CancellationToken ct)
    {
        if (await PathAsync(objects, commit, path, ct) is not { } entry || entry.Mode is "40000" or "160000")
        {
            _facts.Remember(_folder.Path, commit, path, (byte[]?)null);
            return null;
        }
        try
        {
            var file = await objects.FindAsync(entry.Hash, maxBytes == int.MaxValue ? EarlyFile : maxBytes, $"{path} at {commit}", ct)
                ?? throw new BrokenCloneException($"{path} at {commit} is missing");
            var content = file.Type == "blob" ? file.Content : null;
            _facts.Remember(_folder.Path, commit, path, content);
            return content;
        }
        catch (RepositoryException e) when (maxBytes == int.MaxValue && e.Fault is FaultKind.TooLarge)
        {
            return null;
        }
    }

    /// <summary>A commit that no ref is at. Only one that a branch or tag leads to counts.</summary>
    private async Task<string?> FindPastAsync(string revision, GitRefs refs, CancellationToken ct)
    {
        if (revision.Length >= SureDigits)
        {
            await _trees.OpenAsync(ct);
            if (_trees.FindOrNull(revision) is { } here)
                return here;
        }
        if (RefGrammar.IsHash(revision) && await _history.HasAsync(revision, ct))
            return revision;
        return await _history.ResolveOrNullAsync(refs, revision, ct);
    }

    /// <summary>A file of a commit, or null when the commit has none there (or it is no file). A symlink's is what it points at, as text. Fetches the commit if it is not here yet.</summary>
    /// <param name="maxBytes">A larger one is <see cref="FaultKind.TooLarge"/>.</param>
    public async Task<byte[]?> ReadFileAsync(string commit, string path, int maxBytes, CancellationToken ct)
    {
        using var used = Use();
        if (_facts.TryGetFile(_folder.Path, commit, path, out var known) && (known is null || known.Length <= maxBytes))
            return known;
        return await SeenAsync(commit, () => ReadObjectsAsync(commit, (objects, token) => FileAsync(objects, commit, path, maxBytes, token), ct));
    }

    /// <summary>Names of all tags that point at the commit or at one of its ancestors, sorted bytewise. Needs history: commits only, without trees, where the server can.</summary>
    public async Task<IReadOnlyList<string>> TagsMergedAsync(string commit, CancellationToken ct)
    {
        const string Tags = "refs/tags/";
        Check(commit);
        using var used = Use();
        var refs = await RefsAsync(_options.RefsTtl, ct);
        List<(string Name, string Commit)> tags = [.. refs.Commits.Where(r => r.Key.StartsWith(Tags, StringComparison.Ordinal)).Select(r => (r.Key[Tags.Length..], r.Value))];
        if (tags.Count == 0)
            return [];
        var merged = await _history.AncestorsAsync(refs, commit, [.. tags.Select(t => t.Commit)], ct);
        List<string> names = [.. tags.Where(t => merged.Contains(t.Commit)).Select(t => t.Name)];
        names.Sort(GitRefs.CompareUtf8);
        return names;
    }

    /// <summary>Whether the tag's commit is the commit or an ancestor of it. False when there is no such tag.</summary>
    public async Task<bool> DescendsFromAsync(string commit, string tag, CancellationToken ct)
    {
        Check(commit);
        using var used = Use();
        var refs = await RefsAsync(_options.RefsTtl, ct);
        return refs.Commits.TryGetValue("refs/tags/" + tag, out var ancestor) && (ancestor == commit || await _history.IsAncestorAsync(refs, ancestor, commit, ct));
    }

    /// <summary>All files below <paramref name="directory"/> ("" for the root) of a commit, recursively, names relative to it. Empty when there is no such directory.
    /// What is not UTF-8 in a name is U+FFFD. At most 1,000,000 files.</summary>
    public async Task<IReadOnlyList<GitTreeEntry>> ListTreeAsync(string commit, string directory, CancellationToken ct)
    {
        Check(commit);
        using var used = Use();
        return await SeenAsync(commit, () => _trees.ReadAsync<IReadOnlyList<GitTreeEntry>>(commit, async (clone, token) =>
        {
            if (await DirectoryOrNullAsync(clone, commit, directory, token) is not { } tree)
                return [];
            var list = new TreeList(MaxFiles);
            await clone.ReadAsync(["ls-tree", "-r", "-z", "--long", "--end-of-options", tree], async (process, reading) =>
            {
                process.Input.Dispose();
                await list.ReadAsync(new BoundedStream(process.Output, MaxList, $"the list of files of {commit}"), reading);
            }, token);
            return list.Entries;
        }, ct));
    }

    /// <summary>Streams the contents of the directory's files in tree order, converted as the go command's <c>git archive</c> does
    /// (core.autocrlf=input, core.eol=lf, neither export-subst nor export-ignore; docs/go-protocol.md, 27). Symlinks and submodules are left out.
    /// A clone that breaks after the first file throws <see cref="FaultKind.Cut"/>: it is made anew, and may be asked again.</summary>
    /// <param name="onFile">Gets the name relative to the directory and its content, in turn; what it does not read is skipped. It runs while a git command does
    /// (<see cref="GitOptions.Processes"/>, <see cref="GitOptions.Timeout"/>), so it must not ask this repository.</param>
    public async Task ArchiveAsync(string commit, string directory, Func<string, Stream, CancellationToken, Task> onFile, CancellationToken ct)
    {
        Check(commit);
        using var used = Use();
        var prefix = directory.Length == 0 ? "" : directory + "/";
        await SeenAsync(commit, () => _trees.ReadAsync(commit, async (clone, token) =>
        {
            if (await DirectoryOrNullAsync(clone, commit, directory, token) is null)
                return false;
            var given = 0;
            var isWhole = false;
            string[] arguments = ["archive", "--format=tar", commit, .. directory.Length == 0 ? (string[])[] : ["--", directory]];
            var exit = await _git.RunAsync(new(arguments, clone.Folder), async (process, reading) =>
            {
                process.Input.Dispose();
                try
                {
                    isWhole = await new TarFiles(new BufferedStream(process.Output, 64 << 10)).ReadAsync((name, content, giving) =>
                    {
                        given++;
                        return name.StartsWith(prefix, StringComparison.Ordinal) ? onFile(name[prefix.Length..], content, giving) : Task.CompletedTask;
                    }, reading);
                    await process.Output.CopyToAsync(Stream.Null, reading);
                }
                catch (EndOfStreamException)
                {
                    // Its exit says why.
                }
            }, token);
            // A folder of folders only is none to git, nor to the go command.
            if ((exit.Succeeded && isWhole) || exit.Error.Contains("did not match any files", StringComparison.Ordinal))
                return true;
            var fault = exit.Succeeded ? new BrokenCloneException("git archive ended early") : GitClone.LocalFault(exit, clone.Folder);
            throw given > 0 && fault is BrokenCloneException ? new BrokenCloneException(fault.Message) { CanRepeat = false } : fault;
        }, ct));
    }

    /// <summary>A commit that was seen, and that the repository has no more (its branch was forced, its tag deleted), is no absence of the version that it is.</summary>
    private async Task<T> SeenAsync<T>(string commit, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (RepositoryException e) when (e.IsLostCommit)
        {
            throw new RepositoryException(FaultKind.ServerError, $"{Url} no longer has commit {commit}, which this version is: was its history rewritten? ({e.Message})", reached: true, e);
        }
    }

    /// <summary>The tree's hash; null when the commit has no such directory.</summary>
    private async Task<string?> DirectoryOrNullAsync(GitClone clone, string commit, string directory, CancellationToken ct)
    {
        var entry = _facts.TryGetPath(_folder.Path, commit, directory, out var known) ? known
            : await GitObjects.ReadAsync(_git, clone, (objects, reading) => PathAsync(objects, commit, directory, reading), ct);
        return entry is { Mode: "40000", Hash: var tree } ? tree : null;
    }

    private Task<T> ReadObjectsAsync<T>(string commit, Func<GitObjects, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        Check(commit);
        return _trees.ReadAsync(commit, (clone, token) => GitObjects.ReadAsync(_git, clone, read, token), ct);
    }

    private IDisposable Use() => _folder.Use(Url.Text, isGrowing: false);

    private IDisposable Grow() => _folder.Use(Url.Text, isGrowing: true);

    private static void Check(string commit)
    {
        if (!RefGrammar.IsHash(commit))
            throw new ArgumentException($"not a commit's hash: {commit}", nameof(commit));
    }
}
