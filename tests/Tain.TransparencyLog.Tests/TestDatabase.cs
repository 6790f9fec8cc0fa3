using System.Collections.Concurrent;
using System.Globalization;
using Tain.GoModules;

namespace Tain.TransparencyLog.Tests;

/// <summary>What a server keeps of a checksum database; several clients can share it, as several processes do.</summary>
internal sealed class TestStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Tile, byte[]> _tiles = [];
    private readonly Dictionary<string, KeptRecord> _records = [];
    private byte[]? _head;

    /// <summary>Runs before a swap, which may then be lost.</summary>
    public Func<Task> BeforeSwap { get; set; } = () => Task.CompletedTask;

    /// <summary>All heads ever swapped in, the first one first.</summary>
    public List<byte[]> Heads { get; } = [];

    public int LostSwaps { get; private set; }

    public byte[]? Head
    {
        get
        {
            lock (_lock) return _head;
        }
        set
        {
            lock (_lock) _head = value;
        }
    }

    public TreeHead Tree => SignedHead.Open(Head, TestLog.Signer.Verifier).Head;

    public int Records
    {
        get
        {
            lock (_lock) return _records.Count;
        }
    }

    /// <summary>The tiles, in the widest form saved, and by where they are: their width is 1.</summary>
    public Dictionary<Tile, byte[]> Tiles
    {
        get
        {
            lock (_lock) return new Dictionary<Tile, byte[]>(_tiles);
        }
    }

    /// <summary>Puts anything there.</summary>
    public void Damage(Tile tile, byte[] bytes)
    {
        lock (_lock) _tiles[tile with { Width = 1 }] = bytes;
    }

    public byte[]? Read(Tile tile)
    {
        lock (_lock) return _tiles.GetValueOrDefault(tile with { Width = 1 }) is { } bytes && (tile.IsData || bytes.Length >= tile.ByteLength) ? bytes : null;
    }

    public void Save(IReadOnlyList<TileBytes> tiles)
    {
        lock (_lock)
        {
            foreach (var (tile, bytes) in tiles)
            {
                // What is said to be kept is there, all of it.
                if (tile.IsData) Assert.True(DataTile.TryParse(bytes, tile.Width, out var records) && DataTile.Format(records).Length == bytes.Length);
                else Assert.Equal(tile.ByteLength, bytes.Length);
                if (!(_tiles.GetValueOrDefault(tile with { Width = 1 }) is { } old && old.Length > bytes.Length))
                    _tiles[tile with { Width = 1 }] = bytes.ToArray();
            }
        }
    }

    public async Task<bool> TrySwapAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next)
    {
        await BeforeSwap();
        lock (_lock)
        {
            if (_head is null ? expected is not null : expected is null || !_head.AsSpan().SequenceEqual(expected.Value.Span))
            {
                LostSwaps++;
                return false;
            }
            _head = next.ToArray();
            Heads.Add(_head);
            return true;
        }
    }

    public KeptRecord? Record(ModulePath module, string version)
    {
        lock (_lock) return _records.TryGetValue($"{module}@{version}", out var record) ? record : null;
    }

    public void SaveRecord(ModulePath module, string version, KeptRecord record)
    {
        lock (_lock)
        {
            // The order of writes that the client promises.
            Assert.True(record.Id < Tree.Size, "a record was saved before its head");
            _records[$"{module}@{version}"] = record;
        }
    }

    public TestStore Clone()
    {
        var clone = new TestStore { Head = Head };
        foreach (var (tile, bytes) in Tiles) clone.Damage(tile, bytes);
        return clone;
    }
}

/// <summary>A checksum database with a log, which can lie, and the store of the server that asks it.</summary>
internal sealed class TestDatabase(TestLog log, TestStore? store = null) : IChecksumDatabaseOperations
{
    public TestLog Log { get; set; } = log;

    public TestStore Store { get; } = store ?? new TestStore();

    /// <summary>How many records the log shows; all by default.</summary>
    public int? Size { get; set; }

    /// <summary>Throws instead of answering, if it returns an exception.</summary>
    public Func<string, Exception?> Fail { get; set; } = _ => null;

    /// <summary>Changes answers.</summary>
    public Func<string, byte[], byte[]> Change { get; set; } = (_, bytes) => bytes;

    /// <summary>The number of a lookup's record; by default that of example.com/m5 is 5, and so on.</summary>
    public Func<string, int> Find { get; set; } = path => int.Parse(path.AsSpan("/lookup/example.com/m".Length, path.IndexOf('@', StringComparison.Ordinal) - "/lookup/example.com/m".Length), CultureInfo.InvariantCulture);

    /// <summary>Waits within each answer.</summary>
    public Func<Task> Pause { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether it has all tiles of the whole log, partial ones included.</summary>
    public bool HasEveryWidth { get; set; }

    public ConcurrentQueue<string> Fetched { get; } = new();

    public ChecksumDatabaseClient Client() => new(TestLog.Signer.Verifier, this);

    public Task<ChecksumRecord> LookupAsync(int number) => Client().LookupAsync(Module(number), "v1.0.0", default);

    public static ModulePath Module(int number) => Module($"example.com/m{number}");

    public static ModulePath Module(string path) => ModulePath.TryParse(path, out var module, out var error) ? module : throw new ArgumentException(error);

    public void GoOffline() => Fail = path => new InvalidOperationException($"offline: {path}");

    public string[] TakeFetched()
    {
        string[] fetched = [.. Fetched];
        Fetched.Clear();
        return fetched;
    }

    public async Task<byte[]> FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
    {
        Fetched.Enqueue(path);
        await Pause();
        cancellationToken.ThrowIfCancellationRequested();
        if (Fail(path) is { } failure) throw failure;
        var bytes = Change(path, Answer(path));
        return bytes.Length <= maxLength ? bytes : throw new InvalidDataException($"{path} has more than {maxLength} bytes");
    }

    private byte[] Answer(string path)
    {
        lock (Log)
        {
            var size = Size ?? Log.Size;
            if (path == "/latest") return Log.Note(size);
            if (path.StartsWith("/lookup/", StringComparison.Ordinal))
            {
                return Log.Lookup(Find(path), size);
            }
            Assert.True(Tile.TryParse(path[1..], out var tile), path);
            // A partial tile is there until its full one is.
            var isThere = tile.TreeSize <= size && (tile.IsFull || tile.Full.TreeSize > size);
            return isThere || HasEveryWidth ? Log.Bytes(tile) : throw new FileNotFoundException($"404 {path}");
        }
    }

    public Task<IReadOnlyList<byte[]?>> ReadTilesAsync(IReadOnlyList<Tile> tiles, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<byte[]?>>([.. tiles.Select(Store.Read)]);

    public Task SaveTilesAsync(IReadOnlyList<TileBytes> tiles, CancellationToken cancellationToken)
    {
        Store.Save(tiles);
        return Task.CompletedTask;
    }

    public Task<byte[]?> ReadHeadOrNullAsync(CancellationToken cancellationToken) => Task.FromResult(Store.Head);

    public Task<bool> TrySwapHeadAsync(ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> next, CancellationToken cancellationToken) => Store.TrySwapAsync(expected, next);

    public Task<KeptRecord?> ReadRecordOrNullAsync(ModulePath module, string version, CancellationToken cancellationToken) => Task.FromResult(Store.Record(module, version));

    public Task SaveRecordAsync(ModulePath module, string version, KeptRecord record, CancellationToken cancellationToken)
    {
        Store.SaveRecord(module, version, record);
        return Task.CompletedTask;
    }
}
