using System.Text;
using CsCheck;
using Tain.Ecosystems.Go.SumDb.Audit;
using Tain.SumDbHosting;
using Tain.TransparencyLog;
using static Tain.Tests.Ecosystems.Go.SumDb.Audit.AuditRig;

namespace Tain.Tests.Ecosystems.Go.SumDb.Audit;

/// <summary>What records say, each by itself and all together.</summary>
public sealed class RecordAuditTests
{
    private const string One = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Another = "h1:t+zwgjv3KW2cReF1iyaMmIhY7wUMlBYDwxH0EwVhHfg=";

    [Fact]
    public async Task Two_records_that_give_different_hashes_for_one_version_are_told_with_both()
    {
        await using var server = await SumDbServer.StartAsync(600);
        var first = await server.RecordAsync(5);
        var words = first.Split('\n')[0].Split(' ');
        await server.AddAsync($"{words[0]} {words[1]} {One}\n");
        var finding = Assert.Single((await RunAsync(server)).Findings);
        Assert.Equal($"records 5 and 600 give different hashes for {words[0]} {words[1]}: {words[2]} and {One}", finding.Said);
        Assert.Equal(FindingKind.Contradiction, finding.Kind);
        Assert.Contains(first, finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_once_more_and_half_of_it_are_no_contradiction()
    {
        await using var server = await SumDbServer.StartAsync(600);
        await server.AddAsync(await server.RecordAsync(599));
        await server.AddAsync((await server.RecordAsync(7)).Split('\n')[1] + "\n");
        IsSound(await RunAsync(server));
    }

    [Fact]
    public async Task A_go_mod_that_changes_is_a_contradiction_also_in_the_same_tile()
    {
        await using var server = await SumDbServer.StartAsync(3);
        await server.AddAsync($"example.com/m v1.0.0 {One}\nexample.com/m v1.0.0/go.mod {One}\n");
        await server.AddAsync($"example.com/m v1.0.0 {One}\nexample.com/m v1.0.0/go.mod {Another}\n");
        Assert.Equal([$"Contradiction: records 3 and 4 give different hashes for example.com/m v1.0.0/go.mod: {One} and {Another}"], Said(await RunAsync(server)));
    }

    [Fact]
    public async Task A_log_that_repeats_itself_endlessly_is_unsound_and_read_to_the_end()
    {
        await using var server = await SumDbServer.StartAsync();
        for (var i = 0; i < 1100; i++)
            await server.AddAsync($"example.com/m v1.0.0 {One}\n");
        var report = await RunAsync(server);
        Assert.Contains(Said(report), s => s.StartsWith("Contradiction: more than 1,000 records repeat a version", StringComparison.Ordinal));
        Assert.Equal(1100, report.Records);
    }

    [Theory]
    [InlineData($"example.com/m v1.0.0 {One}\n", "example.com/m v1.0.0")]
    [InlineData($"example.com/m v1.0.0 {One}\nexample.com/m v1.0.0/go.mod {Another}\n", "example.com/m v1.0.0")]
    [InlineData($"example.com/m v1.0.0/go.mod {One}\n", "example.com/m v1.0.0")]
    [InlineData($"github.com/BurntSushi/toml v2.0.0+incompatible {One}\n", "github.com/BurntSushi/toml v2.0.0+incompatible")]
    [InlineData($"golang.org/toolchain v0.0.1-go1.21.0.linux-amd64 {One}\n", "golang.org/toolchain v0.0.1-go1.21.0.linux-amd64")]
    [InlineData($"example.com/m v1.0.0 h2:later\nexample.com/m v1.0.0 {One}\n", "example.com/m v1.0.0")]
    public void A_legal_record_is_about_one_version(string text, string name)
    {
        Assert.True(RecordSubject.TryRead(Encoding.UTF8.GetBytes(text), out var subject, out var error), error);
        Assert.Equal((name, text), (subject.Name, subject.Text));
    }

    [Theory]
    [InlineData("hello\n", "the line \"hello\" is not MODULE VERSION HASH")]
    [InlineData($"example.com/m v1.0.0  {One}\n", "is not MODULE VERSION HASH")]
    [InlineData($" v1.0.0 {One}\n", "is not MODULE VERSION HASH")]
    [InlineData($"example.com/m v1.0.0 {One} more\n", "is not MODULE VERSION HASH")]
    [InlineData("example.com/m v1.0.0 h1:short\n", "ends with no hash")]
    [InlineData("example.com/m v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", "ends with no hash")]
    [InlineData("example.com/m v1.0.0 h2:later\n", "it has no h1: hash")]
    [InlineData($"example.com/m v1.0.0 {One}\nexample.com/n v1.0.0 {One}\n", "it is about \"example.com/m v1.0.0\" and about \"example.com/n v1.0.0\"")]
    [InlineData($"example.com/m v1.0.0 {One}\nexample.com/m v1.0.1/go.mod {One}\n", "it is about \"example.com/m v1.0.0\" and about \"example.com/m v1.0.1\"")]
    public void What_is_no_legal_record_is_told_why(string text, string why)
    {
        Assert.False(RecordSubject.TryRead(Encoding.UTF8.GetBytes(text), out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_that_no_client_can_ask_for_are_remarked_and_make_no_log_unsound()
    {
        await using var server = await SumDbServer.StartAsync(10);
        await server.AddAsync($"example.com/aux v1.0.0 {One}\n");
        await server.AddAsync($"example.com/m v1 {One}\n");
        var report = await RunAsync(server);
        IsSound(report);
        Assert.StartsWith("2 records are about what no client can ask for, the first record 10: malformed module path \"example.com/aux\"", Assert.Single(report.Remarks), StringComparison.Ordinal);
        Assert.True(RecordSubject.TryRead(Encoding.UTF8.GetBytes($"example.com/m v1 {One}\n"), out var subject, out _));
        Assert.Contains("has no version that a module can have", subject.Oddity, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_illegal_record_and_one_that_contradicts_itself_are_told_with_their_numbers()
    {
        await using var server = await SumDbServer.StartAsync(255);
        await server.AddAsync("hello\n");
        await server.AddAsync($"example.com/m v1.0.0 {One}\nexample.com/m v1.0.0 {Another}\n");
        Assert.Equal(
            ["IllegalRecord: record 255: the line \"hello\" is not MODULE VERSION HASH", $"Contradiction: record 256: it gives two hashes for example.com/m v1.0.0: {One} and {Another}"],
            Said(await RunAsync(server)));
    }

    [Fact]
    public void Whatever_a_record_is_made_of_reading_it_never_throws_and_what_is_read_is_consistent()
    {
        string[] pieces = ["example.com/m", "v1.0.0", "v1.0.0/go.mod", "/go.mod", " ", "\n", One, Another, "h1:", ":", "x", "é", "v2.0.0+incompatible", "gopkg.in/yaml.v3"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 14].Select(string.Concat).Sample(text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text + "\n");
            if (!RecordText.IsValid(bytes))
                return;
            if (!RecordSubject.TryRead(bytes, out var subject, out var error))
            {
                Assert.NotEmpty(error);
                return;
            }
            Assert.All(subject.Text.TrimEnd('\n').Split('\n'), l => Assert.True(l.StartsWith(subject.Name + " ", StringComparison.Ordinal) || l.StartsWith(subject.Name + "/go.mod ", StringComparison.Ordinal)));
            Assert.Contains("h1:", subject.Text, StringComparison.Ordinal);
        }, iter: 20_000);
    }

    [Fact]
    public void Every_repeated_name_is_found_with_its_first_record()
    {
        var seen = new SeenVersions(100_000);
        var random = new Random(1);
        var names = Enumerable.Range(0, 99_000).Select(_ => new Int128((ulong)random.NextInt64(), (ulong)random.NextInt64())).ToArray();
        for (var i = 0; i < names.Length; i++)
            Assert.Null(seen.Add(names[i], i));
        for (var i = 0; i < 1000; i++)
            Assert.Contains(i * 17, seen.Add(names[i * 17], names.Length + i) ?? []);
    }

    [Fact]
    public void The_walk_goes_to_every_tile_of_a_tree_of_any_size_and_to_none_twice()
        => Gen.Long[1, 3_000_000].Sample(size =>
        {
            var planned = LogWalk.Plan(size).Select(t => t.IsData ? t with { Level = 0 } : t).ToList();
            Assert.Equal(Tile.NewTiles(8, 0, size).OrderBy(t => (t.Level, t.Number)), planned.OrderBy(t => (t.Level, t.Number)));
        }, iter: 60);
}
