namespace Tain.Ecosystems.Go.Direct;

/// <summary>A module where its author keeps it: in a git repository, behind a proxy of his own, or in what a go command has to fetch.
/// Throws <see cref="Git.RepositoryException"/>.</summary>
internal interface IModuleOrigin
{
    /// <summary>The body of a list, latest or .info.</summary>
    Task<byte[]> ReadAsync(GoAddress address, CancellationToken ct);

    /// <summary>Writes a .mod or .zip, the zip while it arrives. Returns the version's .info when it became known with it.</summary>
    Task<byte[]?> WriteAsync(GoAddress address, Stream output, CancellationToken ct);
}
