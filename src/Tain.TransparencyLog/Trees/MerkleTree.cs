using System.Numerics;
using System.Security.Cryptography;

namespace Tain.TransparencyLog;

/// <summary>Reads stored hashes by their indexes (<see cref="MerkleTree.StoredIndex"/>): one for each, in order. A tree's own
/// store implements it; what comes from elsewhere is read through <see cref="AuthenticatedTiles"/>.</summary>
public delegate IReadOnlyList<LogHash> HashReader(IReadOnlyList<long> indexes);

/// <summary>
/// Merkle trees (RFC 6962, 2.1) and the order in which a log stores their hashes (x/mod <c>sumdb/tlog</c>). Stored are the
/// hashes of complete subtrees, each right behind the last record that it covers: record 0, record 1, both, record 2,
/// record 3, both, all four, and so on. All values agree with x/mod's.
/// </summary>
public static partial class MerkleTree
{
    /// <summary>The most records of a tree: 2^60. x/mod has no limit and does not come to an end beyond 2^62; here all
    /// indexes and shifts fit 63 bits.</summary>
    public const long MaxSize = 1L << 60;

    /// <summary>The highest level of a stored hash: 60.</summary>
    private const int MaxLevel = 60;

    /// <summary>The root of the tree without records: SHA-256 of nothing.</summary>
    public static LogHash EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 ‖ record).</summary>
    public static LogHash LeafHash(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[LogHash.Size];
        if (record.Length < 1024)
        {
            Span<byte> input = stackalloc byte[1 + record.Length];
            input[0] = 0;
            record.CopyTo(input[1..]);
            SHA256.HashData(input, hash);
            return new LogHash(hash);
        }
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData([0]);
        sha.AppendData(record);
        sha.GetHashAndReset(hash);
        return new LogHash(hash);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static LogHash NodeHash(LogHash left, LogHash right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * LogHash.Size];
        input[0] = 1;
        left.Bytes.CopyTo(input[1..]);
        right.Bytes.CopyTo(input[(1 + LogHash.Size)..]);
        Span<byte> hash = stackalloc byte[LogHash.Size];
        SHA256.HashData(input, hash);
        return new LogHash(hash);
    }

    /// <summary>How many hashes are stored for a tree of so many records (x/mod <c>tlog.StoredHashCount</c>).</summary>
    public static long StoredCount(long size)
    {
        CheckSize(size);
        return Before(size);
    }

    /// <summary>Where the hash of the subtree is stored that covers 2^level records from record number × 2^level on
    /// (x/mod <c>tlog.StoredHashIndex</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The subtree is in no tree of <see cref="MaxSize"/>.</exception>
    public static long StoredIndex(int level, long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, MaxSize >> level);
        // It follows its last record's own hash, behind those of the levels between.
        return Before(((number + 1) << level) - 1) + level;
    }

    /// <summary>The inverse of <see cref="StoredIndex"/> (x/mod <c>tlog.SplitStoredHashIndex</c>).</summary>
    public static (int Level, long Number) SplitStoredIndex(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Before(MaxSize));
        // The record behind whose hash it lies. Before(n) is 2n less its number of ones: never more than 61.
        var record = index / 2;
        while (Before(record + 1) <= index) record++;
        var level = (int)(index - Before(record));
        return (level, record >> level);
    }

    /// <summary>Hashes stored before the record's own: one for each complete subtree of the records before it.</summary>
    private static long Before(long record) => 2 * record - BitOperations.PopCount((ulong)record);

    /// <summary>The hashes to store behind the others when a record is added to a tree of <paramref name="size"/> records: its
    /// own, then those of the subtrees that it completes (x/mod <c>tlog.StoredHashesForRecordHash</c>).</summary>
    public static LogHash[] NewHashes(long size, LogHash leaf, HashReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        CheckSize(size + 1);
        var completed = BitOperations.TrailingZeroCount(~(ulong)size);
        var lefts = Read(read, [.. Enumerable.Range(0, completed).Select(level => StoredIndex(level, (size >> level) - 1))]);
        var hashes = new LogHash[1 + completed];
        hashes[0] = leaf;
        for (var level = 0; level < completed; level++) hashes[level + 1] = NodeHash(lefts[level], hashes[level]);
        return hashes;
    }

    /// <summary>The stored hashes that the root of the tree of so many records is made of, from left to right: one for each
    /// complete subtree.</summary>
    public static IReadOnlyList<long> RootIndexes(long size)
    {
        CheckSize(size);
        var indexes = new List<long>();
        AddIndexes(new Span(0, size), indexes);
        return indexes;
    }

    /// <summary>The root of the tree of so many records, from the hashes at <see cref="RootIndexes"/>.</summary>
    public static LogHash Root(long size, ReadOnlySpan<LogHash> hashes)
    {
        CheckSize(size);
        if (size == 0) return EmptyRoot;
        return Fold(new Span(0, size), ref hashes);
    }

    /// <summary>The root of the tree of so many records (x/mod <c>tlog.TreeHash</c>).</summary>
    public static LogHash TreeHash(long size, HashReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Root(size, Read(read, RootIndexes(size)));
    }

    /// <summary>Records from one on and before another.</summary>
    private readonly record struct Span(long From, long To)
    {
        /// <summary>Where RFC 6962 parts it: the left side has the largest power of two below its length.</summary>
        public long Middle => From + (long)(BitOperations.RoundUpToPowerOf2((ulong)(To - From)) >> 1);
    }

    /// <summary>Adds where the complete subtrees are stored that make up the span, which lies as RFC 6962 parts trees.</summary>
    private static void AddIndexes(Span span, List<long> indexes)
    {
        for (var at = span.From; at < span.To;)
        {
            var level = BitOperations.Log2((ulong)(span.To - at));
            indexes.Add(StoredIndex(level, at >> level));
            at += 1L << level;
        }
    }

    /// <summary>The span's hash from those at <see cref="AddIndexes"/>, which are taken off the front of <paramref name="hashes"/>.</summary>
    private static LogHash Fold(Span span, ref ReadOnlySpan<LogHash> hashes)
    {
        var count = BitOperations.PopCount((ulong)(span.To - span.From));
        if (hashes.Length < count) throw new ArgumentException($"{hashes.Length} hashes are too few", nameof(hashes));
        var hash = hashes[count - 1];
        for (var i = count - 2; i >= 0; i--) hash = NodeHash(hashes[i], hash);
        hashes = hashes[count..];
        return hash;
    }

    private static LogHash[] Read(HashReader read, IReadOnlyList<long> indexes)
    {
        if (indexes.Count == 0) return [];
        var hashes = read(indexes);
        return hashes.Count == indexes.Count
            ? [.. hashes]
            : throw new InvalidOperationException($"the reader gave {hashes.Count} hashes for {indexes.Count} indexes");
    }

    private static void CheckSize(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
    }
}
