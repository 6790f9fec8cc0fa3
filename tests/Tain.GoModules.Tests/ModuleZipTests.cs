using System.IO.Compression;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Zips that are legal, whoever wrote them, and how they arrive.</summary>
public sealed class ModuleZipTests
{
    internal const string P = ZipFiles.Prefix;

    internal static RawEntry GoMod(int descriptor = 0) => new(P + "go.mod", "module example.com/m\n") { Descriptor = descriptor };

    internal static RawEntry File(string name = "a/b.go", string content = "package b\n\nfunc B() {}\n", int descriptor = 0) => new(P + name, content) { Descriptor = descriptor };

    private static async Task AssertLegalAsync(RawZip zip)
    {
        var verified = await ZipFiles.VerifyAsync(zip.Write());
        Assert.Equal(await OfGoAsync(zip), verified.H1);
        Assert.Equal(zip.Write().Length, verified.Length);
    }

    private static async Task<string> OfGoAsync(RawZip zip)
    {
        using var oracle = new Oracle();
        var said = await Task.Run(() => Encoding.UTF8.GetString(oracle.Ask('z', [zip.Write()], 1)[0]));
        Assert.StartsWith("good ", said);
        return said[5..];
    }

    [Fact]
    public async Task A_legal_zip_gives_hash_and_files()
    {
        var zip = ZipFiles.Make((P + "go.mod", "module example.com/m\n"), (P + "a/b.go", "package b\n"));
        var verified = await ZipFiles.VerifyAsync(zip);
        Assert.Equal(zip.Length, verified.Length);
        Assert.Equal(["go.mod", "a/b.go"], verified.Files.Select(f => f.Name));
        Assert.Equal([21L, 10L], verified.Files.Select(f => f.Size));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData("package b\n"u8), verified.Files[1].Sha256);
        Assert.Equal(ModuleHash.GoMod(Encoding.UTF8.GetBytes("module example.com/m\n")), verified.GoModH1);
    }

    [Fact]
    public async Task A_zip_without_go_mod_has_no_hash_of_it() =>
        Assert.Null((await ZipFiles.VerifyAsync(new RawZip(File()).Write())).GoModH1);

    [Fact]
    public async Task The_zip_of_Gos_own_writer_is_legal()
    {
        using var oracle = new Oracle();
        var zip = oracle.MakeZip((P + "go.mod", "module example.com/m\n"u8.ToArray()), (P + "dir/", []), (P + "dir/empty", []), (P + "big", new byte[300_000]));
        var verified = await ZipFiles.VerifyAsync(zip);
        Assert.Equal("good " + verified.H1, Encoding.UTF8.GetString(oracle.Ask('z', [zip], 1)[0]));
        Assert.Equal(3, verified.Files.Count);
    }

    [Theory]
    [InlineData(0), InlineData(12), InlineData(16), InlineData(20), InlineData(24)]
    public async Task Each_form_of_data_descriptor_is_understood(int length)
    {
        await AssertLegalAsync(new RawZip(GoMod(length), File(descriptor: length), File("empty", "", length)));
        await AssertLegalAsync(new RawZip(new RawEntry(P + "a", "") { Descriptor = length, SizesAhead = true }, File("b", "x", length)));
    }

    [Theory]
    [InlineData(12), InlineData(16), InlineData(20), InlineData(24)]
    public async Task A_stored_entry_with_its_size_behind_is_found_by_the_central_directory(int length)
    {
        RawEntry Stored(string name, string content) => new(P + name, content) { Method = 0, Descriptor = length };
        var zip = new RawZip(GoMod(), Stored("s", "PK\u0003\u0004PK\u0001\u0002stored"), File("z"), Stored("t", ""), Stored("u", "u"));
        zip.Comment = "remark";
        await AssertLegalAsync(zip);
        zip.Zip64 = true;
        await AssertLegalAsync(zip);
    }

    [Fact]
    public async Task A_stored_entry_is_found_behind_more_than_the_window_holds()
    {
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise);
        await AssertLegalAsync(new RawZip(new RawEntry(P + "s", "stored") { Method = 0, Descriptor = 16 }, new RawEntry(P + "noise", "") { Content = noise }, GoMod(16)));
    }

    [Fact]
    public async Task Data_that_looks_like_a_descriptor_does_not_end_an_entry()
    {
        // A stored block that holds what would end it: signature, any CRC, the size so far, and a header.
        var content = new byte[200];
        for (var at = 20; at < 180; at += 20)
        {
            RawZip.Put32(content, at, 0x08074b50);
            RawZip.Put32(content, at + 8, (uint)(at + 5));
            RawZip.Put32(content, at + 16, 0x04034b50);
        }
        var entry = new RawEntry(P + "trap", "") { Content = content, Compressed = RawZip.Deflate(content, CompressionLevel.NoCompression), Descriptor = 16 };
        Assert.Equal(205, entry.Compressed!.Length);
        await AssertLegalAsync(new RawZip(entry, File()));
    }

    [Fact]
    public async Task Zip64_records_and_fields_are_legal_where_they_agree()
    {
        var content = "package wide\n";
        var compressed = RawZip.Deflate(Encoding.UTF8.GetBytes(content)).Length;
        var entry = new RawEntry(P + "w.go", content)
        {
            LocalExtra = RawZip.Zip64Extra(content.Length, compressed),
            CentralExtra = RawZip.Zip64Extra(content.Length, compressed, 0),
            ChangeLocal = h => h.AsSpan(18, 8).Fill(0xff),
            ChangeCentral = h => { h.AsSpan(20, 8).Fill(0xff); h.AsSpan(42, 4).Fill(0xff); },
        };
        await AssertLegalAsync(new RawZip(entry, GoMod()) { Zip64 = true });
    }

    [Fact]
    public async Task A_central_directory_in_another_order_and_a_comment_are_legal() =>
        await AssertLegalAsync(new RawZip(GoMod(), File(), File("c")) { ReverseDirectory = true, Comment = "0123456789abcdef0123456789abcdef" });

    [Fact]
    public async Task An_empty_zip_has_the_hash_of_nothing() => await AssertLegalAsync(new RawZip());

    [Fact]
    public async Task Directories_are_hashed_but_are_no_files()
    {
        var zip = new RawZip(new RawEntry(P, "") { Method = 0 }, new RawEntry(P + "d/", "") { Compressed = [] }, File("d/x"));
        await AssertLegalAsync(zip);
        Assert.Equal("d/x", Assert.Single((await ZipFiles.VerifyAsync(zip.Write())).Files).Name);
    }

    [Fact]
    public async Task Names_beyond_the_BMP_sort_by_their_bytes() =>
        await AssertLegalAsync(new RawZip(File("\U00010400.go"), File("\uff21.go"), File("a\U00010400"), File("aﬀ")));

    [Fact]
    public async Task A_zip_that_arrives_byte_by_byte_is_verified_as_one_that_is_there()
    {
        var zip = new RawZip(GoMod(16), File(), File("c", descriptor: 24), File("d", descriptor: 20), File("big", new string('b', 100_000), 12), new RawEntry(P + "s", "stored") { Method = 0, Descriptor = 24 }).Write();
        var whole = await ZipFiles.VerifyAsync(zip);
        foreach (var step in new[] { 1, 2, 7, 29 })
        {
            using var feed = new SlowFeed(zip, step);
            Assert.Equal(whole.H1, (await ZipFiles.VerifyAsync(feed)).H1);
        }
    }

    [Fact]
    public async Task Verification_waits_for_bytes_and_stops_when_it_is_cancelled()
    {
        using var never = new SlowFeed(new RawZip(GoMod(), File()).Write(), 50) { StopsAt = 60 };
        using var cancel = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModuleZip.VerifyAsync(never, ZipFiles.Path, "v1.0.0", cancel.Token));
    }

    [Fact]
    public async Task A_failing_stream_is_not_an_illegal_zip()
    {
        using var feed = new SlowFeed(new RawZip(File("big", new string('b', 9999))).Write(), 50) { FailsAt = 70 };
        await Assert.ThrowsAsync<IOException>(() => ZipFiles.VerifyAsync(feed));
    }

    [Fact]
    public async Task A_version_that_is_illegal_for_the_path_is_refused()
    {
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => ModuleZip.VerifyAsync(Stream.Null, ZipFiles.Path, "v2.0.0", TestContext.Current.CancellationToken));
        Assert.Contains("should be v0 or v1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_size_of_a_zip()
    {
        using var zip = new RepeatedZip(copies: 300, size: 1 << 20);
        await ZipFiles.VerifyAsync(new MemoryStream(new RawZip(GoMod()).Write()));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verified = await ZipFiles.VerifyAsync(zip);
        Assert.Equal(300, verified.Files.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>A zip of many incompressible files that is made while it is read.</summary>
    private sealed class RepeatedZip : MemoryStream
    {
        public RepeatedZip(int copies, int size)
        {
            var content = new byte[size];
            new Random(3).NextBytes(content);
            var zip = new RawZip();
            for (var i = 0; i < copies; i++) zip.Entries.Add(new RawEntry(P + $"f{i}", "") { Content = content, Method = 0 });
            var bytes = zip.Write();
            Write(bytes);
            Position = 0;
        }
    }
}

/// <summary>A file that grows while it is read: so many bytes at a time, the length unknown.</summary>
internal sealed class SlowFeed(byte[] data, int step) : Stream
{
    private int _position;
    private int _furthest;

    public int StopsAt { get; init; } = int.MaxValue;
    public int FailsAt { get; init; } = int.MaxValue;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= StopsAt) await Task.Delay(Timeout.Infinite, cancellationToken);
        if (_position >= FailsAt) throw new IOException("reset");
        if (_position % 5 == 0) await Task.Yield();
        var count = Math.Min(Math.Min(step, buffer.Length), data.Length - _position);
        data.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        _furthest = Math.Max(_furthest, _position);
        return count;
    }

    public override long Position
    {
        get => _position;
        set
        {
            if (value > _furthest) throw new InvalidOperationException("set beyond what was read");
            _position = (int)value;
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("async only");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
