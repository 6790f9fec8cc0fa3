using Microsoft.Extensions.Caching.Memory;

namespace Tain.Ecosystems.Go.Git;

/// <summary>What was read of commits: times, places of paths, small files. A commit never changes, so neither does any of it; it saves the processes
/// that would read it again for each of a version's three pages. In memory, 32 MiB at most for all repositories; the least used go first.</summary>
internal sealed class CommitFacts : IDisposable
{
    /// <summary>In bytes, for all.</summary>
    private const long MaxBytes = 32 << 20;

    /// <summary>A larger file is read again: a go.mod has a few KiB.</summary>
    private const int MaxFile = 64 << 10;

    private readonly MemoryCache _facts = new(new MemoryCacheOptions { SizeLimit = MaxBytes });

    private readonly record struct Key(string Repository, string Commit, string Path, string Kind);

    public DateTimeOffset? TimeOrNull(string repository, string commit) =>
        _facts.TryGetValue(new Key(repository, commit, "", "time"), out DateTimeOffset time) ? time : null;

    public void Remember(string repository, string commit, DateTimeOffset time) => Set(new(repository, commit, "", "time"), time, 0);

    /// <summary>False when it is not known; true with null when the commit has nothing there.</summary>
    public bool TryGetPath(string repository, string commit, string path, out (string Mode, string Hash)? entry)
    {
        var known = _facts.TryGetValue(new Key(repository, commit, path, "path"), out object? found);
        entry = ((string, string)?)found;
        return known;
    }

    public void Remember(string repository, string commit, string path, (string Mode, string Hash)? entry) => Set<object?>(new(repository, commit, path, "path"), entry, 0);

    /// <summary>False when it is not known; true with null when the commit has no such file.</summary>
    public bool TryGetFile(string repository, string commit, string path, out byte[]? content) =>
        _facts.TryGetValue(new Key(repository, commit, path, "file"), out content);

    public void Remember(string repository, string commit, string path, byte[]? content)
    {
        if (content is null or { Length: <= MaxFile })
            Set(new(repository, commit, path, "file"), content, content?.Length ?? 0);
    }

    public void Dispose() => _facts.Dispose();

    // 400: the key's strings and the entry itself.
    private void Set<T>(Key key, T fact, int size) => _facts.Set(key, fact, new MemoryCacheEntryOptions { Size = 400 + size });
}
