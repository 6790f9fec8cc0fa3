using Tain.Mirror;
using Tain.Storage;
using Tain.Tests.Ecosystems.Go;

namespace Tain.Tests;

/// <summary>A store that somebody tampered with, or that rotted: what is said of it, and what becomes of it.</summary>
public sealed class TainVerifierTests
{
    private const string M = VerifyRig.M;
    private static readonly CancellationToken None = TestContext.Current.CancellationToken;

    /// <summary>What is done to the store; the kind of the fault that it is; where.</summary>
    private static readonly Dictionary<string, (Action<VerifyRig> Do, string Kind, string Where)> Tamperings = new()
    {
        ["a zip with one byte changed"] = (r => Change(r.FileOf()), FindingKind.BytesChanged, $"{M}/@v/v1.0.0.zip"),
        ["a zip cut off"] = (r => Cut(r.FileOf()), FindingKind.BytesSize, $"{M}/@v/v1.0.0.zip"),
        ["a zip deleted"] = (r => File.Delete(r.FileOf()), FindingKind.BytesMissing, $"{M}/@v/v1.0.0.zip"),
        ["a zip's file in the place of another's"] = (r => File.Copy(r.FileOf("v1.1.0"), r.FileOf(), overwrite: true), FindingKind.BytesChanged, $"{M}/@v/v1.0.0.zip"),
        ["a go.mod with one byte changed"] = (r => Change(r.FileOf(kind: "mod", module: VerifyRig.Other)), FindingKind.BytesChanged, $"{VerifyRig.Other}/@v/v1.0.0.mod"),
        ["a row that points at another version's zip"] = (r => r.Sql($"UPDATE artifact SET (blob, size) = (SELECT blob, size FROM artifact WHERE version = 'v1.1.0' AND kind = 'zip') WHERE name = '{M}' AND version = 'v1.0.0' AND kind = 'zip'"),
            FindingKind.Content, $"{M}/@v/v1.0.0.zip"),
        ["a row that points at another module's go.mod"] = (r => r.Sql($"UPDATE artifact SET (blob, size) = (SELECT blob, size FROM artifact WHERE name = '{VerifyRig.Other}' AND kind = 'mod') WHERE name = '{M}' AND version = 'v1.0.0' AND kind = 'mod'"),
            FindingKind.Identity, $"{M}/@v/v1.0.0.mod"),
        ["a manifest that is another zip's"] = (r => r.Sql($"UPDATE manifest SET body = (SELECT body FROM manifest WHERE name = '{VerifyRig.Other}') WHERE name = '{M}' AND version = 'v1.0.0'"), FindingKind.Manifest, $"{M}/@v/v1.0.0.zip"),
        ["a manifest that is garbage"] = (r => r.Sql($"UPDATE manifest SET body = x'0102' WHERE name = '{M}' AND version = 'v1.0.0'"), FindingKind.Manifest, $"{M}/@v/v1.0.0.zip"),
        ["a manifest deleted"] = (r => r.Sql($"DELETE FROM manifest WHERE name = '{M}' AND version = 'v1.0.0'"), FindingKind.Manifest, $"{M}/@v/v1.0.0.zip"),
        ["a line of the feed deleted"] = (r => r.Sql($"DELETE FROM feed WHERE kind = 'artifact' AND name = '{M}' AND version = 'v1.0.0' AND detail = 'zip'"), FindingKind.FeedLineMissing, $"{M} v1.0.0 (zip)"),
        ["an .info that is no JSON"] = (r => r.Sql($"UPDATE document SET body = x'7b7b' WHERE name = '{M}' AND kind = 'info/v1.0.0'"), FindingKind.Document, $"{M} info/v1.0.0"),
        ["an .info of another version"] = (r => r.Sql($"UPDATE document SET body = (SELECT body FROM document WHERE name = '{M}' AND kind = 'info/v1.1.0') WHERE name = '{M}' AND kind = 'info/v1.0.0'"), FindingKind.Document, $"{M} info/v1.0.0"),
        ["a list that is a page"] = (r => r.Sql($"UPDATE document SET body = CAST('<html>' AS BLOB) WHERE name = '{M}' AND kind = 'list'"), FindingKind.Document, $"{M} list"),
    };

    public static TheoryData<string> EachTampering() => [.. Tamperings.Keys];

    [Theory]
    [MemberData(nameof(EachTampering))]
    public async Task What_was_tampered_with_is_named_and_made_whole_again(string tampering)
    {
        await using var rig = await VerifyRig.FillAsync();
        var (tamper, kind, where) = Tamperings[tampering];
        tamper(rig);

        var fault = Assert.Single((await rig.LookAsync()).Faults);
        Assert.Equal((kind, where), (fault.Kind, fault.Where));
        Assert.Contains("--repair", fault.Remedy, StringComparison.Ordinal);
        // To look changes nothing.
        Assert.Equal(fault.Kind, Assert.Single((await rig.LookAsync()).Faults).Kind);

        var repaired = await rig.RepairAsync();
        Assert.True(Assert.Single(repaired.Faults).Repaired, repaired.Findings[0].ToString());
        Assert.Equal(0, repaired.Progress.Left);
        (await rig.LookAsync()).IsSound();
        await rig.ServesWhatItDidAsync();
    }

    [Fact]
    public async Task A_sound_store_is_sound_and_is_left_as_it_is()
    {
        await using var rig = await VerifyRig.FillAsync();
        var before = Everything(rig.Data);

        var looked = await rig.LookAsync();

        looked.IsSound();
        Assert.Empty(looked.Findings);
        Assert.Equal((6, 4), (looked.Progress.Artifacts, looked.Progress.Documents));
        Assert.Equal(looked.Progress.AllBytes, looked.Progress.Bytes);
        Assert.Equal(before, Everything(rig.Data));
    }

    [Fact]
    public async Task A_version_that_was_never_seen_is_recorded_again()
    {
        await using var rig = await VerifyRig.FillAsync();
        rig.Sql($"DELETE FROM version WHERE name = '{M}' AND version = 'v1.0.0'");

        // Its .mod and its .zip.
        Assert.Equal([FindingKind.VersionMissing, FindingKind.VersionMissing], (await rig.LookAsync()).Faults.Select(f => f.Kind));
        Assert.Equal(0, (await rig.RepairAsync()).Progress.Left);
        (await rig.LookAsync()).IsSound();
    }

    [Fact]
    public async Task Several_faults_are_several_findings_and_one_repair()
    {
        await using var rig = await VerifyRig.FillAsync();
        foreach (var name in new[] { "a zip with one byte changed", "an .info that is no JSON", "a line of the feed deleted" })
            Tamperings[name].Do(rig);

        Assert.Equal(3, (await rig.LookAsync()).Faults.Count);
        Assert.Equal((3, 0), (await rig.RepairAsync()).Progress switch { var p => (p.Repaired, p.Left) });
        (await rig.LookAsync()).IsSound();
    }

    [Fact]
    public async Task Spoilt_bytes_are_kept_as_evidence()
    {
        await using var rig = await VerifyRig.FillAsync();
        Change(rig.FileOf());
        var spoilt = await File.ReadAllBytesAsync(rig.FileOf(), None);

        await rig.RepairAsync();

        Assert.Equal(spoilt, await File.ReadAllBytesAsync(Assert.Single(rig.Quarantined()), None));
        (await rig.LookAsync()).IsSound();
    }

    [Fact]
    public async Task A_blob_that_two_rows_share_is_put_away_once_and_fetched_for_both()
    {
        await using var rig = await VerifyRig.FillAsync();
        // The go.mod of both versions is the same.
        Assert.Equal(rig.Row("v1.0.0", "mod").Blob, rig.Row("v1.1.0", "mod").Blob);
        Change(rig.FileOf("v1.0.0", "mod"));

        Assert.Equal(2, (await rig.LookAsync()).Faults.Count);
        Assert.Equal(0, (await rig.RepairAsync()).Progress.Left);
        (await rig.LookAsync()).IsSound();
        await rig.ServesWhatItDidAsync();
    }

    [Fact]
    public async Task What_the_upstream_changed_its_mind_about_stays_in_quarantine_with_an_alarm()
    {
        await using var rig = await VerifyRig.FillAsync();
        Change(rig.FileOf());
        rig.Upstream.Set($"{M}/@v/v1.0.0.zip", ModuleUpstream.ZipOf(M, "v1.0.0", 100_000, seed: 99));

        var fault = Assert.Single((await rig.RepairAsync()).Faults);

        Assert.False(fault.Repaired);
        Assert.Contains("the first wins", fault.Left, StringComparison.Ordinal);
        Assert.Equal($"{M}/@v/v1.0.0.zip", $"{Assert.Single(rig.Alarms()).Key.Name}/@v/v1.0.0.zip");
        Assert.Equal(Condition.Damaged, rig.Row().Condition);
        Assert.Equal(FindingKind.Quarantined, Assert.Single((await rig.LookAsync()).Faults).Kind);
        // It is refused, not served.
        await using (var tain = await rig.ServeAsync())
        {
            // It is larger than what is held back: the first one is cut off, the next one is told.
            await Assert.ThrowsAsync<HttpRequestException>(() => tain.Server.Client.GetByteArrayAsync($"go/{M}/@v/v1.0.0.zip", None));
            Assert.Equal(502, (await tain.Server.ReadAsync($"go/{M}/@v/v1.0.0.zip")).Status);
        }

        rig.Upstream.Add(M, "v1.0.0", 100_000);
        Assert.Equal(0, (await rig.RepairAsync()).Progress.Left);
        await rig.ServesWhatItDidAsync();
    }

    [Fact]
    public async Task An_identity_that_was_changed_in_the_catalog_is_not_taken_from_the_bytes()
    {
        await using var rig = await VerifyRig.FillAsync();
        rig.Sql($"UPDATE artifact SET identity = 'h1:bm90IHRoaXMgb25lLCBidXQgb2YgdGhlIHJpZ2h0IGxlbg=' WHERE name = '{M}' AND version = 'v1.0.0' AND kind = 'zip'");

        Assert.Equal(FindingKind.Identity, Assert.Single((await rig.LookAsync()).Faults).Kind);
        // Nobody can tell which of the two was changed: that is for people.
        Assert.False(Assert.Single((await rig.RepairAsync()).Faults).Repaired);
        Assert.Single(rig.Alarms());
    }

    [Fact]
    public async Task Rows_about_nothing_are_told_and_left_to_people()
    {
        await using var rig = await VerifyRig.FillAsync();
        rig.Sql("PRAGMA foreign_keys = OFF; INSERT INTO manifest (ecosystem, name, version, kind, body) VALUES ('go', 'example.com/gone', 'v1.0.0', 'zip', x'00')");
        rig.Sql($"UPDATE artifact SET kind = 'tar' WHERE name = '{VerifyRig.Other}' AND kind = 'mod'");

        var kinds = (await rig.LookAsync()).Faults.Select(f => f.Kind).Order();

        Assert.Equal([FindingKind.FeedLineMissing, FindingKind.Reference, FindingKind.Unknown], kinds);
    }

    [Fact]
    public async Task A_database_file_that_is_damaged_is_a_fault_or_can_not_be_read()
    {
        await using var rig = await VerifyRig.FillAsync();
        using (var file = File.OpenWrite(Path.Combine(rig.Data, Catalog.FileName)))
        {
            file.Position = 8192;
            file.Write(new byte[16384]);
        }

        try
        {
            Assert.Contains((await rig.LookAsync()).Faults, f => f.Kind == FindingKind.Catalog);
        }
        catch (StorageException e)
        {
            Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Garbage_is_told_as_harmless()
    {
        await using var rig = await VerifyRig.FillAsync();
        var orphan = Path.Combine(rig.Data, "blobs", "ab", "ab" + new string('0', 62));
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        await File.WriteAllTextAsync(orphan, "garbage", None);
        await File.WriteAllTextAsync(Path.Combine(rig.Data, "partial", "7"), "garbage", None);

        var looked = await rig.LookAsync();

        looked.IsSound();
        Assert.Equal([FindingKind.Leftover, FindingKind.Orphan], looked.Findings.Where(f => f.Gravity is Gravity.Harmless).Select(f => f.Kind).Order());
    }

    [Fact]
    public async Task Beside_a_server_that_writes_nothing_sound_is_called_a_fault()
    {
        await using var rig = await VerifyRig.FillAsync(size: 1000);
        await using var tain = await rig.ServeAsync();
        var names = Enumerable.Range(0, 150).Select(i => $"example.com/n{i}").ToList();
        foreach (var name in names)
            rig.Upstream.Add(name, "v1.0.0", 2000);

        var filling = Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = None }, async (name, ct) =>
        {
            foreach (var page in new[] { ".info", ".mod", ".zip" })
                await tain.Server.Client.GetByteArrayAsync($"go/{name}/@v/v1.0.0{page}", ct);
        });
        long seen;
        do
        {
            var looked = await rig.LookAsync();
            looked.IsSound();
            seen = looked.Progress.Artifacts;
        }
        while (!filling.IsCompleted);
        await filling;
        Assert.True(seen > 6);
    }

    [Fact]
    public async Task A_repair_beside_a_running_server_says_whose_the_store_is()
    {
        await using var rig = await VerifyRig.FillAsync();
        await using var tain = await rig.ServeAsync();

        var refused = await Assert.ThrowsAsync<StoreInUseException>(rig.RepairAsync);

        Assert.Equal($"{Environment.ProcessId}", refused.Process);
    }

    [Fact]
    public async Task A_folder_that_is_none_is_neither_sound_nor_made()
    {
        await using var rig = new VerifyRig();
        Assert.Throws<StorageException>(() => TainVerifier.OpenToRead(rig.Options));
        await Assert.ThrowsAsync<StorageException>(rig.RepairAsync);
        Assert.Empty(Directory.EnumerateFileSystemEntries(rig.Data));
    }

    [Fact]
    public async Task A_repair_from_nowhere_leaves_it_in_quarantine_and_says_why()
    {
        await using var rig = await VerifyRig.FillAsync();
        Change(rig.FileOf());
        rig.Go = go => go with { Upstream = Tain.Upstream.SourceChain.Parse("off") };

        var fault = Assert.Single((await rig.RepairAsync()).Faults);

        Assert.False(fault.Repaired);
        Assert.Contains("nobody else is asked", fault.Left, StringComparison.Ordinal);
        Assert.Single(rig.Quarantined());
    }

    private static void Change(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file)
    {
        using var open = File.OpenWrite(file);
        open.SetLength(open.Length / 2);
    }

    /// <summary>Every file with its content, SQLite's own scratch files apart.</summary>
    private static List<string> Everything(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith("-wal", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(f => f + " " + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))))];
}
