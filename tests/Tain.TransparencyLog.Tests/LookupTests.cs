using System.Text;
using Tain.GoModules;

namespace Tain.TransparencyLog.Tests;

/// <summary>Lookups: what is believed, and what is refused.</summary>
public sealed class LookupTests
{
    private static async Task<ChecksumError> RefusedAsync(TestDatabase database, int number = 5)
    {
        var saved = database.Store.Records;
        var e = await Assert.ThrowsAnyAsync<ChecksumDatabaseException>(() => database.LookupAsync(number));
        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.Equal(saved, database.Store.Records);
        return e.Error;
    }

    private static TestDatabase Answering(Func<TestLog, byte[]> lookup, int size = 300)
    {
        var log = new TestLog(size);
        return new TestDatabase(log) { Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal) ? lookup(log) : bytes };
    }

    [Fact]
    public async Task A_version_is_looked_up_with_both_hashes_apart()
    {
        var database = new TestDatabase(new TestLog(300));
        var record = await database.LookupAsync(5);
        Assert.Equal((5L, TestLog.Record(5), "v1.0.0"), (record.Id, record.Text, record.Version));
        Assert.Equal("h1:zip of example.com/m5=", record.ZipHash);
        Assert.Equal("h1:mod of example.com/m5=", record.GoModHash);
        Assert.Equal(300, database.Store.Tree.Size);
        Assert.Equal(["/lookup/example.com/m5@v1.0.0", "/tile/8/0/000", "/tile/8/0/001.p/44", "/tile/8/1/000.p/1"], database.TakeFetched().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Letters_are_escaped_and_unescaped()
    {
        var log = new TestLog(3);
        log.Add(TestLog.Record("github.com/BurntSushi/toml", "v1.0.0-RC1"));
        var database = new TestDatabase(log) { Find = _ => 3 };
        var record = await database.Client().LookupAsync(TestDatabase.Module("github.com/BurntSushi/toml"), "v1.0.0-RC1", default);
        Assert.Equal("h1:zip of github.com/BurntSushi/toml=", record.ZipHash);
        Assert.Equal("/lookup/github.com/!burnt!sushi/toml@v1.0.0-!r!c1", database.TakeFetched()[0]);
    }

    [Fact]
    public async Task A_kept_record_is_answered_without_the_network()
    {
        var database = new TestDatabase(new TestLog(300));
        await database.LookupAsync(5);
        database.GoOffline();
        var again = await database.LookupAsync(5);
        Assert.Equal("h1:zip of example.com/m5=", again.ZipHash);
        var served = again.FormatLookup(await database.Client().LatestAsync(refresh: false, default));
        Assert.Equal(new TestLog(300).Lookup(5), served);
    }

    [Fact]
    public async Task A_lookup_whose_head_and_tiles_are_known_costs_one_fetch()
    {
        var database = new TestDatabase(new TestLog(300));
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default);
        database.TakeFetched();
        await client.LookupAsync(TestDatabase.Module(6), "v1.0.0", default);
        Assert.Equal(["/lookup/example.com/m6@v1.0.0"], database.TakeFetched());
        // Older heads too.
        database.Change = (path, bytes) => path.Contains("m7", StringComparison.Ordinal) ? database.Log.Lookup(7, 200) : bytes;
        await client.LookupAsync(TestDatabase.Module(7), "v1.0.0", default);
        Assert.Equal(["/lookup/example.com/m7@v1.0.0"], database.TakeFetched());
    }

    [Fact]
    public async Task A_new_head_and_its_record_are_checked_in_one_round()
    {
        var database = new TestDatabase(new TestLog(70_000)) { Size = 66_000 };
        var client = database.Client();
        await client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default);
        database.Size = 70_000;
        database.TakeFetched();
        var (waiting, all) = (0, new TaskCompletionSource());
        // All tiles are asked for before any has come: a second round would not come to its end.
        database.Pause = async () =>
        {
            if (Interlocked.Increment(ref waiting) == 1) return;
            if (Volatile.Read(ref waiting) == 5) all.SetResult();
            await all.Task.WaitAsync(TimeSpan.FromSeconds(10));
        };
        await client.LookupAsync(TestDatabase.Module(69_000), "v1.0.0", default);
        Assert.Equal(
            ["/lookup/example.com/m69000@v1.0.0", "/tile/8/0/257", "/tile/8/0/269", "/tile/8/0/273.p/112", "/tile/8/1/001.p/17"],
            database.TakeFetched().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("v1.0.0", true)]
    [InlineData("v0.0.0-20190109021931-daa7c04131f5", true)]
    [InlineData("v2.0.0+incompatible", true)]
    [InlineData("v2.0.0-rc.1+incompatible", true)]
    [InlineData("v0.0.1-go1.21.0.linux-amd64", true)]
    [InlineData("v1.0.0+meta", false)]
    [InlineData("v1.0", false)]
    [InlineData("v1", false)]
    [InlineData("1.0.0", false)]
    [InlineData("v1.0.0.0", false)]
    [InlineData("v1.0.x", false)]
    [InlineData("v1.0.0/go.mod", false)]
    [InlineData("v1.0.0-a@b", false)]
    [InlineData("v1.0.0-a/b", false)]
    [InlineData("v1.0.0-!a", false)]
    [InlineData("v1.0.0-a\n", false)]
    [InlineData("v١.0.0", false)]
    [InlineData("latest", false)]
    [InlineData("", false)]
    public async Task Only_versions_that_a_database_takes_are_asked_for(string version, bool legal)
    {
        Assert.Equal(legal, ChecksumDatabaseClient.IsVersion(version));
        var database = new TestDatabase(new TestLog(1)) { Fail = _ => new TimeoutException() };
        var e = await Assert.ThrowsAnyAsync<Exception>(() => database.Client().LookupAsync(TestDatabase.Module(0), version, default));
        Assert.Equal(legal, e is TimeoutException);
        Assert.Equal(legal ? 1 : 0, database.Fetched.Count);
    }

    [Fact]
    public async Task A_record_that_the_log_has_not_is_refused()
    {
        Assert.Equal(ChecksumError.NotInTree, await RefusedAsync(Answering(log => LookupBody.Format(5, TestLog.Record(5).Replace("zip", "evil", StringComparison.Ordinal), log.Note()))));
        Assert.Equal(ChecksumError.NotInTree, await RefusedAsync(Answering(log => LookupBody.Format(6, TestLog.Record(5), log.Note()))));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(301)]
    [InlineData(long.MaxValue)]
    public async Task A_record_beyond_the_tree_is_refused(long id) =>
        Assert.Equal(ChecksumError.NotInTree, await RefusedAsync(Answering(log => LookupBody.Format(id, TestLog.Record(5), log.Note()))));

    [Fact]
    public async Task A_record_beyond_its_own_head_but_within_the_newest_tree_is_taken()
    {
        var database = Answering(log => LookupBody.Format(5, TestLog.Record(5), log.Note(3)));
        await database.Client().LatestAsync(refresh: true, default);
        Assert.Equal("h1:zip of example.com/m5=", (await database.LookupAsync(5)).ZipHash);
        Assert.Equal(300, database.Store.Tree.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5\n")]
    [InlineData("5\nexample.com/m5 v1.0.0 h1:x=\n")]
    [InlineData("-5\nexample.com/m5 v1.0.0 h1:x=\n\n")]
    [InlineData("05\nexample.com/m5 v1.0.0 h1:x=\n\n")]
    [InlineData("not found")]
    [InlineData("5\nexample.com/m5\tv1.0.0 h1:x=\n\n")]
    public async Task What_is_no_record_is_refused(string body) =>
        Assert.Equal(ChecksumError.Malformed, await RefusedAsync(Answering(log => [.. Encoding.UTF8.GetBytes(body), .. body.EndsWith("\n\n", StringComparison.Ordinal) ? log.Note() : []])));

    [Fact]
    public async Task A_record_without_a_tree_head_is_refused()
    {
        var database = Answering(_ => LookupBody.Format(5, TestLog.Record(5), []));
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(database));
        // Even where a head is known.
        await database.Client().LatestAsync(refresh: true, default);
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(database));
    }

    [Fact]
    public async Task A_head_that_is_not_signed_by_the_database_is_refused()
    {
        using var stranger = SignerKey.Generate(TestLog.Signer.Name);
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(Answering(log => LookupBody.Format(5, TestLog.Record(5), SignedNote.Sign(log.Head().ToString(), stranger)))));
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(Answering(log =>
        {
            var note = log.Note();
            note[^10] ^= 1;
            return LookupBody.Format(5, TestLog.Record(5), note);
        })));
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(Answering(log => LookupBody.Format(5, TestLog.Record(5), Encoding.UTF8.GetBytes(log.Head().ToString())))));
        var many = Answering(log => LookupBody.Format(5, TestLog.Record(5), [.. log.Note(), .. Enumerable.Repeat("— s AAAAAAA=\n", 100).SelectMany(Encoding.UTF8.GetBytes)]));
        Assert.Equal(ChecksumError.BadNote, await RefusedAsync(many));
        Assert.Null(many.Store.Head);
        Assert.Empty(many.Store.Tiles);
    }

    [Fact]
    public async Task Signatures_of_others_do_no_harm()
    {
        using var witness = SignerKey.Generate("witness.example");
        var database = Answering(log => LookupBody.Format(5, TestLog.Record(5), SignedNote.Sign(log.Head().ToString(), witness, TestLog.Signer)));
        Assert.Equal(5, (await database.LookupAsync(5)).Id);
    }

    [Fact]
    public async Task A_signed_note_that_is_no_tree_head_or_one_beyond_all_bounds_is_refused()
    {
        Assert.Equal(ChecksumError.Malformed, await RefusedAsync(Answering(_ => LookupBody.Format(5, TestLog.Record(5), SignedNote.Sign("go.sum database tree\n05\nx\n", TestLog.Signer)))));
        // x/mod would not come to an end.
        Assert.Equal(ChecksumError.Malformed, await RefusedAsync(Answering(log => LookupBody.Format(5, TestLog.Record(5), TestLog.Sign(log.Head() with { Size = long.MaxValue })))));
    }

    [Fact]
    public async Task Hash_lines_in_the_note_are_no_hashes()
    {
        // CVE-2026-56864: the database signs a head whose further lines look like a record's.
        var log = new TestLog(10);
        var evil = log.Add("example.com/other v1.0.0 h1:x=\n");
        log.Grow(300);
        var database = new TestDatabase(log)
        {
            Change = (path, bytes) => path.StartsWith("/lookup/", StringComparison.Ordinal)
                ? LookupBody.Format(evil, log.Text(evil), SignedNote.Sign(log.Head() + "example.com/m5 v1.0.0 h1:evil=\nexample.com/m5 v1.0.0/go.mod h1:evil=\n", TestLog.Signer))
                : bytes,
        };
        Assert.Equal(ChecksumError.NoLine, await RefusedAsync(database));
    }

    [Fact]
    public async Task A_head_with_further_lines_is_a_head()
    {
        var database = Answering(log => LookupBody.Format(5, TestLog.Record(5), SignedNote.Sign(log.Head() + "example.com/m5 v1.0.0 h1:evil=\n", TestLog.Signer)));
        Assert.Equal("h1:zip of example.com/m5=", (await database.LookupAsync(5)).ZipHash);
    }

    [Theory]
    [InlineData("example.com/m9 v1.0.0 h1:x=\nexample.com/m9 v1.0.0/go.mod h1:x=\n")]
    [InlineData("example.com/m5 v1.0.1 h1:x=\nexample.com/m5 v1.0.1/go.mod h1:x=\n")]
    [InlineData("example.com/m5 v1.0.0 h2:x=\n")]
    [InlineData("example.com/m5  v1.0.0 h1:x=\n")]
    [InlineData("Example.com/m5 v1.0.0 h1:x=\n")]
    [InlineData(" example.com/m5 v1.0.0 h1:x=\n")]
    [InlineData("example.com/m5 v1.0.0\n")]
    [InlineData("example.com/m55 v1.0.0 h1:x=\n")]
    [InlineData("a\u2028example.com/m5 v1.0.0 h1:x=\n")]
    [InlineData("a\u0085example.com/m5 v1.0.0 h1:x=\n")]
    public async Task A_record_without_any_line_of_the_version_is_refused(string record)
    {
        // CVE-2026-42501.
        var log = new TestLog(5);
        log.Add(record);
        log.Grow(300);
        Assert.Equal(ChecksumError.NoLine, await RefusedAsync(new TestDatabase(log)));
    }

    [Fact]
    public async Task Each_hash_is_missing_by_itself()
    {
        var log = new TestLog(3);
        log.Add("example.com/zip v1.0.0 h1:zip=\nother line\n");
        log.Add("example.com/mod v1.0.0/go.mod h1:mod=\nexample.com/mod v1.0.0 h2:zip=\n");
        var database = new TestDatabase(log) { Find = path => path.Contains("/zip@", StringComparison.Ordinal) ? 3 : 4 };
        var zip = await database.Client().LookupAsync(TestDatabase.Module("example.com/zip"), "v1.0.0", default);
        Assert.Equal(("h1:zip=", "h1:zip=", null), (zip.ZipHash, zip.ZipHashOrNull, zip.GoModHashOrNull));
        var noMod = Assert.Throws<ChecksumDatabaseException>(() => zip.GoModHash);
        Assert.Equal(ChecksumError.NoLine, noMod.Error);
        Assert.Contains("example.com/zip v1.0.0/go.mod h1:", noMod.Message, StringComparison.Ordinal);

        var mod = await database.Client().LookupAsync(TestDatabase.Module("example.com/mod"), "v1.0.0", default);
        Assert.Equal((null, "h1:mod="), (mod.ZipHashOrNull, mod.GoModHash));
        Assert.Equal(ChecksumError.NoLine, Assert.Throws<ChecksumDatabaseException>(() => mod.ZipHash).Error);
    }

    [Fact]
    public async Task Two_hashes_for_one_name_are_refused_and_one_twice_is_one()
    {
        var log = new TestLog(3);
        log.Add("example.com/a v1.0.0 h1:x=\nexample.com/a v1.0.0 h1:x=\nexample.com/a v1.0.0 h2:z=\n");
        log.Add("example.com/b v1.0.0 h1:x=\nexample.com/b v1.0.0 h1:y=\n");
        var database = new TestDatabase(log) { Find = path => path.Contains("/a@", StringComparison.Ordinal) ? 3 : 4 };
        Assert.Equal("h1:x=", (await database.Client().LookupAsync(TestDatabase.Module("example.com/a"), "v1.0.0", default)).ZipHash);
        var e = await Assert.ThrowsAsync<ChecksumDatabaseException>(() => database.Client().LookupAsync(TestDatabase.Module("example.com/b"), "v1.0.0", default));
        Assert.Equal(ChecksumError.Malformed, e.Error);
    }

    [Fact]
    public async Task A_wrong_go_mod_hash_beside_a_right_zip_hash_can_be_told()
    {
        var record = await new TestDatabase(new TestLog(10)).LookupAsync(5);
        Assert.True(record.ZipHash == "h1:zip of example.com/m5=" && record.GoModHash != ModuleHash.GoMod("module example.com/m5\n"u8));
    }

    [Fact]
    public async Task No_failure_is_remembered()
    {
        var database = new TestDatabase(new TestLog(70_000));
        var client = database.Client();
        var fetches = new[] { "/lookup/", "/tile/8/0/000", "/tile/8/0/273", "/tile/8/1/001", "/tile/8/1/000", "/tile/8/2/000" };
        foreach (var failing in fetches)
        {
            var failure = new TimeoutException(failing);
            database.Fail = path => path.StartsWith(failing, StringComparison.Ordinal) ? failure : null;
            Assert.Same(failure, await Assert.ThrowsAsync<TimeoutException>(() => client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default)));
            Assert.Null(database.Store.Head);
            Assert.Equal(0, database.Store.Records);
            Assert.Empty(database.Store.Tiles);
        }
        database.Fail = _ => null;
        database.Change = (path, bytes) => path.Contains("/tile/", StringComparison.Ordinal) ? [.. bytes.Select(b => (byte)(b ^ 0x80))] : bytes;
        Assert.Equal(ChecksumError.BadTiles, (await Assert.ThrowsAsync<ChecksumDatabaseException>(() => client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default))).Error);
        Assert.Empty(database.Store.Tiles);
        database.Change = (_, bytes) => bytes;
        Assert.Equal(5, (await client.LookupAsync(TestDatabase.Module(5), "v1.0.0", default)).Id);
    }

    [Fact]
    public async Task A_callers_own_cancellation_passes_through_and_no_full_tile_is_asked_for()
    {
        var database = new TestDatabase(new TestLog(300));
        using var cancel = new CancellationTokenSource();
        database.Pause = () =>
        {
            if (database.Fetched.Count > 1) cancel.Cancel();
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Client().LookupAsync(TestDatabase.Module(290), "v1.0.0", cancel.Token));
        Assert.DoesNotContain("/tile/8/0/001", database.TakeFetched());
        Assert.Null(database.Store.Head);
    }
}
