using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Tain.Ecosystems.Go.Git;

/// <summary>All repositories, their clones below <c>data/git</c>: bounded in size, the least recently used go first.</summary>
internal sealed class GitRepositories : IDisposable
{
    private readonly ConcurrentDictionary<string, GitRepository> _repositories = new(StringComparer.Ordinal);
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

    /// <summary>The same for the same URL. A private repository and a public one of the same URL are two: what one may reach, the other may not.</summary>
    public GitRepository Get(RemoteUrl url, bool isPrivate)
    {
        var key = isPrivate ? url.Text + " private" : url.Text;
        return _repositories.GetOrAdd(key, static (key, all) =>
        {
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..CloneFolder.NameLength];
            return new(all.url, all.isPrivate, all.self._disk.Get(name), all.self._git, all.self._transports, all.self._options, all.self._time);
        }, (self: this, url, isPrivate));
    }

    /// <summary>Ends what is under way, with the processes that do it.</summary>
    public void Dispose() => _git.Dispose();
}
