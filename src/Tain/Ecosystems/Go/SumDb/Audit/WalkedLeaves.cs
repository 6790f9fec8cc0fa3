using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>A data tile and the hash tile over it, as they came, with all that can be found out about them by themselves.</summary>
/// <param name="Hashes">The hash tile's; null where it is none.</param>
/// <param name="Leaves">The records' own hashes; null where the data tile is none.</param>
/// <param name="Names">Random bits of what each record is about, its place in the tile first.</param>
/// <param name="Illegal">What is wrong with records, the same.</param>
internal sealed record WalkedLeaves(Tile Data, long ByteCount, LogHash[]? Hashes, LogHash[]? Leaves, IReadOnlyList<(int At, Int128 Name, RecordSubject Subject)> Names,
    IReadOnlyList<(int At, FindingKind Kind, string Said)> Illegal, IReadOnlyList<string> WrongTiles)
{
    public static async Task<WalkedLeaves> ReadAsync(LogSource source, Tile data, CancellationToken ct)
    {
        var hashTile = data with { Level = 0 };
        var records = source.TileAsync(data, ct);
        var hashes = source.TileAsync(hashTile, ct);
        await Task.WhenAll(records, hashes);
        return Of(data, await records, await hashes);
    }

    public static WalkedLeaves Of(Tile data, TileBody records, TileBody hashes)
    {
        var wrong = new List<string>();
        var served = TileHashes.ReadOrNull(data with { Level = 0 }, hashes, wrong);
        var names = new List<(int, Int128, RecordSubject)>();
        var illegal = new List<(int, FindingKind, string)>();
        var count = records.Bytes.Length + hashes.Bytes.Length;
        if (records.Bytes.Length > DataTile.MaxLength || !DataTile.TryParse(records.Bytes, data.Width, data.Number << data.Height, out var texts, out var length))
        {
            wrong.Add($"{data} is wrong: it is not {data.Width} legal records");
            return new(data, count, served, null, names, illegal, wrong);
        }
        if (length < records.Bytes.Length && (data.IsFull || !records.IsFull))
            wrong.Add($"{data} is wrong: {records.Bytes.Length - length} bytes follow its {data.Width} records");
        var leaves = new LogHash[texts.Count];
        for (var i = 0; i < leaves.Length; i++)
        {
            var text = texts[i].Span;
            leaves[i] = MerkleTree.LeafHash(text);
            // What is not the log's says nothing about the log.
            if (served is not null && served[i] != leaves[i])
                continue;
            if (!RecordSubject.TryRead(text, out var subject, out var error))
                illegal.Add((i, FindingKind.IllegalRecord, error));
            else if (subject.DifferenceOrNull(subject) is { } difference)
                illegal.Add((i, FindingKind.Contradiction, $"it gives two hashes for {difference}"));
            else
                names.Add((i, Bits(subject.Name), subject));
        }
        return new(data, count, served, leaves, names, illegal, wrong);
    }

    private static Int128 Bits(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadInt128LittleEndian(hash);
    }
}

/// <summary>Hash tiles as hashes.</summary>
internal static class TileHashes
{
    /// <summary>The hashes of a tile, or null, with a line added to <paramref name="wrong"/>, where the bytes have another length.</summary>
    public static LogHash[]? ReadOrNull(Tile tile, TileBody body, List<string> wrong)
    {
        var bytes = body.Cut(tile);
        if (bytes.Length == tile.ByteLength)
            return Of(bytes);
        wrong.Add($"{tile} is wrong: it has {(body.Bytes.Length > tile.Full.ByteLength ? "more than " + tile.Full.ByteLength : body.Bytes.Length)} bytes instead of {tile.ByteLength}");
        return null;
    }

    private static LogHash[] Of(ReadOnlyMemory<byte> bytes)
    {
        var hashes = new LogHash[bytes.Length / LogHash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new(bytes.Span.Slice(i * LogHash.Size, LogHash.Size));
        return hashes;
    }

    /// <summary>The root of a complete subtree over a power of two of hashes, or of a tree over any number.</summary>
    public static LogHash Fold(ReadOnlySpan<LogHash> hashes)
    {
        if (hashes.Length == 1)
            return hashes[0];
        var left = 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)(hashes.Length - 1)));
        return MerkleTree.NodeHash(Fold(hashes[..left]), Fold(hashes[left..]));
    }
}
