using System.Runtime.InteropServices;

namespace Tain.TransparencyLog;

/// <summary>
/// The coordinates of a tile: a run of a log's stored hashes, or of its records, that is one file (x/mod <c>tlog.Tile</c>).
/// A tile of height H and level L holds hashes of the tree's level H × L, from number N × 2^H on; hashes between those
/// levels are computed. Equal by value. What is made by hand is not checked: see <see cref="IsValid"/>.
/// </summary>
/// <param name="Height">From 1 to <see cref="MaxHeight"/>; checksum databases have 8.</param>
/// <param name="Level">From 0 to <see cref="MaxLevel"/>, or <see cref="DataLevel"/>.</param>
/// <param name="Number">Its place in the level, from 0 on.</param>
/// <param name="Width">How many hashes or records it holds, from 1 to 2^Height.</param>
public readonly partial record struct Tile(int Height, int Level, long Number, int Width)
{
    /// <summary>The level of tiles that hold records, <c>data</c> in paths.</summary>
    public const int DataLevel = -1;

    /// <summary>The greatest height: 30 (x/mod <c>tlog.Tile</c>).</summary>
    public const int MaxHeight = 30;

    /// <summary>The highest level: 63 (x/mod's words on <c>tlog.Tile</c>; its parser takes higher ones).</summary>
    public const int MaxLevel = 63;

    /// <summary>Whether it holds records and not hashes.</summary>
    public bool IsData => Level == DataLevel;

    /// <summary>The width of a full tile of this height: 2^Height.</summary>
    public int FullWidth => 1 << Height;

    /// <summary>Whether no later tree has a wider one. Full tiles never change.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The full tile at this place.</summary>
    public Tile Full => this with { Width = FullWidth };

    /// <summary>The bytes of a hash tile: 32 a hash.</summary>
    public long ByteLength => (long)Width * LogHash.Size;

    /// <summary>Whether all four numbers are within their bounds.</summary>
    public bool IsValid =>
        Height is >= 1 and <= MaxHeight && Level is >= DataLevel and <= MaxLevel && Number >= 0 && Width >= 1 && Width <= FullWidth;

    /// <summary>The least size of a tree that has this tile as wide as it is; <see cref="long.MaxValue"/> where none has.</summary>
    public long TreeSize
    {
        get
        {
            var (end, shift) = (((Int128)Number << Height) + Width, TreeLevel);
            return shift > 62 || end > long.MaxValue >> shift ? long.MaxValue : (long)(end << shift);
        }
    }

    /// <summary>The level of the tree whose hashes it holds; for records that of their hashes, 0.</summary>
    internal int TreeLevel => IsData ? 0 : Height * Level;

    /// <summary>The tile at this place in the tree of so many records: as wide as that tree has it. Null where it has none.</summary>
    public Tile? InTree(long treeSize)
    {
        var held = TreeLevel > 62 ? 0 : treeSize >> TreeLevel;
        // Number can be too large to be multiplied.
        if (Number > held >> Height) return null;
        var width = Math.Min(held - (Number << Height), FullWidth);
        return width > 0 ? this with { Width = (int)width } : null;
    }

    /// <summary>The hash tile that covers this one with a single hash, in a tree of so many records. Null on the tree's right
    /// edge: only full tiles have one.</summary>
    public Tile? ParentInTree(long treeSize) =>
        Level >= MaxLevel ? null : (this with { Level = Math.Max(Level, 0) + 1, Number = Number >> Height }).InTree(treeSize) is { } parent
            && Number - (parent.Number << Height) < parent.Width ? parent : null;

    /// <summary>The narrowest tile of a height that has the stored hash (x/mod <c>tlog.TileForIndex</c>).</summary>
    public static Tile ForIndex(int height, long index) => Locate(height, index, out _, out _);

    /// <summary>The tile that has the stored hash in the tree of so many records, as wide as that tree has it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The hash is not stored for that tree.</exception>
    public static Tile ForIndex(int height, long index, long treeSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MerkleTree.StoredCount(treeSize));
        return Locate(height, index, out _, out _).InTree(treeSize)!.Value;
    }

    /// <summary>The hash tiles that a log which grew has to publish, the partial ones included (x/mod <c>tlog.NewTiles</c>).</summary>
    public static IReadOnlyList<Tile> NewTiles(int height, long oldSize, long newSize)
    {
        CheckHeight(height);
        MerkleTree.StoredCount(newSize);
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var tiles = new List<Tile>();
        for (var level = 0; level * height < 63 && newSize >> (level * height) > 0; level++)
        {
            var (from, to) = (oldSize >> (level * height), newSize >> (level * height));
            if (from == to) continue;
            for (var number = from >> height; number << height < to; number++)
                tiles.Add(new Tile(height, level, number, (int)Math.Min(to - (number << height), 1L << height)));
        }
        return tiles;
    }

    /// <summary>A stored hash from this tile's bytes, which may be of a wider one (x/mod <c>tlog.HashFromTile</c>).</summary>
    /// <exception cref="ArgumentException">The hash is not in this tile, or the bytes are too few.</exception>
    public LogHash HashAt(ReadOnlySpan<byte> bytes, long index)
    {
        if (!IsValid || IsData) throw new ArgumentException("this is no hash tile");
        if (bytes.Length < ByteLength) throw new ArgumentException($"{bytes.Length} bytes are too few for {Path}", nameof(bytes));
        var tile = Locate(Height, index, out var from, out var count);
        if (tile.Level != Level || tile.Number != Number || tile.Width > Width)
            throw new ArgumentException($"stored hash {index} is in {tile.Path}, not in {Path}", nameof(index));
        return Subtree(Hashes(bytes).Slice(from, count));
    }

    /// <summary>The bytes of a hash tile, from a store of hashes (x/mod <c>tlog.ReadTileData</c>).</summary>
    public byte[] Build(HashReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (!IsValid || IsData) throw new InvalidOperationException("this is no hash tile");
        var (level, first) = (TreeLevel, Number << Height);
        var hashes = read([.. Enumerable.Range(0, Width).Select(i => MerkleTree.StoredIndex(level, first + i))]);
        if (hashes.Count != Width) throw new InvalidOperationException($"the reader gave {hashes.Count} hashes for {Width} indexes");
        var bytes = new byte[ByteLength];
        for (var i = 0; i < Width; i++) hashes[i].Bytes.CopyTo(bytes.AsSpan(i * LogHash.Size));
        return bytes;
    }

    /// <summary>The bytes as hashes.</summary>
    internal static ReadOnlySpan<LogHash> Hashes(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, LogHash>(bytes);

    /// <summary>The hash of the complete subtree over a power of two of hashes.</summary>
    internal static LogHash Subtree(ReadOnlySpan<LogHash> hashes)
    {
        Span<LogHash> row = hashes.Length <= 256 ? stackalloc LogHash[256] : new LogHash[hashes.Length];
        hashes.CopyTo(row);
        for (var length = hashes.Length; length > 1; length /= 2)
            for (var i = 0; i < length / 2; i++)
                row[i] = MerkleTree.NodeHash(row[2 * i], row[2 * i + 1]);
        return row[0];
    }

    /// <summary>Finds the narrowest tile of a stored hash, and which hashes of its bottom row make it up.</summary>
    private static Tile Locate(int height, long index, out int from, out int count)
    {
        CheckHeight(height);
        var (level, number) = MerkleTree.SplitStoredIndex(index);
        var inside = level % height;
        // A row of a tile is 2^(height - inside) hashes wide.
        var tile = number >> (height - inside);
        count = 1 << inside;
        from = (int)(number - (tile << (height - inside))) << inside;
        return new Tile(height, level / height, tile, from + count);
    }

    private static void CheckHeight(int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxHeight);
    }
}
