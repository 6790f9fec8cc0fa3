using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>One way to a log that did not answer, or has no such thing. Says nothing about the log.</summary>
internal sealed class UnreadException(string message) : Exception(message);

/// <summary>One way to a checksum database: its own address, or a mirror's. Nothing of what it brings is proved yet.</summary>
internal sealed class LogSource(UpstreamSource source, UpstreamClient client) : ITileSource
{
    /// <summary>How many tiles are under way at once. With the longest answers that a database may give, 16 MiB of records, they take 256 MiB; with real ones 1 MiB.</summary>
    public const int AtOnce = 16;

    public string Name => source.Name;

    /// <summary>Throws <see cref="UnreadException"/>.</summary>
    public async Task<byte[]> LatestAsync(CancellationToken ct) => await FetchOrNullAsync("latest", SignedNote.MaxLength, isTile: false, ct) ?? throw new UnreadException($"{Name} has no /latest");

    /// <summary>The bytes of a tile as wide as it is, or of the full one where it is gone since it has become full (<see cref="TileBody.IsFull"/>).
    /// Throws <see cref="UnreadException"/>.</summary>
    public async Task<TileBody> TileAsync(Tile tile, CancellationToken ct)
    {
        if (await OneAsync(tile) is { } body)
            return new(body, tile.IsFull);
        if (!tile.IsFull && await OneAsync(tile.Full) is { } full)
            return new(full, IsFull: true);
        throw new UnreadException($"{Name} has no {tile}, though it is of the tree that was signed");

        Task<byte[]?> OneAsync(Tile which) => FetchOrNullAsync(which.Path, which.IsData ? DataTile.MaxLength : (int)which.ByteLength, isTile: true, ct);
    }

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken)
    {
        var bytes = new ReadOnlyMemory<byte>[tiles.Count];
        await Parallel.ForAsync(0, tiles.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, ct) => bytes[i] = (await TileAsync(tiles[i], ct)).Cut(tiles[i]));
        return bytes;
    }

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Null for 404 and 410.</summary>
    private async Task<byte[]?> FetchOrNullAsync(string path, int maxBytes, bool isTile, CancellationToken ct)
    {
        var (attempt, body, _, type, _) = await client.GetSmallAsync(source, path, maxBytes, null, ct);
        if (attempt.IsAbsence)
            return null;
        if (isTile && attempt.Fault is FaultKind.TooLarge)
            return new byte[maxBytes + 1]; // It came, and is not the tile.
        if (attempt.Fault is not null)
            throw new UnreadException($"{Name}/{path}: {attempt.Said}{(attempt.Tries > 1 ? $" (asked {attempt.Tries} times)" : "")}");
        // A sign-in page of the network's says nothing of the database.
        if (type is not null && type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase))
            throw new UnreadException($"{Name}/{path}: a web page came instead: something between here and there answers in its place");
        return body!;
    }
}

/// <summary>What came for a tile.</summary>
/// <param name="IsFull">It is the full tile at that place.</param>
internal readonly record struct TileBody(byte[] Bytes, bool IsFull)
{
    /// <summary>As many bytes of a hash tile as were asked for, or all where they are fewer, or of another tile's length.</summary>
    public ReadOnlyMemory<byte> Cut(Tile tile) => IsFull && Bytes.Length == tile.Full.ByteLength ? Bytes.AsMemory(0, (int)tile.ByteLength) : Bytes;
}
