namespace Tain.TransparencyLog;

/// <summary>Proofs that a record is in a tree, and that a tree begins with another one.</summary>
public static partial class MerkleTree
{
    /// <summary>The most hashes of a proof of either kind: 61, one for each level and one.</summary>
    public const int MaxProofLength = MaxLevel + 1;

    /// <summary>The stored hashes that <see cref="RecordProof"/> needs, in its order.</summary>
    public static IReadOnlyList<long> RecordProofIndexes(long size, long record) => Indexes(RecordProofSpans(size, record));

    /// <summary>The proof that the record is in the tree of so many records, from the hashes at <see cref="RecordProofIndexes"/>:
    /// the siblings from the leaf to the root (RFC 6962, 2.1.1).</summary>
    public static LogHash[] RecordProof(long size, long record, ReadOnlySpan<LogHash> hashes) => Hashes(RecordProofSpans(size, record), hashes);

    /// <summary>The same, read from a store (x/mod <c>tlog.ProveRecord</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The record is not in the tree.</exception>
    public static LogHash[] ProveRecord(long size, long record, HashReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return RecordProof(size, record, Read(read, RecordProofIndexes(size, record)));
    }

    /// <summary>The stored hashes that <see cref="TreeProof"/> needs, in its order.</summary>
    public static IReadOnlyList<long> TreeProofIndexes(long size, long olderSize) => Indexes(TreeProofSpans(size, olderSize));

    /// <summary>The proof that the tree begins with the older one, from the hashes at <see cref="TreeProofIndexes"/>
    /// (RFC 6962, 2.1.2).</summary>
    public static LogHash[] TreeProof(long size, long olderSize, ReadOnlySpan<LogHash> hashes) => Hashes(TreeProofSpans(size, olderSize), hashes);

    /// <summary>The same, read from a store (x/mod <c>tlog.ProveTree</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The older tree is empty or larger than the tree.</exception>
    public static LogHash[] ProveTree(long size, long olderSize, HashReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return TreeProof(size, olderSize, Read(read, TreeProofIndexes(size, olderSize)));
    }

    /// <summary>Whether the proof shows that the record is in the tree (RFC 9162, 2.1.3.2; x/mod <c>tlog.CheckRecord</c>).
    /// False for a record that cannot be in a tree of that size.</summary>
    public static bool CheckRecord(ReadOnlySpan<LogHash> proof, TreeHead tree, long record, LogHash leaf)
    {
        if (record < 0 || record >= tree.Size) return false;
        var (at, last, hash) = (record, tree.Size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = NodeHash(sibling, hash);
                Climb(ref at, ref last);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        return last == 0 && hash == tree.Root;
    }

    /// <summary>Whether the proof shows that the tree begins with the older one (RFC 9162, 2.1.4.2; x/mod <c>tlog.CheckTree</c>).
    /// False for an older tree that is empty or larger: no proof is about those.</summary>
    public static bool CheckTree(ReadOnlySpan<LogHash> proof, TreeHead tree, TreeHead older)
    {
        if (older.Size < 1 || older.Size > tree.Size) return false;
        if (older.Size == tree.Size) return proof.IsEmpty && older.Root == tree.Root;
        var (at, last) = (older.Size - 1, tree.Size - 1);
        while ((at & 1) == 1) (at, last) = (at >> 1, last >> 1);

        // A complete older tree is the first node itself; else the proof begins with its lowest right one.
        LogHash first;
        if (at == 0)
        {
            first = older.Root;
        }
        else
        {
            if (proof.IsEmpty) return false;
            first = proof[0];
            proof = proof[1..];
        }
        var (olderHash, hash) = (first, first);
        foreach (var sibling in proof)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                olderHash = NodeHash(sibling, olderHash);
                hash = NodeHash(sibling, hash);
                Climb(ref at, ref last);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        return last == 0 && olderHash == older.Root && hash == tree.Root;
    }

    /// <summary>Passes the levels at which the node, the last of its level, has no sibling.</summary>
    private static void Climb(ref long at, ref long last)
    {
        while ((at & 1) == 0 && at != 0) (at, last) = (at >> 1, last >> 1);
    }

    private static List<Span> RecordProofSpans(long size, long record)
    {
        CheckSize(size);
        ArgumentOutOfRangeException.ThrowIfNegative(record);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record, size);
        var siblings = new List<Span>();
        for (var span = new Span(0, size); span.To - span.From > 1;)
        {
            var middle = span.Middle;
            var (left, right) = (span with { To = middle }, span with { From = middle });
            siblings.Add(record < middle ? right : left);
            span = record < middle ? left : right;
        }
        siblings.Reverse();
        return siblings;
    }

    private static List<Span> TreeProofSpans(long size, long olderSize)
    {
        CheckSize(size);
        ArgumentOutOfRangeException.ThrowIfLessThan(olderSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(olderSize, size);
        var spans = new List<Span>();
        var span = new Span(0, size);
        while (span.To != olderSize)
        {
            var middle = span.Middle;
            var (left, right) = (span with { To = middle }, span with { From = middle });
            spans.Add(olderSize <= middle ? right : left);
            span = olderSize <= middle ? left : right;
        }
        // The verifier has the older tree's own root, if this is it.
        if (span.From != 0) spans.Add(span);
        spans.Reverse();
        return spans;
    }

    private static List<long> Indexes(List<Span> spans)
    {
        var indexes = new List<long>();
        foreach (var span in spans) AddIndexes(span, indexes);
        return indexes;
    }

    private static LogHash[] Hashes(List<Span> spans, ReadOnlySpan<LogHash> hashes)
    {
        var proof = new LogHash[spans.Count];
        for (var i = 0; i < proof.Length; i++) proof[i] = Fold(spans[i], ref hashes);
        return proof;
    }
}
