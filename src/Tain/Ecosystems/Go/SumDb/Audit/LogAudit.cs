using Tain.Storage;
using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>Audits a whole checksum database: its log is walked, and every head that is known of it is held against that.</summary>
/// <param name="mirror">Where it is walked; null for its own address.</param>
/// <param name="kept">What an earlier life of this server keeps of it; null for nothing.</param>
internal sealed class LogAudit(SumDbOptions database, UpstreamSource? mirror, UpstreamClient client, StoredLogs? kept, TimeProvider time)
{
    private readonly LogSource _walked = new(mirror ?? database.Direct, client);
    private readonly LogSource? _own = mirror is null ? null : new(database.Direct, client);
    private readonly Findings _findings = new();
    private readonly List<string> _remarks = [];
    private readonly List<ComparedHead> _compared = [];
    private readonly List<string> _unread = [];

    /// <summary>Heads that the walk does not decide are proved one by one, the largest first, at most this many. 100.</summary>
    private const int MaxProved = 100;

    private const string Kept = "kept here";

    /// <param name="progress">Told how many records are done, and of how many.</param>
    public async Task<AuditReport> RunAsync(Action<long, long> progress, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        LogWalk? walk = null;
        var head = await LatestOrNullAsync(_walked, ct);
        if (head is null && _unread.Count == 0 && _findings.Count == 0)
            throw new InvalidOperationException("a head is neither there nor missing");
        var others = await OthersAsync(ct);
        if (head is not null)
        {
            _compared.Add(new(_walked.Name, head, HeadResult.Walked));
            foreach (var (from, same) in others.Where(o => o.Head.Head.Size == head.Head.Size))
                Compare(from, same, head.Head.Root == same.Head.Root ? null : new ForkException(head, same, null, null), HeadResult.Same);
            walk = await WalkAsync(head, [.. others.Where(o => o.Head.Head.Size < head.Head.Size)], progress, ct);
            await FollowAsync(head, [.. others.Where(o => o.Head.Head.Size > head.Head.Size)], ct);
        }
        return new AuditReport(database.Name, database.Key.ToString()!, _walked.Name)
        {
            Head = head,
            Heads = _compared,
            Findings = _findings.Kept,
            FindingCount = _findings.Count,
            Remarks = _remarks,
            Unread = _unread.Count == 0 ? null : string.Join("; ", _unread),
            Records = walk?.Records ?? 0,
            Tiles = walk?.Tiles ?? 0,
            Bytes = walk?.Bytes ?? 0,
            Elapsed = time.GetElapsedTime(began),
        };
    }

    private async Task<SignedHead?> LatestOrNullAsync(LogSource source, CancellationToken ct)
    {
        try
        {
            return SignedHead.Open(await source.LatestAsync(ct), database.Key);
        }
        catch (UnreadException e)
        {
            if (source == _walked)
                _unread.Add(e.Message);
            else
                _remarks.Add($"its own head is not compared: {e.Message}");
        }
        catch (ChecksumDatabaseException e)
        {
            _findings.Add(FindingKind.BadHead, $"{source.Name}/latest: {e.Message}");
        }
        return null;
    }

    /// <summary>The heads that are not walked, in the order of their sizes.</summary>
    private async Task<List<(string From, SignedHead Head)>> OthersAsync(CancellationToken ct)
    {
        var others = new List<(string From, SignedHead Head)>();
        if (_own is not null && await LatestOrNullAsync(_own, ct) is { } own)
            others.Add((_own.Name, own));
        var unusable = 0;
        foreach (var stored in kept?.Heads(database.Log) ?? [])
        {
            try
            {
                others.Add((Kept, SignedHead.Open(stored.Note, database.Key)));
            }
            catch (ChecksumDatabaseException)
            {
                unusable++;
            }
        }
        if (unusable > 0)
            _remarks.Add($"{unusable} kept heads have no good signature by this key, and were not compared: tain verify tells which");
        return [.. others.OrderBy(o => o.Head.Head.Size)];
    }

    private async Task<LogWalk?> WalkAsync(SignedHead head, List<(string From, SignedHead Head)> older, Action<long, long> progress, CancellationToken ct)
    {
        if (head.Head.Size > SeenVersions.MaxRecords)
        {
            _unread.Add($"it has {head.Head.Size:N0} records; the most that can be audited are {SeenVersions.MaxRecords:N0}, for want of memory");
            return null;
        }
        var walk = new LogWalk(_walked, head, [.. older.Select(o => o.Head)], _findings, done => progress(done, head.Head.Size));
        var proved = false;
        try
        {
            proved = await walk.RunAsync(ct);
        }
        catch (UnreadException e)
        {
            _unread.Add(e.Message);
        }
        if (walk.Oddities > 0)
            _remarks.Add($"{walk.Oddities:N0} records are about what no client can ask for, the first {walk.FirstOddity}");
        var left = MaxProved;
        foreach (var (from, old) in older.AsEnumerable().Reverse())
        {
            if (proved && !walk.Different.ContainsKey(old))
                Compare(from, old, null, HeadResult.Beginning);
            else if (left-- > 0)
                await ProveAsync(from, old, old, head, HeadResult.Beginning, [_walked], ct);
            else
                _compared.Add(new(from, old, HeadResult.Unknown, $"only {MaxProved} heads are proved one by one"));
        }
        return walk;
    }

    /// <summary>Larger heads than the walked one, each against the one before it: what all of them are of is one history.</summary>
    private async Task FollowAsync(SignedHead walked, List<(string From, SignedHead Head)> larger, CancellationToken ct)
    {
        var before = walked;
        foreach (var (from, head) in larger)
        {
            if (head.Head.Size == before.Head.Size)
                Compare(from, head, head.Head.Root == before.Head.Root ? null : new ForkException(before, head, null, null), HeadResult.Continuation);
            else
                await ProveAsync(from, head, before, head, HeadResult.Continuation, [_own, _walked, kept is null ? null : new StoredTiles(kept, database.Log)], ct);
            before = head;
        }
    }

    /// <summary>Finds out from tiles that are proved whether the newer tree begins with the older one.</summary>
    private async Task ProveAsync(string from, SignedHead told, SignedHead older, SignedHead newer, HeadResult good, IReadOnlyList<ITileSource?> sources, CancellationToken ct)
    {
        string? unread = null, wrong = null;
        foreach (var source in sources.OfType<ITileSource>())
        {
            try
            {
                var tree = new AuthenticatedTiles(newer.Head, source);
                var root = await tree.TreeHashAsync(older.Head.Size, ct);
                if (root == older.Head.Root)
                    Compare(from, told, null, good);
                else if (older.Head.Size == 0)
                    Compare(from, told, new ForkException(older, newer, null, null), good);
                else
                    Compare(from, told, new ForkException(older, newer, root, await tree.ProveTreeAsync(older.Head.Size, ct)), good);
                return;
            }
            catch (UnreadException e)
            {
                unread ??= e.Message;
            }
            catch (TileException e)
            {
                wrong ??= e.Message;
            }
        }
        _compared.Add(new(from, told, HeadResult.Unknown, wrong ?? unread));
        // What the walk has told already is not told once more for each head.
        if (wrong is not null && _findings.Count == 0)
            _findings.Add(FindingKind.WrongTile, $"the head of {told.Head.Size:N0} records ({from}) can't be held against the one of {(told == older ? newer : older).Head.Size:N0}: {wrong}");
        else if (wrong is null && _unread.Count == 0)
            _unread.Add($"the head of {told.Head.Size:N0} records ({from}) could not be held against the walked one: {unread}");
    }

    private void Compare(string from, SignedHead head, ForkException? fork, HeadResult good)
    {
        _compared.Add(new(from, head, fork is null ? good : HeadResult.Forked));
        if (fork is not null)
            _findings.Add(FindingKind.Fork, fork.Message, fork.Evidence);
    }
}

/// <summary>Tiles as this server keeps them.</summary>
internal sealed class StoredTiles(StoredLogs kept, string log) : ITileSource
{
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. tiles.Select(Read)]);

    private ReadOnlyMemory<byte> Read(Tile tile) => kept.FindTileOrNull(log, tile.Level, tile.Number) is { } stored && stored.Width >= tile.Width
        ? stored.Body.AsMemory(0, (int)Math.Min(tile.ByteLength, stored.Body.Length))
        : throw new UnreadException($"{tile} is not kept here");

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => Task.CompletedTask;
}
