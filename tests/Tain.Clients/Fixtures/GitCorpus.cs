using System.Text.Json;
using System.Text.Json.Serialization;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>What the go command's code said of one question (tests/tools/gooracle/ask.go).</summary>
/// <param name="Kind">list, latest, version or query.</param>
/// <param name="Query">The version or the revision asked for.</param>
/// <param name="Info">What .info holds. Without an origin where it depends on more than the question.</param>
/// <param name="GoMod">Null when it is too large to be kept.</param>
/// <param name="Error">Why there is no answer at all.</param>
internal sealed record GitAnswer(
    string Module, string Kind, string Query, string[]? List, GitInfo? Info, string? GoMod, string? GoModSum, string? ZipSum,
    string? Error, string? GoModError, string? ZipError)
{
    public string Question => $"{Module} {Kind} {Query}".TrimEnd();
}

internal sealed record GitInfo(string Version, DateTimeOffset Time, GitOrigin? Origin);

internal sealed record GitOrigin(
    [property: JsonPropertyName("VCS")] string? Vcs, [property: JsonPropertyName("URL")] string? Url, string? Subdir, string? Ref, string? Hash);

/// <summary>The repositories that tests/tools/git-corpus made, and the answers.</summary>
internal static class GitCorpus
{
    public static Task<GitServer> ServeAsync() => GitServer.StartAsync(Path.Combine(Repository.GitCorpus, "repositories"));

    public static IReadOnlyList<GitAnswer> Answers() =>
        [.. File.ReadLines(Path.Combine(Repository.GitCorpus, "answers")).Select(line => JsonSerializer.Deserialize<GitAnswer>(line)!).DistinctBy(a => a.Question)];
}
