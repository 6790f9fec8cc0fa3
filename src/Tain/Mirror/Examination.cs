using Tain.Storage;

namespace Tain.Mirror;

/// <summary>Looks at all that is stored, and mends it where that is asked for. Neither rows nor blobs are held in memory.</summary>
/// <param name="logs">Looks at what is kept of others' logs; mends it where that is asked for.</param>
internal sealed class Examination(Catalog catalog, BlobStore blobs, CatalogExamination rows, ArtifactExamination artifacts, Func<bool, Pace?, IAsyncEnumerable<Finding>> logs)
{
    /// <summary>Garbage that is told by name; the rest is counted.</summary>
    private const int MostTold = 20;

    /// <summary>How what is wrong is mended; null in a store that was opened to look only.</summary>
    public ExaminationRepairs? Repairs { get; init; }

    /// <summary>The whole of it once. Findings are told one at a time, in no order. Throws on cancellation and for a catalog that can't be read.</summary>
    public async Task RunAsync(ExaminationRun run, CancellationToken ct)
    {
        using var telling = new SemaphoreSlim(1);
        var repairs = run.Repair ? Repairs ?? throw new InvalidOperationException("the store was opened to look only") : null;
        var progress = run.Progress;

        progress.Begin("catalog");
        foreach (var finding in rows.Run(repairs?.Catalog))
            await TellAsync(finding);
        progress.Begin("documents");
        foreach (var document in catalog.AllDocuments())
        {
            if (run.Pace is not null)
                await run.Pace.WaitAsync(Pace.Look + document.Body.Length, ct);
            ct.ThrowIfCancellationRequested();
            progress.AddDocument();
            if (rows.FindFaultOrNull(document, repairs?.Catalog) is { } finding)
                await TellAsync(finding);
        }
        progress.Begin("logs");
        await foreach (var finding in logs(run.Repair, run.Pace).WithCancellation(ct))
            await TellAsync(finding);

        // Before the rows: a blob that is committed meanwhile is no orphan.
        progress.Begin("artifacts", catalog.Count());
        Func<int, CancellationToken, ValueTask>? pace = run.Pace is null ? null : run.Pace.WaitAsync;
        var workers = new ParallelOptions { MaxDegreeOfParallelism = run.Pace is null ? Environment.ProcessorCount : 1, CancellationToken = ct };
        await Parallel.ForEachAsync(catalog.AllArtifacts(), workers, async (artifact, token) =>
        {
            if (run.Pace is not null)
                await run.Pace.WaitAsync(Pace.Look, token);
            var fault = await artifacts.FindFaultOrNullAsync(artifact, pace, token);
            progress.AddArtifact(artifact.Size);
            if (fault is not null)
                await TellAsync(FindingOf(fault, repairs?.Artifacts));
        });

        progress.Begin("garbage");
        foreach (var finding in Garbage())
            await TellAsync(finding);

        async Task TellAsync(Finding finding)
        {
            if (repairs is not null && finding.Repair is { } repair)
                finding = await MendAsync(finding, repair, ct);
            await telling.WaitAsync(ct);
            try
            {
                progress.Count(finding);
                await run.Found(finding);
            }
            finally
            {
                telling.Release();
            }
        }
    }

    private static async Task<Finding> MendAsync(Finding finding, Func<CancellationToken, Task<string?>> repair, CancellationToken ct)
    {
        try
        {
            var left = await repair(ct);
            return finding with { Repaired = left is null, Left = left ?? "" };
        }
        catch (IOException e)
        {
            return finding with { Repaired = false, Left = e.Message };
        }
    }

    private static Finding FindingOf(ArtifactFault fault, ArtifactRepair? repair) => new(Gravity.Fault, fault.Kind, fault.Where)
    {
        Expected = fault.Expected,
        Found = fault.Found,
        Remedy = fault.Remedy,
        Repair = repair is null ? null : ct => repair.RepairAsync(fault, ct),
    };

    private IEnumerable<Finding> Garbage()
    {
        var orphans = 0L;
        foreach (var orphan in catalog.WithoutArtifact(blobs.AllBlobs()))
        {
            if (orphans++ < MostTold)
                yield return new(Gravity.Harmless, FindingKind.Orphan, $"blob {orphan}") { Found = "no artifact has it", Remedy = "what a crash or a repair leaves: it takes room, nothing else" };
        }
        if (orphans > MostTold)
            yield return new(Gravity.Harmless, FindingKind.Orphan, $"{orphans - MostTold} more blobs") { Found = "no artifact has them" };
        // Those of a server that runs are being written.
        foreach (var partial in blobs.AllPartials().Take(MostTold))
            yield return new(Gravity.Harmless, FindingKind.Leftover, $"partial/{partial}") { Found = "a file that is being written, or that a crash left", Remedy = "the next start of tain serve removes it" };
    }
}

/// <summary>How each kind of thing is mended.</summary>
internal sealed record ExaminationRepairs(CatalogRepairs Catalog, ArtifactRepair Artifacts);

/// <summary>One pass.</summary>
internal sealed record ExaminationRun
{
    /// <summary>Mend what is wrong as soon as it is found.</summary>
    public bool Repair { get; init; }

    /// <summary>How slow, one thing at a time; null for as fast as all processors go.</summary>
    public Pace? Pace { get; init; }

    /// <summary>Gets each finding, with what became of its repair.</summary>
    public required Func<Finding, ValueTask> Found { get; init; }

    public ExaminationProgress Progress { get; } = new();
}

/// <summary>How far a pass is. Written by its workers, read by whoever shows it.</summary>
internal sealed class ExaminationProgress
{
    private long _artifacts, _bytes, _documents;
    private int _faults, _left, _repaired, _warnings, _harmless;

    /// <summary>What is looked at now.</summary>
    public string Stage { get; private set; } = "";

    public long AllArtifacts { get; private set; }

    public long AllBytes { get; private set; }

    public long Artifacts => Interlocked.Read(ref _artifacts);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Documents => Interlocked.Read(ref _documents);

    public int Faults => _faults;

    public int Repaired => _repaired;

    /// <summary>Faults that are there now.</summary>
    public int Left => _left;

    public int Warnings => _warnings;

    public int Harmless => _harmless;

    internal void Begin(string stage, (long Artifacts, long Bytes) all = default)
    {
        Stage = stage;
        if (all != default)
            (AllArtifacts, AllBytes) = all;
    }

    internal void AddArtifact(long bytes)
    {
        Interlocked.Increment(ref _artifacts);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void AddDocument() => Interlocked.Increment(ref _documents);

    internal void Count(Finding finding)
    {
        switch (finding.Gravity)
        {
            case Gravity.Fault: _faults++; break;
            case Gravity.Warning: _warnings++; break;
            default: _harmless++; break;
        }
        if (finding.IsLeft)
            _left++;
        if (finding.Repaired is true)
            _repaired++;
    }
}
