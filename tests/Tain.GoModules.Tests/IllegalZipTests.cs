using System.IO.Compression;
using System.Text;
using static Tain.GoModules.Tests.ModuleZipTests;

namespace Tain.GoModules.Tests;

/// <summary>Every way in which a zip can be illegal, each refused with the entry and the rule.</summary>
public sealed class IllegalZipTests
{
    private static async Task<string> RefusedAsync(byte[] zip, params string[] says)
    {
        var message = (await Assert.ThrowsAsync<ModuleZipException>(() => ZipFiles.VerifyAsync(zip))).Message;
        foreach (var part in says) Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static Task<string> RefusedAsync(RawZip zip, params string[] says) => RefusedAsync(zip.Write(), says);

    [Theory]
    [InlineData("example.com/other@v1.0.0/a.go", "does not have prefix")]
    [InlineData("example.com/m@v1.0.0", "does not have prefix")]
    [InlineData("EXAMPLE.com/m@v1.0.0/a.go", "does not have prefix")]
    [InlineData("a.go", "does not have prefix")]
    [InlineData(P + "../../etc/passwd", "malformed file path")]
    [InlineData(P + "/etc/passwd", "malformed file path")]
    [InlineData(P + "a/../b", "malformed file path")]
    [InlineData(P + "a//b", "double slash")]
    [InlineData(P + "a//", "trailing slash")]
    [InlineData(P + "a\\b", "invalid char")]
    [InlineData(P + "C:x", "invalid char")]
    [InlineData(P + "a\nb", "invalid char")]
    [InlineData(P + "a\0b", "invalid char")]
    [InlineData(P + "nul.go", "on Windows")]
    [InlineData(P + "sub/go.mod", "go.mod file not in module root")]
    [InlineData(P + "sub/Go.Mod", "go.mod file not in module root")]
    [InlineData(P + "GO.MOD", "lowercase")]
    [InlineData(P + "\u1c89.go", "invalid char")] // a letter since Unicode 16, which Go does not know yet
    public async Task Names_that_no_module_may_have(string name, string rule)
    {
        await RefusedAsync(new RawZip(File("0.go"), new RawEntry(name, "x")), rule);
        await RefusedAsync(new RawZip(new RawEntry(name, "x") { Descriptor = 16 }), rule);
    }

    [Fact]
    public async Task A_name_that_is_no_UTF8() =>
        await RefusedAsync(new RawZip(new RawEntry("", "x") { Name = [.. Encoding.UTF8.GetBytes(P), 0xff] }), "UTF-8");

    [Fact]
    public async Task A_name_longer_than_the_limit() => await RefusedAsync(new RawZip(File(string.Concat(Enumerable.Repeat("abcdefg/", 600)) + "x")), "4096");

    [Theory]
    [InlineData("a.go", "a.go", "multiple entries")]
    [InlineData("d/", "d/", "multiple entries")]
    [InlineData("a.go", "A.go", "collision")]
    [InlineData("a/x.go", "A/y.go", "collision")]
    [InlineData("a/b/c/x.go", "a/B/c/y.go", "collision")]
    [InlineData("a", "a/b", "both a file and a directory")]
    [InlineData("a/b", "a", "both a file and a directory")]
    [InlineData("a", "a/", "both a file and a directory")]
    [InlineData("a", "A/b", "collision")]
    [InlineData("k.go", "\u212a.go", "collision")]
    [InlineData("s.go", "\u017f.go", "collision")]
    [InlineData("é/x", "É/y", "collision")]
    [InlineData("ς", "σ", "collision")]
    [InlineData("ß", "ẞ", "collision")]
    public async Task Names_that_collide(string first, string second, string rule)
    {
        static RawEntry Entry(string name) => new(P + name, name.EndsWith('/') ? "" : "x");
        await RefusedAsync(new RawZip(Entry(first), Entry(second)), rule);
        await RefusedAsync(new RawZip(Entry(second), GoMod(), File("zz/top"), Entry(first)));
    }

    [Fact]
    public async Task Names_that_collide_far_apart_in_one_directory()
    {
        await RefusedAsync(new RawZip(File("d/a"), File("d/b"), File("e/f"), File("d/B")), "collision");
        await ZipFiles.VerifyAsync(new RawZip(File("d/a"), File("d/b"), File("b"), File("e/b"), File("e/d/b")).Write());
    }

    [Theory]
    [InlineData("i", "\u0130")] // dotted capital I folds with nothing, though it lower-cases to i
    [InlineData("ss", "ß")]
    [InlineData("a/b", "a-b")]
    public async Task Names_that_only_look_alike_do_not_collide(string first, string second) =>
        await ZipFiles.VerifyAsync(new RawZip(File(first), File(second)).Write());

    [Theory]
    [InlineData(0, "no header")] // signature
    [InlineData(6, "flags")]
    [InlineData(8, "")] // method
    [InlineData(14, "CRC-32")]
    [InlineData(18, "compressed size")]
    [InlineData(22, "uncompressed size")]
    [InlineData(26, "")] // length of the name
    [InlineData(28, "")] // length of the extra field
    [InlineData(30, "prefix")] // name
    [InlineData(54, "calls it")]
    public async Task A_local_header_that_disagrees(int field, string rule)
    {
        await RefusedAsync(new RawZip(File("abc.go"), new RawEntry(P + "abcd.go", "package a") { ChangeLocal = h => h[field] ^= 2 }), rule);
        await RefusedAsync(new RawZip(File("abc.go"), new RawEntry(P + "abcd.go", "package a") { Method = 0, ChangeLocal = h => h[field] ^= 2 }));
        // With a descriptor behind, what is said ahead has to be true as well.
        await RefusedAsync(new RawZip(new RawEntry(P + "abcd.go", "package a") { Descriptor = 16, SizesAhead = true, ChangeLocal = h => h[field] ^= 2 }));
    }

    [Theory]
    [InlineData(0, 1, "")] // signature
    [InlineData(8, 2, "flags")]
    [InlineData(10, 8, "method")]
    [InlineData(16, 1, "CRC-32")]
    [InlineData(20, 1, "compressed size")]
    [InlineData(24, 1, "uncompressed size")]
    [InlineData(28, 1, "")] // length of the name
    [InlineData(30, 1, "")] // length of the extra field
    [InlineData(32, 1, "")] // length of the comment
    [InlineData(34, 1, "disk")]
    [InlineData(42, 1, "offset")]
    [InlineData(46, 1, "calls it")]
    [InlineData(70, 1, "calls it")]
    public async Task A_central_header_that_disagrees(int field, byte change, string rule)
    {
        await RefusedAsync(new RawZip(GoMod(), new RawEntry(P + "abcd.go", "package a") { ChangeCentral = h => h[field] ^= change }), rule);
        await RefusedAsync(new RawZip(new RawEntry(P + "abcd.go", "package a") { Descriptor = 16, ChangeCentral = h => h[field] ^= change }), rule);
    }

    [Theory]
    [InlineData(0), InlineData(4), InlineData(8), InlineData(12)]
    public async Task A_descriptor_that_disagrees(int field)
    {
        await RefusedAsync(new RawZip(new RawEntry(P + "a.go", "package a") { Descriptor = 16, ChangeDescriptor = d => d[field] ^= 1 }, GoMod()), "descriptor");
        await RefusedAsync(new RawZip(new RawEntry(P + "a.go", "package a") { Method = 0, Descriptor = 16, ChangeDescriptor = d => d[field] ^= 1 }), "descriptor");
        await RefusedAsync(new RawZip(new RawEntry(P + "a.go", "package a") { Descriptor = 24, ChangeDescriptor = d => d[field] ^= 1 }), "descriptor");
    }

    [Fact]
    public async Task The_central_directory_calls_entries_by_each_others_names()
    {
        var zip = new RawZip(File("aa", "one"), File("bb", "two"));
        zip.Entries[0].ChangeCentral = h => "bb"u8.CopyTo(h.AsSpan(h.Length - 2));
        zip.Entries[1].ChangeCentral = h => "aa"u8.CopyTo(h.AsSpan(h.Length - 2));
        await RefusedAsync(zip, "calls it");
    }

    [Fact]
    public async Task The_central_directory_leaves_out_an_entry() =>
        await RefusedAsync(new RawZip(GoMod(), new RawEntry(P + "hidden.go", "package a") { Unlisted = true }), "hidden.go", "missing");

    [Fact]
    public async Task The_central_directory_lists_an_entry_twice()
    {
        var zip = new RawZip(File("aa"), File("bb"));
        zip.Entries[1].ChangeCentral = h => { RawZip.Put32(h, 42, 0); "aa"u8.CopyTo(h.AsSpan(h.Length - 2)); };
        await RefusedAsync(zip, "twice");
    }

    [Fact]
    public async Task Bytes_that_belong_to_no_entry()
    {
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { Gap = [0] }, GoMod()));
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { Gap = "PK\x03\x04"u8.ToArray() }, GoMod()));
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { Descriptor = 16, Gap = [0] }, GoMod()));
        await RefusedAsync(new RawZip(GoMod()) { BeforeDirectory = [1, 2, 3, 4] }, "no header follows");
        await RefusedAsync(new RawZip(GoMod()) { BeforeEnd = [1, 2, 3, 4] });
        await RefusedAsync(new RawZip(GoMod()) { After = [0] }, "bytes follow");
        await RefusedAsync(new RawZip(GoMod()) { After = new RawZip(File()).Write() }, "bytes follow");
        await RefusedAsync([0, .. new RawZip(GoMod()).Write()], "not a zip");
    }

    [Fact]
    public async Task Bytes_behind_the_deflated_data_within_its_size()
    {
        var data = RawZip.Deflate("package a"u8.ToArray());
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "package a") { Compressed = [.. data, 0] }), "ends elsewhere");
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "package a") { Compressed = [.. data, 0], Descriptor = 16 }), "descriptor");
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "package a") { Compressed = data[..^1] }));
    }

    [Theory]
    [InlineData(4), InlineData(6), InlineData(8), InlineData(10), InlineData(12), InlineData(16), InlineData(20)]
    public async Task An_end_record_that_disagrees(int field)
    {
        await RefusedAsync(new RawZip(GoMod(), File()) { ChangeEnd = e => e[field] ^= 1 });
        await RefusedAsync(new RawZip(GoMod(), File()) { Comment = "remark", ChangeEnd = e => e[field] ^= 1 });
        await RefusedAsync(new RawZip(GoMod(), File()) { Zip64 = true, ChangeEnd = e => e[field] ^= 1 });
    }

    [Theory]
    [InlineData(0), InlineData(4), InlineData(16), InlineData(20), InlineData(24), InlineData(32), InlineData(40), InlineData(48), InlineData(56), InlineData(60), InlineData(64), InlineData(72)]
    public async Task A_zip64_record_that_disagrees(int field) =>
        await RefusedAsync(new RawZip(GoMod(), File()) { Zip64 = true, ChangeZip64End = e => e[field] ^= 1 });

    [Fact]
    public async Task A_comment_that_holds_another_end_record() =>
        await RefusedAsync(new RawZip(GoMod()) { Comment = "PK\x05\x06" + new string('\0', 18) }, "comment");

    [Theory]
    [InlineData(0, "encrypted"), InlineData(6, "flags"), InlineData(13, "flags"), InlineData(5, "flags")]
    public async Task Flags_that_change_what_data_means(int bit, string rule) =>
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { Flags = (ushort)(1 << bit) }), rule);

    [Theory]
    [InlineData(1), InlineData(9), InlineData(12), InlineData(14), InlineData(93), InlineData(99)]
    public async Task Methods_other_than_stored_and_deflated(int method) =>
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { Method = (ushort)method }), "compression method " + method);

    [Fact]
    public async Task A_directory_with_content() => await RefusedAsync(new RawZip(new RawEntry(P + "d/", "x")), "directory has content");

    [Fact]
    public async Task Zip64_fields_that_are_missing_or_come_twice()
    {
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { ChangeLocal = h => RawZip.Put32(h, 18, uint.MaxValue) }), "zip64");
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { ChangeCentral = h => RawZip.Put32(h, 20, uint.MaxValue) }), "zip64");
        await RefusedAsync(new RawZip(new RawEntry(P + "a", "x") { CentralExtra = [.. RawZip.Zip64Extra(1), .. RawZip.Zip64Extra(1)] }), "zip64");
    }

    [Theory]
    [InlineData(0), InlineData(12), InlineData(16), InlineData(24)]
    public async Task A_zip_cut_at_any_byte(int descriptor)
    {
        var zip = new RawZip(GoMod(descriptor), File(descriptor: descriptor), new RawEntry(P + "s", "stored") { Method = 0, Descriptor = descriptor }) { Zip64 = descriptor == 24, Comment = descriptor == 16 ? "remark" : "" }.Write();
        await ZipFiles.VerifyAsync(zip);
        for (var length = 0; length < zip.Length; length++) await RefusedAsync(zip[..length]);
    }

    [Fact]
    public async Task A_zip_with_any_one_byte_changed_is_refused_or_has_the_same_content()
    {
        var zip = new RawZip(GoMod(16), File()).Write();
        var h1 = (await ZipFiles.VerifyAsync(zip)).H1;
        for (var at = 0; at < zip.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])zip.Clone();
                changed[at] ^= (byte)(1 << bit);
                try
                {
                    Assert.Equal(h1, (await ZipFiles.VerifyAsync(changed)).H1);
                }
                catch (ModuleZipException)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE html>\n<html><body>Please log in</body></html>", "<!DOCTYPE html>")]
    [InlineData("not found: module example.com/m: no matching versions", "not found")]
    [InlineData("PK", "truncated")]
    [InlineData("", "empty")]
    [InlineData("\x1f\x8b\x08\0\0\0\0\0", "not a zip")]
    public async Task What_is_no_zip_at_all(string body, string says) => await RefusedAsync(Encoding.Latin1.GetBytes(body), says);

    [Theory]
    [InlineData(0, "go.mod file is larger than 16777216"), InlineData(1, "go.mod file is larger than 16777216"), InlineData(2, "LICENSE file is larger than 16777216"), InlineData(3, "")]
    public async Task A_go_mod_or_LICENSE_over_16_MiB(int kind, string rule)
    {
        var content = new byte[ModuleZip.MaxGoMod + 1];
        var name = kind switch { 2 => "LICENSE", 3 => "sub/LICENSE", _ => "go.mod" };
        // Said ahead, it is refused before any work; not said, as soon as it shows.
        var zip = new RawZip(new RawEntry(P + name, "") { Content = content, Descriptor = kind == 1 ? 16 : 0, Method = (ushort)(kind == 0 ? 0 : 8) }).Write();
        if (rule.Length > 0) await RefusedAsync(zip, rule);
        else await ZipFiles.VerifyAsync(zip);
        content = content[..^1];
        await ZipFiles.VerifyAsync(new RawZip(new RawEntry(P + name, "") { Content = content }).Write());
    }

    [Theory]
    [InlineData(0), InlineData(16)]
    public async Task A_bomb_is_stopped_at_the_limit_of_what_is_unpacked(int descriptor)
    {
        // 64 MiB of zeros are 64 KiB; nine of them are more than 500 MiB.
        var content = new byte[64 << 20];
        var compressed = RawZip.Deflate(content, CompressionLevel.Fastest);
        var zip = new RawZip();
        for (var i = 0; i < 9; i++) zip.Entries.Add(new RawEntry(P + $"f{i}", "") { Content = content, Compressed = compressed, Descriptor = descriptor });
        await RefusedAsync(zip, "524288000", "f7");
    }

    [Fact]
    public async Task A_bomb_that_lies_about_its_size_is_stopped_where_the_lie_shows() =>
        await RefusedAsync(new RawZip(new RawEntry(P + "f", "") { Content = new byte[1 << 20], ChangeLocal = h => RawZip.Put32(h, 22, 10), ChangeCentral = h => RawZip.Put32(h, 24, 10) }), "uncompressed size 10");

    [Fact]
    public async Task A_zip_over_500_MiB()
    {
        using var endless = new Endless();
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => ZipFiles.VerifyAsync(endless));
        Assert.Contains("524288000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_entries_than_the_limit()
    {
        var zip = new MemoryStream();
        var entry = new RawZip(new RawEntry(P + "f000000", "") { Method = 0 }).Write().AsSpan(0, 30 + P.Length + 7).ToArray();
        for (var i = 0; i <= ModuleZip.MaxEntries; i++)
        {
            Encoding.ASCII.GetBytes($"{i:d6}", entry.AsSpan(entry.Length - 6));
            zip.Write(entry);
        }
        await RefusedAsync(zip.ToArray(), "250000");
    }

    [Fact]
    public async Task More_directories_than_the_limit()
    {
        // Names that are all directories: two bytes in the zip, some 130 in memory.
        var zip = new MemoryStream();
        var deep = string.Concat(Enumerable.Repeat("/a", 2000));
        var entry = new RawZip(new RawEntry(P + "f000000" + deep, "") { Method = 0 }).Write().AsSpan(0, 30 + P.Length + 7 + deep.Length).ToArray();
        for (var i = 0; i <= ModuleZip.MaxNames / 2000; i++)
        {
            Encoding.ASCII.GetBytes($"{i:d6}", entry.AsSpan(30 + P.Length + 1));
            zip.Write(entry);
        }
        await RefusedAsync(zip.ToArray(), "500000 files and directories");
    }

    /// <summary>Begins as a zip with one stored file of 400 MiB; a second follows, and does not end.</summary>
    private sealed class Endless : Stream
    {
        private readonly byte[] _header = new RawZip(new RawEntry(P + "big", "") { Method = 0, ChangeLocal = h => { RawZip.Put32(h, 18, 500 << 20); RawZip.Put32(h, 22, 500 << 20); } }).Write();
        private long _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var head = 30 + P.Length + 3;
            if (_position == 0) _header.AsMemory(0, head).CopyTo(buffer);
            var count = _position == 0 ? head : buffer.Length;
            _position += count;
            return new ValueTask<int>(count);
        }

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _position; set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
