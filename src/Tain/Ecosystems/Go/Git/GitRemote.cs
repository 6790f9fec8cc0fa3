using System.Text;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>The far end of a repository: commands that reach it, each by a passage of its own.</summary>
internal sealed class GitRemote(RemoteUrl url, bool isPrivate, IGitTransports transports, GitProgram git, TimeProvider time)
{
    /// <summary>How often a fetch is looked at for the room it takes. 1 s.</summary>
    private static readonly TimeSpan RoomCheck = TimeSpan.FromSeconds(1);

    /// <summary>What one listing of refs may take: the largest public repositories need 30 MiB. 64 MiB.</summary>
    private const int MaxRefsBytes = 64 << 20;

    /// <summary>Branches and tags. 1,000,000.</summary>
    private const int MaxRefs = 1_000_000;

    public RemoteUrl Url => url;

    /// <summary>HEAD, branches and tags as the server lists them now. Throws <see cref="RepositoryException"/>.</summary>
    public async Task<GitRefs> ListAsync(CancellationToken ct)
    {
        var at = time.GetUtcNow();
        var refs = new RefList(MaxRefs);
        var exit = await RunAsync(["ls-remote", "-q", "origin"], folder: null, async (process, token) =>
        {
            process.Input.Dispose();
            using var lines = new StreamReader(new BoundedStream(process.Output, MaxRefsBytes, $"the list of refs of {url}"), Encoding.UTF8);
            while (await lines.ReadLineAsync(token) is { } line)
                refs.Add(line);
        }, ct);
        if (!exit.Succeeded)
            throw Failed(exit);
        return new(refs.Finish(), at);
    }

    /// <summary>Brings objects into a clone. A way that failed throws <see cref="RepositoryException"/>, a full disk <see cref="StorageFullException"/>;
    /// what git or the server did not want is in the exit.</summary>
    public async Task<GitExit> FetchAsync(string folder, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var full = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = time.CreateTimer(_ =>
        {
            if (!HasRoom(folder))
                full.Cancel();
        }, null, RoomCheck, RoomCheck);
        try
        {
            if (!HasRoom(folder))
                throw StorageFullException.Of(folder, wanted: 0);
            string[] all = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", .. arguments];
            var exit = await RunAsync(all, folder, (process, token) => DiscardAsync(process, token), full.Token);
            return exit.IsDiskFull ? throw StorageFullException.Of(folder, wanted: 0) : exit;
        }
        catch (OperationCanceledException e) when (full.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw StorageFullException.Of(folder, wanted: 0, e);
        }
    }

    /// <summary>What a command that failed, for no fault of the way, comes to.</summary>
    public RepositoryException Failed(GitExit exit) => new(FaultKind.Unreachable, $"{url}: {Secrets.OneLine(exit.Said, Secrets.MaxSaid)}");

    private static bool HasRoom(string folder) => FileSystem.FreeOrNull(folder) is not { } free || free > BlobStore.ReserveFor(folder);

    private async Task<GitExit> RunAsync(IReadOnlyList<string> arguments, string? folder, Func<ProcessGroup, CancellationToken, Task> talk, CancellationToken ct)
    {
        using var passage = await transports.OpenAsync(url, isPrivate, ct);
        GitExit exit;
        try
        {
            exit = await git.RunAsync(new(arguments, folder) { Passage = passage, Host = url.HostAndPort }, talk, ct);
        }
        catch (RepositoryException e) when (e.Fault == FaultKind.Timeout && passage.Fault is { } fault)
        {
            throw fault;
        }
        // Without a fault on the way, the caller may still have another way to ask.
        if (!exit.Succeeded && (passage.Fault ?? passage.FaultOf(exit.Code, exit.Error)) is { } failed)
            throw failed;
        return exit;
    }

    private static async Task DiscardAsync(ProcessGroup process, CancellationToken ct)
    {
        process.Input.Dispose();
        await process.Output.CopyToAsync(Stream.Null, ct);
    }
}
