using Tain.GoModules;

namespace Tain.TransparencyLog;

/// <summary>A record that was authenticated, as the server keeps it.</summary>
/// <param name="Id">Its number in the log.</param>
/// <param name="Text">Its text.</param>
public readonly record struct KeptRecord(long Id, string Text);

/// <summary>
/// What <see cref="ChecksumDatabaseClient"/> needs of the world, for one database: its address, and a store. Every member may
/// be called from any thread and for the same thing at once; whoever wants one fetch for many callers joins them here. What a
/// member throws passes through the client untouched, and is not remembered by it.
/// </summary>
public interface IChecksumDatabaseOperations
{
    /// <summary>
    /// Gets a path below the database's address: <c>/latest</c>, <c>/lookup/…@…</c> (escaped) or <c>/tile/…</c>. Anything but a
    /// body with status 200, and a body of more than <paramref name="maxLength"/> bytes, is thrown as the server likes. A
    /// partial tile for which this throws (anything but an <see cref="OperationCanceledException"/>) is asked for once more as
    /// the full one; if that throws too, the first exception is the one that passes through.
    /// </summary>
    Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken);

    /// <summary>
    /// For each tile, in order, what was saved for it, or null. It may be what was saved for a wider tile at the same place:
    /// the client takes the beginning. So one row for each place, the widest, is enough. Data tiles as well as hash tiles.
    /// What is damaged costs a new fetch and is saved anew.
    /// </summary>
    Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps authenticated tiles of this log's history; a wider one may replace a narrower one at its place, never the other
    /// way round. When it returns they are as durable as a head that is swapped in after it.
    /// </summary>
    Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken);

    /// <summary>The signed note of the newest head that was swapped in, or null when none was.</summary>
    Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the newest head if it is <paramref name="expected"/> byte for byte (null: if there is none), atomically,
    /// for all processes that share the store. True when it did and it is durable; false when there was another one.</summary>
    Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken);

    /// <summary>The record that was saved for the version, or null.</summary>
    Task<KeptRecord?> ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken);

    /// <summary>Keeps an authenticated record. A head whose tree has it was swapped in before, and the tiles that prove it were
    /// saved. A record for a version does not change: saving it twice saves the same.</summary>
    Task SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken);
}
