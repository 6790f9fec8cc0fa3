namespace Tain.Mirror;

/// <summary>What a source that is independent of the artifact's own says its identity must be.</summary>
/// <param name="By">Who says so; kept as the artifact's proof.</param>
internal sealed record Testimony(string By)
{
    /// <summary>The identity that is right; null when <see cref="Failure"/> says why none could be had.</summary>
    public string? Identity { get; init; }

    /// <summary>Why there is no identity.</summary>
    public Failure? Failure { get; init; }

    /// <summary>What it said and how that was authenticated, for an alarm.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>It could not be asked, so that what it would vouch for may be served before, where that is allowed. One that denies, or is caught lying, was heard.</summary>
    public bool IsUnavailable { get; init; }
}

/// <summary>Content that another source refutes.</summary>
internal sealed class RefutedException(Testimony testimony, string identity)
    : IllegalContentException($"sent content with {identity}, but {testimony.By} says {testimony.Identity}");

/// <summary>Content of which nobody could say that it is right.</summary>
internal sealed class UnprovedException() : IllegalContentException("answered, but nobody vouches for what it sent");
