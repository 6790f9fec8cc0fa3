using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>A hash tile that is not what was computed from below. Who is wrong, it or what is below it, shows one level up: there one of the two is known.</summary>
internal sealed class Suspect(Tile tile, int at, LogHash computed, LogHash served)
{
    /// <summary>The first place that differs, and how many do.</summary>
    public int At { get; } = at;

    public int Count { get; set; } = 1;

    public bool? TileIsRight { get; set; }

    public string Said
    {
        get
        {
            var below = tile.Level == 0 ? $"record {(tile.Number << tile.Height) + At}" : $"{Below} below it";
            var more = Count > 1 ? $" ({Count} places differ, this is the first)" : "";
            return TileIsRight switch
            {
                false => $"{tile} is wrong: at place {At} it has {served}, {(tile.Level == 0 ? $"and {below}, which is proved, has" : $"and {below}, proved, gives")} {computed}{more}",
                true when tile.Level == 0 => $"{tile with { Level = Tile.DataLevel }} is wrong: {below} has the hash {computed}, and the log's, proved, is {served}{more}",
                true => $"{Below} and all that is below it agree with each other, but not with the log: they give {computed}, and {tile}, proved, has {served} at place {At}{more}",
                null => $"{tile} and what is below it don't agree: at place {At} it has {served}, and {below} gives {computed}{more}; which one is wrong can't be told",
            };
        }
    }

    private Tile Below => new(tile.Height, tile.Level - 1, (tile.Number << tile.Height) + At, tile.FullWidth);
}

/// <summary>
/// The tree of a log computed from its records, from left to right, and held against each hash tile on the way. Keeps one row of 256 hashes a level. Where a tile and what is below
/// it don't agree, both of what they come to are carried up, and what fits is gone on with; that it was the right one shows at the root, which is signed.
/// </summary>
internal sealed class WalkedTree(TreeHead head)
{
    private const int Height = AuthenticatedTiles.DefaultHeight;
    private const int Full = 1 << Height;

    private readonly List<Row> _rows = [];
    private readonly List<Suspect> _suspects = [];

    private sealed class Row
    {
        public List<LogHash> Computed { get; } = new(Full);

        /// <summary>What the tiles below said, where they did not agree with <see cref="Computed"/>.</summary>
        public Dictionary<int, (LogHash Served, Suspect By)> Others { get; } = [];

        /// <summary>Of the partial tile at the end: its own hashes, where they are others.</summary>
        public (LogHash[] Served, Suspect By)? Edge { get; set; }
    }

    /// <summary>Tiles that did not fit, in the order of their ends; at most <see cref="AuditReport.MaxFindings"/>.</summary>
    public IReadOnlyList<Suspect> Suspects => _suspects;

    public long SuspectCount { get; private set; }

    /// <summary>Records so far.</summary>
    public long Size { get; private set; }

    /// <summary>The root of the tree of the records so far and the first of the next tile's leaves.</summary>
    public LogHash Root(ReadOnlySpan<LogHash> next) => Root([.. _rows.Skip(1).Select(r => (IReadOnlyList<LogHash>)r.Computed).Prepend([.. Leaves.Computed, .. next])]);

    private Row Leaves => RowOf(0);

    /// <summary>Takes a tile's leaves, and its hash tile; null where that is none.</summary>
    public void AddLeaves(Tile tile, ReadOnlySpan<LogHash> leaves, LogHash[]? served)
    {
        Leaves.Computed.AddRange(leaves);
        Size += leaves.Length;
        Settle(tile, served);
    }

    /// <summary>Takes the hash tile that has just been completed from below, or that the tree ends with.</summary>
    public void AddTile(Tile tile, LogHash[]? served) => Settle(tile, served);

    private void Settle(Tile tile, LogHash[]? served)
    {
        var row = RowOf(tile.Level);
        if (row.Computed.Count != tile.Width)
            throw new InvalidOperationException($"{tile} comes when {row.Computed.Count} of its hashes are known");
        Suspect? suspect = null;
        if (served is null)
        {
            // What was computed is carried on, alone.
            foreach (var (_, by) in row.Others.Values)
                by.TileIsRight = false;
        }
        for (var i = 0; served is not null && i < tile.Width; i++)
        {
            if (served[i] == row.Computed[i])
            {
                if (row.Others.TryGetValue(i, out var other))
                    other.By.TileIsRight = false;
            }
            else if (row.Others.TryGetValue(i, out var other) && other.Served == served[i])
            {
                other.By.TileIsRight = true;
                row.Computed[i] = served[i];
            }
            else if (suspect is not null)
            {
                suspect.Count++;
            }
            else
            {
                suspect = Add(new(tile, i, row.Computed[i], served[i]));
            }
        }
        if (!tile.IsFull)
        {
            row.Edge = suspect is null ? null : (served!, suspect);
            return;
        }
        var up = RowOf(tile.Level + 1);
        if (suspect is not null)
            up.Others[up.Computed.Count] = (TileHashes.Fold(served), suspect);
        up.Computed.Add(TileHashes.Fold([.. row.Computed]));
        row.Computed.Clear();
        row.Others.Clear();
    }

    private Suspect Add(Suspect suspect)
    {
        SuspectCount++;
        if (_suspects.Count < AuditReport.MaxFindings)
            _suspects.Add(suspect);
        return suspect;
    }

    /// <summary>Forgets who was taken to be right: the root does not show it.</summary>
    public void Unsettle()
    {
        foreach (var suspect in _suspects)
            suspect.TileIsRight = null;
    }

    /// <summary>Whether what was computed, or what the last tiles have in its place, gives the signed root. Then it is settled who was right.</summary>
    public bool IsProved()
    {
        if (head.Size == 0)
            return head.Root == MerkleTree.EmptyRoot;
        // Each of the few tiles at the end may be right against what is below it.
        var edges = _rows.Where(r => r.Edge is not null).ToList();
        for (var mask = 0; mask < 1 << edges.Count; mask++)
        {
            var rows = _rows.Select(row => edges.IndexOf(row) is >= 0 and var e && (mask >> e & 1) == 1 ? (IReadOnlyList<LogHash>)row.Edge!.Value.Served : row.Computed);
            if (Root([.. rows]) != head.Root)
                continue;
            for (var e = 0; e < edges.Count; e++)
                edges[e].Edge!.Value.By.TileIsRight = (mask >> e & 1) == 1;
            return true;
        }
        Unsettle();
        return false;
    }

    // RFC 6962, 2.1: complete subtrees from the left, the largest first.
    private static LogHash Root(IReadOnlyList<IReadOnlyList<LogHash>> rows)
    {
        LogHash? root = null;
        foreach (var row in rows)
        {
            LogHash[] hashes = [.. row];
            for (var end = hashes.Length; end > 0;)
            {
                var width = 1 << System.Numerics.BitOperations.TrailingZeroCount(end);
                var subtree = TileHashes.Fold(hashes.AsSpan(end - width, width));
                root = root is { } right ? MerkleTree.NodeHash(subtree, right) : subtree;
                end -= width;
            }
        }
        return root ?? MerkleTree.EmptyRoot;
    }

    private Row RowOf(int level)
    {
        while (_rows.Count <= level)
            _rows.Add(new());
        return _rows[level];
    }
}
