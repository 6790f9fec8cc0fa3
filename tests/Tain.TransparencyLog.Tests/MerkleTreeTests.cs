using System.Globalization;
using System.Text;
using static Tain.TransparencyLog.Tests.Differential;

namespace Tain.TransparencyLog.Tests;

/// <summary>Trees and proofs: by hand, by the vectors of Certificate Transparency, and against Go's own code.</summary>
public sealed class MerkleTreeTests
{
    /// <summary>The leaves and roots that implementations of RFC 6962 have shared since the first one.</summary>
    private static readonly (string Leaf, string Root)[] s_rfc6962 =
    [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];

    [Fact]
    public void The_vectors_of_certificate_transparency_hold()
    {
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", MerkleTree.EmptyRoot.ToHex());
        Assert.Equal(MerkleTree.EmptyRoot, MerkleTree.TreeHash(0, _ => throw new InvalidOperationException("nothing is to be read")));
        var hashes = new List<LogHash>();
        IReadOnlyList<LogHash> Read(IReadOnlyList<long> indexes) => [.. indexes.Select(i => hashes[(int)i])];
        for (var i = 0; i < s_rfc6962.Length; i++)
        {
            hashes.AddRange(MerkleTree.NewHashes(i, MerkleTree.LeafHash(Convert.FromHexString(s_rfc6962[i].Leaf)), Read));
            Assert.Equal(MerkleTree.StoredCount(i + 1), hashes.Count);
            Assert.Equal(s_rfc6962[i].Root, MerkleTree.TreeHash(i + 1, Read).ToHex());
        }
    }

    [Fact]
    public void Long_records_are_hashed_like_short_ones()
    {
        foreach (var length in new[] { 0, 1, 1023, 1024, 1025, 100_000 })
        {
            var record = new byte[length];
            Random.Shared.NextBytes(record);
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([0, .. record])), MerkleTree.LeafHash(record).ToHex());
        }
    }

    [Fact]
    public void Hashes_are_written_and_read()
    {
        var hash = MerkleTree.EmptyRoot;
        Assert.True(LogHash.TryParse(hash.ToString(), out var read));
        Assert.Equal(hash, read);
        Assert.Equal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", hash.ToString());
        Assert.False(LogHash.TryParse(hash.ToString().AsSpan(1), out _));
        Assert.False(LogHash.TryParse($"AAAA{hash}", out _));
        Assert.False(LogHash.TryParse("", out _));
        Assert.Throws<ArgumentException>(() => new LogHash(new byte[31]));
        Assert.NotEqual(hash, default);
        for (var i = 0; i < LogHash.Size; i++)
        {
            var bytes = hash.Bytes.ToArray();
            bytes[i] ^= 1;
            Assert.True(new LogHash(bytes) != hash);
        }
    }

    [Fact]
    public void Roots_and_proofs_of_every_small_tree_are_those_of_Go() => Proofs(4_000, 130);

    [Fact, Trait("Speed", "slow")]
    public void Roots_and_proofs_of_larger_trees_are_those_of_Go() => Proofs(30_000, 5_000);

    private static void Proofs(int count, int largest)
    {
        var hashes = new List<LogHash>();
        IReadOnlyList<LogHash> Read(IReadOnlyList<long> indexes) => [.. indexes.Select(i => hashes[(int)i])];
        for (var i = 0; i < largest; i++) hashes.AddRange(MerkleTree.NewHashes(i, MerkleTree.LeafHash(Encoding.ASCII.GetBytes($"leaf {i}")), Read));
        Compare('m', count, Seed(count), random =>
        {
            var size = random.Next(1, largest + 1);
            return Input.Of($"{size} {random.Next(size)} {random.Next(1, size + 1)}");
        }, (input, go) =>
        {
            var n = input.Shown.Split(' ').Select(int.Parse).ToArray();
            var (tree, older) = (new TreeHead(n[0], MerkleTree.TreeHash(n[0], Read)), new TreeHead(n[2], MerkleTree.TreeHash(n[2], Read)));
            var (record, consistency) = (MerkleTree.ProveRecord(n[0], n[1], Read), MerkleTree.ProveTree(n[0], n[2], Read));
            Assert.True(MerkleTree.CheckRecord(record, tree, n[1], hashes[(int)MerkleTree.StoredIndex(0, n[1])]));
            Assert.True(MerkleTree.CheckTree(consistency, tree, older));
            byte[] tain = [.. tree.Root.Bytes, .. older.Root.Bytes, (byte)record.Length, .. record.SelectMany(h => h.Bytes.ToArray()), (byte)consistency.Length, .. consistency.SelectMany(h => h.Bytes.ToArray())];
            return tain.AsSpan().SequenceEqual(go) ? null : Convert.ToHexString(tain);
        });
    }

    [Fact]
    public void Proofs_are_judged_as_Go_does() => Checks(6_000);

    [Fact, Trait("Speed", "slow")]
    public void Many_proofs_are_judged_as_Go_does() => Checks(60_000);

    /// <summary>Proofs in trees of any size up to 2^60: their hashes are random, and the roots follow from them.</summary>
    private static void Checks(int count)
    {
        var good = 0;
        Compare('c', count, Seed(count), random =>
        {
            var size = 1 + (random.NextInt64() >> random.Next(4, 63));
            var other = random.NextInt64(size);
            var proof = new List<LogHash>();
            LogHash Next()
            {
                var bytes = new byte[LogHash.Size];
                random.NextBytes(bytes);
                return new LogHash(bytes);
            }
            LogHash RecordRoot(long from, long to, LogHash leaf)
            {
                if (to - from == 1) return leaf;
                var middle = from + (1L << System.Numerics.BitOperations.Log2((ulong)(to - from - 1)));
                var below = other < middle ? RecordRoot(from, middle, leaf) : RecordRoot(middle, to, leaf);
                proof.Add(Next());
                return other < middle ? MerkleTree.NodeHash(below, proof[^1]) : MerkleTree.NodeHash(proof[^1], below);
            }
            (LogHash Older, LogHash Newer) TreeRoots(long from, long to)
            {
                if (to == other)
                {
                    if (from > 0) proof.Add(Next());
                    var node = from > 0 ? proof[^1] : Next();
                    return (node, node);
                }
                var middle = from + (1L << System.Numerics.BitOperations.Log2((ulong)(to - from - 1)));
                var (older, newer) = other <= middle ? TreeRoots(from, middle) : TreeRoots(middle, to);
                proof.Add(Next());
                return other <= middle
                    ? (older, MerkleTree.NodeHash(newer, proof[^1]))
                    : (MerkleTree.NodeHash(proof[^1], older), MerkleTree.NodeHash(proof[^1], newer));
            }
            LogHash root, subject;
            if (random.Next(2) == 0)
            {
                subject = Next();
                root = RecordRoot(0, size, subject);
            }
            else
            {
                other++;
                (subject, root) = TreeRoots(0, size);
            }
            switch (random.Next(12))
            {
                case 0:
                    if (proof.Count > 0) proof.RemoveAt(random.Next(proof.Count));
                    break;
                case 1:
                    proof.Insert(random.Next(proof.Count + 1), Next());
                    break;
                case 2:
                    if (proof.Count > 0) proof[random.Next(proof.Count)] = Next();
                    break;
                case 3:
                    root = subject;
                    break;
                case 4:
                    size = Math.Clamp(size + random.Next(-2, 3), 0, MerkleTree.MaxSize);
                    break;
                case 5:
                    other += random.Next(-2, 3);
                    break;
                case 6:
                    (subject, root) = (root, subject);
                    break;
                case 7:
                    subject = Next();
                    break;
                default:
                    break;
            }
            return new Input([Encoding.ASCII.GetBytes($"{size} {other}"), [.. root.Bytes, .. subject.Bytes, .. proof.SelectMany(h => h.Bytes.ToArray())]], string.Create(CultureInfo.InvariantCulture, $"{size} {other} {proof.Count} hashes"));
        }, input =>
        {
            var n = input.Shown.Split(' ').Take(2).Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            var hashes = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, LogHash>(input.Fields[1]);
            var record = MerkleTree.CheckRecord(hashes[2..], new TreeHead(n[0], hashes[0]), n[1], hashes[1]);
            var tree = MerkleTree.CheckTree(hashes[2..], new TreeHead(n[0], hashes[0]), new TreeHead(n[1], hashes[1]));
            if (record || tree) good++;
            return $"{(record ? "true" : "false")} {(tree ? "true" : "false")}";
        });
        Assert.InRange(good, count / 4, count);
    }

    [Fact]
    public void No_hash_of_a_proof_can_be_changed()
    {
        var log = new TestLog(100);
        for (var size = 1; size <= 100; size++)
        {
            var (record, older) = (size * 7 % size, 1 + size * 5 % size);
            var (inclusion, consistency) = (MerkleTree.ProveRecord(size, record, log.Read), MerkleTree.ProveTree(size, older, log.Read));
            // Nor what it is a proof of.
            Assert.False(MerkleTree.CheckRecord(inclusion, log.Head(size), record, MerkleTree.EmptyRoot));
            Assert.False(MerkleTree.CheckRecord(inclusion, log.Head(size) with { Root = MerkleTree.EmptyRoot }, record, log.Hash(0, record)));
            Assert.False(MerkleTree.CheckTree(consistency, log.Head(size), log.Head(older) with { Root = MerkleTree.EmptyRoot }));
            Assert.False(MerkleTree.CheckTree(consistency, log.Head(size) with { Root = MerkleTree.EmptyRoot }, log.Head(older)));
            Assert.True(MerkleTree.CheckTree([], log.Head(size), log.Head(size)));
            Assert.False(MerkleTree.CheckTree([], log.Head(size), log.Head(size) with { Root = MerkleTree.EmptyRoot }));
            Assert.False(MerkleTree.CheckTree([log.Head(size).Root], log.Head(size), log.Head(size)));
            for (var i = 0; i < inclusion.Length; i++)
            {
                var changed = inclusion.ToArray();
                changed[i] = MerkleTree.EmptyRoot;
                Assert.False(MerkleTree.CheckRecord(changed, log.Head(size), record, log.Hash(0, record)));
            }
            for (var i = 0; i < consistency.Length; i++)
            {
                var changed = consistency.ToArray();
                changed[i] = MerkleTree.EmptyRoot;
                Assert.False(MerkleTree.CheckTree(changed, log.Head(size), log.Head(older)));
            }
        }
    }

    [Fact]
    public void Trees_beyond_the_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.StoredCount(MerkleTree.MaxSize + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.StoredCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.StoredIndex(61, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.StoredIndex(1, MerkleTree.MaxSize / 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.RecordProofIndexes(10, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.TreeProofIndexes(10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.TreeProofIndexes(10, 11));
        Assert.False(MerkleTree.CheckRecord([], default, 0, default));
        Assert.False(MerkleTree.CheckTree([], default, default));
        Assert.True(MerkleTree.RecordProofIndexes(MerkleTree.MaxSize, 0).Count == MerkleTree.MaxProofLength - 1);
    }

    [Theory]
    [InlineData("example.com/log\n5\n{0}\n", true)]
    [InlineData("go.sum database tree\n0\n{0}\n", true)]
    [InlineData("example.com/log\n5\n{0}\nextension\nanother\n", true)]
    [InlineData("example.com/log\n5\n{0}", false)]
    [InlineData("\n5\n{0}\n", false)]
    [InlineData("example.com/log\n05\n{0}\n", false)]
    [InlineData("example.com/log\n-5\n{0}\n", false)]
    [InlineData("example.com/log\n9223372036854775808\n{0}\n", false)]
    [InlineData("example.com/log\n5\n{0}\n\n", false)]
    [InlineData("example.com/log\n5\n{0}\n\nextension\n", false)]
    [InlineData("example.com/log\n5\n{0}\nextension\n\n", false)]
    [InlineData("example.com/log\n5\n{0}\nextension", false)]
    [InlineData("example.com/log\n5\nAAAA\n", false)]
    public void Checkpoints_are_three_lines_and_extensions(string text, bool legal)
    {
        text = text.Replace("{0}", MerkleTree.EmptyRoot.ToString(), StringComparison.Ordinal);
        Assert.Equal(legal, Checkpoint.TryParse(text, out var checkpoint));
        if (!legal) return;
        Assert.StartsWith(checkpoint!.ToString(), text, StringComparison.Ordinal);
        Assert.Equal(MerkleTree.EmptyRoot, checkpoint.Root);
        Assert.Equal(text.StartsWith(TreeHead.Origin, StringComparison.Ordinal), TreeHead.TryParse(text, out _));
    }

    [Fact]
    public void A_checkpoints_origin_cannot_say_more_than_its_name()
    {
        Assert.Throws<InvalidOperationException>(() => new Checkpoint("evil\n999", 1, default).ToString());
        Assert.Throws<InvalidOperationException>(() => new Checkpoint("", 1, default).ToString());
    }

    [Fact]
    public void A_tree_heads_text_is_bounded_in_bytes()
    {
        var text = new TreeHead(1, MerkleTree.EmptyRoot).ToString();
        Assert.True(TreeHead.TryParse(text + new string('x', TreeHead.MaxLength - text.Length), out _));
        Assert.False(TreeHead.TryParse(text + new string('x', TreeHead.MaxLength - text.Length + 1), out _));
        Assert.False(TreeHead.TryParse(text + new string('é', TreeHead.MaxLength / 2), out _));
    }
}
