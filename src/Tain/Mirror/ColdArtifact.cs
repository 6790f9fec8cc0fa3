using Tain.Storage;

namespace Tain.Mirror;

/// <summary>An artifact that is arriving: one writer, the verifier and any number of clients read it behind the writer.
/// Its last <see cref="HeldBack"/> bytes stay here until the verdict, so that no client ever holds a complete bad file.</summary>
internal sealed class ColdArtifact : IDisposable
{
    /// <summary>ARCHITECTURE, step 7. What is not larger waits for the verdict whole.</summary>
    public const int HeldBack = 64 * 1024;

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PartialBlob? _partial;
    private readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _served, _closed, _arrived;
    private volatile bool _ended;
    private int _users = 1;

    /// <summary>The whole length as the source announced it; set when the first bytes are there.</summary>
    public long? Length { get; private set; }

    /// <summary>Set with the verdict.</summary>
    public Artifact? Artifact { get; private set; }

    /// <summary>Set instead of the verdict.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>Clients hold bytes of it.</summary>
    public bool WasServed => _served;

    /// <summary>Done when nothing more is to come: what was verified is stored, or could not be.</summary>
    public Task Landed => _landed.Task;

    /// <summary>How many bytes are here.</summary>
    public long Received => _partial?.Length ?? 0;

    // :: The writer's side

    /// <summary>Begins, or begins again, with an empty blob. False when clients hold bytes of what was here before: then it has to fail.</summary>
    public bool TryBegin(PartialBlob partial, long? length)
    {
        PartialBlob? old;
        lock (_gate)
        {
            if (_served)
                return false;
            old = _partial;
            _partial = partial;
            Length = length;
            _arrived = false;
        }
        old?.Dispose();
        Pulse();
        return true;
    }

    /// <summary>Goes on, after another writer, with the bytes that clients hold.</summary>
    public PartialBlob TakeOver()
    {
        _arrived = false;
        return _partial!;
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await _partial!.AppendAsync(bytes, ct);
        Pulse();
    }

    /// <summary>Every byte is here; the verdict is not.</summary>
    public void Arrived()
    {
        _arrived = true;
        Pulse();
    }

    public void Verified(Artifact artifact)
    {
        lock (_gate)
        {
            Artifact = artifact;
            _ended = true;
        }
        Pulse();
    }

    public void Fail(Failure failure)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            Failure = failure;
            _ended = true;
        }
        Pulse();
    }

    public void Land() => _landed.TrySetResult();

    // :: The readers' side

    /// <summary>Waits until the verdict, the failure, or more than <paramref name="offset"/> bytes may be given away. True when bytes may be.</summary>
    public async ValueTask<bool> WaitBeyondAsync(long offset, CancellationToken ct)
    {
        while (true)
        {
            // Taken before looking: a change in between is not missed.
            var changed = Volatile.Read(ref _changed).Task;
            // Also before looking: a verdict that comes after the look at the bytes sets the last ones free.
            var ended = _ended;
            if (Failure is not null)
                return false;
            if (Releasable > offset)
                return true;
            if (ended)
                return false;
            await changed.WaitAsync(ct);
        }
    }

    /// <summary>Waits for the verdict or the failure.</summary>
    public async ValueTask WaitForVerdictAsync(CancellationToken ct)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (_ended)
                return;
            await changed.WaitAsync(ct);
        }
    }

    /// <summary>How many bytes clients may have by now.</summary>
    public long Releasable => Artifact is not null ? Received : Math.Max(0, Received - HeldBack);

    /// <summary>The writer is about to fail: nobody gets a first byte any more. True when somebody has some.</summary>
    public bool CloseToClients()
    {
        lock (_gate)
        {
            _closed = true;
            return _served;
        }
    }

    /// <summary>Says that bytes are about to leave: from now on what is here can't begin again. False when it has failed or is about to.</summary>
    public bool TryServe()
    {
        lock (_gate)
        {
            if (_closed || Failure is not null)
                return false;
            return _served = true;
        }
    }

    /// <summary>Reads what was received; the caller knows that there is something.</summary>
    public int Read(long offset, Span<byte> into) => _partial!.Read(offset, into);

    /// <summary>Counts a reader in; false when it is already over and let go.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_users == 0)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Counts a reader, or the writer, out; the last one lets go of the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (--_users > 0)
                return;
        }
        _partial?.Dispose();
    }

    /// <summary>All bytes as one stream that waits for what is not here yet: for the verifier, held back from nothing. Ends when all has arrived.</summary>
    public Stream OpenForVerifier(CancellationToken ended) => new Follower(this, _partial!, ended);

    private void Pulse()
        => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Seekable within what was read; Length is not known.</summary>
    private sealed class Follower(ColdArtifact cold, PartialBlob partial, CancellationToken ended) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => cold._arrived ? partial.Length : throw new NotSupportedException("the length is known when all has arrived");
        public override long Position { get; set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var changed = Volatile.Read(ref cold._changed).Task;
                var arrived = cold._arrived;
                var read = partial.Read(Position, buffer.Span);
                if (read > 0 || arrived)
                {
                    Position += read;
                    return read;
                }
                ended.ThrowIfCancellationRequested();
                await changed.WaitAsync(ended).WaitAsync(cancellationToken);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
            => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush() { }
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
