using System.Buffers.Text;
using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Reads what <c>git ls-tree -r -z --long</c> prints: <c>mode SP type SP hash SP+ size TAB name NUL</c>.</summary>
/// <param name="max">Entries; more throw <see cref="FaultKind.TooLarge"/>.</param>
internal sealed class TreeList(int max)
{
    private readonly List<GitTreeEntry> _entries = [];

    public IReadOnlyList<GitTreeEntry> Entries => _entries;

    public async Task ReadAsync(Stream output, CancellationToken ct)
    {
        var buffer = new byte[64 << 10];
        var length = 0;
        for (int read; (read = await output.ReadAsync(buffer.AsMemory(length), ct)) > 0;)
        {
            length += read;
            var from = 0;
            for (int end; (end = buffer.AsSpan(from, length - from).IndexOf((byte)0)) >= 0; from += end + 1)
                Add(buffer.AsSpan(from, end));
            buffer.AsSpan(from, length - from).CopyTo(buffer);
            length -= from;
            // The stream is bounded, so this is too.
            if (length == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
        if (length > 0)
            throw new BrokenCloneException("git ls-tree ended early");
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        if (_entries.Count == max)
            throw new RepositoryException(FaultKind.TooLarge, $"the commit has more than {max} files");
        var tab = line.IndexOf((byte)'\t');
        var words = Encoding.ASCII.GetString(tab < 0 ? default : line[..tab]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // "BAD": the file's content is missing.
        if (words.Length != 4 || !Utf8Parser.TryParse(Encoding.ASCII.GetBytes(words[3] == "-" ? "0" : words[3]), out long size, out _))
            throw new BrokenCloneException("git ls-tree lists what is missing");
        _entries.Add(new(Encoding.UTF8.GetString(line[(tab + 1)..]), words[0], size, words[2]));
    }
}
