namespace Tain.TransparencyLog;

/// <summary>A tile with its bytes.</summary>
/// <param name="Tile">Which.</param>
/// <param name="Bytes">Of a hash tile exactly <see cref="Tile.ByteLength"/>.</param>
public readonly record struct TileBytes(Tile Tile, ReadOnlyMemory<byte> Bytes);

/// <summary>Where <see cref="AuthenticatedTiles"/> reads hash tiles and keeps them. For any thread.</summary>
public interface ITileSource
{
    /// <summary>
    /// The bytes of each tile, in order, exactly <see cref="Tile.ByteLength"/> each. They need not be true: they are checked
    /// before they are used. It is asked once for all tiles that a read needs, so that it can get them in parallel. Where a
    /// partial tile is missing, since it has become full at the log's, a source gets the full one and cuts it off.
    /// </summary>
    /// <remarks>What it throws passes through.</remarks>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken);

    /// <summary>Takes tiles that were authenticated, all of those just read, as whole bytes. A source may keep them or not.</summary>
    Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken);
}
