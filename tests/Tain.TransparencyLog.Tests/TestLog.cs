using System.Text;

namespace Tain.TransparencyLog.Tests;

/// <summary>A checksum database's log in memory: that of module example.com/m0 v1.0.0, example.com/m1 v1.0.0 and so on.</summary>
internal sealed class TestLog
{
    public static readonly SignerKey Signer = SignerKey.TryParse(
        GoLiterals.Of("sumdb/client_test.go").First(s => s.StartsWith("PRIVATE+KEY+localhost.localdev/sumdb+", StringComparison.Ordinal)), out var key, out _) ? key : null!;

    private readonly List<string> _records = [];
    private readonly List<LogHash> _hashes = [];

    public TestLog()
    {
    }

    public TestLog(int size) => Grow(size);

    public int Size => _records.Count;

    public static string Record(int number) => Record($"example.com/m{number}", "v1.0.0");

    public static string Record(string module, string version) => $"{module} {version} h1:zip of {module}=\n{module} {version}/go.mod h1:mod of {module}=\n";

    public TestLog Grow(int size)
    {
        while (Size < size) Add(Record(Size));
        return this;
    }

    /// <summary>Adds a record and returns its number.</summary>
    public int Add(string record)
    {
        _hashes.AddRange(MerkleTree.NewHashes(Size, MerkleTree.LeafHash(Encoding.UTF8.GetBytes(record)), Read));
        _records.Add(record);
        return Size - 1;
    }

    /// <summary>Another log that begins with the first records of this one.</summary>
    public TestLog Fork(int size)
    {
        var fork = new TestLog();
        foreach (var record in _records.Take(size)) fork.Add(record);
        return fork;
    }

    public IReadOnlyList<LogHash> Read(IReadOnlyList<long> indexes) => [.. indexes.Select(i => _hashes[(int)i])];

    public LogHash Hash(int level, long number) => _hashes[(int)MerkleTree.StoredIndex(level, number)];

    public string Text(int number) => _records[number];

    public TreeHead Head(int? size = null) => new(size ?? Size, MerkleTree.TreeHash(size ?? Size, Read));

    /// <summary>The signed head of a tree.</summary>
    public byte[] Note(int? size = null) => Sign(Head(size));

    public static byte[] Sign(TreeHead head) => SignedNote.Sign(head.ToString(), Signer);

    public byte[] Bytes(Tile tile) => tile.IsData
        ? DataTile.Format([.. _records.Skip((int)tile.Number << tile.Height).Take(tile.Width).Select(r => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(r))])
        : tile.Build(Read);

    public byte[] Lookup(int number, int? size = null) => LookupBody.Format(number, Text(number), Note(size));
}
