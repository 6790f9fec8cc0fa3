using Tain.GoModules;

namespace Tain.TransparencyLog;

/// <summary>
/// The rules of a checksum database's client (x/mod <c>sumdb.Client</c>), for a server: nothing is believed before it is
/// signed and proved to be in the log's one history, nothing unproved is saved, and no failure is remembered. For any thread.
/// </summary>
/// <remarks>
/// <para>Order of writes: tiles, then the head, then records. A head that is saved has the tiles of its right edge saved, a
/// record that is saved is in the tree of the head that is saved.</para>
/// <para>Every record that was ever answered can be proved in the newest tree from saved tiles alone, whatever the network
/// does. A new head is taken only once it is checked that its tree begins with the one before, and that check reads, as the
/// new tree has them, all tiles that were partial on the old tree's right edge, with what authenticates them up to the new
/// edge; full tiles do not change.</para>
/// </remarks>
public sealed class ChecksumDatabaseClient
{
    public ChecksumDatabaseClient(VerifierKey key, IChecksumDatabaseOperations operations)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(operations);
    }

    /// <summary>
    /// What the database says of a version. A record that is kept is answered without the network. Otherwise the lookup is
    /// fetched, the head that came with it merged, and the record proved in the larger of both trees with one read of tiles.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="version">The version, without <c>/go.mod</c> (<see cref="IsVersion"/>).</param>
    /// <param name="cancellationToken">Ends all of it.</param>
    /// <exception cref="ArgumentException">No version that a checksum database takes.</exception>
    /// <exception cref="ChecksumDatabaseException">The answer is not to be believed, or has no line of this version at all.</exception>
    public Task<ChecksumRecord> LookupAsync(ModulePath module, string version, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The newest head. With <paramref name="refresh"/>, or where none is known yet, the database is asked for its
    /// latest one, which is merged before.</summary>
    /// <exception cref="ChecksumDatabaseException">The head is not to be believed.</exception>
    public Task<SignedHead> LatestAsync(bool refresh, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Merges a signed head from anywhere, and returns the newest one then. An older head that is of the newest one's
    /// history changes nothing.</summary>
    /// <exception cref="ChecksumDatabaseException">The head is not to be believed.</exception>
    public Task<SignedHead> MergeAsync(ReadOnlyMemory<byte> note, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// A tile's bytes, authenticated in the newest tree: a hash tile as a whole, a data tile record by record. Where the newest
    /// tree has it wider, the wider one is read and cut off. If it is beyond that tree, the newest head is refreshed once.
    /// </summary>
    /// <exception cref="ArgumentException">No legal tile of height 8.</exception>
    /// <exception cref="ChecksumDatabaseException">The tile is beyond the newest tree (<see cref="ChecksumError.BeyondTree"/>), or
    /// what came is not to be believed.</exception>
    public Task<byte[]> ReadTileAsync(Tile tile, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Whether lookups may be for this version: <c>vN.N.N</c>, a prerelease or not, <c>+incompatible</c> or not
    /// (x/mod <c>sumdb.Server</c>), and legal in a path (<see cref="ModuleVersion.TryEscape"/>).</summary>
    public static bool IsVersion(string version) => throw new NotImplementedException();
}
