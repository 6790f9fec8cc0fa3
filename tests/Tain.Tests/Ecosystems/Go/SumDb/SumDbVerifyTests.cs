using System.Text;
using Tain.Mirror;
using Tain.Storage;
using Tain.SumDbHosting;

namespace Tain.Tests.Ecosystems.Go.SumDb;

/// <summary>What is kept of a checksum database, tampered with: what is said of it, and what becomes of it.</summary>
public sealed class SumDbVerifyTests : IAsyncLifetime
{
    private const string M = VerifyRig.M;
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;
    private SumDbServer _database = null!;
    private VerifyRig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        // Three levels of tiles.
        _database = await SumDbServer.StartAsync(records: 70_000);
        _rig = new VerifyRig { SumDb = _database.GoSumDb };
        await _database.ModulesAsync(_rig.Upstream.Url);
        await _rig.FillStoreAsync(grow: () => _database.GrowAsync(300));
        // Tiles that are not on the right edge.
        await using (var tain = await _rig.ServeAsync())
        {
            foreach (var tile in new[] { "tile/8/0/000", "tile/8/0/007" })
            {
                var (status, body) = await tain.Server.ReadAsync($"go/sumdb/sum.test/{tile}");
                Assert.True(status == 200, $"{tile}: {status} {body}");
            }
        }
        Assert.Empty((await _rig.LookAsync()).Findings);
        Assert.True(Heads().Count >= 3);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_head_that_is_not_signed_so_is_named_and_removed(int which)
    {
        var head = Heads()[which];
        var text = Encoding.UTF8.GetString(head.Note);
        Put(head, Encoding.UTF8.GetBytes(text.Replace("\n\n— ", "x\n\n— ", StringComparison.Ordinal)));

        await OneFaultAsync(FindingKind.LogHead, $"sum.test tree {head.Size}");
        await IsMendedAsync();
        Assert.DoesNotContain(Heads(), h => h.Size == head.Size);
        Assert.Single(_rig.Quarantined());
    }

    [Fact]
    public async Task A_head_under_another_size_than_it_says_is_named()
    {
        var head = Heads()[0];
        _rig.Sql($"UPDATE log_head SET size = {head.Size - 1} WHERE size = {head.Size}");

        await OneFaultAsync(FindingKind.LogHead, $"sum.test tree {head.Size - 1}");
        await IsMendedAsync();
    }

    [Fact]
    public async Task Heads_that_were_taken_back_are_missed()
    {
        var heads = Heads();
        _rig.Sql($"DELETE FROM log_head WHERE size > {heads[0].Size}");

        await OneFaultAsync(FindingKind.LogHead, $"sum.test tree {heads[0].Size}");
        await IsMendedAsync();
        Assert.Equal(heads[^1].Size, Heads()[^1].Size);
    }

    [Fact]
    public async Task All_heads_that_were_taken_back_are_missed()
    {
        _rig.Sql("DELETE FROM log_head");

        await OneFaultAsync(FindingKind.LogHead, "sum.test");
        await IsMendedAsync();
    }

    [Fact]
    public async Task The_newest_head_forged_is_named_and_the_database_asked_again()
    {
        var newest = Heads()[^1];
        Put(newest, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(newest.Note).Replace("go.sum", "go_sum", StringComparison.Ordinal)));

        var faults = (await _rig.LookAsync()).Faults;
        Assert.All(faults, f => Assert.Equal(FindingKind.LogHead, f.Kind));
        Assert.Equal($"sum.test tree {newest.Size}", faults[0].Where);
        await IsMendedAsync();
        Assert.Equal(newest.Note, Heads()[^1].Note);
    }

    [Fact]
    public async Task Two_signed_histories_are_an_alarm_that_no_repair_ends()
    {
        var older = Heads()[^2];
        // Another database with the same key: what an attacker who has it would show.
        await using (var fork = await SumDbServer.StartAsync(records: (int)older.Size))
            Put(older, Encoding.UTF8.GetBytes(await fork.LatestAsync()));

        await OneFaultAsync(FindingKind.LogFork, $"sum.test tree {older.Size}");
        Assert.False(Assert.Single((await _rig.RepairAsync()).Faults).Repaired);
        var alarm = Assert.Single(_rig.Alarms());
        Assert.Contains("does not begin with", alarm.Evidence, StringComparison.Ordinal);
        Assert.Contains("— sum.test ", alarm.Evidence, StringComparison.Ordinal);
        Assert.Equal(1, (await _rig.LookAsync()).Progress.Left);
    }

    public static TheoryData<int, bool> EachPlace() => new() { { 0, true }, { 0, false }, { 1, true }, { 1, false }, { 2, false } };

    [Theory]
    [MemberData(nameof(EachPlace))]
    public async Task A_tile_with_one_bit_changed_is_named_and_fetched_again(int level, bool full)
    {
        var tile = Tiles().First(t => t.Level == level && t.Width == 256 == full);
        var body = tile.Body.ToArray();
        body[^1] ^= 1;
        Put(tile, body);

        var looked = await _rig.LookAsync();
        var fault = Assert.Single(looked.Faults);
        Assert.Equal(FindingKind.LogTile, fault.Kind);
        Assert.Contains(!full ? "sum.test tree" : $"tile/8/{level}/", fault.Where, StringComparison.Ordinal);
        await IsMendedAsync();
        Assert.Equal(tile.Body, Tiles().Single(t => (t.Level, t.Number) == (tile.Level, tile.Number)).Body);
        Assert.NotEmpty(_rig.Quarantined());
    }

    [Fact]
    public async Task A_tile_that_is_cut_off_is_named_and_fetched_again()
    {
        var tile = Tiles().First(t => t.Level == 0 && t.Width == 256);
        Put(tile, tile.Body[..100]);

        Assert.Contains((await _rig.LookAsync()).Faults, f => f.Kind == FindingKind.LogTile);
        await IsMendedAsync();
    }

    [Fact]
    public async Task A_tile_that_is_missing_is_no_fault_but_what_needs_it_can_not_be_checked()
    {
        var tile = Tiles().First(t => t.Level == 1 && t.Width == 256);
        _rig.Sql($"DELETE FROM log_tile WHERE level = {tile.Level} AND number = {tile.Number}");

        var looked = await _rig.LookAsync();
        Assert.Equal(0, looked.Progress.Left);
        Assert.Contains(looked.Findings, f => f is { Kind: FindingKind.LogUnchecked, Gravity: Gravity.Warning } && f.Found.EndsWith("is not stored", StringComparison.Ordinal));
        await _rig.RepairAsync();
        Assert.Empty((await _rig.LookAsync()).Findings);
    }

    [Fact]
    public async Task A_record_with_another_hash_is_named_and_looked_up_again()
    {
        var text = Text(M);
        _rig.Sql($"UPDATE log_entry SET text = replace(text, 'h1:', 'h1:A') WHERE name = '{M}' AND version = 'v1.0.0'");

        var faults = (await _rig.LookAsync()).Faults;
        Assert.Contains(faults, f => f.Kind == FindingKind.LogEntry && f.Where == $"sum.test {M}@v1.0.0");
        // Its artifacts are at odds with it until then.
        Assert.Equal(2, faults.Count(f => f.Kind == FindingKind.Refuted));
        await IsMendedAsync();
        Assert.Equal(text, Text(M));
        Assert.Empty(_rig.Alarms());
    }

    [Fact]
    public async Task Another_modules_record_is_named_and_looked_up_again()
    {
        _rig.Sql($"UPDATE log_entry SET (id, text) = (SELECT id, text FROM log_entry WHERE name = '{VerifyRig.Other}') WHERE name = '{M}' AND version = 'v1.0.0'");

        var faults = (await _rig.LookAsync()).Faults;
        Assert.Equal([FindingKind.LogEntry, FindingKind.ProofLost, FindingKind.ProofLost], faults.Select(f => f.Kind).Order());
        await IsMendedAsync();
    }

    [Fact]
    public async Task A_record_that_is_gone_is_looked_up_again()
    {
        _rig.Sql($"DELETE FROM log_entry WHERE name = '{M}' AND version = 'v1.0.0'");

        Assert.Equal([FindingKind.ProofLost, FindingKind.ProofLost], (await _rig.LookAsync()).Faults.Select(f => f.Kind));
        await IsMendedAsync();
    }

    [Fact]
    public async Task An_identity_that_was_changed_in_the_catalog_is_refuted_by_the_kept_record_and_set_right()
    {
        var right = _rig.Row().Identity;
        _rig.Sql($"UPDATE artifact SET identity = 'h1:AAAA' WHERE name = '{M}' AND version = 'v1.0.0' AND kind = 'zip'");

        await OneFaultAsync(FindingKind.Refuted, $"{M}/@v/v1.0.0.zip");
        await IsMendedAsync();
        Assert.Equal(right, _rig.Row().Identity);
        Assert.Single(_rig.Alarms());
    }

    [Fact]
    public async Task What_has_no_proof_is_a_fault_until_it_has_one()
    {
        _rig.Sql($"UPDATE artifact SET proof = '' WHERE name = '{M}'");

        Assert.Equal(4, (await _rig.LookAsync()).Faults.Count(f => f.Kind == FindingKind.Unproved));
        await IsMendedAsync();
        Assert.Equal("sum.test", _rig.Row().Proof);
    }

    [Fact]
    public async Task Without_its_database_what_is_kept_of_it_is_told_and_is_no_fault()
    {
        var log = Log;
        _rig.SumDb = null;

        var looked = await _rig.LookAsync();

        looked.IsSound();
        Assert.Equal((FindingKind.LogUnknown, log), (Assert.Single(looked.Findings).Kind, looked.Findings[0].Where));
    }

    private async Task OneFaultAsync(string kind, string where)
    {
        var looked = await _rig.LookAsync();
        Assert.True(looked.Faults.Count == 1 && (looked.Faults[0].Kind, looked.Faults[0].Where) == (kind, where), string.Join('\n', looked.Findings));
    }

    private async Task IsMendedAsync()
    {
        var repaired = await _rig.RepairAsync();
        Assert.True(repaired.Progress is { Left: 0, Repaired: > 0 }, string.Join('\n', repaired.Findings));
        var looked = await _rig.LookAsync();
        Assert.True(looked.Findings.Count == 0, string.Join('\n', looked.Findings));
        await _rig.ServesWhatItDidAsync();
    }

    private string Log => SumDbRig.Of(_database).Log;

    private List<LogHead> Heads() => Read(c => c.LogHeads(Log, -1, 100).ToList());

    private List<LogTile> Tiles() => Read(c => c.LogTilesAfter(Log, -2, 0, 1000).ToList());

    private string Text(string module) => Read(c => c.FindLogEntryOrNull(Log, module, "v1.0.0")!.Text);

    private void Put(LogHead head, byte[] note) => _rig.Sql($"UPDATE log_head SET note = x'{Convert.ToHexString(note)}' WHERE size = {head.Size}");

    private void Put(LogTile tile, byte[] body) => _rig.Sql($"UPDATE log_tile SET body = x'{Convert.ToHexString(body)}' WHERE level = {tile.Level} AND number = {tile.Number}");

    private T Read<T>(Func<Catalog, T> read)
    {
        var catalog = Catalog.OpenToRead(_rig.Data);
        try
        {
            return read(catalog);
        }
        finally
        {
            catalog.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
