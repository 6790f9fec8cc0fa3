using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>One walk over all records and tiles of a signed tree, from left to right, with the heads of older trees held against it as their sizes are passed.</summary>
/// <param name="older">Of sizes up to the tree's, in the order of sizes.</param>
/// <param name="report">Told how many records are done.</param>
internal sealed class LogWalk(LogSource source, SignedHead head, IReadOnlyList<SignedHead> older, Findings findings, Action<long> report)
{
    /// <summary>Records that repeat a version are read again to be compared; a log with more than 1,000 of them is unsound by that alone.</summary>
    private const int MaxRepeats = 1000;

    private const int Height = AuthenticatedTiles.DefaultHeight;
    private const int Full = 1 << Height;

    private readonly WalkedTree _tree = new(head.Head);
    private readonly SeenVersions _seen = new(head.Head.Size);
    private readonly Dictionary<SignedHead, LogHash> _different = [];
    private int _repeats;
    private int _next;

    public long Tiles { get; private set; }

    public long Bytes { get; private set; }

    public long Records => _tree.Size;

    /// <summary>Records about what no client can ask for, and the first of them.</summary>
    public long Oddities { get; private set; }

    public string? FirstOddity { get; private set; }

    /// <summary>Older heads that have another root than the walked records give at their size, and which those give. Proof only once <see cref="RunAsync"/> has said so.</summary>
    public IReadOnlyDictionary<SignedHead, LogHash> Different => _different;

    private sealed record Walked(Tile Tile, WalkedLeaves? Leaves, LogHash[]? Hashes, IReadOnlyList<string> WrongTiles, long ByteCount);

    /// <summary>Whether all that was read gives the signed root. Throws <see cref="UnreadException"/> when it can't go on.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var coming = new Queue<Task<Walked>>();
        try
        {
            using var plan = Plan(head.Head.Size).GetEnumerator();
            while (true)
            {
                // Read ahead, but used in order.
                while (coming.Count < LogSource.AtOnce && plan.MoveNext())
                    coming.Enqueue(ReadAsync(plan.Current, stop.Token));
                if (!coming.TryDequeue(out var next))
                    break;
                await UseAsync(await next, ct);
            }
        }
        catch
        {
            _tree.Unsettle();
            TellSuspects();
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(coming).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        PassHeads([]);
        var proved = _tree.IsProved();
        TellSuspects();
        if (!proved)
        {
            findings.Add(FindingKind.WrongRoot,
                $"the {head.Head.Size:N0} records and their tiles give the root {_tree.Root([])}, and not {head.Head.Root}, which is signed: records are not those of the log, or the signed head is another log's");
        }
        return proved;
    }

    /// <summary>Every data tile, each hash tile above level 0 behind what it covers, and at last the partial ones. The hash tile of level 0 comes with its records.</summary>
    internal static IEnumerable<Tile> Plan(long size)
    {
        for (long number = 0; number << Height < size; number++)
        {
            yield return new Tile(Height, Tile.DataLevel, number, (int)Math.Min(Full, size - (number << Height)));
            var (done, level) = (number + 1, 1);
            if (done << Height > size)
                break;
            for (; (done & (Full - 1)) == 0; level++)
            {
                done >>= Height;
                yield return new Tile(Height, level, done - 1, Full);
            }
        }
        for (var level = 1; level * Height < 63 && size >> (level * Height) > 0; level++)
        {
            var held = size >> (level * Height);
            if ((held & (Full - 1)) is > 0 and var width)
                yield return new Tile(Height, level, held >> Height, (int)width);
        }
    }

    private async Task<Walked> ReadAsync(Tile tile, CancellationToken ct)
    {
        if (tile.IsData)
        {
            var leaves = await WalkedLeaves.ReadAsync(source, tile, ct);
            return new(tile, leaves, leaves.Hashes, leaves.WrongTiles, leaves.ByteCount);
        }
        var wrong = new List<string>();
        var body = await source.TileAsync(tile, ct);
        return new(tile, null, TileHashes.ReadOrNull(tile, body, wrong), wrong, body.Bytes.Length);
    }

    private async Task UseAsync(Walked walked, CancellationToken ct)
    {
        Tiles += walked.Leaves is null ? 1 : 2;
        Bytes += walked.ByteCount;
        foreach (var said in walked.WrongTiles)
            findings.Add(FindingKind.WrongTile, said);
        if (walked.Leaves is not { } read)
        {
            _tree.AddTile(walked.Tile, walked.Hashes);
            return;
        }
        var leaves = read.Leaves ?? walked.Hashes
            ?? throw new UnreadException($"{walked.Tile} has no records and the tile of their hashes no hashes: what comes behind it can't be proved");
        PassHeads(leaves);
        _tree.AddLeaves(walked.Tile with { Level = 0 }, leaves, walked.Hashes);
        var first = walked.Tile.Number << Height;
        foreach (var (at, kind, said) in read.Illegal)
            findings.Add(kind, $"record {first + at}: {said}");
        foreach (var (at, name, subject) in read.Names)
        {
            if (subject.Oddity is { } oddity)
            {
                Oddities++;
                FirstOddity ??= $"record {first + at}: {oddity}";
            }
            foreach (var earlier in _seen.Add(name, first + at) ?? [])
                await CompareAsync(earlier, first + at, subject, ct);
        }
        report(_tree.Size);
    }

    /// <summary>Holds the heads against the tree whose sizes lie before the end of these leaves.</summary>
    private void PassHeads(LogHash[] leaves)
    {
        // One at the very end is passed with the next tile: then the tiles above have been settled.
        for (; _next < older.Count && older[_next].Head.Size - _tree.Size is var more && (more < leaves.Length || more == 0); _next++)
        {
            var root = _tree.Root(leaves.AsSpan(0, (int)more));
            if (root != older[_next].Head.Root)
                _different[older[_next]] = root;
        }
    }

    private async Task CompareAsync(long earlier, long record, RecordSubject subject, CancellationToken ct)
    {
        if (_repeats > MaxRepeats)
            return;
        if (await ReadRecordAsync(earlier, ct) is not { } first || first.Name != subject.Name)
            return;
        if (++_repeats > MaxRepeats)
            findings.Add(FindingKind.Contradiction, $"more than {MaxRepeats:N0} records repeat a version that an earlier one is about: the rest is not compared");
        else if (first.DifferenceOrNull(subject) is { } difference)
            findings.Add(FindingKind.Contradiction, $"records {earlier} and {record} give different hashes for {difference}", $"record {earlier}:\n{first.Text}\nrecord {record}:\n{subject.Text}");
    }

    /// <summary>A record again, proved; null where it is illegal, which has been told.</summary>
    private async Task<RecordSubject?> ReadRecordAsync(long record, CancellationToken ct)
    {
        var tile = new Tile(Height, Tile.DataLevel, record >> Height, 1).Full.InTree(head.Head.Size)!.Value;
        try
        {
            var leaf = (await new AuthenticatedTiles(head.Head, source).ReadHashesAsync([MerkleTree.StoredIndex(0, record)], ct))[0];
            if (DataTile.TryParse((await source.TileAsync(tile, ct)).Bytes, tile.Width, tile.Number << Height, out var texts, out _) && texts[(int)(record & (Full - 1))].Span is var text && MerkleTree.LeafHash(text) == leaf)
                return RecordSubject.TryRead(text, out var subject, out _) ? subject : null;
            findings.Add(FindingKind.WrongTile, $"{tile}, read again, has another record {record} than the log");
        }
        catch (TileException e)
        {
            findings.Add(FindingKind.WrongTile, $"record {record}, read again, can't be proved: {e.Message}");
        }
        return null;
    }

    private void TellSuspects()
    {
        foreach (var suspect in _tree.Suspects)
            findings.Add(FindingKind.WrongTile, suspect.Said);
        if (_tree.SuspectCount > _tree.Suspects.Count)
            findings.Add(FindingKind.WrongTile, $"{_tree.SuspectCount - _tree.Suspects.Count:N0} more tiles don't agree with what is below them");
    }
}
