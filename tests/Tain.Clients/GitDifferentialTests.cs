using System.Collections.Concurrent;
using System.Text.Json;
using Tain.GitHosting;

namespace Tain.Clients;

/// <summary>Straight from git, Tain answers what the go command's own code answers: of every repository of the corpus, to every question.</summary>
[Trait("Speed", "slow")]
public sealed class GitDifferentialTests(GitDifferentialTests.Servers servers) : IClassFixture<GitDifferentialTests.Servers>
{
    private static readonly Lazy<HashSet<(string, string)>> TooLarge = new(() =>
        [.. GitCorpus.Answers().Where(a => a is { GoModSum: not null, GoMod: null }).Select(a => (a.Module, a.Query))]);

    [Theory]
    [InlineData("list", 70)]
    [InlineData("latest", 70)]
    [InlineData("version", 400)]
    [InlineData("query", 400)]
    public async Task Every_answer_is_the_go_commands(string kind, int least)
    {
        var answers = GitCorpus.Answers().Where(a => a.Kind == kind).ToArray();
        Assert.True(answers.Length >= least, $"only {answers.Length} questions");

        await CompareAllAsync(answers);
    }

    [Fact]
    public async Task What_was_answered_once_is_answered_again_without_asking_the_repository()
    {
        var versions = GitCorpus.Answers().Where(a => a is { Kind: "version", ZipSum: not null } && a.Info!.Version == a.Query).ToArray();
        await CompareAllAsync(versions);
        servers.Git.ForgetRequests();

        await CompareAllAsync(versions);

        Assert.Empty(servers.Git.Requests);
    }

    private async Task CompareAllAsync(GitAnswer[] answers)
    {
        var differences = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(answers, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (answer, _) =>
        {
            await foreach (var difference in CompareAsync(answer))
                differences.Add($"{answer.Question}: {difference}");
        });
        Assert.True(differences.IsEmpty, $"{differences.Count} differences in {answers.Length} answers:\n{string.Join('\n', differences.Order(StringComparer.Ordinal).Take(100))}");
    }

    private async IAsyncEnumerable<string> CompareAsync(GitAnswer expected)
    {
        var first = await AskAsync(expected);
        // A go.mod beyond what a proxy may serve (docs/go-protocol.md, 25) can be refused, and its version with it.
        if (first.Status != 200 && expected.Info is { } large && TooLarge.Value.Contains((expected.Module, large.Version)))
            yield break;
        if (expected.Error is not null)
        {
            if (!IsRefused(expected, first))
                yield return $"is {first}, although go says: {expected.Error}";
            yield break;
        }
        if (first.Status != 200)
        {
            yield return $"is {first}, not {expected.Info?.Version ?? string.Join(' ', expected.List ?? [])}";
            yield break;
        }
        if (expected.Kind == "list")
        {
            var versions = first.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]);
            if (!versions.Order(StringComparer.Ordinal).SequenceEqual((expected.List ?? []).Order(StringComparer.Ordinal)))
                yield return $"is {first.Text.ReplaceLineEndings(" ")}, not {string.Join(' ', expected.List ?? [])}";
            yield break;
        }
        var info = JsonSerializer.Deserialize<GitInfo>(first.Text)!;
        if (info with { Origin = null } != expected.Info! with { Origin = null })
            yield return $"is {info.Version} of {info.Time:O}, not {expected.Info.Version} of {expected.Info.Time:O}";
        if (expected.Info.Origin is { } origin && Known(info.Origin) != Known(origin) && !(expected.Query == "HEAD" && IsHead(info.Origin, origin)))
            yield return $"is from {info.Origin}, not {origin}";
        if (expected.GoModSum is not null || expected.GoModError is not null)
            await foreach (var difference in CompareFilesAsync(expected))
                yield return difference;
    }

    private async IAsyncEnumerable<string> CompareFilesAsync(GitAnswer expected)
    {
        var goMod = await Answer.OfAsync(ModuleUrl.File(servers.Tain.GoProxy, expected.Module, expected.Query, "mod"));
        if (expected.GoModSum is null ? goMod.Status == 200 : goMod.Status == 200 && ZipSum.OfGoMod(goMod.Body) != expected.GoModSum)
            yield return $"its go.mod is {goMod}, not {expected.GoModError ?? expected.GoModSum}:\n{goMod.Text}";
        else if (expected.GoMod is not null && goMod.Status != 200)
            yield return $"its go.mod is {goMod}";
        var zip = await Answer.OfAsync(ModuleUrl.File(servers.Tain.GoProxy, expected.Module, expected.Query, "zip"));
        if (expected.ZipSum is null)
        {
            // A go command refuses what a newer one takes; a mirror serves both.
            if (zip.Status == 200 && !expected.ZipError!.Contains(" requires go >= ", StringComparison.Ordinal))
                yield return $"has a zip, although go says: {expected.ZipError}";
        }
        else if (zip.Status != 200 || ZipSum.Of(zip.Body) != expected.ZipSum)
            yield return $"its zip is {(zip.Status == 200 ? ZipSum.Of(zip.Body) : zip)}, not {expected.ZipSum}";
    }

    private Task<Answer> AskAsync(GitAnswer question) => Answer.OfAsync(question.Kind switch
    {
        "list" => ModuleUrl.List(servers.Tain.GoProxy, question.Module),
        "latest" => ModuleUrl.Latest(servers.Tain.GoProxy, question.Module),
        _ => ModuleUrl.File(servers.Tain.GoProxy, question.Module, question.Query, "info"),
    });

    /// <summary>What is not there is 404. A host that cannot be reached is no absence, though go takes it for one.</summary>
    private static bool IsRefused(GitAnswer expected, Answer answer)
    {
        answer.IsExplained();
        return expected.Module.StartsWith("unknown.example/", StringComparison.Ordinal) ? answer.Status is 404 or 502 or 504 : answer.Status == 404;
    }

    /// <summary>The go command names HEAD when it had the commit already, and no ref when it had to fetch it.</summary>
    private static bool IsHead(GitOrigin? origin, GitOrigin expected) => origin is { Ref: "HEAD" } && Known(origin with { Ref = "" }) == Known(expected);

    /// <summary>An absent field and an empty one are the same.</summary>
    private static GitOrigin Known(GitOrigin? origin) => new(origin?.Vcs ?? "", origin?.Url ?? "", origin?.Subdir ?? "", origin?.Ref ?? "", origin?.Hash ?? "");

    /// <summary>The corpus' hosts, and one Tain that asks them.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        internal GitServer Git { get; private set; } = null!;

        internal TainProcess Tain { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Git = await GitCorpus.ServeAsync();
            Tain = await TainProcess.StartDirectAsync(Git, null, "--go-absence-ttl", "0s");
        }

        public async ValueTask DisposeAsync()
        {
            if (Tain is not null)
                await Tain.DisposeAsync();
            if (Git is not null)
                await Git.DisposeAsync();
        }
    }
}
