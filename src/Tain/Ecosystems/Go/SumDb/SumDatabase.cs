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
    private readonly Flights<ChecksumRecord> _lookups;
    private readonly Flights<byte[]> _fetches;
    private readonly KnownFailures _failures;
    private readonly Stories _stories;
    private readonly Catalog _catalog;
    private readonly GoOptions _go;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private long _refreshedAt;

    public SumDatabase(SumDbOptions options, GoOptions go, UpstreamClient upstream, TimeSpan deadline, Catalog catalog, KnownFailures failures, Stories stories, ServerLife life, TimeProvider time, ILogger<SumDatabase> log)
    {
        (_options, _go, _catalog, _failures, _stories, _time, _log) = (options, go, catalog, failures, stories, time, log);
        _sources = new SumDbSources(options, go.Upstream, upstream, time);
        _store = new SumDbStore(options.Name, catalog, log);
        _client = new ChecksumDatabaseClient(options.Key, this);
        _lookups = new(life, deadline);
        _fetches = new(life, deadline);
    }

    public string Name => _options.Name;

    /// <summary>What is known, without asking anybody.</summary>
    public bool IsKept(ModulePath module, string version) => _store.FindRecordOrNull(module, version) is not null;

    /// <summary>The authenticated record of a version, or why there is none. Cancelling ends the wait only.</summary>
    public async Task<(ChecksumRecord? Record, Failure? Failure)> LookupAsync(ModulePath module, string version, CancellationToken wait)
    {
        var address = StoryOf(module, version);
        var kept = IsKept(module, version);
        if (!kept && _failures.FindOrNull(address) is { } known)
            return (null, known);
        var began = _time.GetUtcNow();
        ChecksumRecord? record = null;
        Failure? failure = null;
        try
        {
            record = await _lookups.JoinAsync(address, ct => _client.LookupAsync(module, version, ct), wait);
        }
        catch (Exception e) when (!wait.IsCancellationRequested)
        {
            failure = await FailureOfAsync(e, began);
            if (failure.Kind is FailureKind.NotFound)
                _failures.Remember(address, failure, _go.AbsenceTtl);
        }
        if (!kept)
        {
            var elapsed = _time.GetUtcNow() - began;
            _stories.Tell(failure is null
                ? new(address, began, elapsed, [new(Name, null, 200, $"record {record!.Id}, proved in its log", elapsed, 1, began)], "fetched")
                : new(address, began, elapsed, failure.Attempts, $"{failure.Status} {failure.Reason}"));
        }
        return (record, failure);
    }

    /// <summary>The story of a version's look-up is told under this name.</summary>
    public string StoryOf(ModulePath module, string version) => $"{Name}/lookup/{module}@{version}";

    /// <summary>The newest head; at most <c>go.latest-ttl</c> old when the database answers.</summary>
    public async Task<(SignedHead? Head, Failure? Failure)> LatestAsync(CancellationToken ct)
    {
        var began = _time.GetUtcNow();
        var age = began.UtcTicks - Interlocked.Read(ref _refreshedAt);
        var refresh = age < 0 || age > _go.LatestTtl.Ticks;
        try
        {
            var head = await _client.LatestAsync(refresh, ct);
            if (refresh)
                Interlocked.Exchange(ref _refreshedAt, began.UtcTicks);
            return (head, null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var failure = await FailureOfAsync(e, began);
            // Out of reach: what is stored is true all the same. Caught lying: it is not asked to be believed.
            return refresh && e is SumDbException && _store.HeadOrNull() is { } note ? (SignedHead.Open(note, _options.Key), failure) : (null, failure);
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
    public async Task<byte[]> FormatAsync(ChecksumRecord record, CancellationToken ct) => record.FormatLookup(await _client.LatestAsync(refresh: false, ct));

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
        try
        {
            return (await _client.ReadTileAsync(tile, ct), null);
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
        var (record, failure) = await LookupAsync(module, version, ct);
        if (failure is not null)
        {
            return new(Name)
            {
                Failure = failure.Kind is FailureKind.NotFound
                    ? failure with { Kind = FailureKind.Refused, Reason = $"the checksum database {Name} does not know it, so nobody can say that it is right; if it is not public, name it in go.private or go.no-sumdb" }
                    : failure with { Reason = $"not checked against {Name}, and nothing unchecked is served (go.sumdb-unavailable): {failure.Reason}" },
            };
        }
        var line = $"{module} {version}{(goMod ? "/go.mod" : "")}";
        if ((goMod ? record!.GoModHashOrNull : record!.ZipHashOrNull) is not { } identity)
            return new(Name) { Failure = Refusal($"the record that {Name} has of it has no line \"{line} h1:…\"") };
        return new(Name) { Identity = identity, Evidence = $"{Name}, whose key is {_options.Key}, answers:\n{Encoding.UTF8.GetString(await FormatAsync(record, ct))}" };
    }

    private static Failure Refusal(string reason) => new(FailureKind.Refused, reason, []);

    private async Task<Failure> FailureOfAsync(Exception e, DateTimeOffset began)
    {
        switch (e)
        {
            case SumDbException failed:
                return failed.Failure;
            case ChecksumDatabaseException { Error: ChecksumError.BeyondTree }:
                return new(FailureKind.NotFound, e.Message, []);
            case ChecksumDatabaseException lie:
                await AlarmAsync(lie);
                return new(FailureKind.BadGateway, "what it says is not to be believed", [new(Name, FaultKind.Malformed, null, e.Message, _time.GetUtcNow() - began, 1, began)]);
            case OperationCanceledException:
                return new(FailureKind.Timeout, "it did not answer in time (upstream.fetch-timeout), or this server is stopping", []);
            case StorageException:
                return new(e is StorageFullException ? FailureKind.StorageFull : FailureKind.Unavailable, e.Message, []);
            default:
                _log.LogError(e, "the checksum database {Name} could not be asked", Name);
                return new(FailureKind.Unavailable, "this server failed: " + e.Message, []);
        }
    }

    private async Task AlarmAsync(ChecksumDatabaseException lie)
    {
        _log.LogError("SECURITY: the checksum database {Name} is not to be believed: {Said}", Name, lie.Message);
        if (lie.Error is ChecksumError.NoLine)
            return;
        var fork = lie as ForkException;
        var (stored, offered) = fork is { Older: { } older, Newer: { } newer }
            ? ($"tree {older.Head.Size} {older.Head.Root}", $"tree {newer.Head.Size} {newer.Head.Root}")
            : ("its signed and proved log", lie.Error.ToString());
        try
        {
            await _catalog.CommitAsync(new()
            {
                Drifts = [new(new ArtifactKey(GoMirror.Ecosystem, Name, "", AlarmKind), stored, offered, Name) { Evidence = fork?.Evidence is { Length: > 0 } evidence ? evidence : lie.Message }],
            }, CancellationToken.None);
        }
        catch (StorageException e)
        {
            _log.LogError(e, "could not keep that alarm");
        }
    }

    // :: What the client needs of the world

    Task<byte[]> IChecksumDatabaseOperations.FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
        => _fetches.JoinAsync(path, ct => _sources.FetchAsync(path, maxLength, ct), cancellationToken);

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
