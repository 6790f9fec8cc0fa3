using System.IO.Compression;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>
/// Small zips, whole and mutated, judged by Tain and by Go's own CheckZip and HashZip. Tain has to take exactly those that
/// Go takes and that have none of the oddities by which two readers of a zip could differ (oracle/strict.go).
/// </summary>
public sealed class ZipDifferentialTests
{
    private static readonly string[] s_names =
    [
        "go.mod", "LICENSE", "a.go", "A.go", "b/c.go", "b/C.go", "B/d.go", "b", "b/", "", "x/y/z.go", "x/Y/z.go", "x/y", "sub/go.mod", "GO.MOD", "go.mod/", "go.mod/x",
        "k.go", "\u212a.go", "s.go", "\u017f.go", "é.go", "É.go", "con", "a..b", "../x", "a//b", "a/./b", "a\nb", "a b", "a:b", "世", "vendor/x/y.go", "x.", "-", "\u0130", "i",
    ];

    private static readonly string[] s_contents =
        ["", "x", "module example.com/m\n", "package a\n\nfunc F() {}\n", new string('a', 300), "PK\x01\x02PK\x03\x04PK\x05\x06", string.Concat(Enumerable.Range(0, 80).Select(i => $"{i * 7919 % 1000} "))];

    private static RawZip Build(Random random)
    {
        var zip = new RawZip { Zip64 = random.Next(12) == 0, ReverseDirectory = random.Next(12) == 0, Comment = random.Next(10) == 0 ? "hi" : "" };
        for (var n = random.Next(5); n > 0; n--)
        {
            var name = (random.Next(40) == 0 ? "other@v1.0.0/" : ZipFiles.Prefix) + (random.Next(3) == 0 ? s_names[random.Next(s_names.Length)] : $"f{n}/g{random.Next(100)}");
            var directory = name.EndsWith('/') && random.Next(5) > 0;
            var entry = new RawEntry(name, directory ? "" : s_contents[random.Next(s_contents.Length)])
            {
                Method = (ushort)(random.Next(3) == 0 ? 0 : 8),
                Descriptor = random.Next(3) > 0 ? 0 : new[] { 12, 16, 20, 24 }[random.Next(4)],
                SizesAhead = random.Next(4) == 0,
            };
            if (entry.Method == 8 && random.Next(3) == 0) entry.Compressed = RawZip.Deflate(entry.Content, CompressionLevel.NoCompression);
            if (directory && entry.Method == 8 && random.Next(2) == 0) entry.Compressed = [];
            if (random.Next(20) == 0) entry.Flags = (ushort)(1 << random.Next(16));
            if (random.Next(20) == 0) entry.CentralComment = "remark"u8.ToArray();
            if (random.Next(20) == 0) entry.LocalExtra = [0x55, 0x54, 5, 0, 1, 0, 0, 0, 0];
            if (random.Next(20) == 0)
            {
                entry.CentralExtra = RawZip.Zip64Extra(entry.Content.Length);
                entry.ChangeCentral = h => RawZip.Put32(h, 24, uint.MaxValue);
            }
            if (random.Next(30) == 0) entry.Gap = [0];
            if (random.Next(60) == 0) entry.Unlisted = true;
            zip.Entries.Add(entry);
        }
        return zip;
    }

    private static byte[] Mutate(Random random, byte[] zip)
    {
        var bytes = zip.ToList();
        for (var n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            // Half of the changes fall on the end, where few bytes mean much.
            if (random.Next(3) == 0) at = Math.Max(0, bytes.Count - 1 - random.Next(90));
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 4:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xff;
                    break;
                case 5:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 5), bytes.Count - at));
                    break;
                case 6:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 5), bytes.Count - at)));
                    break;
                default:
                    // The same change in two places keeps headers in agreement, now and then.
                    var value = (byte)random.Next(256);
                    var old = bytes[at];
                    for (var i = 0; i < bytes.Count; i++)
                        if (bytes[i] == old && random.Next(2) == 0)
                            bytes[i] = value;
                    break;
            }
        }
        return [.. bytes];
    }

    [Fact]
    public Task Zips_are_taken_and_hashed_as_Go_does() => CompareAsync(20_000, 20260102);

    [Fact, Trait("Speed", "slow")]
    public Task A_million_zips_are_taken_and_hashed_as_Go_does() => CompareAsync(1_000_000, Environment.TickCount);

    private static async Task CompareAsync(int count, int seed)
    {
        const int batch = 1000;
        var random = new Random(seed);
        using var oracle = new Oracle();
        var good = 0;
        for (var done = 0; done < count; done += batch)
        {
            var zips = new byte[batch][];
            for (var i = 0; i < batch; i++)
            {
                zips[i] = Build(random).Write();
                if (random.Next(4) > 0) zips[i] = Mutate(random, zips[i]);
            }
            var answers = Task.Run(() => oracle.Ask('z', zips, batch));
            var ours = new string[batch];
            for (var i = 0; i < batch; i++)
            {
                try
                {
                    ours[i] = "good " + (await ZipFiles.VerifyAsync(zips[i])).H1;
                }
                catch (ModuleZipException e)
                {
                    ours[i] = e.Message;
                }
            }
            var go = await answers;
            for (var i = 0; i < batch; i++)
            {
                var said = Encoding.UTF8.GetString(go[i]);
                var taken = said.StartsWith("good", StringComparison.Ordinal);
                good += taken ? 1 : 0;
                if (taken ? said == ours[i] : !ours[i].StartsWith("good h1:", StringComparison.Ordinal)) continue;
                Assert.Fail($"seed {seed}, zip {done + i}\n  Go:   {said}\n  Tain: {ours[i]}\n  {Convert.ToBase64String(zips[i])}");
            }
        }
        Assert.InRange(good, count / 20, count);
    }
}
