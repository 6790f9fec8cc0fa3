using System.IO.Compression;
using System.Text.Json;

namespace Tain.Clients;

/// <summary>The go command's own tables on its own repositories (cmd/go/internal/modfetch/coderepo_test.go), asked of Tain.</summary>
[Trait("Speed", "slow")]
public sealed class VcsTestTests
{
    [Fact]
    public async Task Every_revision_of_the_go_commands_table_is_what_the_table_says()
    {
        await using var vcs = await VcsTest.StartAsync();
        await using var tain = await TainProcess.StartDirectAsync(vcs.Server);
        var rows = await VcsTest.RowsAsync("codeRepoTests");
        Assert.True(rows.Count > 30, $"only {rows.Count} rows");

        var differences = new List<string>();
        foreach (var row in rows)
            await foreach (var difference in CompareAsync(tain.GoProxy, row))
                differences.Add($"{row}: {difference}");
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task Every_list_of_the_go_commands_table_is_what_the_table_says()
    {
        await using var vcs = await VcsTest.StartAsync();
        await using var tain = await TainProcess.StartDirectAsync(vcs.Server);
        var rows = (await VcsTest.RowsAsync("codeRepoVersionsTests")).Where(r => r.Prefix.Length == 0).ToArray();
        Assert.True(rows.Length >= 3, $"only {rows.Length} rows");

        foreach (var row in rows)
        {
            var answer = await Answer.OfAsync(ModuleUrl.List(tain.GoProxy, row.Path));
            Assert.True(answer.Status == 200, $"{row}: {answer}");
            // nil in the table
            var expected = row.Versions.ValueKind == JsonValueKind.Array ? row.Versions.EnumerateArray().Select(v => v.GetString()!) : [];
            Assert.Equal(expected.Order(StringComparer.Ordinal), answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Every_latest_of_the_go_commands_table_is_what_the_table_says()
    {
        await using var vcs = await VcsTest.StartAsync();
        await using var tain = await TainProcess.StartDirectAsync(vcs.Server);
        var rows = await VcsTest.RowsAsync("latestTests");
        Assert.True(rows.Count >= 5, $"only {rows.Count} rows");

        foreach (var row in rows)
        {
            var answer = await Answer.OfAsync(ModuleUrl.Latest(tain.GoProxy, row.Path));
            Assert.True(row.Error is null ? answer.Status == 200 : answer.Status == 404, $"{row}: {answer}");
            if (row.Error is null)
                Assert.Equal(row.Version, JsonSerializer.Deserialize<GitInfo>(answer.Text)!.Version);
        }
    }

    private static async IAsyncEnumerable<string> CompareAsync(string proxy, CodeRepoRow row)
    {
        // The go command's Repo takes latest for a revision; the protocol has an address for it.
        var answer = await Answer.OfAsync(row.Rev == "latest" ? ModuleUrl.Latest(proxy, row.Path) : ModuleUrl.File(proxy, row.Path, row.Rev, "info"));
        if (row.Error is not null)
        {
            if (answer.Status != 404)
                yield return $"is {answer}, not {row.Error}";
            yield break;
        }
        if (answer.Status != 200)
        {
            yield return $"is {answer}, not {row.Version}";
            yield break;
        }
        var info = JsonSerializer.Deserialize<GitInfo>(answer.Text)!;
        if ((info.Version, info.Time) != (row.Version, row.Time))
            yield return $"is {info.Version} of {info.Time:O}, not {row.Version} of {row.Time:O}";
        if (info.Origin?.Hash != row.Name)
            yield return $"is commit {info.Origin?.Hash}, not {row.Name}";

        var goMod = await Answer.OfAsync(ModuleUrl.File(proxy, row.Path, row.Version, "mod"));
        if (row.GoModErr is not null ? goMod.Status == 200 : goMod.Status != 200 || (row.GoMod is not null && goMod.Text != row.GoMod))
            yield return $"its go.mod is {goMod}, not {row.GoMod ?? row.GoModErr}";
        var zip = await Answer.OfAsync(ModuleUrl.File(proxy, row.Path, row.Version, "zip"));
        if (row.ZipErr is not null ? zip.Status == 200 : zip.Status != 200)
            yield return $"its zip is {zip}, not {row.ZipErr}";
        if (zip.Status != 200)
            yield break;
        if (row.ZipSum is not null && ZipSum.Of(zip.Body) != row.ZipSum)
            yield return $"its zip is {ZipSum.Of(zip.Body)}, not {row.ZipSum}";
        if (row.Zip is not null && !Names(zip.Body, $"{row.Path}@{row.Version}/").SequenceEqual(row.Zip.Order(StringComparer.Ordinal)))
            yield return $"its zip has {string.Join(' ', Names(zip.Body, ""))}, not {string.Join(' ', row.Zip)}";
    }

    private static IEnumerable<string> Names(byte[] zip, string prefix)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return [.. archive.Entries.Select(e => e.FullName[prefix.Length..]).Order(StringComparer.Ordinal)];
    }
}
