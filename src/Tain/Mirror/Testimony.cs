namespace Tain.Mirror;

/// <summary>What a source that is independent of the artifact's own says its identity must be.</summary>
/// <param name="By">Who says so; kept as the artifact's proof.</param>
internal sealed record Testimony(string By)
{
    /// <summary>The identity that is right; null when <see cref="Failure"/> says why none could be had.</summary>
    public string? Identity { get; init; }

    /// <summary>No identity: it knows none (<see cref="FailureKind.Refused"/>), or could not be asked or believed (any other kind).</summary>
    public Failure? Failure { get; init; }

    /// <summary>What it said and how that was authenticated, for an alarm.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>It may be served before it is known to be right: the witness could not be asked. Who denies it is heard all the same.</summary>
    public bool IsUnavailable => Failure is { Kind: not FailureKind.Refused };
}

/// <summary>Content that another source refutes.</summary>
internal sealed class RefutedException(Testimony testimony, string identity)
    : IllegalContentException($"sent content with {identity}, but {testimony.By} says {testimony.Identity}")
{
    public Testimony Testimony { get; } = testimony;

    public string Identity { get; } = identity;
}

/// <summary>Content of which nobody could say that it is right.</summary>
internal sealed class UnprovedException() : IllegalContentException("answered, but nobody vouches for what it sent");
