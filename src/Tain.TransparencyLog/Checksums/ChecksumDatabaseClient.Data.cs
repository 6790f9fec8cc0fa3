namespace Tain.TransparencyLog;

/// <summary>Tiles of records.</summary>
public sealed partial class ChecksumDatabaseClient
{
    /// <summary>Reads a data tile that the tree has at least this wide, and checks each record's hash.</summary>
    private async Task<byte[]> ReadDataAsync(Tile tile, TreeHead tree, DatabaseTiles tiles, CancellationToken cancellationToken)
    {
        var whole = tile.InTree(tree.Size)!.Value;
        var bytes = await new AuthenticatedTiles(tree, tiles, Height).ReadTileAsync(whole with { Level = 0 }, cancellationToken).ConfigureAwait(false);
        if (tiles.UseKept)
        {
            // What was kept when the tree was smaller will do, if it is wide enough.
            var kept = (await _operations.ReadTilesAsync([tile], cancellationToken).ConfigureAwait(false))[0];
            if (kept is not null && DataTile.TryParse(kept, tile.Width, out var known) && FirstStranger(known, bytes) is null) return DataTile.Format(known);
        }

        var (fetched, _) = await tiles.FetchAsync(whole, DataTile.MaxLength, DataTile.MaxLength, cancellationToken).ConfigureAwait(false);
        if (fetched.Length > DataTile.MaxLength || !DataTile.TryParse(fetched, whole.Width, whole.Number << Height, out var records, out _))
            throw new ChecksumDatabaseException(ChecksumError.Malformed, $"the checksum database's {whole} is not {whole.Width} records: it has {fetched.Length} bytes");
        if (FirstStranger(records, bytes) is { } stranger)
            throw new ChecksumDatabaseException(ChecksumError.NotInTree, $"the checksum database's {whole} has at number {stranger} another record than its log");
        await tiles.SaveTilesAsync([new TileBytes(whole, DataTile.Format(records))], cancellationToken).ConfigureAwait(false);
        return DataTile.Format([.. records.Take(tile.Width)]);
    }

    /// <summary>The first record whose hash is not the tree's, or null.</summary>
    private static int? FirstStranger(IReadOnlyList<ReadOnlyMemory<byte>> records, ReadOnlyMemory<byte> hashTile)
    {
        var hashes = Tile.Hashes(hashTile.Span);
        for (var i = 0; i < records.Count; i++)
            if (MerkleTree.LeafHash(records[i].Span) != hashes[i])
                return i;
        return null;
    }
}
