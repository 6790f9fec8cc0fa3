using System.IO.Compression;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Zips as they are made: their bytes, how they stream, and where they end.</summary>
public sealed class ModuleZipWriterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        return noise;
    }

    private static byte[] Prose(int length) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, length / 2).Select(i => $"{i * 7919 % 9973} ")))[..length];

    private static readonly (string Name, byte[] Content)[] s_files =
    [
        ("go.mod", [.. "module example.com/m\n"u8]), ("empty", []), ("small.go", Prose(5_000)), ("noise.png", Noise(5_000)), ("世界.go", [.. "package world\n"u8]),
        ("below", Prose(128 * 1024 - 1)), ("exact", Prose(128 * 1024)), ("above", Prose(128 * 1024 + 1)), ("large", Prose(1_000_000)), ("large.png", Noise(700_000)),
    ];

    private static async Task WriteAsync(Stream output, IEnumerable<(string Name, byte[] Content)> files, int step = int.MaxValue)
    {
        await using var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0");
        foreach (var (name, content) in files)
        {
            using var feed = new SlowFeed(content, step);
            await writer.AddAsync(name, feed, Token);
        }
        await writer.FinishAsync(Token);
        Assert.Equal(output.Length, writer.Length);
    }

    private static async Task<byte[]> MakeAsync(IEnumerable<(string Name, byte[] Content)> files, int step = int.MaxValue)
    {
        var zip = new MemoryStream();
        await WriteAsync(zip, files, step);
        return zip.ToArray();
    }

    [Fact]
    public async Task What_goes_in_comes_out_for_Tain_for_Go_and_for_dotnet()
    {
        var zip = await MakeAsync(s_files);
        var verified = await ZipFiles.VerifyAsync(zip);
        Assert.Equal(s_files.Select(f => (f.Name, (long)f.Content.Length)), verified.Files.Select(f => (f.Name, f.Size)));
        using var oracle = new Oracle();
        Assert.Equal("good " + verified.H1, Encoding.UTF8.GetString(oracle.Ask('z', [zip], 1)[0]));

        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(s_files.Select(f => ZipFiles.Prefix + f.Name), archive.Entries.Select(e => e.FullName));
        foreach (var (entry, (_, content)) in archive.Entries.Zip(s_files))
        {
            using var stream = entry.Open();
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Token);
            Assert.Equal(content, copy.ToArray());
            Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime);
            Assert.True(entry.CompressedLength <= content.Length + 1_000);
        }
        Assert.InRange(zip.Length, 700_000, 1_800_000);
    }

    [Fact]
    public async Task The_same_content_gives_the_same_bytes_whatever_its_pieces()
    {
        var whole = await MakeAsync(s_files);
        foreach (var step in new[] { 3, 1_000, 65_537 }) Assert.Equal(whole, await MakeAsync(s_files, step));
    }

    [Fact]
    public async Task An_empty_zip_is_legal() =>
        Assert.Equal("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", (await ZipFiles.VerifyAsync(await MakeAsync([]))).H1);

    [Fact]
    public async Task More_entries_than_16_bits_count_are_legal_for_Go_and_for_dotnet()
    {
        foreach (var count in new[] { 65_534, 65_535 })
        {
            var zip = await MakeAsync(Enumerable.Range(0, count).Select(i => ($"d/f{i}", Array.Empty<byte>())));
            var verified = await ZipFiles.VerifyAsync(zip);
            Assert.Equal(count, verified.Files.Count);
            using var archive = new ZipArchive(new MemoryStream(zip));
            Assert.Equal(count, archive.Entries.Count);
            if (count < 65_535) continue;
            using var oracle = new Oracle();
            Assert.Equal("good " + verified.H1, Encoding.UTF8.GetString(oracle.Ask('z', [zip], 1)[0]));
        }
    }

    [Fact]
    public async Task The_zip_can_be_verified_while_it_is_made()
    {
        var pipe = new System.IO.Pipelines.Pipe();
        var verify = ModuleZip.VerifyAsync(pipe.Reader.AsStream(), ZipFiles.Path, "v1.0.0", Token);
        await using var output = pipe.Writer.AsStream();
        await using var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0");
        foreach (var (name, content) in s_files) await writer.AddAsync(name, new MemoryStream(content), Token);
        await writer.FinishAsync(Token);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(s_files.Length, (await verify).Files.Count);
    }

    [Fact]
    public async Task A_large_file_reaches_the_output_before_it_has_ended()
    {
        var output = new MemoryStream();
        await using var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0");
        using var stalled = new SlowFeed(Noise(1_000_000), 50_000) { StopsAt = 900_000 };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var adding = writer.AddAsync("large", stalled, cancel.Token);
        while (stalled.Position < 900_000) await Task.Delay(5, Token);
        Assert.False(adding.IsCompleted);
        Assert.InRange(output.Length, 500_000, 900_000);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
    }

    [Fact]
    public async Task Nothing_is_written_synchronously_and_nothing_is_sought()
    {
        var output = new AsyncOnly();
        await using (var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0"))
        {
            foreach (var (name, content) in s_files) await writer.AddAsync(name, new SlowFeed(content, 7_000), Token);
            await writer.FinishAsync(Token);
        }
        Assert.Equal(await MakeAsync(s_files), output.Bytes.ToArray());
        Assert.True(output.Flushed);
        Assert.False(output.Disposed);
    }

    [Fact]
    public async Task After_a_failure_nothing_more_reaches_the_output()
    {
        foreach (var large in new[] { false, true })
        {
            var output = new MemoryStream();
            await using (var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0"))
            {
                await writer.AddAsync("noise", new MemoryStream(Noise(200_000)), Token);
                using var broken = new SlowFeed(Noise(300_000), 10_000) { FailsAt = large ? 290_000 : 50_000 };
                await Assert.ThrowsAsync<IOException>(() => writer.AddAsync("broken", broken, Token));
                var length = output.Length;
                await Assert.ThrowsAsync<InvalidOperationException>(() => writer.AddAsync("next", new MemoryStream(), Token));
                await Assert.ThrowsAsync<InvalidOperationException>(() => writer.FinishAsync(Token));
                await writer.DisposeAsync();
                Assert.Equal(length, output.Length);
            }
            await Assert.ThrowsAsync<ModuleZipException>(() => ZipFiles.VerifyAsync(output.ToArray()));
        }
    }

    [Fact]
    public async Task An_output_that_fails_fails_the_file_and_not_the_disposal()
    {
        var writer = new ModuleZipWriter(new AsyncOnly { FailsAt = 100_000 }, ZipFiles.Path, "v1.0.0");
        await Assert.ThrowsAsync<IOException>(() => writer.AddAsync("large", new MemoryStream(Noise(900_000)), Token));
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.AddAsync("x", new MemoryStream(), Token));
    }

    [Fact]
    public async Task A_cancelled_file_does_not_wait_for_an_output_that_stalls()
    {
        await using var writer = new ModuleZipWriter(new AsyncOnly { StallsAt = 100_000 }, ZipFiles.Path, "v1.0.0");
        using var cancel = new CancellationTokenSource(50);
        var adding = writer.AddAsync("large", new MemoryStream(Noise(900_000)), cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding.WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.True(adding.IsCanceled);
    }

    [Fact]
    public async Task A_finished_zip_takes_nothing_more()
    {
        await using var writer = new ModuleZipWriter(new MemoryStream(), ZipFiles.Path, "v1.0.0");
        await writer.FinishAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.AddAsync("x", new MemoryStream(), Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.FinishAsync(Token));
    }

    [Theory]
    [InlineData("bad'", "malformed file path")]
    [InlineData("a/../b", "malformed file path")]
    [InlineData("/a", "malformed file path")]
    [InlineData("A.go", "case-insensitive")]
    [InlineData("a.go", "multiple entries")]
    [InlineData("a.go/b", "both a file and a directory")]
    [InlineData("sub/go.mod", "not in module root")]
    [InlineData("GO.MOD", "lowercase")]
    public async Task Names_that_a_zip_cannot_have_are_refused(string name, string says)
    {
        await using var writer = new ModuleZipWriter(new MemoryStream(), ZipFiles.Path, "v1.0.0");
        await writer.AddAsync("a.go", new MemoryStream(), Token);
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => writer.AddAsync(name, new MemoryStream(), Token));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_may_have_4096_bytes_in_the_zip_and_not_one_more()
    {
        var longest = string.Concat(Enumerable.Repeat("é/", 1_000)) + new string('x', 4096 - ZipFiles.Prefix.Length - 3_000);
        await ZipFiles.VerifyAsync(await MakeAsync([(longest, [])]));
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => MakeAsync([(longest + "x", [])]));
        Assert.Contains("4097 bytes; the limit is 4096", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("go.mod"), InlineData("LICENSE")]
    public async Task A_go_mod_and_a_license_may_have_16_MiB_and_not_one_byte_more(string name)
    {
        await ZipFiles.VerifyAsync(await MakeAsync([(name, new byte[ModuleZip.MaxGoMod])]));
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => MakeAsync([(name, new byte[ModuleZip.MaxGoMod + 1])]));
        Assert.Contains($"{name} file is larger than 16777216 bytes, the limit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_may_have_500_MiB_in_all_and_not_one_byte_more()
    {
        var output = new AsyncOnly { Forgets = true };
        await using var writer = new ModuleZipWriter(output, ZipFiles.Path, "v1.0.0");
        await writer.AddAsync("half", new Zeros(ModuleZip.MaxZipFile / 2), Token);
        await writer.AddAsync("rest", new Zeros(ModuleZip.MaxZipFile / 2), Token);
        await writer.AddAsync("none", new MemoryStream(), Token);
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => writer.AddAsync("one", new MemoryStream(new byte[1]), Token));
        Assert.Contains("larger than 524288000 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Speed", "slow")]
    public async Task The_zip_itself_may_have_500_MiB_and_not_one_byte_more()
    {
        // The content would fit; it does not become smaller, and the zip has its records besides.
        await using var writer = new ModuleZipWriter(new AsyncOnly { Forgets = true }, ZipFiles.Path, "v1.0.0");
        var noise = Noise(131_000);
        var records = 30 + 46 + 2 * (ZipFiles.Prefix.Length + 5);
        var count = (ModuleZip.MaxZipFile - 22) / (noise.Length + records);
        for (var i = 0; i < count; i++) await writer.AddAsync($"f{i:d4}", new MemoryStream(noise), Token);
        var rest = (int)(ModuleZip.MaxZipFile - 22 - count * (noise.Length + records) - records);
        Assert.InRange(rest, 1, noise.Length);
        await writer.AddAsync("f9998", new MemoryStream(noise[..(rest + 1)]), Token);
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => writer.FinishAsync(Token));
        Assert.Equal(ModuleZip.MaxZipFile + 1, writer.Length);
        Assert.Contains("zip is larger than 524288000 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_entries_than_the_limit_are_refused()
    {
        await using var writer = new ModuleZipWriter(new AsyncOnly { Forgets = true }, ZipFiles.Path, "v1.0.0");
        for (var i = 0; i < ModuleZip.MaxEntries; i++) await writer.AddAsync($"f{i}", Stream.Null, Token);
        var e = await Assert.ThrowsAsync<ModuleZipException>(() => writer.AddAsync("one", Stream.Null, Token));
        Assert.Contains("more than 250000 entries", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_is_illegal_for_the_path_is_refused() =>
        Assert.Contains("should be v0 or v1", Assert.Throws<ModuleZipException>(() => new ModuleZipWriter(Stream.Null, ZipFiles.Path, "v2.0.0")).Message, StringComparison.Ordinal);

    /// <summary>Takes bytes asynchronously, and gives up the thread now and then.</summary>
    private sealed class AsyncOnly : MemoryStream
    {
        private long _length;

        public List<byte> Bytes { get; } = [];
        public bool Forgets { get; init; }
        public int FailsAt { get; init; } = int.MaxValue;
        public int StallsAt { get; init; } = int.MaxValue;
        public bool Flushed { get; private set; }
        public bool Disposed { get; private set; }

        public override bool CanSeek => false;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            if (_length > FailsAt) throw new IOException("no space left");
            if (_length > StallsAt) await Task.Delay(Timeout.Infinite, cancellationToken);
            if (_length % 3 == 0) await Task.Yield();
            if (!Forgets) Bytes.AddRange(source.Span);
            _length += source.Length;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushed = true;
            return Task.CompletedTask;
        }

        public override void Write(ReadOnlySpan<byte> source) => throw new InvalidOperationException("synchronous");
        public override void Write(byte[] source, int offset, int count) => throw new InvalidOperationException("synchronous");
        public override void Flush() => throw new InvalidOperationException("synchronous");
        public override long Seek(long offset, SeekOrigin loc) => throw new InvalidOperationException("sought");

        protected override void Dispose(bool disposing)
        {
            Disposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class Zeros(long length) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(_left, destination.Length);
            destination.Span[..count].Clear();
            _left -= count;
            return new ValueTask<int>(count);
        }
    }
}
