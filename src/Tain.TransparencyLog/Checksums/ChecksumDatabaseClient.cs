using System.Text;
using Tain.GoModules;

namespace Tain.TransparencyLog;

/// <summary>
/// The rules of a checksum database's client (x/mod <c>sumdb.Client</c>), for a server: nothing is believed before it is
/// signed and proved to be in the log's one history, nothing unproved is saved, and no failure is remembered. For any thread.
/// </summary>
/// <remarks>
/// <para>Order of writes: tiles, then the head, then the record, each only once the one before is done. A record that is saved
/// is in the tree of the head that is saved.</para>
/// <para>Every record that was ever answered can be proved in the newest tree from saved tiles alone, whatever the network
/// does. A new head is taken only once it is checked that its tree begins with the one before, and that check reads, as the
/// new tree has them, all tiles that were partial on the old tree's right edge, with what authenticates them up to the new
/// edge. Full tiles do not change, and those above a full one were on its path already, or on the edge.</para>
/// </remarks>
public sealed partial class ChecksumDatabaseClient
{
    private const int Height = AuthenticatedTiles.DefaultHeight;

    /// <summary>What the log is before any head is known.</summary>
    private static readonly SignedHead s_none = new(TreeHead.Empty, ReadOnlyMemory<byte>.Empty);

    private readonly VerifierKey _key;
    private readonly IChecksumDatabaseOperations _operations;
    private readonly Lock _lock = new();

    /// <summary>The largest head seen in the store; null before the first. It only grows.</summary>
    private volatile SignedHead? _latest;

    public ChecksumDatabaseClient(VerifierKey key, IChecksumDatabaseOperations operations)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(operations);
        (_key, _operations) = (key, operations);
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
    public async Task<ChecksumRecord> LookupAsync(ModulePath module, string version, CancellationToken cancellationToken)
    {
        var path = LookupPath(module, version);
        if (await _operations.ReadRecordOrNullAsync(module, version, cancellationToken).ConfigureAwait(false) is { } kept)
            return new ChecksumRecord(module, version, kept.Id, kept.Text);

        // :: Step 1: the answer, and the head that it came with.
        var bytes = await _operations.FetchAsync(path, LookupBody.MaxLength, cancellationToken).ConfigureAwait(false);
        if (!LookupBody.TryParse(bytes, out var body))
            throw new ChecksumDatabaseException(ChecksumError.Malformed, $"the checksum database's answer for {module}@{version} is no record: it has {bytes.Length} bytes");
        if (body.Note.IsEmpty)
            throw new ChecksumDatabaseException(ChecksumError.BadNote, $"the checksum database's answer for {module}@{version} has no tree head");
        var head = Open(body.Note);

        // :: Step 2: one history, and the hash that it has at this number.
        var (leaf, size) = await AdvanceAsync(head, body.Id, cancellationToken).ConfigureAwait(false);
        if (leaf is null)
            throw new ChecksumDatabaseException(ChecksumError.NotInTree, $"the checksum database's answer for {module}@{version} is record {body.Id}, beyond its tree of {size} records");
        if (leaf != MerkleTree.LeafHash(Encoding.UTF8.GetBytes(body.Text)))
            throw new ChecksumDatabaseException(ChecksumError.NotInTree, $"the checksum database's answer for {module}@{version} is not what its log has as record {body.Id}");

        // :: Step 3: its lines.
        var record = new ChecksumRecord(module, version, body.Id, body.Text);
        await _operations.SaveRecordAsync(module, version, new KeptRecord(body.Id, body.Text), cancellationToken).ConfigureAwait(false);
        return record;
    }

    /// <summary>The newest head. With <paramref name="refresh"/>, or where none is known yet, the database is asked for its
    /// latest one, which is merged before.</summary>
    /// <exception cref="ChecksumDatabaseException">The head is not to be believed.</exception>
    public async Task<SignedHead> LatestAsync(bool refresh, CancellationToken cancellationToken)
    {
        if (!refresh && await KnownAsync(cancellationToken).ConfigureAwait(false) is var known && known != s_none) return known;
        return await MergeAsync(await _operations.FetchAsync("/latest", SignedNote.MaxLength, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Merges a signed head from anywhere, and returns the newest one then. An older head that is of the newest one's
    /// history changes nothing.</summary>
    /// <exception cref="ChecksumDatabaseException">The head is not to be believed.</exception>
    public async Task<SignedHead> MergeAsync(ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        await AdvanceAsync(Open(note), null, cancellationToken).ConfigureAwait(false);
        return _latest!;
    }

    /// <summary>
    /// A tile's bytes, authenticated in the newest tree: a hash tile as a whole, a data tile record by record. Where the newest
    /// tree has it wider, the wider one is read and cut off. If it is beyond that tree, the newest head is refreshed once.
    /// </summary>
    /// <exception cref="ArgumentException">No legal tile of height 8.</exception>
    /// <exception cref="ChecksumDatabaseException">The tile is beyond the newest tree (<see cref="ChecksumError.BeyondTree"/>), or
    /// what came is not to be believed.</exception>
    public async Task<byte[]> ReadTileAsync(Tile tile, CancellationToken cancellationToken)
    {
        if (!tile.IsValid || tile.Height != Height) throw new ArgumentException($"a checksum database's tiles have a height of {Height}", nameof(tile));
        var latest = await KnownAsync(cancellationToken).ConfigureAwait(false);
        if (tile.TreeSize > latest.Head.Size) latest = await LatestAsync(refresh: true, cancellationToken).ConfigureAwait(false);
        if (tile.TreeSize > latest.Head.Size)
            throw new ChecksumDatabaseException(ChecksumError.BeyondTree, $"{tile} is beyond the checksum database's tree of {latest.Head.Size} records");
        return await WithTilesAsync(async tiles =>
        {
            var bytes = tile.IsData
                ? await ReadDataAsync(tile, latest.Head, tiles, cancellationToken).ConfigureAwait(false)
                : await new AuthenticatedTiles(latest.Head, tiles, Height).ReadTileAsync(tile, cancellationToken).ConfigureAwait(false);
            await tiles.CommitAsync(cancellationToken).ConfigureAwait(false);
            return bytes;
        }).ConfigureAwait(false);
    }

    /// <summary>The path of a version's lookup below the database's address, escaped: <c>/lookup/github.com/!burnt!sushi/toml@v1.0.0</c>.</summary>
    /// <exception cref="ArgumentException">No version that a checksum database takes (<see cref="IsVersion"/>).</exception>
    public static string LookupPath(ModulePath module, string version)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!IsVersion(version)) throw new ArgumentException($"checksum databases have no such version of {module}", nameof(version));
        return $"/lookup/{module.Escaped}@{ModuleVersion.Escape(version)}";
    }

    /// <summary>Whether lookups may be for this version: <c>vN.N.N</c>, a prerelease or not, <c>+incompatible</c> or not
    /// (x/mod <c>sumdb.Server</c>), and legal in a path (<see cref="ModuleVersion.TryEscape"/>).</summary>
    public static bool IsVersion(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!version.StartsWith('v') || !ModuleVersion.TryEscape(version, out _, out _)) return false;
        var rest = version.AsSpan(1);
        for (var part = 0; part < 3; part++)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (digits == 0) return false;
            rest = rest[digits..];
            if (part == 2) break;
            if (rest.IsEmpty || rest[0] != '.') return false;
            rest = rest[1..];
        }
        return rest.IsEmpty || rest is "+incompatible" || (rest[0] == '-' && !rest.Contains('@'));
    }
}
