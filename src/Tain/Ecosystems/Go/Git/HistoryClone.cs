using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>All commits that branches and tags lead to, without their files where the server can leave them out. Made when first needed: for short hashes,
/// for commits that no ref is at, for what is an ancestor of what. What was once here stays, so a commit that a branch has left is still known.</summary>
internal sealed class HistoryClone(GitProgram git, GitClone clone, GitRemote remote, Func<IDisposable> use)
{
    /// <summary>Packs after which they are put together: each fetch makes one. 32.</summary>
    private const int MaxPacks = 32;

    /// <summary>In the clone: its packs and their sizes after the last fetch. A missing pack would look like commits that do not exist.</summary>
    private const string PackList = "tain-packs";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _tips = new(StringComparer.Ordinal);
    private Task? _fetch;
    private bool _isOpen;

    /// <summary>Forgets what was here: the folder was deleted. Only while nothing uses it.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _tips.Clear();
            _isOpen = false;
        }
    }

    /// <summary>The commit of a hash or the beginning of one, or null: unknown, or more than one.</summary>
    public Task<string?> ResolveOrNullAsync(GitRefs refs, string prefix, CancellationToken ct) => ReadAsync(refs, token => FindOrNullAsync(prefix, token), ct);

    /// <summary>Whether a commit is here already; asks nobody.</summary>
    public async Task<bool> HasAsync(string commit, CancellationToken ct) =>
        clone.Exists && await AskAsync(commit, ct) is { Exit.Succeeded: true, Output: var found } && Encoding.ASCII.GetString(found).Trim() == commit;

    /// <summary>Those of some commits that are a commit or its ancestors.</summary>
    public Task<HashSet<string>> AncestorsAsync(GitRefs refs, string commit, HashSet<string> among, CancellationToken ct) => ReadAsync(refs, async token =>
    {
        await CheckHasAsync(commit, token);
        var found = new HashSet<string>(StringComparer.Ordinal);
        await clone.ReadAsync(["rev-list", "--end-of-options", commit], async (process, talking) =>
        {
            process.Input.Dispose();
            using var lines = new StreamReader(process.Output, Encoding.ASCII, leaveOpen: true);
            while (await lines.ReadLineAsync(talking) is { } line)
            {
                if (among.Contains(line))
                    found.Add(line);
            }
        }, token);
        return found;
    }, ct);

    /// <summary>Whether one commit is the other or an ancestor of it.</summary>
    public Task<bool> IsAncestorAsync(GitRefs refs, string ancestor, string commit, CancellationToken ct) => ReadAsync(refs, async token =>
    {
        await CheckHasAsync(commit, token);
        var (exit, _) = await git.ReadAsync(new(["merge-base", "--is-ancestor", "--", ancestor, commit], clone.Folder), 1 << 10, token);
        return exit.Code switch
        {
            0 => true,
            1 => false,
            _ => throw GitClone.LocalFault(exit, clone.Folder),
        };
    }, ct);

    private async Task CheckHasAsync(string commit, CancellationToken ct)
    {
        if (await FindOrNullAsync(commit, ct) is null)
            throw RepositoryException.Missing($"unknown revision {commit}");
    }

    /// <summary>Git says with 1, and nothing else, that it has no such commit, or several; what it says of packs and indexes is another thing.</summary>
    private async Task<string?> FindOrNullAsync(string prefix, CancellationToken ct)
    {
        var (exit, output) = await AskAsync(prefix, ct);
        if (exit.Succeeded && Encoding.ASCII.GetString(output).Trim() is var commit)
            return !RefGrammar.IsHash(prefix) || commit == prefix || await IsTagAsync(prefix, ct) ? commit : null;
        if (exit.Code != 1 || (exit.Error.Length > 0 && !exit.Error.Contains("is ambiguous", StringComparison.Ordinal)))
            throw GitClone.LocalFault(exit, clone.Folder);
        CheckPacks();
        return null;
    }

    /// <summary>Whether a hash is that of a tag, which led to the commit of another hash.</summary>
    private async Task<bool> IsTagAsync(string hash, CancellationToken ct) =>
        await AskAsync(hash, ct, "tag") is { Exit.Succeeded: true, Output: var found } && Encoding.ASCII.GetString(found).Trim() == hash;

    /// <summary>A whole hash loses its last digit: for one that is not there, git would turn to a partial clone's remote, and not for the beginning of one.
    /// So whoever asks for a whole one has to compare.</summary>
    private Task<(GitExit Exit, byte[] Output)> AskAsync(string prefix, CancellationToken ct, string type = "commit") => git.ReadAsync(
        new(["rev-parse", "--verify", "-q", "--end-of-options", $"{(RefGrammar.IsHash(prefix) ? prefix[..^1] : prefix)}^{{{type}}}"], clone.Folder), 1 << 10, ct);

    /// <summary>Reads when all that the refs lead to is here. A clone that turns out broken is made anew, once.</summary>
    private async Task<T> ReadAsync<T>(GitRefs refs, Func<CancellationToken, Task<T>> read, CancellationToken ct)
    {
        for (var second = false; ; second = true)
        {
            await CoverAsync(refs, ct);
            try
            {
                return await read(ct);
            }
            catch (BrokenCloneException e)
            {
                if (second)
                    throw new RepositoryException(FaultKind.Malformed, $"{remote.Url}: its history can't be read, though it was fetched anew: {e.Message}", inner: e);
                await SetAsideAsync(ct);
            }
        }
    }

    /// <summary>Fetches unless every branch and tag is known. One fetch for all who ask meanwhile.</summary>
    private async Task CoverAsync(GitRefs refs, CancellationToken ct)
    {
        // The first may be a fetch that began before these refs were listed.
        for (var round = 0; round < 3; round++)
        {
            Task fetch;
            lock (_gate)
            {
                if (_isOpen && Covers(refs))
                    return;
                fetch = _fetch ??= Task.Run(() => WorkAsync(refs), CancellationToken.None);
            }
            try
            {
                await fetch.WaitAsync(ct);
            }
            catch (BrokenCloneException e)
            {
                throw new RepositoryException(FaultKind.Down, $"{remote.Url}: the clone of its history can't be made: {e.Message}", inner: e);
            }
        }
        // The server moves faster than we look: what was fetched is newer than what was listed.
    }

    private bool Covers(GitRefs refs) => refs.Commits.All(r => r.Key == "HEAD" || _tips.Contains(r.Value));

    private async Task WorkAsync(GitRefs refs)
    {
        try
        {
            using var used = use();
            await OpenAsync(refs, git.Ended);
            lock (_gate)
            {
                if (Covers(refs))
                    return;
            }
            await FetchAsync(refs, git.Ended);
        }
        finally
        {
            lock (_gate)
                _fetch = null;
        }
    }

    private async Task SetAsideAsync(CancellationToken ct)
    {
        Task aside;
        lock (_gate)
        {
            // A fetch under way began with a clone that was already broken, or with a new one: wait for it and look again.
            aside = _fetch ??= Task.Run(() =>
            {
                try
                {
                    using var used = use();
                    clone.SetAside();
                    Reset();
                }
                finally
                {
                    lock (_gate)
                        _fetch = null;
                }
            }, CancellationToken.None);
        }
        await aside.WaitAsync(ct);
    }

    private async Task OpenAsync(GitRefs refs, CancellationToken ct)
    {
        if (_isOpen && clone.Exists)
            return;
        var digits = refs.Commits.Values.FirstOrDefault()?.Length ?? 40;
        List<string> tips;
        try
        {
            await clone.OpenAsync(digits, ct);
            CheckPacks();
            tips = File.Exists(Path.Combine(clone.Folder, PackList)) ? await TipsAsync(ct) : [];
        }
        catch (BrokenCloneException)
        {
            clone.SetAside();
            await clone.OpenAsync(digits, ct);
            tips = [];
        }
        lock (_gate)
        {
            _tips.Clear();
            _tips.UnionWith(tips);
            _isOpen = true;
        }
    }

    private async Task FetchAsync(GitRefs refs, CancellationToken ct)
    {
        string[] arguments = ["--filter=tree:0", "--prune", "origin", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        GitExit? exit = null;
        try
        {
            exit = await remote.FetchAsync(clone.Folder, arguments, ct);
        }
        finally
        {
            if (exit is not { Succeeded: true })
                clone.RemoveLeftovers();
        }
        if (!exit.Succeeded)
            await FetchAnewAsync(arguments, exit, ct);
        if (Packs().Count > 2 * MaxPacks)
        {
            File.Delete(Path.Combine(clone.Folder, PackList));
            _ = await git.ReadAsync(new(["repack", "-q", "-a", "-d"], clone.Folder), 64 << 10, ct);
        }
        await File.WriteAllLinesAsync(Path.Combine(clone.Folder, PackList), Packs(), ct);
        var tips = await TipsAsync(ct);
        lock (_gate)
        {
            _tips.UnionWith(tips);
            // What the list had and the server no longer has: known to be gone, not to be waited for.
            _tips.UnionWith(refs.Commits.Values);
        }
    }

    /// <summary>It may be this clone that git can't go on with, rather than the server: ask for an empty one.</summary>
    private async Task FetchAnewAsync(string[] arguments, GitExit exit, CancellationToken ct)
    {
        if (_tips.Count == 0)
            throw remote.Failed(exit);
        var another = clone.Another();
        try
        {
            await another.OpenAsync(_tips.First().Length, ct);
            if (!(await remote.FetchAsync(another.Folder, arguments, ct)).Succeeded)
                throw remote.Failed(exit);
            clone.Become(another);
        }
        finally
        {
            GitClone.Delete(another.Folder);
        }
    }

    private async Task<List<string>> TipsAsync(CancellationToken ct)
    {
        var list = new RefList(int.MaxValue / 2);
        var (exit, output) = await git.ReadAsync(new(["show-ref", "-d"], clone.Folder), 256 << 20, ct);
        // 1: there are none.
        if (!exit.Succeeded && exit.Code != 1)
            throw GitClone.LocalFault(exit, clone.Folder);
        foreach (var line in Encoding.UTF8.GetString(output).Split('\n'))
            list.Add(line.Replace(' ', '\t'));
        return [.. list.Finish().Values];
    }

    /// <summary>Each pack and index with its size.</summary>
    private List<string> Packs()
    {
        var folder = new DirectoryInfo(Path.Combine(clone.Folder, "objects", "pack"));
        return !folder.Exists ? [] : [.. folder.EnumerateFiles()
            .Where(f => f.Extension is ".pack" or ".idx")
            .Select(f => $"{f.Length} {f.Name}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Before "there is no such commit" is believed. More packs than listed come with a fetch under way; no list is there while packs are put together.</summary>
    private void CheckPacks()
    {
        var list = Path.Combine(clone.Folder, PackList);
        if (!clone.Exists || (File.Exists(list) && File.ReadAllLines(list).Except(Packs(), StringComparer.Ordinal).Any()))
            throw new BrokenCloneException("packs are missing or cut");
    }
}
