using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Tain.Ecosystems.Go.Git;

/// <summary>All repositories, their clones below <c>data/git</c>: bounded in size, the least recently used go first.</summary>
internal sealed class GitRepositories : IDisposable
{
    /// <summary>Repositories whose refs are remembered; the least used go first. Whoever works with one keeps it alive.</summary>
    private const int MaxRemembered = 1000;

    private readonly Lock _gate = new();
    private readonly MemoryCache _remembered = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });
    private readonly Dictionary<string, WeakReference<GitRepository>> _alive = new(StringComparer.Ordinal);
    private readonly CommitFacts _facts = new();
    private readonly GitProgram _git;
    private readonly GitDisk _disk;
    private readonly GitOptions _options;
    private readonly IGitTransports _transports;
    private readonly TimeProvider _time;

    /// <param name="folder">Made if need be; this process's alone. What an earlier one left unfinished in it is removed.</param>
    public GitRepositories(string folder, GitOptions options, IGitTransports transports, TimeProvider time)
    {
        (_options, _transports, _time) = (options, transports, time);
        folder = Path.GetFullPath(folder);
        _disk = new(folder, options.Disk, time);
        _git = new(options, Path.Combine(folder, "home"), time);
    }

    /// <summary>Bytes of all clones, as last looked at.</summary>
    public long Disk => _disk.Total;

    /// <summary>The same for the same URL. A private repository, a public one and one that gets no credentials are three though their URL is the same:
    /// what one may reach, the other may not.</summary>
    public GitRepository Get(RemoteUrl url, bool isPrivate)
    {
        var key = isPrivate ? url.Text + " private" : url.IsAnonymous ? url.Text + " anonymous" : url.Text;
        lock (_gate)
        {
            // Two of one repository would write into one clone: one that was forgotten and is still used is found again.
            if (!_alive.TryGetValue(key, out var weak) || !weak.TryGetTarget(out var repository))
            {
                var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..CloneFolder.NameLength];
                repository = new(url, isPrivate, _disk.Get(name), _git, _transports, _facts, _options, _time);
                _alive[key] = new(repository);
                if (_alive.Count > 2 * MaxRemembered)
                    ForgetDead();
            }
            return _remembered.Set(key, repository, new MemoryCacheEntryOptions { Size = 1 });
        }
    }

    private void ForgetDead()
    {
        foreach (var (key, weak) in _alive)
        {
            if (!weak.TryGetTarget(out _))
                _alive.Remove(key);
        }
    }

    /// <summary>Ends what is under way, with the processes that do it.</summary>
    public void Dispose()
    {
        _git.Dispose();
        _remembered.Dispose();
        _facts.Dispose();
    }
}
