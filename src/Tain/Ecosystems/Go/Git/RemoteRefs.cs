using System.Runtime.ExceptionServices;

namespace Tain.Ecosystems.Go.Git;

/// <summary>The refs of one remote: one look at a time, shared by all who ask meanwhile.</summary>
/// <param name="failureTtl">How long a failure serves others too, at most.</param>
internal sealed class RemoteRefs(GitRemote remote, TimeSpan failureTtl, TimeProvider time, CancellationToken life)
{
    private readonly Lock _gate = new();
    private Task<GitRefs>? _look;
    private GitRefs? _last;
    private (ExceptionDispatchInfo Failure, DateTimeOffset At)? _failed;

    /// <summary>The last that were seen, however old; null when none were.</summary>
    public GitRefs? Last => Volatile.Read(ref _last);

    /// <summary>Refs not older than <paramref name="maxAge"/>, or those of a look that is under way.</summary>
    public Task<GitRefs> GetAsync(TimeSpan maxAge, CancellationToken ct)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            // Duration: a clock that was set back must not keep them new until it has caught up.
            if (_last is { } last && (now - last.At).Duration() < maxAge)
                return Task.FromResult(last);
            if (_failed is { } failed && (now - failed.At).Duration() < (maxAge < failureTtl ? maxAge : failureTtl))
                failed.Failure.Throw();
            if (_look is null)
            {
                Task<GitRefs>? mine = null;
                mine = _look = Task.Run(() => LookAsync(() => mine!), CancellationToken.None);
                _ = mine.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
            return _look.WaitAsync(ct);
        }
    }

    /// <summary>Whoever asks from now on gets refs that the server lists from now on.</summary>
    public void Forget()
    {
        lock (_gate)
            (_look, _last, _failed) = (null, null, null);
    }

    private async Task<GitRefs> LookAsync(Func<Task<GitRefs>> mine)
    {
        try
        {
            var refs = await remote.ListAsync(life);
            lock (_gate)
            {
                if (_look == mine())
                    (_look, _last, _failed) = (null, refs, null);
            }
            return refs;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                if (_look == mine())
                    (_look, _failed) = (null, e is RepositoryException ? (ExceptionDispatchInfo.Capture(e), time.GetUtcNow()) : null);
            }
            throw;
        }
    }
}
