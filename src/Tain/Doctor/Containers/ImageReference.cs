using System.Text.RegularExpressions;

namespace Tain.Doctor.Containers;

/// <summary>The name of an image, as <c>docker pull</c> reads it (distribution/reference, <c>regexp.go</c> and <c>normalize.go</c>).</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Registry">Host and port; <c>docker.io</c> where none was written.</param>
/// <param name="Repository">Behind the registry, with <c>library/</c> for Docker Hub's own images.</param>
/// <param name="Tag">Null where none was written, which means <c>latest</c>.</param>
internal sealed partial record ImageReference(string Text, string Registry, string Repository, string? Tag, string? Digest)
{
    public const string DockerHub = "docker.io";

    /// <summary>The longest name without tag and digest (distribution/reference, <c>RepositoryNameTotalLengthMax</c>).</summary>
    private const int MaxName = 255;

    /// <summary>The registry and repository, in full.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>What the name ends in: <c>golang</c> of <c>mirror.example/library/golang</c>.</summary>
    public string Last => Repository[(Repository.LastIndexOf('/') + 1)..];

    /// <summary>Null when it is no image's name.</summary>
    public static ImageReference? ParseOrNull(string text)
    {
        if (text.Length > 1024 || Grammar().Match(text) is not { Success: true } match || match.Groups["name"].Length > MaxName)
            return null;
        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        // What comes before the first slash is a host when it could be no folder of Docker Hub's.
        var isHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (registry, repository) = isHost ? (first, name[(slash + 1)..]) : (DockerHub, name);
        if (registry == "index.docker.io")
            registry = DockerHub;
        if (repository.Length == 0 || !Path().IsMatch(repository))
            return null;
        if (registry == DockerHub && !repository.Contains('/', StringComparison.Ordinal))
            repository = "library/" + repository;
        return new(text, registry, repository, match.Groups["tag"] is { Success: true } tag ? tag.Value : null, match.Groups["digest"] is { Success: true } digest ? digest.Value : null);
    }

    /// <summary>Whether its name is <paramref name="prefix"/> or goes on from it with a slash.</summary>
    public bool IsBelow(string prefix) => Name.StartsWith(prefix, StringComparison.Ordinal) && (Name.Length == prefix.Length || Name[prefix.Length] == '/');

    public override string ToString() => Text;

    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9\[][A-Za-z0-9._\-/:\[\]]*?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Path();
}
