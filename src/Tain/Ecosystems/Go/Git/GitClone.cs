using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>A bare repository on disk that can be thrown away at any time: what is in it can be fetched again.</summary>
/// <remarks>Git writes objects before refs and renames both into place, so a command that was killed leaves only files that no one reads:
/// they are removed when the clone is opened. What is broken in any other way is set aside whole.</remarks>
/// <param name="folder">Its place. The folder above it exists, and is on the same file system as <paramref name="waste"/>.</param>
/// <param name="waste">Where folders go that are to be deleted.</param>
internal sealed class GitClone(GitProgram git, string folder, string waste)
{
    /// <summary>In <c>info/attributes</c>, above all of a tree's own (cmd/go codehost, ensureGitAttributes): archives then depend on the commit alone.</summary>
    private const string Attributes = "* -export-subst -export-ignore\n";

    private static long s_wasted;

    public string Folder => folder;

    /// <summary>Whether there is anything that could be opened.</summary>
    public bool Exists => File.Exists(Path.Combine(folder, "HEAD"));

    /// <summary>Opens what is there, without what a killed command left; makes it if there is none, or none that could be used.</summary>
    /// <param name="hashDigits">40 for SHA-1, 64 for SHA-256, 0 for what is there.</param>
    public async Task OpenAsync(int hashDigits, CancellationToken ct)
    {
        if (Path.Exists(folder))
        {
            var isSha256 = Exists && File.Exists(Path.Combine(folder, "config")) && (await File.ReadAllTextAsync(Path.Combine(folder, "config"), ct))
                .Contains("objectformat = sha256", StringComparison.OrdinalIgnoreCase);
            if (Exists && (hashDigits == 0 || isSha256 == (hashDigits == 64)) && Directory.Exists(Path.Combine(folder, "objects")))
                RemoveLeftovers();
            else
                SetAside();
        }
        if (Path.Exists(folder))
            return;
        var fresh = Fresh();
        var (exit, _) = await git.ReadAsync(new(["init", "-q", "--bare", "--template=", $"--object-format=sha{(hashDigits == 64 ? 256 : 1)}"], fresh), 1 << 10, ct);
        if (!exit.Succeeded)
        {
            Delete(fresh);
            throw LocalFault(exit, fresh);
        }
        Directory.CreateDirectory(Path.Combine(fresh, "info"));
        await File.WriteAllTextAsync(Path.Combine(fresh, "info", "attributes"), Attributes, ct);
        Posix.Rename(fresh, folder);
    }

    /// <summary>The refs below a prefix, each by its name and what it points at.</summary>
    public async Task<List<string>> HashesAsync(string prefix, CancellationToken ct)
    {
        var (exit, output) = await git.ReadAsync(new(["for-each-ref", "--format=%(objectname)", prefix], folder), 64 << 20, ct);
        if (!exit.Succeeded)
            throw LocalFault(exit, folder);
        return [.. System.Text.Encoding.ASCII.GetString(output).Split('\n').Where(line => RefGrammar.IsHash(line))];
    }

    /// <summary>Runs a command that only this clone can answer. When it fails, the clone is broken: <see cref="BrokenCloneException"/>.</summary>
    public async Task ReadAsync(IReadOnlyList<string> arguments, Func<ProcessGroup, CancellationToken, Task> talk, CancellationToken ct)
    {
        var exit = await git.RunAsync(new(arguments, folder), talk, ct);
        if (!exit.Succeeded)
            throw LocalFault(exit, folder);
    }

    /// <summary>Its files together, in bytes.</summary>
    public long Size() => SizeOf(folder);

    /// <summary>Takes it out of its place, at once; then deletes it.</summary>
    public void SetAside()
    {
        var aside = Path.Combine(waste, NextName());
        try
        {
            Posix.Rename(folder, aside);
        }
        catch (IOException) when (!Path.Exists(folder))
        {
            return;
        }
        Delete(aside);
    }

    /// <summary>Removes locks and half-written files. Only while no command writes here.</summary>
    public void RemoveLeftovers()
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetFileName(file.AsSpan());
            if (name.EndsWith(".lock", StringComparison.Ordinal) || name.EndsWith(".keep", StringComparison.Ordinal) || name.StartsWith("tmp_", StringComparison.Ordinal) || name.StartsWith(".tmp-", StringComparison.Ordinal)
                || name.StartsWith("shallow_", StringComparison.Ordinal))
                File.Delete(file);
        }
    }

    public static long SizeOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        }
        catch (IOException)
        {
            // Git moved something while we looked: the next look counts it.
            return 0;
        }
    }

    /// <summary>Deletes a folder, though somebody may be adding to it.</summary>
    public static void Delete(string path)
    {
        for (var attempt = 0; attempt < 3 && Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException)
            {
                // What stays is deleted when Tain starts.
            }
        }
    }

    /// <summary>A repository's place beside this one, for a second opinion.</summary>
    public GitClone Another() => new(git, Fresh(), waste);

    /// <summary>Puts another in this one's place.</summary>
    public void Become(GitClone other)
    {
        SetAside();
        Posix.Rename(other.Folder, folder);
    }

    /// <summary>The clone is broken, unless the machine is: a full disk, a killed process.</summary>
    public static Exception LocalFault(GitExit exit, string folder)
    {
        if (exit.IsDiskFull)
            return StorageFullException.Of(folder, wanted: 0);
        return exit.WasKilled ? new RepositoryException(FaultKind.Down, "git was killed, perhaps for want of memory") : new BrokenCloneException(exit.Said);
    }

    private string Fresh() => Path.Combine(waste, NextName());

    // The process's start makes it another than what a former one left.
    private static string NextName() => $"{Environment.ProcessId}-{Environment.TickCount64}-{Interlocked.Increment(ref s_wasted)}";
}

/// <summary>What should be in a clone can't be read from it. Never leaves this folder: the clone is made anew.</summary>
internal sealed class BrokenCloneException(string said, Exception? inner = null) : Exception(said, inner)
{
    /// <summary>False when a part was given away already.</summary>
    public bool CanRepeat { get; init; } = true;
}
