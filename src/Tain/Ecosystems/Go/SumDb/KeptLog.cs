using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>What is kept of one checksum database, read from the catalog each time and from nowhere else: asks nobody, writes nothing, remembers nothing.</summary>
internal sealed class KeptLog : IChecksumDatabaseOperations, ITileSource
{
    private readonly Catalog _catalog;
    private readonly SumDbOptions _options;
    private readonly ChecksumDatabaseClient _client;

    public KeptLog(SumDbOptions options, Catalog catalog)
    {
        (_options, _catalog) = (options, catalog);
        _client = new ChecksumDatabaseClient(options.Key, this);
    }

    public string Name => _options.Name;

    /// <summary>What the catalog has it under.</summary>
    public string Log => _options.Log;

    public VerifierKey Key => _options.Key;

    /// <summary>What the kept record of a version says that a zip's, or a go.mod's, hash must be; neither that nor a failure when none is kept. That the record is in the log is looked at
    /// by <see cref="SumDbExamination"/>.</summary>
    public async Task<Testimony> RecallAsync(ModulePath module, string version, bool goMod, CancellationToken ct)
    {
        if (Find(module.Value, version) is null)
            return new(Name);
        try
        {
            var record = await _client.LookupAsync(module, version, ct);
            return (goMod ? record.GoModHashOrNull : record.ZipHashOrNull) is { } identity
                ? new(Name) { Identity = identity, Evidence = $"record {record.Id} of {Name}, as it is kept:\n{record.Text}" }
                : new(Name) { Failure = new(FailureKind.Refused, $"the kept record {record.Id} of {Name} has no line for it", []) };
        }
        catch (Exception e) when (e is ChecksumDatabaseException or ArgumentException)
        {
            return new(Name) { Failure = new(FailureKind.Refused, e.Message, []) };
        }
    }

    /// <summary>Why a kept record says nothing of its own version; null when it does.</summary>
    public async Task<string?> ProblemOrNullAsync(LogEntry entry, CancellationToken ct)
    {
        if (!ModulePath.TryParse(entry.Name, out var module, out var error))
            return $"a record of no module: {error}";
        try
        {
            await _client.LookupAsync(module, entry.Version, ct);
            return null;
        }
        catch (Exception e) when (e is ChecksumDatabaseException or ArgumentException)
        {
            return e.Message;
        }
    }

    private LogEntry? Find(string module, string version) => _catalog.FindLogEntryOrNull(Log, module, version);

    /// <summary>The beginning of the widest that is kept at the tile's place, or null.</summary>
    private byte[]? FindTile(Tile tile)
        => _catalog.FindLogTileOrNull(Log, tile.Level, tile.Number) is { } kept && kept.Body.Length >= tile.ByteLength ? kept.Body[..(int)tile.ByteLength] : null;

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. tiles.Select(t => FindTile(t) is { } bytes ? bytes.AsMemory() : throw new TileNotKeptException(t))]);

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => Task.CompletedTask;

    Task<KeptRecord?> IChecksumDatabaseOperations.ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken)
        => Task.FromResult<KeptRecord?>(Find(module.Value, version) is { } entry ? new(entry.Id, entry.Text) : null);

    Task<IReadOnlyList<byte[]?>> IChecksumDatabaseOperations.ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<byte[]?>>([.. tiles.Select(FindTile)]);

    Task<byte[]?> IChecksumDatabaseOperations.ReadHeadOrNullAsync(CancellationToken cancellationToken) => Task.FromResult(_catalog.NewestLogHeadOrNull(Log)?.Note);

    Task<byte[]> IChecksumDatabaseOperations.FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
        => throw new NotSupportedException("nobody is asked");

    Task<bool> IChecksumDatabaseOperations.TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => Task.FromResult(false);

    Task IChecksumDatabaseOperations.SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A tile that has to be read is not kept, or not as wide.</summary>
internal sealed class TileNotKeptException(Tile tile) : Exception($"tile {tile} is not stored")
{
    public Tile Tile { get; } = tile;
}
