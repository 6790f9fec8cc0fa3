using System.Text;
using Tain.Ecosystems.Go.SumDb;
using Tain.Ecosystems.Go.SumDb.Audit;
using Tain.Storage;
using Tain.SumDbHosting;
using Tain.Tests.Upstream;
using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Tests.Ecosystems.Go.SumDb.Audit;

/// <summary>Audits of x/mod's own checksum database, and data folders that keep heads of it.</summary>
internal static class AuditRig
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static SumDbOptions Options(SumDbServer server) => SumDbOptions.TryParse(server.GoSumDb, out var options, out var error) ? options : throw new FormatException(error);

    /// <param name="mirror">Where it is walked instead of at its own address.</param>
    /// <param name="folder">A data folder.</param>
    public static async Task<AuditReport> RunAsync(SumDbServer server, string? mirror = null, string? folder = null, UpstreamOptions? upstream = null, Action<long, long>? progress = null)
    {
        using var kept = folder is null ? null : StoredLogs.OpenOrNull(folder);
        using var client = new UpstreamClient(upstream ?? Rig.Quick with { Tries = 1 }, new SourceHealth(TimeProvider.System), TimeProvider.System, (host, ct) => System.Net.Dns.GetHostAddressesAsync(host, ct), _ => null);
        return await new LogAudit(Options(server), mirror is null ? null : Rig.Source(mirror), client, kept, TimeProvider.System).RunAsync(progress ?? ((_, _) => { }), Token);
    }

    /// <summary>A data folder in which these heads are kept.</summary>
    public static async Task<string> KeepAsync(SumDbServer server, params string[] notes)
    {
        var folder = Directory.CreateTempSubdirectory("tain-audit-").FullName;
        await using var catalog = Catalog.Open(folder, TimeProvider.System);
        LogHead? before = null;
        foreach (var note in notes)
        {
            var head = new LogHead(Head(server, note).Head.Size, Encoding.UTF8.GetBytes(note));
            Assert.True((await catalog.CommitAsync(new() { Log = new(server.Name) { Head = head, Before = before } }, Token)).Grew);
            before = head;
        }
        return folder;
    }

    public static SignedHead Head(SumDbServer server, string note) => SignedHead.Open(Encoding.UTF8.GetBytes(note), Options(server).Key);

    /// <summary>The head as it was at a size.</summary>
    public static async Task<string> HeadAtAsync(SumDbServer server, long size, params string[] faults)
    {
        await server.FaultsAsync([$"rollback={size}", .. faults]);
        var note = await server.LatestAsync();
        await server.HonestAsync();
        return note;
    }

    public static string[] Said(AuditReport report) => [.. report.Findings.Select(f => $"{f.Kind}: {f.Said}")];

    public static void IsSound(AuditReport report)
    {
        Assert.Empty(Said(report));
        Assert.Null(report.Unread);
        Assert.Equal(AuditVerdict.Sound, report.Verdict);
    }
}
