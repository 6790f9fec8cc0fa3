using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Why a repository, or the way to it, gave no answer: an expected outcome that ends the work of many steps at once.
/// Caught in one place, where it becomes an <see cref="Attempt"/>.</summary>
/// <remarks>For <c>direct</c> (ARCHITECTURE, invariant 3): no meta tag, no such host, unknown revision, no such repository or one that asks
/// for a password that we don't have are <see cref="FaultKind.NotFound"/>; refused credentials <see cref="FaultKind.Refused"/>;
/// resolver failure, timeout, TLS and connection failures what they are.</remarks>
/// <param name="fault">The kind.</param>
/// <param name="said">One line for people; it names what was asked, the limit and the value where there are any. No secret.</param>
/// <param name="reached">The repository itself answered: it has the last word on what does not exist.</param>
internal sealed class RepositoryException(FaultKind fault, string said, bool reached = false, Exception? inner = null) : Exception(said, inner)
{
    public FaultKind Fault { get; } = fault;

    public bool Reached { get; } = reached;

    /// <summary>What is missing is a commit that a ref led to when we looked.</summary>
    public bool IsLostCommit { get; init; }

    /// <summary>The repository answered, and what was asked is not in it.</summary>
    public static RepositoryException Missing(string said) => new(FaultKind.NotFound, said, reached: true);
}
