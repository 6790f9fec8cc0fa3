using System.Text;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>One checksum database as this server sees it: asked once however many wait, believed only when proved, and answered from what is stored when it is out of reach.
/// Whatever it is caught lying about is an alarm.</summary>
internal sealed class SumDatabase : IChecksumDatabaseOperations, IDisposable
{
    /// <summary>The kind of an alarm that is about the database itself, not about one module.</summary>
    public const string AlarmKind = "checksum-database";

    private readonly SumDbOptions _options;
    private readonly SumDbSources _sources;
    private readonly SumDbStore _store;
    private readonly ChecksumDatabaseClient _client;
    private readonly Flights<Lookup> _lookups;
    private readonly ServerLife _life;
    private readonly Flights<byte[]> _fetches;
    private readonly KnownFailures _failures;
    private readonly Stories _stories;
    private readonly Catalog _catalog;
    private readonly GoOptions _go;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly string _unasked;
    private long _refreshedAt;
    private volatile LogHead? _opened;

    public SumDatabase(SumDbOptions options, GoOptions go, UpstreamClient upstream, TimeSpan deadline, Catalog catalog, KnownFailures failures, Stories stories, ServerLife life, TimeProvider time, ILogger<SumDatabase> log)
    {
        (_options, _go, _catalog, _failures, _stories, _life, _time, _log) = (options, go, catalog, failures, stories, life, time, log);
        _unasked = go.SumDbUnavailable is WhenUnavailable.Refuse ? "nothing unchecked is served (go.sumdb-unavailable)" : "it will be (go.sumdb-unavailable)";
        _sources = new SumDbSources(options, go.Upstream, upstream, time);
        _store = new SumDbStore(options.Log, catalog, log);
        _client = new ChecksumDatabaseClient(options.Key, this);
        _lookups = new(life, deadline);
        _fetches = new(life, deadline);
    }

    public string Name => _options.Name;

    /// <summary><see cref="SumDbOptions.Log"/>.</summary>
    public string Log => _options.Log;

    /// <summary>What is known, without asking anybody.</summary>
    public bool IsKept(ModulePath module, string version) => _store.FindRecordOrNull(module, version) is not null;

    /// <summary>The authenticated record of a version, or why there is none. Cancelling ends the wait only.</summary>
    public async Task<Lookup> LookupAsync(ModulePath module, string version, CancellationToken wait)
    {
        var address = StoryOf(module, version);
        if (IsKept(module, version))
            return await FlyAsync(module, version, address, wait);
        if (_failures.FindOrNull(address) is { } known)
            return new(null, known);
        if (_life.IsFull && !_lookups.IsFlying(address))
            return new(null, Failure.TooMany) { IsUnavailable = true };
        try
        {
            return await _lookups.JoinAsync(address, ct => FlyAsync(module, version, address, ct), wait);
        }
        catch (OperationCanceledException) when (!wait.IsCancellationRequested)
        {
            return new(null, Stopped) { IsUnavailable = true };
        }
    }

    /// <summary>All that follows from one look-up, once for all who wait, and also when nobody does any more.</summary>
    private async Task<Lookup> FlyAsync(ModulePath module, string version, string address, CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        var kept = IsKept(module, version);
        Lookup lookup;
        try
        {
            lookup = new(await AskAsync(() => _client.LookupAsync(module, version, ct)), null);
        }
        catch (Exception e)
        {
            lookup = new(null, await FailureOfAsync(e, began)) { IsUnavailable = IsOutage(e) };
            if (lookup.Failure!.Kind is FailureKind.NotFound)
                _failures.Remember(address, lookup.Failure, _go.AbsenceTtl);
        }
        if (!kept)
        {
            var elapsed = _time.GetUtcNow() - began;
            _stories.Tell(lookup.Record is { } record
                ? new(address, began, elapsed, [new(Name, null, 200, $"record {record.Id}, proved in its log", elapsed, 1, began)], "fetched")
                : new(address, began, elapsed, lookup.Failure!.Attempts, $"{lookup.Failure.Status} {lookup.Failure.Reason}"));
        }
        return lookup;
    }

    /// <summary>A proxy that brings what can't be believed has not spoken for the database: it is asked itself then, and what the proxy brought is the proxy's alarm.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ChecksumDatabaseException e) when (e.Error is not (ChecksumError.NoLine or ChecksumError.BeyondTree) && _sources.LastProxy is { } proxy)
        {
            T answer;
            try
            {
                answer = await _sources.DirectlyAsync(ask);
            }
            catch (SumDbException)
            {
                // Nobody can say whose fault it was.
                throw e;
            }
            await AlarmAsync(e, proxy);
            return answer;
        }
    }

    /// <summary>The story of a version's look-up is told under this name.</summary>
    public string StoryOf(ModulePath module, string version) => $"{Name}/lookup/{module}@{version}";

    /// <summary>The newest head; at most <c>go.latest-ttl</c> old when the database answers.</summary>
    public async Task<(SignedHead? Head, Failure? Failure, Served Served)> LatestAsync(CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        var age = began.UtcTicks - Interlocked.Read(ref _refreshedAt);
        var refresh = age < 0 || age > _go.LatestTtl.Ticks;
        try
        {
            var head = await AskAsync(() => _client.LatestAsync(refresh, ct));
            if (refresh)
                Interlocked.Exchange(ref _refreshedAt, began.UtcTicks);
            return (head, null, refresh ? Served.Fetched : Served.Hit);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var failure = await FailureOfAsync(e, began);
            // Out of reach: what is stored is true all the same. Caught lying: it is not asked to be believed.
            return refresh && e is SumDbException && _store.HeadOrNull() is { } note ? (SignedHead.Open(note, _options.Key), failure, Served.StaleIfError) : (null, failure, Served.Failed);
        }
    }

    /// <summary>Asks for the newest head now, or says why there is none.</summary>
    public async Task<(SignedHead? Head, Failure? Failure)> RefreshAsync(CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        try
        {
            return (await _client.LatestAsync(refresh: true, ct), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return (null, await FailureOfAsync(e, began));
        }
    }

    /// <summary>A lookup's answer to a client: the record, and the newest head, in whose tree it is.</summary>
    public async Task<(byte[]? Body, Failure? Failure)> FormatAsync(ChecksumRecord record, CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        try
        {
            var newest = _store.NewestOrNull();
            var head = await _client.LatestAsync(refresh: false, ct);
            if (newest is not null && head.Note.Span.SequenceEqual(newest.Note))
                _opened = newest;
            return (record.FormatLookup(head), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return (null, await FailureOfAsync(e, began));
        }
    }

    /// <summary>The same of what is kept, without asking anybody, and the size of the head's tree; null where that would not do.</summary>
    public (byte[] Body, long Size)? FindLookupOrNull(ModulePath module, string version)
        // The head was opened by the client: its signature is known to be right.
        => _store.NewestOrNull() is { } head && head == _opened && _store.FindRecordOrNull(module, version) is { } record && record.Id < head.Size
            ? (LookupBody.Format(record.Id, record.Text, head.Note), head.Size)
            : null;

    /// <summary>A tile's bytes as they are stored, or null.</summary>
    public byte[]? FindTileOrNull(Tile tile)
    {
        if (_store.FindTileOrNull(tile) is not { } stored || stored.Width < tile.Width)
            return null;
        if (stored.Width == tile.Width)
            return stored.Body;
        return tile.IsData ? null : stored.Body[..(int)tile.ByteLength];
    }

    /// <summary>A tile's bytes, authenticated, or why there are none.</summary>
    public async Task<(byte[]? Bytes, Failure? Failure)> ReadTileAsync(Tile tile, CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        if (_life.IsFull)
            return (null, Failure.TooMany);
        try
        {
            var newest = await _client.LatestAsync(refresh: false, ct);
            if (tile.TreeSize > newest.Head.Size)
            {
                // Beyond it, the newest head is asked for; but not by each who asks for more than there is.
                var (fresh, failure, _) = await LatestAsync(ct);
                if (fresh is null || tile.TreeSize > fresh.Head.Size)
                    return (null, failure ?? new(FailureKind.NotFound, $"its tree has {fresh!.Head.Size:N0} records, and that tile is of a tree of {tile.TreeSize:N0}", []));
            }
            return (await AskAsync(() => _client.ReadTileAsync(tile, ct)), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return (null, await FailureOfAsync(e, began));
        }
    }

    /// <summary>Forgets what is kept and was found wrong. Afterwards all that was queued to be kept is.</summary>
    public Task ForgetAsync(LogLoss loss, CancellationToken ct) => _store.ForgetAsync(loss, ct);

    /// <summary>What the database says that a zip's, or a go.mod's, hash must be.</summary>
    public async Task<Testimony> TestifyAsync(ModulePath module, string version, bool goMod, CancellationToken ct)
    {
        var lookup = await LookupAsync(module, version, ct);
        var (record, failure) = lookup;
        if (failure is { Kind: FailureKind.NotFound })
            return new(Name) { Failure = Unknown(failure) };
        if (failure is not null)
            return new(Name) { Failure = failure with { Reason = lookup.IsUnavailable ? $"{Name} could not be asked about it: {_unasked}" : $"not checked: {failure.Reason}" }, IsUnavailable = lookup.IsUnavailable };
        var line = $"{module} {version}{(goMod ? "/go.mod" : "")}";
        if ((goMod ? record!.GoModHashOrNull : record!.ZipHashOrNull) is not { } identity)
            return new(Name) { Failure = Refusal($"the record that {Name} has of it has no line \"{line} h1:…\"") };
        var head = _store.HeadOrNull();
        return new(Name) { Identity = identity, Evidence = $"{Name}, whose key is {_options.Key}, has as record {record.Id}:\n{record.Text}\nin the tree of\n{(head is null ? "" : Encoding.UTF8.GetString(head))}" };
    }

    private static Failure Refusal(string reason) => new(FailureKind.Refused, reason, []);

    // The remedy is a line of its own: the first one is cut where the name is long.
    private Failure Unknown(Failure failure) => new(FailureKind.Refused, $"{Name} does not know it, so nobody can say that it is right",
        [.. failure.Attempts, new("go.private, go.no-sumdb", FaultKind.NotAsked, null, "name it in one of these settings if it is not public", TimeSpan.Zero, 0, _time.GetUtcNow())]);

    /// <summary>It, or the way to it, failed; it was not caught lying.</summary>
    private static bool IsOutage(Exception e) => e is not ChecksumDatabaseException and not SumDbException { Failure.Kind: FailureKind.NotFound };

    private static Failure Stopped { get; } = new(FailureKind.Timeout, "it did not answer in time (upstream.fetch-timeout), or this server is stopping", []);

    private async Task<Failure> FailureOfAsync(Exception e, DateTimeOffset began)
    {
        switch (e)
        {
            case SumDbException failed:
                return failed.Failure;
            case ChecksumDatabaseException { Error: ChecksumError.BeyondTree }:
                return new(FailureKind.NotFound, e.Message, []);
            case ChecksumDatabaseException { Error: ChecksumError.NoLine }:
                return Refusal($"what {Name} answers has no line for it: {e.Message}");
            case ChecksumDatabaseException lie:
                await AlarmAsync(lie, _sources.LastProxy ?? Name);
                return new(FailureKind.BadGateway, $"what {Name} says is not to be believed", [new(Name, FaultKind.Malformed, null, e.Message, _time.GetUtcNow() - began, 1, began)]);
            case OperationCanceledException:
                return Stopped;
            case StorageException:
                return new(e is StorageFullException ? FailureKind.StorageFull : FailureKind.Unavailable, e.Message, []);
            default:
                _log.LogError(e, "the checksum database {Name} could not be asked", Name);
                return new(FailureKind.Unavailable, "this server failed: " + e.Message, []);
        }
    }

    /// <param name="source">Who brought it: the database itself, or a proxy.</param>
    private async Task AlarmAsync(ChecksumDatabaseException lie, string source)
    {
        _log.LogError("SECURITY: what {Source} says for the checksum database {Name} is not to be believed: {Said}", source, Name, lie.Message);
        var fork = lie as ForkException;
        var (stored, offered) = fork is { Older: { } older, Newer: { } newer }
            ? ($"tree {older.Head.Size} {older.Head.Root}", $"tree {newer.Head.Size} {newer.Head.Root}")
            : ("its signed and proved log", lie.Message);
        try
        {
            await _catalog.CommitAsync(new()
            {
                Drifts = [new(new ArtifactKey(GoMirror.Ecosystem, Name, "", AlarmKind), stored, offered, source) { Evidence = fork?.Evidence is { Length: > 0 } evidence ? evidence : lie.Message }],
            }, CancellationToken.None);
        }
        catch (StorageException e)
        {
            _log.LogError(e, "could not keep that alarm");
        }
    }

    // :: What the client needs of the world

    Task<byte[]> IChecksumDatabaseOperations.FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
    {
        var directly = _sources.IsDirect;
        return _fetches.JoinAsync(directly ? "direct " + path : path, ct => _sources.FetchAsync(path, maxLength, directly, ct), cancellationToken);
    }

    Task<IReadOnlyList<byte[]?>> IChecksumDatabaseOperations.ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<byte[]?>>([.. tiles.Select(t => _store.FindTileOrNull(t)?.Body)]);

    Task IChecksumDatabaseOperations.SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken)
    {
        _store.Save(tiles);
        return Task.CompletedTask;
    }

    Task<byte[]?> IChecksumDatabaseOperations.ReadHeadOrNullAsync(CancellationToken cancellationToken) => Task.FromResult(_store.HeadOrNull());

    Task<bool> IChecksumDatabaseOperations.TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
        => _store.TrySwapHeadAsync(expected, SignedHead.Open(next, _options.Key), cancellationToken);

    Task<KeptRecord?> IChecksumDatabaseOperations.ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken)
        => Task.FromResult(_store.FindRecordOrNull(module, version));

    Task IChecksumDatabaseOperations.SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken)
    {
        _store.Save(module, version, record);
        return Task.CompletedTask;
    }

    public void Dispose() => _store.Dispose();
}

/// <summary>What a look-up came to: a record or a failure.</summary>
internal sealed record Lookup(ChecksumRecord? Record, Failure? Failure)
{
    /// <summary>The database could not be asked; it neither denied nor lied.</summary>
    public bool IsUnavailable { get; init; }
}
