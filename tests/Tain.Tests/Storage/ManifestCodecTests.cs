using CsCheck;
using Tain.Storage;

namespace Tain.Tests.Storage;

public sealed class ManifestCodecTests
{
    [Fact]
    public void A_manifest_comes_back_as_it_was()
    {
        var entry = Gen.Select(
            Gen.String[Gen.Char["ab/.é漢_"], 0, 30], Gen.Long[0, long.MaxValue], Gen.Byte.Array[32],
            (name, size, digest) => new ManifestEntry(name, size, Convert.ToHexStringLower(digest)));
        entry.Array[0, 50].Sample(entries => Assert.Equal(entries, ManifestCodec.Decode(ManifestCodec.Encode(entries))));
    }

    [Fact]
    public void A_large_manifest_is_little_more_than_its_digests()
    {
        var entries = Enumerable.Range(0, 2600)
            .Select(i => new ManifestEntry($"github.com/aws/aws-sdk-go@v1.44.133/service/s{i / 10}/file{i}.go", i * 1000, Samples.DigestOf(BitConverter.GetBytes(i)).Hex))
            .ToList();
        var bytes = ManifestCodec.Encode(entries);
        Assert.Equal(entries, ManifestCodec.Decode(bytes));
        Assert.InRange(bytes.Length, 2600 * 32, 2600 * 44);
    }

    [Theory]
    [InlineData("abcd")]
    [InlineData("")]
    public void A_digest_of_another_length_is_refused(string digest) =>
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode([new("a", 1, digest)]));

    [Fact]
    public void Bytes_that_are_no_manifest_are_refused()
    {
        var bytes = ManifestCodec.Encode([new("a", 1, new string('0', 64))]);
        Assert.Throws<InvalidDataException>(() => ManifestCodec.Decode([]));
        Assert.Throws<InvalidDataException>(() => ManifestCodec.Decode([9, .. bytes]));
        for (var length = 0; length < bytes.Length - 1; length++)
            Assert.Throws<InvalidDataException>(() => ManifestCodec.Decode(bytes[..length]));
    }
}
