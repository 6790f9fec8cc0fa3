using Tain.Doctor.Files;
using Tain.Doctor.Go;
using Tain.Ecosystems.Go.SumDb;
using Tain.TransparencyLog;

namespace Tain.Doctor.Probes;

/// <summary>Holds go.sum's lines against the checksum database, which a mirror passes on and which proves what it says.</summary>
internal sealed class GoSumProbe(Scene scene, IChecksumDatabaseOperations operations, SumDbOptions options, ProbedProxy through)
{
    /// <summary>Look-ups at once: each is a few small requests.</summary>
    private const int AtOnce = 16;

    public async Task RunAsync(IReadOnlyList<GoSample> samples, CancellationToken end)
    {
        var client = new ChecksumDatabaseClient(options.Key, operations);
        using var turns = new SemaphoreSlim(AtOnce);
        var records = await Task.WhenAll(samples.Where(s => (s.ZipHash ?? s.ModHash) is not null && ChecksumDatabaseClient.IsVersion(s.Version)).Select(async sample =>
        {
            await turns.WaitAsync(CancellationToken.None);
            try
            {
                return (Sample: sample, Record: end.IsCancellationRequested ? null : await client.LookupAsync(sample.Path, sample.Version, end));
            }
            catch (Exception e) when (e is ChecksumDatabaseException or TileException)
            {
                // It says nothing of go.sum, but something of who passed it on.
                scene.Add(new Finding(GoProbePitfalls.SumDbUnproved, through.Place, new Fact("mirror", through.Name), new Fact("database", options.Name), new Fact("why", FileReader.WithoutQuotes(e.Message))));
                return (sample, null);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                return (sample, null);
            }
            finally
            {
                turns.Release();
            }
        }));
        foreach (var (sample, record) in records)
        {
            if (record is null)
                continue;
            Compare(sample, sample.Version, sample.ZipHash, record.ZipHashOrNull);
            Compare(sample, sample.Version + "/go.mod", sample.ModHash, record.GoModHashOrNull);
        }
    }

    private void Compare(GoSample sample, string version, string? got, string? wanted)
    {
        if (got is null || wanted is null || got == wanted)
            return;
        foreach (var sum in scene.Go.Modules.Select(m => m.Sum))
        {
            if (sum is not null && GoSum.Read(sum).Lines.TryGetValue((sample.Path.Value, version), out var line) && line.Hash == got)
            {
                scene.Add(new Finding(GoProbePitfalls.SumDisagrees, sum.AtLine(line.Line), new Fact("got", got), new Fact("module", $"{sample.Path.Value}@{version}"), new Fact("database", options.Name), new Fact("mirror", through.Name), new Fact("wanted", wanted)));
            }
        }
    }
}
