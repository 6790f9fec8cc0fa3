using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>One artifact that is made here instead of downloaded (<c>direct</c>): its bytes take the same way to the partial blob, the verifier
/// and every client at once, so that what we make is checked as strictly as what others send.</summary>
internal static class Production
{
    /// <summary>Runs the request's <see cref="ArtifactRequest.Produce"/>. Throws <see cref="StorageException"/> and on cancellation only.</summary>
    public static async Task<(Attempt, Delivered?)> RunAsync(ArtifactRequest request, ColdArtifact cold, BlobStore blobs, TimeProvider time, CancellationToken ct)
    {
        var at = time.GetUtcNow();
        if (request.Produce is not { } produce)
            return (new Attempt("direct", FaultKind.NotAsked, null, "there is no direct here", TimeSpan.Zero, 0, at), null);
        using var verifying = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var sink = new Sink(request, cold, blobs, verifying.Token);
        try
        {
            var produced = await produce(sink, ct);
            if (produced.Attempt.Fault is not null)
                return (produced.Attempt, null);
            if (sink.Partial is not { } partial)
                return (produced.Attempt with { Fault = FaultKind.Malformed, Said = "made nothing" }, null);
            cold.Arrived();
            return (produced.Attempt, new(await sink.Verdict!, partial, produced.Attempt.Source) { Documents = produced.Documents });
        }
        catch (IllegalContentException e)
        {
            return (Failed(FaultKind.Malformed, e.Message), null);
        }
        catch (UpstreamFaultException e)
        {
            return (Failed(e.Fault, e.Message), null);
        }
        finally
        {
            await verifying.CancelAsync();
            if (sink.Verdict is { } verdict)
                await verdict.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        Attempt Failed(FaultKind fault, string said) => new("direct", fault, null, said, time.GetUtcNow() - at, 1, at);
    }

    /// <summary>Begins with the first byte: what does not exist costs no file.</summary>
    private sealed class Sink(ArtifactRequest request, ColdArtifact cold, BlobStore blobs, CancellationToken verifying) : Stream
    {
        private long _written;

        public PartialBlob? Partial { get; private set; }

        public Task<Verdict>? Verdict { get; private set; }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _written; set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
                return;
            if (Partial is null)
                Begin();
            // Illegal content is given up early.
            if (Verdict!.IsFaulted)
                await Verdict;
            _written += buffer.Length;
            if (_written > request.MaxBytes)
                throw new UpstreamFaultException(FaultKind.TooLarge, $"it is larger than {request.MaxBytes:N0} bytes, the limit");
            await cold.AppendAsync(buffer, cancellationToken);
        }

        private void Begin()
        {
            var partial = blobs.CreatePartial(null);
            if (!cold.TryBegin(partial, null))
            {
                partial.Dispose();
                throw new UpstreamFaultException(FaultKind.Cut, "clients have bytes of the source before, which failed; what is made here would not continue them, so their connections were reset");
            }
            Partial = partial;
            Verdict = Task.Run(() => request.Verify(cold.OpenForVerifier(verifying), verifying), CancellationToken.None);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        // The append itself is synchronous (PartialBlob): nothing waits here.
        public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
