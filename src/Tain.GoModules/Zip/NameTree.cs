using Tain.GoModules.Paths;

namespace Tain.GoModules.Zip;

/// <summary>
/// The names of a zip as the tree that they would be on a disk that ignores case, to find those that collide (x/mod
/// <c>zip.collisionChecker</c>). One node for each element of a path: 64 MiB of names such as
/// <c>a/a/a/…</c> would be 4 GB of nodes, so their number is bounded.
/// </summary>
internal sealed class NameTree
{
    private readonly record struct Node(int Id, string Spelling, bool IsDirectory);

    private readonly Dictionary<(int Parent, string Fold), Node> _nodes = [];
    private int _last;
    private string _recentDirectory = "";
    private int _recentId;

    /// <summary>Adds the name and its parent directories. Returns which rule it breaks, or null.</summary>
    public string? Add(string name, bool isDirectory)
    {
        var slash = name.LastIndexOf('/');
        var parent = 0;
        if (slash > 0)
        {
            // Most entries lie beside the one before.
            if (name.AsSpan(0, slash).SequenceEqual(_recentDirectory))
            {
                parent = _recentId;
            }
            else
            {
                for (var start = 0; start < slash;)
                {
                    var end = name.IndexOf('/', start);
                    if (Add(ref parent, name, start, end, isDirectory: true) is { } error) return error;
                    start = end + 1;
                }
                (_recentDirectory, _recentId) = (name[..slash], parent);
            }
        }
        return Add(ref parent, name, slash + 1, name.Length, isDirectory);
    }

    private string? Add(ref int id, string name, int start, int end, bool isDirectory)
    {
        var spelling = name[start..end];
        var key = (id, SimpleFold.Fold(spelling));
        if (!_nodes.TryGetValue(key, out var node))
        {
            if (_last == ModuleZip.MaxNames) return $"zip has more than {ModuleZip.MaxNames} files and directories, the limit";
            _nodes.Add(key, new Node(id = ++_last, spelling, isDirectory));
            return null;
        }
        id = node.Id;
        var path = Text.Quote(name.AsSpan(0, end));
        if (node.Spelling != spelling)
            return $"case-insensitive file name collision: {path} and one spelled {Text.Quote(node.Spelling)}";
        if (node.IsDirectory != isDirectory) return $"{path} is both a file and a directory";
        return isDirectory ? null : $"multiple entries for file {path}";
    }
}
