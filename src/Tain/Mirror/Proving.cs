using System.Diagnostics.CodeAnalysis;
using Tain.Storage;

namespace Tain.Mirror;

/// <summary>The verification of one fetch: the ecosystem's own rules and, beside them, the independent witness, who is asked once, when the first bytes are here.
/// Both have to agree before the verdict.</summary>
internal sealed class Proving(ArtifactRequest request, CancellationToken ct)
{
    private readonly Lock _gate = new();
    private readonly List<Drift> _refuted = [];
    private Task<Testimony>? _testimony;

    /// <summary>What sources offered that the witness refutes, each with both sides' evidence.</summary>
    public IReadOnlyList<Drift> Refuted
    {
        get
        {
            lock (_gate)
                return [.. _refuted];
        }
    }

    /// <summary>Set when the witness had nothing to say, and that is not to be overlooked.</summary>
    public Failure? Failure { get; private set; }

    /// <param name="source">Whose bytes they are.</param>
    public async Task<Verdict> VerifyAsync(string source, Stream body, CancellationToken cancelled)
    {
        if (request.Testify is not { } testify)
            return await request.Verify(body, cancelled);
        Task<Testimony> asked;
        lock (_gate)
            asked = _testimony ??= Task.Run(() => testify(ct), CancellationToken.None);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var verifying = request.Verify(body, giveUp.Token);
        // A witness that will not speak ends the download early; one that speaks is heard at the end.
        if (await Task.WhenAny(verifying, asked) == asked && MustRefuse(await asked, out var failure))
        {
            await giveUp.CancelAsync();
            await ((Task)verifying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw Refuse(failure);
        }
        var verdict = await verifying;
        var testimony = await asked.WaitAsync(cancelled);
        if (MustRefuse(testimony, out failure))
            throw Refuse(failure);
        if (testimony.Identity is { } right && right != verdict.Identity)
        {
            var refuted = new RefutedException(testimony, verdict.Identity);
            lock (_gate)
                _refuted.Add(new(request.Key, right, verdict.Identity, source) { Evidence = $"{source} sent content with {verdict.Identity}.\n{testimony.Evidence}" });
            throw refuted;
        }
        return testimony.Identity is null ? verdict : verdict with { Proof = testimony.By };
    }

    private bool MustRefuse(Testimony testimony, [NotNullWhen(true)] out Failure? failure)
    {
        failure = testimony.Failure is { } f && !(testimony.IsUnavailable && request.ServeUnproved) ? f : null;
        return failure is not null;
    }

    private UnprovedException Refuse(Failure failure)
    {
        Failure = failure;
        return new();
    }
}
