using Tain.Config;
using Tain.Ecosystems.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;

namespace Tain;

/// <summary>What <c>tain verify</c> runs: the examination over a store that is only looked at, beside whoever writes it, or over one that is owned and mended.</summary>
internal sealed class TainVerifier : IAsyncDisposable
{
    private readonly TainServer? _owner;
    private readonly BlobStore? _blobs;
    private readonly Catalog? _catalog;

    private TainVerifier(TainServer? owner, BlobStore? blobs, Catalog? catalog, Examination examination)
        => (_owner, _blobs, _catalog, Examination) = (owner, blobs, catalog, examination);

    public Examination Examination { get; }

    /// <summary>Takes no lock, asks nobody, changes nothing. Throws <see cref="StorageException"/> with the remedy.</summary>
    public static TainVerifier OpenToRead(TainOptions options)
    {
        var blobs = BlobStore.OpenToRead(options.Data);
        try
        {
            var catalog = Catalog.OpenToRead(options.Data);
            var kept = options.Go.SumDb is { } database ? new KeptLog(database, catalog) : null;
            return new(null, blobs, catalog, ExaminationOf(catalog, blobs, new(new(options.Go), options.Go, null, null, kept), kept, null, null));
        }
        catch
        {
            blobs.Dispose();
            throw;
        }
    }

    /// <summary>Owns the store as a server does, without listening. Throws <see cref="StoreInUseException"/> while another one has it.</summary>
    /// <param name="log">Takes what the parts log. Disposed with this.</param>
    /// <param name="steps">For tests that stop the process at a named step of a write.</param>
    public static TainVerifier OpenToRepair(TainOptions options, LogWriter log, WriteSteps? steps = null)
    {
        // A store that is made here would be found sound.
        Catalog.OpenToRead(options.Data).DisposeAsync().AsTask().GetAwaiter().GetResult();
        var server = new TainServer(options, steps: steps, log: log);
        return new(server, null, null, server.Examination);
    }

    /// <summary>The one way to put an examination together.</summary>
    /// <param name="repairs">Null to look only.</param>
    public static Examination ExaminationOf(Catalog catalog, BlobStore blobs, GoRequests requests, KeptLog? kept, Func<ArtifactExamination, ExaminationRepairs>? repairs, SumDbRepair? logRepair,
        Func<DocumentKey, CancellationToken, Task<Failure?>>? fetchDocument = null)
    {
        var artifacts = new ArtifactExamination(catalog, blobs, requests.ForOrNull);
        var rules = new DocumentRules(GoStored.ProblemOrNull, fetchDocument ?? ((_, _) => throw new InvalidOperationException("the store was opened to look only")));
        var logs = new SumDbExamination(catalog, kept);
        return new(catalog, blobs, new(catalog, rules), artifacts, (repair, pace) => logs.RunAsync(repair ? logRepair : null, pace)) { Repairs = repairs?.Invoke(artifacts) };
    }

    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
            await _owner.DisposeAsync();
        if (_catalog is not null)
            await _catalog.DisposeAsync();
        _blobs?.Dispose();
    }
}
