using System.Buffers;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>One artifact from one source: streamed to a partial blob, the verifier and every client at once.
/// A body that is cut goes on by Range under the same validator; without one it is fetched again and compared with what is here.
/// When it differs, it begins again if no client has a byte yet; else it fails, and their connections are reset.
/// A source that takes over from one that was cut is compared in the same way.</summary>
internal sealed class Download
{
    /// <summary>One read from a source, in bytes: large enough for few wake-ups, small beside <see cref="ColdArtifact.HeldBack"/> × 4.</summary>
    private const int BufferSize = 128 * 1024;

    private readonly ArtifactRequest _request;
    private readonly ColdArtifact _cold;
    private readonly UpstreamClient _upstream;
    private readonly int _tries;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private OpenAnswer _open;
    private UpstreamFaultException? _cut;
    private bool _tookOver;
    private long _agreed;
    private int _asked;

    private Download(ArtifactRequest request, UpstreamSource source, ColdArtifact cold, UpstreamClient upstream, OpenAnswer open, int tries, TimeProvider time)
    {
        _request = request;
        Source = source;
        _cold = cold;
        _upstream = upstream;
        _open = open;
        _tries = tries;
        _time = time;
        _began = open.Attempt.At;
        _asked = open.Attempt.Tries;
    }

    private UpstreamSource Source { get; }

    /// <summary>Every byte, once <see cref="Verdict"/> is set. Belongs to the cold artifact.</summary>
    private PartialBlob Partial { get; set; } = null!;

    private Verdict? Verdict { get; set; }

    /// <summary>Asks <paramref name="source"/> until the bytes are here and verified. Throws <see cref="StorageException"/> and on cancellation only.</summary>
    /// <param name="tries">How many cuts in a row without a new byte are too many.</param>
    public static async Task<(Attempt, Delivered?)> RunAsync(ArtifactRequest request, UpstreamSource source, ColdArtifact cold, BlobStore blobs,
        UpstreamClient upstream, int tries, TimeProvider time, CancellationToken ct)
    {
        var open = await upstream.OpenAsync(source, request.Path, 0, null, ct);
        if (open.Body is null)
            return (open.Attempt, null);
        var download = new Download(request, source, cold, upstream, open, tries, time);
        try
        {
            var attempt = await download.RunAsync(blobs, ct);
            return (attempt, attempt.Fault is null ? new(download.Verdict!, download.Partial, source.Name) : null);
        }
        finally
        {
            await download._open.Body!.DisposeAsync();
        }
    }

    private async Task<Attempt> RunAsync(BlobStore blobs, CancellationToken ct)
    {
        for (var begun = 1; ; begun++)
        {
            if (Refusal() is { } refusal)
                return refusal;
            _agreed = 0;
            Partial = blobs.CreatePartial(_open.Length);
            if (!_cold.TryBegin(Partial, _open.Length))
            {
                Partial.Dispose();
                if (begun > 1)
                    return OtherBytes();
                // Clients have bytes of a source before this one: they stay valid if this one sends the same.
                _tookOver = true;
                Partial = _cold.TakeOver();
            }
            var (attempt, differs) = await FillAsync(ct);
            if (!differs)
                return attempt!;
            if (_cold.WasServed)
                return OtherBytes();
            if (begun == _tries)
                return Fault(FaultKind.Malformed, $"sent other bytes each time it was asked, {begun} times");
            if (await ReopenAsync(0, null, ct) is { } fault)
                return fault;
        }
    }

    private Attempt OtherBytes() => Fault(FaultKind.Malformed, _tookOver
        ? "sent other bytes than the source before it, of which clients had some: their connections were reset"
        : "sent other bytes, or another number of them, when asked again after a cut; clients had some of the first ones, so their connections were reset");

    /// <summary>What the headers already rule out.</summary>
    private Attempt? Refusal()
    {
        if (_open.Length > _request.MaxBytes)
            return Fault(FaultKind.TooLarge, $"announced {_open.Length:N0} bytes; the limit is {_request.MaxBytes:N0}");
        if (_open.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
            return Fault(FaultKind.Malformed, "sent an HTML page with status 200 instead of the file");
        return null;
    }

    /// <summary>Fills the blob from the open body, going on after cuts, while the verifier reads beside it.</summary>
    private async Task<(Attempt? Attempt, bool Differs)> FillAsync(CancellationToken ct)
    {
        using var verifying = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var verdict = Task.Run(() => _request.Verify(_cold.OpenForVerifier(verifying.Token), verifying.Token), CancellationToken.None);
        try
        {
            var withoutProgress = 0;
            while (true)
            {
                var had = _agreed;
                var copied = await CopyAsync(verdict, ct);
                if (copied is Copied.Differs)
                    return (null, true);
                if (copied is Copied.All)
                    break;
                // :: A cut: the bytes that are here stay valid for whoever has them.
                withoutProgress = _agreed > had ? 0 : withoutProgress + 1;
                if (withoutProgress >= _tries)
                    return (Fault(_cut!.Fault, $"{_cut.Message}; asked {_asked + 1} times, the last {_tries} brought nothing new"), false);
                var resumable = _open.Validator?.ForIfRange is not null;
                if (await ReopenAsync(resumable ? _agreed : 0, resumable ? _open.Validator : null, ct) is { } fault)
                    return (fault, false);
            }
            _cold.Arrived();
            Verdict = await verdict;
            return (new(Source.Name, null, _open.Attempt.Status, _open.Attempt.Said, _time.GetUtcNow() - _began, _asked, _began), false);
        }
        catch (IllegalContentException e)
        {
            return (Fault(FaultKind.Malformed, e.Message), false);
        }
        catch (UpstreamFaultException e)
        {
            return (Fault(e.Fault, e.Message), false);
        }
        finally
        {
            await verifying.CancelAsync();
            await verdict.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private enum Copied { All, Cut, Differs }

    /// <summary>Copies the open body; what overlaps what is here already must be equal to it.</summary>
    private async Task<Copied> CopyAsync(Task<Verdict> verdict, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var compare = Array.Empty<byte>();
        try
        {
            for (var position = _open.Offset; ;)
            {
                var read = await _open.Body!.ReadAsync(buffer, ct);
                if (read == 0)
                    return position < Math.Max(Partial.Length, _cold.Length ?? 0) ? Copied.Differs : Copied.All;
                // Illegal content is given up early: an endless one costs no more than its first illegal byte.
                if (verdict.IsFaulted)
                    await verdict;
                if (position + read > _request.MaxBytes)
                    throw new UpstreamFaultException(FaultKind.TooLarge, $"sent more than {_request.MaxBytes:N0} bytes, the limit");
                // Clients were told this length: a body of another one is another body, whatever its beginning.
                if (_cold.Length is { } announced && position + read > announced)
                    return Copied.Differs;
                var known = (int)Math.Clamp(Partial.Length - position, 0, read);
                if (known > 0)
                {
                    if (compare.Length == 0)
                        compare = ArrayPool<byte>.Shared.Rent(BufferSize);
                    if (!SameAsHere(position, buffer.AsSpan(0, known), compare))
                        return Copied.Differs;
                }
                if (read > known)
                    await _cold.AppendAsync(buffer.AsMemory(known, read - known), ct);
                position += read;
                _agreed = Math.Max(_agreed, position);
            }
        }
        catch (UpstreamFaultException e) when (e.Fault is FaultKind.Cut or FaultKind.Timeout or FaultKind.Unreachable)
        {
            _cut = e;
            return Copied.Cut;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (compare.Length > 0)
                ArrayPool<byte>.Shared.Return(compare);
        }
    }

    private bool SameAsHere(long offset, ReadOnlySpan<byte> bytes, byte[] scratch)
    {
        while (bytes.Length > 0)
        {
            var read = Partial.Read(offset, scratch.AsSpan(0, bytes.Length));
            if (read == 0 || !bytes[..read].SequenceEqual(scratch.AsSpan(0, read)))
                return false;
            bytes = bytes[read..];
            offset += read;
        }
        return true;
    }

    private async Task<Attempt?> ReopenAsync(long offset, Validator? validator, CancellationToken ct)
    {
        // Before asking: it holds a place in the source's queue, and when all who have one wait for another, nobody ever gets it.
        await _open.Body!.DisposeAsync();
        var open = await _upstream.OpenAsync(Source, _request.Path, offset, validator, ct);
        _asked += open.Attempt.Tries;
        if (open.Offset > 0 && _cold.Length is { } first && open.Length is { } now && now != first)
        {
            // A piece of another body, whatever its validator says: the whole of it is compared with what is here.
            await open.Body!.DisposeAsync();
            open = await _upstream.OpenAsync(Source, _request.Path, 0, null, ct);
            _asked += open.Attempt.Tries;
        }
        if (open.Body is null)
            return open.Attempt with { At = _began, Elapsed = _time.GetUtcNow() - _began, Tries = _asked };
        // A resumed answer may not repeat its validator; the If-Range already held it to the one we have.
        _open = open.Offset > 0 ? open with { Validator = open.Validator ?? _open.Validator } : open;
        return null;
    }

    private Attempt Fault(FaultKind fault, string said)
        => new(Source.Name, fault, _open.Attempt.Status, said, _time.GetUtcNow() - _began, _asked, _began);
}
