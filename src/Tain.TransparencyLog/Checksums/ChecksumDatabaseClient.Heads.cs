namespace Tain.TransparencyLog;

/// <summary>How the newest head grows, and how trees are checked against each other.</summary>
public sealed partial class ChecksumDatabaseClient
{
    /// <summary>How often another writer may win the swap before it is taken for a fault of the store: 1,000. Each time a newer
    /// head was stored, or the store is broken.</summary>
    private const int MaxSwaps = 1000;

    /// <summary>Opens a note that came from outside; the newest head's own again costs no signature.</summary>
    private SignedHead Open(ReadOnlyMemory<byte> note) =>
        _latest is { } latest && note.Span.SequenceEqual(latest.Note.Span) ? latest : SignedHead.Open(note, _key);

    /// <summary>The newest head in memory, else in the store, else none.</summary>
    private async Task<SignedHead> KnownAsync(CancellationToken cancellationToken)
    {
        if (_latest is { } latest) return latest;
        var stored = await StoredAsync(cancellationToken).ConfigureAwait(false);
        return stored == s_none ? s_none : Publish(stored);
    }

    private async Task<SignedHead> StoredAsync(CancellationToken cancellationToken)
    {
        var note = await _operations.ReadHeadOrNullAsync(cancellationToken).ConfigureAwait(false);
        if (note is null) return s_none;
        try
        {
            return Open(note);
        }
        catch (ChecksumDatabaseException e)
        {
            throw new ChecksumDatabaseException(e.Error, $"the newest head that is kept of the checksum database {_key.Name} is not to be used: {e.Message}", e);
        }
    }

    /// <summary>Makes a head that is in the store the newest one in memory, unless that is larger.</summary>
    private SignedHead Publish(SignedHead stored)
    {
        lock (_lock)
        {
            if (_latest is not { } latest || stored.Head.Size > latest.Head.Size) _latest = stored;
            return _latest!;
        }
    }

    /// <summary>Checks that a head and the newest one are of one history, and makes it the newest if it is newer, first in the
    /// store. Returns the hash of a record in the larger tree, null where that ends before it, and that tree's size.</summary>
    private async Task<(LogHash? Leaf, long Size)> AdvanceAsync(SignedHead head, long? record, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(cancellationToken).ConfigureAwait(false);
        var isNewer = head.Head.Size > known.Head.Size || known == s_none;
        var leaf = await CheckAsync(known, head, record, cancellationToken).ConfigureAwait(false);
        if (isNewer) await StoreAsync(known, head, cancellationToken).ConfigureAwait(false);
        return (leaf, Math.Max(known.Head.Size, head.Head.Size));
    }

    /// <summary>Swaps the head into the store, where another process or caller may have been faster: whatever is there has to
    /// be of the same history, and is replaced only if it is older.</summary>
    private async Task StoreAsync(SignedHead known, SignedHead head, CancellationToken cancellationToken)
    {
        var expected = known;
        for (var swaps = 0; swaps < MaxSwaps; swaps++)
        {
            // A bare null would become an empty memory here, by way of a null array.
            ReadOnlyMemory<byte>? old = expected == s_none ? default(ReadOnlyMemory<byte>?) : expected.Note;
            if (await _operations.TrySwapHeadAsync(old, head.Note, cancellationToken).ConfigureAwait(false))
            {
                Publish(head);
                return;
            }
            var stored = await StoredAsync(cancellationToken).ConfigureAwait(false);
            var isNewer = head.Head.Size > stored.Head.Size || stored == s_none;
            await CheckAsync(stored, head, null, cancellationToken).ConfigureAwait(false);
            if (!isNewer)
            {
                Publish(stored);
                return;
            }
            expected = stored;
        }
        throw new InvalidOperationException($"the newest head of the checksum database {_key.Name} could not be stored: it changed {MaxSwaps} times meanwhile");
    }

    /// <summary>Checks that the larger tree begins with the smaller one, and reads a record's hash in the larger. One read of
    /// tiles for both, none where neither needs any. Keeps the tiles only if there is one history.</summary>
    private async Task<LogHash?> CheckAsync(SignedHead known, SignedHead other, long? record, CancellationToken cancellationToken)
    {
        var (older, newer) = other.Head.Size < known.Head.Size ? (other, known) : (known, other);
        var (small, large) = (older.Head, newer.Head);
        if (small.Size == large.Size ? small.Root != large.Root : small.Size == 0 && small.Root != MerkleTree.EmptyRoot)
            throw new ForkException(older, newer, null, null);

        var indexes = small.Size == large.Size ? [] : MerkleTree.RootIndexes(small.Size).ToList();
        var parts = indexes.Count;
        var inTree = record < large.Size;
        if (inTree) indexes.Add(MerkleTree.StoredIndex(0, record!.Value));
        if (indexes.Count == 0) return null;
        return await WithTilesAsync<LogHash?>(async tiles =>
        {
            var tree = new AuthenticatedTiles(large, tiles, Height);
            var hashes = await tree.ReadHashesAsync(indexes, cancellationToken).ConfigureAwait(false);
            if (parts > 0 && MerkleTree.Root(small.Size, hashes.AsSpan(0, parts)) is var root && root != small.Root)
            {
                // All its hashes are in tiles that were just read: nothing is fetched, and the database cannot withhold it.
                var proof = await tree.ProveTreeAsync(small.Size, cancellationToken).ConfigureAwait(false);
                throw new ForkException(older, newer, root, proof);
            }
            await tiles.CommitAsync(cancellationToken).ConfigureAwait(false);
            return inTree ? hashes[^1] : null;
        }).ConfigureAwait(false);
    }

    /// <summary>Does something with the database's tiles. Where kept ones may be to blame for what does not fit, it is done once
    /// more with fetched ones alone: damage heals, and the tiles of a fork are read as its head has them.</summary>
    private async Task<T> WithTilesAsync<T>(Func<DatabaseTiles, Task<T>> work)
    {
        var tiles = new DatabaseTiles(_operations, useKept: true);
        try
        {
            return await work(tiles).ConfigureAwait(false);
        }
        catch (TileException e) when (!tiles.UsedKept)
        {
            throw BadTiles(e);
        }
        catch (TileException)
        {
        }
        try
        {
            return await work(new DatabaseTiles(_operations, useKept: false)).ConfigureAwait(false);
        }
        catch (TileException e)
        {
            throw BadTiles(e);
        }
    }

    private ChecksumDatabaseException BadTiles(TileException e) =>
        new(ChecksumError.BadTiles, $"the checksum database {_key.Name} sent tiles that are refused: {e.Message}", e);
}
