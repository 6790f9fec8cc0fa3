using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Commits with all their files and without their past, each kept by <c>refs/tain/&lt;hash&gt;</c>. A ref is written after everything that it needs,
/// so what it names is complete; the next version of a repository brings only what is new in it.</summary>
/// <remarks>One fetch at a time. Commits that are wanted meanwhile go together in the next one.</remarks>
/// <param name="refOf">A ref that a commit is at, as far as known: for servers that take no hashes.</param>
/// <param name="use">Keeps the clone from being deleted until disposed; then its size is looked at.</param>
internal sealed class TreesClone(GitProgram git, GitClone clone, GitRemote remote, Func<string, string?> refOf, Func<IDisposable> use)
{
    /// <summary>Commits in one fetch: they are on its command line, 90 bytes each. 256.</summary>
    private const int MaxBatch = 256;

    /// <summary>Fetches after which packs are put together: each fetch makes one, and git looks into all of them. 32.</summary>
    private const int FetchesPerRepack = 32;

    /// <summary>Commits that are remembered to be of no use. 1,000.</summary>
    private const int MaxUnreadable = 1000;

    private const string Refs = "refs/tain/";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Want> _wants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _here = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private bool _working;
    private bool _isOpen;
    private bool _isBroken;
    private bool _takesNoHashes;
    private int _generation;
    private int _fetches;

    private sealed class Want(string commit)
    {
        public string Commit { get; } = commit;

        public bool IsUnderWay { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Reads a commit, fetched before if need be. A clone that turns out broken is made anew, once.</summary>
    public async Task<T> ReadAsync<T>(string commit, Func<GitClone, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        for (var second = false; ; second = true)
        {
            var generation = await EnsureAsync(commit, ct);
            try
            {
                return await read(clone, ct);
            }
            catch (BrokenCloneException e)
            {
                if (IsUnreadable(commit, second, e.Message) is { } why)
                    throw new RepositoryException(FaultKind.Malformed, $"{remote.Url}: git can't read {commit}: {why}", inner: e);
                Break(generation);
                if (!e.CanRepeat)
                    throw new RepositoryException(FaultKind.Cut, $"{remote.Url}: its clone broke while it was read, and is made anew: {e.Message}", inner: e);
            }
        }
    }

    /// <summary>What git can't read in a clone that is new, it never can (a file named <c>..</c>): that breaks no further clones.</summary>
    private string? IsUnreadable(string commit, bool isNew, string said)
    {
        lock (_gate)
        {
            if (isNew)
            {
                if (_unreadable.Count == MaxUnreadable)
                    _unreadable.Clear();
                _unreadable[commit] = said;
            }
            return _unreadable.GetValueOrDefault(commit);
        }
    }

    /// <summary>The only commit here whose hash begins so, or null.</summary>
    public string? FindOrNull(string prefix)
    {
        lock (_gate)
        {
            string? found = null;
            foreach (var commit in _here.Where(c => c.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (found is not null)
                    return null;
                found = commit;
            }
            return found;
        }
    }

    /// <summary>Opens what an earlier process left, so that <see cref="FindOrNull"/> knows it.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _isOpen) || !clone.Exists)
            return;
        // A want of nothing: whatever is done to the clone is done by its one worker.
        await WantAsync("", ct);
    }

    /// <summary>Forgets what was here: the folder was deleted, or is to be. Only while nothing uses it.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _here.Clear();
            _isOpen = false;
            _generation++;
        }
    }

    /// <returns>Which making of the clone has it, for <see cref="Break"/>.</returns>
    private async Task<int> EnsureAsync(string commit, CancellationToken ct)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_here.Contains(commit))
                    return _generation;
            }
            await WantAsync(commit, ct);
        }
    }

    private Task WantAsync(string commit, CancellationToken ct)
    {
        lock (_gate)
        {
            if (_here.Contains(commit))
                return Task.CompletedTask;
            if (!_wants.TryGetValue(commit, out var want))
                _wants[commit] = want = new(commit);
            if (!_working)
            {
                _working = true;
                _ = Task.Run(WorkAsync, CancellationToken.None);
            }
            return want.Done.Task.WaitAsync(ct);
        }
    }

    private void Break(int generation)
    {
        lock (_gate)
        {
            if (generation != _generation)
                return;
            _generation++;
            _here.Clear();
            _isBroken = true;
        }
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            List<Want> batch;
            lock (_gate)
            {
                batch = [.. _wants.Values.Where(w => !w.IsUnderWay).Take(MaxBatch)];
                _working = batch.Count > 0;
                if (!_working)
                    return;
                foreach (var want in batch)
                    want.IsUnderWay = true;
            }
            try
            {
                using var used = use();
                await BringAsync(batch, git.Ended);
            }
            catch (Exception e)
            {
                foreach (var want in batch)
                    Finish(want, e);
            }
        }
    }

    private async Task BringAsync(List<Want> batch, CancellationToken ct)
    {
        bool isBroken;
        lock (_gate)
        {
            isBroken = _isBroken;
            _isBroken = false;
        }
        if (isBroken)
        {
            clone.SetAside();
            _isOpen = false;
        }
        await OpenNowAsync(batch.Max(w => w.Commit.Length), ct);
        List<Want> missing;
        lock (_gate)
            missing = [.. batch.Where(w => w.Commit.Length > 0 && !_here.Contains(w.Commit))];
        foreach (var want in batch.Except(missing))
            Finish(want, null);
        if (missing.Count == 0)
            return;
        if (!_takesNoHashes && await FetchHashesAsync(clone, missing, ct) is { Succeeded: true })
        {
            foreach (var want in missing)
                Finish(want, null);
        }
        else
        {
            foreach (var want in missing)
                Finish(want, await BringOneAsync(want, isTried: missing.Count == 1 || _takesNoHashes, ct));
        }
        if (++_fetches % FetchesPerRepack == 0)
            await RepackAsync(ct);
    }

    private async Task OpenNowAsync(int hashDigits, CancellationToken ct)
    {
        if (_isOpen && Directory.Exists(clone.Folder))
            return;
        List<string> here = [];
        try
        {
            await clone.OpenAsync(hashDigits, ct);
            here = await clone.HashesAsync(Refs, ct);
        }
        catch (BrokenCloneException)
        {
            clone.SetAside();
            await clone.OpenAsync(hashDigits, ct);
        }
        lock (_gate)
        {
            _here.Clear();
            _here.UnionWith(here);
            _isOpen = true;
        }
    }

    /// <summary>The ways to one commit, when it could not be had among others. Null when it is here, else why not.</summary>
    private async Task<Exception?> BringOneAsync(Want want, bool isTried, CancellationToken ct)
    {
        try
        {
            if (!isTried && await FetchHashesAsync(clone, [want], ct) is { Succeeded: true })
                return null;
            var exit = await FetchSomehowAsync(clone, want, ct);
            if (exit.Succeeded)
                return null;
            // It may be this clone that git can't go on with, rather than the server: ask for an empty one.
            var another = clone.Another();
            try
            {
                await another.OpenAsync(want.Commit.Length, ct);
                var again = await FetchHashesAsync(another, [want], ct);
                if (!again.Succeeded)
                    again = await FetchSomehowAsync(another, want, ct);
                if (!again.Succeeded)
                    return remote.Failed(exit);
                lock (_gate)
                {
                    _generation++;
                    _here.Clear();
                }
                clone.Become(another);
                return null;
            }
            finally
            {
                GitClone.Delete(another.Folder);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return e;
        }
    }

    private async Task<GitExit> FetchHashesAsync(GitClone into, List<Want> wants, CancellationToken ct) =>
        await FetchAsync(into, ["--depth=1", "origin", .. wants.Select(w => $"+{w.Commit}:{Refs}{w.Commit}")], ct);

    /// <summary>By the ref that has the commit; then, where that is not taken either (a server of files, a commit at no ref), everything with its past.</summary>
    private async Task<GitExit> FetchSomehowAsync(GitClone into, Want want, CancellationToken ct)
    {
        var incoming = "refs/incoming/" + want.Commit;
        if (!_takesNoHashes && refOf(want.Commit) is { } name && (await FetchAsync(into, ["--depth=1", "origin", $"+{name}:{incoming}"], ct)).Succeeded)
        {
            if (await KeepAsync(into, want.Commit, ct))
                return new(0, "");
            throw Lost(want.Commit, $"{name} has moved");
        }
        List<string> everything = ["origin", "+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*"];
        if (File.Exists(Path.Combine(into.Folder, "shallow")))
            everything.Insert(0, "--unshallow");
        var exit = await FetchAsync(into, everything, ct);
        if (!exit.Succeeded)
            return exit;
        if (!await KeepAsync(into, want.Commit, ct))
            throw Lost(want.Commit, "no branch or tag leads to it");
        // Only now: a commit that is gone tells nothing of how the others can be had.
        _takesNoHashes = true;
        return exit;
    }

    private static RepositoryException Lost(string commit, string why) => new(FaultKind.NotFound, $"unknown revision {commit}: {why}", reached: true) { IsLostCommit = true };

    private async Task<bool> KeepAsync(GitClone into, string commit, CancellationToken ct)
    {
        // update-ref takes only objects that are there.
        var (exit, _) = await git.ReadAsync(new(["update-ref", Refs + commit, commit], into.Folder), 1 << 10, ct);
        if (exit.Succeeded || exit.Error.Contains("nonexistent object", StringComparison.Ordinal))
            return exit.Succeeded;
        throw exit.IsDiskFull ? StorageFullException.Of(into.Folder, wanted: 0) : new RepositoryException(FaultKind.Down, $"a commit could not be kept: {exit.Said}");
    }

    private async Task<GitExit> FetchAsync(GitClone into, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        GitExit? exit = null;
        try
        {
            return exit = await remote.FetchAsync(into.Folder, arguments, ct);
        }
        finally
        {
            if (exit is not { Succeeded: true })
                into.RemoveLeftovers();
        }
    }

    private async Task RepackAsync(CancellationToken ct)
    {
        // What fails here costs speed only; a clone that is broken shows it when it is read.
        foreach (string[] arguments in (string[][])[["repack", "-q", "-d", "--geometric=2"], ["pack-refs", "--all"]])
        {
            try
            {
                _ = await git.ReadAsync(new(arguments, clone.Folder), 64 << 10, ct);
            }
            catch (RepositoryException)
            {
                clone.RemoveLeftovers();
            }
        }
    }

    private void Finish(Want want, Exception? failure)
    {
        lock (_gate)
        {
            if (!_wants.Remove(want.Commit))
                return;
            if (failure is null && want.Commit.Length > 0 && !_isBroken)
                _here.Add(want.Commit);
        }
        if (failure is null)
            want.Done.TrySetResult();
        else if (failure is OperationCanceledException)
            want.Done.TrySetCanceled();
        else
            want.Done.TrySetException(failure is BrokenCloneException ? new RepositoryException(FaultKind.Down, $"{remote.Url}: its clone can't be made: {failure.Message}", inner: failure) : failure);
        // Whoever wanted it may be gone.
        _ = want.Done.Task.Exception;
    }
}
