using System.Text;
using System.Text.Json;

namespace Tain.Clients;

/// <summary>The recorded answers are those that the real go command gives.</summary>
public sealed class GitCorpusTests
{
    [Fact]
    public void The_corpus_is_large_and_its_answers_are_of_all_kinds()
    {
        var answers = GitCorpus.Answers();
        Assert.True(answers.Select(a => a.Module).Distinct().Count() > 60, "there are too few modules");
        Assert.True(answers.Count(a => a.ZipSum is not null) > 120, "there are too few versions");
        Assert.True(answers.Count(a => a.Error is not null) > 300, "there are too few errors");
        Assert.All(answers.Where(a => a.Kind is "version" or "query" or "latest"), a => Assert.True(a.Info is null != a.Error is null, a.Question));
    }

    [Theory]
    [InlineData("github.com/google/uuid", "v1.6.0")]
    [InlineData("github.com/go-chi/chi", "v3.3.4+incompatible")]
    [InlineData("github.com/prometheus/common/sigv4", "v0.1.0")]
    [InlineData("github.com/Masterminds/semver/v3", "v3.2.0")]
    [InlineData("github.com/fsnotify/fsnotify", "v1.8.0")]
    [InlineData("github.com/spf13/pflag", "v1.0.5")]
    [InlineData("go.uber.org/zap", "v1.26.0")]
    [InlineData("gopkg.in/yaml.v2", "v2.4.0")]
    public async Task Go_mod_download_agrees_with_what_was_recorded(string module, string version)
    {
        var recorded = GitCorpus.Answers().Single(a => a.Module == module && a.Kind == "version" && a.Query == version);
        await using var server = await GitCorpus.ServeAsync();
        using var go = new DirectGo(server);

        var downloaded = await go.DownloadAsync(module, version);

        Assert.Equal(recorded.Info, downloaded.Info.Deserialize<GitInfo>());
        Assert.Equal(recorded.GoMod, Encoding.UTF8.GetString(downloaded.GoMod));
        Assert.Equal(recorded.GoModSum, downloaded.GoModSum);
        Assert.Equal(recorded.ZipSum, downloaded.Sum);
    }

    [Theory]
    [InlineData("github.com/pkg/errors", "latest")]
    [InlineData("github.com/pkg/errors", "master")]
    [InlineData("github.com/pmezard/go-difflib", "release")]
    public async Task Go_list_agrees_with_what_was_recorded(string module, string query)
    {
        var answers = GitCorpus.Answers().Where(a => a.Module == module).ToArray();
        await using var server = await GitCorpus.ServeAsync();
        using var go = new DirectGo(server);

        Assert.Equal(answers.Single(a => a.Kind == "list").List, await go.VersionsAsync(module));
        // "latest" is the highest version of the list, if there is one.
        var expected = query == "latest" ? answers.Single(a => a.Kind == "list").List![^1] : answers.Single(a => a.Kind == "query" && a.Query == query).Info!.Version;
        Assert.Equal(expected, await go.ResolveAsync(module, query));
    }
}
