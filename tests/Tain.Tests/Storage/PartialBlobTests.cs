using Tain.Storage;

namespace Tain.Tests.Storage;

public sealed class PartialBlobTests : IDisposable
{
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private readonly TestFolder _folder = new();
    private readonly BlobStore _store;

    public PartialBlobTests() => _store = BlobStore.Open(_folder.Path);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Readers_that_follow_the_writer_never_see_a_byte_that_was_not_appended()
    {
        // Each byte tells its own place and is never 0: a length published early would show the hole behind the end.
        const int total = 6_000_000;
        static byte At(long offset) => (byte)((offset * 31 % 251) + 1);

        using var partial = _store.CreatePartial(null);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var buffer = new byte[70_000];
            long at = 0;
            while (at < total)
            {
                var read = partial.Read(at, buffer);
                for (var i = 0; i < read; i++)
                {
                    if (buffer[i] != At(at + i))
                        Assert.Fail($"byte {at + i} is {buffer[i]}");
                }
                at += read;
            }
        }, None)).ToArray();

        var random = new Random(5);
        for (var at = 0; at < total;)
        {
            var chunk = new byte[Math.Min(random.Next(1, 40_000), total - at)];
            for (var i = 0; i < chunk.Length; i++)
                chunk[i] = At(at + i);
            await partial.AppendAsync(chunk, None);
            at += chunk.Length;
        }
        await _store.CommitAsync(partial, None);
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(30), None);
    }

    [Fact]
    public async Task The_length_is_published_after_the_write()
    {
        PartialBlob? watched = null;
        var lengths = new List<(long Published, long OnDisk)>();
        using var partial = watched = _store.CreatePartial(null);
        using var stop = new CancellationTokenSource();
        var path = Directory.EnumerateFiles(_folder["partial"]).Single();
        var watcher = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                // In this order: what was published must be in the file already.
                var published = watched.Length;
                var onDisk = new FileInfo(path).Length;
                if (published > onDisk)
                    lengths.Add((published, onDisk));
            }
        }, None);
        // Large pieces: each takes long enough for a wrong order to be seen.
        var piece = new byte[4 << 20];
        for (var i = 0; i < 12; i++)
            await partial.AppendAsync(piece, None);
        await stop.CancelAsync();
        await watcher;
        Assert.Empty(lengths);
    }

    [Fact]
    public async Task Readers_go_on_after_the_commit()
    {
        using var partial = _store.CreatePartial(3);
        await partial.AppendAsync(new byte[] { 1, 2, 3 }, None);
        await _store.CommitAsync(partial, None);
        var buffer = new byte[10];
        Assert.Equal(3, partial.Read(0, buffer));
        Assert.Equal([1, 2, 3], buffer[..3]);
        Assert.Equal(1, partial.Read(2, buffer));
        Assert.Equal(0, partial.Read(3, buffer));
        Assert.Equal(0, partial.Read(4, buffer));
    }

    [Fact]
    public async Task Disposing_under_readers_ends_each_read_well_or_with_disposed()
    {
        for (var round = 0; round < 50; round++)
        {
            var partial = _store.CreatePartial(null);
            await partial.AppendAsync(Samples.Bytes(200_000), None);
            using var begun = new CountdownEvent(4);
            var readers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                var buffer = new byte[200_000];
                begun.Signal();
                try
                {
                    while (true)
                        Assert.Equal(200_000, partial.Read(0, buffer));
                }
                catch (ObjectDisposedException)
                {
                }
            }, None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            begun.Wait(None);
            partial.Dispose();
            await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(10), None);
        }
        Assert.Empty(_store.AllPartials());
    }

    [Fact]
    public async Task A_committed_blob_does_not_change()
    {
        using var partial = _store.CreatePartial(null);
        await partial.AppendAsync(new byte[] { 1 }, None);
        var digest = await _store.CommitAsync(partial, None);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await partial.AppendAsync(new byte[] { 2 }, None));
        Assert.Equal(digest, await _store.CommitAsync(partial, None));
    }
}
