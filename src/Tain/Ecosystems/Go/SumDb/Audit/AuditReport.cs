using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>What an audit comes to.</summary>
internal enum AuditVerdict
{
    /// <summary>All of it was read, and nothing is wrong.</summary>
    Sound,

    /// <summary>Something is wrong: <see cref="AuditReport.Findings"/>.</summary>
    Unsound,

    /// <summary>It could not be read to the end (<see cref="AuditReport.Unread"/>), and nothing wrong was seen until then: nothing is known.</summary>
    Unreadable,
}

/// <summary>What is wrong with a log: a closed set.</summary>
internal enum FindingKind
{
    /// <summary>Two signed heads that can't both be: proof that the database told two histories.</summary>
    Fork,

    /// <summary>What stands for a head is none that the database signed.</summary>
    BadHead,

    /// <summary>The records and tiles, though they agree with each other, don't give the root that is signed.</summary>
    WrongRoot,

    /// <summary>A tile is not the log's.</summary>
    WrongTile,

    /// <summary>A record says nothing that a client could use.</summary>
    IllegalRecord,

    /// <summary>Two records, or two lines of one, give different hashes to one thing.</summary>
    Contradiction,
}

/// <param name="Said">One line.</param>
/// <param name="Evidence">What shows it to others, on several lines; null where the line says all.</param>
internal sealed record Finding(FindingKind Kind, string Said, string? Evidence = null);

/// <summary>What became of a head that was held against the walked one.</summary>
internal enum HeadResult { Walked, Same, Beginning, Continuation, Forked, Unknown }

/// <param name="From">Where it is from, in words.</param>
/// <param name="Said">Why it is <see cref="HeadResult.Unknown"/>.</param>
internal sealed record ComparedHead(string From, SignedHead Head, HeadResult Result, string? Said = null);

/// <summary>All that an audit found out.</summary>
/// <param name="Database">Its name.</param>
/// <param name="Walked">The address at which it was walked.</param>
internal sealed record AuditReport(string Database, string Key, string Walked)
{
    /// <summary>The findings that are kept; more are only counted. 100.</summary>
    public const int MaxFindings = 100;

    public AuditVerdict Verdict => FindingCount > 0 ? AuditVerdict.Unsound : Unread is not null ? AuditVerdict.Unreadable : AuditVerdict.Sound;

    /// <summary>Whose tree was walked; null where there is none that the database signed.</summary>
    public SignedHead? Head { get; init; }

    /// <summary>Every head that was held against it. The first is the walked one.</summary>
    public IReadOnlyList<ComparedHead> Heads { get; init; } = [];

    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public long FindingCount { get; init; }

    /// <summary>What was not done though it could have been, a line each: the database's own address did not answer, say. Says nothing about the log.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Why it could not be read to the end; null when it was.</summary>
    public string? Unread { get; init; }

    /// <summary>Records and tiles that were read and checked.</summary>
    public long Records { get; init; }

    public long Tiles { get; init; }

    public long Bytes { get; init; }

    public TimeSpan Elapsed { get; init; }
}

/// <summary>Findings as they come. Not for several threads.</summary>
internal sealed class Findings
{
    private readonly List<Finding> _kept = [];

    public long Count { get; private set; }

    public IReadOnlyList<Finding> Kept => _kept;

    public void Add(FindingKind kind, string said, string? evidence = null)
    {
        Count++;
        if (_kept.Count < AuditReport.MaxFindings)
            _kept.Add(new(kind, said, evidence));
    }
}
