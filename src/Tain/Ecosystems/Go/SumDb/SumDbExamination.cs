using System.Runtime.CompilerServices;
using System.Text;
using Tain.Mirror;
using Tain.Storage;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>Looks at what is kept of checksum databases: each head is signed, all heads are of one history, tiles and records are in the newest head's tree.
/// From what is stored alone; what is missing for that is told, and is no fault.</summary>
/// <param name="kept">Of the database that is configured; null for none.</param>
internal sealed class SumDbExamination(Catalog catalog, KeptLog? kept)
{
    /// <summary>Rows read at once.</summary>
    private const int Page = 256;

    private const int Height = AuthenticatedTiles.DefaultHeight;

    /// <summary>Every finding. What is mended by whoever gets one is looked at as mended from then on.</summary>
    public async IAsyncEnumerable<Finding> RunAsync(SumDbRepair? repair, Pace? pace, [EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (var name in catalog.LogNames())
        {
            if (kept is null || name != kept.Log)
            {
                yield return new(Gravity.Warning, FindingKind.LogUnknown, name)
                {
                    Found = $"what is kept of it can't be checked: go.sumdb is {kept?.Log ?? "off"}",
                    Remedy = $"verify with go.sumdb={name}, and its key, if that is still of use",
                };
                continue;
            }
            await foreach (var finding in ExamineAsync(kept, repair, pace, ct))
                yield return finding;
        }
    }

    private async IAsyncEnumerable<Finding> ExamineAsync(KeptLog log, SumDbRepair? repair, Pace? pace, [EnumeratorCancellation] CancellationToken ct)
    {
        // Before the heads: a record is kept after a head whose tree has it, also while others write.
        var needed = Needed(log.Log);

        // :: Step 1: every head is signed
        foreach (var row in Heads(log.Log))
        {
            if (OpenOrNull(log, row, out var why) is null)
                yield return Fault(FindingKind.LogHead, $"{log.Name} tree {row.Size}", "a head signed by the configured key, " + log.Key, why!, "--repair puts it in quarantine and asks for the newest", repair is null ? null : c => repair.HeadAsync(row, c));
        }
        var newest = NewestOrNull(log);
        if (newest is null)
        {
            yield return Fault(FindingKind.LogHead, log.Name, "a signed head", "none, though tiles or records are kept", "--repair asks for the newest", repair is null ? null : repair.RefreshAsync);
            newest = NewestOrNull(log);
            if (newest is null)
                yield break;
        }

        // :: Step 2: no head was taken back
        if (needed.Size > newest.Head.Size)
        {
            yield return Fault(FindingKind.LogHead, $"{log.Name} tree {newest.Head.Size}", $"a head of {needed.Size} records or more, for {needed.What}", $"{newest.Head.Size} records as the newest: later heads were taken back",
                "--repair asks for the newest", repair is null ? null : c => repair.GrowAsync(needed.Size, c));
            newest = NewestOrNull(log)!;
        }

        // :: Step 3: the newest root out of stored tiles
        var tree = new AuthenticatedTiles(newest.Head, log);
        var edge = MerkleTree.RootIndexes(newest.Head.Size).Select(i => Tile.ForIndex(Height, i, newest.Head.Size)).Distinct().ToList();
        if (await ProblemAsync(() => tree.TreeHashAsync(newest.Head.Size, ct)) is { } broken)
        {
            yield return Finding(broken, $"{log.Name} tree {newest.Head.Size}", repair is null ? null : c => repair.TilesAsync(edge, c));
            if (await ProblemAsync(() => tree.TreeHashAsync(newest.Head.Size, ct)) is not null)
            {
                yield return new(Gravity.Warning, FindingKind.LogUnchecked, log.Name) { Found = "older heads, tiles and records can't be checked while the newest tree's right edge is not right" };
                yield break;
            }
        }

        // :: Step 4: every tile, parents first
        var told = new HashSet<(int Level, long Number)>();
        foreach (var row in Tiles(log.Log))
        {
            await WaitAsync();
            var tile = new Tile(Height, row.Level, row.Number, row.Width);
            Func<CancellationToken, Task<string?>>? mend = repair is null ? null : c => repair.TileAsync(row, newest.Head, c);
            if (!tile.IsValid || (!tile.IsData && row.Body.Length != tile.ByteLength))
            {
                yield return Fault(FindingKind.LogTile, $"{log.Name} level {row.Level} number {row.Number}", "a tile", $"{row.Body.Length} bytes for a width of {row.Width}", Fetch, mend);
                told.Add((row.Level, row.Number));
                continue;
            }
            // What a crash leaves when a tree grows: tiles come before their head.
            if (tile.InTree(newest.Head.Size) is null)
            {
                yield return new(Gravity.Warning, FindingKind.LogUnchecked, $"{log.Name} {tile}") { Found = $"can't be checked: it is beyond the newest tree that is kept, of {newest.Head.Size} records", Remedy = "it is as soon as that tree grows" };
                continue;
            }
            // One that is not right, or missing, makes all below it look wrong: it is told by itself.
            if (IsBelow(tile, told, newest.Head.Size) || await ProblemAsync(() => CheckAsync(tree, tile, row, ct)) is not { } problem)
                continue;
            yield return problem.Missing is null ? Finding(problem, $"{log.Name} {tile}", mend) : Finding(problem, $"{log.Name} {tile}", Again(problem));
            if (await ProblemAsync(() => CheckAsync(tree, tile, row, ct)) is not null)
                told.Add(problem.Missing is { } missing ? (missing.Level, missing.Number) : (tile.Level, tile.Number));
        }

        // :: Step 5: one history
        foreach (var row in Heads(log.Log).Where(row => row.Size < newest.Head.Size))
        {
            if (OpenOrNull(log, row, out _) is not { } older)
                continue;
            await WaitAsync();
            LogHash? root = null;
            if (await ProblemAsync(async () => root = await tree.TreeHashAsync(older.Head.Size, ct)) is { } problem)
                yield return Finding(problem.OfAnother(), $"{log.Name} tree {row.Size}", Again(problem));
            else if (root != older.Head.Root)
            {
                yield return Fault(FindingKind.LogFork, $"{log.Name} tree {row.Size}", $"root {root}, as the tree of {newest.Head.Size} records has it", $"root {older.Head.Root}, signed too",
                    "the database told two histories: ask whoever runs it; both heads are kept", repair is null ? null : c => repair.ForkAsync(older, newest, c));
            }
        }

        // :: Step 6: every record
        foreach (var entry in Entries(log.Log))
        {
            await WaitAsync();
            // Those beyond were kept meanwhile, or told as taken back.
            if (entry.Id >= newest.Head.Size || (entry.Id >= 0 && IsBelow(Tile.ForIndex(Height, MerkleTree.StoredIndex(0, entry.Id), newest.Head.Size) with { Level = Tile.DataLevel }, told, newest.Head.Size)))
                continue;
            var problem = entry.Id < 0 ? new Problem(FindingKind.LogEntry, null, $"record {entry.Id}") : await ProblemAsync(() => CheckAsync(tree, entry, ct));
            if (problem is null && await log.ProblemOrNullAsync(entry, ct) is { } wrong)
                problem = new(FindingKind.LogEntry, null, wrong);
            if (problem is not null)
                yield return Finding(problem.OfAnother(), $"{log.Name} {entry.Name}@{entry.Version}", problem.Kind == FindingKind.LogEntry && repair is not null ? c => repair.EntryAsync(entry, c) : Again(problem));
        }

        async ValueTask WaitAsync()
        {
            ct.ThrowIfCancellationRequested();
            if (pace is not null)
                await pace.WaitAsync(Pace.Proof, ct);
        }

        Func<CancellationToken, Task<string?>>? Again(Problem problem) => repair is not null && problem.Missing is { } tile ? c => repair.TilesAsync([tile], c) : null;
    }

    private const string Fetch = "--repair puts it in quarantine and fetches it again";

    /// <summary>Whether a tile's own proof goes through one of these.</summary>
    private static bool IsBelow(Tile tile, HashSet<(int Level, long Number)> told, long size)
    {
        if (told.Count == 0)
            return false;
        for (Tile? at = tile.IsData ? tile with { Level = 0 } : tile.ParentInTree(size); at is { } above; at = above.ParentInTree(size))
        {
            if (told.Contains((above.Level, above.Number)))
                return true;
        }
        return false;
    }

    /// <summary>The least tree that has all records that are kept, and what needs it.</summary>
    private (long Size, string What) Needed(string log)
    {
        var needed = (Size: 0L, What: "");
        foreach (var entry in Entries(log))
        {
            if (entry.Id >= needed.Size)
                needed = (entry.Id + 1, $"the record of {entry.Name}@{entry.Version}");
        }
        return needed;
    }

    private SignedHead? NewestOrNull(KeptLog log) => catalog.NewestLogHeadOrNull(log.Log) is { } newest && OpenOrNull(log, newest, out _) is { } head ? head : Heads(log.Log).Select(row => OpenOrNull(log, row, out _)).LastOrDefault(head => head is not null);

    /// <summary>As far as the tree has it: a tile may have grown meanwhile.</summary>
    private static async Task CheckAsync(AuthenticatedTiles tree, Tile tile, LogTile row, CancellationToken ct)
    {
        var whole = tile.InTree(tree.Head.Size)!.Value;
        var hashes = await tree.ReadTileAsync(whole with { Level = Math.Max(tile.Level, 0) }, ct);
        if (!tile.IsData)
        {
            if (hashes.AsSpan().CommonPrefixLength(row.Body) != Math.Min(hashes.Length, row.Body.Length))
                throw new TileException(TileError.Inconsistent, $"{tile} is not the one of the tree of {tree.Head.Size} records");
            return;
        }
        if (!DataTile.TryParse(row.Body, tile.Width, out var records))
            throw new TileException(TileError.WrongLength, $"{tile} is not {tile.Width} records");
        for (var i = 0; i < Math.Min(records.Count, whole.Width); i++)
        {
            if (!MerkleTree.LeafHash(records[i].Span).Bytes.SequenceEqual(hashes.AsSpan(i * LogHash.Size, LogHash.Size)))
                throw new TileException(TileError.Inconsistent, $"{tile} has another record at {i} than the tree of {tree.Head.Size} records");
        }
    }

    private static async Task CheckAsync(AuthenticatedTiles tree, LogEntry entry, CancellationToken ct)
    {
        var hash = (await tree.ReadHashesAsync([MerkleTree.StoredIndex(0, entry.Id)], ct))[0];
        if (hash != MerkleTree.LeafHash(Encoding.UTF8.GetBytes(entry.Text)))
            throw new ChecksumDatabaseException(ChecksumError.NotInTree, $"a text that is not record {entry.Id} of the tree of {tree.Head.Size} records");
    }

    /// <summary>Null when it goes well.</summary>
    private static async Task<Problem?> ProblemAsync(Func<Task> check)
    {
        try
        {
            await check();
            return null;
        }
        catch (TileNotKeptException e)
        {
            return new(FindingKind.LogUnchecked, e.Tile, $"can't be checked: {e.Message}");
        }
        catch (TileException e)
        {
            return new(FindingKind.LogTile, null, e.Message);
        }
        catch (ChecksumDatabaseException e)
        {
            return new(FindingKind.LogEntry, null, e.Message);
        }
    }

    /// <param name="Missing">The tile that is not kept and would have to be.</param>
    private sealed record Problem(string Kind, Tile? Missing, string Found)
    {
        /// <summary>As it concerns what is not a tile itself: tiles are told by themselves.</summary>
        public Problem OfAnother() => Kind == FindingKind.LogTile ? new(FindingKind.LogUnchecked, null, $"can't be checked: {Found}") : this;
    }

    private static Finding Finding(Problem problem, string where, Func<CancellationToken, Task<string?>>? repair)
        => new(problem.Kind == FindingKind.LogUnchecked ? Gravity.Warning : Gravity.Fault, problem.Kind, where)
        {
            Found = problem.Found,
            Remedy = problem.Kind != FindingKind.LogUnchecked ? Fetch : problem.Missing is null ? "mend the tile first" : "--repair fetches it",
            Repair = repair,
        };

    private static Finding Fault(string kind, string where, string expected, string found, string remedy, Func<CancellationToken, Task<string?>>? repair)
        => new(Gravity.Fault, kind, where) { Expected = expected, Found = found, Remedy = remedy, Repair = repair };

    /// <summary>The head of a row, or null and why it is not to be believed.</summary>
    private static SignedHead? OpenOrNull(KeptLog log, LogHead row, out string? why)
    {
        try
        {
            var head = SignedHead.Open(row.Note, log.Key);
            why = head.Head.Size == row.Size ? null : $"a head of {head.Head.Size} records";
            return why is null ? head : null;
        }
        catch (ChecksumDatabaseException e)
        {
            why = e.Message;
            return null;
        }
    }

    private IEnumerable<LogHead> Heads(string log)
    {
        for (var after = -1L; catalog.LogHeads(log, after, Page) is { Count: > 0 } page; after = page[^1].Size)
            foreach (var head in page)
                yield return head;
    }

    /// <summary>From the highest level down, those of records last.</summary>
    private IEnumerable<LogTile> Tiles(string log)
    {
        for (var level = Tile.MaxLevel + 1; level >= Tile.DataLevel - 1; level--)
        {
            // The outermost two are whatever no tile can have.
            for (var (at, number) = (level == Tile.DataLevel - 1 ? int.MinValue : level, long.MinValue); catalog.LogTilesAfter(log, at, number, Page) is { Count: > 0 } page; (at, number) = (page[^1].Level, page[^1].Number))
            {
                foreach (var tile in page.TakeWhile(t => t.Level == level || (level > Tile.MaxLevel && t.Level > level) || (level < Tile.DataLevel && t.Level <= level)))
                    yield return tile;
                if (page[^1].Level > level && level <= Tile.MaxLevel)
                    break;
            }
        }
    }

    private IEnumerable<LogEntry> Entries(string log)
    {
        for (var (name, version) = ("", ""); catalog.LogEntriesAfter(log, name, version, Page) is { Count: > 0 } page; (name, version) = (page[^1].Name, page[^1].Version))
            foreach (var entry in page)
                yield return entry;
    }
}
