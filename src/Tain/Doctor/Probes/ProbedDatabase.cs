using System.Collections.Concurrent;
using Tain.Ecosystems.Go;
using Tain.GoModules;
using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>A checksum database as one mirror passes it on, kept in memory for as long as the examination lasts.</summary>
internal sealed class ProbedDatabase(ProbeClient client, UpstreamSource database) : IChecksumDatabaseOperations
{
    private readonly ConcurrentDictionary<Tile, byte[]> _tiles = new();
    private readonly Lock _lock = new();
    private ReadOnlyMemory<byte>? _head;

    public async Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(database, GoAddress.UrlEscape(path[1..]), maxLength);
        return answer.Body ?? throw new IOException(answer.Said);
    }

    public Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<byte[]?>>([.. tiles.Select(t => _tiles.GetValueOrDefault(t.Full))]);

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken)
    {
        foreach (var tile in tiles)
            _tiles.AddOrUpdate(tile.Tile.Full, _ => tile.Bytes.ToArray(), (_, kept) => kept.Length >= tile.Bytes.Length ? kept : tile.Bytes.ToArray());
        return Task.CompletedTask;
    }

    public Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(_head?.ToArray());
    }

    public Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var isExpected = _head is { } head ? expected is { } wanted && head.Span.SequenceEqual(wanted.Span) : expected is null;
            if (isExpected)
                _head = next.ToArray();
            return Task.FromResult(isExpected);
        }
    }

    public Task<KeptRecord?> ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken) => Task.FromResult<KeptRecord?>(null);

    public Task SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken) => Task.CompletedTask;
}
