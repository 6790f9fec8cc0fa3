using System.Globalization;
using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <param name="Type">commit, tree, blob or tag.</param>
internal sealed record GitObject(string Type, byte[] Content);

/// <summary>One conversation with <c>git cat-file --batch</c>: objects by their hashes. Paths are looked up here, in the trees' own bytes, because git says
/// "missing" both of a file that a tree does not have and of a tree that can't be read: here an object that something points at is there, or the clone is broken.</summary>
internal sealed class GitObjects
{
    /// <summary>A commit or a tree that is larger is nobody's: a tree of a million files has 40 MiB. 64 MiB.</summary>
    private const int MaxTree = 64 << 20;

    /// <summary>The longest line that git answers: hash, type, size. 256 bytes.</summary>
    private const int MaxLine = 256;

    private readonly ProcessGroup _git;
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _from, _to;
    private bool _isLeft;

    private GitObjects(ProcessGroup git) => _git = git;

    /// <summary>Throws <see cref="BrokenCloneException"/> when git can't read what is there.</summary>
    public static async Task<T> ReadAsync<T>(GitProgram git, GitClone clone, Func<GitObjects, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        T result = default!;
        IOException? cut = null;
        GitObjects? objects = null;
        var exit = await git.RunAsync(new(["cat-file", "--batch"], clone.Folder), async (process, token) =>
        {
            try
            {
                result = await read(objects = new(process), token);
            }
            catch (IOException e)
            {
                // It ended while we spoke with it; its exit says why.
                cut = e;
            }
        }, ct);
        // One that was left while it wrote what is too large dies of that, not of its clone.
        if (!exit.Succeeded && objects is not { _isLeft: true })
            throw GitClone.LocalFault(exit, clone.Folder);
        return cut is null ? result : throw new BrokenCloneException("git cat-file ended early", cut);
    }

    /// <summary>An object, or null when it is not in the clone.</summary>
    /// <param name="maxBytes">A larger one throws <see cref="FaultKind.TooLarge"/>.</param>
    /// <param name="what">What it is called then.</param>
    public async Task<GitObject?> FindAsync(string hash, int maxBytes, string what, CancellationToken ct)
    {
        await _git.Input.WriteAsync(Encoding.ASCII.GetBytes(hash + "\n"), ct);
        await _git.Input.FlushAsync(ct);
        var words = (await LineAsync(ct)).Split(' ');
        if (words is [_, "missing"])
            return null;
        if (words.Length != 3 || words[0] != hash || !long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw new BrokenCloneException($"git cat-file said {string.Join(' ', words)}");
        // Its content stays unread: nothing more can be asked in this conversation.
        _isLeft = size > maxBytes;
        if (_isLeft)
            throw new RepositoryException(FaultKind.TooLarge, $"{what} has {size} bytes, more than {maxBytes}");
        var content = new byte[size];
        await FillAsync(content, ct);
        await FillAsync(new byte[1], ct);
        return new(words[1], content);
    }

    /// <summary>The committer's time of a commit. <see cref="RepositoryException.Missing"/> when the hash is something else's (a tag may point at a tree).</summary>
    public async Task<DateTimeOffset> TimeAsync(string commit, CancellationToken ct)
    {
        var content = await CommitAsync(commit, ct);
        // As git's split_ident_line: the date is the digits after the last '>' of the line.
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n').TakeWhile(l => l.Length > 0).Where(l => l.StartsWith("committer ", StringComparison.Ordinal)))
        {
            var date = line[(line.LastIndexOf('>') + 1)..].TrimStart(' ');
            var digits = date.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? date[..end] : date;
            if (digits.Length == 0)
                break;
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            throw new RepositoryException(FaultKind.Malformed, $"commit {commit} has the date {Secrets.OneLine(digits, 30)}, after the year 9999", reached: true);
        }
        throw new RepositoryException(FaultKind.Malformed, $"commit {commit} has no date", reached: true);
    }

    /// <summary>What a commit has at a path, or null. <paramref name="path"/> "" is its root.</summary>
    public async Task<(string Mode, string Hash)?> FindPathAsync(string commit, string path, CancellationToken ct)
    {
        var content = await CommitAsync(commit, ct);
        var length = content.AsSpan().StartsWith("tree "u8) ? content.AsSpan(5).IndexOf((byte)'\n') : -1;
        if (length != commit.Length)
            throw new BrokenCloneException($"commit {commit} has no tree");
        var at = (Mode: "40000", Hash: Encoding.ASCII.GetString(content, 5, length));
        foreach (var name in path.Length == 0 ? [] : path.Split('/'))
        {
            if (at.Mode != "40000")
                return null;
            var tree = await FindAsync(at.Hash, MaxTree, $"the tree {at.Hash}", ct);
            if (tree is not { Type: "tree" })
                throw new BrokenCloneException($"the tree {at.Hash} is missing");
            if (Entry(tree.Content, Encoding.UTF8.GetBytes(name), commit.Length / 2) is not { } entry)
                return null;
            at = entry;
        }
        return at;
    }

    private async Task<byte[]> CommitAsync(string commit, CancellationToken ct) => await FindAsync(commit, MaxTree, $"commit {commit}", ct) switch
    {
        null => throw new BrokenCloneException($"commit {commit} is missing"),
        { Type: "commit" } found => found.Content,
        { Type: var type } => throw RepositoryException.Missing($"unknown revision {commit}: it is a {type}, not a commit"),
    };

    /// <summary>One entry of a tree: <c>mode SP name NUL hash</c>, again and again.</summary>
    private static (string Mode, string Hash)? Entry(ReadOnlySpan<byte> tree, ReadOnlySpan<byte> name, int hashBytes)
    {
        while (!tree.IsEmpty)
        {
            var space = tree.IndexOf((byte)' ');
            var end = tree.IndexOf((byte)0);
            if (space < 0 || end < space || tree.Length < end + 1 + hashBytes)
                throw new BrokenCloneException("a tree is cut off");
            if (tree[(space + 1)..end].SequenceEqual(name))
                return (Encoding.ASCII.GetString(tree[..space]), Convert.ToHexStringLower(tree.Slice(end + 1, hashBytes)));
            tree = tree[(end + 1 + hashBytes)..];
        }
        return null;
    }

    private async Task<string> LineAsync(CancellationToken ct)
    {
        var line = new StringBuilder();
        while (line.Length < MaxLine)
        {
            if (_from == _to)
                await ReadMoreAsync(ct);
            var c = _buffer[_from++];
            if (c == '\n')
                return line.ToString();
            line.Append((char)c);
        }
        throw new BrokenCloneException("git cat-file answered too long a line");
    }

    private async Task FillAsync(Memory<byte> content, CancellationToken ct)
    {
        var buffered = Math.Min(content.Length, _to - _from);
        _buffer.AsSpan(_from, buffered).CopyTo(content.Span);
        _from += buffered;
        await _git.Output.ReadExactlyAsync(content[buffered..], ct);
    }

    private async Task ReadMoreAsync(CancellationToken ct)
    {
        (_from, _to) = (0, await _git.Output.ReadAsync(_buffer, ct));
        if (_to == 0)
            throw new EndOfStreamException();
    }
}
