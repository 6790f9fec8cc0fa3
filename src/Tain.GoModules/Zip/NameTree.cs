using Tain.GoModules.Paths;

namespace Tain.GoModules.Zip;

/// <summary>
/// The names of a zip as the tree that they would be on a disk that ignores case, to find those that collide (x/mod
/// <c>zip.collisionChecker</c>). One node for each element of a path: 64 MiB of names such as
/// <c>a/a/a/…</c> would be 4 GB of nodes, so their number is bounded.
/// </summary>
internal sealed class NameTree
{
    /// <summary>The path up to this node is the first <paramref name="End"/> characters of the name that made it.</summary>
    private readonly record struct Node(int Id, string Name, int End, bool IsDirectory)
    {
        public ReadOnlySpan<char> Path => Name.AsSpan(0, End);
    }

    private readonly Dictionary<(int Parent, string Fold), Node> _nodes = [];
    private int _last;

    /// <summary>The directory of the name before, and each directory above it: where its name ends, and its node.</summary>
    private string _recentDirectory = "";
    private readonly List<(int End, int Id)> _recent = [];

    /// <summary>A name did not fit: the limit is <see cref="ModuleZip.MaxNames"/>.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds the name and its parent directories. Returns which rule it breaks, or null; of several the one furthest
    /// down, as Go does. What was not there before is then there all the same, and others may collide with it.</summary>
    public string? Add(string name, bool isDirectory)
    {
        var slash = Math.Max(name.LastIndexOf('/'), 0);
        var parent = 0;
        (Node Node, int End)? collision = null;

        // Most entries lie beside the one before, or share directories with it: those collide with nothing.
        var shared = name.AsSpan(0, slash).CommonPrefixLength(_recentDirectory);
        while (_recent.Count > 0 && (_recent[^1].End > shared || name[_recent[^1].End] != '/')) _recent.RemoveAt(_recent.Count - 1);
        var start = 0;
        if (_recent.Count > 0) (start, parent) = (_recent[^1].End + 1, _recent[^1].Id);
        while (start < slash && !IsFull)
        {
            var end = name.IndexOf('/', start);
            Add(ref parent, name, start, end, isDirectory: true, ref collision);
            if (collision == null) _recent.Add((end, parent));
            start = end + 1;
        }
        var known = _recent.Count > 0 ? _recent[^1].End : 0;
        if (known != shared || known != _recentDirectory.Length) _recentDirectory = name[..known];
        if (!IsFull) Add(ref parent, name, start, name.Length, isDirectory, ref collision);
        if (IsFull) return $"zip has more than {ModuleZip.MaxNames} files and directories, the limit";
        return collision is { } found ? Describe(found.Node, name.AsSpan(0, found.End), isDirectory || found.End < name.Length) : null;
    }

    private void Add(ref int id, string name, int start, int end, bool isDirectory, ref (Node, int)? collision)
    {
        var key = (id, SimpleFold.Fold(name[start..end]));
        if (_nodes.TryGetValue(key, out var node))
        {
            id = node.Id;
            if (!isDirectory || !node.IsDirectory || !node.Path.SequenceEqual(name.AsSpan(0, end))) collision = (node, end);
        }
        else if (_last == ModuleZip.MaxNames)
        {
            IsFull = true;
        }
        else
        {
            _nodes.Add(key, new Node(id = ++_last, name, end, isDirectory));
        }
    }

    private static string Describe(Node node, ReadOnlySpan<char> path, bool isDirectory)
    {
        if (!node.Path.SequenceEqual(path))
            return $"case-insensitive file name collision: {Text.Quote(node.Path)} and {Text.Quote(path)}";
        return node.IsDirectory != isDirectory ? $"entry {Text.Quote(path)} is both a file and a directory" : $"multiple entries for file {Text.Quote(path)}";
    }
}
