using System.Numerics;

namespace Tain.TransparencyLog;

/// <summary>
/// The hash tiles of one tree, read from a source that need not be trusted: whatever leaves here was checked, as whole
/// tiles, against the tree's root (https://research.swtch.com/tlog, “Authenticating tiles”). For any thread; keeps nothing.
/// </summary>
/// <param name="head">The tree. That its head is true (signed, and of the log's one history) is the caller's to know.</param>
/// <param name="source">Where tiles come from and, authenticated, go to.</param>
/// <param name="height">The tiles' height, from 1 to <see cref="MaxHeight"/>; checksum databases have 8, which is the default.</param>
public sealed class AuthenticatedTiles(TreeHead head, ITileSource source, int height = AuthenticatedTiles.DefaultHeight)
{
    /// <summary>The height of checksum databases' tiles: 8 (cmd/go/internal/modfetch/sumdb.go).</summary>
    public const int DefaultHeight = 8;

    /// <summary>The greatest height: 16. Such a tile has 2 MiB; x/mod's limit of 30 would mean 32 GiB.</summary>
    public const int MaxHeight = 16;

    private readonly int _height = height is >= 1 and <= MaxHeight
        ? height
        : throw new ArgumentOutOfRangeException(nameof(height), height, $"tiles have a height of 1 to {MaxHeight}");

    /// <summary>The tree.</summary>
    public TreeHead Head { get; } = head.Size is >= 0 and <= MerkleTree.MaxSize
        ? head
        : throw new ArgumentOutOfRangeException(nameof(head), head.Size, $"a tree has 0 to {MerkleTree.MaxSize} records");

    /// <summary>Stored hashes by their indexes, in order. One read of the source: the tree's right edge, the tiles that have the
    /// hashes, and those between.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hash is not stored for this tree.</exception>
    /// <exception cref="TileException">The source's tiles are not of this tree. Nothing was saved.</exception>
    public async Task<LogHash[]> ReadHashesAsync(IReadOnlyList<long> indexes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        if (indexes.Count == 0) return [];
        var wanted = new Tile[indexes.Count];
        for (var i = 0; i < wanted.Length; i++) wanted[i] = Tile.ForIndex(_height, indexes[i], Head.Size);
        var tiles = await ReadAsync(wanted, cancellationToken).ConfigureAwait(false);
        var hashes = new LogHash[indexes.Count];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = wanted[i].HashAt(tiles[wanted[i]].Span, indexes[i]);
        return hashes;
    }

    /// <summary>A hash tile's bytes. One that is narrower than this tree has it is read as wide as the tree has it, and cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree does not have the tile, or not as wide.</exception>
    /// <exception cref="TileException">The source's tiles are not of this tree. Nothing was saved.</exception>
    public async Task<byte[]> ReadTileAsync(Tile tile, CancellationToken cancellationToken)
    {
        if (!tile.IsValid || tile.IsData || tile.Height != _height) throw new ArgumentException($"{tile} is no hash tile of height {_height}", nameof(tile));
        if (tile.TreeSize > Head.Size) throw new ArgumentOutOfRangeException(nameof(tile), tile, $"not in the tree of {Head.Size} records");
        var whole = tile.InTree(Head.Size)!.Value;
        var tiles = await ReadAsync([whole], cancellationToken).ConfigureAwait(false);
        return tiles[whole][..(int)tile.ByteLength].ToArray();
    }

    /// <summary>The root of an older tree, as this tree's tiles have it. Another root in a head of the same log is a fork.</summary>
    public async Task<LogHash> TreeHashAsync(long olderSize, CancellationToken cancellationToken) =>
        MerkleTree.Root(olderSize, await ReadHashesAsync(MerkleTree.RootIndexes(olderSize), cancellationToken).ConfigureAwait(false));

    /// <summary>The proof that a record is in this tree (<see cref="MerkleTree.CheckRecord"/>).</summary>
    public async Task<LogHash[]> ProveRecordAsync(long record, CancellationToken cancellationToken) =>
        MerkleTree.RecordProof(Head.Size, record, await ReadHashesAsync(MerkleTree.RecordProofIndexes(Head.Size, record), cancellationToken).ConfigureAwait(false));

    /// <summary>The proof that this tree begins with an older one (<see cref="MerkleTree.CheckTree"/>).</summary>
    public async Task<LogHash[]> ProveTreeAsync(long olderSize, CancellationToken cancellationToken) =>
        MerkleTree.TreeProof(Head.Size, olderSize, await ReadHashesAsync(MerkleTree.TreeProofIndexes(Head.Size, olderSize), cancellationToken).ConfigureAwait(false));

    /// <summary>Reads tiles that are as wide as the tree has them, and all that is needed to authenticate them.</summary>
    private async Task<Dictionary<Tile, ReadOnlyMemory<byte>>> ReadAsync(IReadOnlyList<Tile> wanted, CancellationToken cancellationToken)
    {
        // :: Step 1: the right edge. These tiles make up the root, each with all of its hashes.
        var plan = EdgeTiles(Head.Size, _height);
        // What follows is authenticated by its parent. This is the number of tiles, not of the hashes that the root is made of,
        // of which one tile can have several (CVE-2026-56865).
        var edge = plan.Count;

        // :: Step 2: the wanted tiles, each behind its parents.
        var planned = new HashSet<Tile>(plan);
        var path = new Stack<Tile>();
        foreach (var tile in wanted)
        {
            for (var at = tile; !planned.Contains(at); at = Parent(at)) path.Push(at);
            while (path.TryPop(out var next))
            {
                planned.Add(next);
                plan.Add(next);
            }
        }

        // :: Step 3: all at once.
        var read = await source.ReadTilesAsync(plan, cancellationToken).ConfigureAwait(false);
        if (read.Count != plan.Count) throw new TileException(TileError.WrongLength, $"{read.Count} tiles were read instead of {plan.Count}");
        var tiles = new Dictionary<Tile, ReadOnlyMemory<byte>>(plan.Count);
        for (var i = 0; i < plan.Count; i++)
        {
            if (read[i].Length != plan[i].ByteLength)
                throw new TileException(TileError.WrongLength, $"{plan[i]} has {read[i].Length} bytes instead of {plan[i].ByteLength}");
            tiles.Add(plan[i], read[i]);
        }

        // :: Step 4: the root.
        if (EdgeRoot(plan.Take(edge).Select(t => tiles[t])) != Head.Root)
            throw new TileException(TileError.Inconsistent, $"the tiles on the right edge, {plan[0]} the first, do not give the root of the tree of {Head.Size} records");

        // :: Step 5: every other tile, parents first.
        foreach (var tile in plan.Skip(edge))
        {
            var parent = Parent(tile);
            var inParent = Tile.Hashes(tiles[parent].Span)[(int)(tile.Number - (parent.Number << _height))];
            if (Tile.Subtree(Tile.Hashes(tiles[tile].Span)) != inParent)
                throw new TileException(TileError.Inconsistent, $"{tile} is not the one of the tree of {Head.Size} records");
        }

        await source.SaveTilesAsync([.. plan.Select(t => new TileBytes(t, tiles[t]))], cancellationToken).ConfigureAwait(false);
        return tiles;
    }

    /// <summary>A tile that is not on the right edge is full, and has one.</summary>
    private Tile Parent(Tile tile) =>
        tile.ParentInTree(Head.Size) ?? throw new InvalidOperationException($"{tile} has no parent in the tree of {Head.Size} records");

    /// <summary>The partial tiles of a tree, from level 0 up. The complete subtrees that a root is made of are all in these, and
    /// fill them.</summary>
    internal static List<Tile> EdgeTiles(long size, int height)
    {
        var tiles = new List<Tile>();
        for (var level = 0; level * height < 63 && size >> (level * height) > 0; level++)
        {
            var held = size >> (level * height);
            var width = (int)(held & ((1L << height) - 1));
            if (width > 0) tiles.Add(new Tile(height, level, held >> height, width));
        }
        return tiles;
    }

    /// <summary>The root, from the right edge's tiles from level 0 up: of each, its complete subtrees from right to left.</summary>
    private static LogHash EdgeRoot(IEnumerable<ReadOnlyMemory<byte>> edge)
    {
        LogHash? root = null;
        foreach (var tile in edge)
        {
            var hashes = Tile.Hashes(tile.Span);
            while (!hashes.IsEmpty)
            {
                var width = 1 << BitOperations.TrailingZeroCount(hashes.Length);
                var subtree = Tile.Subtree(hashes[^width..]);
                root = root is { } right ? MerkleTree.NodeHash(subtree, right) : subtree;
                hashes = hashes[..^width];
            }
        }
        return root!.Value;
    }
}
