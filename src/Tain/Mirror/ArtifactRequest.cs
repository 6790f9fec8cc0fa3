using Tain.Storage;
using Tain.Upstream;

namespace Tain.Mirror;

/// <summary>One look-up of an artifact, and how its ecosystem fetches and verifies it.</summary>
internal sealed record ArtifactRequest
{
    public required ArtifactKey Key { get; init; }

    /// <summary>How the address is shown to people and keyed in known failures and stories.</summary>
    public required string Address { get; init; }

    /// <summary>Who is asked, in order.</summary>
    public required SourceChain Chain { get; init; }

    public SourceOrder Order { get; init; }

    /// <summary>Why the chain is empty, when it is.</summary>
    public string NobodyToAsk { get; init; } = "no source is configured for it";

    /// <summary>The path below a source's base URL, escaped.</summary>
    public required string Path { get; init; }

    /// <summary>In bytes; a source that announces or sends more is refused.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>How <c>direct</c> makes the bytes: writes them into the stream, in order, and says how it went. Null where there is no direct.
    /// Lets what the stream throws pass.</summary>
    public Func<Stream, CancellationToken, Task<Produced>>? Produce { get; init; }

    public TimeSpan AbsenceTtl { get; init; }

    /// <summary>Answer from what is stored only.</summary>
    public bool CachedOnly { get; init; }

    /// <summary>Reads the bytes as they arrive and gives their verdict; throws <see cref="IllegalContentException"/> for what may not be stored.</summary>
    public required Func<Stream, CancellationToken, Task<Verdict>> Verify { get; init; }

    /// <summary>Asks an independent source for the identity, beside the download. Null where there is none: what is fetched first is taken as it is.
    /// Throws on cancellation only.</summary>
    public Func<CancellationToken, Task<Testimony>>? Testify { get; init; }

    /// <summary>What the witness said before, as it is kept; asks nobody. Neither identity nor failure means that nothing is kept. Null where there is no witness.</summary>
    public Func<CancellationToken, Task<Testimony>>? Recall { get; init; }

    /// <summary>What can't be proved now, because the witness is out of reach, is served all the same and proved later.</summary>
    public bool ServeUnproved { get; init; }
}

/// <param name="Attempt">Its Fault is null when every byte was written; its Source is kept as the artifact's.</param>
internal sealed record Produced(Attempt Attempt)
{
    /// <summary>What became known with it, to be kept in the same commit.</summary>
    public IReadOnlyList<Document> Documents { get; init; } = [];
}

/// <summary>An artifact whose bytes are all here and verified.</summary>
/// <param name="Source">Who gave it.</param>
internal sealed record Delivered(Verdict Verdict, PartialBlob Partial, string Source)
{
    public IReadOnlyList<Document> Documents { get; init; } = [];
}

/// <param name="Identity">Of the verified content.</param>
/// <param name="Manifest">Each file of an archive.</param>
internal sealed record Verdict(string Identity, IReadOnlyList<ManifestEntry>? Manifest)
{
    /// <summary>The independent source that says the same; empty for none.</summary>
    public string Proof { get; init; } = "";
}

/// <summary>Content that its ecosystem's rules refuse; the message names the rule, the limit and the value.</summary>
internal class IllegalContentException(string message, Exception? inner = null) : Exception(message, inner);
